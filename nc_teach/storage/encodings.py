"""Plain encodings of one tensor. Unlike a compression program, each is one idea.

- ``dense``: every number as it is, zeros too;
- ``bitmask``: one bit per number that says "here" or "zero", then only the numbers that are here;
- ``relative``: for each number that is not zero, how many zeros come before it, in b bits; a longer
  gap gets a *filler*, a stored zero after every 2^b - 1 skipped ones. b is the one that makes the
  tensor smallest. Source: Han, Mao, Dally (2016), "Deep Compression", section 2 and figure 2;
- ``csr``, compressed sparse rows: for each number that is not zero its column, and for each row
  where its numbers begin. What libraries compute with, since a row is found at once.

Every encoding works on *cells*: a rows x columns x width array of bytes, ``width`` bytes a number;
rows are the tensor's first dimension. "Zero" means that all of its bytes are. What is written is
read back by the function ``from_...`` given the same three sizes, which raises ``ValueError`` for
bytes that say anything else.

>>> cells = np.zeros((4, 8, 4), np.uint8)
>>> cells[0, 5] = 1
>>> len(dense(cells)), len(bitmask(cells)), len(relative(cells)), len(csr(cells))
(128, 8, 10, 9)
"""

import math

import numpy as np

from nc_teach.storage.exact import cut, read_bits

BITS = range(1, 17)


Sizes = tuple[int, int, int]


def dense(cells: np.ndarray) -> bytes:
    return cells.tobytes()


def from_dense(blob: bytes, sizes: Sizes) -> np.ndarray:
    cut(blob, math.prod(sizes))
    return np.frombuffer(blob, np.uint8).reshape(sizes)


def bitmask(cells: np.ndarray) -> bytes:
    """The bits, eight to a byte, then the numbers that are here."""
    here = cells.any(axis=2)
    return np.packbits(here).tobytes() + cells[here].tobytes()


def from_bitmask(blob: bytes, sizes: Sizes) -> np.ndarray:
    count = sizes[0] * sizes[1]
    size = math.ceil(count / 8)
    here = read_bits(blob[:size], count).astype(bool)
    cells = np.zeros((count, sizes[2]), np.uint8)
    cells[here] = _numbers(blob[size:], int(here.sum()), sizes[2])
    return cells.reshape(sizes)


def relative(cells: np.ndarray) -> bytes:
    """One byte for b, the number of entries in four, all gaps of b bits, then the numbers."""
    width = cells.shape[2]
    positions = np.flatnonzero(cells.any(axis=2))
    skipped = np.diff(positions, prepend=-1) - 1
    entries = {bits: len(skipped) + int((skipped >> bits).sum()) for bits in BITS}
    bits = min(BITS, key=lambda b: entries[b] * (b + 8 * width))
    last = (1 << bits) - 1
    place = np.cumsum((skipped >> bits) + 1) - 1
    gaps = np.full(entries[bits], last, np.uint32)
    gaps[place] = skipped & last
    numbers = np.zeros((entries[bits], width), np.uint8)
    numbers[place] = cells.reshape(-1, width)[positions]
    stream = (gaps[:, None] >> np.arange(bits, dtype=np.uint32)) & 1
    head = bytes([bits]) + entries[bits].to_bytes(4, "little")
    return head + np.packbits(stream.astype(np.uint8)).tobytes() + numbers.tobytes()


def from_relative(blob: bytes, sizes: Sizes) -> np.ndarray:
    head, rest, count = blob[:5], blob[5:], sizes[0] * sizes[1]
    bits, entries = int.from_bytes(head[:1], "little"), int.from_bytes(head[1:], "little")
    if len(head) < 5 or bits not in BITS or entries > count:
        raise ValueError(f"places must be below {count:,}, got {entries:,} gaps of {bits} bits")
    size = math.ceil(entries * bits / 8)
    stream = read_bits(rest[:size], entries * bits).reshape(entries, bits)
    gaps = stream.astype(np.int64) @ (1 << np.arange(bits))
    places = np.cumsum(gaps + 1) - 1
    if entries and places[-1] >= count:
        raise ValueError(f"places must be below {count:,}, got {places[-1]:,}")
    cells = np.zeros((count, sizes[2]), np.uint8)
    cells[places] = _numbers(rest[size:], entries, sizes[2])
    return cells.reshape(sizes)


def csr(cells: np.ndarray) -> bytes:
    """How many numbers each row has, the column of each number, then the numbers.

    Counts and columns take the fewest bytes (1, 2 or 4) that hold a row's length; the counts add up
    to where each row begins. (Libraries keep 4 or 8 bytes for each, to compute without unpacking.)
    """
    here = cells.any(axis=2)
    index = np.dtype(f"<u{_index_bytes(cells.shape[1])}")
    counts, columns = here.sum(axis=1).astype(index), here.nonzero()[1].astype(index)
    return counts.tobytes() + columns.tobytes() + cells[here].tobytes()


def from_csr(blob: bytes, sizes: Sizes) -> np.ndarray:
    rows, columns, width = sizes
    index = np.dtype(f"<u{_index_bytes(columns)}")
    start = rows * index.itemsize
    counts = _integers(blob[:start], rows, index)
    total = int(counts.sum())
    end = start + total * index.itemsize
    column = _integers(blob[start:end], total, index)
    places = np.repeat(np.arange(rows) * columns, counts) + column
    if (column >= columns).any() or (np.diff(places) <= 0).any():
        raise ValueError(f"the columns of a row must rise and be below {columns:,}")
    cells = np.zeros((rows * columns, width), np.uint8)
    cells[places] = _numbers(blob[end:], total, width)
    return cells.reshape(sizes)


def _index_bytes(columns: int) -> int:
    """The fewest bytes, 1, 2, 4 or 8, for a number from 0 to ``columns``."""
    return next((size for size in (1, 2, 4) if columns < 1 << 8 * size), 8)


def bits(cells: np.ndarray) -> bytes:
    """For true/false tensors: eight to a byte."""
    return np.packbits(cells).tobytes()


def from_bits(blob: bytes, sizes: Sizes) -> np.ndarray:
    return read_bits(blob, sizes[0] * sizes[1]).reshape(sizes)


def _integers(blob: bytes, count: int, index: np.dtype) -> np.ndarray:
    cut(blob, count * index.itemsize)
    return np.frombuffer(blob, index).astype(np.int64)


def _numbers(blob: bytes, count: int, width: int) -> np.ndarray:
    cut(blob, count * width)
    return np.frombuffer(blob, np.uint8).reshape(count, width)


ENCODINGS = {
    "dense": (dense, from_dense),
    "bitmask": (bitmask, from_bitmask),
    "relative": (relative, from_relative),
    "csr": (csr, from_csr),
}
BITS_ONLY = {"bits": (bits, from_bits)}
