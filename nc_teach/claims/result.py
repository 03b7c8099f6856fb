"""What an experiment returns: a frozen dataclass that can be written to a file and read back.

A result's fields *are* its numbers. Arrays become lists, keys of dictionaries become text, and on
the way back each field is given the type that the class declares for it, so that a shipped result
has the same ``table()`` and the same figure as one that was just measured.
"""

import dataclasses
import json
import re
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from nc_teach.claims.provenance import Provenance
from nc_teach.common.files import write_whole
from nc_teach.table import Table

Plain = Any  # what JSON holds: None, bool, int, float, str, and lists and dictionaries of them
R = TypeVar("R", bound="Result")
LIST = re.compile(r"\[\s+([^\[\]{}\"]*?)\s+\]")  # an innermost list of numbers
UNKNOWN = Provenance("", "", "", 0.0)
SPACE = re.compile(r",\s+")


def local() -> Any:
    """A field that stays in memory: None in a result that was read from a file."""
    return field(default=None, metadata={"local": True})


def rounded(digits: int) -> Any:
    """A field whose floats are kept to that many decimals (4 without this)."""
    return field(metadata={"digits": digits})


@dataclass(frozen=True, kw_only=True)
class Result:
    """Base of every result; subclasses are ``@dataclass(frozen=True, kw_only=True)`` as well.

    >>> @dataclass(frozen=True, kw_only=True)
    ... class Errors(Result):
    ...     test: dict[int, np.ndarray]
    >>> now = Errors(test={3: np.array([0.125, 0.25])}, provenance=Provenance("x", "", "", 1.0))
    >>> now.numbers()
    {'test': {'3': [0.125, 0.25]}}
    >>> Errors.of(now.numbers(), now.provenance).test[3]
    array([0.125, 0.25 ])
    """

    provenance: Provenance = UNKNOWN  # until :func:`.running.measured` says it

    def table(self) -> Table:
        """The result as a table."""
        raise NotImplementedError(f"{type(self).__name__} has no table")

    def in_words(self) -> str:
        """What was seen, in one sentence with its numbers; empty where there is none yet."""
        return ""

    def tabled(self, heads: Sequence[str], rows: Iterable[Sequence[str]], note: str = "") -> Table:
        """Those rows as a table; below it the note, and where the numbers are from."""
        below = f"{note} {self.provenance.line()}".strip()
        return Table(tuple(heads), tuple(map(tuple, rows)), (below,))

    def numbers(self) -> dict[str, Plain]:
        """Every field but the local ones, as plain values for a file."""
        return {
            f.name: to_plain(getattr(self, f.name), f.metadata.get("digits", 4))
            for f in dataclasses.fields(self)
            if f.name != "provenance" and not f.metadata.get("local")
        }

    @classmethod
    def of(cls: type[R], numbers: dict[str, Plain], provenance: Provenance) -> R:
        """The result that :meth:`numbers` came from.

        Raises ``ValueError`` for a number that no field has, or a field that is missing.
        """
        kinds = typing.get_type_hints(cls)
        wanted = {
            f.name
            for f in dataclasses.fields(cls)
            if f.name != "provenance" and not f.metadata.get("local")
        }
        if set(numbers) != wanted:
            need, got = ", ".join(sorted(wanted)), ", ".join(sorted(numbers))
            raise ValueError(f"numbers of {cls.__name__} must be {need}; got {got}")
        fields = {name: from_plain(kinds[name], value) for name, value in numbers.items()}
        return cls(**fields, provenance=provenance)

    def save(self, path: str | Path, key: str) -> int:
        """Write the result to ``path`` as JSON, completely or not at all; return its bytes."""
        content = {
            "key": key,
            "numbers": self.numbers(),
            "provenance": dataclasses.asdict(self.provenance),
        }
        return write_whole(path, (compact(content) + "\n").encode())


def compact(content: Plain) -> str:
    """JSON with each innermost list of numbers on a line of its own.

    >>> print(compact({"a": [[1, 2], [3, 4]]}))
    {
     "a": [
      [1, 2],
      [3, 4]
     ]
    }
    """
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    return LIST.sub(lambda found: f"[{re.sub(SPACE, ', ', found[1])}]", text)


def to_plain(value: Any, digits: int = 4) -> Plain:
    """A field's value as JSON holds it; NaN becomes None.

    >>> to_plain({("a", 2): np.array([1 / 3, np.nan])})
    {'a | 2': [0.3333, None]}
    """
    if isinstance(value, np.ndarray | np.generic):
        return to_plain(value.tolist(), digits)
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, digits)
    if isinstance(value, dict):
        return {_key(k): to_plain(v, digits) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(v, digits) for v in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in dataclasses.fields(value)]
        return {name: to_plain(getattr(value, name), digits) for name in names}
    return value


def from_plain(kind: Any, value: Plain) -> Any:
    """The value of type ``kind`` that became ``value``.

    >>> from_plain(dict[tuple[str, int], np.ndarray], {"a | 2": [0.5, None]})
    {('a', 2): array([0.5, nan])}
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else from_plain(inner[0], value)
    if kind is np.ndarray:
        array = np.array(value)
        return array.astype(float) if array.dtype == object else array
    if origin is dict:
        return {_key_of(inner[0], k): from_plain(inner[1], v) for k, v in value.items()}
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(from_plain(k, v) for k, v in zip(inner, value, strict=True))
    if origin in (tuple, list):
        return origin(from_plain(inner[0], v) for v in value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        kinds = typing.get_type_hints(kind)
        return kind(**{name: from_plain(kinds[name], v) for name, v in value.items()})
    if kind is float:
        return float("nan") if value is None else float(value)
    return value


def _key(key: Any) -> str:
    return " | ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _key_of(kind: Any, text: str) -> Any:
    if typing.get_origin(kind) is tuple:
        parts = zip(typing.get_args(kind), text.split(" | "), strict=True)
        return tuple(_key_of(k, part) for k, part in parts)
    if kind is bool:
        return text == "True"
    return kind(text) if kind in (int, float) else text
