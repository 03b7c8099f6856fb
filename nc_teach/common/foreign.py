"""Text and JSON from elsewhere, which may say anything.

Unlike ``json.loads``, which takes what it is given and raises what it likes, these hold a file to
what it should be, and raise ``ValueError`` where it is not that.
"""

import json
import unicodedata
from typing import TypeAlias

DEEPEST = 40  # levels of lists in lists; each is a call when the file is written again
BELOW = 1 << 63  # every number, so that it is one of 64 bits
LONGEST = 300  # signs of one text

Form: TypeAlias = "type | list[Form] | dict[str, Form]"
WORDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number from 0",
    float: "a finite number from 0",
    list: "a list",
    dict: "an object",
}


def parse(text: str | bytes) -> object:
    """What JSON text says. Raises ``ValueError`` for other text, and for what is nested too deeply.

    >>> parse("[1, {}]")
    [1, {}]
    """
    too_deep = ValueError(f"it is nested in more than {DEEPEST} levels")
    try:
        found: object = json.loads(text)
    except RecursionError:
        raise too_deep from None
    level = [found]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    if level:
        raise too_deep
    return found


def check_form(found: object, form: Form, name: str) -> None:
    """Raise ``ValueError`` unless ``found``, which JSON said under ``name``, has this form.

    A type stands for a value of it, where an ``int`` and a ``float`` are numbers from 0 that 64
    bits hold; ``[form]`` for a list of such, and a dict for an object with at least these names.

    >>> check_form({"a": [1, 2], "b": "x"}, {"a": [int]}, "it")
    >>> check_form({"a": [1, -2]}, {"a": [int]}, "it")
    Traceback (most recent call last):
    ValueError: it: a: must be a whole number from 0, got -2
    """
    kind = form if isinstance(form, type) else type(form)
    fits = type(found) is kind or (kind is float and type(found) is int)
    if fits and isinstance(found, int | float):
        fits = 0 <= found < BELOW  # what is not a number is not below
    if not fits:
        raise ValueError(f"{name}: must be {WORDS[kind]}, got {shortened(repr(found))}")
    if isinstance(form, list) and isinstance(found, list):
        for inner in found:
            check_form(inner, form[0], name)
    if isinstance(form, dict) and isinstance(found, dict):
        for key, inner_form in form.items():
            if key not in found:
                raise ValueError(f"{name}: must have {key!r}")
            check_form(found[key], inner_form, f"{name}: {key}")


def shortened(text: str, most: int = 60) -> str:
    """At most so many signs of a text, for a message."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def one_line(text: str) -> str:
    r"""Text that moves no cursor, ends no line and turns no direction of reading; not too long.

    >>> one_line("a\nb\x1b[31mc\u202ed")
    'a b [31mc d'
    """
    shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return shortened(" ".join(shown.split()), LONGEST)
