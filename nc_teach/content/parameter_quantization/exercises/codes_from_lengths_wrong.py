"""Known wrong answers to card 4.3. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from nc_teach.classroom.old_card import WrongAnswer

Lengths = list[int]


def _in_order(lengths: Lengths) -> list[int]:
    return sorted((s for s, n in enumerate(lengths) if n), key=lambda s: (lengths[s], s))


def _walk(lengths: Lengths, order: list[int]) -> dict[int, str]:
    codes, code, before = {}, 0, 0
    for symbol in order:
        code <<= max(0, lengths[symbol] - before)
        codes[symbol] = format(code, f"0{lengths[symbol]}b")
        code, before = code + 1, lengths[symbol]
    return codes


def without_the_shift(lengths: Lengths) -> dict[int, str]:
    return {
        s: format(code, f"0{lengths[s]}b")[-lengths[s] :]
        for code, s in enumerate(_in_order(lengths))
    }


def without_leading_zeros(lengths: Lengths) -> dict[int, str]:
    return {s: format(int(code, 2), "b") for s, code in _walk(lengths, _in_order(lengths)).items()}


def as_numbers(lengths: Lengths) -> dict[int, int]:
    return {s: int(code, 2) for s, code in _walk(lengths, _in_order(lengths)).items()}


def larger_number_first(lengths: Lengths) -> dict[int, str]:
    order = sorted(_in_order(lengths), key=lambda s: (lengths[s], -s))
    return _walk(lengths, order)


def in_the_order_of_the_list(lengths: Lengths) -> dict[int, str]:
    codes, code, before = {}, 0, 0
    for symbol, n in enumerate(lengths):
        if n:
            code = code << (n - before) if n >= before else code >> (before - n)
            codes[symbol] = format(code, f"0{n}b")
            code, before = code + 1, n
    return codes


def without_the_order(lengths: Lengths) -> dict[int, str]:
    codes, code, before = {}, 0, 0
    for symbol, n in enumerate(lengths):
        if n:
            code <<= max(0, n - before)
            codes[symbol] = format(code, f"0{n}b")
            code, before = code + 1, n
    return codes


def one_shift_for_any_growth(lengths: Lengths) -> dict[int, str]:
    codes, code, before = {}, 0, 0
    for symbol in _in_order(lengths):
        code <<= lengths[symbol] > before > 0
        codes[symbol] = format(code, f"0{lengths[symbol]}b")
        code, before = code + 1, lengths[symbol]
    return codes


def turned_round(lengths: Lengths) -> dict[str, int]:
    return {code: symbol for symbol, code in _walk(lengths, _in_order(lengths)).items()}


def codes_for_all(lengths: Lengths) -> dict[int, str]:
    return {**dict.fromkeys(range(len(lengths)), ""), **_walk(lengths, _in_order(lengths))}


def ones_first(lengths: Lengths) -> dict[int, str]:
    turned = str.maketrans("01", "10")
    return {s: c.translate(turned) for s, c in _walk(lengths, _in_order(lengths)).items()}


def forgets_the_last(lengths: Lengths) -> dict[int, str]:
    return _walk(lengths, _in_order(lengths)[:-1])


def a_list(lengths: Lengths) -> list[str]:
    return list(_walk(lengths, _in_order(lengths)).values())


def sorts_in_place(lengths: Lengths) -> dict[int, str]:
    codes = _walk(lengths, _in_order(lengths))
    lengths.append(0)
    return codes


def no_code_for_one(lengths: Lengths) -> dict[int, str]:
    codes = _walk(lengths, _in_order(lengths))
    return {next(iter(codes)): ""} if len(codes) == 1 else codes


def stops_at_nothing(lengths: Lengths) -> dict[int, str]:
    longest = max(lengths)
    return {s: c[:longest] for s, c in _walk(lengths, _in_order(lengths)).items()}


def forgets_to_return(lengths: Lengths) -> None:
    _walk(lengths, _in_order(lengths))


WRONG_ANSWERS = {
    "without the shift": WrongAnswer(without_the_shift, "zeros on the right"),
    "without leading zeros": WrongAnswer(without_leading_zeros, "zeros on the left missing"),
    "as numbers": WrongAnswer(as_numbers, "of the type int"),
    "the larger number first": WrongAnswer(larger_number_first, "the smaller number comes first"),
    "in the order of the list": WrongAnswer(in_the_order_of_the_list, "for the lengths [3, 0, 2"),
    "without the order": WrongAnswer(without_the_order, "in the order of length"),
    "one shift for any growth": WrongAnswer(one_shift_for_any_growth, "as the code has grown"),
    "turned round": WrongAnswer(turned_round, "keys are symbols"),
    "codes for all": WrongAnswer(codes_for_all, "it never occurs"),
    "ones first": WrongAnswer(ones_first, "turned round"),
    "forgets the last": WrongAnswer(forgets_the_last, "has no code"),
    "a list": WrongAnswer(a_list, "return a dict"),
    "changes the list": WrongAnswer(sorts_in_place, "Work on a copy"),
    "no code for one": WrongAnswer(no_code_for_one, "does not have 1 bits"),
    "stops at nothing": WrongAnswer(stops_at_nothing, "ValueError"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
