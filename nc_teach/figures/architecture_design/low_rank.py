"""A matrix as a sum of K stripes: what it looks like, what it weighs, and what it still reads.

Left, the matrix of rank K that is nearest to the layer's weights. Right, accuracy against K for
each way of choosing the two factors, with the last rank at which two factors weigh less than one
matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.tiles import signed_colours
from nc_teach.figures.words import spread
from nc_teach.live import style


def low_rank(result: Any, guess: Any = None) -> live.LiveFigure:
    """A live figure of a layer in two factors.

    Parameters
    ----------
    result
        What ``claims.architecture_design.factorise`` returns: ``ranks``, ``layers`` (names),
        ``before`` (networks, in [0, 1]), ``accuracy[layer][arm]`` (networks x ranks, NaN where it
        was not run), ``weight[layer]`` (outputs x inputs) and ``provenance``.
    guess
        A rank: a number, a prediction whose ``value`` is one, or nothing.
    """
    guessed = getattr(guess, "value", guess)
    factors = {
        layer: np.linalg.svd(np.asarray(result.weight[layer], float), full_matrices=False)
        for layer in result.layers
    }
    middle = result.ranks[len(result.ranks) // 3]
    layers = list(result.layers)
    choice = [live.Choice("layer", "Layer", layers)] if len(layers) > 1 else []
    return live.LiveFigure(
        "How many stripes does a layer need?",
        [
            live.Slider("rank", "Rank K", result.ranks, start=middle),
            *choice,
        ],
        lambda values: _state(result, factors, values.get("layer", layers[0]), values["rank"]),
        lambda figure, state: _draw(figure, result, guessed),
        lambda state: _describe(state, guessed),
        size=(940, 430),
        source=result.provenance.line(),
        table=lambda points: [
            _row(_state(result, factors, layer, rank)) for layer in layers for rank in result.ranks
        ],
    )


def _state(result: Any, factors: dict[str, Any], layer: str, rank: int) -> dict[str, Any]:
    u, s, v = factors[layer]
    outputs, inputs = len(u), v.shape[1]
    kept = min(rank, len(s))
    place = result.ranks.index(rank)
    runs = {arm: 100 * np.asarray(a, float) for arm, a in result.accuracy[layer].items()}
    return {
        "layer": layer,
        "rank": rank,
        "shape": (outputs, inputs),
        "stripes": (u[:, :kept] * s[:kept]) @ v[:kept],
        "weights": (outputs * inputs, rank * (outputs + inputs)),
        "last": last_saving(outputs, inputs),
        "runs": runs,
        "here": {arm: accuracy[:, place] for arm, accuracy in runs.items()},
        "before": 100 * np.asarray(result.before, float),
    }


def last_saving(outputs: int, inputs: int) -> int:
    """The last rank at which two factors weigh less than the matrix: whole K < M N / (M + N).

    >>> last_saving(300, 784), last_saving(4, 4)
    (216, 1)
    """
    return (outputs * inputs - 1) // (outputs + inputs)


def _share(state: dict[str, Any]) -> float:
    return 100 * state["weights"][1] / state["weights"][0]


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    outputs, inputs = state["shape"]
    arms = ", ".join(
        f"{arm} {spread(a)} %" for arm, a in state["here"].items() if np.isfinite(a).all()
    )
    said = (
        f"Rank {state['rank']} of {state['layer']} ({outputs} x {inputs}): two factors hold "
        f"{_share(state):.1f} % of its weights (fewer up to K = {state['last']}); {arms}; before "
        f"{spread(state['before'])} %."
    )
    return said if guessed is None else f"{said} You guessed rank {guessed:g}."


def _row(state: dict[str, Any]) -> dict[str, str]:
    arms = {
        f"{arm}, %": spread(a) if np.isfinite(a).all() else "" for arm, a in state["here"].items()
    }
    return {
        "Layer": state["layer"],
        "Rank": str(state["rank"]),
        "Weights, % of one matrix": f"{_share(state):.1f}",
        **arms,
    }


def _draw(figure: Any, result: Any, guessed: float | None) -> Callable[[dict[str, Any]], list[Any]]:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    picture = left.imshow(np.full((2, 2, 4), 255, dtype=np.uint8), extent=(0, 1, 0, 1),
                          aspect="auto", interpolation="nearest")  # fmt: skip
    left.set(xticks=[], yticks=[], xlabel="inputs", ylabel="outputs")
    tops = {
        layer: float(np.quantile(np.abs(result.weight[layer]), 0.98)) for layer in result.layers
    }
    titles = [axes.set_title(" ") for axes in (left, right)]
    curves = _draw_curves(right, result, guessed)

    def update(state: dict[str, Any]) -> list[Any]:
        picture.set_data(signed_colours(*_thinned(state["stripes"], tops[state["layer"]])))
        titles[0].set_text(
            f"{state['layer']}, a sum of {state['rank']} stripe{'s' * (state['rank'] > 1)}"
        )
        titles[1].set_text(f"K = {state['rank']}: {_share(state):.1f} % of the weights")
        return [picture, *titles, *curves(state)]

    return update


def _thinned(stripes: np.ndarray, top: float) -> tuple[np.ndarray, float]:
    """At most 60 rows and 100 columns of them, in steps of an eighth, so that a picture is small.

    >>> _thinned(np.array([[0.1, -2.0]]), top=1.0)
    (array([[ 0.125, -1.   ]]), 1.0)
    """
    rows, columns = (-(-size // most) for size, most in zip(stripes.shape, (60, 100), strict=True))
    few = stripes[::rows, ::columns]
    return np.round(8 * np.clip(few / top, -1, 1)) / 8, 1.0


def _draw_curves(
    axes: Any, result: Any, guessed: float | None
) -> Callable[[dict[str, Any]], list[Any]]:
    arms = list(next(iter(result.accuracy.values())))
    ranks = np.asarray(result.ranks, float)
    lines = {
        arm: axes.plot(ranks, np.full(len(ranks), np.nan), label=arm, **style.series(number))[0]
        for number, arm in enumerate(arms)
    }
    (before,) = axes.plot([], [], color=style.GREY, linewidth=1.5, label="one matrix")
    (here,) = axes.plot([], [], color=style.INK, linewidth=1.5, linestyle="-")
    (last,) = axes.plot([], [], color=style.INK, linewidth=1.5, linestyle="--")
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    word = axes.text(1, 3, "saves up to here", ha="center", va="bottom", rotation=90, bbox=paper)
    if guessed:
        axes.axvline(guessed, color=style.COLOURS["purple"], linestyle=":", label="your guess")
    _label(axes, result)

    def move(state: dict[str, Any]) -> list[Any]:
        for arm, line in lines.items():
            line.set_ydata(_mean(state["runs"][arm]))
        before.set_data(axes.get_xlim(), [state["before"].mean()] * 2)
        here.set_data([state["rank"]] * 2, [0, 100])
        last.set_data([state["last"]] * 2, [0, 100])
        word.set_x(state["last"])
        return [before, *lines.values(), here, last, word]

    return move


def _mean(runs: np.ndarray) -> np.ndarray:
    """The mean over the networks, NaN where it was not run."""
    return runs.mean(axis=0)


def _label(axes: Any, result: Any) -> None:
    ranks = result.ranks
    last = [last_saving(*np.shape(result.weight[layer])) for layer in result.layers]
    right = 1.15 * max(*ranks, *last)
    axes.set(xscale="log", xlim=(0.85 * min(ranks), right), ylim=(0, 103),
             xlabel="rank K", ylabel="test accuracy, %")  # fmt: skip
    shown = [rank for rank in (1, 2, 4, 8, 16, 32, 64, 128, 256) if min(ranks) <= rank <= right]
    axes.set_xticks(shown, [str(rank) for rank in shown])
    axes.minorticks_off()
    axes.grid(True, axis="y")
    axes.figure.legend(loc="outside lower center", ncols=3)
