"""The best codebook there is, by dynamic programming.

Unlike Lloyd's algorithm, which stops in the first valley that its start leads to, this cannot be
beaten: on a line every cluster is a stretch of the sorted weights, so the best m clusters of the
first j weights are the best m - 1 clusters of the first i, and one more from i to j, for the best
of all i:

    D_m(j) = min over i <= j of D_(m-1)(i) + cost(i, j)

with cost(i, j) the sum of squared distances of weights i .. j - 1 from their mean. The best i never
falls when j grows, so that each layer takes n log n steps and not n^2.

Source: Wang and Song (2011), "Ckmeans.1d.dp: Optimal k-means Clustering in One Dimension by Dynamic
Programming"; the halving is the usual divide and conquer for such sums.
"""

from collections.abc import Callable

import numpy as np
from torch import Tensor

from nc_teach.quantization.clustering import Codebook, check_k, nearest, sorted_weights
from nc_teach.quantization.uniform import check_finite


def cluster_exactly(weights: Tensor, k: int) -> Codebook:
    """The codebook of at most ``k`` values with the smallest sum of squared distances.

    For comparison: 20,000 weights and 8 values take about a second, a thousand times as long as
    :func:`~nc_teach.quantization.clustering.cluster`. Zeros take no part and stay zero.

    Raises ``ValueError`` as :func:`~nc_teach.quantization.clustering.cluster` does.

    >>> import torch
    >>> book = cluster_exactly(torch.tensor([0.0, 1.0, 2.0, 9.0, 10.0, 30.0]), k=3)
    >>> book.centroids.tolist()
    [1.5, 9.5, 30.0]
    """
    check_finite(weights, "weights")
    check_k(k)
    line = sorted_weights(weights)
    different = np.unique(line)
    if len(different) <= k:
        return nearest(weights, different)
    ends = _best_ends(line - line.mean(), k)
    starts = np.concatenate([[0], ends[:-1]])
    means = [line[i:j].mean() for i, j in zip(starts, ends, strict=True) if j > i]
    return nearest(weights, np.array(means))


Cost = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _best_ends(line: np.ndarray, k: int) -> np.ndarray:
    """Where each of the k stretches ends."""
    sums = np.concatenate([[0.0], np.cumsum(line)])
    squares = np.concatenate([[0.0], np.cumsum(line**2)])

    def cost(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        return squares[j] - squares[i] - (sums[j] - sums[i]) ** 2 / np.maximum(j - i, 1)

    n = len(line)
    # n + 1: one cluster for the first j weights
    best, cuts = cost(np.zeros(n + 1, int), np.arange(n + 1)), []
    for _ in range(k - 1):
        best, cut = _add_a_cluster(best, cost)  # n + 1 each
        cuts.append(cut)
    ends = [n]
    for cut in reversed(cuts):
        ends.append(cut[ends[-1]])
    return np.array(ends[::-1])


def _add_a_cluster(before: np.ndarray, cost: Cost) -> tuple[np.ndarray, np.ndarray]:
    """D_m and the best i for every j, from D_(m-1): the middle j first, then both halves.

    All ranges of one depth are looked at together; ``i`` runs over their candidates end to end.
    """
    best, cut = np.empty_like(before), np.zeros(len(before), int)
    low, high = np.array([0]), np.array([len(before) - 1])  # the range of j
    least, most = low, high  # the range of its best i
    while len(low):
        j = (low + high) // 2
        counts = np.minimum(most, j) - least + 1  # candidates i for each j
        starts = np.cumsum(counts) - counts
        # All candidates of all j end to end, so that one line of numpy weighs them together.
        i = np.arange(counts.sum()) + np.repeat(least - starts, counts)
        totals = before[i] + cost(i, np.repeat(j, counts))  # sum of counts
        best[j] = np.minimum.reduceat(totals, starts)  # one minimum per j
        hits = np.flatnonzero(totals == np.repeat(best[j], counts))
        cut[j] = i[hits[np.searchsorted(hits, starts)]]
        # The best i never falls as j grows: it bounds the search on both sides of j.
        halves = (np.r_[low, j + 1], np.r_[j - 1, high], np.r_[least, cut[j]], np.r_[cut[j], most])
        left = halves[0] <= halves[1]
        low, high, least, most = (half[left] for half in halves)
    return best, cut
