"""The network's passport: one dot per technique, kept in the progress file across chapters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nc_teach.table import Table

from . import progress
from .output import emit

if TYPE_CHECKING:
    from nc_teach.meter import Measurement


@dataclass(frozen=True)
class Dot:
    """One technique's place on the board. Accuracy is in [0, 1], latency in milliseconds."""

    technique: str
    chapter: str
    accuracy: float
    stored_bytes: int
    macs: int
    latency_ms: float
    note: str = ""


@dataclass
class Passport:
    """The dots collected so far, in the order in which they were first stamped.

    `passport()` reads the reader's own.
    """

    dots: tuple[Dot, ...] = ()

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> Passport:
        """A board of dots that stay out of the reader's own passport, from the fields of `Dot`.

        Raises ``ValueError`` for a value out of range, ``TypeError`` for a field that is missing.
        """
        dots = tuple(Dot(**row) for row in rows)
        for dot in dots:
            _require(dot)
        return cls(dots)

    def stamp(
        self,
        technique: str,
        *,
        chapter: str | int,
        accuracy: float,
        stored_bytes: int,
        macs: int,
        latency_ms: float,
        note: str = "",
    ) -> None:
        """Put a technique's dot on the board; one stamped before under this name is replaced.

        Parameters
        ----------
        technique
            Its label on the board; the first is best ``"dense"``, which becomes the reference.
        accuracy
            On held-out data, in [0, 1].
        stored_bytes, macs, latency_ms
            From `nc_teach.meter`: bytes really stored, MACs and milliseconds of one forward pass.

        Raises
        ------
        ValueError
            If a value is out of range.
        ProgressError
            If the progress file cannot be used.
        """
        dot = Dot(
            technique, str(chapter), float(accuracy), int(stored_bytes), int(macs),
            float(latency_ms), note,
        )  # fmt: skip
        _require(dot)
        state = progress.update(lambda state: _put(state["passport"], asdict(dot)))
        self.dots = _dots(state["passport"])

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
        from .board import picture

        emit(picture(self.dots))
        emit(self.table())

    def table(self) -> Table:
        """The dots as a table.

        Examples
        --------
        >>> Passport((Dot("dense", "1", 0.9812, 1066440, 266200, 0.05),)).table()
        technique  chapter  accuracy       stored     MACs   latency  note
        dense            1   98.12 %  1,066,440 B  266,200  0.050 ms
        """
        columns = ("technique", "chapter", "accuracy", "stored", "MACs", "latency", "note")
        rows = tuple(
            (
                dot.technique,
                dot.chapter,
                f"{100 * dot.accuracy:.2f} %",
                f"{dot.stored_bytes:,} B",
                f"{dot.macs:,}",
                f"{dot.latency_ms:.3f} ms",
                dot.note,
            )
            for dot in self.dots
        )
        return Table(columns, rows)


def passport() -> Passport:
    """The reader's passport, from the progress file.

    Raises
    ------
    ProgressError
        If the progress file is damaged or newer than this nc_teach.
    """
    return Passport(_dots(progress.load()["passport"]))


def _put(dots: list[dict[str, Any]], new: dict[str, Any]) -> None:
    for place, dot in enumerate(dots):
        if dot.get("technique") == new["technique"]:
            dots[place] = new
            return
    dots.append(new)


def _dots(entries: list[dict[str, Any]]) -> tuple[Dot, ...]:
    names = Dot.__dataclass_fields__
    try:
        dots = tuple(Dot(**{k: v for k, v in entry.items() if k in names}) for entry in entries)
        for dot in dots:
            _require(dot)
    except (TypeError, ValueError) as error:
        raise progress.ProgressError(
            f"The passport in the progress file {progress.path()} is damaged: {error}. Nothing "
            'was changed. Take the damaged dot out of its "passport" in a text editor.'
        ) from error
    return dots


def _require(dot: Dot) -> None:
    if not isinstance(dot.technique, str) or not dot.technique.strip():
        raise ValueError(f"technique must be a name that is not empty, got {dot.technique!r}")
    if not 0 <= dot.accuracy <= 1:
        raise ValueError(f"accuracy must be from 0 to 1, got {dot.accuracy!r}")
    if not dot.stored_bytes > 0:
        raise ValueError(f"stored_bytes must be more than 0, got {dot.stored_bytes!r}")
    if not dot.macs >= 0:
        raise ValueError(f"macs must be at least 0, got {dot.macs!r}")
    if not (math.isfinite(dot.latency_ms) and dot.latency_ms > 0):
        raise ValueError(f"latency_ms must be finite and more than 0, got {dot.latency_ms!r}")
