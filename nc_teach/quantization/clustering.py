"""Weight clustering: weights that are close to each other share one centroid.

Unlike a uniform grid, the k centroids lie where the weights are. What is stored is a small table of
them, the *codebook*, and for each weight the index of its centroid in ceil(log2 k) bits; n weights
of b bits shrink by the factor

    r = n b / (n ceil(log2 k) + k b)

Which k values are best is one-dimensional k-means: the sum of (weight - its value)^2 is to be small
(equation 2). Weights that are zero have been pruned; they take no part and stay zero.

Source: Han, Mao, Dally (2016), "Deep Compression", sections 3.1 and 3.2, equations 1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from nc_teach.common.arguments import check_shape
from nc_teach.common.kinds import Floats, Natural, Seed, one_of, whole
from nc_teach.quantization.uniform import check_finite

INITS = ("linear", "density", "random")
Init = Annotated[str, one_of(*INITS)]
Values = Annotated[int, whole(1, 4096)]  # how many
BLOCK = 1 << 14  # weights that are looked at together: they stay in the cache
FEW = 64  # for up to so many bounds comparing with each is faster than searching among them


@dataclass(frozen=True, eq=False)
class Codebook:
    """Centroids, and which weight has which.

    ``centroids`` are k floats in rising order; ``index`` has the shape of the weights and says
    which of them each weight is: 0 to k - 1, or -1 for a weight that is zero (int16).
    """

    centroids: Tensor
    index: Tensor

    def weights(self) -> Tensor:
        """The weights that the codebook stands for, in their shape.

        >>> book = Codebook(torch.tensor([-1.0, 2.0]), torch.tensor([[0, 1, -1]]))
        >>> book.weights().tolist()
        [[-1.0, 2.0, 0.0]]
        """
        # Index -1 means the last entry, so a zero at the end serves the pruned weights.
        table = torch.cat([self.centroids, self.centroids.new_zeros(1)])
        return table[self.index.long()]

    def with_centroids(self, centroids: Tensor) -> Codebook:
        """The same sharing with other values (after fine-tuning); they need not be sorted."""
        check_shape("centroids", centroids.shape, self.centroids.shape)
        return replace(self, centroids=centroids.detach().clone())

    @property
    def index_bits(self) -> int:
        """Bits of one index, ceil(log2 k): 2 for 4 values, 3 for 5, and 0 when there is one."""
        return max(len(self.centroids) - 1, 0).bit_length()

    @property
    def bits(self) -> int:
        """Bits of all indices and of the table, without those that say where the zeros are."""
        shared = int((self.index >= 0).sum())
        return shared * self.index_bits + len(self.centroids) * 8 * self.centroids.element_size()


def cluster(
    weights: Floats, k: Values, init: Init = "linear", *, iterations: Natural = 200, seed: Seed = 0
) -> Codebook:
    """Let the non-zero ``weights`` share at most ``k`` values: Lloyd's algorithm on sorted numbers.

    Two steps in turn, until nothing changes: every weight goes to the nearest centroid, every
    centroid to the mean of its weights. On a sorted line a cluster is a stretch between two
    midpoints; ``searchsorted`` finds its ends and two cumulative sums its mean, so a round of
    :func:`lloyd` costs k log n and not k n. A cluster that has run empty starts again at the weight
    that is furthest from its own centroid.

    ``weights`` is a float tensor of any shape, finite; zeros stay zero. ``k`` is 1 to 4,096 values;
    if there are no more than k different weights, they are the codebook. ``init`` is where the
    centroids start: "linear", evenly from the smallest weight to the largest; "density", at evenly
    spaced ranks, so that where weights are dense, centroids are; "random" (Forgy), at k different
    weights drawn with ``seed``.

    Raises ``ValueError`` for a k or an init out of range, or weights that are empty or not finite.

    >>> book = cluster(torch.tensor([0.0, 1.0, 1.2, 0.0, 5.0]), k=2)
    >>> [round(c, 2) for c in book.centroids.tolist()], book.index.tolist()
    ([1.1, 5.0], [-1, 0, 0, -1, 1])
    """
    check_finite(weights, "weights")
    line = sorted_weights(weights)  # n
    different = line[np.append(True, line[1:] > line[:-1])[: len(line)]]
    if len(different) <= k:
        return nearest(weights, different)
    return nearest(weights, lloyd(line, _start(line, different, k, init, seed), iterations))


def lloyd(line: np.ndarray, centroids: np.ndarray, iterations: Natural = 200) -> np.ndarray:
    """k-means on the sorted numbers ``line`` (n), from k rising ``centroids``; k rising means.

    >>> lloyd(np.array([1.0, 2.0, 9.0]), np.array([0.0, 9.0])).tolist()
    [1.5, 9.0]
    """
    sums = np.concatenate([[0.0], np.cumsum(line)])  # n + 1: the sum of a stretch is a difference
    for _ in range(iterations):
        # 1. Each weight to the nearest centroid: on the line a cluster ends at a midpoint.
        inner = np.searchsorted(line, midpoints(centroids), side="right")  # k - 1
        ends = np.concatenate([[0], inner, [len(line)]])  # k + 1
        # 2. Each centroid to the mean of its weights.
        sizes = np.diff(ends)  # k
        means = np.where(sizes > 0, np.diff(sums[ends]) / np.maximum(sizes, 1), centroids)  # k
        moved = _fill_empty(line, means, sizes)  # k
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    return centroids


def distortion(weights: Floats, book: Codebook) -> float:
    """Mean squared distance of the non-zero weights from their values (what k-means makes small).

    Raises ``ValueError`` unless the weights have the shape of the book's index.

    >>> w = torch.tensor([1.0, 1.2, 5.0])
    >>> round(distortion(w, cluster(w, 2)), 6)  # (0.1^2 + 0.1^2 + 0^2) / 3
    0.006667
    """
    check_shape("weights", weights.shape, book.index.shape)
    shared = book.index >= 0
    if not shared.any():
        return 0.0
    off = (weights.detach().cpu().double() - book.weights().cpu().double())[shared.cpu()]
    return float((off**2).mean())


def sorted_weights(weights: Tensor) -> np.ndarray:
    """The non-zero weights in rising order, float64 (numpy sorts ten times as fast as torch).

    They are sorted in their own kind, float32 as a rule, of which half the bytes are moved.
    """
    flat = plain(weights)
    return np.sort(flat[flat != 0]).astype(np.float64)


def plain(weights: Tensor) -> np.ndarray:
    """All weights as n numbers, float64 if they are that and float32 otherwise; none is rounded."""
    flat = weights.detach().cpu().flatten()
    return (flat if flat.dtype == torch.float64 else flat.float()).numpy()


def _start(line: np.ndarray, different: np.ndarray, k: int, init: str, seed: int) -> np.ndarray:
    if init == "linear":
        return np.linspace(line[0], line[-1], k)
    if init == "density":
        ranks = (np.arange(k) + 0.5) / k * len(line)
        return line[ranks.astype(int)].copy()
    return np.sort(np.random.default_rng(seed).choice(different, k, replace=False))


def midpoints(centroids: np.ndarray) -> np.ndarray:
    """Halfway between neighbours: where one cluster ends and the next begins."""
    return (centroids[:-1] + centroids[1:]) / 2


def rounded_down(numbers: np.ndarray, kind: np.dtype) -> np.ndarray:
    """The largest numbers of this kind that are not above ``numbers``.

    A weight of this kind is above one of them exactly where it is above the number itself, so that
    comparing float32 with float32 decides as comparing with the float64 would.

    >>> third = np.array([1 / 3])
    >>> third.astype(np.float32).tolist(), rounded_down(third, np.dtype(np.float32)).tolist()
    ([0.3333333432674408], [0.3333333134651184])
    """
    near = numbers.astype(kind)
    return np.where(near > numbers, np.nextafter(near, kind.type(-np.inf)), near)


def _fill_empty(line: np.ndarray, means: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The means in rising order; the first of an empty cluster goes to the weight worst off."""
    empty = np.flatnonzero(sizes == 0)
    if len(empty):
        off = np.abs(line - np.repeat(means, sizes))  # n: distance of each weight from its centroid
        means[empty[0]] = line[off.argmax()]
    return np.sort(means)


def nearest(weights: Tensor, centroids: np.ndarray) -> Codebook:
    """Centroids as floats of the weights' kind, and the nearest one for every non-zero weight."""
    values = torch.from_numpy(np.asarray(centroids, dtype=np.float64)).to(weights.dtype)
    flat = plain(weights)  # n
    middle = rounded_down(midpoints(values.double().numpy()), flat.dtype)  # k - 1
    index = np.zeros(len(flat), dtype=np.int16)  # n: how many middles lie below
    parts = len(flat) // BLOCK + 1
    for part, below in zip(np.array_split(flat, parts), np.array_split(index, parts), strict=True):
        if len(middle) > FEW:
            below[:] = np.searchsorted(middle, part, side="left")
        else:
            few = np.zeros(len(part), dtype=np.int8)
            for m in middle:
                few += (part > m).view(np.int8)  # True is 1
            below[:] = few
    index[flat == 0] = -1
    shaped = torch.from_numpy(index).reshape(weights.shape)
    return Codebook(values.to(weights.device), shaped.to(weights.device))
