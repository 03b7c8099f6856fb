"""Whole numbers of a fixed width, end to end: eight bits to a byte and none in between."""

import numpy as np

from nc_teach.common.kinds import Natural
from nc_teach.storage.exact import read_bits


def pack_bits(numbers: np.ndarray, width: Natural) -> bytes:
    """Every number in ``width`` bits, the highest first; the last byte is filled up with zeros.

    Raises ``ValueError`` for a number that does not fit.

    >>> pack_bits(np.array([1, 2, 3]), 2).hex()  # 01 10 11 00
    '6c'
    """
    numbers = np.asarray(numbers, dtype=np.int64)
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < 1 << width:
        raise ValueError(
            f"numbers must be from 0 to {(1 << width) - 1} for {width} bits, "
            f"got {numbers.min()} to {numbers.max()}"
        )
    stream = numbers[:, None] >> np.arange(width - 1, -1, -1) & 1  # count x width, bits
    return np.packbits(stream.astype(np.uint8)).tobytes()


def unpack_bits(data: bytes, count: Natural, width: Natural) -> np.ndarray:
    """The ``count`` numbers of ``width`` bits in ``data``, int64.

    Raises ``ValueError`` when ``data`` holds more or fewer bytes than they take, or more than
    zeros behind them.

    >>> unpack_bits(bytes.fromhex("6c"), 3, 2).tolist()
    [1, 2, 3]
    """
    if len(data) != byte_count(count, width):
        raise ValueError(
            f"data must be {byte_count(count, width):,} bytes for {count:,} numbers of "
            f"{width} bits, got {len(data):,}"
        )
    stream = read_bits(data, count * width)
    return stream.reshape(count, width).astype(np.int64) @ (1 << np.arange(width - 1, -1, -1))


def byte_count(count: Natural, width: Natural) -> int:
    """Bytes that ``count`` numbers of ``width`` bits take."""
    return (count * width + 7) // 8
