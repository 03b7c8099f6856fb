"""A figure for a telephone: what stands side by side stands one below the other.

No figure is drawn for it by hand. `build` is given a `Column` in place of matplotlib's own figure:
its panels flow into rows as words do into lines, and a text that does not fit is broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from matplotlib.figure import Figure

from .style import CSS_DPI

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend
    from matplotlib.text import Text
    from matplotlib.transforms import BboxBase

Given: TypeAlias = Any  # what matplotlib's methods of these names take and return
SCALE = 1.5  # device pixels per CSS pixel: two for each that a telephone shows
WIDTH = 440  # CSS pixels; a telephone shows 328 to 400 of its own, so 12 points are 12 px or more
FULL = 1.25  # of that width: so wide may panels have been that are to share a row
TALL = 0.65  # of the height that the figure had, for each row
LEAST = 0.75  # of that height, for a row whose panels were small
EDGE = 2  # pixels


class Column(Figure):
    """A figure of `WIDTH` whose rows of panels, as `build` asks for them, flow into a column.

    `size` is what the figure has elsewhere; it is `taller` than that by a factor.
    """

    def __init__(self, size: tuple[int, int], taller: float = 1) -> None:
        self._before = (size[0], _even(taller * size[1]))
        inches = (WIDTH / CSS_DPI, self._before[1] / CSS_DPI)
        super().__init__(inches, dpi=CSS_DPI * SCALE, layout="constrained")

    def subplots(self, nrows: int = 1, ncols: int = 1, **how: Given) -> Given:
        """As matplotlib's; a single row is broken where it is full."""
        if nrows != 1 or ncols == 1:
            return super().subplots(nrows, ncols, **how)
        widths = how.get("width_ratios") or [1] * ncols
        axes = np.array(self._flow(widths, sharey=bool(how.get("sharey"))), dtype=object)
        return axes if how.get("squeeze", True) else axes[None]

    def subplot_mosaic(self, mosaic: Given, **how: Given) -> Given:
        """As matplotlib's; a single row, or two columns, flow in the order of reading."""
        ratios = how.get("width_ratios") or [1] * len(mosaic[0])
        names = dict.fromkeys(name for row in mosaic for name in row if name != ".")
        if len(names) == 1 or (len(mosaic) > 1 and len(ratios) > 2):
            return super().subplot_mosaic(mosaic, **how)
        columns = list(zip(*mosaic, strict=True))
        spans = [
            sum(ratio for ratio, column in zip(ratios, columns, strict=True) if name in column)
            for name in names
        ]
        return dict(zip(names, self._flow(spans, sum(ratios)), strict=True))

    def legend(self, *parts: Given, **how: Given) -> Legend:
        """As matplotlib's, with as many columns as there is room for.

        The first one is where `build` wants it, or below where that is the right; the next on the
        other side.
        """
        place = str(how.get("loc", ""))
        if "right center" in place:
            how |= {"loc": "outside lower center", "ncols": 2}
        if self.legends and "lower" in place:
            how["loc"] = place.replace("lower", "upper")
        for columns in range(how.get("ncols", 1), 0, -1):
            found = super().legend(*parts, **{**how, "ncols": columns})
            if found.get_window_extent().width <= self.bbox.width:
                break
            found.remove()
        return found

    def _flow(self, ratios: Sequence[float], whole: float = 0, sharey: bool = False) -> list[Axes]:
        share = self._before[0] / (whole or sum(ratios))
        rows = list(_rows([ratio * share for ratio in ratios]))
        heights = [min(1, max(LEAST, sum(row) / WIDTH)) for row in rows]
        height = _even(self._before[1] * TALL * sum(heights))
        self.set_size_inches(WIDTH / CSS_DPI, height / CSS_DPI)
        axes: list[Axes] = []
        grid = self.add_gridspec(len(rows), 1, height_ratios=heights)
        for number, widths in enumerate(rows):
            places = grid[number].subgridspec(1, len(widths), width_ratios=widths)
            for column in range(len(widths)):
                shared = axes[0] if sharey and axes else None
                axes.append(self.add_subplot(places[column], sharey=shared))
                if sharey and column:
                    axes[-1].tick_params(labelleft=False)
        return axes


def _even(height: float) -> int:
    """The height in CSS pixels that are whole device pixels too."""
    return 2 * round(height / 2)


def _rows(widths: Sequence[float]) -> Iterator[list[float]]:
    """The widths in rows that are not more than full.

    >>> list(_rows([200, 300, 300])), list(_rows([430, 430]))
    ([[200, 300], [300]], [[430], [430]])
    """
    row: list[float] = []
    for width in widths:
        if row and sum(row) + width > FULL * WIDTH:
            yield row
            row = []
        row.append(width)
    yield row


def break_texts(figure: Figure, texts: Iterable[Text]) -> None:
    """Break those texts that reach over the figure's edge, and labels longer than their axes."""
    labels = {axes.yaxis.label: axes for axes in figure.axes}
    for text in texts:
        if text.get_visible() and " " in text.get_text().strip():
            box = text.get_window_extent()
            if text.get_rotation() == 90:
                room, length = labels.get(text, figure).get_window_extent().height, box.height
            else:
                room, length = _room(text.get_horizontalalignment(), box, figure), box.width
            if length > room + EDGE:
                text.set_text(_broken(text.get_text(), room / length))


def _room(side: str, box: BboxBase, figure: Figure) -> float:
    """How wide a text may be, in pixels, from where it is held: left, right or in the center."""
    right = figure.bbox.width
    middle = (box.x0 + box.x1) / 2
    return {"left": right - box.x0, "right": box.x1}.get(side, 2 * min(middle, right - middle))


def _broken(text: str, share: float) -> str:
    """The text in lines of at most that share of its longest one, if words allow it.

    >>> _broken("a line of words", 0.6)
    'a line of\\nwords'
    """
    import textwrap

    longest = max(map(len, text.splitlines()))
    width = max(1, int(share * longest + 1e-9))
    return "\n".join(
        part
        for line in text.splitlines()
        for part in textwrap.wrap(line, width, break_long_words=False) or [""]
    )
