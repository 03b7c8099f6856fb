"""Known wrong answers to card 4.5. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import numpy as np

from nc_teach.classroom.old_card import WrongAnswer

Words = np.ndarray


def _differing(a: Words, b: Words) -> int:
    return int(np.bitwise_count(a ^ b).sum())


def how_many_differ(a: Words, b: Words, n: int) -> int:
    return _differing(a, b)


def how_many_agree(a: Words, b: Words, n: int) -> int:
    return n - _differing(a, b)


def the_wrong_sign(a: Words, b: Words, n: int) -> int:
    return 2 * _differing(a, b) - n


def xnor_without_a_mask(a: Words, b: Words, n: int) -> int:
    return 2 * int(np.bitwise_count(~(a ^ b)).sum()) - n


def all_the_bits(a: Words, b: Words, n: int) -> int:
    return 64 * len(a) - 2 * _differing(a, b)


def both_ones(a: Words, b: Words, n: int) -> int:
    return int(np.bitwise_count(a & b).sum())


def both_ones_as_agreeing(a: Words, b: Words, n: int) -> int:
    return 2 * int(np.bitwise_count(a & b).sum()) - n


def unsigned(a: Words, b: Words, n: int) -> np.uint64:
    with np.errstate(over="ignore"):
        return np.uint64(n) - np.uint64(2) * np.bitwise_count(a ^ b).sum(dtype=np.uint64)


def one_byte(a: Words, b: Words, n: int) -> int:
    return n - 2 * int(np.bitwise_count(a ^ b).sum(dtype=np.uint8))


def one_unsigned_byte(a: Words, b: Words, n: int) -> int:
    return (n - 2 * _differing(a, b)) % 256


def words_that_differ(a: Words, b: Words, n: int) -> int:
    return n - 2 * int((a != b).sum())


def once_for_each(a: Words, b: Words, n: int) -> int:
    return n - _differing(a, b) // 2


def one_a_word(a: Words, b: Words, n: int) -> np.ndarray:
    return 64 - 2 * np.bitwise_count(a ^ b).astype(int)


def as_a_float(a: Words, b: Words, n: int) -> float:
    return float(n - 2 * _differing(a, b))


def in_place(a: Words, b: Words, n: int) -> int:
    a ^= b
    return n - 2 * int(np.bitwise_count(a).sum())


def as_words(a: Words, b: Words, n: int) -> str:
    return bin(n - 2 * _differing(a, b))


def forgets_to_return(a: Words, b: Words, n: int) -> None:
    _differing(a, b)


WRONG_ANSWERS = {
    "how many differ": WrongAnswer(how_many_differ, "how many places differ"),
    "how many agree": WrongAnswer(how_many_agree, "how many places agree"),
    "the wrong sign": WrongAnswer(the_wrong_sign, "the wrong sign"),
    "xnor without a mask": WrongAnswer(xnor_without_a_mask, "padding must not count"),
    "all the bits": WrongAnswer(all_the_bits, "start from all"),
    "both ones": WrongAnswer(both_ones, "both** are +1"),
    "both ones as agreeing": WrongAnswer(both_ones_as_agreeing, "Two −1 agree as well"),
    "unsigned": WrongAnswer(unsigned, "unsigned"),
    "one byte": WrongAnswer(one_byte, "a byte holds"),
    "one unsigned byte": WrongAnswer(one_unsigned_byte, "of one byte"),
    "words that differ": WrongAnswer(words_that_differ, "whole words"),
    "half of them": WrongAnswer(once_for_each, "it should be"),
    "one a word": WrongAnswer(one_a_word, "an array of one number"),
    "as a float": WrongAnswer(as_a_float, "you return a float"),
    "in place": WrongAnswer(in_place, "changes the words"),
    "as a string": WrongAnswer(as_words, "you return a str"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
