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
from nc_teach.training.checks import are_probabilities


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
    check_logits("logits", logits)
    check_finite("logits", logits)
    check_temperature(temperature)
    return torch.softmax(scaled(logits, temperature), dim=-1).to(logits.dtype)


def scaled(logits: Tensor, temperature: Positive) -> Tensor:
    """(z - max z) / T, the exponent of every class, in an order of steps that cannot overflow.

    In float32 at least: half precision ends at 65,504.

    >>> scaled(torch.tensor([3.0e38, -3.0e38]), temperature=2.0)
    tensor([ 0.0000e+00, -3.0000e+38])
    """
    logits = at_least_float32(logits)
    if temperature >= 1:
        shrunk = logits / temperature
        return shrunk - shrunk.amax(dim=-1, keepdim=True)
    least = max(temperature, torch.finfo(logits.dtype).tiny)  # smaller ones would divide as zero
    return (logits - logits.amax(dim=-1, keepdim=True)) / least


def at_least_float32(numbers: Tensor) -> Tensor:
    """The same in float32, or in float64 if they are that already."""
    return numbers.to(torch.promote_types(numbers.dtype, torch.float32))


def entropy(probabilities: Tensor) -> Tensor:
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


def check_temperature(temperature: Positive) -> None:
    """Raise ``ValueError`` unless ``temperature`` is a finite number above 0."""
    number = isinstance(temperature, int | float) and not isinstance(temperature, bool)
    if not (number and math.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be a finite number above 0, got {temperature!r}")


def check_logits(name: str, logits: Tensor) -> None:
    """Raise ``ValueError`` unless ``logits`` is a float tensor with at least one class."""
    right = isinstance(logits, Tensor) and logits.is_floating_point() and logits.ndim >= 1
    if not right or logits.shape[-1] == 0:
        kind = (
            f"{logits.dtype} of shape {tuple(logits.shape)}"
            if isinstance(logits, Tensor)
            else type(logits).__name__
        )
        raise ValueError(f"{name} must be a float tensor of ... x classes, got {kind}")


def check_finite(name: str, logits: Tensor) -> tuple[float, float]:
    """The smallest and the largest of ``logits``; ``ValueError`` when one is not finite."""
    low, high = (end.item() for end in logits.detach().aminmax())
    if not (math.isfinite(low) and math.isfinite(high)):
        odd = int((~logits.isfinite()).sum())
        raise ValueError(f"{name} must be finite, got {odd:,} that are infinite or NaN")
    return low, high


def check_pair(student_logits: Tensor, teacher_logits: Tensor) -> None:
    """Raise ``ValueError`` unless both are finite logits of N x classes, of one shape, N > 0.

    Rows of numbers from 0 that sum to 1 are probabilities: a softmax has been taken already.
    """
    check_logits("student_logits", student_logits)
    check_logits("teacher_logits", teacher_logits)
    if student_logits.ndim != 2 or student_logits.shape != teacher_logits.shape:
        raise ValueError(
            "student_logits and teacher_logits must both be N x classes, got "
            f"{tuple(student_logits.shape)} and {tuple(teacher_logits.shape)}"
        )
    if len(student_logits) == 0:
        raise ValueError("student_logits must hold at least one image, got none")
    for name, logits in (("student_logits", student_logits), ("teacher_logits", teacher_logits)):
        low, _ = check_finite(name, logits)
        if low >= 0 and are_probabilities(logits):
            raise ValueError(
                f"{name} must be logits, got probabilities (rows from 0 that sum to 1): give what "
                "comes before the softmax"
            )
