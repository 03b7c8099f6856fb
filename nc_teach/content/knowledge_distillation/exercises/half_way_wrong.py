"""Known wrong answers to card 3.4. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import WrongAnswer

Net = nn.Sequential


@torch.no_grad()
def _mean(a: Net, b: Net, rows: Tensor, biases: Tensor, columns: Tensor) -> Net:
    mean = copy.deepcopy(a)
    mean[0].weight.copy_((a[0].weight + b[0].weight[rows]) / 2)
    mean[0].bias.copy_((a[0].bias + b[0].bias[biases]) / 2)
    mean[2].weight.copy_((a[2].weight + b[2].weight[:, columns]) / 2)
    mean[2].bias.copy_((a[2].bias + b[2].bias) / 2)
    return mean


def without_the_order(a: Net, b: Net, order: Tensor) -> Net:
    stay = torch.arange(len(order))
    return _mean(a, b, stay, stay, stay)


def rows_only(a: Net, b: Net, order: Tensor) -> Net:
    stay = torch.arange(len(order))
    return _mean(a, b, order, stay, stay)


def without_the_bias(a: Net, b: Net, order: Tensor) -> Net:
    return _mean(a, b, order, torch.arange(len(order)), order)


def without_the_columns(a: Net, b: Net, order: Tensor) -> Net:
    return _mean(a, b, order, order, torch.arange(len(order)))


def backwards(a: Net, b: Net, order: Tensor) -> Net:
    back = order.argsort()
    return _mean(a, b, back, back, back)


def outputs_permuted_too(a: Net, b: Net, order: Tensor) -> Net:
    mean = _mean(a, b, order, order, order)
    with torch.no_grad():
        mean[2].bias.copy_((a[2].bias + b[2].bias.roll(1)) / 2)
    return mean


def the_sum(a: Net, b: Net, order: Tensor) -> Net:
    mean = _mean(a, b, order, order, order)
    with torch.no_grad():
        for p in mean.parameters():
            p.mul_(2)
    return mean


def in_place(a: Net, b: Net, order: Tensor) -> Net:
    a.load_state_dict(_mean(a, b, order, order, order).state_dict())
    return a


def all_the_way(a: Net, b: Net, order: Tensor) -> Net:
    twin = copy.deepcopy(b)
    with torch.no_grad():
        twin[0].weight.copy_(b[0].weight[order])
        twin[0].bias.copy_(b[0].bias[order])
        twin[2].weight.copy_(b[2].weight[:, order])
    return twin


def nothing_of_b(a: Net, b: Net, order: Tensor) -> Net:
    return copy.deepcopy(a)


class _Ensemble(nn.Module):
    def __init__(self, a: Net, b: Net) -> None:
        super().__init__()
        self.a, self.b = a, b

    def forward(self, images: Tensor) -> Tensor:
        return (self.a(images) + self.b(images)) / 2


def an_ensemble(a: Net, b: Net, order: Tensor) -> nn.Module:
    return _Ensemble(a, b)


def a_state_dict(a: Net, b: Net, order: Tensor) -> dict[str, Tensor]:
    return dict(_mean(a, b, order, order, order).state_dict())


def at_random(a: Net, b: Net, order: Tensor) -> Net:
    mean = copy.deepcopy(a)
    with torch.no_grad():
        for p in mean.parameters():
            p.fill_(0.5)
    return mean


def forgets_to_return(a: Net, b: Net, order: Tensor) -> None:
    _mean(a, b, order, order, order)


WRONG_ANSWERS = {
    "without the order": WrongAnswer(without_the_order, "two strangers"),
    "rows only": WrongAnswer(rows_only, "the first bias and the columns of the second weight"),
    "without the bias": WrongAnswer(without_the_bias, "the first bias is not the mean"),
    "without the columns": WrongAnswer(
        without_the_columns, "the columns of the second weight are not"
    ),
    "backwards": WrongAnswer(backwards, "the order backwards"),
    "outputs permuted too": WrongAnswer(outputs_permuted_too, "the second bias is not"),
    "the sum": WrongAnswer(the_sum, "twice too large"),
    "in place": WrongAnswer(in_place, "Work on a copy"),
    "all the way": WrongAnswer(all_the_way, "all the way"),
    "nothing of b": WrongAnswer(nothing_of_b, "Nothing of `b`"),
    "an ensemble": WrongAnswer(an_ensemble, "an ensemble"),
    "a state dict": WrongAnswer(a_state_dict, "you return a dict"),
    "at random": WrongAnswer(at_random, "no parameter is the mean"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
