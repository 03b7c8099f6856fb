"""The picture of fading filters: the first layer's weights beside every layer's norms.

Each part draws once and returns its own ``move(state) -> artists``; an update moves both.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.fading import Fading
from nc_teach.figures.tiles import corners, signed_colours, tile
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

COLUMNS, GAP = 5, 1


def draw(figure: Figure, state: live.State, result: Fading) -> live.Update:
    """Draw the still parts for ``filters_fading`` and return the function that moves the rest."""
    every = np.concatenate([filters.ravel() for filters in result.filters.values()])
    top = float(np.quantile(np.abs(every), 0.99)) or 1.0
    norms = np.concatenate([n.ravel() for one in result.norms.values() for n in one.values()])
    floor, highest = (float(end) for end in np.quantile(norms[norms > 0], (0, 1)))
    floor = max(floor, 1e-4 * highest)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.1))
    parts = (
        _draw_filters(left, state, next(iter(state["norms"])), top),
        _draw_norms(right, state, floor, highest),
    )
    return lambda state: [artist for move in parts for artist in move(state)]


def _draw_filters(axes: Axes, state: live.State, layer: str, top: float) -> live.Update:
    count, *shape = state["filters"].shape
    rows = -(-count // COLUMNS)

    def paper(state: live.State) -> np.ndarray:
        shown = np.where(state["zero"][:, None, None], np.nan, state["filters"])
        return signed_colours(tile(shown, COLUMNS, rows, GAP), top)

    picture = axes.imshow(paper(state), interpolation="nearest")
    middles = corners(count, COLUMNS, shape, GAP) + np.array(shape[::-1]) / 2 - 0.5
    (crosses,) = axes.plot(
        [], [], linestyle="", marker="x", markersize=20, markeredgewidth=1.5, color=style.INK
    )
    axes.set_axis_off()
    axes.set_title(f"The {count} filters of {layer}, ✕ exactly zero")
    axes.text(0, -0.02, "weights: dark above zero, light below", transform=axes.transAxes, va="top")

    def move(state: live.State) -> list[Artist]:
        picture.set_data(paper(state))
        crosses.set_data(*middles[state["zero"]].T)
        return [picture, crosses]

    return move


def _draw_norms(axes: Axes, state: live.State, floor: float, highest: float) -> live.Update:
    """Dots on a logarithmic axis, where zero has no place: it gets rows of crosses below."""
    dots, crosses = {}, {}
    for number, layer in enumerate(state["norms"]):
        look = style.series(number)
        (dots[layer],) = axes.plot(
            [],
            [],
            look["marker"],
            color=look["color"],
            label=layer,
            markersize=6,
            fillstyle="none" if number else "full",
            zorder=5 - number,
        )
        (crosses[layer],) = axes.plot([], [], "x", color=look["color"], markersize=6)
    rows = {layer: floor / 2.5 ** (number + 1) for number, layer in enumerate(dots)}
    lowest = min(rows.values()) / 2
    longest = max(len(norms) for norms in state["norms"].values())
    axes.set(xlim=(0, longest + 1), ylim=(lowest, 2 * highest), yscale="log")
    decades = 10.0 ** np.arange(np.ceil(np.log10(floor)), np.log10(2 * highest))
    middle = float(np.sqrt(min(rows.values()) * max(rows.values())))
    axes.set_yticks([middle, *decades], ["0", *(f"{d:g}" for d in decades)])
    axes.minorticks_off()
    axes.axhspan(lowest, floor / 1.4, color=style.GREY, alpha=0.15, linewidth=0)
    axes.set(xlabel="filter, the largest first", ylabel="norm of its weights")
    axes.grid(True)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        for layer, norms in state["norms"].items():
            places, zero = np.arange(1, len(norms) + 1), norms == 0
            dots[layer].set_data(places[~zero], np.maximum(norms[~zero], floor))
            crosses[layer].set_data(places[zero], np.full(zero.sum(), rows[layer]))
        parts = [f"{layer}: {n} of {all_}" for layer, (n, all_) in state["left"].items()]
        title.set_text(f"Left of {', '.join(parts)}")
        return [*dots.values(), *crosses.values(), title]

    axes.figure.legend(loc="outside upper right", ncols=len(dots))  # nothing moves under it
    return move
