"""Softmax at a temperature: the same logits, spoken more softly.

Logits are a network's outputs before softmax. Divided by a temperature T above 1 they give
probabilities that are closer to each other, and what the network thinks of the *wrong* classes
becomes visible. T changes neither the order of the classes nor, therefore, the accuracy.

Source: Hinton, Vinyals, Dean (2015), "Distilling the Knowledge in a Neural Network", equation 1.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from nc_teach.common.kinds import Finite, Positive, Scores
from nc_teach.table import Table


def softmax(logits: Scores, temperature: Positive = 1.0) -> Tensor:
    """Probabilities q_i = exp(z_i / T) / sum_j exp(z_j / T) over the last dimension.

    Safe for any finite logits and any T > 0: nothing overflows, and a class that is out of reach
    gets an exact 0.

    Returns in the shape and dtype of ``logits``; sums to 1 over the last dimension. Raises
    ``ValueError`` when ``logits`` is no float tensor or holds anything that is not finite, or
    unless T > 0.

    - ``logits``: Float tensor, ... x classes.
    - ``temperature``: T, without a unit. 1 is the usual softmax, towards 0 the winner takes all,
      towards infinity all classes become equal.

    The lecture's example, three logits at two temperatures:

    >>> logits = torch.tensor([100.0, 10.0, 1.0])
    >>> softmax(logits, temperature=1).round(decimals=2)
    tensor([1., 0., 0.])
    >>> softmax(logits, temperature=100).round(decimals=2)
    tensor([0.5600, 0.2300, 0.2100])
    """
    if not torch.isfinite(logits).all():
        raise ValueError("logits must be finite, got infinity or NaN among them")
    return torch.softmax(scaled(logits, temperature), dim=-1)


def scaled(logits: Tensor, temperature: Positive) -> Tensor:
    """(z - max z) / T, the exponent of every class, in an order of steps that cannot overflow.

    >>> scaled(torch.tensor([3.0e38, -3.0e38]), temperature=2.0)
    tensor([ 0.0000e+00, -3.0000e+38])
    """
    if temperature >= 1:
        shrunk = logits / temperature
        return shrunk - shrunk.amax(dim=-1, keepdim=True)
    least = max(temperature, torch.finfo(logits.dtype).tiny)  # smaller ones would divide as zero
    return (logits - logits.amax(dim=-1, keepdim=True)) / least


def entropy(probabilities: Scores) -> Tensor:
    """H = -sum_i p_i log2 p_i over the last dimension, in bits; 0 log 0 counts as 0.

    0 is certainty; log2 of the number of classes is the most there can be. Takes ... x classes,
    returns one number for each row.

    >>> entropy(torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]))
    tensor([0., 2.])
    >>> entropy(torch.tensor([0.5, 0.25, 0.25]))
    tensor(1.5000)
    """
    return torch.special.entr(probabilities).sum(dim=-1).abs() / math.log(2)  # no -0


def temperature_table(logits: Sequence[Finite], temperatures: Sequence[Positive]) -> Table:
    """The lecture's table: a row per temperature with y / T, softmax of it, and its entropy.

    >>> print(temperature_table((100, 10, 1), (1, 100)))
    temperature         y / T           softmax  entropy, bits
    T = 1          100, 10, 1  1.00, 0.00, 0.00           0.00
    T = 100      1, 0.1, 0.01  0.56, 0.23, 0.21           1.43
    """
    rows = []
    for temperature in temperatures:
        soft = softmax(torch.tensor(logits, dtype=torch.float64), temperature)
        divided = ", ".join(f"{y / temperature:g}" for y in logits)
        probabilities = ", ".join(f"{p:.2f}" for p in soft.tolist())
        bits = f"{entropy(soft).item():.2f}"
        rows.append((f"T = {temperature:g}", divided, probabilities, bits))
    return Table(("temperature", "y / T", "softmax", "entropy, bits"), tuple(rows))


def check_pair(student_logits: Tensor, teacher_logits: Tensor) -> None:
    """Raise ``ValueError`` unless both are float tensors of N x classes, of one shape, N > 0."""
    if student_logits.ndim != 2 or student_logits.shape != teacher_logits.shape:
        raise ValueError(
            "student_logits and teacher_logits must both be N x classes, got "
            f"{tuple(student_logits.shape)} and {tuple(teacher_logits.shape)}"
        )
    if len(student_logits) == 0:
        raise ValueError("student_logits must hold at least one image, got none")
