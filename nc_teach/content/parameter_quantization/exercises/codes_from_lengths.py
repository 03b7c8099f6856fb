"""4.3 Codes from lengths (difficulty 3, 10 minutes)

A Huffman file stores only how long each symbol's code is. `lengths[s]` is the length for symbol s,
a list of integers, 0 for a symbol that has no code. Return a dict from symbol to its canonical
code, a text of 0 and 1; for an empty list an empty dict. Go through the symbols in the order of
length, and of number where lengths are equal. The first code is all zeros. Each next code is the
one before, read as a binary number, plus one; if it has to be longer, zeros are then appended on
the right (after 01 comes 10, and with three bits 100).

## Stub
    def canonical_codes(lengths):
        codes = {}
        ...
        return codes

## Hint 1
Keep the code as an integer: `code + 1` is the next one, and `code << 1` adds a zero on the right.
`format(5, "04b")` is `'0101'`.

## Hint 2
`sorted(range(len(lengths)), key=lambda s: (lengths[s], s))` is the order. For each symbol with a
length: shift by `length - before`, write it down, add one, remember the length.

## Near miss
Adding one without the shift. As long as all codes have one length that is right; at the first
longer one a code begins like another, and no reader can tell them apart.

## Reasoning
After a code of n bits comes its successor, filled up on the right: everything that begins like the
codes before it is behind us, so no code can be the beginning of another. Since the order is fixed,
lengths are enough: a table of k small numbers instead of a tree.
"""

from itertools import product
from operator import itemgetter


def canonical_codes(lengths):
    codes, code, before = {}, 0, 0
    for symbol in sorted(range(len(lengths)), key=lambda s: (lengths[s], s)):
        if lengths[symbol]:
            code <<= lengths[symbol] - before
            codes[symbol] = format(code, f"0{lengths[symbol]}b")
            code, before = code + 1, lengths[symbol]
    return codes


def cases():
    """One length; longer after shorter; unsorted, with zeros; one symbol with a code; none."""
    unsorted = [3, 0, 2, 3, 2, 0, 3, 4, 4]
    for lengths in ([2, 2, 2, 2], [1, 3, 3, 3, 4, 4], unsorted, [0, 0, 1], []):
        yield f"for the lengths {lengths}", (lengths,)


def oracle(lengths):
    """For each symbol the first code that begins like no earlier one."""
    codes: dict[int, str] = {}
    for length, symbol in sorted((n, s) for s, n in enumerate(lengths) if n):
        words = map("".join, product("01", repeat=length))
        codes[symbol] = next(w for w in words if not any(w.startswith(c) for c in codes.values()))
    return codes


def details(lengths, answer):
    """What is wrong with which code: the first of them, and where one begins like another."""
    right = oracle(lengths)
    off = next((s for s in right if answer.get(s) != right[s]), None)
    texts = [(s, c) for s, c in answer.items() if isinstance(c, str) and c]
    pairs = [(a, b) for a in texts for b in texts if a[0] != b[0] and b[1].startswith(a[1])]
    uneven = next((s for s, c in answer.items() if s in right and len(str(c)) != lengths[s]), None)
    same = "the code of {1[0]}, {1[1]}, begins with that of {0[0]}, {0[1]}"
    return {
        "first": f"symbol {off} has the code {answer.get(off)!r}; it should be {right.get(off)!r}",
        "same": same.format(*pairs[0]) if pairs else "a code begins like another",
        "uneven": f"the code of symbol {uneven} is {answer.get(uneven)!r}",
        "bits": lengths[uneven] if uneven is not None else 0,
        "silent": next((s for s in answer if s not in right), None),
        "missing": next((s for s in right if s not in answer), None),
    }


def walk(grow=lambda code, by: code << by, order=None):
    """A wrong function that shifts in its own way, or sorts (length, symbol) by its own order."""

    def codes_of(lengths):
        codes, code, before = {}, 0, 0
        for length, symbol in sorted(((n, s) for s, n in enumerate(lengths) if n), key=order):
            code = grow(code, length - before)
            codes[symbol] = format(code, f"0{length}b")
            code, before = code + 1, length
        return codes

    return codes_of


as_listed = itemgetter(1)


def changed(change):
    """A wrong function that does something to the right codes."""
    return lambda lengths: change(canonical_codes(lengths), lengths)


WRONG = {
    walk(lambda code, by: code): "{where} {same}. Add one first, then as many zeros on the right "
    "as the code has grown.",
    changed(lambda codes, n: {s: format(int(c, 2), "b") for s, c in codes.items()}): "{where} "
    "{uneven}, which does not have {bits} bits. Are zeros on the left missing?",
    changed(lambda codes, n: {s: int(c, 2) for s, c in codes.items()}): "your codes are of the "
    "type int; write them as text, such as '0101'.",
    walk(order=lambda pair: (pair[0], -pair[1])): "{where} the codes are the right ones, but not "
    "with the right symbols. Where lengths are equal, the smaller number comes first.",
    walk(lambda code, by: code << by if by >= 0 else code >> -by, as_listed): "{where} {first}. "
    "You take the symbols as they are listed, and shift back where one is shorter. Go through them "
    "in the order of length.",
    walk(lambda code, by: code << max(0, by), as_listed): "{where} {uneven}, longer than {bits} "
    "bits. Do you go through the symbols in the order of length?",
    walk(lambda code, by: code << (by > 0)): "{where} {same}. One shift adds one zero on the "
    "right; add as many as the code has grown.",
    changed(lambda codes, n: {c: s for s, c in codes.items()}): "keys are symbols and values their "
    "codes; yours are turned round.",
    changed(lambda codes, n: {**dict.fromkeys(range(len(n)), ""), **codes}): "{where} symbol "
    "{silent} has a code, but its length is 0: it never occurs.",
    changed(
        lambda codes, n: {s: c.translate({48: "1", 49: "0"}) for s, c in codes.items()}
    ): "{where} zeros and ones are turned round: the first code is all zeros.",
    changed(lambda codes, n: dict(list(codes.items())[:-1])): "{where} symbol {missing} has no "
    "code; it should be {right}.",
    changed(lambda codes, n: {next(iter(codes)): ""} if len(codes) == 1 else codes): "{where} "
    "{uneven}, which has no bit at all. Even a symbol that is alone needs one, or nobody could "
    "count how often it comes.",
    changed(lambda codes, n: {s: c[: max(n)] for s, c in codes.items()} if max(n) else {}): ""
    "{where} your function stopped with {answer}. An empty list has no longest code: return an "
    "empty dict.",
}

OTHERWISE = "{where} {first}."
