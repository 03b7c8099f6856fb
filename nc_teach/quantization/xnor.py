"""A product of signs is counting bits: pack 64 signs into a word, xor, popcount.

For a, b in {-1, +1}^n let bit 1 stand for +1. Where the bits agree the product is +1, where they
differ it is -1, and there are popcount(a xor b) places that differ. So

    a . b = n - 2 popcount(a xor b)

exactly, as an integer, for any n: rows are filled up with zero bits to whole words, and zeros
on both sides never differ. (With the xnor that gave the paper its name the padding *would* count:
there it has to be masked.)

Source: Rastegari, Ordonez, Redmon, Farhadi (2016), "XNOR-Net", section 3.2 (binary dot product).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nc_teach.common.kinds import Numbers

BITS = 64
BLOCK = 1 << 16  # words of a block that is xored at once: 512 kB stays in the cache
SHARE = 1 << 22  # pairs of words that are worth a thread's while: their counts fill 1 or 2 MB


@dataclass(frozen=True, eq=False)
class Packed:
    """Rows of signs, 64 in a word: ``words`` is rows x ceil(n / 64), uint64; ``n`` signs a row."""

    words: np.ndarray
    n: int

    def __post_init__(self) -> None:
        words = self.words
        wanted = -(-self.n // BITS)
        if words.dtype != np.uint64 or words.ndim != 2 or words.shape[1] != wanted:
            raise ValueError(
                f"words must be uint64, rows x {wanted} for n = {self.n}, "
                f"got {words.dtype} of shape {words.shape}"
            )

    def __len__(self) -> int:
        return len(self.words)

    @property
    def nbytes(self) -> int:
        """Bytes of the words; with n a multiple of 64, 1/32 of the same as float32."""
        return self.words.nbytes


def pack(signs: Numbers | Tensor | Sequence[object]) -> Packed:
    """The signs of a rows x n matrix (or of n numbers, as one row) as bits, 1 where x >= 0.

    Takes arrays and CPU tensors, ±1 or any real numbers; 0 counts as +1. Raises ``ValueError`` for
    more than two dimensions, no numbers, or NaN.

    >>> packed = pack([[1, -1, 1], [-1, 1, 1]])
    >>> packed.words.ravel().tolist(), packed.n
    ([5, 6], 3)
    """
    array = np.atleast_2d(np.asarray(signs))
    if array.ndim != 2 or not array.size:
        raise ValueError(f"signs must be rows x n with at least one, got shape {array.shape}")
    if np.isnan(array).any():
        raise ValueError("signs must be numbers, got NaN")
    rows, n = array.shape
    # rows x bytes, whole words
    octets = np.zeros((rows, -(-n // BITS) * BITS // 8), dtype=np.uint8)
    bits = np.packbits(array >= 0, axis=1, bitorder="little")  # rows x bytes
    octets[:, : bits.shape[1]] = bits
    return Packed(octets.view("<u8").astype(np.uint64, copy=False), n)


def unpack(packed: Packed) -> np.ndarray:
    """The signs again, rows x n, float32, -1 or +1.

    >>> unpack(pack([0.3, -2.0, 0.0])).tolist()
    [[1.0, -1.0, 1.0]]
    """
    octets = packed.words.astype("<u8", copy=False).view(np.uint8)
    bits = np.unpackbits(octets, axis=1, count=packed.n, bitorder="little")  # rows x n
    return 2 * bits.astype(np.float32) - 1


def differing(a: Numbers, b: Numbers, out: Numbers | None = None) -> np.ndarray:
    """popcount(a xor b) for every row of ``a`` with every row of ``b``: rows x rows, int64.

    uint64, rows x words each; the counts are written into ``out`` if there is one. numpy makes the
    xor of whole blocks before it counts, which is what a compiled kernel does not have to do.

    >>> differing(np.array([[5]], np.uint64), np.array([[5], [6]], np.uint64)).tolist()
    [[0, 2]]
    """
    counts = np.empty((len(a), len(b)), dtype=np.int64) if out is None else out
    step = max(1, BLOCK // max(b.size, 1))
    for first in range(0, len(a), step):
        block = a[first : first + step, None] ^ b  # step x rows of b x words
        np.bitwise_count(block).sum(axis=2, dtype=np.int64, out=counts[first : first + step])
    return counts


def matmul(a: Packed, b: Packed, count: Callable[..., np.ndarray] = differing) -> np.ndarray:
    """``unpack(a) @ unpack(b).T`` as integers: n - 2 popcount(a xor b), rows x rows, int64.

    ``count`` does the counting; ``xnor_compiled.differing`` is the compiled one. A large product
    is shared out, block by block of rows, over as many threads as torch may use.
    Raises ``ValueError`` when the two do not have the same n.

    >>> matmul(pack([[1, -1, 1], [-1, 1, 1]]), pack([1, 1, 1])).tolist()
    [[1], [1]]
    """
    if a.n != b.n:
        raise ValueError(f"b must have as many signs a row as a ({a.n}), got {b.n}")
    product = np.empty((len(a), len(b)), dtype=np.int64)
    step = max(1, SHARE // max(b.words.size, 1))

    def fill(first: int) -> None:
        """n - 2 counts, in the place of the counts, while they are in the cache."""
        counts = count(a.words[first : first + step], b.words, product[first : first + step])
        counts *= -2
        counts += a.n

    if len(a) <= step:
        fill(0)
    else:
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            list(pool.map(fill, range(0, len(a), step)))
    return product
