"""4.5 Count the bits (difficulty 2, 6 minutes)

`a` and `b` are numpy arrays of `uint64` words. Each holds `n` signs as bits, 1 for +1 and 0 for −1;
the bits of the last word that are left over are 0 in both. Return the product of the two vectors of
signs, Σ aᵢ bᵢ, as an integer; try it without unpacking. numpy is `np`. Which bits count, and what
does each one cost?

## Stub
    def product_of_signs(a, b, n):
        differing = ...
        return differing

## Hint 1
Where two signs differ their product is −1, where they agree it is +1. `a ^ b` has a 1 wherever the
bits differ, and `np.bitwise_count` counts the ones of every word.

## Hint 2
If d of the n places differ, n − d agree, and the sum is (n − d) − d. Make d an `int` before you
compute with it: `int(np.bitwise_count(a ^ b).sum())`.

## Near miss
`2 * agreeing − n` with `agreeing` counted from `~(a ^ b)`. Right when n is a multiple of 64.
Otherwise the bits left over agree as well, zero with zero, and are counted.

## Reasoning
Every differing place turns a +1 into a −1, so it takes 2 from n. Padding is zero on both sides and
never differs: xor needs no mask, while xnor does. The sum of a word's counts is made an `int`
because numpy's unsigned numbers cannot go below zero.
"""

import numpy as np


def product_of_signs(a, b, n):
    differing = int(np.bitwise_count(a ^ b).sum())
    return n - 2 * differing


def words(positive):
    """Signs as bits of uint64 words, the lowest first."""
    packed = np.packbits(positive, bitorder="little")
    return np.pad(packed, (0, -len(packed) % 8)).view(np.uint64)


def cases():
    """Whole words; then padding; then more signs than a byte can count, and negative products."""
    sizes = (64, 128, 640, 10, 100, 65, 1, 6400, 64_000)
    shares = (0.5, 0.8, 0.3, 0.5, 0.7, 0.0, 1.0, 0.1, 0.02)
    for seed, (n, agree) in enumerate(zip(sizes, shares, strict=True)):
        random = np.random.default_rng(seed)
        a = random.random(n) < 0.5
        b = np.where(random.random(n) < agree, a, ~a)
        yield f"on {n:,} signs", (words(a), words(b), n)


def oracle(a, b, n):
    """Unpacks, and multiplies one sign after the other."""
    signs = [2 * np.unpackbits(x.view(np.uint8), bitorder="little")[:n].astype(int) for x in (a, b)]
    return sum(int(x) * int(y) for x, y in zip(signs[0] - 1, signs[1] - 1, strict=True))


def differing(a, b):
    return int(np.bitwise_count(a ^ b).sum())


def details(a, b, n, answer):
    """How many places there are, differ and agree; and what a byte makes of the product."""
    d, byte = differing(a, b), oracle(a, b, n) % 256
    places = {"n": n, "words": len(a), "bits": 64 * len(a), "d": d, "agree": n - d}
    return places | {"byte": byte, "under": 256 - byte}


def judge(function):
    """A right product in the wrong kind of number."""
    answer = function(words(np.array([True])), words(np.array([True])), 1)
    if isinstance(answer, float | np.floating):
        return "you return a float. The product of signs is an integer, exactly."
    return None


def unsigned(a, b, n):
    with np.errstate(over="ignore"):
        return np.uint64(n) - np.uint64(2) * np.bitwise_count(a ^ b).sum(dtype=np.uint64)


WRONG = {
    lambda a, b, n: differing(a, b): "you return how many places differ. Each takes 2 from n.",
    lambda a, b, n: n - differing(a, b): "you return how many places agree. Those that differ "
    "count −1, not 0.",
    lambda a, b, n: 2 * differing(a, b) - n: "your answer has the wrong sign: places that agree "
    "are +1, those that differ −1.",
    lambda a, b, n: 2 * int(np.bitwise_count(~(a ^ b)).sum()) - n: "you count the bits left over: "
    "64 · {words} = {bits} bits, but only {n} signs. Zero agrees with zero, and padding must not "
    "count.",
    lambda a, b, n: 64 * len(a) - 2 * differing(a, b): "you start from all {bits} bits of the "
    "words. Only {n} of them are signs.",
    lambda a, b, n: int(np.bitwise_count(a & b).sum()): "you count where **both** are +1 "
    "(`a & b`). Two −1 also give +1.",
    lambda a, b, n: 2 * int(np.bitwise_count(a & b).sum()) - n: "you count where both are +1 "
    "(`a & b`) as the places that agree. Two −1 agree as well.",
    unsigned: "your subtraction went below zero in **unsigned** numbers, which start again at 2 to "
    "the 64. Make the count an `int` first.",
    lambda a, b, n: (n - 2 * differing(a, b)) % 256: "your subtraction went below zero in "
    "**unsigned** numbers of one byte: {byte} is −{under} + 256. Make the count an `int` first.",
    lambda a, b, n: n - 2 * int(np.bitwise_count(a ^ b).sum(dtype=np.uint8)): "your count ran "
    "over: a byte holds at most 255. Let the sum be of a wider type.",
    lambda a, b, n: n - 2 * int((a != b).sum()): "you count **words** that differ, not bits: "
    "`a != b` compares whole words.",
    lambda a, b, n: int((a != b).sum()): "you return how many **words** differ. Look into them: "
    "`a ^ b` has a 1 for every bit that differs.",
    lambda a, b, n: n - differing(a, b) // 2: "{where} of which {d} differ you return {answer}, as "
    "if each took a half from n. It takes two: a +1 becomes a −1.",
    lambda a, b, n: 64 - 2 * np.bitwise_count(a ^ b).astype(int): "you return one number for each "
    "word ({words} here). The product of two vectors is one number: sum over the words.",
}

OTHERWISE = "{where} of which {d} differ you return {answer}; it should be {agree} − {d} = {right}."
