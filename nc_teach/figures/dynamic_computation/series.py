"""A series of several runs whose mean has marks too, as most figures of the chapter draw it."""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Axes
from nc_teach.live.runs import Points


def draw_runs(
    axes: Axes, x: Points, runs: np.ndarray, look: dict[str, Any], label: str, **mark: Any
) -> live.Runs:
    """``live.Runs`` with a mark at every mean; each run is a small hollow one.

    ``mark`` is what is special about the large mark.
    """
    mark = {"markeredgecolor": style.INK, "zorder": 5, **mark}
    series = live.Runs(axes, x, runs, look, label, dot=4, mark=mark, antialiased=False)
    series.line.set_marker(look["marker"])
    series.dots.set_fillstyle("none")
    return series
