"""What several figures of the chapter share: small pieces of a picture, and where to begin."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Line2D

LEVELS = (
    (style.INK, "-"),
    (style.COLOURS["green"], "--"),
    (style.COLOURS["vermilion"], "-."),
    (style.GREY, ":"),
)


def nearest(values: Iterable[float], wanted: float) -> float:
    """The value that lies nearest to what is wanted.

    >>> nearest([20, 50, 800], 60)
    50
    """
    return min(values, key=lambda value: abs(value - wanted))


def class_bars(
    axes: Axes, colour: str, digits: int, label: str = ""
) -> Callable[[np.ndarray], list[Artist]]:
    """A bar for each of ten classes, its height on top; returns what gives them other heights."""
    bars = axes.bar(range(10), 0, width=0.8, color=colour, label=label)
    texts = [axes.text(k, 0, "", ha="center", va="bottom") for k in range(10)]
    axes.set(xticks=range(10))

    def move(heights: np.ndarray) -> list[Artist]:
        for bar, text, height in zip(bars, texts, heights, strict=True):
            bar.set_height(height)
            text.set_y(height + 10**-digits)
            said = f"{height:.{digits}f}"
            text.set_text(said.removeprefix("0") if float(said) else "")
        return [*bars, *texts]

    return move


def curve_among_levels(
    axes: Axes, x: Sequence[float], runs: np.ndarray, label: str, controls: Iterable[str]
) -> tuple[live.Runs, dict[str, Line2D]]:
    """A method's runs over a logarithmic axis, and a level line for each control, nowhere yet."""
    mark = {"markeredgewidth": 1.5}
    curve = live.Runs(axes, x, runs, style.series(0), label, dot=4, mark=mark)
    levels = {
        name: axes.axhline(np.nan, color=colour, linestyle=dashes, linewidth=2, label=name)
        for name, (colour, dashes) in zip(controls, LEVELS, strict=True)
    }
    axes.set_xscale("log")
    axes.set_xticks(x, [f"{value:,g}" for value in x])
    axes.minorticks_off()
    axes.grid(True)
    return curve, levels
