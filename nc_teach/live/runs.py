"""Several runs of one method as a series: the mean as a line, each run as a dot, a large mark.

Most of the course's figures show what was measured several times, from other seeds. This draws
such a series once and moves its large mark to where the slider points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

Points: TypeAlias = "Sequence[float] | np.ndarray"
Curve: TypeAlias = tuple[np.ndarray, np.ndarray]


class Runs:
    """A line through the mean, a small mark for each run, and a large mark at the slider.

    `x` are the P points where was measured, and `runs`, R x P, what each run gave there, NaN where
    it gave nothing (``ValueError`` if the columns are not P). `look` is color, linestyle and marker
    as `style.series(0)` gives them, `label` the series' name in the legend, `dot` the size of the
    small marks in points. `mark` has what is special about the large one, and `both` what all three
    artists have: properties of a `Line2D`, such as `antialiased=False`.

    Call `at` in the figure's `update` and return the mark, which is empty before; where the curves
    themselves change with a control, call `redraw` and return its artists too. The three artists
    are `line`, `dots` and `mark`.

    >>> from matplotlib.figure import Figure
    >>> from nc_teach.live import style
    >>> axes = Figure().subplots()
    >>> runs = Runs(axes, [50, 90], np.array([[98.0, 80.0], [96.0, 90.0]]), style.series(0))
    >>> runs.at(90).get_xydata().tolist()
    [[90.0, 85.0]]
    """

    def __init__(
        self,
        axes: Axes,
        x: Points,
        runs: np.ndarray,
        look: Mapping[str, Any],
        label: str = "",
        *,
        dot: float = 2.5,
        mark: Mapping[str, Any] | None = None,
        **both: Any,
    ) -> None:
        colour, symbol = look["color"], look["marker"]
        large = {"markersize": 14, "markeredgecolor": "white", "zorder": 4, **(mark or {})}
        line, dots = self._curves(runs, x)
        dashes = look["linestyle"]  # by name: it may be a tuple
        (self.line,) = axes.plot(*line, color=colour, linestyle=dashes, label=label, **both)
        (self.dots,) = axes.plot(*dots, symbol, color=colour, markersize=dot, **both)
        (self.mark,) = axes.plot([], [], symbol, color=colour, **{**both, **large})

    def at(self, x: float) -> Line2D:
        """Move the large mark to the mean at the measured point nearest to `x`; returns it."""
        place = int(np.argmin(np.abs(self._x - x)))
        self.mark.set_data([self._x[place]], [self._mean[place]])
        return self.mark

    def redraw(self, runs: np.ndarray, x: Points | None = None) -> list[Line2D]:
        """Show other runs, at the same points or at others; returns the line and the dots."""
        line, dots = self._curves(runs, self._x if x is None else x)
        self.line.set_data(*line)
        self.dots.set_data(*dots)
        return [self.line, self.dots]

    def _curves(self, runs: np.ndarray, x: Points) -> tuple[Curve, Curve]:
        """The points of the mean, and those of every run, one run after the other."""
        where, values = np.asarray(x, dtype=float), np.atleast_2d(np.asarray(runs, dtype=float))
        if values.shape[1] != len(where):
            raise ValueError(
                f"runs must have a column for each of the {len(where)} points of x, "
                f"got {values.shape[1]} columns"
            )
        self._x, self._mean = where, values.mean(axis=0)
        return (where, self._mean), (np.tile(where, len(values)), values.ravel())
