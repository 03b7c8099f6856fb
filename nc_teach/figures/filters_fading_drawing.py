"""The picture of fading filters: the first layer's weights beside every layer's norms.

Each part draws once and returns its own ``move(state) -> artists``; an update moves both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach.figures.tiles import corners, signed_colours, tile
from nc_teach.live import style

COLUMNS, GAP = 5, 1

Move = Callable[[dict[str, Any]], list[Any]]


def draw(figure: Any, state: dict[str, Any], result: Any) -> Move:
    """Draw the still parts for ``filters_fading`` and return the function that moves the rest."""
    every = np.concatenate([filters.ravel() for filters in result.filters.values()])
    top = float(np.quantile(np.abs(every), 0.99)) or 1.0
    highest = max(float(n.max()) for layers in result.norms.values() for n in layers.values())
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.1))
    parts = (
        _draw_filters(left, state, next(iter(state["norms"])), top),
        _draw_norms(right, state, highest),
    )
    return lambda state: [artist for move in parts for artist in move(state)]


def _draw_filters(axes: Any, state: dict[str, Any], layer: str, top: float) -> Move:
    count, *shape = state["filters"].shape
    rows = -(-count // COLUMNS)

    def paper(state: dict[str, Any]) -> np.ndarray:
        shown = np.where(state["zero"][:, None, None], np.nan, state["filters"])
        return signed_colours(tile(shown, COLUMNS, rows, GAP), top)

    picture = axes.imshow(paper(state), interpolation="nearest")
    middles = corners(count, COLUMNS, shape, GAP) + np.array(shape[::-1]) / 2 - 0.5
    (crosses,) = axes.plot([], [], linestyle="", marker="x", markersize=20, markeredgewidth=1.5,
                           color=style.INK)  # fmt: skip
    axes.set_axis_off()
    axes.set_title(f"The {count} filters of {layer}, ✕ exactly zero")
    axes.text(0, -0.02, "weights: dark above zero, light below", transform=axes.transAxes, va="top")

    def move(state: dict[str, Any]) -> list[Any]:
        picture.set_data(paper(state))
        crosses.set_data(*middles[state["zero"]].T)
        return [picture, crosses]

    return move


def _draw_norms(axes: Any, state: dict[str, Any], highest: float) -> Move:
    longest = max(len(norms) for norms in state["norms"].values())
    dots = {}
    for number, layer in enumerate(state["norms"]):
        look = style.series(number)
        (dots[layer],) = axes.plot(
            [], [], look["marker"], color=look["color"], label=layer, clip_on=False,
            markersize=5 + 3 * number, fillstyle="none" if number else "full", zorder=5 - number,
        )  # fmt: skip
    axes.set(xlim=(0, longest + 1), ylim=(0, 1.05 * highest))
    axes.set(xlabel="filter, the largest first", ylabel="norm of its weights")
    axes.grid(True)
    title = axes.set_title(" ")

    def move(state: dict[str, Any]) -> list[Any]:
        for layer, norms in state["norms"].items():
            dots[layer].set_data(np.arange(1, len(norms) + 1), norms)
        parts = [f"{layer}: {n} of {all_} left" for layer, (n, all_) in state["left"].items()]
        title.set_text(", ".join(parts))
        return [*dots.values(), title]

    axes.figure.legend(loc="outside upper right", ncols=len(dots))  # nothing moves under it
    return move
