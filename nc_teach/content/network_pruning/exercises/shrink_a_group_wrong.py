"""Known wrong answers to card 1.7. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer


def _parts(weight: Tensor, step: float) -> tuple[Tensor, Tensor, float]:
    groups = weight.flatten(1)
    return groups, groups.norm(dim=1, keepdim=True), step * math.sqrt(groups.shape[1])


def squared_norm(weight: Tensor, step: float) -> Tensor:
    groups, _, limit = _parts(weight, step)
    return (groups / (1 + limit)).view_as(weight)


def every_number(weight: Tensor, step: float) -> Tensor:
    return weight.sign() * (weight.abs() - step).clamp(min=0)


def subgradient(weight: Tensor, step: float) -> Tensor:
    groups, norms, limit = _parts(weight, step)
    return (groups - limit * groups / norms).view_as(weight)


def only_drops(weight: Tensor, step: float) -> Tensor:
    groups, norms, limit = _parts(weight, step)
    return (groups * (norms > limit)).view_as(weight)


def columns(weight: Tensor, step: float) -> Tensor:
    norms = weight.norm(dim=0, keepdim=True)
    limit = step * math.sqrt(len(weight))
    return weight * torch.where(norms > limit, 1 - limit / norms, 0.0)


def the_whole_weight(weight: Tensor, step: float) -> Tensor:
    limit = step * math.sqrt(weight.numel())
    return weight * torch.where(weight.norm() > limit, 1 - limit / weight.norm(), 0.0)


def kernels(weight: Tensor, step: float) -> Tensor:
    if weight.dim() == 2:
        return clamped(weight, step).nan_to_num()
    groups = weight.flatten(2)
    norms, limit = groups.norm(dim=2, keepdim=True), step * math.sqrt(groups.shape[2])
    return (groups * torch.where(norms > limit, 1 - limit / norms, 0.0)).view_as(weight)


def without_the_size(weight: Tensor, step: float) -> Tensor:
    groups, norms, _ = _parts(weight, step)
    return (groups * torch.where(norms > step, 1 - step / norms, 0.0)).view_as(weight)


def without_the_root(weight: Tensor, step: float) -> Tensor:
    groups, norms, _ = _parts(weight, step)
    limit = step * groups.shape[1]
    return (groups * torch.where(norms > limit, 1 - limit / norms, 0.0)).view_as(weight)


def counts_the_groups(weight: Tensor, step: float) -> Tensor:
    groups, norms, _ = _parts(weight, step)
    limit = step * math.sqrt(len(groups))
    return (groups * torch.where(norms > limit, 1 - limit / norms, 0.0)).view_as(weight)


def clamped(weight: Tensor, step: float) -> Tensor:
    groups, norms, limit = _parts(weight, step)
    return (groups * (1 - limit / norms).clamp(min=0)).view_as(weight)


def unit_times_length(weight: Tensor, step: float) -> Tensor:
    groups, norms, limit = _parts(weight, step)
    return (groups / norms * (norms - limit).clamp(min=0)).view_as(weight)


def nearly_zero(weight: Tensor, step: float) -> Tensor:
    groups, norms, limit = _parts(weight, step)
    return (groups * (1 - limit / (norms + 1e-9)).clamp(min=1e-6)).view_as(weight)


def in_place(weight: Tensor, step: float) -> Tensor:
    groups, norms, limit = _parts(weight, step)
    return weight.copy_(groups * torch.where(norms > limit, 1 - limit / norms, 0.0))


def flattened(weight: Tensor, step: float) -> Tensor:
    groups, norms, limit = _parts(weight, step)
    return groups * torch.where(norms > limit, 1 - limit / norms, 0.0)


def only_matrices(weight: Tensor, step: float) -> Tensor:
    rows, columns = weight.shape
    return flattened(weight, step).view(rows, columns)


def twice(weight: Tensor, step: float) -> Tensor:
    return flattened(weight, 2 * step).view_as(weight)


def another_direction(weight: Tensor, step: float) -> Tensor:
    return flattened(weight, step).view_as(weight).roll(1, dims=1)


def the_norms(weight: Tensor, step: float) -> Tensor:
    _, norms, limit = _parts(weight, step)
    return (norms - limit).clamp(min=0)


def forgets_to_return(weight: Tensor, step: float) -> None:
    flattened(weight, step)


WRONG_ANSWERS = {
    "squared norm": WrongAnswer(squared_norm, "(ridge)"),
    "every number by itself": WrongAnswer(every_number, "That is L1"),
    "subgradient step": WrongAnswer(subgradient, "pointing the other way"),
    "only drops": WrongAnswer(only_drops, "you only drop the short groups"),
    "columns": WrongAnswer(columns, "your groups are the columns"),
    "the whole weight": WrongAnswer(the_whole_weight, "the norm of the whole weight"),
    "kernels": WrongAnswer(kernels, "single kernels"),
    "without the size": WrongAnswer(without_the_size, "whatever its size"),
    "without the root": WrongAnswer(without_the_root, "the square root of the size"),
    "counts the groups": WrongAnswer(counts_the_groups, "you count the groups"),
    "clamped": WrongAnswer(clamped, "with step 0 a group of zeros becomes NaN"),
    "unit times length": WrongAnswer(unit_times_length, "with step 2.5 a group of zeros"),
    "nearly zero": WrongAnswer(nearly_zero, "Only an exact zero"),
    "in place": WrongAnswer(in_place, "changes the weight"),
    "flattened": WrongAnswer(flattened, "view_as(weight)"),
    "only matrices": WrongAnswer(only_matrices, "on a 6 × 3 × 3 × 2 weight"),
    "twice": WrongAnswer(twice, "it should lose"),
    "another direction": WrongAnswer(another_direction, "another direction"),
    "the norms": WrongAnswer(the_norms, "the shape (6, 1)"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
