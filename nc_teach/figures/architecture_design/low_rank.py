"""A matrix as a sum of K stripes: what it looks like, what it weighs, and what it still reads.

Left, the matrix of rank K that is nearest to the layer's weights. Right, accuracy against K for
each way of choosing the two factors, with the last rank at which two factors weigh less than one
matrix.
"""

from collections.abc import Mapping

import numpy as np

from nc_teach import live
from nc_teach.claims.architecture_design.low_rank import LowRank
from nc_teach.figures.tiles import signed_colours
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

SVD = tuple[np.ndarray, np.ndarray, np.ndarray]


def low_rank(result: LowRank, guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of a layer in two factors.

    Parameters
    ----------
    result
        What ``claims.architecture_design.factorise`` returns. A shipped one holds no matrices: then
        the figure shows the curves alone.
    guess
        A rank: a number, a prediction whose ``value`` is one, or nothing.
    """
    guessed = live.guessed(guess)
    factors = {
        layer: np.linalg.svd(weight, full_matrices=False)
        for layer, weight in (result.weight or {}).items()
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


def _state(result: LowRank, factors: Mapping[str, SVD], layer: str, rank: int) -> live.State:
    outputs, inputs = result.shapes[layer]
    place = result.ranks.index(rank)
    runs = {arm: 100 * a for arm, a in result.accuracy[layer].items()}
    return {
        "layer": layer,
        "rank": rank,
        "shape": (outputs, inputs),
        "stripes": _stripes(*factors[layer], rank) if factors else None,
        "weights": (outputs * inputs, rank * (outputs + inputs)),
        "last": last_saving(outputs, inputs),
        "runs": runs,
        "here": {arm: accuracy[:, place] for arm, accuracy in runs.items()},
        "before": 100 * result.before,
    }


def _stripes(u: np.ndarray, s: np.ndarray, v: np.ndarray, rank: int) -> np.ndarray:
    return (u[:, :rank] * s[:rank]) @ v[:rank]


def last_saving(outputs: int, inputs: int) -> int:
    """The last rank at which two factors weigh less than the matrix: the integer K < M N / (M + N).

    >>> last_saving(300, 784), last_saving(4, 4)
    (216, 1)
    """
    return (outputs * inputs - 1) // (outputs + inputs)


def _share(state: live.State) -> float:
    return 100 * state["weights"][1] / state["weights"][0]


def _describe(state: live.State, guessed: float | None) -> str:
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


def _row(state: live.State) -> dict[str, str]:
    arms = {
        f"{arm}, %": spread(a) if np.isfinite(a).all() else "" for arm, a in state["here"].items()
    }
    return {
        "Layer": state["layer"],
        "Rank": str(state["rank"]),
        "Weights, % of one matrix": f"{_share(state):.1f}",
        **arms,
    }


def _draw(figure: Figure, result: LowRank, guessed: float | None) -> live.Update:
    *left, right = (
        figure.subplots(1, 2, width_ratios=(1, 1.25)) if result.weight else (figure.subplots(),)
    )
    pictures = [_draw_stripes(axes, result.weight or {}) for axes in left]
    title = right.set_title(" ")
    curves = _draw_curves(right, result, guessed)

    def update(state: live.State) -> list[Artist]:
        title.set_text(f"K = {state['rank']}: {_share(state):.1f} % of the weights")
        moved = [artist for picture in pictures for artist in picture(state)]
        return [*moved, title, *curves(state)]

    return update


def _draw_stripes(axes: Axes, weight: dict[str, np.ndarray]) -> live.Update:
    blank = np.full((2, 2, 4), 255, dtype=np.uint8)
    picture = axes.imshow(blank, extent=(0, 1, 0, 1), aspect="auto", interpolation="nearest")
    axes.set(xticks=[], yticks=[], xlabel="inputs", ylabel="outputs")
    tops = {layer: float(np.quantile(np.abs(matrix), 0.98)) for layer, matrix in weight.items()}
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        layer, rank = state["layer"], state["rank"]
        picture.set_data(signed_colours(*_thinned(state["stripes"], tops[layer])))
        title.set_text(f"{layer}, a sum of {rank} stripe{'s' * (rank > 1)}")
        return [picture, title]

    return move


def _thinned(stripes: np.ndarray, top: float) -> tuple[np.ndarray, float]:
    """At most 60 rows and 100 columns of them, in steps of an eighth, so that a picture is small.

    >>> _thinned(np.array([[0.1, -2.0]]), top=1.0)
    (array([[ 0.125, -1.   ]]), 1.0)
    """
    rows, columns = (-(-size // most) for size, most in zip(stripes.shape, (60, 100), strict=True))
    few = stripes[::rows, ::columns]
    return np.round(8 * np.clip(few / top, -1, 1)) / 8, 1.0


def _draw_curves(axes: Axes, result: LowRank, guessed: float | None) -> live.Update:
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
    live.draw_guess(axes, guessed)
    _label(axes, result)

    def move(state: live.State) -> list[Artist]:
        for arm, line in lines.items():
            line.set_ydata(state["runs"][arm].mean(axis=0))
        before.set_data(axes.get_xlim(), [state["before"].mean()] * 2)
        here.set_data([state["rank"]] * 2, [0, 100])
        last.set_data([state["last"]] * 2, [0, 100])
        word.set_x(state["last"])
        return [before, *lines.values(), here, last, word]

    return move


def _label(axes: Axes, result: LowRank) -> None:
    ranks = result.ranks
    last = [last_saving(*result.shapes[layer]) for layer in result.layers]
    right = 1.15 * max(*ranks, *last)
    axes.set(xscale="log", xlim=(0.85 * min(ranks), right), xlabel="rank K")
    axes.set(ylim=(0, 103), ylabel="test accuracy, %")
    shown = [rank for rank in (1, 2, 4, 8, 16, 32, 64, 128, 256) if min(ranks) <= rank <= right]
    axes.set_xticks(shown, [str(rank) for rank in shown])
    axes.minorticks_off()
    axes.grid(True, axis="y")
    axes.figure.legend(loc="outside lower center", ncols=3)
