"""The picture of the pruning curve: lines on the left, example images on the right.

Unlike ``pruning_curve``, this knows no results beyond the first curve and the state; with a single
granularity its lines stand still, with several they move.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nc_teach.live import style

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


def draw(figure: Any, state: dict[str, Any], curve: Any, guessed: float | None) -> Any:
    """Draw ``state`` of ``pruning_curve`` and return the function that moves the artists.

    ``curve`` is any of the curves: it gives the levels and the example images.
    """
    left, right = figure.add_gridspec(1, 2, width_ratios=(1.5, 1))
    lines, move_lines = _draw_curves(figure.add_subplot(left), state, curve, guessed)
    pictures = _draw_examples(figure.add_subplot(right), curve)

    def update(state: dict[str, Any]) -> list[Any]:
        move_lines(state)
        for text, read, is_right in zip(pictures, state["read"], state["right"], strict=True):
            text.set_text(f"{read} ✓" if is_right else f"{read} ✗")
            text.set_color(style.COLOURS["blue"] if is_right else style.COLOURS["vermilion"])
            text.set_fontweight("normal" if is_right else "bold")
        return [*lines, *pictures]

    return update


def _draw_curves(
    axes: Any, state: dict[str, Any], curve: Any, guessed: float | None
) -> tuple[list[Any], Any]:
    """The artists that move and the function that moves them."""
    percent = [100 * s for s in curve.sparsities]
    means, networks, dots = _draw_series(axes, percent, state["curves"])
    if guessed is not None:
        axes.axvline(guessed, color=style.COLOURS["purple"], linestyle=":", label="your guess")
    others = [
        axes.plot(percent, other, color="#555555", linestyle=(0, (4, 3)), linewidth=1.5,
                  zorder=1.9, markersize=8, label=" ")[0]
        for other in state["others"].values()
    ]  # fmt: skip
    line = axes.axvline(percent[0], color=style.INK, linewidth=1.2)
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="weights removed, %", ylabel="test accuracy, %")
    axes.grid(True)
    legend, title = axes.legend(loc="lower left"), axes.set_title("")
    swapped = [*means.values(), *networks.values(), *others, legend, title] if others else []

    def move(state: dict[str, Any]) -> None:
        line.set_xdata([state["percent"]] * 2)
        for name, mark in dots.items():
            mark.set_data([state["percent"]], [state["accuracy"][name].mean()])
            mark.set_markersize(15 if name == state["criterion"] else 9)
        if others:
            title.set_text(f"Taken out: {state['granularity']}")
            _swap_curves(state, means, networks, others, legend)

    return [*swapped, line, *dots.values()], move


def _draw_series(
    axes: Any, percent: list[float], curves: dict[str, np.ndarray]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Per criterion the line of the mean, one small mark per network, and the large mark."""
    means, networks, dots = {}, {}, {}
    for number, (name, test) in enumerate(curves.items()):
        look = style.series(number)
        (means[name],) = axes.plot(
            percent, test.mean(axis=0), look["linestyle"], color=look["color"], label=name_of(name)
        )
        (networks[name],) = axes.plot(np.tile(percent, len(test)), test.ravel(), look["marker"],
                                      color=look["color"], markersize=2.5)  # fmt: skip
        (dots[name],) = axes.plot([], [], look["marker"], color=look["color"], zorder=4,
                                  markeredgecolor="white", markeredgewidth=2)  # fmt: skip
    return means, networks, dots


def _swap_curves(
    state: dict[str, Any], means: dict, networks: dict, others: list, legend: Any
) -> None:
    """Show the lines of the chosen granularity; in grey, marked, the chosen criterion's others."""
    place = int(np.argmin(np.abs(np.array(others[0].get_xdata()) - state["percent"])))
    for name, test in state["curves"].items():
        means[name].set_ydata(test.mean(axis=0))
        networks[name].set_data(np.tile(means[name].get_xdata(), len(test)), test.ravel())
    for text, name in zip(legend.get_texts(), means, strict=False):
        text.set_text(name_of(name, state["granularity"]))
    texts = legend.get_texts()[-len(others) :]
    for line, text, (label, mean) in zip(others, texts, state["others"].items(), strict=True):
        line.set_ydata(mean)
        line.set(marker=networks[state["criterion"]].get_marker(), markevery=[place])
        text.set_text(f"{label} instead")


def _draw_examples(axes: Any, curve: Any) -> list[Any]:
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
