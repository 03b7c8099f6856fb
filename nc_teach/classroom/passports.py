"""The network's passport: one dot per technique, kept in the progress file across chapters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from nc_teach.table import Table

from . import progress
from .board import Dot, picture
from .output import emit

if TYPE_CHECKING:
    from nc_teach.meter import Measurement

COLUMNS = ("technique", "chapter", "accuracy", "stored", "MACs", "latency", "note")


@dataclass
class Passport:
    """The dots collected so far, in the order in which they were first stamped.

    `passport()` reads the reader's own.
    """

    dots: tuple[Dot, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Passport:
        """A board of dots that stay out of the reader's own passport, from the fields of `Dot`.

        Raises ``ValueError`` for a value out of range, ``TypeError`` for a field that is missing.
        """
        return cls(tuple(Dot(**row) for row in rows))

    def stamp(
        self,
        technique: str,
        *,
        chapter: str | int,
        accuracy: float,
        stored_bytes: int,
        macs: float,
        latency_ms: float,
        note: str = "",
    ) -> None:
        """Put a technique's dot on the board; one stamped before under this name is replaced.

        ``technique`` is its label; the first is best ``"dense"``, which becomes the reference.
        ``accuracy`` is on held-out data, in [0, 1]; the other numbers are `nc_teach.meter`'s: bytes
        really stored, MACs (a mean, where not all images cost the same) and milliseconds of one
        forward pass.

        Raises ``ValueError`` if a value is out of range, ``ProgressError`` if the progress file
        cannot be used.
        """
        numbers = (float(accuracy), int(stored_bytes), round(macs), float(latency_ms))
        new = asdict(Dot(technique, str(chapter), *numbers, note))

        def put(state: progress.State) -> None:
            dots = state["passport"]
            named = (k for k, dot in enumerate(dots) if dot.get("technique") == technique)
            place = next(named, len(dots))
            dots[place : place + 1] = [new]
            _dots(state)  # nothing is written beside a dot that is damaged

        self.dots = _dots(progress.update(put))

    def stamp_all(self, results: Sequence[Measurement], *, chapter: str | int) -> None:
        """Stamp every row that `nc_teach.meter.measure` returned, under its own name."""
        for result in results:
            self.stamp(
                result.name,
                chapter=chapter,
                accuracy=result.accuracy,
                stored_bytes=result.stored_bytes,
                macs=result.macs,
                latency_ms=result.latency.median,
            )

    def board(self) -> None:
        """Show the board: a picture with one dot per technique, and the table of its numbers."""
        if not self.dots:
            emit("The passport is empty. Each chapter stamps a dot into it.")
            return
        emit(picture(self.dots))
        emit(self.table())

    def table(self) -> Table:
        """The dots as a table.

        >>> Passport((Dot("dense", "1", 0.9812, 1066440, 266200, 0.05),)).table()
        technique  chapter  accuracy       stored     MACs   latency  note
        dense            1   98.12 %  1,066,440 B  266,200  0.050 ms
        """
        return Table(COLUMNS, tuple(map(_row, self.dots)))


def passport() -> Passport:
    """The reader's passport, from the progress file.

    Raises ``ProgressError`` if the progress file is damaged or newer than this nc_teach.
    """
    return Passport(_dots(progress.load()))


def _row(dot: Dot) -> tuple[str, ...]:
    numbers = (f"{100 * dot.accuracy:.2f} %", f"{dot.stored_bytes:,} B", f"{dot.macs:,}")
    return (dot.technique, dot.chapter, *numbers, f"{dot.latency_ms:.3f} ms", dot.note)


def _dots(state: progress.State) -> tuple[Dot, ...]:
    known = {field.name for field in fields(Dot)}
    try:
        return tuple(
            Dot(**{name: value for name, value in entry.items() if name in known})
            for entry in state["passport"]
        )
    except (TypeError, ValueError) as error:
        raise progress.ProgressError(
            f"The passport in the progress file {progress.path()} is damaged: {error}. Nothing "
            'was changed. Take the damaged dot out of its "passport" in a text editor.'
        ) from error
