"""Filters that fade to exactly zero: a convolution under group lasso, moment by moment.

Left, the filters of the first convolution as pictures; one that is exactly zero is an empty square
with a cross. Right, the norm of every filter of every layer, the largest first, on a logarithmic
axis; exact zeros have a row of their own, for a norm of 0.001 is not zero. Unlike a magnitude cut,
nobody picks the filters: the penalty pulls at all of them while the task's loss pulls back.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.tiles import corners, signed_colours, tile
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.network_pruning.fading import Fading

FREE = "no penalty"  # the variant that the sentence compares with
COLUMNS, GAP = 5, 1


def filters_fading(result: "Fading") -> live.LiveFigure:
    """A live figure of ``claims.network_pruning.watch_filters_fade``'s result."""
    return live.LiveFigure(
        "Which filters fade?",
        [
            live.Slider("epochs", "Epochs", result.epochs, start=result.epochs[-1], format=_epochs),
            live.Choice("variant", "Train with", list(result.filters)),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _build(figure, state, result),
        _describe,
        size=(860, 400),
        source=result.provenance.line(),
        table=lambda points: _table(result),
    )


def _state(result: "Fading", epochs: float, variant: str) -> live.State:
    now = int(np.argmin(np.abs(result.epochs - epochs)))
    norms = {layer: np.sort(n[now])[::-1] for layer, n in result.norms[variant].items()}
    return {
        "epochs": _epochs(epochs),
        "variant": variant,
        "filters": result.filters[variant][now],
        "norms": norms,
        "left": {layer: f"{(n > 0).sum()} of {len(n)}" for layer, n in norms.items()},
        "smallest": min(n[-1] for n in norms.values()),
        "free": min(n[now].min() for n in result.norms[FREE].values()),
    }


def _describe(state: live.State) -> str:
    (first, count), *others = state["left"].items()
    left = [f"{count} filters of {first}", *(f"{count} of {layer}" for layer, count in others)]
    what = (
        f"After {state['epochs']} epochs with {state['variant']}: {' and '.join(left)} are not zero"
    )
    smallest, free = _norm(state["smallest"]), _norm(state["free"])
    if state["variant"] == FREE:
        return f"{what}; the smallest norm is {free}."
    if state["smallest"] > 0:
        return f"{what}; the smallest norm is {smallest}, without the penalty {free}."
    return f"{what}; without the penalty the smallest norm is {free}."


def _table(result: "Fading") -> list[dict[str, str]]:
    states = [_state(result, e, variant) for variant in result.filters for e in result.epochs]
    return [
        {
            "Trained with": state["variant"],
            "Epochs": state["epochs"],
            **{f"{layer}, not zero": count for layer, count in state["left"].items()},
            **{f"{layer}, smallest norm": _norm(n[-1]) for layer, n in state["norms"].items()},
        }
        for state in states
    ]


def _norm(value: float) -> str:
    """A norm to two decimals, or four where two would make a small one look like zero.

    >>> _norm(0.5284), _norm(0.0011), _norm(0.0)
    ('0.53', '0.0011', '0.00')
    """
    return f"{value:.4f}" if 0 < value < 0.005 else f"{value:.2f}"


def _epochs(value: float) -> str:
    """An epoch to two decimals at most.

    >>> _epochs(0.142857), _epochs(2.0)
    ('0.14', '2')
    """
    return f"{round(value, 2):g}"


def _build(figure: Figure, state: live.State, result: "Fading") -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.1))
    return live.together(_draw_filters(left, state, result), _draw_norms(right, result))


def _draw_filters(axes: Axes, state: live.State, result: "Fading") -> live.Update:
    every = np.concatenate([filters.ravel() for filters in result.filters.values()])
    top = float(np.quantile(np.abs(every), 0.99)) or 1.0
    count, *shape = state["filters"].shape
    rows = -(-count // COLUMNS)

    def paper(filters: np.ndarray) -> np.ndarray:
        shown = np.where(filters.any(axis=(1, 2), keepdims=True), filters, np.nan)
        return signed_colours(tile(shown, COLUMNS, rows, GAP), top)

    picture = axes.imshow(paper(state["filters"]), interpolation="nearest")
    middles = corners(count, COLUMNS, shape, GAP) + np.array(shape[::-1]) / 2 - 0.5
    (crosses,) = axes.plot([], [], "x", markersize=20, markeredgewidth=1.5, color=style.INK)
    axes.set_axis_off()
    axes.set_title(f"The {count} filters of {next(iter(state['norms']))}, ✕ exactly zero")
    axes.text(0, -0.02, "weights: dark above zero, light below", transform=axes.transAxes, va="top")

    def move(state: live.State) -> list[Artist]:
        picture.set_data(paper(state["filters"]))
        crosses.set_data(*middles[~state["filters"].any(axis=(1, 2))].T)
        return [picture, crosses]

    return move


def _draw_norms(axes: Axes, result: "Fading") -> live.Update:
    """Dots on a logarithmic axis, where zero has no place: it gets rows of crosses below."""
    layers = result.norms[FREE]
    norms = np.concatenate([n.ravel() for one in result.norms.values() for n in one.values()])
    highest = norms.max()
    floor = max(norms[norms > 0].min(), 1e-4 * highest)
    rows = {layer: floor / 2.5 ** (number + 1) for number, layer in enumerate(layers)}
    dots, crosses = {}, {}
    for number, layer in enumerate(layers):
        look = {**style.series(number), "linestyle": "", "markersize": 6}
        (dots[layer],) = axes.plot([], [], **look, label=layer, zorder=5 - number)
        dots[layer].set_fillstyle("none" if number else "full")
        (crosses[layer],) = axes.plot([], [], **{**look, "marker": "x"})
    _label_axes(axes, floor, highest, list(rows.values()))
    axes.set(xlim=(0, max(n.shape[1] for n in layers.values()) + 1))
    title = axes.set_title(" ")
    axes.figure.legend(loc="outside upper right", ncols=len(dots))  # nothing moves under it

    def move(state: live.State) -> list[Artist]:
        for layer, norms in state["norms"].items():
            places, zero = np.arange(1, len(norms) + 1), norms == 0
            dots[layer].set_data(places[~zero], np.maximum(norms[~zero], floor))
            crosses[layer].set_data(places[zero], np.full(zero.sum(), rows[layer]))
        left = ", ".join(f"{layer}: {count}" for layer, count in state["left"].items())
        title.set_text(f"Left of {left}")
        return [*dots.values(), *crosses.values(), title]

    return move


def _label_axes(axes: Axes, floor: float, highest: float, rows: list[float]) -> None:
    lowest = min(rows) / 2
    axes.set(ylim=(lowest, 2 * highest), yscale="log")
    decades = 10.0 ** np.arange(np.ceil(np.log10(floor)), np.log10(2 * highest))
    middle = float(np.sqrt(min(rows) * max(rows)))
    axes.set_yticks([middle, *decades], ["0", *(f"{d:g}" for d in decades)])
    axes.minorticks_off()
    axes.axhspan(lowest, floor / 1.4, color=style.GREY, alpha=0.15, linewidth=0)
    axes.set(xlabel="filter, the largest first", ylabel="norm of its weights")
    axes.grid(True)
