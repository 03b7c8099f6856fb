"""Huffman coding: what is frequent gets a short code, and no code is the beginning of another.

The two rarest symbols are joined into one node, again and again, until there is one tree; a symbol
lies as deep as its code is long. No code for single symbols has a shorter mean length, and

    H <= mean length < H + 1,  H = sum over symbols of p log2(1 / p)   (H: the entropy, in bits)

(with a single symbol the mean length is H + 1 = 1).

The codes are *canonical*: in the order of length, then of symbol, each is the one before it plus
one. So the table in the file holds lengths alone. A file of a single symbol still takes one bit for
each, or nobody could count them.

Source: Huffman (1952), "A Method for the Construction of Minimum-Redundancy Codes"; used on weights
by Han, Mao, Dally (2016), "Deep Compression", section 4.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nc_teach.common.kinds import Numbers

MOST = (1 << 16) - 1  # how many symbols there may be
LONGEST = 56  # bits of a code; a longer one takes more symbols than any memory holds


@dataclass(frozen=True)
class Code:
    """A canonical code: ``lengths[s]`` bits for symbol ``s``, 0 for a symbol that has no code.

    >>> code = Code((2, 1, 0, 2))
    >>> code.words()
    {1: '0', 0: '10', 3: '11'}
    """

    lengths: tuple[int, ...]

    def __post_init__(self) -> None:
        used = [n for n in self.lengths if n]
        room = sum(2.0**-n for n in used)
        if used not in ([], [1]) and (room != 1 or max(used) > LONGEST or min(used) < 1):
            raise ValueError(
                f"lengths must leave no room (sum of 2^-length = 1), got {room:g} for "
                f"{len(used)} codes of {min(used)} to {max(used)} bits"
            )

    def symbols(self) -> np.ndarray:
        """All symbols that have a code, in the order of the codes."""
        lengths = np.array(self.lengths, dtype=np.int64)
        order = np.argsort(lengths, kind="stable")
        return order[lengths[order] > 0]

    def numbers(self) -> np.ndarray:
        """The codes as integers, in the same order.

        Each is the one before it plus one, shifted left by as many bits as it is longer. Written
        on the left of 56 bits that is a running sum: a code of n bits leaves 2^(56 - n) behind it.
        """
        lengths = np.array(self.lengths, dtype=np.int64)[self.symbols()]
        room = np.int64(1) << (LONGEST - lengths)
        return (np.cumsum(room) - room) >> (LONGEST - lengths)

    def left(self) -> np.ndarray:
        """The codes at the left of 64 bits, uint64, in the same order, which is a rising one."""
        lengths = np.array(self.lengths, dtype=np.int64)[self.symbols()]
        return self.numbers().astype(np.uint64) << (64 - lengths).astype(np.uint64)

    def words(self) -> dict[int, str]:
        """Symbol -> its code, written out, the shortest first."""
        return {
            int(s): format(number, f"0{self.lengths[s]}b")
            for s, number in zip(self.symbols(), self.numbers(), strict=True)
        }


def merges(counts: Sequence[int]) -> list[tuple[int, int]]:
    """Which two nodes are joined in each step: symbols are nodes 0 .. n - 1, step i makes n + i.

    Symbols that never occur stay out. Of equally rare nodes the older one is taken first.

    >>> merges([5, 1, 0, 2])  # 1 and 3 make node 4 of weight 3, which joins 0
    [(1, 3), (4, 0)]
    """
    heap = [(int(count), symbol) for symbol, count in enumerate(counts) if count]
    heapq.heapify(heap)
    steps: list[tuple[int, int]] = []
    while len(heap) > 1:
        # The two rarest nodes; of equal counts the older one, since pairs compare that next.
        (few, a), (more, b) = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (few + more, len(counts) + len(steps)))
        steps.append((a, b))
    return steps


def code_for(counts: Sequence[int] | Numbers) -> Code:
    """The Huffman code for symbols 0, 1, ... that occur that often.

    Raises ``ValueError`` for negative counts, more than 65,535 symbols, or counts so uneven that a
    code would be longer than 56 bits (no memory holds so many symbols).

    >>> code_for([5, 1, 0, 2]).lengths
    (1, 2, 0, 2)
    """
    often = np.asarray(counts)
    if often.ndim != 1 or len(often) > MOST or (len(often) and often.min() < 0):
        raise ValueError(f"counts must be up to {MOST:,} numbers of at least 0, got {counts}")
    steps = merges(often.tolist())
    depth = np.zeros(len(often) + len(steps), dtype=np.int64)
    # From the root down: a child lies one deeper than its parent.
    for node in range(len(steps) - 1, -1, -1):
        depth[list(steps[node])] = depth[len(often) + node] + 1
    if not steps:
        depth[: len(often)][often > 0] = 1
    if depth.max(initial=0) > LONGEST:
        raise ValueError(f"counts must be less uneven, a code would take {depth.max()} bits")
    return Code(tuple(depth[: len(often)].tolist()))


def mean_length(code: Code, counts: Sequence[int] | Numbers) -> float:
    """Bits a symbol, over symbols that occur as often as ``counts`` says."""
    often = np.asarray(counts, dtype=float)
    return float(often @ np.array(code.lengths)) / float(often.sum())


def entropy(counts: Sequence[int] | Numbers) -> float:
    """H in bits a symbol: no code that sees one symbol at a time can be shorter.

    >>> entropy([4, 2, 2]), entropy([7, 0])
    (1.5, 0.0)
    """
    share = np.asarray(counts, dtype=float)
    share = share[share > 0] / share.sum()
    return float(share @ np.log2(1 / share))
