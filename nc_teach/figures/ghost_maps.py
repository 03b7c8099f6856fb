"""Ghosts: a feature map beside the one that a small filter makes from another map.

From left to right: the picture, another map, the 3 x 3 kernel that fits best, what it makes, and
the map that was to be made. Below, how well that works for every map of the layer, and with a map
picked at random instead of the best.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import style

PANELS = ("picture", "another map", "3 × 3 kernel", "its ghost", "the map itself")
KERNEL = 2  # the panel that shows a kernel and not a map


def ghost_maps(result: Any) -> live.LiveFigure:
    """A live figure of feature maps made from others, the best first.

    Parameters
    ----------
    result
        By layer ("layer 1", ...): ``maps`` (N x H x W, of one picture), ``source`` (N, which other
        map each is made from), ``kernels`` (N x 3 x 3), ``made`` (N x H x W), ``r2`` and
        ``random_r2`` (N). Beside them ``picture`` (H x W) and ``provenance``.
    """
    layers = list(result.maps)
    count = min(len(result.maps[layer]) for layer in layers)
    return live.LiveFigure(
        "Could this map be made from another one?",
        [
            live.Slider("rank", "Map, best first", range(1, count + 1), start=1),
            live.Choice("layer", "Layer", layers),
        ],
        lambda values: _state(result, values["layer"], values["rank"]),
        lambda figure, state: _draw(figure, result, count),
        _describe,
        size=(920, 440),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, p["layer"], p["rank"])) for p in points],
    )


def _state(result: Any, layer: str, rank: int) -> dict[str, Any]:
    scores = np.asarray(result.r2[layer], float)
    order = np.argsort(-scores, kind="stable")
    place = int(order[rank - 1])
    source = int(result.source[layer][place])
    return {
        "layer": layer,
        "rank": rank,
        "map": place,
        "source": source,
        "r2": float(scores[place]),
        "sorted": scores[order],
        "random": np.asarray(result.random_r2[layer], float)[order],
        "panels": (
            np.asarray(result.picture, float),
            np.asarray(result.maps[layer][source], float),
            np.asarray(result.kernels[layer][place], float),
            np.asarray(result.made[layer][place], float),
            np.asarray(result.maps[layer][place], float),
        ),
    }


def _describe(state: dict[str, Any]) -> str:
    return (
        f"Map {state['map'] + 1} of {state['layer']}, made from map {state['source'] + 1} by a "
        f"3 x 3 kernel: {_explains(state['r2'])} of what varies in it; from a map picked at "
        f"random {100 * state['random'][state['rank'] - 1]:.0f} %. Middle of the layer: "
        f"{100 * np.median(state['sorted']):.0f} %."
    )


def _explains(r2: float) -> str:
    return f"{100 * r2:.0f} %"


def _row(state: dict[str, Any]) -> dict[str, str]:
    return {
        "Layer": state["layer"],
        "Map": str(state["map"] + 1),
        "From map": str(state["source"] + 1),
        "R²": f"{state['r2']:.2f}",
        "R², random source": f"{state['random'][state['rank'] - 1]:.2f}",
    }


def _draw(figure: Any, result: Any, count: int) -> Callable[[dict[str, Any]], list[Any]]:
    axes = figure.subplot_mosaic([list(PANELS), ["scores"] * len(PANELS)], height_ratios=(1.2, 1))
    panels = [_panel(axes[name], name) for name in PANELS]
    scores = _draw_scores(axes["scores"], count)
    symbols = ("", "", "∗", "=", "≈")
    for name, symbol in zip(PANELS, symbols, strict=True):
        axes[name].set_ylabel(symbol, rotation=0, fontsize=20, va="center", ha="center", labelpad=10)
    title = axes["scores"].set_title(" ")

    def update(state: dict[str, Any]) -> list[Any]:
        most = [np.abs(values).max() for values in state["panels"]]
        most[-2] = most[-1]  # the ghost on the scale of the map
        for place, (picture, values) in enumerate(zip(panels, state["panels"], strict=True)):
            picture.set_data(_grey(values, most[place], signed=place == KERNEL))
        title.set_text(
            f"{state['layer']}: the ghost explains {_explains(state['r2'])} of map "
            f"{state['map'] + 1}"
        )
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


def _draw_scores(axes: Any, count: int) -> Callable[[dict[str, Any]], list[Any]]:
    ranks = np.arange(1, count + 1)
    (best,) = axes.plot(ranks, 0 * ranks, label="best other map", **style.series(0))
    looks = {**style.series(1), "linestyle": ""}
    (random,) = axes.plot(ranks, 0 * ranks, label="a map picked at random", **looks)
    (here,) = axes.plot([], [], "o", markersize=15, markerfacecolor="none",
                        markeredgecolor=style.INK, markeredgewidth=2.5)  # fmt: skip
    axes.set(xlim=(0.3, count + 0.7), ylim=(-0.08, 1.08), xlabel="map, best first",
             ylabel="R²: share explained")  # fmt: skip
    axes.figure.legend(loc="outside lower center", ncols=2)

    def move(state: dict[str, Any]) -> list[Any]:
        best.set_data(ranks, state["sorted"][:count])
        random.set_data(ranks, np.clip(state["random"][:count], 0, 1))
        here.set_data([state["rank"]], [state["r2"]])
        return [best, random, here]

    return move
