"""The checks of card 5.5: order and number of the maps, against maps that say who made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
INPUTS = 6


class Counting(nn.Module):
    """A convolution that remembers how often it ran, and on how many channels."""

    def __init__(self, layer: nn.Conv2d) -> None:
        super().__init__()
        self.layer, self.runs = layer, 0

    def forward(self, maps: Tensor) -> Tensor:
        self.runs += 1
        return self.layer(maps)


def halves(out_channels: int, ratio: int = 2) -> tuple[Counting, Counting]:
    """A primary 1 x 1 convolution of ceil(out / ratio) maps, and a depthwise one for ghosts."""
    computed = -(-out_channels // ratio)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(59)
        primary = nn.Conv2d(INPUTS, computed, 1, bias=False)
        cheap = nn.Conv2d(computed, computed * (ratio - 1), 3, padding=1, groups=computed)
    return Counting(primary), Counting(cheap)


def puts_both_together(candidate: Candidate) -> str | None:
    """Even numbers: computed maps first, then as many ghosts."""
    return _compare(candidate, 8, 2)


def leaves_the_last_ghost_out(candidate: Candidate) -> str | None:
    """Odd numbers, and two ghosts of each map: exactly ``out_channels`` come out."""
    return _compare(candidate, 9, 2) or _compare(candidate, 10, 3)


def trains_both_halves(candidate: Candidate) -> str | None:
    """Each half runs once, and gradients reach both, and the input."""
    primary, cheap = halves(8)
    maps = _maps().requires_grad_()
    answer = ask(candidate, "on maps that need a gradient", maps, primary, cheap, 8)
    for name, layer in (("primary", primary), ("cheap", cheap)):
        if layer.runs != 1:
            return f"`{name}` runs {layer.runs} times; once is enough."
    if not answer.requires_grad:
        return "your answer needs no gradient, so neither half would learn anything."
    ghosts = answer[:, 4:].sum()
    (moved,) = torch.autograd.grad(ghosts, primary.layer.weight, allow_unused=True)
    if moved is None or not moved.any():
        return "no gradient goes from the ghosts back to `primary`: `computed` has been detached."
    return None


def _maps() -> Tensor:
    return torch.randn(2, INPUTS, 5, 5, generator=torch.Generator().manual_seed(60))


def _compare(candidate: Candidate, out_channels: int, ratio: int) -> str | None:
    primary, cheap = halves(out_channels, ratio)
    maps = _maps()
    with torch.no_grad():
        computed = primary.layer(maps)
        ghosts = cheap.layer(computed)
        context = f"for {out_channels} channels, {computed.shape[1]} of them computed,"
        answer = ask(candidate, context, maps.clone(), primary, cheap, out_channels)
    return _form(answer) or _why(answer, computed, ghosts, out_channels, context)


def _form(answer: Any) -> str | None:
    if answer is None:
        return "your function returns `None`. Let it end with `return` and the maps."
    if isinstance(answer, tuple | list):
        return f"you return a {type(answer).__name__}; return one tensor, by `torch.cat`."
    if not isinstance(answer, Tensor):
        return f"you return a {type(answer).__name__}; return one tensor."
    return None


def _why(answer: Tensor, computed: Tensor, ghosts: Tensor, out: int, context: str) -> str | None:
    both = torch.cat([computed, ghosts], dim=1)
    right, turned = both[:, :out], torch.cat([ghosts, computed], dim=1)
    if answer.shape == right.shape and torch.allclose(answer, right, atol=1e-5):
        return None
    told = (
        (both, f"you return {both.shape[1]} channels; the last is one too many."),
        (turned[:, :out], "the ghosts come first. The computed maps should."),
        (turned, "the ghosts come first, and all of them are there."),
        (both[:, both.shape[1] - out :], "you leave out a computed map instead of a ghost."),
        (computed, "these are the computed maps alone. Where are their ghosts?"),
        (ghosts, "these are the ghosts alone. The computed maps are part of the output."),
        (torch.cat([computed, computed], dim=1)[:, :out], "these are the computed maps twice: "
                                                         "`cheap` has not been used."),
        (torch.cat([computed, ghosts.relu()], dim=1)[:, :out], "the ghosts have gone through a "
         "ReLU. What belongs to a layer is inside it."),
    )  # fmt: skip
    for wrong, message in told:
        if answer.shape == wrong.shape and torch.allclose(answer, wrong, atol=1e-5):
            return f"{context} {message}"
    if answer.shape != right.shape:
        return f"{context} you return the shape {tuple(answer.shape)}, not {tuple(right.shape)}."
    return f"{context} the maps are not `primary(maps)` and `cheap` of these, as they come."


CHECKS = (puts_both_together, leaves_the_last_ghost_out, trains_both_halves)
