"""The grid of MSDNet: layers from left to right, scales from fine to coarse, exits at the bottom.

A node is the maps that one layer makes at one scale. It reads the maps of *all* earlier layers at
its own scale, and, with a stride of two, those of the next finer scale: so the coarsest scale,
where the exits sit, has coarse features from the first layer on. That is the paper's answer to
early exits that spoil what comes after them. Fine scales are given up on the way; the layer where
that happens is the last to read them. The slider runs through the layers; the scale says whose
inputs are drawn. Nothing is computed before it is needed, so what the chosen maps need has a
colour, and the exit is named that is the first to need them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, LineCollection, Text

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.multi_scale import Grid

Node: TypeAlias = tuple[int, int]  # layer from 1, scale from 0
CHOSEN = "#111111"
KEY = {"chosen": CHOSEN, "needed for it": style.COLOURS["blue"], "not needed": "white"}


def msdnet_grid(result: "Grid") -> live.LiveFigure:
    """A live figure of MSDNet's grid, as ``claims.grid`` makes it of a measured result."""
    layers, scales = result.layers, result.scales
    ranks = [" (finest)", *[""] * (scales - 2), " (coarsest)"]
    names = {f"{s + 1}{rank}": s for s, rank in enumerate(ranks)}
    return live.LiveFigure(
        "MSDNet: every layer at every scale",
        [
            live.Slider("layer", "Layer", range(1, layers + 1), start=min(3, layers)),
            live.Choice("scale", "Inputs of scale", names, start=scales - 1),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, result),
        lambda state: _describe(state, result),
        size=(900, 440),
        source=result.provenance.line(),
    )


def feeds(layer: int, scale: int, first: Sequence[int]) -> tuple[list[Node], list[Node]]:
    """What a node reads: maps of its own scale, and maps of the next finer one, as (layer, scale).

    Layers count from 1, scales from 0. The first layer's coarse maps come from its finer ones.

    >>> feeds(3, 1, first=(0, 0, 0))
    ([(1, 1), (2, 1)], [(1, 0), (2, 0)])
    >>> feeds(1, 1, first=(0, 0, 0))
    ([], [(1, 0)])
    """
    if layer == 1:
        return [], [(1, scale - 1)] if scale > first[0] else []
    own = [(k, scale) for k in range(1, layer) if first[k - 1] <= scale]
    given_up = first[layer - 2] > scale - 1
    finer = [(k, scale - 1) for k in range(1, layer) if first[k - 1] <= scale - 1]
    return own, [] if given_up else finer


def _state(grid: "Grid", layer: int, scale: int) -> live.State:
    computed = grid.first[layer - 1] <= scale
    own, finer = feeds(layer, scale, grid.first) if computed else ([], [])
    return {
        "node": (layer, scale),
        "computed": computed,
        "own": own,
        "finer": finer,
        "needed": needed(layer, scale, grid.first) if computed else set(),
        "exit": first_exit(layer, scale, grid) if computed else 0,
    }


def needed(layer: int, scale: int, first: Sequence[int]) -> set[Node]:
    """A node and all that must be computed before it.

    >>> sorted(needed(2, 1, first=(0, 0, 0)))
    [(1, 0), (1, 1), (2, 1)]
    """
    found, ahead = set(), [(layer, scale)]
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead += [before for part in feeds(*node, first) for before in part]
    return found


def first_exit(layer: int, scale: int, grid: "Grid") -> int:
    """Which exit, counted from 1, is the first that needs a node; 0 where none does."""
    for number, place in enumerate(grid.exits, 1):
        if (layer, scale) in needed(place, grid.scales - 1, grid.first):
            return number
    return 0


def _describe(state: live.State, grid: "Grid") -> str:
    (layer, scale), number = state["node"], state["exit"]
    where = f"Layer {layer}, scale {scale + 1}"
    if not state["computed"]:
        return f"{where} is not computed: so late, no exit would still use maps so fine."
    inputs = f"reads {len(state['own'])} earlier maps of its own scale"
    inputs += f" and {len(state['finer'])} of the next finer one"
    if layer == 1:
        inputs = "reads the finer maps beside it" if state["finer"] else "reads the image"
    right, cost = spread(100 * grid.accuracy[:, number - 1]), 100 * grid.cost[number - 1]
    return (
        f"{where} {inputs}. The first exit that needs it is exit {number}, which gets {right} % "
        f"right for {cost:.0f} % of the MACs."
    )


def _draw(figure: Figure, grid: "Grid") -> live.Update:
    axes = figure.subplots()
    nodes = [
        (layer, scale)
        for layer in range(1, grid.layers + 1)
        for scale in range(grid.first[layer - 1], grid.scales)
    ]
    squares = axes.scatter(
        [layer for layer, _ in nodes],
        [-scale for _, scale in nodes],
        s=[900 / 1.7**scale for _, scale in nodes],
        marker="s",
        zorder=3,
        linewidth=1.5,
    )
    lines = {
        "own": _lines(axes, "green", "-", "same scale"),
        "finer": _lines(axes, "vermilion", "--", "next finer scale"),
    }
    (empty,) = axes.plot([], [], "x", color=style.INK, markersize=18, mew=2.5)
    exits = _draw_exits(axes, grid)
    _label(axes, grid)
    title = axes.set_title(" ", fontsize=15)

    def update(state: live.State) -> list[Artist]:
        layer, scale = state["node"]
        done = dict.fromkeys(state["needed"], style.COLOURS["blue"])
        faces = {**done, state["node"]: CHOSEN}
        squares.set_facecolor([faces.get(node, "white") for node in nodes])
        squares.set_edgecolor([style.INK if node in done else "#B5B5B5" for node in nodes])
        empty.set_data(*([], []) if state["computed"] else ([layer], [-scale]))
        for which, collection in lines.items():
            collection.set_segments([_curve(node, state["node"]) for node in state[which]])
        for k, text in enumerate(exits):
            text.set_color(style.INK if k + 1 == state["exit"] else "#767676")
            text.set_fontweight("bold" if k + 1 == state["exit"] else "normal")
        title.set_text(_title(state))
        return [*lines.values(), squares, empty, *exits, title]

    return update


def _lines(axes: Axes, colour: str, dash: str, label: str) -> LineCollection:
    look: dict[str, Any] = {"color": style.COLOURS[colour], "linestyle": dash, "linewidth": 3}
    lines = LineCollection([], zorder=2, antialiased=False, **look)
    axes.add_collection(lines)
    axes.plot([], [], label=label, **look)
    return lines


def _curve(source: Node, target: Node) -> np.ndarray:
    """A line between two nodes, bent upward where others of the same row lie between them."""
    t = np.linspace(0, 1, 25)
    (x0, s0), (x1, s1) = source, target
    bend = 0.12 * (x1 - x0) if s0 == s1 and x1 - x0 > 1 else 0.0
    return np.stack([x0 + t * (x1 - x0), -s0 - t * (s1 - s0) + 4 * bend * t * (1 - t)], axis=1)


def _draw_exits(axes: Axes, grid: "Grid") -> list[Text]:
    bottom = -grid.scales + 1
    arrow = {"arrowstyle": "-|>", "linewidth": 2, "color": style.INK}
    look: dict[str, Any] = {"ha": "center", "va": "top", "fontsize": 13}
    for layer in grid.exits:
        axes.annotate("", (layer, bottom - 0.72), (layer, bottom - 0.18), arrowprops=arrow)
    return [
        axes.text(layer, bottom - 0.76, f"exit {k}", **look)
        for k, layer in enumerate(grid.exits, 1)
    ]


def _label(axes: Axes, grid: "Grid") -> None:
    for scale in range(grid.scales):
        side = f"1/{2**scale} of the side" if scale else "full size"
        axes.text(0.45, -scale, f"scale {scale + 1}\n{side}", ha="right", va="center")
    axes.set(xlim=(-0.9, grid.layers + 0.5), ylim=(-grid.scales - 0.15, 0.62))
    for layer in range(1, grid.layers + 1):
        axes.text(layer, 0.5, f"{layer}", ha="center", va="center")
    axes.text(0.45, 0.5, "layer", ha="right", va="center")
    axes.set_axis_off()
    for label, colour in KEY.items():
        axes.scatter([], [], s=130, marker="s", color=colour, edgecolor=style.INK, label=label)
    axes.figure.legend(loc="outside lower right", ncols=5, fontsize=13, columnspacing=1.2)


def _title(state: live.State) -> str:
    if not state["computed"]:
        return "This node is left out: maps so fine are not needed so late"
    (layer, scale), own, finer = state["node"], len(state["own"]), len(state["finer"])
    what = f"{own} maps of its own scale and {finer} finer ones"
    if layer == 1:
        what = "the finer maps beside it" if finer else "the image"
    return f"Layer {layer}, scale {scale + 1} reads {what}"
