"""Known wrong answers to card 1.5. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer


def _flat(outputs: Tensor) -> Tensor:
    return outputs.transpose(0, 1).flatten(1)


def for_each_image(outputs: Tensor) -> Tensor:
    return (outputs <= 0).flatten(1).float().mean(dim=1)


def for_each_position(outputs: Tensor) -> Tensor:
    return (outputs <= 0).float().mean(dim=0)


def below_zero(outputs: Tensor) -> Tensor:
    return (_flat(outputs) < 0).float().mean(dim=1)


def before_relu(outputs: Tensor) -> Tensor:
    return (_flat(outputs) == 0).float().mean(dim=1)


def nearly_zero(outputs: Tensor) -> Tensor:
    return (_flat(outputs) < 0.01).float().mean(dim=1)


def how_often_it_speaks(outputs: Tensor) -> Tensor:
    return (_flat(outputs) > 0).float().mean(dim=1)


def in_per_cent(outputs: Tensor) -> Tensor:
    return 100 * (_flat(outputs) <= 0).float().mean(dim=1)


def how_many(outputs: Tensor) -> Tensor:
    return (_flat(outputs) <= 0).float().sum(dim=1)


def how_many_as_integers(outputs: Tensor) -> Tensor:
    return (_flat(outputs) <= 0).sum(dim=1)


def mean_output(outputs: Tensor) -> Tensor:
    return _flat(outputs).relu().mean(dim=1)


def divided_by_images(outputs: Tensor) -> Tensor:
    return (_flat(outputs) <= 0).float().sum(dim=1) / len(outputs)


def whole_maps(outputs: Tensor) -> Tensor:
    silent = (outputs <= 0).reshape(*outputs.shape[:2], -1)
    return silent.all(dim=2).float().mean(dim=0)


def mean_over_the_map_first(outputs: Tensor) -> Tensor:
    spoken = outputs.reshape(*outputs.shape[:2], -1).mean(dim=2)
    return (spoken <= 0).float().mean(dim=0)


def one_number(outputs: Tensor) -> Tensor:
    return (outputs <= 0).float().mean()


def keeps_the_dimension(outputs: Tensor) -> Tensor:
    return (_flat(outputs) <= 0).float().mean(dim=1, keepdim=True)


def a_list(outputs: Tensor) -> list[float]:
    return [(unit <= 0).float().mean().item() for unit in _flat(outputs)]


def relu_in_place(outputs: Tensor) -> Tensor:
    return (_flat(outputs.relu_()) == 0).float().mean(dim=1)


def squeezed(outputs: Tensor) -> Tensor:
    silent = (outputs <= 0).float().squeeze()
    return silent.mean(dim=[d for d in range(silent.dim()) if d != 1])


def forgets_a_unit(outputs: Tensor) -> Tensor:
    shares = (_flat(outputs) <= 0).float().mean(dim=1)
    return shares.where(shares < 1, torch.zeros_like(shares))


def only_for_neurons(outputs: Tensor) -> Tensor:
    images, units = outputs.shape
    return torch.stack([(outputs[:, u] <= 0).sum() / images for u in range(units)])


def forgets_to_return(outputs: Tensor) -> None:
    (_flat(outputs) <= 0).float().mean(dim=1)


WRONG_ANSWERS = {
    "for each image": WrongAnswer(for_each_image, "a number for each image"),
    "for each position": WrongAnswer(for_each_position, "a share for every position"),
    "below zero": WrongAnswer(below_zero, "exactly 0"),
    "before ReLU": WrongAnswer(before_relu, "zeros before ReLU"),
    "nearly zero": WrongAnswer(nearly_zero, "nearly zero"),
    "how often it speaks": WrongAnswer(how_often_it_speaks, "not** zero"),
    "in per cent": WrongAnswer(in_per_cent, "in per cent"),
    "how many": WrongAnswer(how_many, "how many, not which share"),
    "how many, as integers": WrongAnswer(how_many_as_integers, "torch.int64"),
    "mean output": WrongAnswer(mean_output, "how loud a unit is"),
    "divided by images": WrongAnswer(divided_by_images, "exceed 1"),
    "whole maps": WrongAnswer(whole_maps, "only where all its positions are"),
    "mean over the map first": WrongAnswer(mean_over_the_map_first, "its mean hides that"),
    "one number": WrongAnswer(one_number, "the shape ()"),
    "keeps the dimension": WrongAnswer(keeps_the_dimension, "the shape (5, 1)"),
    "a list": WrongAnswer(a_list, "return one tensor"),
    "ReLU in place": WrongAnswer(relu_in_place, "`relu_()`"),
    "squeezed": WrongAnswer(squeezed, "a single image"),
    "forgets the dead": WrongAnswer(forgets_a_unit, "12 of its 12 outputs are zero"),
    "only for neurons": WrongAnswer(only_for_neurons, "too many values to unpack"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
