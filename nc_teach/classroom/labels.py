"""Labels for dots, each at the nearest place where it covers nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
LINE = {"arrowstyle": "-", "color": "#555555", "linewidth": 0.8, "shrinkB": 4}


def write(
    figure: Figure, axes: Axes, labels: Sequence[str], points: Sequence[tuple[float, float]]
) -> None:
    """Write each label at the nearest free place around its point, joined to it by a line.

    The limits of the axes must be set before: places are compared in pixels.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

    renderer = FigureCanvasAgg(figure).get_renderer()
    frame = axes.get_window_extent(renderer)
    pixels = [axes.transData.transform(point) for point in points]
    taken = [Bbox.from_bounds(x - 12, y - 12, 24, 24) for x, y in pixels]
    for label, point, (x, y) in zip(labels, points, pixels, strict=True):
        text = axes.annotate(
            label,
            point,
            xytext=(0, 0),
            textcoords="offset pixels",
            ha="center",
            va="center",
            fontsize=11,
            linespacing=1.1,
            zorder=4,
            bbox=BOX,
            arrowprops=LINE,
        )
        box = Text.get_window_extent(text, renderer)  # of the text alone, without its line
        width, height = box.width + 6, box.height + 4
        for dx, dy in _around(width, height):
            spot = Bbox.from_bounds(x + dx - width / 2, y + dy - height / 2, width, height)
            inside = frame.contains(*spot.p0) and frame.contains(*spot.p1)
            if inside and not spot.count_overlaps(taken):
                break
        text.set_position((dx, dy))
        taken.append(spot)


def _around(width: float, height: float) -> list[tuple[float, float]]:
    """Places around a dot, the nearest first, from the right and counter-clockwise."""
    turns = [2 * math.pi * step / 16 for step in range(16)]
    return [
        (math.cos(a) * (width / 2 + far), math.sin(a) * (height / 2 + far))
        for far in (16, 34, 56, 84, 120, 160, 210)
        for a in turns
    ]
