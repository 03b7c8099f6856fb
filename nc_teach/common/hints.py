"""What a declared type says: which types are inside it, and the whole of it in words."""

import inspect
import types
import typing
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from torch import Tensor, nn

Hint = Any  # a type as it is declared
WORDS = {int: "an integer", float: "a number", bool: "True or False", str: "a text"}
WORDS |= {Tensor: "a tensor", nn.Module: "a network", type(None): "None"}


def items(hint: Hint) -> tuple[Hint, ...]:
    """The types of a mapping's keys and values, or of a row's items; none of other types."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if not inspect.isclass(origin) or (origin is tuple and inside[-1] is not ...):
        return ()
    if not issubclass(origin, Iterable) or issubclass(origin, Generator):
        return ()
    return tuple(part for part in inside if part is not ...)


def arguments(hint: Hint) -> int | None:
    """How many arguments a declared function is called with; None for other types."""
    inside = typing.get_args(hint)
    return len(inside[0]) if inside and isinstance(inside[0], list) else None


def parts(hint: Hint) -> Iterator[Hint]:
    """The types within a type of which :func:`reading` has more to say than beartype."""
    if hasattr(hint, "__metadata__") or items(hint) or arguments(hint) is not None:
        yield hint
    for part in typing.get_args(hint):
        yield from () if isinstance(part, list) else parts(part)


def words(hint: Hint) -> str:
    """What a declaration allows, in words.

    >>> from nc_teach.common.kinds import Count
    >>> words(Count | None)
    'an integer of at least 1, or None'
    """
    if hasattr(hint, "__metadata__"):
        return str(hint.__metadata__[0].words)
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return ", or ".join(map(words, inside))
    if origin is Callable:
        count = arguments(hint)
        takes = f" that takes {count} argument{'s' * (count != 1)}" if count else ""
        return f"a function{takes}"
    if origin is tuple and inside[-1] is not ...:
        return f"a pair ({', '.join(map(words, inside))})" if len(inside) == 2 else "a tuple"
    if item := items(hint):
        kind = "mapping" if len(item) == 2 else "tuple" if origin is tuple else "sequence"
        return f"a {kind}" if item[-1] in (object, Hint) else f"a {kind} (each {words(item[-1])})"
    if hint in WORDS:
        return WORDS[hint]
    name = hint.__name__ if inspect.isclass(hint) and not inside else origin.__name__
    return article(name)


def article(name: str) -> str:
    """The name of a class with a or an before it.

    >>> article("Adam"), article("Split")
    ('an Adam', 'a Split')
    """
    return f"a{'n' * (name[0] in 'AEIOUaeiou')} {name}"
