"""What a cell says on its slides: assertions in its metadata, each with what is shown for it.

In JupyterLab's property inspector, *Advanced tools*, *Cell metadata*:

    "nc_teach": {"slides": [{
      "says": "A sentence that says the result: {left} of 100 weights are left",
      "numbers": {"left": "([0-9.]+) % are left"},
      "show": "figure",
      "text": "A few words.\\n---\\nThese wait for a key: $$w^2$$",
      "notes": "What the lecturer says."
    }]}

A number in a sentence is read from what the cell has printed, by a regular expression with one
group; ``["cell-id", "expression"]`` reads another cell. CONTRIBUTING.md has the whole list.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TypeAlias

from bs4 import BeautifulSoup
from nbformat import NotebookNode

SHOWN = ("code", "figure", "hands", "printed", "question", "result", "table")
STEP = re.compile(r"\n-{3,}\n")
Numbers: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Assertion:
    """One slide as the metadata has it; each parameter is a key there."""

    says: str
    show: list[str] = field(default_factory=list)
    text: str = ""
    after: str = ""  # words below what is shown, which wait for a key
    notes: str = ""
    numbers: dict[str, str | list[str]] = field(default_factory=dict)
    side: bool = False  # words beside what is shown, not above it
    timed: bool = False  # the figure draws times: of the run for the deck, and it says so
    nth: int = 1  # which of the cell's figures or tables
    first: str = ""  # the lines of code begin with the one that begins so ...
    last: str = ""  # ... and end with the one that begins so
    rows: list[str] = field(default_factory=list)  # of a table, or lines: those that match
    columns: list[int] = field(default_factory=list)  # of a table, counted from 1
    edges: list[float] = field(default_factory=list)  # between the answers to a question
    counts: bool = False  # the answers are integers
    question: int = 0  # of the chapter's quiz
    minutes: float = 2
    core: bool = True  # whether a short lecture has it, if it has its section


KEYS = {one.name for one in fields(Assertion)}


def assertions(cell: NotebookNode) -> list[Assertion]:
    """What a cell says, in its order. ``ValueError`` names the cell whose metadata are wrong."""
    found = cell.metadata.get("nc_teach", {}).get("slides", [])
    return [_read(dict(one), str(cell.get("id", ""))) for one in found]


def core(cell: NotebookNode) -> bool:
    """Whether a short lecture has the section that begins with this cell."""
    return bool(cell.metadata.get("nc_teach", {}).get("core", False))


def _read(given: dict[str, object], cell: str) -> Assertion:
    if unknown := sorted(set(given) - KEYS):
        raise ValueError(f"{cell}: a slide has {', '.join(sorted(KEYS))}, got {unknown[0]!r}")
    show = given.get("show", [])
    shown = [show] if isinstance(show, str) else show
    if not isinstance(shown, list) or not set(shown) <= set(SHOWN):
        raise ValueError(f"{cell}: show must be of {', '.join(SHOWN)}, got {show!r}")
    if not str(given.get("says", "")).strip():
        raise ValueError(f"{cell}: a slide must say something, got {given.get('says')!r}")
    return Assertion(**{**given, "show": shown})  # type: ignore[arg-type]


def numbers(one: Assertion, cell: NotebookNode, cells: Mapping[str, NotebookNode]) -> Numbers:
    """The assertion's numbers as the cells have printed them; ``ValueError`` if one is not there.

    `cells` has every cell of the notebook by its id.
    """
    found = {}
    for name, where in one.numbers.items():
        place, pattern = ("", where) if isinstance(where, str) else where
        source = cells.get(place) if place else cell
        match = re.search(pattern, printed(source), re.M) if source is not None else None
        if match is None:
            raise ValueError(f"{place or cell.id}: nothing printed matches {name}: {pattern!r}")
        found[name] = match[1]
    return found


def printed(cell: NotebookNode) -> str:
    """All that a cell has printed, and all that its tables and pictures say, as plain text."""
    return "\n".join(_text(output) for output in cell.get("outputs", []))


def _text(output: NotebookNode) -> str:
    data = output.get("data", {})
    plain = output.get("text") or data.get("text/plain", "")
    return str(plain or BeautifulSoup(data.get("text/html", ""), "html.parser").get_text(" "))


def filled(text: str, found: Numbers) -> str:
    """The text with its numbers. Other braces, as in formulas, stay.

    >>> filled("{left} of $\\\\frac{a}{b}$", {"left": "7"})
    '7 of $\\\\frac{a}{b}$'
    """
    for name, value in found.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def steps(text: str) -> list[str]:
    """The parts of a slide's words, each of which waits for the one before.

    >>> steps("One.\\n---\\nTwo.")
    ['One.', 'Two.']
    """
    return [part.strip() for part in STEP.split(text) if part.strip()]
