"""The passport's picture: size to the right, accuracy up, latency as area and number."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from nc_teach.common.palette import COLOURS

from .labels import write

if TYPE_CHECKING:
    from .passports import Dot

SHAPES = "osD^vPX*"  # beside the colours: chapters differ by shape too
SIZE = (8.0, 5.0)
DPI = 100


class Picture:
    """A PNG with the sentence that says what is on it."""

    def __init__(self, png: bytes, text: str) -> None:
        self.png, self.text = png, text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Any:
        size = {"width": int(SIZE[0] * DPI), "height": int(SIZE[1] * DPI), "alt": self.text}
        return {"image/png": self.png, "text/plain": self.text}, {"image/png": size}


def picture(dots: tuple[Dot, ...]) -> Picture:
    """Draw the board."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = draw(dots)
    stream = io.BytesIO()
    FigureCanvasAgg(figure).print_png(stream)
    return Picture(stream.getvalue(), describe(dots))


def describe(dots: tuple[Dot, ...]) -> str:
    """The board in a sentence."""
    each = (
        f"{d.technique}: {size(d.stored_bytes)}, {100 * d.accuracy:.1f} %, {d.latency_ms:.3f} ms"
        for d in dots
    )
    return f"Passport with {len(dots)} dots (size, accuracy, latency). {'; '.join(each)}."


def size(count: float, _: object = None) -> str:
    """A number of bytes for people.

    Examples
    --------
    >>> size(1_066_440), size(900)
    ('1.07 MB', '900 B')
    """
    for unit, much in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= much:
            return f"{count / much:.3g} {unit}"
    return f"{count:.3g} B"


def reference(dots: tuple[Dot, ...]) -> Dot:
    """The dot that the others are held against: ``"dense"``, else the first."""
    return next((dot for dot in dots if dot.technique == "dense"), dots[0])


def draw(dots: tuple[Dot, ...]) -> Any:
    """The board as a matplotlib figure (no pyplot)."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    axes = figure.add_axes((0.1, 0.13, 0.87, 0.78))
    base = reference(dots)
    axes.set_xscale("log")
    axes.set(xlim=_size_limits(dots), ylim=_accuracy_limits(dots))
    axes.set_xlabel("stored size, logarithmic (smaller to the left)", fontsize=12)
    axes.set_ylabel("accuracy, %", fontsize=12)
    axes.set_title("Network passport (area and number: latency; shape: chapter)", fontsize=13)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(size))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(labelsize=11)
    axes.grid(alpha=0.25)
    axes.axhline(100 * base.accuracy, color="#555555", linestyle="--", linewidth=1, zorder=1)
    axes.axvline(base.stored_bytes, color="#555555", linestyle="--", linewidth=1, zorder=1)
    _dots(axes, dots)
    write(figure, axes, dots)
    return figure


def _dots(axes: Any, dots: tuple[Dot, ...]) -> None:
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


def _size_limits(dots: tuple[Dot, ...]) -> tuple[float, float]:
    sizes = [dot.stored_bytes for dot in dots]
    room = max((max(sizes) / min(sizes)) ** 0.2, 2.0)
    return min(sizes) / room, max(sizes) * room


def _accuracy_limits(dots: tuple[Dot, ...]) -> tuple[float, float]:
    accuracies = [100 * dot.accuracy for dot in dots]
    room = max((max(accuracies) - min(accuracies)) * 0.25, 1.0)
    return min(accuracies) - room, max(accuracies) + room
