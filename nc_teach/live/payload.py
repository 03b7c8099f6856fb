"""What travels to the player: one dict of texts and one run of bytes with all the pictures."""

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import takewhile
from math import prod
from typing import Any, TypeAlias

from . import dark, grid
from .pictures import Pictures

MOST_PICTURES = 300  # drawn ahead, or held by a page
MOST_SECONDS = 1.5  # drawing ahead stops here; the kernel draws the rest as they are reached


Spec: TypeAlias = dict[str, Any]  # plain JSON: what the player reads
Table: TypeAlias = dict[str, list[Any]]  # "columns": texts, "rows": lists of texts


def message(error: BaseException) -> str:
    """An error as one line for the figure's status.

    >>> message(KeyError("T"))
    "KeyError: 'T'"
    """
    return f"{type(error).__name__}: {error}".splitlines()[0]


def frame(figure: Pictures, number: int, tight: bool = False) -> tuple[Spec, bytes]:
    """One grid point as the player takes it; an error becomes a message instead of a picture."""
    try:
        patch, sentence = figure.patch(number, tight)
    except Exception as error:  # whatever the figure's own code raises is shown in the figure
        return {"number": number, "error": message(error)}, b""
    return {"number": number, "x": patch.x, "y": patch.y, "says": sentence}, patch.image


def pack(
    figure: Pictures, numbers: Iterable[int], seconds: float | None = None
) -> tuple[Spec, bytes]:
    """Draw the grid points in this order until the time is over; without a limit, packed tightly.

    Returns plain JSON (texts, sizes, and for each frame where its bytes lie), and the bytes: the
    background and then all patches, one after the other.
    """
    tight = seconds is None
    end = time.perf_counter() + (seconds or 0.0)
    try:
        parts = [figure.background(tight)]
    except Exception as error:  # nothing can be drawn, so do not try for every point
        broken = [{"number": n, "error": message(error), "from": 0, "to": 0} for n in numbers]
        return {**_about(figure), "back": 0, "frames": broken, "dark": _dark([])}, b""
    at, frames = len(parts[0]), []
    in_time = takewhile(lambda _: time.perf_counter() <= end, numbers)
    for entry, image in _tight(figure, numbers) if tight else map(partial(frame, figure), in_time):
        frames.append({**entry, "from": at, "to": at + len(image)})
        parts.append(image)
        at += len(image)
    spec = {**_about(figure), "dark": _dark(figure.drawing().photos())}
    return {**spec, "back": len(parts[0]), "frames": frames}, b"".join(parts)


def _tight(figure: Pictures, numbers: Iterable[int]) -> Iterator[tuple[Spec, bytes]]:
    """All frames, packed tightly: while one is drawn, others are packed on the other cores."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        yield from threads.map(partial(frame, figure, tight=True), numbers)


def _dark(photos: list[list[int]]) -> Spec:
    """What the player needs on dark paper: how colours change, and the boxes where they do not."""
    return {"swap": dark.swap(), "photos": photos}


def _about(figure: Pictures) -> Spec:
    return {
        "title": figure.title,
        "source": figure.source,
        "note": "",
        "width": figure.size[0],
        "height": figure.size[1],
        "scale": figure.scale,
        "controls": [c.spec() for c in figure.controls],
        "table": table(figure),
    }


def table(figure: Pictures) -> Table | None:
    """Columns and rows of the figure's own table; None where the player writes the usual one."""
    if figure.table is None:
        return None
    few, _ = grid.fit(figure.controls, MOST_PICTURES)
    points = [grid.values_at(few, k) for k in range(prod(grid.shape(few)))]
    try:
        rows = [dict(row) for row in figure.table(points)]
    except Exception as error:  # shown in the figure, like any other
        return {"columns": ["error"], "rows": [[message(error)]]}
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(name, "")) for name in columns] for row in rows]
    return {"columns": [str(name) for name in columns], "rows": cells}


def usual_table(figure: Pictures) -> Table:
    """A row for every grid point, drawn or not: its controls and its sentence."""
    rows = []
    for number in range(min(prod(grid.shape(figure.controls)), MOST_PICTURES)):
        values = grid.values_at(figure.controls, number)
        texts = [c.texts[c.position(values[c.name])] for c in figure.controls]
        try:
            says = figure.sentence(values)
        except Exception as error:  # shown in its row, like any other
            says = message(error)
        rows.append([*texts, says])
    return {
        "columns": [*(c.label for c in figure.controls), "What the picture shows"],
        "rows": rows,
    }


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
