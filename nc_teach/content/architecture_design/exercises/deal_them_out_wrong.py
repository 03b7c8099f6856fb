"""Known wrong answers to card 5.4. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer


def _table(maps: Tensor, groups: int) -> Tensor:
    batch, channels, *places = maps.shape
    return maps.reshape(batch, groups, channels // groups, *places)


def the_way_back(maps: Tensor, groups: int) -> Tensor:
    table = _table(maps, maps.shape[1] // groups)
    return table.transpose(1, 2).reshape(maps.shape)


def reshape_alone(maps: Tensor, groups: int) -> Tensor:
    return _table(maps, groups).reshape(maps.shape)


def still_a_table(maps: Tensor, groups: int) -> Tensor:
    return _table(maps, groups).transpose(1, 2)


def viewed(maps: Tensor, groups: int) -> Tensor:
    return _table(maps, groups).transpose(1, 2).view(maps.shape)


def _right(maps: Tensor, groups: int) -> Tensor:
    return still_a_table(maps, groups).reshape(maps.shape)


def first_dimension(maps: Tensor, groups: int) -> Tensor:
    return _right(maps.flatten(0, 1)[None], groups).reshape(maps.shape)


def maps_turned(maps: Tensor, groups: int) -> Tensor:
    return _right(maps, groups).transpose(2, 3).reshape(maps.shape)


def whole_groups(maps: Tensor, groups: int) -> Tensor:
    return torch.roll(maps, -(maps.shape[1] // groups), dims=1)


def turned_round(maps: Tensor, groups: int) -> Tensor:
    return maps.flip(1)


def groups_turned_round(maps: Tensor, groups: int) -> Tensor:
    return _table(maps, groups).flip(2).reshape(maps.shape)


def only_two_groups(maps: Tensor, groups: int) -> Tensor:
    return _right(maps, 2 if maps.shape[1] % 2 == 0 else groups)


def at_random(maps: Tensor, groups: int) -> Tensor:
    order = torch.randperm(maps.shape[1], generator=torch.Generator().manual_seed(1))
    return maps[:, order]


def first_of_every_group(maps: Tensor, groups: int) -> Tensor:
    return _table(maps, groups)[:, :, :1].expand_as(_table(maps, groups)).reshape(maps.shape)


def in_place(maps: Tensor, groups: int) -> Tensor:
    return maps.copy_(_right(maps.clone(), groups))


def detached(maps: Tensor, groups: int) -> Tensor:
    return _right(maps.detach(), groups)


def without_the_batch(maps: Tensor, groups: int) -> Tensor:
    return _right(maps, groups)[0]


def an_array(maps: Tensor, groups: int) -> object:
    return _right(maps.detach(), groups).numpy()


def forgets_to_return(maps: Tensor, groups: int) -> None:
    _right(maps, groups)


WRONG_ANSWERS = {
    "the way back": WrongAnswer(the_way_back, "This is the way back"),
    "reshape alone": WrongAnswer(reshape_alone, "a reshape alone keeps the order"),
    "still a table": WrongAnswer(still_a_table, "has 5 dimensions"),
    "viewed": WrongAnswer(viewed, "view size is not compatible"),
    "first dimension": WrongAnswer(first_dimension, "gone to another"),
    "maps turned": WrongAnswer(maps_turned, "rows and columns of the maps are not"),
    "whole groups": WrongAnswer(whole_groups, "move whole groups"),
    "turned round": WrongAnswer(turned_round, "turn the order round"),
    "groups turned round": WrongAnswer(groups_turned_round, "turn each group round"),
    "only two groups": WrongAnswer(only_two_groups, "6 channels in 3 groups become"),
    "at random": WrongAnswer(at_random, "4 channels in 2 groups become"),
    "first of every group": WrongAnswer(first_of_every_group, "there twice"),
    "in place": WrongAnswer(in_place, "changes the maps"),
    "detached": WrongAnswer(detached, "no gradient flows"),
    "without the batch": WrongAnswer(without_the_batch, "the shape (4, 2, 2)"),
    "an array": WrongAnswer(an_array, "return a ndarray"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
