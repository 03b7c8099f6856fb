"""The same search as :func:`.exact_clustering.best_starts`, compiled: one j and one i at a time.

Unlike numpy's version it writes down no candidates. Needs numba, and the first call compiles: see
:mod:`nc_teach.common.compiled`.
"""

import numpy as np

from nc_teach.common.compiled import compiled


@compiled
def best_starts(before: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`.exact_clustering.best_starts`; ``ModuleNotFoundError`` without numba."""
    n = len(sums) - 1
    gain, start = np.zeros(n + 1), np.zeros(n + 1, dtype=np.int64)
    step = 1 << int(np.log2(max(n, 1)))
    while step:
        for j in range(step, n + 1, 2 * step):
            high = min(start[j + step], j - 1) if j + step <= n else j - 1
            best, where = -1.0, 0
            for i in range(start[j - step], high + 1):
                total = before[i] + (sums[j] - sums[i]) ** 2 / (j - i)
                if total > best:
                    best, where = total, i
            gain[j], start[j] = best, where
        step //= 2
    return gain, start
