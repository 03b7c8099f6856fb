"""The reader's guess where it belongs to one place of a figure: a star."""

from typing import Any

from nc_teach.live import style
from nc_teach.live.artists import Axes


def draw_star(axes: Axes, x: float | None, y: float | None) -> None:
    """A star named "your guess"; nothing where a coordinate is None, as without a guess."""
    if x is not None and y is not None:
        look: dict[str, Any] = {"markersize": 17, "markeredgecolor": "white", "zorder": 6}
        axes.plot(x, y, "*", color=style.COLOURS["purple"], label="your guess", **look)
