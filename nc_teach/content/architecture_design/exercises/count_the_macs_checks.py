"""The checks of card 5.3, against the meter, which counts what really runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from nc_teach import meter
from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Settings = dict[str, Any]


def counts_a_plain_convolution(candidate: Candidate) -> str | None:
    """One group, stride 1, half the kernel as padding: input and output have the same places."""
    return _compare(candidate, ({"padding": 1}, {"kernel_size": 1}))


def counts_stride_and_padding(candidate: Candidate) -> str | None:
    """Where the output has other places than the input."""
    settings = ({}, {"padding": 2}, {"stride": 2, "padding": 2}, {"stride": 3, "kernel_size": 5})
    return _compare(candidate, settings)


def counts_groups(candidate: Candidate) -> str | None:
    """Grouped and depthwise: each filter sees fewer channels."""
    return _compare(candidate, ({"groups": 2, "padding": 1}, {"groups": 4, "padding": 1}))


def counts_what_is_not_square(candidate: Candidate) -> str | None:
    """Kernel, stride and padding that differ, on an image that is not square."""
    settings = (
        {"kernel_size": (1, 5), "padding": (0, 2)},
        {"kernel_size": (3, 1), "stride": (2, 1)},
        {"padding": (3, 0)},
    )
    return _compare(candidate, settings)


def _compare(candidate: Candidate, settings: tuple[Settings, ...]) -> str | None:
    for setting in settings:
        conv, size = _conv(setting), (10, 13)
        context = f"on {_name(conv)} and an image of {size[0]} × {size[1]}"
        answer = ask(candidate, context, conv, *size)
        wrong = _form(answer)
        if wrong:
            return wrong
        right = meter.count_macs(conv, (conv.in_channels, *size))
        if answer != right:
            told = f"{context} you count {answer:,}; it should be {right:,}."
            return f"{told} {_why(answer, conv, size)}"
    return None


def _conv(setting: Settings) -> nn.Conv2d:
    with torch.random.fork_rng(devices=[]):
        return nn.Conv2d(4, 8, **{"kernel_size": 3, **setting})


def _name(conv: nn.Conv2d) -> str:
    """The convolution in the words of its settings, without what is usual."""
    parts = [f"{conv.in_channels} to {conv.out_channels} channels", f"kernel {conv.kernel_size}"]
    if conv.stride != (1, 1):
        parts.append(f"stride {conv.stride}")
    if conv.padding != (0, 0):
        parts.append(f"padding {conv.padding}")
    if conv.groups > 1:
        parts.append(f"{conv.groups} groups")
    return ", ".join(parts)


def _form(answer: Any) -> str | None:
    if answer is None:
        return "your function returns `None`. Let it end with `return` and the count."
    if isinstance(answer, float):
        return "you return a float. Count with whole numbers: `//` instead of `/`."
    if isinstance(answer, torch.Tensor):
        return "you return a tensor; return a whole number."
    if not isinstance(answer, int):
        return f"you return a {type(answer).__name__}; return a whole number."
    return None


def _why(answer: int, conv: nn.Conv2d, size: tuple[int, int]) -> str:
    """Which wrong way of counting gives this number."""
    k, s, p = conv.kernel_size, conv.stride, conv.padding
    high, wide = ((n + 2 * b - a) // c + 1 for n, a, c, b in zip(size, k, s, p, strict=True))
    weights, places = conv.weight.numel(), high * wide
    right, inside = weights * places, conv.weight[0].numel()
    bare = [(n - a) // c + 1 for n, a, c in zip(size, k, s, strict=True)]
    once = [(n + b - a) // c + 1 for n, a, c, b in zip(size, k, s, p, strict=True)]
    flat = [n + 2 * b - a + 1 for n, a, b in zip(size, k, p, strict=True)]
    up = [-(-(n + 2 * b - a) // c) + 1 for n, a, c, b in zip(size, k, s, p, strict=True)]
    full = conv.out_channels * conv.in_channels * k[0] * k[1]
    told = (
        (full * places, "You forget the groups: a filter sees in_channels / groups channels."),
        (2 * right, "That is twice as many: a MAC is one multiplication *and* one addition."),
        (weights, "These are the weights. Each is used at every place of the output."),
        (right + conv.out_channels * places, "You count the bias as well."),
        (weights * size[0] * size[1], "You count the places of the input, not of the output."),
        (right // conv.groups, "You divide by the groups twice: all filters are still there."),
        (inside * places, "You count one filter; there are as many as outputs."),
        (weights // inside * k[0] * k[1] * places, "Each filter sees more than one channel."),
        (weights // (k[0] * k[1]) * k[0] ** 2 * places, "You take the kernel's height for both "
                                                        "sides."),
        (weights // k[1] * places, "You multiply with one side of the kernel only."),
        (weights * bare[0] * bare[1], "You forget the padding, which adds places."),
        (weights * once[0] * once[1], "The padding is on both sides of the image."),
        (weights * flat[0] * flat[1], "You forget the stride."),
        (weights * up[0] * up[1], "You round up; a window that does not fit is left out."),
        (weights * high * high, "You take the height for the width."),
    )  # fmt: skip
    message = next((message for number, message in told if number == answer), "")
    return (
        message or f"The output has {high} × {wide} places, and {weights:,} weights work at each."
    )


CHECKS = (
    counts_a_plain_convolution,
    counts_stride_and_padding,
    counts_groups,
    counts_what_is_not_square,
)
