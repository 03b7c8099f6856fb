"""Whether a figure keeps the rules that make it fast and readable, and its words have room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from . import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from .pictures import Pictures

SMALLEST = 11.5  # points
POINTS = 72  # in an inch
OVER = 2  # pixels that two texts may share
SLACK = 1.1  # pixels; a text's box is larger than its ink


def faults(figure: Pictures, points: Sequence[Mapping[str, object]] | None = None) -> list[str]:
    """What is wrong with a figure's pictures, in sentences; an empty list is good.

    It looks for artists that move without being returned by `update` (the picture differs from a
    full redraw), for text cut at the edge, for type under 12 points, and for empty sentences: at
    ``points``, the values to try, by default the start and both ends of every control.
    """
    found: list[str] = []
    for values in figure.extremes() if points is None else points:
        state = figure.state(values)
        with figure.lock:
            drawing = figure.drawing()
            fast = drawing.pixels(state).copy()
            differ = int((fast != drawing.redrawn(state)).sum())
            with style.context():
                found += [f"{values}: {fault}" for fault in _texts(drawing.figure)]
        if differ:
            found.append(
                f"{values}: {differ} pixels differ from a full redraw; something moves that "
                "update does not return (or ticks, limits or labels change)"
            )
        if not figure.sentence(values).strip():
            found.append(f"{values}: describe gives no sentence")
    return found


def crowded(narrow: Pictures, wide: Pictures) -> list[str]:
    """What has no room in the narrow drawing of a figure, in sentences; empty: it can be shown.

    Texts cut at the edge, and pairs of texts that are drawn over each other in it alone.
    """
    found, pairs = [], []
    for values in narrow.extremes():
        with _drawn(narrow, values) as drawn:
            found += _texts(drawn)
            pairs += _overlaps(drawn)
    known = set()
    for values in wide.extremes() if pairs else ():
        with _drawn(wide, values) as drawn:
            known.update(_overlaps(drawn))
    return [*found, *(f"{a!r} is drawn over {b!r}" for a, b in pairs if (a, b) not in known)]


def letters(figure: Pictures) -> float | None:
    """How large the smallest letters are, as a share of the figure's width; None without any."""
    sizes = []
    for values in figure.extremes():
        with _drawn(figure, values) as drawn:
            sizes += [float(text.get_fontsize()) for text in _shown(drawn)]
    return min(sizes) * style.CSS_DPI / POINTS / figure.size[0] if sizes else None


@contextmanager
def _drawn(figure: Pictures, values: Mapping[str, object]) -> Iterator[Figure]:
    """The figure of matplotlib as it is for these values; nobody else draws meanwhile."""
    with figure.lock, style.context():
        drawing = figure.drawing()
        drawing.pixels(figure.state(values))
        yield drawing.figure


def _overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts, each in one line, that are drawn over each other."""
    shown = [(" ".join(t.get_text().split()), t.get_window_extent()) for t in _shown(figure)]
    boxes = [(text, box.padded(-OVER)) for text, box in shown]
    pairs = ((a, b) for k, a in enumerate(boxes) for b in boxes[:k])
    return [(a, b) for (a, one), (b, two) in pairs if one.overlaps(two)]


def _texts(figure: Figure) -> list[str]:
    width, height = figure.bbox.width, figure.bbox.height
    found = []
    for text in _shown(figure):
        box = text.get_window_extent()
        inside = box.x0 >= -SLACK and box.y0 >= -SLACK
        inside = inside and box.x1 <= width + SLACK and box.y1 <= height + SLACK
        if np.isfinite(box.extents).all() and not inside:
            found.append(f"the text {text.get_text()!r} is cut at the edge of the figure")
        if float(text.get_fontsize()) < SMALLEST:
            found.append(f"the text {text.get_text()!r} has {text.get_fontsize():g} points, not 12")
    return found


def _shown(figure: Figure) -> list[Text]:
    """All texts that are drawn; matplotlib also keeps labels of ticks outside the limits."""
    from matplotlib.axis import Tick
    from matplotlib.text import Text

    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            parts = set(axis.findobj(Text))
            on = axes.get_visible() and axes.axison and axis.get_visible()
            if on:
                ticks = axis.findobj(Tick)
                drawn = axis._update_ticks()  # type: ignore[union-attr]
                parts = {t for tick in ticks if tick not in drawn for t in tick.findobj(Text)}
            hidden |= parts
    texts = figure.findobj(Text)
    return [t for t in texts if t not in hidden and t.get_visible() and t.get_text().strip()]
