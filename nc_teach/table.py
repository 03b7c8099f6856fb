"""A small table of results: text in a terminal, HTML in a notebook, plain values for a program."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

SENTENCE = 60  # a column with a longer text than this holds sentences


@dataclass(frozen=True)
class Table:
    """Rows of ready-made text under column names, with notes below.

    The first column is a label (left-aligned), the others are numbers (right-aligned); in HTML,
    sentences are left-aligned too.

    >>> print(Table(("net", "weights"), (("dense", "266,200"), ("pruned", "26,620"))))
    net     weights
    dense   266,200
    pruned   26,620
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"rows must have {len(self.columns)} cells each, got {len(row)}: {row!r}"
                )

    def __add__(self, other: "Table") -> "Table":
        """The rows of both, one under the other; ``ValueError`` unless their columns are the same.

        >>> one = Table(("net", "weights"), (("dense", "9"),))
        >>> len((one + one).rows)
        2
        """
        if self.columns != other.columns:
            raise ValueError(f"other must have the columns {self.columns}, got {other.columns}")
        return Table(self.columns, self.rows + other.rows, self.notes + other.notes)

    def __repr__(self) -> str:
        widths = [max(map(len, cells)) for cells in zip(self.columns, *self.rows, strict=True)]
        lines = [_line(row, widths) for row in (self.columns, *self.rows)]
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.columns)
        sides = [_side(place, cells) for place, cells in enumerate(columns)]

        def line(tag: str, row: Sequence[str]) -> str:
            return f"<tr>{''.join(map(partial(_cell, tag), row, sides))}</tr>"

        head, body = line("th", self.columns), "".join(line("td", row) for row in self.rows)
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{notes}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(w) for text, w in others)]).rstrip()


def _side(place: int, cells: Sequence[str]) -> str:
    """Where a column is aligned: labels and sentences left, numbers right."""
    return "left" if place == 0 or max(map(len, cells), default=0) > SENTENCE else "right"


def _cell(tag: str, text: str, side: str) -> str:
    return f'<{tag} style="text-align:{side}">{html.escape(text)}</{tag}>'
