"""The picture of importance: a scatter with the cut-off line, and a bar for every rule."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.lifelong import Lifelong
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D, Rectangle, Text

Ends: TypeAlias = "Sequence[float] | np.ndarray"
Bars: TypeAlias = "tuple[dict[str, Rectangle], list[Line2D], list[Text]]"

EDGE = 2.0  # what is too small for a log axis stands at this many times its lower limit
POWERS = {"alone": 0, "|w|": 1, "w^2": 2}  # score = importance * |w| ** power; magnitude needs none
BARS = {
    "random": "at random",
    "magnitude": "magnitude |w|",
    "alone": "importance alone",
    "|w|": "importance × |w|",
    "w^2": "importance × w²",
}


def draw(figure: Figure, result: Lifelong, data: live.State) -> live.Update:
    """Draw the still parts for ``importance`` and return the function that moves the rest."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    cut, kept, line = _draw_scatter(left, data)
    bars, dots, texts = _draw_bars(right, result)
    handles = left.get_legend_handles_labels()[0] + right.get_legend_handles_labels()[0]
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    x_low, y_low = (EDGE * limits[0] for limits in (left.get_xlim(), left.get_ylim()))
    x = np.maximum(data["x"], x_low)

    def update(state: live.State) -> list[Artist]:
        y = np.maximum(data["y"][state["importance"]], y_low)
        cut.set_data(x[~state["kept"]], y[~state["kept"]])
        kept.set_data(x[state["kept"]], y[state["kept"]])
        line.set_data(*_line(state, np.array(left.get_xlim()), left.get_ylim()))
        for number, bar in enumerate(bars):
            _move_bar(state, bar, (bars[bar], dots[number], texts[number]))
        return [cut, kept, line, *bars.values(), *dots, *texts]

    return update


def _line(state: live.State, x: np.ndarray, y: tuple[float, float]) -> tuple[Ends, Ends]:
    """The cut-off's two ends: where the score is that of the last weight kept."""
    if state["rule"] == "magnitude":
        return [state["cut_off"]] * 2, y
    return x, np.maximum(state["cut_off"] / x ** POWERS[state["rule"]], y[0])


def _move_bar(state: live.State, name: str, artists: tuple[Rectangle, Line2D, Text]) -> None:
    bar, dots, text = artists
    values, chosen = state["accuracy"].get(name, np.array([])), name == state["rule"]
    mean = values.mean() if len(values) else 0.0
    bar.set(width=mean, facecolor=style.COLOURS["blue"] if chosen else "#C9C9C9")
    dots.set_data(values, np.full(len(values), bar.get_y() + bar.get_height() / 2))
    text.set_text(f"{mean:.1f}" if len(values) else "not measured")
    text.set(x=103 if len(values) else 3, weight="bold" if chosen else "normal")


def _draw_scatter(axes: Axes, data: live.State) -> tuple[Line2D, Line2D, Line2D]:
    shown = np.concatenate(list(data["y"].values()))
    x, y = data["x"][data["x"] > 0], shown[shown > 0]
    left, bottom = (np.quantile(a, 0.01) / EDGE if len(a) else 0.1 for a in (x, y))
    (cut,) = axes.plot(
        [], [], "x", color=style.GREY, markersize=4, label="removed", mew=1, zorder=3
    )
    (kept,) = axes.plot(
        [], [], "o", color=style.COLOURS["blue"], markersize=4, label="kept", zorder=3
    )
    (line,) = axes.plot(
        [], [], color=style.COLOURS["vermilion"], linewidth=3, label="cut-off", zorder=4
    )
    axes.set(
        xscale="log", yscale="log", xlim=(left, 1.2 * (x.max(initial=0) or 1)), ylim=(bottom, 2)
    )
    axes.set_xlabel("|w| (the smallest at the left edge)")
    axes.set_ylabel("importance, largest = 1 (≈ 0 below)")
    axes.tick_params(labelsize=14)
    axes.minorticks_off()
    axes.set_title(f"{len(data['x']):,} of the first layer's {data['size']:,} weights")
    return cut, kept, line


def _draw_bars(axes: Axes, result: Lifelong) -> Bars:
    """A bar per rule, its networks' dots and its number; and the accuracy before."""
    moved = any(name.endswith("times |w|") for name in result.test)
    names = [name for name in BARS if moved or name != "|w|"]
    bars = {
        name: axes.barh(-place, 0, height=0.62, zorder=3)[0] for place, name in enumerate(names)
    }
    dots = [axes.plot([], [], "o", color=style.INK, markersize=4, zorder=4)[0] for _ in names]
    texts = [
        axes.text(0, -place, "", va="center", fontsize=13, zorder=4) for place in range(len(names))
    ]
    before = 100 * result.dense.mean()
    axes.axvline(before, color=style.INK, linestyle=":", label=f"before, {before:.1f} %", zorder=2)
    axes.set_yticks([-place for place in range(len(names))], [BARS[name] for name in names])
    axes.set(xlim=(0, 122), xticks=range(0, 101, 25), xlabel="test accuracy, %")
    axes.tick_params(axis="y", length=0)
    axes.set_title("Read right after the cut")
    return bars, dots, texts
