"""What a number or a tensor may be, declared beside its type: ``count: Count``.

To a type checker ``Count`` is an ``int``; :mod:`.declared` holds every call to the rest.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from torch import Tensor


@dataclass(frozen=True)
class That:
    """Which values of a type are allowed, and how an error says it: "must be <words>"."""

    words: str
    holds: Callable[..., bool]

    def __repr__(self) -> str:  # as help() shows it beside the parameter
        return self.words


@dataclass(frozen=True)
class Like:
    """A tensor has the shape of another argument, ``other``."""

    other: str


def whole(least: int, most: int | None = None) -> That:
    """An integer from ``least`` to ``most``, or of any size."""
    if most is None:
        return That(f"an integer of at least {least}", lambda n: n >= least)
    return That(f"an integer from {least} to {most:,}", lambda n: least <= n <= most)


def one_of(*names: str) -> That:
    """One of a few words."""
    return That(f"one of {', '.join(names)}", names.__contains__)


def floats(words: str, *, dims: int | None = None) -> That:
    """A tensor of floats, with so many dimensions where that matters."""
    return That(words, lambda t: t.is_floating_point() and dims in (None, t.dim()))


Count = Annotated[int, whole(1)]
Odd = Annotated[int, That("an odd integer of at least 1", lambda n: n >= 1 and n % 2 == 1)]
Natural = Annotated[int, whole(0)]
Seed = Annotated[int, That("an integer from 0 to 2^63 - 1", lambda n: 0 <= n < 2**63)]
Finite = Annotated[float, That("a finite number", math.isfinite)]
Number = Annotated[float, That("a number, not NaN", lambda x: x == x)]
Positive = Annotated[float, That("a positive number", lambda x: 0 < x < math.inf)]
NotNegative = Annotated[float, That("a number of at least 0", lambda x: 0 <= x < math.inf)]
Limit = Annotated[float, That("a number of at least 0, or inf", lambda x: x >= 0)]
Share = Annotated[float, That("from 0 to 1", lambda x: 0 <= x <= 1)]
Part = Annotated[float, That("above 0 and at most 1", lambda x: 0 < x <= 1)]
Between = Annotated[float, That("between 0 and 1", lambda x: 0 < x < 1)]
Sparsity = Annotated[float, That("at least 0 and less than 1", lambda x: 0 <= x < 1)]

Stacked = Annotated[
    Tensor,
    That(
        "a float tensor of exits x N x classes, without NaN",
        lambda t: t.is_floating_point() and t.dim() == 3 and not t.isnan().any(),
    ),
]
Floats = Annotated[Tensor, floats("a float tensor")]
Vector = Annotated[Tensor, floats("a float vector, n", dims=1)]
Matrix = Annotated[Tensor, floats("a float matrix, m x n", dims=2)]
Scores = Annotated[
    Tensor,
    That(
        "a float tensor of ... x classes",
        lambda t: t.is_floating_point() and t.dim() > 0 and t.shape[-1] > 0,
    ),
]
Logits = Annotated[Tensor, floats("a float tensor of N x classes", dims=2)]
Images = Annotated[Tensor, floats("a float tensor of N x C x H x W", dims=4)]
Whole = Annotated[
    Tensor, That("a tensor of integers", lambda t: not (t.is_floating_point() or t.is_complex()))
]
Labels = Annotated[
    Tensor,
    That("an int64 tensor, N", lambda t: t.dim() == 1 and str(t.dtype) == "torch.int64"),
]
Numbers = Annotated[np.ndarray, That("an array of numbers", lambda a: a.dtype.kind in "biuf")]
Mask = Annotated[
    Tensor, That("a bool tensor (True = kept)", lambda t: str(t.dtype) == "torch.bool")
]
MaskOf = Mapping[str, Mask]
