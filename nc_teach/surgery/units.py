"""What the operators work on here: not a network's numbers, but *which unit each number is from*.

A map N x C x H x W is followed as a small tensor 1 x C x 1 x 1 of the units' own numbers (ids).
What moves numbers about, a concatenation or a shuffle, moves ids in the same way, so torch itself
says where a unit has gone. Axes along which all numbers are from one unit (the batch, height,
width, words) have length 1 and are *free*; -1 stands where no unit of a layer is behind a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nc_teach.common.kinds import Natural


class Size(Enum):
    """Lengths that the ids do not tell: of a free axis, or of a tensor that is not followed."""

    FREE = "free"
    UNKNOWN = "unknown"


FREE, UNKNOWN = Size.FREE, Size.UNKNOWN
Value = Any  # what a call takes and gives: Units, a Count, a Size, a number, or a list of these


class LostError(ValueError):
    """The units cannot be followed through a call; the text goes on where the call's words end."""


class Count(int):
    """How many units an axis has: the one kind of number that shrinks with the network."""

    units: Tensor

    def __new__(cls, value: int, units: Tensor) -> "Count":
        count = super().__new__(cls, value)
        count.units = units
        return count


@dataclass(frozen=True)
class Units:
    """The ids behind a tensor.

    ``spread`` says how a flattened axis is to be read where it turns out to be k times as long as
    its ids: "inner", each unit k times in a row (a flattened map); "outer", all units k times over
    (flattened words); "mixed", neither; "" for an axis that has not been flattened.
    """

    ids: Tensor
    spread: str = ""

    def over(self, length: int, dim: int) -> Tensor | None:
        """The id behind each of ``length`` numbers along ``dim``, or None if that cannot be.

        >>> flat = Units(torch.tensor([[4, 5]]), "inner")
        >>> flat.over(6, dim=1).tolist()
        [4, 4, 4, 5, 5, 5]
        """
        count = self.ids.numel()
        if not -self.ids.ndim <= dim < self.ids.ndim or self.ids.shape[dim] != count:
            return None  # another axis has units too
        row, times = self.ids.flatten(), length // count
        if count == 1:
            return row.expand(length)
        if times == 1 or length % count:
            return row if length == count else None
        ways = {"inner": row.repeat_interleave(times), "outer": row.repeat(times)}
        return ways.get(self.spread)


@dataclass(frozen=True)
class Call:
    """One call: the operator's kind, its inputs with ids for tensors, and its words for a reader.

    Of a module, ``options`` are its attributes: ``nn.Flatten(1)`` is read as ``flatten(x, 1)``.
    """

    kind: str
    inputs: tuple[Value, ...]
    options: dict[str, Value]
    words: str

    def given(self, place: int, name: str, default: Value = None) -> Value:
        return self.inputs[place] if len(self.inputs) > place else self.options.get(name, default)

    def rest(self) -> tuple[Value, ...]:
        """What follows the tensor, ``view(x, 2, 3)`` or ``view(x, (2, 3))`` alike."""
        rest = self.inputs[1:]
        return tuple(rest[0]) if len(rest) == 1 and isinstance(rest[0], tuple | list) else rest


class Ties:
    """Which units go together, and which stay and why.

    ``root`` has for each unit the smallest of all that it goes with.

    >>> ties = Ties()
    >>> ties.tie(ties.new(2), ties.new(2))  # 0 with 2, 1 with 3
    >>> ties.root.tolist()
    [0, 1, 0, 1]
    """

    def __init__(self) -> None:
        self.root = torch.empty(0, dtype=torch.int64)
        self.stays: list[tuple[Tensor, str]] = []  # units, and why they cannot go
        self.parts: list[tuple[Tensor, str]] = []  # units in parts of one length, and who says so
        self.fixed: list[int] = []  # units that stay where others of their layer can go
        self.reasons: list[tuple[Tensor, str]] = []  # units of one layer that go together, and why

    def new(self, count: Natural) -> Tensor:
        """The ids of ``count`` new units, which go each by itself."""
        ids = torch.arange(len(self.root), len(self.root) + count)
        self.root = torch.cat([self.root, ids])
        return ids

    def roots(self, ids: Tensor) -> Tensor:
        """The root of each id; -1 where there is none."""
        return torch.cat([self.root, torch.tensor([-1])])[ids]

    def tie(self, one: Tensor, other: Tensor) -> None:
        """Each id goes with the one in the same place, wherever both are units."""
        units = (one >= 0) & (other >= 0)
        one, other = one[units], other[units]
        while not torch.equal(a := self.root[one], b := self.root[other]):
            lower = torch.arange(len(self.root))
            lower.scatter_reduce_(0, torch.maximum(a, b), torch.minimum(a, b), "amin")
            self.root = lower[lower[self.root]]

    def tie_along(self, ids: Tensor, dim: int, why: str) -> None:
        """All ids along an axis go together: its length cannot change."""
        rows = ids.movedim(dim, 0)
        self.tie(rows[:1].expand_as(rows), rows)
        if len(rows) > 1:
            self.reasons.append((ids, why))

    def settle(self) -> None:
        """From each of equal parts (parts x length) the same number goes, so that all stay equal.

        It comes last, when all else that goes together is known. Bundles are tied until as many of
        their units lie in one part as in any other; those that are left over stay.

        >>> ties = Ties()
        >>> ids = ties.new(6)
        >>> ties.tie(ids[2:3], ids[3:4])
        >>> ties.parts.append((ids.view(2, 3), "two halves"))
        >>> ties.settle()
        >>> ties.root.tolist(), ties.fixed
        ([0, 1, 2, 2, 0, 1], [])
        """
        for parts, why in self.parts:
            self._settle(self.roots(parts.flatten(1)), why)

    def _settle(self, rows: Tensor, why: str) -> None:
        roots, places = rows.unique(return_inverse=True)
        counts = np.stack([torch.bincount(row, minlength=len(roots)) for row in places], axis=1)
        stay = torch.isin(roots, torch.tensor([-1, *self.root[self.fixed].tolist()])).numpy()
        uneven = ~stay & (np.ptp(counts, axis=1) > 0)
        left, counts = roots.numpy()[uneven].tolist(), counts[uneven]  # bundles x parts
        together, total = list[int](), np.zeros(len(rows), int)
        while left:
            # Next comes what makes the parts most alike, until as much has gone from each.
            best = int(np.ptp(total + counts, axis=1).argmin())
            together.append(left.pop(best))
            total, counts = total + counts[best], np.delete(counts, best, axis=0)
            if np.ptp(total) == 0:
                self.tie_along(torch.tensor(together), 0, why)
                together, total = [], np.zeros(len(rows), int)
        self.fixed += together

    def tied_along(self, ids: Tensor, dim: int) -> bool:
        roots = self.roots(ids).movedim(dim, 0)
        return bool((roots == roots[:1]).all())

    def stay(self, values: object, why: str) -> None:
        """All units in ``values``, which may be a list of others, stay where they are."""
        if isinstance(values, Units | Count):
            self.stays.append((values.ids if isinstance(values, Units) else values.units, why))
        elif isinstance(values, dict):
            self.stay(list(values.values()), why)
        elif isinstance(values, slice):
            self.stay([values.start, values.stop], why)
        elif isinstance(values, Sequence) and not isinstance(values, str):
            for value in values:
                self.stay(value, why)

    def why(self, said: list[tuple[Tensor, str]], roots: Tensor) -> list[str]:
        """What is said of any of the units with these roots."""
        return [text for ids, text in said if torch.isin(self.roots(ids), roots).any()]
