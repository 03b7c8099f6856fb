"""The chapter in one picture: three ways to compute less with one network."""

import numpy as np

from nc_teach import live
from nc_teach.figures.dynamic_computation.battery_network import CELLS, columns
from nc_teach.live import style
from nc_teach.live.artists import Axes, Figure, PolyCollection

WAYS = (
    ("depth", "leave early", (1.0, 1.0, 0.0, 0.0)),
    ("width", "use fewer channels", (0.5, 0.5, 0.5, 0.5)),
    ("paths", "skip what this image\ndoes not need", (1.0, 0.0, 1.0, 1.0)),
)


def three_ways() -> live.StillFigure:
    """Depth, width and paths, each with the part that does not run in grey (a drawing)."""
    says = (
        "Three times the same network of four layers. Depth: the image leaves after the second "
        "layer. Width: half of the channels of every layer run. Paths: this image skips the second "
        "layer. What does not run is grey."
    )
    return live.StillFigure("Three ways to compute less", _draw, says, size=(900, 300))


def _draw(figure: Figure) -> None:
    every = figure.subplots(1, 3)
    for number, (axes, (name, what, parts)) in enumerate(zip(every, WAYS, strict=True)):
        _draw_way(axes, style.series(number)["color"], np.array(parts), name == "paths")
        axes.set_title(name, loc="center", fontsize=18, weight="bold")
        axes.text(5, -1, what, ha="center", va="top", fontsize=14)
        _arrows(axes, name)


def _draw_way(axes: Axes, colour: str, parts: np.ndarray, around: bool) -> None:
    squares, faces, lefts, width = columns(parts, True, colour)
    axes.add_collection(
        PolyCollection(list(squares), facecolor=faces, edgecolor="white", linewidth=1.5)
    )
    if around:
        (skipped,) = np.flatnonzero(parts == 0)
        middle, reach = lefts[skipped] + width / 2, lefts[1] - lefts[0] - width / 2 - 0.25
        angle = np.linspace(np.pi, 0, 30)
        x, y = middle + reach * np.cos(angle), CELLS / 2 + 5.3 * np.sin(angle)
        axes.plot(x, y, color=style.INK, linewidth=2.5, zorder=4)
    axes.set(xlim=(-1.4, 11.6), ylim=(-3.6, 11))
    axes.set_axis_off()


def _arrows(axes: Axes, name: str) -> None:
    look = {"arrowstyle": "-|>,head_width=0.4,head_length=0.6", "linewidth": 2.5}
    look["color"] = style.INK
    axes.annotate("", (0.35, 4), (-1.2, 4), arrowprops=look)
    if name == "depth":
        axes.annotate("", (3.73, 10.6), (3.73, 8.2), arrowprops=look)
    else:
        axes.annotate("", (11.2, 4), (9.7, 4), arrowprops=look)
