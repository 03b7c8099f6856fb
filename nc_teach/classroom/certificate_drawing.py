"""A certificate's picture: one bar per limit, and the line that none may cross."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nc_teach.common.palette import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 1.6  # times the limit that the axis shows; a longer bar ends in an arrow


@dataclass(frozen=True)
class Bar:
    """One limit: its name, what is written below its bar, which part of it is used (1: all)."""

    name: str
    words: str
    share: float
    met: bool


def draw(title: str, bars: Sequence[Bar], foot: Sequence[str]) -> Figure:
    """The certificate as a matplotlib figure (no pyplot), with the lines of ``foot`` below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 5.0), dpi=100, facecolor="white")
    axes = figure.add_axes((0.13, 0.33, 0.83, 0.47))
    for row, bar in enumerate(bars):
        _bar(axes, row, bar)
    axes.axvline(1, color="black", linewidth=2)
    axes.text(1, -0.62, "limit", ha="center", fontsize=11)
    axes.set(xlim=(0, MOST), ylim=(len(bars) - 0.25, -0.5))
    axes.set_yticks(range(len(bars)), [bar.name for bar in bars], fontsize=12)
    axes.set_xticks([0, 0.5, 1, 1.5], ["0", "half", "all of it", "half more"], fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    met = all(bar.met for bar in bars)
    verdict = "Budget met" if met else "Budget not met"
    figure.text(0.03, 0.93, textwrap.shorten(title, 60), fontsize=14, weight="bold")
    figure.text(0.03, 0.865, verdict, fontsize=13, color=_colour(met))
    for line, text in enumerate(foot):
        figure.text(0.03, 0.2 - 0.052 * line, text, fontsize=9.5, color="#333333")
    return figure


def _bar(axes: Axes, row: int, bar: Bar) -> None:
    hatch = None if bar.met else "//"
    colour = _colour(bar.met)
    axes.barh(row, min(bar.share, MOST), 0.34, edgecolor="white", color=colour, hatch=hatch)
    over_the_line = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.text(0.01, row + 0.4, bar.words, va="center", fontsize=10.5, bbox=over_the_line)
    if bar.share > MOST:
        arrow = {"arrowstyle": "->", "linewidth": 2}
        axes.annotate("", (MOST, row), (MOST - 0.08, row), arrowprops=arrow)


def _colour(met: bool) -> str:
    return COLOURS["blue"] if met else COLOURS["vermilion"]
