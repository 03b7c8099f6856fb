"""Known wrong answers to card 5.1. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from typing import Any

from torch import nn

from nc_teach.classroom.old_card import WrongAnswer


def _look(into: int, kernel: int, stride: int = 1, **other: Any) -> nn.Conv2d:
    settings = {"padding": kernel // 2, "groups": into, "bias": False, **other}
    return nn.Conv2d(into, into, kernel, stride, **settings)


def _talk(into: int, out: int, **other: Any) -> nn.Conv2d:
    return nn.Conv2d(into, out, 1, **{"bias": False, **other})


def no_groups(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel, stride, groups=1), _talk(into, out))


def two_groups(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    groups = 2 if into % 2 == 0 else into
    return nn.Sequential(_look(into, kernel, stride, groups=groups), _talk(into, out))


def groups_of_the_output(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel, stride, groups=out), _talk(into, out))


def two_filters_a_channel(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    look = nn.Conv2d(into, 2 * into, kernel, stride, kernel // 2, groups=into, bias=False)
    return nn.Sequential(look, _talk(2 * into, out))


def pointwise_first(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_talk(into, out), _look(out, kernel, stride))


def no_padding(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel, stride, padding=0), _talk(into, out))


def padding_of_one(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel, stride, padding=1), _talk(into, out))


def always_three(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, 3, stride, padding=kernel // 2), _talk(into, out))


def stride_in_the_second(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel), _talk(into, out, stride=stride))


def stride_in_both(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel, stride), _talk(into, out, stride=stride))


def no_stride(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel), _talk(into, out))


def with_biases(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel, stride, bias=True), _talk(into, out, bias=True))


def bias_at_the_end(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel, stride), _talk(into, out, bias=True))


def with_relu(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_look(into, kernel, stride), nn.ReLU(), _talk(into, out))


def two_large_kernels(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    talk = nn.Conv2d(into, out, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(_look(into, kernel, stride), talk)


def grouped_talk(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    groups = 2 if into % 2 == out % 2 == 0 else 1
    return nn.Sequential(_look(into, kernel, stride), _talk(into, out, groups=groups))


def mirrored(into: int, out: int, kernel: int, stride: int) -> nn.Sequential:
    look = _look(into, kernel, stride, padding_mode="circular")
    return nn.Sequential(look, _talk(into, out))


def one_convolution(into: int, out: int, kernel: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(into, out, kernel, stride, kernel // 2, bias=False)


def forgets_to_return(into: int, out: int, kernel: int, stride: int) -> None:
    nn.Sequential(_look(into, kernel, stride), _talk(into, out))


WRONG_ANSWERS = {
    "no groups": WrongAnswer(no_groups, "sees 6 of the 6 channels"),
    "two groups": WrongAnswer(two_groups, "sees 3 of the 6 channels"),
    "groups of the output": WrongAnswer(groups_of_the_output, "must be divisible by groups"),
    "two filters a channel": WrongAnswer(two_filters_a_channel, "12 filters for 6 channels"),
    "pointwise first": WrongAnswer(pointwise_first, "comes first"),
    "no padding": WrongAnswer(no_padding, "(1, 10, 7, 7)"),
    "padding of one": WrongAnswer(padding_of_one, "with kernel 5 and stride 1"),
    "always three": WrongAnswer(always_three, "but kernel_size is 5"),
    "stride in the second": WrongAnswer(stride_in_the_second, "three are thrown away"),
    "stride in both": WrongAnswer(stride_in_both, "divided by 4"),
    "no stride": WrongAnswer(no_stride, "neither half has the stride"),
    "with biases": WrongAnswer(with_biases, "bias in look and talk"),
    "bias at the end": WrongAnswer(bias_at_the_end, "bias in talk;"),
    "with ReLU": WrongAnswer(with_relu, "holds Conv2d, ReLU, Conv2d"),
    "two large kernels": WrongAnswer(two_large_kernels, "look at no neighbour"),
    "grouped talk": WrongAnswer(grouped_talk, "do not all hear each other"),
    "not padded by zeros": WrongAnswer(mirrored, "the outputs are off"),
    "one convolution": WrongAnswer(one_convolution, "return a Conv2d"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
