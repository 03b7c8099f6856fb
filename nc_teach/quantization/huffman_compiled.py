"""The same reading as :mod:`.huffman_reading`, compiled: code after code, as in any textbook.

Unlike numpy's version it can afford a step for every code, so it looks up nothing for the bits in
between. Needs numba, and the first call compiles: see :mod:`nc_teach.common.compiled`.
"""

import numpy as np

from nc_teach.common.compiled import compiled
from nc_teach.common.kinds import Natural
from nc_teach.quantization.huffman_reading import Tables


@compiled
def read_ranks(words: np.ndarray, count: Natural, code: Tables) -> np.ndarray:
    """As :func:`.huffman_reading.read_ranks`; ``ModuleNotFoundError`` without numba."""
    ranks, place = np.empty(count, dtype=np.int64), 0
    for n in range(count):
        if place >= 8 * len(words):
            return ranks[:n]
        following = words[place >> 3] << np.uint64(place & 7)
        rank = code.first[following >> np.uint64(64 - code.width)]
        if code.lengths[rank] > code.width:
            rank = np.searchsorted(code.left, following, side="right") - 1
        ranks[n] = rank
        place += code.lengths[rank]
    return ranks
