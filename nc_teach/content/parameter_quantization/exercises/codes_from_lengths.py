"""Card 4.3: the canonical code, from lengths alone."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .codes_from_lengths_checks import CHECKS
from .codes_from_lengths_wrong import WRONG_ANSWERS


def canonical_codes(lengths):
    codes, code, before = {}, 0, 0
    for symbol in sorted(range(len(lengths)), key=lambda s: (lengths[s], s)):
        if lengths[symbol]:
            code <<= lengths[symbol] - before
            codes[symbol] = format(code, f"0{lengths[symbol]}b")
            code, before = code + 1, lengths[symbol]
    return codes


CARD = Exercise(
    key="4.3",
    title="Codes from lengths",
    difficulty=3,
    minutes=10,
    task=(
        "A Huffman file stores only how long each symbol's code is. `lengths[s]` is the length for "
        "symbol s, a list of whole numbers, 0 for a symbol that has no code. Return a dict from "
        "symbol to its canonical code, a text of 0 and 1. Go through the symbols in the order of "
        "length, and of number where lengths are equal; the first code is all zeros, each next is "
        "the one before plus one, with zeros added on the right where it is longer."
    ),
    stub="""\
def canonical_codes(lengths):
    codes = {}
    ...
    return codes
""",
    checks=CHECKS,
    hints=(
        "Keep the code as a whole number: `code + 1` is the next one, and `code << 1` adds a zero "
        "on the right. `format(5, \"04b\")` is `'0101'`.",
        "`sorted(range(len(lengths)), key=lambda s: (lengths[s], s))` is the order. For each "
        "symbol with a length: shift by `length - before`, write it down, add one, remember "
        "the length.",
    ),
    near_miss=(
        "Adding one without the shift. As long as all codes have one length that is right; at the "
        "first longer one a code begins like another, and no reader can tell them apart."
    ),
    solution=canonical_codes,
    reasoning=(
        "After a code of n bits comes its successor, filled up on the right: everything that "
        "begins like the codes before it is behind us, so no code can be the beginning of another. "
        "Since the order is fixed, lengths are enough: a table of k small numbers instead of a "
        "tree."
    ),
    wrong_answers=WRONG_ANSWERS,
)
