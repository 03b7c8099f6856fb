"""5.5 Half are ghosts (difficulty 1, 5 minutes)

`primary` and `cheap` are two layers of a Ghost module: `primary` computes some maps of `maps` (N ×
C × H × W), `cheap` makes a ghost, or several, of each map that `primary` has computed. Return the
computed maps followed by their ghosts, as one tensor of exactly `out_channels` channels; where
there is one too many, the last ghost is left out. Both halves are trained, and run once. Why can
there be one too many?

## Stub
    import torch


    def ghost(maps, primary, cheap, out_channels):
        computed = ...
        return computed

## Hint 1
Ghosts of what? `cheap` takes as many channels as `primary` puts out. And `torch.cat` wants to know
along which dimension.

## Hint 2
`torch.cat([computed, cheap(computed)], dim=1)`, and of that the first `out_channels` channels: `[:,
:out_channels]`.

## Near miss
leaving out the cut. For 16 channels there are 8 computed and 8 ghosts; for 17 it takes 9 of each,
and one must go.

## Reasoning
Half of 17 is no integer, so ceil(17 / 2) = 9 maps are computed, which gives 18 with their ghosts.
It is a ghost that is left out, since it is the cheaper kind. The computed maps are part of the
output: that is what sets a Ghost module apart from a separable convolution, and what lets the cheap
half be so cheap.
"""

import torch
from torch import Tensor, nn


def ghost(maps, primary, cheap, out_channels):
    computed = primary(maps)
    return torch.cat([computed, cheap(computed)], dim=1)[:, :out_channels]


def oracle(maps, primary, cheap, out_channels):
    """Puts one channel after the other until there are enough."""
    computed = primary(maps)
    channels = [*computed.unbind(1), *cheap(computed).unbind(1)]
    return torch.stack(channels[:out_channels], dim=1)


class Counting(nn.Module):
    """A layer that remembers how often it ran."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.runs = layer, 0

    def forward(self, maps):
        self.runs += 1
        return self.layer(maps)


def play(function, maps, primary, cheap, out_channels):
    """The maps; where they need a gradient, what has run and what would learn."""
    answer = function(maps, primary, cheap, out_channels)
    if not maps.requires_grad or not isinstance(answer, Tensor):
        return answer
    learns = moved = answer.requires_grad
    if learns:
        ghosts, weight = answer[:, out_channels // 2 :].sum(), primary.layer.weight
        (gradient,) = torch.autograd.grad(ghosts, weight, allow_unused=True)
        moved = gradient is not None and bool(gradient.any())
    return {"primary": primary.runs, "cheap": cheap.runs, "learns": learns, "moved": moved}


def cases():
    """As many ghosts as computed maps; then one too many; then two ghosts each; then gradients."""
    maps = torch.randn(2, 6, 5, 5, generator=torch.Generator().manual_seed(60))
    for out_channels, ratio in ((8, 2), (9, 2), (10, 3)):
        primary, cheap = halves(out_channels, ratio)
        computed = primary.layer.out_channels
        where = f"for {out_channels} channels, {computed} of them computed,"
        yield where, (maps, primary, cheap, out_channels)
    yield "on maps that need a gradient", (maps.clone().requires_grad_(), *halves(8, 2), 8)


def halves(out_channels, ratio):
    """A primary 1 x 1 convolution of ceil(out / ratio) maps, and a depthwise one for ghosts."""
    torch.manual_seed(59)
    computed = -(-out_channels // ratio)
    primary = nn.Conv2d(6, computed, 1, bias=False)
    cheap = nn.Conv2d(computed, computed * (ratio - 1), 3, padding=1, groups=computed)
    return Counting(primary), Counting(cheap)


def details(maps, primary, cheap, out_channels, answer):
    """The number of channels, and what is wrong with gradients or runs."""
    if not maps.requires_grad:
        return {"channels": answer.shape[1], "problem": AS_THEY_COME}
    runs = {name: answer[name] for name in ("primary", "cheap") if answer[name] != 1}
    twice = [f"`{name}` runs {count} times; once is enough." for name, count in runs.items()]
    return {"runs": answer["primary"], "problem": " ".join(twice) or "a half learns nothing."}


def joined(rule):
    """A wrong function that makes something else of both kinds: rule(computed, ghosts, count)."""

    def wrong(maps, primary, cheap, out_channels):
        computed = primary(maps)
        return rule(computed, cheap(computed), out_channels)

    return wrong


def cat(*parts):
    return torch.cat(parts, dim=1)


AS_THEY_COME = "the maps are not `primary(maps)` and `cheap` of these, as they come."
WRONG = {
    joined(lambda computed, ghosts, n: cat(computed, ghosts)): "{where} you return {channels} "
    "channels; the last is one too many.",
    joined(lambda computed, ghosts, n: cat(ghosts, computed)[:, :n]): "{where} the ghosts come "
    "first. The computed maps should.",
    joined(lambda computed, ghosts, n: cat(ghosts, computed)): "{where} the ghosts come first, and "
    "all of them are there. The computed maps come first, and {channels} channels are too many.",
    joined(lambda computed, ghosts, n: cat(computed, ghosts)[:, -n:]): "{where} you leave out a "
    "computed map instead of a ghost.",
    joined(lambda computed, ghosts, n: computed): "{where} these are the computed maps alone. "
    "Where are their ghosts?",
    joined(lambda computed, ghosts, n: ghosts): "{where} these are the ghosts alone. The computed "
    "maps are part of the output.",
    joined(lambda computed, ghosts, n: cat(computed, computed)[:, :n]): "{where} these are the "
    "computed maps twice: `cheap` has not been used.",
    joined(lambda computed, ghosts, n: computed + ghosts): "{where} the ghosts are added to the "
    "computed maps. They should follow them: `torch.cat`.",
    joined(lambda computed, ghosts, n: torch.cat([computed, ghosts])): "{where} your batch has "
    "become longer. `torch.cat` wants to know along which dimension: channels are `dim=1`.",
    joined(lambda computed, ghosts, n: cat(computed, ghosts)[:1]): "{where} you cut the batch. "
    "Channels are the second dimension: `[:, :out_channels]`.",
    joined(lambda computed, ghosts, n: cat(computed, ghosts.relu())[:, :n]): "{where} the ghosts "
    "have gone through a ReLU. What belongs to a layer is inside it.",
    lambda maps, primary, cheap, n: cat(primary(maps).relu(), cheap(primary(maps).relu()))[
        :, :n
    ]: "{where} " + AS_THEY_COME + " Is there a ReLU between the halves?",
    lambda maps, primary, cheap, n: cat(primary(maps), cheap(maps)): "{where} your function "
    "stopped with {answer}. Is `cheap` given what `primary` has computed?",
    lambda maps, primary, cheap, n: cat(primary(maps), cheap(primary(maps)))[:, :n]: "`primary` "
    "runs {runs} times; once is enough.",
    lambda maps, primary, cheap, n: cat(c := primary(maps), cheap(c.detach()))[:, :n]: "no "
    "gradient goes from the ghosts back to `primary`: `computed` has been detached.",
    joined(lambda computed, ghosts, n: cat(computed, ghosts)[:, :n].detach()): "your answer needs "
    "no gradient, so neither half would learn anything.",
    joined(lambda computed, ghosts, n: (computed, ghosts)): "you return a tuple; return one "
    "tensor, by `torch.cat`.",
}

OTHERWISE = "{where} {problem}"
