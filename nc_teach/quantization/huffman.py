"""Huffman coding, to bytes and back.

Unlike :mod:`~nc_teach.quantization.huffman_code`, which finds the codes, this writes them: a file
holds the number of symbols, the code table, the codes end to end, and a checksum. Without the
number, nobody could tell the last code from the zeros that fill up the last byte; without the
checksum, a single wrong bit would be read as other symbols and not as damage.

Source: Huffman (1952), "A Method for the Construction of Minimum-Redundancy Codes"; used on weights
by Han, Mao, Dally (2016), "Deep Compression", section 4.
"""

import zlib
from collections.abc import Sequence

import numpy as np

from nc_teach.quantization.bits import byte_count, pack_bits, unpack_bits
from nc_teach.quantization.huffman_code import MOST, Code, code_for

__all__ = ["Code", "code_for", "decode", "encode", "pack", "read_table", "table_bytes", "unpack"]


def encode(symbols: Sequence[int] | np.ndarray, code: Code | None = None) -> bytes:
    """Integers from 0 to 65,534 as bytes: count, code table, codes, CRC-32.

    ``code`` is one that was made for other data; by default the best for these.
    Raises ``ValueError`` for a symbol out of range, or one that ``code`` has no code for.

    >>> data = encode([3, 3, 0, 3])
    >>> len(data), decode(data).tolist()
    (13, [3, 3, 0, 3])
    """
    symbols = check_symbols(symbols)
    code = code_for(np.bincount(symbols)) if code is None else code
    body = len(symbols).to_bytes(4, "little") + table_bytes(code) + pack(symbols, code)
    return body + zlib.crc32(body).to_bytes(4, "little")


def decode(data: bytes) -> np.ndarray:
    """The numbers that :func:`encode` was given, int64.

    Raises ``ValueError`` for anything but whole, undamaged bytes of :func:`encode`.
    """
    if len(data) < 8 or zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise ValueError("data is damaged or cut short: its checksum does not match")
    code, size = read_table(data[4:-4])
    return unpack(data[4 + size : -4], int.from_bytes(data[:4], "little"), code)


def pack(symbols: np.ndarray, code: Code) -> bytes:
    """The codes of all symbols end to end; the last byte is filled up with zeros.

    Every code is written out bit by bit, all codes at once: the bit that has r bits of its code
    behind it is bit r of the code's number.
    """
    most = max(len(code.lengths), int(symbols.max(initial=-1)) + 1)
    lengths, numbers = np.zeros((2, most), dtype=np.int64)
    lengths[: len(code.lengths)] = code.lengths
    numbers[code.symbols()] = code.numbers()
    sizes = lengths[symbols]  # count: bits of each code
    if not sizes.all():
        raise ValueError(
            f"symbols must be ones that the code has seen, got {symbols[sizes.argmin()]}"
        )
    # all bits: how many of the same code follow
    behind = np.repeat(np.cumsum(sizes), sizes) - np.arange(sizes.sum()) - 1
    stream = np.repeat(numbers[symbols], sizes) >> behind & 1  # all bits
    return np.packbits(stream.astype(np.uint8)).tobytes()


def unpack(data: bytes, count: int, code: Code) -> np.ndarray:
    """The ``count`` symbols whose codes ``data`` holds, int64.

    For every bit, look up which code *would* begin there, and so where the next one would. The true
    beginnings then follow from the first one by doubling: one jump, two jumps, four at once.

    Raises ``ValueError`` unless ``data`` holds exactly that many, and then zeros to a whole byte.
    """
    bits = np.unpackbits(np.frombuffer(data, np.uint8))  # B bits
    if count > len(bits) or (count == 0) != (len(data) == 0) or (count and not any(code.lengths)):
        raise ValueError(_not_exactly(count, data))
    if not count:
        return np.zeros(0, dtype=np.int64)
    lengths = np.array(code.lengths, dtype=np.int64)[code.symbols()]
    rank, right = _look_up(bits, lengths, code.numbers())
    # B + 1 places; the last leads to itself
    jump = np.append(np.arange(len(bits)) + lengths[rank], len(bits))
    starts = _chain(np.minimum(jump, len(bits)), count)  # count places
    end = jump[starts[-1]]
    if starts[-1] == len(bits) or (end + 7) // 8 != len(data) or bits[end:].any():
        raise ValueError(_not_exactly(count, data))
    if not right[starts].all():
        raise ValueError("data must hold codes of the table alone")
    return code.symbols()[rank[starts]]


def table_bytes(code: Code) -> bytes:
    """The code table: how many symbols (2 bytes), bits of a length (1), the lengths."""
    width = max(code.lengths, default=0).bit_length()
    lengths = pack_bits(np.array(code.lengths, dtype=np.int64), width)
    return len(code.lengths).to_bytes(2, "little") + bytes([width]) + lengths


def read_table(data: bytes) -> tuple[Code, int]:
    """The code whose table ``data`` begins with, and the table's size in bytes.

    Raises ``ValueError`` when it is cut short, or is no table.
    """
    count, width = int.from_bytes(data[:2], "little"), int.from_bytes(data[2:3], "little")
    size = 3 + byte_count(count, width)
    if len(data) < size or width > 6:
        raise ValueError("data must begin with a whole code table")
    return Code(tuple(unpack_bits(data[3:size], count, width).tolist())), size


def check_symbols(symbols: Sequence[int] | np.ndarray) -> np.ndarray:
    """``symbols`` as int64; ``ValueError`` unless they are a row of integers in range."""
    array = np.asarray(symbols)
    if not array.size:
        return np.zeros(0, dtype=np.int64)
    whole = array.ndim == 1 and np.issubdtype(array.dtype, np.integer)
    if not whole or array.min() < 0 or array.max() >= MOST:
        raise ValueError(
            f"symbols must be a row of integers from 0 to {MOST - 1:,}, got "
            f"{array.dtype} of shape {array.shape}"
            + (f" from {array.min()} to {array.max()}" if whole else "")
        )
    return array.astype(np.int64)


def _look_up(
    bits: np.ndarray, lengths: np.ndarray, numbers: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which code would begin at each bit, and whether it does (it may not, if there is only one).

    The next bits, as many as the longest code has, are one number; codes in their order, filled up
    with zeros on the right, rise, so the code is the last one that is not above that number.
    """
    longest = int(lengths.max())
    padded = np.concatenate([bits, np.zeros(longest, np.uint8)]).astype(np.int64)
    following = np.zeros(len(bits), dtype=np.int64)
    for place in range(longest):
        # One bit more of what follows each place; after the loop it is a number of `longest` bits.
        following = 2 * following + padded[place : place + len(bits)]
    rank = np.searchsorted(numbers << (longest - lengths), following, side="right") - 1  # B
    return rank, following >> (longest - lengths[rank]) == numbers[rank]


def _chain(jump: np.ndarray, count: int) -> np.ndarray:
    """0, jump[0], jump[jump[0]], ...: the first ``count`` of them, by doubling."""
    starts = np.zeros(1, dtype=np.int64)
    while len(starts) < count:
        starts = np.concatenate([starts, jump[starts]])
        # Twice as far with every round, so `count` jumps take log2(count) rounds.
        jump = jump[jump]
    return starts[:count]


def _not_exactly(count: int, data: bytes) -> str:
    return f"data must hold {count:,} symbols and nothing more, got {len(data):,} bytes"
