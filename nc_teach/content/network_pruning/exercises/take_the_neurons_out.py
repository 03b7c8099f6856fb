"""Card 1.6: remove neurons for good, from two linear layers with ReLU between them."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .take_the_neurons_out_checks import CHECKS
from .take_the_neurons_out_wrong import WRONG_ANSWERS


def take_out(first, second, keep):
    def layer(weight, bias):
        small = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
        with torch.no_grad():
            small.weight.copy_(weight)
            if bias is not None:
                small.bias.copy_(bias)
        return small

    bias = None if first.bias is None else first.bias[keep]
    return layer(first.weight[keep], bias), layer(second.weight[:, keep], second.bias)


CARD = Exercise(
    key="1.6",
    title="Take the neurons out",
    difficulty=2,
    minutes=8,
    task=(
        "`first` and `second` are two `torch.nn.Linear` layers with ReLU between them; `keep` is a "
        "bool tensor, one entry for each neuron of `first`, True = kept. Return two **new, "
        "smaller** `torch.nn.Linear` layers that compute exactly what the pair computes when the "
        "other neurons are silenced (their row of weights and their bias set to zero). The given "
        "layers stay as they were. Either may have been made with `bias=False`; then so is yours."
    ),
    stub="""\
def take_out(first, second, keep):
    small_first = ...
    small_second = ...
    return small_first, small_second
""",
    checks=CHECKS,
    hints=(
        "A neuron is a row of `first.weight`, an entry of `first.bias`, and a column of "
        "`second.weight`. Whose output is `second.bias`?",
        "Make the layers with `torch.nn.Linear(in, out, bias=...)` and fill them under "
        "`with torch.no_grad():` by `copy_`: `first.weight[keep]`, `first.bias[keep]`, "
        "`second.weight[:, keep]`, and the whole of `second.bias`. Ask first whether a bias "
        "`is not None`.",
    ),
    near_miss=(
        "copying the weights and no bias. The shapes are right, but `torch.nn.Linear` has drawn a "
        "bias of its own at random, and that is what answers."
    ),
    solution=take_out,
    reasoning=(
        "A silent neuron hands a 0 to `second`, and 0 times its column is nothing, so row, bias "
        "and column go together and no other number changes. `second.bias` belongs to the neurons "
        "of `second`, which all stay. `copy_` fills the new layers with numbers of their own; "
        "their shapes, and `in_features` and `out_features`, are right from the start."
    ),
    wrong_answers=WRONG_ANSWERS,
)
