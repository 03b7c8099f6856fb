"""Fewer bits a weight: where the weights of a layer go on the grid, and what the network reads.

Left, the layer's weights in grey, and for every value of the grid how many of them are rounded to
it. Right, test accuracy against bits on each kind of grid, and after some more epochs, without the
rounding and with it; what lies far below stands at the lower edge as a number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.parameter_quantization.close_up import look_closely
from nc_teach.figures.words import spread
from nc_teach.live import style

GRIDS = {"symmetric": "a layer", "affine": "a layer, affine"}
NAMES = {
    "a layer": "a scale for the layer",
    "a neuron": "a scale for each neuron",
    "a layer, affine": "affine, for the layer",
}
MORE = ("more epochs, then rounded", "more epochs, rounding in it")


def bits_of_a_weight(result: Any, guess: Any = None, *, start: int = 4) -> live.LiveFigure:
    """A live figure of uniform quantization, with the reader's guess on the same axes.

    Parameters
    ----------
    result
        What ``claims.parameter_quantization.fewer_bits`` returns: ``bits``, ``after[grid]``
        (networks x bits, in [0, 1]), ``before``, ``trained_bits``, ``trained``, ``control``,
        ``weights`` of a layer, and ``steps[grid][bits]``, the values of its grids.
    guess
        A number of bits, a prediction whose ``value`` is one, or nothing.
    start
        Bits at which the slider stands first.

    Raises
    ------
    ValueError
        When ``start`` is not one of the bits.
    """
    guessed = getattr(guess, "value", guess)
    weights = np.sort(result.weights)
    shares = {
        (grid, bits): _shares(weights, values)
        for grid, by_bits in result.steps.items()
        for bits, values in by_bits.items()
    }
    return live.LiveFigure(
        "How many bits does a weight need?",
        [
            live.Slider("bits", "Bits a weight", result.bits, start=start),
            live.Choice("grid", "Grid", GRIDS),
        ],
        lambda values: _state(result, shares, **values),
        lambda figure, state: _draw(figure, result, weights, guessed),
        lambda state: _describe(state, guessed),
        size=(900, 520),
        source=result.provenance.line(),
        table=lambda points: [_row(result, i) for i in range(len(result.bits))],
    )


def _shares(line: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Per cent of the sorted weights that are nearest to each of the rising ``values``."""
    cuts = np.searchsorted(line, (values[:-1] + values[1:]) / 2)
    return 100 * np.diff(np.concatenate([[0], cuts, [len(line)]])) / len(line)


def _state(result: Any, shares: dict, bits: int, grid: str) -> dict[str, Any]:
    place = result.bits.index(bits)
    there = bits in result.steps[grid]
    return {
        "bits": bits,
        "grid": grid,
        "values": result.steps[grid][bits] if there else np.zeros(0),
        "shares": shares[grid, bits] if there else np.zeros(0),
        "size": len(result.steps[grid][bits]) - (grid == "a layer") if there else 0,
        "accuracy": 100 * result.after[grid][:, place],
        "neuron": 100 * result.after["a neuron"][:, place],
        "before": 100 * result.before,
    }


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    if len(state["values"]):
        used = int((state["shares"] > 0).sum())
        said = (
            f"{state['bits']} bits, {NAMES[state['grid']]}: the first layer of network 0 uses "
            f"{used} of {state['size']} values, {state['shares'].max():.1f} % of its weights share "
            f"one; the networks read {spread(state['accuracy'])} % of the test images "
            f"(float32: {spread(state['before'])} %)."
        )
    else:
        said = "No symmetric grid has 1 bit: it could hold \u22121 and 0, and no +1."
    return said if guessed is None else f"{said} You guessed {guessed:g} bits."


def _row(result: Any, place: int) -> dict[str, str]:
    cells = {
        NAMES[grid].capitalize(): _cell(100 * rows[:, place]) for grid, rows in result.after.items()
    }
    return {"Bits": str(result.bits[place]), **cells}


def _cell(accuracy: np.ndarray) -> str:
    return "no such grid" if np.isnan(accuracy).any() else f"{spread(accuracy)} %"


def _draw(figure: Any, result: Any, weights: np.ndarray, guessed: float | None) -> Callable:
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    moves = _draw_grid(left, result, weights), _draw_accuracy(right, result, guessed)
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return lambda state: [artist for move in moves for artist in move(state)]


def _draw_grid(axes: Any, result: Any, weights: np.ndarray) -> Callable[[dict], list[Any]]:
    reach = 1.08 * float(np.abs(weights).max())
    heights, edges = np.histogram(weights, bins=np.linspace(-reach, reach, 121))
    axes.fill_between(
        (edges[:-1] + edges[1:]) / 2, 60 * heights / heights.max(), color="#D0D0D0", step="mid",
        label="the weights (not to scale)",
    )  # fmt: skip
    colour = style.COLOURS["blue"]
    stems = axes.vlines([], [], [], color=colour, linewidth=3, label="rounded to here")
    (tips,) = axes.plot([], [], "o", color=colour, markersize=5, markeredgecolor="white")
    axes.set(xlim=(-reach, reach), ylim=(0, 132), xlabel="weight", ylabel="share of weights, %")
    axes.set_yticks([0, 50, 100])
    axes.legend(loc="upper right")
    title = axes.set_title("First layer, 8 bits: 256 values, 256 used")

    def move(state: dict[str, Any]) -> list[Any]:
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


def _draw_accuracy(axes: Any, result: Any, guessed: float | None) -> Callable[[dict], list[Any]]:
    series = [(NAMES[grid], result.bits, test) for grid, test in result.after.items()]
    series += [(MORE[0], result.trained_bits, result.control),
               (MORE[1], result.trained_bits, result.trained)]  # fmt: skip
    there: dict[float, list[float]] = {}
    for number, (name, bits, test) in enumerate(series):
        look, beside = style.series(number), np.array(bits) + 0.11 * (number - 2)
        axes.plot(beside, 100 * test.mean(axis=0), label=name, markersize=6, **look)
        axes.plot(np.tile(beside, len(test)), 100 * test.ravel(), "o", markersize=2.5,
                  color=look["color"])  # fmt: skip
        for b, accuracy in zip(bits, 100 * test.mean(axis=0), strict=True):
            there.setdefault(b, []).append(accuracy)
    look_closely(axes, 100 * result.before, there)
    if guessed is not None:
        axes.axvline(guessed, color=style.COLOURS["sky"], linestyle=":", label="your guess")
    line = axes.axvline(1, color=style.INK, linewidth=1.2, label="the slider", ymin=0.4, zorder=7)
    axes.set(xlim=(0.5, max(result.bits) + 0.5))
    axes.set(xlabel="bits a weight", ylabel="test accuracy, %", xticks=result.bits)
    axes.grid(True)

    def move(state: dict[str, Any]) -> list[Any]:
        line.set_xdata([state["bits"]] * 2)
        return [line]

    return move
