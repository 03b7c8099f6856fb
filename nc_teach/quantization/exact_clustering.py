"""The best codebook there is, by dynamic programming.

Unlike Lloyd's algorithm, which stops in the first valley that its start leads to, this cannot be
beaten: on a line every cluster is a stretch of the sorted weights. A stretch of weights i .. j - 1
with sum S_j - S_i costs its squares less (S_j - S_i)^2 / (j - i), and the squares of all stretches
together are the same wherever the cuts are. So the best m clusters of the first j weights are the
best m - 1 clusters of the first i, and one more from i to j, for the best of all i:

    G_m(j) = max over i < j of G_(m-1)(i) + (S_j - S_i)^2 / (j - i)

The best i never falls when j grows, so that each layer takes n log n steps and not n^2.

Source: Wang and Song (2011), "Ckmeans.1d.dp: Optimal k-means Clustering in One Dimension by Dynamic
Programming"; the halving is the usual divide and conquer for such sums.
"""

from collections.abc import Callable

import numpy as np

from nc_teach.common.kinds import Floats
from nc_teach.quantization.clustering import Codebook, Values, nearest, sorted_weights
from nc_teach.quantization.uniform import check_finite

Layer = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def best_starts(before: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """G_m(j) for all j and where the last of the m clusters starts, from G_(m-1) and S.

    All are n + 1 numbers; starts are int64, the rest float64. The middle j comes first, then those
    between the ones before: their best i bound the search for the best i of j.

    >>> S = np.array([0.0, -3.0, -2.0, 0.0])  # of the weights -3, 1, 2
    >>> best_starts(np.array([0.0, 9.0, 2.0, 0.0]), S)  # G_1(1) = 9, G_2(3) = 9 + 3^2 / 2
    (array([ 0. ,  9. , 10. , 13.5]), array([0, 0, 1, 1]))
    """
    n = len(sums) - 1
    gain = np.zeros(n + 1)
    start = np.full(n + 2, n)  # behind the end: no bound
    start[0] = 0
    step = 1 << n.bit_length() >> 1
    while step:
        j = np.arange(step, n + 1, 2 * step)
        low, high = start[j - step], np.minimum(start[np.minimum(j + step, n + 1)], j - 1)
        counts = high - low + 1  # candidates i for each j
        firsts = np.cumsum(counts) - counts
        # All candidates of all j end to end, so that one line of numpy weighs them together.
        i = np.arange(counts.sum()) + np.repeat(low - firsts, counts)
        last = (np.repeat(sums[j], counts) - sums[i]) ** 2 / (np.repeat(j, counts) - i)
        totals = before[i] + last  # sum of counts
        gain[j] = np.maximum.reduceat(totals, firsts)  # one maximum per j
        hits = np.flatnonzero(totals == np.repeat(gain[j], counts))
        start[j] = i[hits[np.searchsorted(hits, firsts)]]
        step //= 2
    return gain, start[:-1]


def cluster_exactly(weights: Floats, k: Values, layer: Layer = best_starts) -> Codebook:
    """The codebook of at most ``k`` values with the smallest sum of squared distances.

    For comparison: it takes a hundred times as long as
    :func:`~nc_teach.quantization.clustering.cluster`. ``layer`` finds where the last cluster
    starts; ``exact_compiled.best_starts`` is the compiled one. Zeros take no part and stay zero.

    Raises ``ValueError`` as :func:`~nc_teach.quantization.clustering.cluster` does.

    >>> import torch
    >>> book = cluster_exactly(torch.tensor([0.0, 1.0, 2.0, 9.0, 10.0, 30.0]), k=3)
    >>> book.centroids.tolist()
    [1.5, 9.5, 30.0]
    """
    check_finite(weights, "weights")
    line = sorted_weights(weights)
    different = np.unique(line)
    if len(different) <= k:
        return nearest(weights, different)
    ends = _best_ends(line - line.mean(), k, layer)
    starts = [0, *ends[:-1]]
    means = [line[i:j].mean() for i, j in zip(starts, ends, strict=True) if j > i]
    return nearest(weights, np.array(means))


def _best_ends(line: np.ndarray, k: int, layer: Layer) -> list[int]:
    """Where each of the k stretches ends."""
    sums = np.append(0.0, np.cumsum(line))  # n + 1
    best, starts = sums**2 / np.maximum(np.arange(len(sums)), 1), []  # n + 1: a single cluster
    for _ in range(k - 1):
        best, start = layer(best, sums)  # n + 1 each
        starts.append(start)
    ends = [len(line)]
    for start in reversed(starts):
        ends.append(int(start[ends[-1]]))
    return ends[::-1]
