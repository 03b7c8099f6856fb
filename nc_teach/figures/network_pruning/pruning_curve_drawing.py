"""The picture of the pruning curve: lines on the left, example images on the right.

Unlike ``pruning_curve``, this knows no results beyond the first curve and the state; with a single
granularity its lines stand still, with several they move.
"""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.curve import PruningCurve
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Legend, Line2D, Text

SHOWN, COLUMNS = 16, 4  # example images
NAMES = {
    "magnitude": "the smallest weights",
    "random": "random weights",
    "ewc times w^2": "the smallest Fisher × w²",
}


def name_of(criterion: str, granularity: str = "") -> str:
    """What is removed by a criterion, in words.

    >>> name_of("magnitude"), name_of("random", "whole neurons"), name_of("obd")
    ('the smallest weights', 'random neurons', 'obd')
    """
    name = NAMES.get(criterion, criterion)
    return name.replace("weights", "neurons") if "neurons" in granularity else name


def draw(
    figure: Figure, state: live.State, curve: PruningCurve, guessed: float | None
) -> live.Update:
    """Draw ``state`` of ``pruning_curve`` and return the function that moves the artists.

    ``curve`` is any of the curves: it gives the levels and the example images.
    """
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    move_curves = _draw_curves(left, state, curve, guessed)
    pictures = _draw_examples(right, curve)

    def update(state: live.State) -> list[Artist]:
        for text, read, is_right in zip(pictures, state["read"], state["right"], strict=True):
            text.set_text(f"{read} ✓" if is_right else f"{read} ✗")
            text.set_color(style.COLOURS["blue"] if is_right else style.COLOURS["vermilion"])
            text.set_fontweight("normal" if is_right else "bold")
        return [*move_curves(state), *pictures]

    return update


def _draw_curves(
    axes: Axes, state: live.State, curve: PruningCurve, guessed: float | None
) -> live.Update:
    """The curves, and the function that moves them; with one granularity only the marks move."""
    percent = [100 * s for s in curve.sparsities]
    edge = {"markeredgewidth": 2}
    series = {
        name: live.Runs(axes, percent, test, style.series(n), name_of(name), mark=edge)
        for n, (name, test) in enumerate(state["curves"].items())
    }
    live.draw_guess(axes, guessed)
    grey: dict[str, Any] = {"color": "#555555", "linestyle": (0, (4, 3)), "linewidth": 1.5}
    others = [
        axes.plot(percent, other, **grey, zorder=1.9, markersize=8, label=" ")[0]
        for other in state["others"].values()
    ]
    line = axes.axvline(percent[0], color=style.INK, linewidth=1.2)
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="weights removed, %", ylabel="test accuracy, %")
    axes.grid(True)
    legend, title = axes.legend(loc="lower left"), axes.set_title("")

    def move(state: live.State) -> list[Artist]:
        line.set_xdata([state["percent"]] * 2)
        moved: list[Artist] = []
        if others:
            title.set_text(f"Taken out: {state['granularity']}")
            moved = [a for name, one in series.items() for a in one.redraw(state["curves"][name])]
            _swap_others(state, others, series, legend)
        marks = [runs.at(state["percent"]) for runs in series.values()]
        for name, mark in zip(series, marks, strict=True):
            mark.set_markersize(15 if name == state["criterion"] else 9)
        return [*moved, *others, legend, title, line, *marks]

    return move


def _swap_others(
    state: live.State, others: list[Line2D], series: dict[str, live.Runs], legend: Legend
) -> None:
    """In grey, marked: the chosen criterion's curves of the other granularities."""
    place = int(np.argmin(np.abs(np.array(others[0].get_xdata()) - state["percent"])))
    for text, name in zip(legend.get_texts(), series, strict=False):
        text.set_text(name_of(name, state["granularity"]))
    texts = legend.get_texts()[-len(others) :]
    for line, text, (label, mean) in zip(others, texts, state["others"].items(), strict=True):
        line.set_ydata(mean)
        line.set(marker=series[state["criterion"]].dots.get_marker(), markevery=[place])
        text.set_text(f"{label} instead")


def _draw_examples(axes: Axes, curve: PruningCurve) -> list[Text]:
    """The images side by side in one picture, with room below each for what is read in it."""
    height, width = curve.examples.shape[-2:]
    step_y, step_x = round(1.45 * height), round(1.15 * width)
    rows = -(-len(curve.examples[:SHOWN]) // COLUMNS)
    paper = np.zeros((rows * step_y, COLUMNS * step_x))
    texts = []
    for place, image in enumerate(curve.examples[:SHOWN]):
        y, x = step_y * (place // COLUMNS), step_x * (place % COLUMNS)
        paper[y : y + height, x : x + width] = image[0]
        texts.append(
            axes.text(x + width / 2, y + 1.2 * height, "", ha="center", va="center", fontsize=14)
        )
    axes.imshow(paper, cmap="gray_r", vmin=0, vmax=1)
    axes.set_axis_off()
    axes.set_title("What the first network reads")
    return texts
