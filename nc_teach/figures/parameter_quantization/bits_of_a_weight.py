"""Fewer bits a weight: where the weights of a layer go on the grid, and what the network reads.

Left, the layer's weights in grey, and for every value of the grid how many of them are rounded to
it. Right, test accuracy against bits on each kind of grid, and after some more epochs, without the
rounding and with it; what lies far below is a number at the lower edge. A result that was read from
a file has no weights, and so no left side.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.parameter_quantization.close_up import look_closely
from nc_teach.figures.words import spread
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.parameter_quantization import FewerBits

GRIDS = {"symmetric": "a layer", "affine": "a layer, affine"}
NAMES = {
    "a layer": "a scale for the layer",
    "a neuron": "a scale for each neuron",
    "a layer, affine": "affine, for the layer",
}
MORE = ("more epochs, then rounded", "more epochs, rounding in it")


def bits_of_a_weight(
    result: "FewerBits", guess: live.Guess = None, *, start: int = 4
) -> live.LiveFigure:
    """A live figure of uniform quantization, with the reader's guess on the same axes.

    ``guess`` is a number of bits, and so is ``start``, where the slider is first. Raises
    ``ValueError`` when that is not one of those that were measured.
    """
    number = live.guessed(guess)
    weights = np.zeros(0) if result.weights is None else np.sort(result.weights)
    bits = live.Slider("bits", "Bits a weight", result.bits, start=start)
    grid = [live.Choice("grid", "Grid", GRIDS)] if len(weights) else []
    return live.LiveFigure(
        "How many bits does a weight need?",
        [bits, *grid],
        lambda values: _state(result, weights, **values),
        lambda figure, state: _draw(figure, result, weights, number),
        lambda state: _describe(state, spread(100 * result.before), number),
        size=(900, 520),
        source=result.provenance.line(),
        table=lambda points: [_row(result, i) for i in range(len(result.bits))],
    )


def _state(result: "FewerBits", weights: np.ndarray, bits: int, grid: str = "a layer") -> State:
    values = (result.steps or {}).get(grid, {}).get(bits, np.zeros(0))
    return {
        "bits": bits,
        "grid": grid,
        "values": values,
        "shares": _shares(weights, values) if len(values) else values,
        "size": max(0, len(values) - (grid == "a layer")),  # the symmetric grid leaves one out
        "accuracy": 100 * result.after[grid][:, result.bits.index(bits)],
    }


def _shares(line: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Per cent of the sorted weights that are nearest to each of the rising ``values``."""
    cuts = np.searchsorted(line, (values[:-1] + values[1:]) / 2)
    return 100 * np.diff(np.concatenate([[0], cuts, [len(line)]])) / len(line)


def _describe(state: State, before: str, guessed: float | None) -> str:
    said = "No symmetric grid has 1 bit: it could hold \u22121 and 0, and no +1."
    shares = state["shares"]
    if not np.isnan(state["accuracy"]).any():
        used = (
            f"the first layer of network 0 uses {(shares > 0).sum()} of {state['size']} values, "
            f"{shares.max(initial=0):.1f} % of its weights share one; "
        )
        said = (
            f"{state['bits']} bits, {NAMES[state['grid']]}: {used if len(shares) else ''}the "
            f"networks read {spread(state['accuracy'])} % of the test images (float32: {before} %)."
        )
    return said if guessed is None else f"{said} You guessed {guessed:g} bits."


def _row(result: "FewerBits", place: int) -> dict[str, str]:
    row = {"Bits": str(result.bits[place])}
    for grid, accuracy in result.after.items():
        here = 100 * accuracy[:, place]
        row[NAMES[grid].capitalize()] = (
            "no such grid" if np.isnan(here).any() else f"{spread(here)} %"
        )
    return row


def _draw(
    figure: Figure, result: "FewerBits", weights: np.ndarray, guessed: float | None
) -> Update:
    if not len(weights):
        axes, moves = figure.subplots(), []
    else:
        left, axes = figure.subplots(1, 2, width_ratios=(1.1, 1))
        moves = [_draw_grid(left, weights)]
    moves.append(_draw_accuracy(axes, result, guessed))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return live.together(*moves)


def _draw_grid(axes: Axes, weights: np.ndarray) -> Update:
    reach = 1.08 * float(np.abs(weights).max())
    heights, edges = np.histogram(weights, bins=np.linspace(-reach, reach, 121))
    middles, height = (edges[:-1] + edges[1:]) / 2, 60 * heights / heights.max()
    weight = axes.fill_between(middles, height, color="#D0D0D0", step="mid")
    weight.set_label("where the weights are\n(shape only, no scale)")
    colour = style.COLOURS["blue"]
    stems = axes.vlines([], [], [], color=colour, linewidth=3, label="rounded to here")
    (tips,) = axes.plot([], [], "o", color=colour, markersize=5, markeredgecolor="white")
    axes.set(xlim=(-reach, reach), ylim=(0, 132), xlabel="weight", ylabel="share of weights, %")
    axes.set_yticks([0, 50, 100])
    axes.legend(loc="upper right")
    title = axes.set_title(" ")

    def move(state: State) -> list[Artist]:
        values, shares = state["values"], state["shares"]
        stems.set_segments([[(v, 0), (v, s)] for v, s in zip(values, shares, strict=True)])
        seen = shares > 0
        tips.set_data(values[seen], shares[seen])
        s = "" if state["bits"] == 1 else "s"
        title.set_text(
            f"First layer, {state['bits']} bit{s}: {state['size']} values, {seen.sum()} used"
            if len(values)
            else "1 bit: no symmetric grid"
        )
        return [stems, tips, title]

    return move


def _draw_accuracy(axes: Axes, result: "FewerBits", guessed: float | None) -> Update:
    series = {NAMES[grid]: (result.bits, 100 * test) for grid, test in result.after.items()}
    for name, test in zip(MORE, (result.control, result.trained), strict=True):
        series[name] = (result.trained_bits, 100 * test)
    for number, (name, (bits, test)) in enumerate(series.items()):
        look, beside = style.series(number), np.array(bits) + 0.11 * (number - 2)
        axes.plot(beside, test.mean(axis=0), label=name, markersize=6, **look)
        dots = np.tile(beside, len(test))
        axes.plot(dots, test.ravel(), "o", markersize=2.5, color=look["color"])
    means = [
        (bits, test.mean(axis=0), style.series(number)["color"])
        for number, (bits, test) in enumerate(series.values())
    ]
    look_closely(axes, 100 * result.before, means)
    live.draw_guess(axes, guessed)
    line = axes.axvline(1, color=style.INK, linewidth=1.2, label="the slider", ymin=0.45, zorder=7)
    axes.set(xlim=(0.5, max(result.bits) + 0.5))
    axes.set(xlabel="bits a weight", ylabel="test accuracy, %", xticks=result.bits)
    axes.grid(True)

    def move(state: State) -> list[Artist]:
        line.set_xdata([state["bits"]] * 2)
        return [line]

    return move
