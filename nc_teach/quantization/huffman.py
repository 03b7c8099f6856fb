"""Huffman coding, to bytes and back.

Unlike :mod:`~nc_teach.quantization.huffman_code`, which finds the codes, this writes them: a file
holds the number of symbols, the code table, the codes end to end, and a checksum. Without the
number, nobody could tell the last code from the zeros that fill up the last byte; without the
checksum, a single wrong bit would be read as other symbols and not as damage.

Source: Huffman (1952), "A Method for the Construction of Minimum-Redundancy Codes"; used on weights
by Han, Mao, Dally (2016), "Deep Compression", section 4.
"""

import zlib
from collections.abc import Callable, Sequence

import numpy as np

from nc_teach.common.kinds import Natural, Numbers
from nc_teach.quantization.bits import byte_count, pack_bits, unpack_bits
from nc_teach.quantization.huffman_code import MOST, Code, code_for
from nc_teach.quantization.huffman_reading import Tables, read_ranks, tables, words_at

__all__ = ["Code", "code_for", "decode", "encode", "pack", "read_table", "table_bytes", "unpack"]

BLOCK = 1 << 13  # symbols that are written at once: what is known of them stays in the cache
Reader = Callable[[np.ndarray, int, Tables], np.ndarray]


def encode(symbols: Sequence[int] | Numbers, code: Code | None = None) -> bytes:
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


def decode(data: bytes, read: Reader = read_ranks) -> np.ndarray:
    """The numbers that :func:`encode` was given, int64; ``read`` as in :func:`unpack`.

    Raises ``ValueError`` for anything but whole, undamaged bytes of :func:`encode`.
    """
    if len(data) < 8 or zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise ValueError("data is damaged or cut short: its checksum does not match")
    code, size = read_table(data[4:-4])
    return unpack(data[4 + size : -4], int.from_bytes(data[:4], "little"), code, read)


def pack(symbols: Numbers, code: Code) -> bytes:
    """The codes of all symbols end to end; the last byte is filled up with zeros.

    Raises ``ValueError`` for a symbol that ``code`` has no code for.

    >>> pack(np.array([0, 3, 1]), Code((2, 1, 0, 2))).hex()  # 10 11 0, and zeros
    'b0'
    """
    counts = np.bincount(symbols, minlength=len(code.lengths))
    lengths, left = np.zeros(len(counts), dtype=np.int64), np.zeros(len(counts), dtype=np.uint64)
    lengths[: len(code.lengths)] = code.lengths
    left[code.symbols()] = code.left()
    if counts[lengths == 0].any():
        unseen = np.flatnonzero((lengths == 0) & (counts > 0))[0]
        raise ValueError(f"symbols must be ones that the code has seen, got {unseen}")
    words, bits = np.zeros(int(counts @ lengths) // 64 + 2, dtype=np.uint64), 0
    for first in range(0, len(symbols), BLOCK):
        block = symbols[first : first + BLOCK]
        bits = _put(words, bits, left[block], lengths[block])
    return words.astype(">u8").tobytes()[: byte_count(bits, 1)]


def _put(words: np.ndarray, place: int, codes: np.ndarray, sizes: np.ndarray) -> int:
    """Write codes, each at the left of 64 bits, end to end from bit ``place`` on; the bit after.

    Each is shifted to its place, and all that begin in the same word are put together. No code has
    more than 56 bits, so only the last one of a word can run over, and into the next word alone.
    """
    ends = place + np.cumsum(sizes)  # count
    starts = ends - sizes  # count
    word, bit = starts >> 6, (starts & 63).astype(np.uint64)  # count each: where a code begins
    last = np.append(np.flatnonzero(word[1:] != word[:-1]), len(word) - 1)  # of each word
    first = np.append(0, last[:-1] + 1)
    here = slice(word[0], word[-1] + 1)  # no word is left out: no code is as long as one
    words[here] |= np.bitwise_or.reduceat(codes >> bit, first)
    words[here.start + 1 : here.stop + 1] |= (
        codes[last] << np.uint64(1) << np.uint64(63) - bit[last]
    )
    return int(ends[-1])


def unpack(data: bytes, count: Natural, code: Code, read: Reader = read_ranks) -> np.ndarray:
    """The ``count`` symbols whose codes ``data`` holds, int64.

    ``read`` finds the codes; ``huffman_compiled.read_ranks`` is the compiled one.
    Raises ``ValueError`` unless ``data`` holds exactly that many, and then zeros to a whole byte.
    """
    wrong = ValueError(
        f"data must hold {count:,} symbols and nothing more, got {len(data):,} bytes"
    )
    symbols = code.symbols()
    if count > 8 * len(data) or (count == 0) != (len(data) == 0) or (count and not len(symbols)):
        raise wrong
    if not count:
        return np.zeros(0, dtype=np.int64)
    known = tables(code)
    ranks = read(words_at(data), count, known)  # count
    end = int(known.lengths[ranks].sum())
    rest = data[-1] & 0xFF >> end % 8 if end % 8 else 0
    if len(ranks) < count or byte_count(end, 1) != len(data) or rest:
        raise wrong
    if len(symbols) == 1 and any(data):  # a single code is 0, and no code begins with 1
        raise ValueError("data must hold codes of the table alone")
    return symbols[ranks]


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


def check_symbols(symbols: Sequence[int] | Numbers) -> np.ndarray:
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
    return array.astype(np.int64, copy=False)
