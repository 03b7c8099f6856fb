"""The same counting as :mod:`.xnor`, compiled: xor and popcount in registers, nothing in between.

Needs numba, the optional extra: ``pip install "nc-teach[fast]"``. The first call compiles (a
second or a few). Unlike numpy's version it makes no array of the xor, and a processor with a vector
popcount does eight words at once.
"""

from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np


def available() -> bool:
    """Whether numba is installed here."""
    return find_spec("numba") is not None


def differing(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """popcount(a xor b) for every row of ``a`` with every row of ``b``: rows x rows, int64.

    uint64, rows x words each. Raises ``ModuleNotFoundError`` without numba.
    """
    return _compiled()(np.ascontiguousarray(a), np.ascontiguousarray(b))


@cache
def _compiled() -> Any:
    import numba
    from numba.extending import intrinsic

    @intrinsic
    def popcount(typing_context: Any, word: Any) -> Any:
        """LLVM's ctpop, which becomes one instruction where the processor has one."""
        return word(word), lambda context, builder, kind, values: builder.ctpop(values[0])

    @numba.njit(nogil=True)
    def count(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        counts = np.empty((a.shape[0], b.shape[0]), dtype=np.int64)
        for i in range(a.shape[0]):
            for j in range(b.shape[0]):
                total = np.uint64(0)
                for w in range(a.shape[1]):
                    total += popcount(a[i, w] ^ b[j, w])
                counts[i, j] = total
        return counts

    return count
