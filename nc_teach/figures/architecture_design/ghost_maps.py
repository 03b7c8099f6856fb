"""Ghosts: a feature map beside the one that a small filter makes from another map.

From left to right: another map, the 3 x 3 kernel that fits best, what it makes, and the map that
was to be made. Below, how well that works for every map of the layer; with a map picked at random
instead of the best; and in a network that has not been trained.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import style

PANELS = ("another map", "3 × 3 kernel", "its ghost", "the map itself")
KERNEL, GHOST, ITSELF = 1, 2, 3  # which panel shows what
CURVES = {
    "best other map": ("trained", "best"),
    "a map picked at random": ("trained", "random"),
    "best, untrained network": ("untrained", "best"),
}


def ghost_maps(result: Any) -> live.LiveFigure:
    """A live figure of feature maps made from others, and of how well that works on the whole.

    Parameters
    ----------
    result
        What ``claims.architecture_design.ghost_maps`` returns: ``pairs`` (list of dicts with
        "layer", "map", "source", "kernel", "fitted" and "r2"), ``r2[net][layer][pick]`` (seeds x
        maps; net "trained" or "untrained", pick "best" or "random") and ``provenance``.
    """
    count = len(result.pairs)
    return live.LiveFigure(
        "Could this map be made from another one?",
        [live.Slider("pair", "Pair", range(1, count + 1), start=1)],
        lambda values: _state(result, values["pair"] - 1),
        lambda figure, state: _draw(figure, result),
        _describe,
        size=(880, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, place)) for place in range(count)],
    )


def _state(result: Any, place: int) -> dict[str, Any]:
    pair = result.pairs[place]
    curves = {
        name: _sorted(result.r2[net][pair["layer"]][pick]) for name, (net, pick) in CURVES.items()
    }
    keys = ("source", "kernel", "fitted", "map")
    return {
        "layer": pair["layer"],
        "r2": float(pair["r2"]),
        "panels": tuple(np.asarray(pair[key], float) for key in keys),
        "curves": curves,
        "good": {name: 100 * float(np.mean(curve >= 0.8)) for name, curve in curves.items()},
    }


def _sorted(r2: Any) -> np.ndarray:
    """The numbers of all maps, largest first, without those of maps that are zero everywhere.

    >>> _sorted([[0.2, float("nan")], [0.9, 0.5]]).tolist()
    [0.9, 0.5, 0.2]
    """
    numbers = np.asarray(r2, float).ravel()
    return np.sort(numbers[np.isfinite(numbers)])[::-1]


def _describe(state: dict[str, Any]) -> str:
    good = ", ".join(f"{name} {share:.0f} %" for name, share in state["good"].items())
    return (
        f"{state['layer'].capitalize()}: this ghost explains {100 * state['r2']:.0f} % of what "
        f"varies in the map. Maps of this layer that are explained to 80 % or more: {good}."
    )


def _row(state: dict[str, Any]) -> dict[str, str]:
    return {"Layer": state["layer"], "R²": f"{state['r2']:.2f}"}


def _draw(figure: Any, result: Any) -> Callable[[dict[str, Any]], list[Any]]:
    axes = figure.subplot_mosaic([list(PANELS), ["scores"] * len(PANELS)], height_ratios=(1.2, 1))
    panels = [_panel(axes[name], name) for name in PANELS]
    scores = _draw_scores(axes["scores"])
    for name, symbol in zip(PANELS, ("", "∗", "=", "≈"), strict=True):
        axes[name].set_ylabel(
            symbol, rotation=0, fontsize=20, va="center", ha="center", labelpad=18
        )
    title = axes["scores"].set_title(" ")

    def update(state: dict[str, Any]) -> list[Any]:
        most = [np.abs(values).max() for values in state["panels"]]
        most[GHOST] = most[ITSELF]  # the ghost on the scale of the map
        for place, (picture, values) in enumerate(zip(panels, state["panels"], strict=True)):
            picture.set_data(_grey(values, most[place], signed=place == KERNEL))
        title.set_text(f"All maps of {state['layer']}, and this ghost: R² = {state['r2']:.2f}")
        return [*panels, *scores(state), title]

    return update


def _grey(values: np.ndarray, most: float, signed: bool) -> np.ndarray:
    """As shades, uint8 RGBA: ``most`` is black; white is 0 for a map and -most for a kernel.

    >>> _grey(np.array([[0.0, 2.0]]), 2.0, signed=False)[0, :, 0].tolist()
    [255, 0]
    >>> _grey(np.array([[-1.0, 0.0, 1.0]]), 1.0, signed=True)[0, :, 0].tolist()
    [255, 128, 0]
    """
    most = most or 1.0
    share = (values / most + 1) / 2 if signed else np.clip(values / most, 0, 1)
    shade = (255 * (1 - share)).round().astype(np.uint8)[..., None]
    return np.concatenate([shade, shade, shade, np.full_like(shade, 255)], axis=2)


def _panel(axes: Any, name: str) -> Any:
    axes.set(xticks=[], yticks=[])
    axes.set_title(name, loc="center")
    for spine in axes.spines.values():
        spine.set_visible(True)
    blank = np.full((2, 2, 4), 255, dtype=np.uint8)
    return axes.imshow(blank, interpolation="nearest", extent=(0, 1, 0, 1))


def _draw_scores(axes: Any) -> Callable[[dict[str, Any]], list[Any]]:
    """R² of every map, sorted, as a share of the maps; returns ``move(state)``."""
    lines = {
        name: axes.plot([], [], label=name, **{**style.series(number), "marker": ""})[0]
        for number, name in enumerate(CURVES)
    }
    (here,) = axes.plot([], [], "o", markersize=13, markerfacecolor="none",
                        markeredgecolor=style.INK, markeredgewidth=2.5)  # fmt: skip
    axes.set(xlim=(0, 100), ylim=(-0.05, 1.1), xlabel="% of the layer's maps, best first",
             ylabel="R²")  # fmt: skip
    axes.figure.legend(loc="outside lower center", ncols=3)

    def move(state: dict[str, Any]) -> list[Any]:
        for name, curve in state["curves"].items():
            share = 100 * (np.arange(len(curve)) + 0.5) / len(curve)
            lines[name].set_data(share, np.clip(curve, 0, 1))
        best = state["curves"]["best other map"]
        place = np.abs(best - state["r2"]).argmin()
        here.set_data([100 * (place + 0.5) / len(best)], [state["r2"]])
        return [*lines.values(), here]

    return move
