"""Text and JSON from elsewhere, which may say anything.

Unlike ``json.loads``, which takes what it is given and raises what it likes, these hold a file to
what it should be, and raise ``ValueError`` where it is not that.
"""

import json
import unicodedata
from typing import Any, TypeAlias

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


def take(found: object, form: Form, name: str) -> Any:
    """What JSON said under ``name``, of which only what has this form is taken.

    A type stands for a value of it, where an ``int`` and a ``float`` are numbers from 0 that 64
    bits hold, and a text becomes :func:`one_line`; ``[form]`` stands for a list of such; and a dict
    for an object with these names, of which others are left out. Raises ``ValueError`` for what
    has another form.

    >>> take({"a": [1, 2], "b": "x"}, {"a": [int]}, "it")
    {'a': [1, 2]}
    >>> take({"a": [1, -2]}, {"a": [int]}, "it")
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
        return [take(inner, form[0], name) for inner in found]
    if isinstance(form, dict) and isinstance(found, dict):
        return {key: take(found.get(key), inner, f"{name}: {key}") for key, inner in form.items()}
    return one_line(found) if isinstance(found, str) else found


def shortened(text: str, most: int = 60) -> str:
    """At most so many signs of a text, for a message."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def one_line(text: str, most: int = LONGEST) -> str:
    r"""Text that moves no cursor, ends no line and turns no direction of reading; not too long.

    >>> one_line("a\nb\x1b[31mc\u202ed")
    'a b [31mc d'
    """
    shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return shortened(" ".join(shown.split()), most)
