"""Known wrong answers to card 5.6. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from nc_teach import architecture
from nc_teach.classroom.old_card import WrongAnswer


def one_hidden_layer() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 120), nn.ReLU(), nn.Linear(120, 10))


def one_matrix() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def no_activation() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, 2, 1), nn.Conv2d(4, 8, 3, 2, 1), nn.Flatten(), nn.Linear(392, 10)
    )


def mean_of_few_maps() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, 2, 1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10),
    )  # fmt: skip


def two_channels() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 2, 3, 4, 1), nn.ReLU(), nn.Flatten(), nn.Linear(98, 10))


def at_full_size() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4), nn.Flatten(), nn.Linear(784, 10)
    )


def a_wide_hidden_layer() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 10))


def a_network_of_the_chapter() -> nn.Module:
    return architecture.MobileNetV1.small()


def ends_with_softmax() -> nn.Module:
    return nn.Sequential(one_hidden_layer(), nn.Softmax(dim=1))


def nine_outputs() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 9))


def maps_at_the_end() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 10, 28))


def three_input_channels() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.Flatten(), nn.Linear(1568, 10))


def nothing_to_train() -> nn.Module:
    return nn.Sequential(nn.AdaptiveAvgPool2d((2, 5)), nn.Flatten())


def the_class() -> type:
    return architecture.MobileNetV1


def a_list() -> list[nn.Module]:
    return list(one_hidden_layer())


def a_state() -> dict[str, torch.Tensor]:
    return one_hidden_layer().state_dict()


def forgets_to_return() -> Any:
    one_hidden_layer()


WRONG_ANSWERS = {
    "one hidden layer": WrongAnswer(one_hidden_layer, "It has no convolution"),
    "one matrix": WrongAnswer(one_matrix, "Nothing in it bends"),
    "no activation": WrongAnswer(no_activation, "together are one matrix"),
    "mean of few maps": WrongAnswer(mean_of_few_maps, "forgets where things are"),
    "two channels": WrongAnswer(two_channels, "has not spent half of its budget"),
    "at full size": WrongAnswer(at_full_size, "The dearest layer is `0`, with 112,896"),
    "a wide hidden layer": WrongAnswer(a_wide_hidden_layer, "The dearest layer is `1`"),
    "a network of the chapter": WrongAnswer(a_network_of_the_chapter, "too many"),
    "ends with softmax": WrongAnswer(ends_with_softmax, "ends with a softmax"),
    "nine outputs": WrongAnswer(nine_outputs, "the shape (20, 9)"),
    "maps at the end": WrongAnswer(maps_at_the_end, "the shape (20, 10, 1, 1)"),
    "three input channels": WrongAnswer(three_input_channels, "to have 3 channels"),
    "nothing to train": WrongAnswer(nothing_to_train, "no parameters"),
    "the class": WrongAnswer(the_class, "the class `MobileNetV1` itself"),
    "a list": WrongAnswer(a_list, "of type list"),
    "a state": WrongAnswer(a_state, "of type OrderedDict"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
