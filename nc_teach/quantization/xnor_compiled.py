"""The same counting as :mod:`.xnor`, compiled: xor and popcount in registers, nothing in between.

Unlike numpy's version it makes no array of the xor. It counts in tiles of 4 x 8: eight neighbouring
words are loaded as one value and serve four rows, and the 32 sums stay in four vector registers
until the last word, so that nearly every instruction counts bits. What is left over, and a vector
for which there is no tile, goes pair by pair, eight words of both at a time. Needs numba, and the
first call compiles: see :mod:`nc_teach.common.compiled`.

Source: Goto and van de Geijn (2008), "Anatomy of High-Performance Matrix Multiplication", section
4: the same blocking, for products of floats.
"""

from functools import cache, reduce
from typing import Any

import numpy as np

from nc_teach.common.compiled import available as available

LANES = 8  # words in one value: 512 bits, which a processor with narrower registers splits


def differing(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """popcount(a xor b) for every row of ``a`` with every row of ``b``: rows x rows, int64.

    uint64, rows x words each; the counts are written into ``out`` if there is one. Raises
    ``ModuleNotFoundError`` without numba.
    """
    counts = np.empty((len(a), len(b)), dtype=np.int64) if out is None else out
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    _compiled()(a, b, _in_tiles(b), counts)
    return counts


def _in_tiles(b: np.ndarray) -> np.ndarray:
    """Word 0 of the first eight rows, word 1 of these eight, ...; then the next eight rows.

    What a tile reads one after the other lies in one piece. Transposed alone, its words would lie a
    whole row apart, and with a row of 2,048 they would drive each other out of the cache.

    >>> _in_tiles(np.arange(18).reshape(9, 2)).tolist()  # the ninth row is in no tile
    [[0, 2, 4, 6, 8, 10, 12, 14], [1, 3, 5, 7, 9, 11, 13, 15]]
    """
    rows, words = b.shape
    tiles = b[: rows // LANES * LANES].reshape(-1, LANES, words)  # tiles x 8 x words
    return np.ascontiguousarray(tiles.transpose(0, 2, 1)).reshape(-1, LANES)  # tiles * words x 8


@cache
def _compiled() -> Any:
    import numba
    from numba.extending import intrinsic

    zeros, load, repeat, add, total, store = map(intrinsic, _eight_words())

    @intrinsic
    def popcount(typing_context, word):
        """LLVM's ctpop, which becomes one instruction where the processor has one."""
        return word(word), lambda context, builder, kind, values: builder.ctpop(values[0])

    @numba.njit(nogil=True)
    def count(a: np.ndarray, b: np.ndarray, tiles: np.ndarray, counts: np.ndarray) -> None:
        high, wide = a.shape[0] // 4 * 4, b.shape[0] // LANES * LANES
        for i in range(0, high, 4):
            for j in range(0, wide, LANES):
                first = j // LANES * a.shape[1]  # of the tile's words
                sum0 = sum1 = sum2 = sum3 = zeros()
                for w in range(a.shape[1]):
                    column = load(tiles, first + w, 0)  # eight words of b, one of each row
                    sum0 = add(sum0, repeat(a[i, w]), column)
                    sum1 = add(sum1, repeat(a[i + 1, w]), column)
                    sum2 = add(sum2, repeat(a[i + 2, w]), column)
                    sum3 = add(sum3, repeat(a[i + 3, w]), column)
                store(counts, i, j, sum0)
                store(counts, i + 1, j, sum1)
                store(counts, i + 2, j, sum2)
                store(counts, i + 3, j, sum3)
        eights = a.shape[1] // LANES * LANES
        for i in range(a.shape[0]):  # what no tile covers, pair by pair
            for j in range(wide if i < high else 0, b.shape[0]):
                sums = zeros()
                for w in range(0, eights, LANES):
                    sums = add(sums, load(a, i, w), load(b, j, w))
                bits = total(sums)
                for w in range(eights, a.shape[1]):
                    bits += popcount(a[i, w] ^ b[j, w])
                counts[i, j] = bits

    return count


def _eight_words() -> tuple[Any, ...]:
    """What can be done with eight words as one value, for which numba has no name: LLVM has."""
    from llvmlite import ir
    from numba.core import cgutils, types
    from numba.extending import models, register_model
    from numba.np.arrayobj import make_array

    vector = ir.VectorType(ir.IntType(64), LANES)

    class EightWords(types.Type):
        pass

    @register_model(EightWords)
    class Model(models.PrimitiveModel):
        def __init__(self, manager, kind) -> None:
            super().__init__(manager, kind, vector)

    kind = EightWords("eight words")

    def place(context, builder, array, values):
        """Where ``array[i, j : j + 8]`` lies."""
        data = make_array(array)(context, builder, values[0])
        pointer = cgutils.get_item_pointer(context, builder, array, data, values[1:3])
        return builder.bitcast(pointer, vector.as_pointer())

    def zeros(typing_context):
        return kind(), lambda context, builder, signature, values: ir.Constant(vector, None)

    def load(typing_context, array, i, j):
        return kind(array, i, j), lambda context, builder, signature, values: builder.load(
            place(context, builder, array, values), align=8
        )

    def repeat(typing_context, word):
        """The word eight times."""

        def generate(context, builder, signature, values):
            empty, first = ir.Constant(vector, ir.Undefined), ir.Constant(ir.IntType(32), 0)
            one = builder.insert_element(empty, values[0], first)
            every = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
            return builder.shuffle_vector(one, empty, every)

        return kind(word), generate

    def add(typing_context, sums, words, others):
        """sums + popcount(words ^ others), in each of the eight."""

        def generate(context, builder, signature, values):
            ctpop = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(vector, [vector]), f"llvm.ctpop.v{LANES}i64"
            )
            return builder.add(values[0], builder.call(ctpop, [builder.xor(*values[1:])]))

        return sums(sums, words, others), generate

    def total(typing_context, sums):
        """The sum of the eight."""

        def generate(context, builder, signature, values):
            places = [ir.Constant(ir.IntType(32), lane) for lane in range(LANES)]
            each = [builder.extract_element(values[0], place) for place in places]
            return reduce(builder.add, each)

        return types.uint64(sums), generate

    def store(typing_context, array, i, j, words):
        def generate(context, builder, signature, values):
            builder.store(values[3], place(context, builder, array, values), align=8)
            return context.get_dummy_value()

        return types.void(array, i, j, words), generate

    return zeros, load, repeat, add, total, store
