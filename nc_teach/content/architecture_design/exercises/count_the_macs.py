"""5.3 Count the MACs (difficulty 2, 8 minutes)

`conv` is a `torch.nn.Conv2d`. Return how many multiply-accumulates it takes for one image of
`height` × `width`, as an integer. Kernel, stride and padding may differ between the two directions
(each of `conv.kernel_size`, `conv.stride` and `conv.padding` is a pair, height first), there may be
`conv.groups`, and there is no dilation. Products with the zeros of the padding count, the bias does
not. What is larger in a network: its parameters, or its MACs?

## Stub
    def count_macs(conv, height, width):
        places = ...
        return places

## Hint 1
Three factors: the places of the *output*, the number of filters, and the weights of one filter. How
many channels does one filter see, if there are groups?

## Hint 2
Each side of the output is `(size + 2 * padding - kernel) // stride + 1`. A filter holds
`in_channels // groups` channels of `kernel_size[0] * kernel_size[1]` numbers.

## Near miss
counting the places of the input. As long as stride is 1 and the padding is half of the kernel they
are as many as those of the output; with stride 2 they are four times as many.

## Reasoning
At every place of the output, each filter multiplies all its weights once. So MACs are the weights
(without bias) times the places of the output: that is why early layers, whose maps are large, do
most of the work, and late ones hold most of the weights. Groups are divided out once: there are
still `out_channels` filters, each of them thinner.
"""

import math
from typing import Any

import numpy as np
from torch import Tensor, nn

from nc_teach import meter
from nc_teach.classroom.card import Refused

FLOAT = "{where} you return a float. Count with integers: `//` instead of `/`."
TOLD = "{where} you count {answer}; it should be {right}. "


def count_macs(conv, height, width):
    places = 1
    for size, kernel, stride, padding in zip(
        (height, width), conv.kernel_size, conv.stride, conv.padding, strict=True
    ):
        places *= (size + 2 * padding - kernel) // stride + 1
    window = conv.kernel_size[0] * conv.kernel_size[1]
    return places * conv.out_channels * (conv.in_channels // conv.groups) * window


def oracle(conv, height, width):
    """What really runs: the meter counts it while it does."""
    return meter.count_macs(conv, (conv.in_channels, height, width))


def play(function, conv, height, width):
    """The count; a float is refused, since beyond 2^24 or 2^53 it is no count any more."""
    count = function(conv, height, width)
    array = isinstance(count, Tensor | np.ndarray | np.generic)
    if isinstance(count, float) or (array and "float" in str(count.dtype)):
        raise Refused(FLOAT.format(where=where(conv, height, width)))
    return count


def where(conv, height, width):
    """The convolution in the words of its settings, without what is usual."""
    parts = [f"{conv.in_channels} to {conv.out_channels} channels", f"kernel {conv.kernel_size}"]
    parts += [f"stride {conv.stride}"] * (conv.stride != (1, 1))
    parts += [f"padding {conv.padding}"] * (conv.padding != (0, 0))
    parts += [f"{conv.groups} groups"] * (conv.groups > 1)
    return f"on {', '.join(parts)} and an image of {height} × {width}"


def cases():
    """Output as large as the input; then other sizes, groups, and what is not square."""
    settings: tuple[dict[str, Any], ...] = (
        {"padding": 1},
        {"kernel_size": 1},
        {},
        {"padding": 2},
        {"stride": 2, "padding": 2},
        {"stride": 3, "kernel_size": 5},
        {"groups": 2, "padding": 1},
        {"groups": 4, "padding": 1},
        {"kernel_size": (1, 5), "padding": (0, 2)},
        {"kernel_size": (3, 1), "stride": (2, 1)},
        {"padding": (3, 0)},
    )
    for setting in settings:
        arguments = nn.Conv2d(4, 8, **{"kernel_size": 3, **setting}), 10, 13
        yield where(*arguments), arguments


def details(conv, height, width, count):
    """What there is to multiply: the places of the output, and the weights at each."""
    high, wide = sides(conv, height, width)
    return {"high": high, "wide": wide, "weights": f"{conv.weight.numel():,}"}


def sides(conv, *sizes, rule=lambda n, k, s, p: (n + 2 * p - k) // s + 1):
    """Both sides of the output by a rule from size, kernel, stride and padding."""
    settings = zip(sizes, conv.kernel_size, conv.stride, conv.padding, strict=True)
    return [rule(*setting) for setting in settings]


def places(rule):
    """A wrong function that multiplies the weights with the wrong places."""
    return lambda conv, *sizes: conv.weight.numel() * math.prod(sides(conv, *sizes, rule=rule))


def changed(rule):
    """A wrong function that makes something of the right count: rule(conv, count)."""
    return lambda conv, *sizes: rule(conv, count_macs(conv, *sizes))


PLACES = "The output has {high} × {wide} places, and {weights} weights work at each."
WRONG = {
    changed(lambda conv, n: 2 * n): TOLD + "That is twice as many: a MAC is one multiplication "
    "*and* one addition.",
    lambda conv, *sizes: conv.weight.numel(): TOLD + "These are the weights. Each is used at every "
    "place of the output.",
    changed(lambda conv, n: n + n // conv.weight[0].numel()): TOLD + "You count the bias as well.",
    places(lambda n, k, s, p: n): TOLD + "You count the places of the input, not of the output.",
    changed(lambda conv, n: n * conv.groups): TOLD + "You forget the groups: a filter sees "
    "in_channels / groups channels.",
    changed(lambda conv, n: n // conv.groups): TOLD + "You divide by the groups twice: all filters "
    "are still there.",
    changed(lambda conv, n: n // conv.out_channels): TOLD + "You count one filter; there are as "
    "many as outputs.",
    changed(lambda conv, n: n // (conv.in_channels // conv.groups)): TOLD + "Each filter sees more "
    "than one channel.",
    changed(lambda conv, n: n // conv.kernel_size[1]): TOLD + "You multiply with one side of the "
    "kernel only.",
    changed(lambda conv, n: n // conv.kernel_size[1] * conv.kernel_size[0]): TOLD + "You take the "
    "kernel's height for both sides.",
    places(lambda n, k, s, p: (n - k) // s + 1): TOLD + "You forget the padding, which adds "
    "places.",
    places(lambda n, k, s, p: (n + p - k) // s + 1): TOLD + "The padding is on both sides of the "
    "image.",
    places(lambda n, k, s, p: n + 2 * p - k + 1): TOLD + "You forget the stride.",
    places(lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1): TOLD + "You round up; a window that "
    "does not fit is left out.",
    lambda conv, *sizes: conv.weight.numel() * sides(conv, *sizes)[0] ** 2: TOLD + "You take the "
    "height for the width.",
    changed(lambda conv, n: n * conv.groups / conv.groups): FLOAT,
    changed(lambda conv, n: n + 1): TOLD + PLACES,
}
OTHERWISE = TOLD + PLACES
