"""Plain encodings of one tensor. Unlike a compression program, each is one idea.

- ``dense``: every number as it is, zeros too;
- ``bitmask``: one bit per number that says "here" or "zero", then only the numbers that are here;
- ``relative``: for each number that is not zero, how many zeros come before it, in b bits; a longer
  gap gets a *filler*, a stored zero after every 2^b - 1 skipped ones. b is the one that makes the
  tensor smallest. Source: Han, Mao, Dally (2016), "Deep Compression", section 2 and figure 2.

Every encoding works on *cells*: an n x width array of bytes, one row per number. "Zero" is a row of
zero bytes, so that -0.0 and NaN come back as themselves.

>>> cells = np.zeros((32, 4), np.uint8)
>>> cells[5] = 1
>>> len(dense(cells)), len(bitmask(cells)), len(relative(cells))
(128, 8, 10)
"""

from __future__ import annotations

import math

import numpy as np

BITS = range(1, 17)


def dense(cells: np.ndarray) -> bytes:
    return cells.tobytes()


def from_dense(blob: bytes, count: int, width: int) -> np.ndarray:
    return np.frombuffer(blob, np.uint8).reshape(count, width)


def bitmask(cells: np.ndarray) -> bytes:
    """The bits, eight to a byte, then the numbers that are here."""
    here = cells.any(axis=1)
    return np.packbits(here).tobytes() + cells[here].tobytes()


def from_bitmask(blob: bytes, count: int, width: int) -> np.ndarray:
    size = math.ceil(count / 8)
    here = np.unpackbits(np.frombuffer(blob, np.uint8, size), count=count).astype(bool)
    cells = np.zeros((count, width), np.uint8)
    cells[here] = np.frombuffer(blob, np.uint8, offset=size).reshape(-1, width)
    return cells


def relative(cells: np.ndarray) -> bytes:
    """One byte for b, the number of entries in four, all gaps of b bits, then the numbers."""
    positions = np.flatnonzero(cells.any(axis=1))
    skipped = np.diff(positions, prepend=-1) - 1
    entries = {bits: len(skipped) + int((skipped >> bits).sum()) for bits in BITS}
    bits = min(BITS, key=lambda b: entries[b] * (b + 8 * cells.shape[1]))
    last = (1 << bits) - 1
    place = np.cumsum((skipped >> bits) + 1) - 1
    gaps = np.full(entries[bits], last, np.uint32)
    gaps[place] = skipped & last
    numbers = np.zeros((entries[bits], cells.shape[1]), np.uint8)
    numbers[place] = cells[positions]
    stream = (gaps[:, None] >> np.arange(bits, dtype=np.uint32)) & 1
    head = bytes([bits]) + entries[bits].to_bytes(4, "little")
    return head + np.packbits(stream.astype(np.uint8)).tobytes() + numbers.tobytes()


def from_relative(blob: bytes, count: int, width: int) -> np.ndarray:
    bits, entries = blob[0], int.from_bytes(blob[1:5], "little")
    size = math.ceil(entries * bits / 8)
    stream = np.unpackbits(np.frombuffer(blob, np.uint8, size, offset=5), count=entries * bits)
    gaps = stream.reshape(entries, bits).astype(np.int64) @ (1 << np.arange(bits))
    cells = np.zeros((count, width), np.uint8)
    numbers = np.frombuffer(blob, np.uint8, offset=5 + size).reshape(entries, width)
    cells[np.cumsum(gaps + 1) - 1] = numbers
    return cells


def bits(cells: np.ndarray) -> bytes:
    """For true/false tensors: eight to a byte."""
    return np.packbits(cells[:, 0]).tobytes()


def from_bits(blob: bytes, count: int, width: int) -> np.ndarray:
    return np.unpackbits(np.frombuffer(blob, np.uint8), count=count).reshape(count, width)


ENCODINGS = {
    "dense": (dense, from_dense),
    "bitmask": (bitmask, from_bitmask),
    "relative": (relative, from_relative),
}
BITS_ONLY = {"bits": (bits, from_bits)}
