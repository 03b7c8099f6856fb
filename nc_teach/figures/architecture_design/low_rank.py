"""A matrix as a sum of K stripes: what it looks like, what it weighs, and what it still reads.

Left, the matrix of rank K that is nearest to the layer's weights. Right, accuracy against K for
each way of choosing the two factors, with the last rank at which two factors weigh less than one
matrix.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.tiles import signed_colours
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.architecture_design.low_rank import LowRank


def low_rank(result: "LowRank", guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of a layer in two factors.

    ``guess`` is a rank. A shipped result holds no matrices: then the figure shows the curves alone.
    """
    guessed = live.guessed(guess)
    matrices = (result.weight or {}).items()
    factors = {layer: np.linalg.svd(weight, full_matrices=False) for layer, weight in matrices}
    middle = result.ranks[len(result.ranks) // 3]
    layers = list(result.shapes)
    choice = [live.Choice("layer", "Layer", layers)] if len(layers) > 1 else []

    def state(values: live.Values) -> live.State:
        layer, rank = values.get("layer", layers[0]), values["rank"]
        (outputs, inputs), place = result.shapes[layer], result.ranks.index(rank)
        stripes = None
        if factors:
            u, s, v = factors[layer]
            stripes = (u[:, :rank] * s[:rank]) @ v[:rank]
        return {
            "layer": layer,
            "rank": rank,
            "share": 100 * rank * (outputs + inputs) / (outputs * inputs),
            "stripes": stripes,
            "here": {arm: 100 * a[:, place] for arm, a in result.accuracy[layer].items()},
        }

    return live.LiveFigure(
        "How many stripes does a layer need?",
        [live.Slider("rank", "Rank K", result.ranks, start=middle), *choice],
        state,
        lambda figure, state: _draw(figure, result, guessed),
        lambda state: _describe(state, result, guessed),
        size=(940, 430),
        source=result.provenance.line(),
        table=lambda points: [
            _row(state({"layer": layer, "rank": rank})) for layer in layers for rank in result.ranks
        ],
    )


def _spreads(state: live.State) -> dict[str, str]:
    """Mean and spread of every way at this rank; nothing for one that was not run there."""
    return {a: spread(runs) if np.isfinite(runs).all() else "" for a, runs in state["here"].items()}


def _describe(state: live.State, result: "LowRank", guessed: float | None) -> str:
    outputs, inputs = result.shapes[state["layer"]]
    arms = ", ".join(f"{arm} {runs} %" for arm, runs in _spreads(state).items() if runs)
    said = (
        f"Rank {state['rank']} of {state['layer']} ({outputs} x {inputs}): two factors hold "
        f"{state['share']:.1f} % of its weights (fewer up to K = "
        f"{result.break_even[state['layer']]}); {arms}; before {spread(100 * result.before)} %."
    )
    return said if guessed is None else f"{said} You guessed rank {guessed:g}."


def _row(state: live.State) -> dict[str, str]:
    return {
        "Layer": state["layer"],
        "Rank": str(state["rank"]),
        "Weights, % of one matrix": f"{state['share']:.1f}",
        **{f"{arm}, %": runs for arm, runs in _spreads(state).items()},
    }


def _draw(figure: Figure, result: "LowRank", guessed: float | None) -> live.Update:
    *left, right = (
        figure.subplots(1, 2, width_ratios=(1, 1.25)) if result.weight else (figure.subplots(),)
    )
    pictures = [_draw_stripes(axes, result.weight or {}) for axes in left]
    title = right.set_title(" ")
    curves = _draw_curves(right, result, guessed)

    def update(state: live.State) -> list[Artist]:
        title.set_text(f"K = {state['rank']}: {state['share']:.1f} % of the weights")
        moved = [artist for picture in pictures for artist in picture(state)]
        return [*moved, title, *curves(state)]

    return update


def _draw_stripes(axes: Axes, weight: dict[str, np.ndarray]) -> live.Update:
    blank = np.full((2, 2, 4), 255, dtype=np.uint8)
    picture = axes.imshow(blank, extent=(0, 1, 0, 1), aspect="auto", interpolation="nearest")
    axes.set(xticks=[], yticks=[], ylabel="outputs")
    axes.set_xlabel(
        "inputs (some rows and columns are left out)\nblue: above 0, grey: 0, orange: below"
    )
    tops = {layer: np.quantile(np.abs(matrix), 0.98) for layer, matrix in weight.items()}
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        layer, rank = state["layer"], state["rank"]
        picture.set_data(signed_colours(_thinned(state["stripes"], tops[layer]), 1.0))
        title.set_text(f"{layer}, a sum of {rank} stripe{'s' * (rank > 1)}")
        return [picture, title]

    return move


def _thinned(stripes: np.ndarray, top: float) -> np.ndarray:
    """At most 60 rows and 100 columns of them, in steps of an eighth, so that a picture is small.

    >>> _thinned(np.array([[0.1, -2.0]]), top=1.0)
    array([[ 0.125, -1.   ]])
    """
    rows, columns = (-(-size // most) for size, most in zip(stripes.shape, (60, 100), strict=True))
    return np.round(8 * np.clip(stripes[::rows, ::columns] / top, -1, 1)) / 8


def _draw_curves(axes: Axes, result: "LowRank", guessed: float | None) -> live.Update:
    ranks, arms = result.ranks, next(iter(result.accuracy.values()))
    right = 1.15 * max(*ranks, *result.break_even.values())
    shown = [rank for rank in (1, 2, 4, 8, 16, 32, 64, 128, 256) if min(ranks) <= rank <= right]
    lines = {
        arm: axes.plot(ranks, np.full(len(ranks), np.nan), label=arm, **style.series(number))[0]
        for number, arm in enumerate(arms)
    }
    limits = 0.85 * min(ranks), right
    before = 100 * result.before.mean()
    (whole,) = axes.plot(limits, [before] * 2, color=style.GREY, linewidth=1.5, label="one matrix")
    (here,) = axes.plot(
        [1, 1], [0, 100], color=style.INK, linewidth=1.5, linestyle="-", label="this K"
    )
    (last,) = axes.plot([1, 1], [0, 100], color=style.INK, linewidth=1.5, linestyle="--")
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    word = axes.text(1, 3, "saves up to here", ha="center", va="bottom", rotation=90, bbox=paper)
    live.draw_guess(axes, guessed)
    axes.set(xscale="log", xlim=limits, xlabel="rank K", ylim=(0, 103), ylabel="test accuracy, %")
    axes.set_xticks(shown, [str(rank) for rank in shown])
    axes.minorticks_off()
    axes.grid(True, axis="y")
    axes.figure.legend(loc="outside lower center", ncols=3)

    def move(state: live.State) -> list[Artist]:
        for arm, runs in result.accuracy[state["layer"]].items():
            lines[arm].set_ydata(100 * runs.mean(axis=0))
        here.set_xdata([state["rank"]] * 2)
        last.set_xdata([result.break_even[state["layer"]]] * 2)
        word.set_x(result.break_even[state["layer"]])
        return [whole, *lines.values(), here, last, word]

    return move
