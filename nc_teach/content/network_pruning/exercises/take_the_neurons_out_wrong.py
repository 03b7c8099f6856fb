"""Known wrong answers to card 1.6. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import WrongAnswer

Pair = tuple[nn.Linear, nn.Linear]


def _layer(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    with torch.no_grad():
        layer.weight.copy_(weight)
        if bias is not None:
            layer.bias.copy_(bias)
    return layer


def _bias(layer: nn.Linear, keep: Tensor) -> Tensor | None:
    return None if layer.bias is None else layer.bias[keep]


def copies_no_bias(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    small = nn.Linear(first.in_features, int(keep.sum()))
    reader = nn.Linear(int(keep.sum()), second.out_features)
    with torch.no_grad():
        small.weight.copy_(first.weight[keep])
        reader.weight.copy_(second.weight[:, keep])
    return small, reader


def first_without_bias(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    return _layer(first.weight[keep], None), _layer(second.weight[:, keep], second.bias)


def second_without_bias(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    return _layer(first.weight[keep], _bias(first, keep)), _layer(second.weight[:, keep], None)


def second_bias_is_zero(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    bias = None if second.bias is None else torch.zeros_like(second.bias)
    return _layer(first.weight[keep], _bias(first, keep)), _layer(second.weight[:, keep], bias)


def bias_in_its_old_size(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    small = _layer(first.weight[keep], _bias(first, keep))
    small.bias = nn.Parameter(first.bias.detach().clone())
    return small, _layer(second.weight[:, keep], second.bias)


def cuts_the_bias_of_second(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    reader = _layer(second.weight[:, keep], second.bias)
    reader.bias = nn.Parameter(second.bias.detach()[keep[: len(second.bias)]].clone())
    return _layer(first.weight[keep], _bias(first, keep)), reader


def columns_of_first(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    small = _layer(first.weight[:, keep], first.bias)
    return small, _layer(second.weight[:, keep], second.bias)


def rows_of_second(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    return _layer(first.weight[keep], _bias(first, keep)), _layer(second.weight[keep], None)


def zeros_only(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    weight, bias = first.weight * keep[:, None], first.bias * keep
    return _layer(weight, bias), _layer(second.weight * keep, second.bias)


def only_first_is_smaller(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    return _layer(first.weight[keep], _bias(first, keep)), _layer(second.weight, second.bias)


def upside_down(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    return _layer(first.weight[~keep], _bias(first, ~keep)), _layer(
        second.weight[:, ~keep], second.bias
    )


def the_first_neurons(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    n = int(keep.sum())
    return _layer(first.weight[:n], first.bias[:n]), _layer(second.weight[:, :n], second.bias)


def columns_of_others(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    n = int(keep.sum())
    return _layer(first.weight[keep], _bias(first, keep)), _layer(second.weight[:, :n], second.bias)


def sizes_not_updated(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    small, reader = copy.deepcopy(first), copy.deepcopy(second)
    small.weight.data, small.bias.data = first.weight.data[keep], first.bias.data[keep]
    reader.weight.data = second.weight.data[:, keep]
    return small, reader


def in_place(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    for layer, places in ((first, (keep,)), (second, (slice(None), keep))):
        layer.weight = nn.Parameter(layer.weight.detach()[places])
        layer.out_features, layer.in_features = layer.weight.shape
    first.bias = nn.Parameter(first.bias.detach()[keep])
    return first, second


def shares_the_bias(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    reader = _layer(second.weight[:, keep], second.bias)
    reader.bias = second.bias
    return _layer(first.weight[keep], _bias(first, keep)), reader


def frozen(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    layers = (
        _layer(first.weight[keep], _bias(first, keep)),
        _layer(second.weight[:, keep], second.bias),
    )
    return layers[0].requires_grad_(False), layers[1].requires_grad_(False)


def stops_without_bias(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    return _layer(first.weight[keep], first.bias[keep]), _layer(second.weight[:, keep], second.bias)


def always_a_bias(first: nn.Linear, second: nn.Linear, keep: Tensor) -> Pair:
    bias = torch.zeros(len(keep)) if first.bias is None else first.bias
    return _layer(first.weight[keep], bias[keep]), _layer(second.weight[:, keep], second.bias)


def in_one_piece(first: nn.Linear, second: nn.Linear, keep: Tensor) -> nn.Sequential:
    small = _layer(first.weight[keep], _bias(first, keep))
    return nn.Sequential(small, nn.ReLU(), _layer(second.weight[:, keep], second.bias))


def tensors(first: nn.Linear, second: nn.Linear, keep: Tensor) -> tuple[Tensor, Tensor]:
    return first.weight[keep], second.weight[:, keep]


def forgets_to_return(first: nn.Linear, second: nn.Linear, keep: Tensor) -> None:
    _layer(first.weight[keep], _bias(first, keep))


WRONG_ANSWERS = {
    "copies no bias": WrongAnswer(copies_no_bias, "the bias of your first layer is not"),
    "first without bias": WrongAnswer(first_without_bias, "first layer has no bias"),
    "second without bias": WrongAnswer(second_without_bias, "second layer has no bias"),
    "the bias of second is zero": WrongAnswer(second_bias_is_zero, "is not `second.bias`"),
    "the bias of first in its old size": WrongAnswer(bias_in_its_old_size, "goes with it"),
    "cuts the bias of second": WrongAnswer(cuts_the_bias_of_second, "its bias stays whole"),
    "columns of first": WrongAnswer(columns_of_first, "one of the rows of `first.weight`"),
    "rows of second": WrongAnswer(rows_of_second, "one of the columns of `second.weight`"),
    "zeros only": WrongAnswer(zeros_only, "the rows of the silent neurons must be gone"),
    "only first is smaller": WrongAnswer(only_first_is_smaller, "the columns of the silent"),
    "upside down": WrongAnswer(upside_down, "True in `keep` means kept"),
    "the first neurons": WrongAnswer(the_first_neurons, "`first.weight[keep]`"),
    "columns of other neurons": WrongAnswer(columns_of_others, "`second.weight[:, keep]`"),
    "sizes not updated": WrongAnswer(sizes_not_updated, "must agree with it"),
    "in place": WrongAnswer(in_place, "changes what it was given"),
    "shares the bias": WrongAnswer(shares_the_bias, "share numbers"),
    "frozen": WrongAnswer(frozen, "cannot be trained"),
    "stops without a bias": WrongAnswer(stops_without_bias, "neurons without a bias with"),
    "always a bias": WrongAnswer(always_a_bias, "the given one has no bias"),
    "in one piece": WrongAnswer(in_one_piece, "you return a Sequential"),
    "tensors": WrongAnswer(tensors, "should be a `torch.nn.Linear`"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
