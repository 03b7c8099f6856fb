"""The idx format of the MNIST files: integers from 0 to 255 in any number of dimensions.

A file is two zero bytes, ``08`` for "unsigned bytes", the number of dimensions, each dimension as
four bytes (the big end first), and then the numbers. Source: Y. LeCun's MNIST page, "File formats
for the MNIST database".
"""

import math

import numpy as np

MAGIC = b"\0\0\x08"


def parse(content: bytes, where: str) -> np.ndarray:
    """The array in the bytes of one whole unpacked idx file, which an error calls ``where``.

    uint8, in the shape that the file states; a view that cannot be written to. Raises
    ``ValueError`` when the file is foreign, cut short or too long.

    A row of two numbers, 7 and 9: one dimension of size 2.

    >>> parse(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]), "two.idx")
    array([7, 9], dtype=uint8)
    >>> parse(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7]), "two.idx")
    Traceback (most recent call last):
    ValueError: two.idx is cut short: 9 bytes of 10
    """
    if content[:3] != MAGIC[: len(content)]:
        raise ValueError(
            f"{where} is not an idx file of bytes: it must begin with 00 00 08, "
            f"it begins with {content[:3].hex(' ')}"
        )
    start = 4 + 4 * content[3] if len(content) > 3 else 4
    if len(content) < start:
        raise ValueError(
            f"{where} is cut short: {len(content):,} bytes, its header alone is longer"
        )
    shape = np.frombuffer(content[4:start], ">u4").tolist()
    size = start + math.prod(shape)
    if len(content) != size:
        fault = "cut short" if len(content) < size else "too long"
        raise ValueError(f"{where} is {fault}: {len(content):,} bytes of {size:,}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
