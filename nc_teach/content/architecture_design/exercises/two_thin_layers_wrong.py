"""Known wrong answers to card 5.2. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import WrongAnswer


def _svd(layer: nn.Linear) -> tuple[Tensor, Tensor, Tensor]:
    return torch.linalg.svd(layer.weight.detach(), full_matrices=False)


def _saves(layer: nn.Linear, rank: int) -> bool:
    outputs, inputs = layer.weight.shape
    return rank * (outputs + inputs) < outputs * inputs


def _linear(weight: Tensor, bias: Tensor | None = None) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    with torch.no_grad():
        made.weight.copy_(weight)
        if bias is not None:
            made.bias.copy_(bias)
    return made


def _factors(layer: nn.Linear, rank: int) -> tuple[Tensor, Tensor]:
    u, s, v = _svd(layer)
    return v[:rank], u[:, :rank] * s[:rank]


def _right(layer: nn.Linear, rank: int) -> nn.Sequential:
    first, second = _factors(layer, rank)
    return nn.Sequential(_linear(first), _linear(second, layer.bias))


def bias_in_the_first(layer: nn.Linear, rank: int) -> Any:
    if not _saves(layer, rank):
        return layer
    first, second = _factors(layer, rank)
    bias = None if layer.bias is None else layer.bias[:rank]
    return nn.Sequential(_linear(first, bias), _linear(second))


def bias_in_both(layer: nn.Linear, rank: int) -> Any:
    pair = bias_in_the_first(layer, rank)
    if layer.bias is not None and _saves(layer, rank):
        pair[1].bias = nn.Parameter(layer.bias.detach().clone())
    return pair


def no_bias(layer: nn.Linear, rank: int) -> Any:
    first, second = _factors(layer, rank)
    return nn.Sequential(_linear(first), _linear(second)) if _saves(layer, rank) else layer


def bias_not_copied(layer: nn.Linear, rank: int) -> Any:
    pair = _right(layer, rank)
    if layer.bias is not None:
        nn.init.uniform_(pair[1].bias)
    return pair if _saves(layer, rank) else layer


def bias_out_of_nothing(layer: nn.Linear, rank: int) -> Any:
    first, second = _factors(layer, rank)
    bias = torch.zeros(layer.out_features) if layer.bias is None else layer.bias
    return nn.Sequential(_linear(first), _linear(second, bias))


def without_singular_values(layer: nn.Linear, rank: int) -> nn.Sequential:
    u, _, v = _svd(layer)
    return nn.Sequential(_linear(v[:rank]), _linear(u[:, :rank], layer.bias))


def singular_values_twice(layer: nn.Linear, rank: int) -> nn.Sequential:
    u, s, v = _svd(layer)
    return nn.Sequential(
        _linear(s[:rank, None] * v[:rank]), _linear(u[:, :rank] * s[:rank], layer.bias)
    )


def smallest(layer: nn.Linear, rank: int) -> nn.Sequential:
    u, s, v = _svd(layer)
    return nn.Sequential(_linear(v[-rank:]), _linear(u[:, -rank:] * s[-rank:], layer.bias))


def first_rows(layer: nn.Linear, rank: int) -> nn.Sequential:
    weight = layer.weight.detach()
    pick = torch.zeros(len(weight), rank)
    pick[:rank] = torch.eye(rank)
    return nn.Sequential(_linear(weight[:rank]), _linear(pick, layer.bias))


def v_not_transposed_back(layer: nn.Linear, rank: int) -> nn.Sequential:
    u, s, v = _svd(layer)
    return nn.Sequential(_linear(v[:, :rank].T), _linear(u[:, :rank] * s[:rank], layer.bias))


def upside_down(layer: nn.Linear, rank: int) -> nn.Sequential:
    first, second = _factors(layer, rank)
    return nn.Sequential(_linear(second), _linear(first))


def with_relu(layer: nn.Linear, rank: int) -> nn.Sequential:
    first, second = _right(layer, rank)
    return nn.Sequential(first, nn.ReLU(), second)


def always_two(layer: nn.Linear, rank: int) -> nn.Sequential:
    return _right(layer, rank)


def also_at_equality(layer: nn.Linear, rank: int) -> Any:
    outputs, inputs = layer.weight.shape
    return layer if rank * (outputs + inputs) > outputs * inputs else _right(layer, rank)


def half_of_the_smaller_side(layer: nn.Linear, rank: int) -> Any:
    return layer if rank >= min(layer.weight.shape) / 2 else _right(layer, rank)


def one_product(layer: nn.Linear, rank: int) -> nn.Linear:
    first, second = _factors(layer, rank)
    return _linear(second @ first, layer.bias)


def a_tuple(layer: nn.Linear, rank: int) -> tuple[nn.Linear, nn.Linear]:
    return tuple(_right(layer, rank))


def shares_the_bias(layer: nn.Linear, rank: int) -> Any:
    if not _saves(layer, rank):
        return layer
    pair = _right(layer, rank)
    pair[1].bias = layer.bias
    return pair


def not_trainable(layer: nn.Linear, rank: int) -> Any:
    return _right(layer, rank).requires_grad_(False) if _saves(layer, rank) else layer


def in_place(layer: nn.Linear, rank: int) -> Any:
    if not _saves(layer, rank):
        return layer
    pair = _right(layer, rank)
    with torch.no_grad():
        layer.weight.copy_(pair[1].weight @ pair[0].weight)
    return pair


def forgets_to_return(layer: nn.Linear, rank: int) -> None:
    _right(layer, rank)


WRONG_ANSWERS = {
    "bias in the first": WrongAnswer(bias_in_the_first, "and the second has none"),
    "bias in both": WrongAnswer(bias_in_both, "has a bias, too"),
    "no bias": WrongAnswer(no_bias, "neither of your layers"),
    "bias not copied": WrongAnswer(bias_not_copied, "drawn at random"),
    "bias out of nothing": WrongAnswer(bias_out_of_nothing, "has no bias, but one of yours has"),
    "without singular values": WrongAnswer(without_singular_values, "are missing from it"),
    "singular values twice": WrongAnswer(singular_values_twice, "in it twice"),
    "smallest": WrongAnswer(smallest, "keep the smallest"),
    "first rows": WrongAnswer(first_rows, "it could be"),
    "v not transposed back": WrongAnswer(v_not_transposed_back, "((3, 12), (12, 3))"),
    "upside down": WrongAnswer(upside_down, "((12, 3), (3, 20))"),
    "with ReLU": WrongAnswer(with_relu, "holds Linear, ReLU, Linear"),
    "always two": WrongAnswer(always_two, "for 12 × 20 and rank 8"),
    "also at equality": WrongAnswer(also_at_equality, "for 8 × 8 and rank 4"),
    "half of the smaller side": WrongAnswer(half_of_the_smaller_side, "but you return the layer"),
    "one product": WrongAnswer(one_product, "but you return one layer"),
    "a tuple": WrongAnswer(a_tuple, "return a tuple"),
    "shares the bias": WrongAnswer(shares_the_bias, "share numbers"),
    "not trainable": WrongAnswer(not_trainable, "cannot be trained"),
    "in place": WrongAnswer(in_place, "changes the layer"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
