"""The checks of card 5.1: form, what each half can see, and an oracle that convolves in loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
SIDE = 9  # odd: with stride 2 it becomes 5


def keeps_the_shape(candidate: Candidate) -> str | None:
    """Two convolutions; the output has the right shape, with every kernel."""
    for kernel in (3, 5, 1):
        layer = _built(candidate, 6, 10, kernel, 1)
        wrong = _form(layer) or _shape(layer, 6, 10, kernel, 1)
        if wrong:
            return wrong
    return None


def sees_one_channel_each(candidate: Candidate) -> str | None:
    """Each output of the first half moves with its own channel and no other."""
    look = _built(candidate, 6, 10, 3, 1)[0]
    if look.out_channels != 6:
        return (
            f"`look` has {look.out_channels} filters for 6 channels; it should have one for each. "
            "It is `talk` that changes the number of channels."
        )
    seen = _seen(look)
    if bool((seen.sum(dim=1) > 1).any()):
        others = int(seen.sum(dim=1).max())
        return (
            f"a filter of `look` sees {others} of the 6 channels; each should see its own alone. "
            "What does `groups` do?"
        )
    return None


def mixes_all_channels(candidate: Candidate) -> str | None:
    """The second half is 1 x 1, sees every channel, and no bias is anywhere."""
    layer = _built(candidate, 6, 12, 3, 1)
    look, talk = layer
    if tuple(talk.kernel_size) != (1, 1):
        return f"`talk` has a kernel of {talk.kernel_size}; it should look at no neighbour: 1 × 1."
    if talk.groups != 1:
        return f"`talk` has {talk.groups} groups: its channels do not all hear each other."
    if look.bias is not None or talk.bias is not None:
        which = " and ".join(n for n, c in (("look", look), ("talk", talk)) if c.bias is not None)
        return f"there is a bias in {which}; `bias=False` leaves it out."
    count, right = sum(p.numel() for p in layer.parameters()), 6 * 9 + 6 * 12
    if count != right:
        return f"your two halves have {count} weights; 6 · 9 + 6 · 12 = {right} would do."
    return None


def strides_first(candidate: Candidate) -> str | None:
    """Stride 2 belongs to the first half, once."""
    layer = _built(candidate, 6, 10, 3, 2)
    look, talk = layer
    strides = (look.stride[0], talk.stride[0])
    if strides == (1, 2):
        return (
            "the stride stands in `talk`. The shape is right, but `look` then computes four "
            "places of which three are thrown away."
        )
    if strides == (2, 2):
        return "both halves have stride 2, so every side of the map is divided by 4."
    if strides == (1, 1):
        return "neither half has the stride that was asked for."
    return _shape(layer, 6, 10, 3, 2)


def computes_both_halves(candidate: Candidate) -> str | None:
    """The output is what loops over channels and places give."""
    layer = _built(candidate, 3, 4, 3, 2)
    maps = torch.randn(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(51))
    with torch.no_grad():
        answer, right = layer(maps), in_loops(maps, layer[0].weight, layer[1].weight, 2)
    if not torch.allclose(answer, right, atol=1e-4):
        return f"the outputs are off by up to {(answer - right).abs().max():.2g}."
    return None


def in_loops(maps: Tensor, filters: Tensor, mix: Tensor, stride: int) -> Tensor:
    """The oracle: one window after the other, then a sum over the channels."""
    k = filters.shape[-1]
    padded = F.pad(maps, (k // 2,) * 4)
    size = (maps.shape[-1] - 1) // stride + 1
    out = torch.zeros(len(maps), len(mix), size, size)
    for row in range(size):
        for column in range(size):
            top, left = row * stride, column * stride
            window = padded[:, :, top : top + k, left : left + k]
            seen = (window * filters[:, 0]).sum(dim=(2, 3))
            out[:, :, row, column] = seen @ mix[:, :, 0, 0].T
    return out


def _built(candidate: Candidate, into: int, out: int, kernel: int, stride: int) -> Any:
    """New layers draw random numbers: not those of the reader."""
    context = f"for {into} to {out} channels, kernel {kernel}, stride {stride}"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(52)
        return ask(candidate, context, into, out, kernel, stride)


def _form(layer: Any) -> str | None:
    if layer is None:
        return "your function returns `None`. Let it end with `return nn.Sequential(look, talk)`."
    if not isinstance(layer, nn.Sequential):
        return f"you return a {type(layer).__name__}; return `nn.Sequential(look, talk)`."
    kinds = [type(part).__name__ for part in layer]
    if kinds != ["Conv2d", "Conv2d"]:
        return f"your Sequential holds {', '.join(kinds)}; it should hold two Conv2d alone."
    if layer[0].kernel_size == (1, 1) and layer[1].kernel_size != (1, 1):
        return "your 1 × 1 convolution comes first. Here one looks around first, and then talks."
    return None


def _shape(layer: nn.Sequential, into: int, out: int, kernel: int, stride: int) -> str | None:
    with torch.no_grad():
        shape = tuple(layer(torch.zeros(1, into, SIDE, SIDE)).shape)
    size = (SIDE - 1) // stride + 1
    right = (1, out, size, size)
    if shape == right:
        return None
    what = f"with kernel {kernel} and stride {stride} a map of {SIDE} × {SIDE}"
    if layer[0].kernel_size[0] != kernel:
        return f"the kernel of `look` is {layer[0].kernel_size}, but kernel_size is {kernel}."
    return (
        f"{what} gives the shape {shape}; it should be {right}. What does the padding have to be?"
    )


def _seen(look: nn.Conv2d) -> Tensor:
    """Output x input: whether a channel of the input moves this channel of the output."""
    maps = torch.zeros(look.in_channels, look.in_channels, SIDE, SIDE)
    maps[range(look.in_channels), range(look.in_channels)] = torch.randn(
        SIDE, SIDE, generator=torch.Generator().manual_seed(53)
    )
    with torch.no_grad():
        moved = look(maps) - look(torch.zeros(1, look.in_channels, SIDE, SIDE))
    return (moved.abs().amax(dim=(2, 3)) > 1e-6).T


CHECKS = (
    keeps_the_shape,
    sees_one_channel_each,
    mixes_all_channels,
    strides_first,
    computes_both_halves,
)
