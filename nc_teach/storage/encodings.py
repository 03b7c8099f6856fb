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
read back by the function ``from_...`` given the same three sizes.

>>> cells = np.zeros((4, 8, 4), np.uint8)
>>> cells[0, 5] = 1
>>> len(dense(cells)), len(bitmask(cells)), len(relative(cells)), len(csr(cells))
(128, 8, 10, 9)
"""

import math

import numpy as np

BITS = range(1, 17)


Sizes = tuple[int, int, int]


def dense(cells: np.ndarray) -> bytes:
    return cells.tobytes()


def from_dense(blob: bytes, sizes: Sizes) -> np.ndarray:
    return np.frombuffer(blob, np.uint8).reshape(sizes)


def bitmask(cells: np.ndarray) -> bytes:
    """The bits, eight to a byte, then the numbers that are here."""
    here = cells.any(axis=2)
    return np.packbits(here).tobytes() + cells[here].tobytes()


def from_bitmask(blob: bytes, sizes: Sizes) -> np.ndarray:
    count = sizes[0] * sizes[1]
    size = math.ceil(count / 8)
    here = np.unpackbits(np.frombuffer(blob, np.uint8, size), count=count).astype(bool)
    cells = np.zeros((count, sizes[2]), np.uint8)
    cells[here] = np.frombuffer(blob, np.uint8, offset=size).reshape(-1, sizes[2])
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
    bits, entries = blob[0], int.from_bytes(blob[1:5], "little")
    size = math.ceil(entries * bits / 8)
    stream = np.unpackbits(np.frombuffer(blob, np.uint8, size, offset=5), count=entries * bits)
    gaps = stream.reshape(entries, bits).astype(np.int64) @ (1 << np.arange(bits))
    cells = np.zeros((sizes[0] * sizes[1], sizes[2]), np.uint8)
    numbers = np.frombuffer(blob, np.uint8, offset=5 + size).reshape(entries, sizes[2])
    cells[np.cumsum(gaps + 1) - 1] = numbers
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
    counts = np.frombuffer(blob, index, rows).astype(np.int64)
    total, start = int(counts.sum()), rows * index.itemsize
    places = np.frombuffer(blob, index, total, offset=start).astype(np.int64)
    cells = np.zeros(sizes, np.uint8)
    numbers = np.frombuffer(blob, np.uint8, offset=start + total * index.itemsize)
    cells[np.repeat(np.arange(rows), counts), places] = numbers.reshape(total, width)
    return cells


def _index_bytes(columns: int) -> int:
    """The fewest bytes, 1, 2 or 4, for a number from 0 to ``columns``."""
    return next(size for size in (1, 2, 4) if columns < 1 << 8 * size)


def bits(cells: np.ndarray) -> bytes:
    """For true/false tensors: eight to a byte."""
    return np.packbits(cells).tobytes()


def from_bits(blob: bytes, sizes: Sizes) -> np.ndarray:
    count = sizes[0] * sizes[1]
    return np.unpackbits(np.frombuffer(blob, np.uint8), count=count).reshape(sizes)


ENCODINGS = {
    "dense": (dense, from_dense),
    "bitmask": (bitmask, from_bitmask),
    "relative": (relative, from_relative),
    "csr": (csr, from_csr),
}
BITS_ONLY = {"bits": (bits, from_bits)}
