"""How fast a layer gets for what was removed: theory, zeros, compressed rows, and rows really gone.

Left, speed-up against sparsity, both on a log axis, so that theory is a straight line. Right, the
same heights at the chosen sparsity, as bars: up is faster than the dense layer, down is slower.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.structured import Speedups
from nc_teach.figures.network_pruning.speedup_drawing import NAMES, draw, say


def speedup(
    result: Speedups, guess: live.Guess = None, *, start: float = 0.95, layer: str | None = None
) -> live.LiveFigure:
    """A live figure of how much faster one matrix product gets when weights are removed.

    Parameters
    ----------
    result
        What ``claims.network_pruning.time_products`` returns: ``shapes`` (name -> out, in,
        columns), ``sparsities`` in [0, 1), and per way ``speedup`` (runs x shapes x sparsities,
        time of the dense product over the time of that way).
    guess
        The sparsity in per cent from which CSR is guessed to be faster than dense: a number, a
        prediction whose ``value`` is one, or nothing.
    start
        Sparsity at which the slider stands first (the nearest that was measured).
    layer
        The layer that is shown first, one of ``result.shapes``; default: the first.

    Raises
    ------
    ValueError
        When a sparsity is not in [0, 1): with no weight left, theory has no speed-up.
    """
    if not all(0 <= s < 1 for s in result.sparsities):
        raise ValueError(
            f"result.sparsities must be at least 0 and less than 1, got {result.sparsities}"
        )
    percent = [round(100 * s, 6) for s in result.sparsities]
    nearest = min(percent, key=lambda p: abs(p - 100 * start))
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "Removed, but is it faster?",
        [
            live.Slider("sparsity", "Weights removed", percent, start=nearest, unit="%"),
            live.Choice("layer", "Layer", list(result.shapes), start=layer),
        ],
        lambda values: _state(result, values),
        lambda figure, state: draw(figure, result, guessed),
        lambda state: _describe(state, guessed),
        size=(880, 430),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, point)) for point in points],
    )


def _state(result: Speedups, values: live.Values) -> live.State:
    row = list(result.shapes).index(values["layer"])
    level = int(np.argmin(np.abs(100 * np.array(result.sparsities) - values["sparsity"])))
    runs = {way: result.speedup[way][:, row] for way in NAMES}
    medians = {way: np.median(ratios, axis=0) for way, ratios in runs.items()}
    faster = [100 * s for s, r in zip(result.sparsities, medians["csr"], strict=True) if r > 1]
    return {
        "layer": values["layer"],
        "shape": result.shapes[values["layer"]],
        "percent": values["sparsity"],
        "theory": 1 / (1 - result.sparsities[level]),
        "runs": runs,
        "medians": medians,
        "now": {way: float(median[level]) for way, median in medians.items()},
        "csr_from": min(faster, default=None),
    }


def _describe(state: live.State, guessed: float | None) -> str:
    out, width, columns = state["shape"]
    ways = ", ".join(f"{NAMES[way]} x {say(ratio)}" for way, ratio in state["now"].items())
    what = (
        f"{state['layer']} ({out} x {width} weights, {columns} column{'s' * (columns != 1)}), "
        f"{state['percent']:g} % removed, theory x {state['theory']:.1f}: {ways}."
    )
    if guessed is None:
        return what
    first = state["csr_from"]
    truth = "it never was" if first is None else f"the first level measured so was {first:g} %"
    return f"{what} You guessed that CSR is faster than dense from {guessed:g} %; here {truth}."


def _row(state: live.State) -> dict[str, str]:
    ways = {f"Speed-up, {NAMES[way]}": f"x {say(ratio)}" for way, ratio in state["now"].items()}
    return {
        "Layer": state["layer"],
        "Weights removed": f"{state['percent']:g} %",
        "Speed-up in theory": f"x {state['theory']:.1f}",
        **ways,
    }
