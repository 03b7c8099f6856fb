"""Known wrong answers to card 5.3. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import nn

from nc_teach.classroom.old_card import WrongAnswer

Count = Callable[[nn.Conv2d, int, int], object]


def _sides(conv: nn.Conv2d, height: int, width: int) -> list[int]:
    return [
        (n + 2 * p - k) // s + 1
        for n, k, s, p in zip(
            (height, width), conv.kernel_size, conv.stride, conv.padding, strict=True
        )
    ]


def _right(conv: nn.Conv2d, height: int, width: int) -> int:
    return conv.weight.numel() * math.prod(_sides(conv, height, width))


def two_for_each(conv: nn.Conv2d, height: int, width: int) -> int:
    return 2 * _right(conv, height, width)


def weights_alone(conv: nn.Conv2d, height: int, width: int) -> int:
    return conv.weight.numel()


def with_bias(conv: nn.Conv2d, height: int, width: int) -> int:
    places = math.prod(_sides(conv, height, width))
    return (conv.weight.numel() + conv.out_channels) * places


def places_of_the_input(conv: nn.Conv2d, height: int, width: int) -> int:
    return conv.weight.numel() * height * width


def no_groups(conv: nn.Conv2d, height: int, width: int) -> int:
    return _right(conv, height, width) * conv.groups


def groups_twice(conv: nn.Conv2d, height: int, width: int) -> int:
    return _right(conv, height, width) // conv.groups


def one_filter(conv: nn.Conv2d, height: int, width: int) -> int:
    return _right(conv, height, width) // conv.out_channels


def one_channel(conv: nn.Conv2d, height: int, width: int) -> int:
    return _right(conv, height, width) // (conv.in_channels // conv.groups)


def one_side_of_the_kernel(conv: nn.Conv2d, height: int, width: int) -> int:
    return _right(conv, height, width) // conv.kernel_size[1]


def height_for_both_sides(conv: nn.Conv2d, height: int, width: int) -> int:
    channels = conv.out_channels * conv.in_channels // conv.groups
    return channels * conv.kernel_size[0] ** 2 * math.prod(_sides(conv, height, width))


def no_padding(conv: nn.Conv2d, height: int, width: int) -> int:
    sides = [
        (n - k) // s + 1
        for n, k, s in zip((height, width), conv.kernel_size, conv.stride, strict=True)
    ]
    return conv.weight.numel() * math.prod(sides)


def padding_once(conv: nn.Conv2d, height: int, width: int) -> int:
    sides = [
        (n + p - k) // s + 1
        for n, k, s, p in zip(
            (height, width), conv.kernel_size, conv.stride, conv.padding, strict=True
        )
    ]
    return conv.weight.numel() * math.prod(sides)


def no_stride(conv: nn.Conv2d, height: int, width: int) -> int:
    sides = [
        n + 2 * p - k + 1
        for n, k, p in zip((height, width), conv.kernel_size, conv.padding, strict=True)
    ]
    return conv.weight.numel() * math.prod(sides)


def rounded_up(conv: nn.Conv2d, height: int, width: int) -> int:
    sides = [
        math.ceil((n + 2 * p - k) / s) + 1
        for n, k, s, p in zip(
            (height, width), conv.kernel_size, conv.stride, conv.padding, strict=True
        )
    ]
    return conv.weight.numel() * math.prod(sides)


def square_output(conv: nn.Conv2d, height: int, width: int) -> int:
    return conv.weight.numel() * _sides(conv, height, width)[0] ** 2


def divided(conv: nn.Conv2d, height: int, width: int) -> float:
    return _right(conv, height, width) * conv.groups / conv.groups


def a_tensor(conv: nn.Conv2d, height: int, width: int) -> torch.Tensor:
    return torch.tensor(_right(conv, height, width))


def a_text(conv: nn.Conv2d, height: int, width: int) -> str:
    return f"{_right(conv, height, width):,}"


def one_too_many(conv: nn.Conv2d, height: int, width: int) -> int:
    return _right(conv, height, width) + 1


def forgets_to_return(conv: nn.Conv2d, height: int, width: int) -> None:
    _right(conv, height, width)


WRONG_ANSWERS = {
    "two for each": WrongAnswer(two_for_each, "twice as many"),
    "weights alone": WrongAnswer(weights_alone, "These are the weights"),
    "with bias": WrongAnswer(with_bias, "count the bias"),
    "places of the input": WrongAnswer(places_of_the_input, "the places of the input"),
    "no groups": WrongAnswer(no_groups, "forget the groups"),
    "groups twice": WrongAnswer(groups_twice, "divide by the groups twice"),
    "one filter": WrongAnswer(one_filter, "one filter"),
    "one channel": WrongAnswer(one_channel, "more than one channel"),
    "one side of the kernel": WrongAnswer(one_side_of_the_kernel, "one side of the kernel"),
    "height for both sides": WrongAnswer(height_for_both_sides, "the kernel's height for both"),
    "no padding": WrongAnswer(no_padding, "forget the padding"),
    "padding once": WrongAnswer(padding_once, "on both sides"),
    "no stride": WrongAnswer(no_stride, "forget the stride"),
    "rounded up": WrongAnswer(rounded_up, "round up"),
    "square output": WrongAnswer(square_output, "the height for the width"),
    "divided": WrongAnswer(divided, "return a float"),
    "a tensor": WrongAnswer(a_tensor, "return a tensor"),
    "a text": WrongAnswer(a_text, "return a str"),
    "one too many": WrongAnswer(one_too_many, "weights work at each"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
