"""The passport's picture: size to the right, accuracy up, latency as area and number.

Every dot has a label, at the nearest place where it covers nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nc_teach.common.foreign import BELOW
from nc_teach.common.palette import COLOURS
from nc_teach.common.typefaces import typefaces

from .output import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHAPES = "osD^vPX*"  # chapters differ by colour and by shape
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
LINE = {"arrowstyle": "-", "color": "#555555", "linewidth": 0.8, "shrinkB": 4}


@dataclass(frozen=True)
class Dot:
    """One technique's place on the board.

    ``accuracy`` is on held-out data, in [0, 1]; bytes, MACs and milliseconds are those of
    `nc_teach.meter`. Raises ``ValueError`` for a value out of range.
    """

    technique: str
    chapter: str
    accuracy: float
    stored_bytes: int
    macs: int
    latency_ms: float
    note: str = ""

    def __post_init__(self) -> None:
        known = isinstance(self.technique, str) and self.technique.strip()
        for name, holds, allowed in (
            ("technique", known, "a name that is not empty"),
            ("accuracy", 0 <= self.accuracy <= 1, "from 0 to 1"),
            ("stored_bytes", 0 < self.stored_bytes < BELOW, "more than 0"),
            ("macs", 0 <= self.macs < BELOW, "at least 0"),
            ("latency_ms", 0 < self.latency_ms < math.inf, "finite and more than 0"),
            ("chapter", isinstance(self.chapter, str), "a text"),
            ("note", isinstance(self.note, str), "a text"),
        ):
            if not holds:
                raise ValueError(f"{name} must be {allowed}, got {getattr(self, name)!r}")


def picture(dots: Sequence[Dot]) -> Picture:
    """Draw the board, with its numbers in a sentence."""
    each = (
        f"{d.technique}: {size(d.stored_bytes)}, {100 * d.accuracy:.1f} %, {d.latency_ms:.3f} ms"
        for d in dots
    )
    said = f"Passport with {len(dots)} dots (size, accuracy, latency). {'; '.join(each)}."
    return Picture.of(draw(dots), said)


def size(count: float, _: object = None) -> str:
    """A number of bytes for people.

    >>> size(1_066_440), size(900)
    ('1.07 MB', '900 B')
    """
    for unit, much in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= much:
            return f"{count / much:.3g} {unit}"
    return f"{count:.3g} B"


def reference(dots: Sequence[Dot]) -> Dot:
    """The dot that the others are compared with: ``"dense"``, else the first."""
    return next((dot for dot in dots if dot.technique == "dense"), dots[0])


@typefaces()
def draw(dots: Sequence[Dot]) -> Figure:
    """The board as a matplotlib figure (no pyplot)."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    figure = Figure(figsize=(8.0, 5.0), dpi=100, facecolor="white")
    axes = figure.add_axes((0.1, 0.13, 0.87, 0.78))
    axes.set_xscale("log")
    sizes, accuracies = [d.stored_bytes for d in dots], [100 * d.accuracy for d in dots]
    wide = max((max(sizes) / min(sizes)) ** 0.2, 2.0)
    high = max((max(accuracies) - min(accuracies)) * 0.25, 1.0)
    axes.set_xlim(min(sizes) / wide, max(sizes) * wide)
    axes.set_ylim(min(accuracies) - high, max(accuracies) + high)
    axes.set_xlabel("stored size, logarithmic (smaller to the left)", fontsize=12)
    axes.set_ylabel("accuracy, %", fontsize=12)
    shapes = "shape: chapter; " if len({dot.chapter for dot in dots}) > 1 else ""
    axes.set_title(f"Area and number: latency; {shapes}dashed: where we began", fontsize=13)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(size))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(labelsize=11)
    axes.grid(alpha=0.25)
    base = reference(dots)
    axes.axhline(100 * base.accuracy, color="#555555", linestyle="--", linewidth=1, zorder=1)
    axes.axvline(base.stored_bytes, color="#555555", linestyle="--", linewidth=1, zorder=1)
    _scatter(axes, dots)
    _label(figure, axes, dots)
    return figure


def _scatter(axes: Axes, dots: Sequence[Dot]) -> None:
    colours = list(COLOURS.values())
    slowest = max(dot.latency_ms for dot in dots)
    chapters = list(dict.fromkeys(dot.chapter for dot in dots))
    for dot in dots:
        which = chapters.index(dot.chapter)
        axes.scatter(
            dot.stored_bytes,
            100 * dot.accuracy,
            s=max(30, 420 * dot.latency_ms / slowest),
            color=colours[which % len(colours)],
            marker=SHAPES[which % len(SHAPES)],
            edgecolor="black",
            alpha=0.85,
            zorder=3,
        )


def _label(figure: Figure, axes: Axes, dots: Sequence[Dot]) -> None:
    """Name each dot at the nearest free place around it, joined to it by a line.

    The limits of the axes must be set before: places are compared in pixels.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

    renderer = FigureCanvasAgg(figure).get_renderer()
    frame = axes.get_window_extent(renderer)
    points = [(dot.stored_bytes, 100 * dot.accuracy) for dot in dots]
    pixels = [axes.transData.transform(point) for point in points]
    taken = [Bbox.from_bounds(x - 12, y - 12, 24, 24) for x, y in pixels]
    for dot, point, (x, y) in zip(dots, points, pixels, strict=True):
        text = axes.annotate(
            f"{dot.technique}\n{dot.latency_ms:.3f} ms",
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
