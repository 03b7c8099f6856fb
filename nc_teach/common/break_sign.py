"""The sign of a bar that is longer than its picture: a gap between two slanted strokes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nc_teach.common.palette import INK

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

SLANT, GAP = 0.022, 0.02  # in widths of the axes


def break_sign(axes: Axes, x: float, y: float, height: float) -> list[Artist]:
    """Break a horizontal bar of that ``height`` at ``x``, ``y``; return what was drawn, in order.

    The limits of the axes must be set before.

    >>> from matplotlib.figure import Figure
    >>> len(break_sign(Figure().subplots(), 0.9, 0.0, 0.4))
    3
    """
    left, right = axes.get_xlim()
    slant, gap = SLANT * (right - left), GAP * (right - left)
    down = -1 if axes.yaxis_inverted() else 1
    low, high = y - down * 0.65 * height, y + down * 0.65 * height
    strokes = [((x + side - slant, x + side + slant), (low, high)) for side in (-gap / 2, gap / 2)]
    (left_xs, ys), (right_xs, _) = strokes
    (hole,) = axes.fill([*left_xs, *right_xs[::-1]], [*ys, *ys[::-1]], color="white", zorder=4)
    lines = [
        axes.plot(xs, ys, color=INK, linestyle="-", linewidth=2, zorder=5)[0] for xs, _ in strokes
    ]
    return [hole, *lines]
