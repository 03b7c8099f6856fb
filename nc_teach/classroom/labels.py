"""Labels for dots, each at the nearest place where it covers nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .passports import Dot


def write(figure: Any, axes: Any, dots: tuple[Dot, ...]) -> None:
    """Write each label at the nearest free place around its dot, with a line where it is far."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    renderer = FigureCanvasAgg(figure).get_renderer()
    frame = axes.get_window_extent(renderer)
    places = [axes.transData.transform((d.stored_bytes, 100 * d.accuracy)) for d in dots]
    taken = [_square(x, y, 12) for x, y in places]
    for dot, (x, y) in zip(dots, places, strict=True):
        text = axes.annotate(
            f"{dot.technique}\n{dot.latency_ms:.3f} ms",
            (dot.stored_bytes, 100 * dot.accuracy),
            xytext=(0, 0),
            textcoords="offset pixels",
            ha="center",
            va="center",
            fontsize=11,
            linespacing=1.1,
            zorder=4,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
            arrowprops={"arrowstyle": "-", "color": "#555555", "linewidth": 0.8, "shrinkB": 4},
        )
        box = Text.get_window_extent(text, renderer)  # of the text alone, without its line
        width, height = box.width + 6, box.height + 4
        for dx, dy in _around(width, height):
            spot = (
                x + dx - width / 2,
                y + dy - height / 2,
                x + dx + width / 2,
                y + dy + height / 2,
            )
            if _inside(spot, frame) and not any(_touch(spot, other) for other in taken):
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


def _square(x: float, y: float, half: float) -> tuple[float, float, float, float]:
    return (x - half, y - half, x + half, y + half)


def _touch(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _inside(spot: tuple[float, ...], frame: Any) -> bool:
    return (
        spot[0] >= frame.x0 and spot[2] <= frame.x1 and spot[1] >= frame.y0 and spot[3] <= frame.y1
    )
