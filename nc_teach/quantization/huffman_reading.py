"""Which codes lie end to end in a row of bytes, without a step for every bit.

Unlike :mod:`~nc_teach.quantization.huffman`, which speaks of files and symbols, this finds *ranks*:
the place of each code in the order of the codes. Codes in their order, written at the left of 64
bits, rise; so the code that begins at a bit is the last one that is not above the 64 bits from
there on. With the codes 0, 10, 11 and the bits 101...: 10... <= 101... < 11..., which is rank 1. A
table of the first 12 bits answers that at once for every code that is no longer.

Where a code begins is known only when the one before it has been read. To read many at once, look
up for *every* bit which code would begin there and so where the next one would, jump from each of
these places 2, 4, 8 and 16 codes far by doubling, and take only every 16th code one by one.

Source: Moffat and Turpin (1997), "On the Implementation of Minimum Redundancy Prefix Codes" (the
order, the table); Hillis and Steele (1986), "Data Parallel Algorithms" (doubling along a chain).
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nc_teach.common.kinds import Natural
from nc_teach.quantization.huffman_code import LONGEST, Code

WIDTH = 12  # bits that the table looks at
BLOCK = 1 << 12  # bytes that are read at once: what is known of their bits stays in the cache
DOUBLINGS = 4


class Tables(NamedTuple):
    """What reading needs of a code, by rank: ``left``, the codes at the left of 64 bits (uint64),
    and ``lengths``; ``first``: for every number of ``width`` bits the rank of the code that begins
    with it, or of the first one that does (int64)."""

    left: np.ndarray
    lengths: np.ndarray
    first: np.ndarray
    width: int


def tables(code: Code) -> Tables:
    """The tables of a code that has at least one symbol.

    >>> tables(Code((2, 1, 0, 2))).first.tolist()  # 0, 10, 11: what do 00, 01, 10, 11 begin with?
    [0, 0, 1, 2]
    """
    lengths = np.array(code.lengths, dtype=np.int64)[code.symbols()]
    left, width = code.left(), min(int(lengths.max()), WIDTH)
    starts = np.arange(1 << width, dtype=np.uint64) << np.uint64(64 - width)
    return Tables(left, lengths, np.searchsorted(left, starts, side="right") - 1, width)


def words_at(data: bytes) -> np.ndarray:
    """The 64 bits from each byte on, zeros after the last one: bytes, uint64."""
    return np.ndarray(len(data), ">u8", data + bytes(8), strides=(1,)).astype(np.uint64)


def read_ranks(words: np.ndarray, count: Natural, code: Tables) -> np.ndarray:
    """The ranks of the first ``count`` codes in :func:`words_at`, or of all there are: int64.

    >>> code = tables(Code((2, 1, 0, 2)))  # codes 0, 10, 11
    >>> read_ranks(words_at(bytes([0b10110100])), 5, code).tolist()
    [1, 2, 0, 1, 0]
    """
    found, known, place = [np.zeros(0, dtype=np.int64)], 0, 0
    for first in range(0, len(words), BLOCK):
        ranks = _look_up(words[first : first + BLOCK], code)  # a rank for every bit
        starts, place = _follow(np.arange(len(ranks)) + code.lengths[ranks], place)
        found.append(ranks[starts])
        known += len(starts)
        if known >= count:
            break
    return np.concatenate(found)[:count]


def _look_up(words: np.ndarray, code: Tables) -> np.ndarray:
    """The rank of the code that would begin at each bit, 8 bits a word."""
    following = (words[:, None] << np.arange(8, dtype=np.uint64)).ravel()  # bits
    ranks = code.first[following >> np.uint64(64 - code.width)]  # bits
    long = np.flatnonzero(code.lengths[ranks] > code.width)
    ranks[long] = np.searchsorted(code.left, following[long], side="right") - 1
    return ranks


def _follow(jump: np.ndarray, place: int) -> tuple[np.ndarray, int]:
    """All of place, jump[place], jump[jump[place]], ... within ``jump``, and how far behind its end
    the first one after them lies.

    >>> _follow(np.array([2, 3, 3, 5]), 0)
    (array([0, 2, 3]), 1)
    """
    bits = len(jump)
    # Places behind the end lead to themselves, and no jump leads further than the longest code.
    jump = np.concatenate([jump, np.arange(bits, bits + LONGEST)])
    far = jump
    for _ in range(DOUBLINGS):
        far = far[far]
    stops, step = [], far.data
    while place < bits:
        stops.append(place)
        place = step[place]
    # From every stop at once, code by code, to the next stop.
    chain = np.empty((1 << DOUBLINGS, len(stops)), dtype=np.int64)
    chain[0] = stops
    for here, after in pairwise(chain):
        after[:] = jump[here]
    starts = chain.T.ravel()
    return starts[starts < bits], place - bits
