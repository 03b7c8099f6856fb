"""One tensor as a few streams: where its numbers are, and what they are.

Where: the whole tensor ("all"), or for each number that is not zero how many zeros come before it,
a *gap* ("gaps", relative indices). A gap that b bits cannot hold is broken up: the largest number
of b bits stands for that many zeros and none after it that is stored.

What: the numbers as they are ("plain"), or the different ones once, as a *codebook*, and for each
number an index into it ("shared").

Indices and gaps are streams of small integers, and a :class:`Coder` makes bytes of them:
:data:`FIXED` gives each the same number of bits, :data:`HUFFMAN` short codes to the frequent ones.

Source: Han, Mao, Dally (2016), "Deep Compression", sections 2 to 4. Unlike in the paper, a broken
gap stores no filler zero among the numbers: the gap itself says that nothing follows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nc_teach.common.kinds import Count, Natural
from nc_teach.quantization import huffman
from nc_teach.quantization.bits import pack_bits, unpack_bits
from nc_teach.storage.container import Piece

GAP_BITS = range(2, 11)
MOST_SHARED = 4096  # different numbers a codebook may hold
MOST_BITS = 16  # of an index or a gap


@dataclass(frozen=True)
class Coder:
    """Small integers to bytes and back: ``write(numbers) -> (table, codes)``, and
    ``read(table, codes, count) -> numbers``."""

    write: Callable[[np.ndarray], tuple[bytes, bytes]]
    read: Callable[[bytes, bytes, int], np.ndarray]


def _write_huffman(numbers: np.ndarray) -> tuple[bytes, bytes]:
    code = huffman.code_for(np.bincount(numbers))
    return huffman.table_bytes(code), huffman.pack(numbers, code)


def _read_huffman(table: bytes, codes: bytes, count: int) -> np.ndarray:
    code, size = huffman.read_table(table)
    if size != len(table):
        raise ValueError("table must be one code table and nothing more")
    return huffman.unpack(codes, count, code)


def _write_fixed(numbers: np.ndarray) -> tuple[bytes, bytes]:
    width = int(numbers.max(initial=0)).bit_length()
    return bytes([width]), pack_bits(numbers, width)


def _read_fixed(table: bytes, codes: bytes, count: int) -> np.ndarray:
    if len(table) != 1 or table[0] > MOST_BITS:
        raise ValueError(f"table must be one byte, of at most {MOST_BITS} bits a number")
    return unpack_bits(codes, count, table[0])


FIXED = Coder(_write_fixed, _read_fixed)
HUFFMAN = Coder(_write_huffman, _read_huffman)


def write_gaps(here: np.ndarray, coder: Coder) -> list[Piece]:
    """The places where ``here`` is true, as gaps of whichever number of bits makes them smallest.

    The pieces: the bits and how many gaps there are (5 bytes), the code table, the codes.
    """
    skipped = np.diff(np.flatnonzero(here), prepend=-1) - 1  # zeros before each number
    return min((_gaps(skipped, bits, coder) for bits in GAP_BITS), key=size_of)


def read_gaps(pieces: list[bytes], size: Count, coder: Coder) -> np.ndarray:
    """The places again, as ``size`` booleans. Raises ``ValueError`` when they do not fit."""
    head, table, codes = pieces
    bits, count = int.from_bytes(head[:1], "little"), int.from_bytes(head[1:], "little")
    if len(head) != 5 or bits not in GAP_BITS or count > size:  # each leads at least one further
        raise ValueError(f"places must be below {size:,}, got {count:,} gaps of {bits} bits")
    gaps = coder.read(table, codes, count)
    full = (1 << bits) - 1
    stored = gaps < full
    places = (np.cumsum(gaps + stored) - 1)[stored]  # where the numbers are
    if count and (gaps.max() > full or not stored[-1]):
        raise ValueError(f"gaps must be at most {full}, and the last one less")
    if count and places[-1] >= size:
        raise ValueError(f"places must be below {size:,}, got {places[-1]:,}")
    here = np.zeros(size, dtype=bool)
    here[places] = True
    return here


def write_values(values: np.ndarray, coder: Coder) -> dict[str, list[Piece]]:
    """The numbers in every way that is open to them: "plain", and "shared" if they are few."""
    ways = {"plain": [("values", values.tobytes())]}
    different, index = np.unique(values, return_inverse=True)
    if len(different) <= MOST_SHARED:
        table, codes = coder.write(index)
        book = ("codebooks", different.tobytes())
        ways["shared"] = [book, ("code tables", table), ("indices", codes)]
    return ways


def read_values(
    how: str, pieces: list[bytes], count: Natural, dtype: np.dtype, coder: Coder
) -> np.ndarray:
    """The ``count`` numbers again."""
    if how == "plain":
        values = np.frombuffer(pieces[0], dtype)
    else:
        different = np.frombuffer(pieces[0], dtype)
        index = coder.read(pieces[1], pieces[2], count)
        if index.max(initial=-1) >= len(different):
            raise ValueError(f"an index must be below {len(different):,}, got {index.max():,}")
        values = different[index]
    if len(values) != count:
        raise ValueError(f"values must be {count:,}, got {len(values):,}")
    return values


def size_of(pieces: list[Piece]) -> int:
    """Bytes of all pieces."""
    return sum(len(data) for _, data in pieces)


def _gaps(skipped: np.ndarray, bits: int, coder: Coder) -> list[Piece]:
    """A gap of f or more zeros, f = 2^bits - 1, becomes an f for every f of them, and the rest."""
    full = (1 << bits) - 1
    # A gap that does not fit is written as full ones, which store no number, and the rest.
    broken = skipped // full
    gaps = np.full(len(skipped) + int(broken.sum()), full, dtype=np.int64)
    gaps[np.cumsum(broken + 1) - 1] = skipped % full
    table, codes = coder.write(gaps)
    head = bytes([bits]) + len(gaps).to_bytes(4, "little")
    return [("gaps", head), ("code tables", table), ("gaps", codes)]
