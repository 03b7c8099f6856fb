"""Card 5.2: one linear layer as two thin ones, by singular value decomposition."""

from __future__ import annotations

import torch

from nc_teach.classroom.old_card import Exercise

from .two_thin_layers_checks import CHECKS
from .two_thin_layers_wrong import WRONG_ANSWERS


def factorise(layer, rank):
    outputs, inputs = layer.weight.shape
    if rank * (outputs + inputs) >= outputs * inputs:
        return layer
    u, s, v = torch.linalg.svd(layer.weight.detach(), full_matrices=False)
    first = torch.nn.Linear(inputs, rank, bias=False)
    second = torch.nn.Linear(rank, outputs, bias=layer.bias is not None)
    with torch.no_grad():
        first.weight.copy_(v[:rank])
        second.weight.copy_(u[:, :rank] * s[:rank])
        if layer.bias is not None:
            second.bias.copy_(layer.bias)
    return torch.nn.Sequential(first, second)


CARD = Exercise(
    key="5.2",
    title="Two thin layers",
    difficulty=2,
    minutes=10,
    task=(
        "`layer` is a `torch.nn.Linear` of M outputs and N inputs. Return "
        "`torch.nn.Sequential(first, second)`: N inputs to `rank` numbers, and these to all M "
        "outputs, with the product of their weights as near to `layer.weight` as a matrix of that "
        "rank can be (by `torch.linalg.svd`). Nothing stands between them, and the bias, if there "
        "is one, is added once. But where two factors would not hold **fewer weights** than the "
        "one matrix, return `layer` itself. The given layer stays as it was. "
        "Up to which rank is it worth it?"
    ),
    stub="""\
import torch


def factorise(layer, rank):
    first = torch.nn.Linear(layer.in_features, rank, bias=False)
    second = torch.nn.Linear(rank, layer.out_features)
    ...
    return torch.nn.Sequential(first, second)
""",
    checks=CHECKS,
    hints=(
        "`layer.weight` is `u * s @ v`: u has M rows, v has N columns (it is already transposed). "
        "The first `rank` of each are the largest. Which of the two belongs to the layer that "
        "comes first? And which bias would the second layer multiply?",
        "`first.weight` is `v[:rank]`, `second.weight` is `u[:, :rank] * s[:rank]`, copied under "
        "`torch.no_grad()`; `first` has `bias=False`, and `second` gets the bias. Two factors hold "
        "rank · (M + N) weights, the matrix M · N.",
    ),
    near_miss=(
        "putting the bias into the first layer. For a bias of zero everything is right; else it "
        "is `rank` numbers long, goes through the second matrix, and is another bias."
    ),
    solution=factorise,
    reasoning=(
        "Truncating the singular value decomposition gives the nearest matrix of rank K (Eckart "
        "and Young). y = A (B x) + b: B is applied first, so it is the layer with the rows of v; "
        "the bias belongs to the outputs, which only the second layer makes. On which side the "
        "singular values go is free; half on each would train more evenly."
    ),
    wrong_answers=WRONG_ANSWERS,
)
