"""Taking bytes apart so that nothing is missing, nothing is left over, and nothing is too large.

Unlike slices and ``numpy.unpackbits``, which give what there is, these raise ``ValueError``.
"""

import zlib
from itertools import accumulate, pairwise

import numpy as np

ROOM = 1 << 26  # bytes of memory that any file may ask for,
TIMES = 1 << 12  # and how many a large one may for each of its own
TEXT_ROOM, TEXT_TIMES = 1 << 20, 64  # the same of text that is deflated


def check_room(asked: int, size: int) -> None:
    """``asked`` bytes of numbers must not be too many for a file of ``size`` bytes.

    Zeros at the end of a tensor take no bytes at all, so a few bytes could ask for any memory.
    """
    most = max(ROOM, TIMES * size)
    if asked > most:
        raise ValueError(
            f"{asked:,} bytes of numbers are more than {size:,} bytes may stand for ({most:,})"
        )


def cut(data: bytes, *sizes: int) -> list[bytes]:
    """The pieces of these sizes, of which ``data`` must be made.

    >>> cut(b"abc", 1, 2)
    [b'a', b'bc']
    """
    if sum(sizes) != len(data):
        raise ValueError(f"{sum(sizes):,} bytes are declared, and {len(data):,} are there")
    return [data[i:j] for i, j in pairwise(accumulate(sizes, initial=0))]


def read_bits(data: bytes, count: int) -> np.ndarray:
    """The first ``count`` bits, each a byte: ``data`` must hold no more of them but zeros.

    >>> read_bits(b"\\xa0", 3)
    array([1, 0, 1], dtype=uint8)
    """
    cut(data, -(-count // 8))
    if data and data[-1] & 0xFF >> (count - 1) % 8 + 1:
        raise ValueError("data must end in a byte that is filled up with zeros")
    return np.unpackbits(np.frombuffer(data, np.uint8), count=count)


def inflate(data: bytes) -> bytes:
    """What zlib has deflated, as long as it is not too much for so few bytes."""
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(data, max(TEXT_ROOM, TEXT_TIMES * len(data)))
    except zlib.error as error:
        raise ValueError(f"its header is not deflated text: {error}") from error
    if not reader.eof or reader.unused_data:
        raise ValueError("its header must be deflated text and nothing more, and not too much")
    return text
