"""The grid of MSDNet: layers from left to right, scales from fine to coarse, exits at the bottom.

A node is the maps that one layer makes at one scale. It reads the maps of *all* earlier layers at
its own scale, and, with a stride of two, those of the next finer scale: so the coarsest scale,
where the exits sit, has coarse features from the first layer on. That is the paper's answer to
early exits that spoil what comes after them. Fine scales are given up on the way; the layer where
that happens is the last to read them. The slider runs through the layers; the scale says whose
inputs are drawn.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.multi_scale import Grid
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, LineCollection, Text

EXAMPLE = SimpleNamespace(layers=6, scales=3, exits=(2, 4, 6), first=(0, 0, 0, 0, 1, 1))
FINE, COARSE = style.COLOURS["sky"], style.COLOURS["blue"]
OWN, DOWN = style.COLOURS["green"], style.COLOURS["vermilion"]
Node = tuple[int, int]


def msdnet_grid(result: Grid | None = None) -> live.LiveFigure:
    """A live figure of MSDNet's grid.

    Parameters
    ----------
    result
        What ``claims.grid`` makes of a measured result. Nothing draws an example.

    Raises
    ------
    ValueError
        When ``first`` has not a scale for every layer, or an exit is no layer.
    """
    grid: Grid | SimpleNamespace = EXAMPLE if result is None else result
    layers, scales = int(grid.layers), int(grid.scales)
    if len(grid.first) != layers or not all(0 <= s < scales for s in grid.first):
        raise ValueError(
            f"result.first must be {layers} scales from 0 to {scales - 1}, got {list(grid.first)}"
        )
    if not grid.exits or not all(1 <= e <= layers for e in grid.exits):
        raise ValueError(f"result.exits must be layers from 1 to {layers}, got {list(grid.exits)}")
    made = getattr(grid, "provenance", None)
    names = {f"{s + 1}{_rank(s, scales)}": s for s in range(scales)}
    return live.LiveFigure(
        "MSDNet: every layer at every scale",
        [
            live.Slider("layer", "Layer", range(1, layers + 1), start=min(3, layers)),
            live.Choice("scale", "Inputs of scale", names, start=scales - 1),
        ],
        lambda values: _state(grid, **values),
        lambda figure, state: _draw(figure, grid),
        _describe,
        size=(900, 440),
        source=made.line()
        if made
        else "A drawing of the structure in the paper; nothing measured.",
    )


def _rank(scale: int, scales: int) -> str:
    return " (finest)" if scale == 0 else " (coarsest)" if scale == scales - 1 else ""


def feeds(layer: int, scale: int, first: Any) -> tuple[list[Node], list[Node]]:
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


def _state(grid: Grid | SimpleNamespace, layer: int, scale: int) -> live.State:
    computed = grid.first[layer - 1] <= scale
    own, finer = feeds(layer, scale, grid.first) if computed else ([], [])
    passed = [k for k, e in enumerate(grid.exits) if e <= layer]
    accuracy, cost = getattr(grid, "accuracy", None), getattr(grid, "cost", None)
    last = passed[-1] if passed else None
    return {
        "layer": layer,
        "scale": scale,
        "computed": computed,
        "own": own,
        "finer": finer,
        "exits": passed,
        "exit": last is not None and grid.exits[last] == layer,
        "accuracy": None
        if accuracy is None or last is None
        else 100 * np.asarray(accuracy, dtype=float)[:, last],
        "cost": None if cost is None or last is None else 100 * cost[last],
    }


def _describe(state: live.State) -> str:
    where = f"Layer {state['layer']}, scale {state['scale'] + 1}"
    if not state["computed"]:
        return f"{where} is not computed: so late, no exit would still use maps so fine."
    inputs = f"reads {len(state['own'])} earlier maps of its own scale"
    inputs += f" and {len(state['finer'])} of the next finer one"
    if state["layer"] == 1:
        inputs = "reads the finer maps beside it" if state["finer"] else "reads the image"
    passed = len(state["exits"])
    what = f"{where} {inputs}; {passed} {'exit has' if passed == 1 else 'exits have'} been passed"
    if state["accuracy"] is not None:
        what += f", the last of them reads {spread(state['accuracy'])} % right"
    if state["cost"] is not None:
        what += f" for {state['cost']:.0f} % of the MACs"
    return f"{what}."


def _draw(figure: Figure, grid: Grid | SimpleNamespace) -> live.Update:
    axes = figure.subplots()
    nodes = [
        (layer, scale)
        for layer in range(1, grid.layers + 1)
        for scale in range(grid.first[layer - 1], grid.scales)
    ]
    squares = axes.scatter(
        [n[0] for n in nodes],
        [-n[1] for n in nodes],
        s=[900 / 1.7 ** n[1] for n in nodes],
        marker="s",
        zorder=3,
        linewidth=1.5,
    )
    curves = _curves(axes)
    (empty,) = axes.plot([], [], "x", color=style.INK, markersize=18, mew=2.5)
    exits = _draw_exits(axes, grid)
    _label(axes, grid)
    title = axes.set_title(" ", fontsize=15)

    def update(state: live.State) -> list[Artist]:
        done = [n[0] <= state["layer"] for n in nodes]
        here = [n == (state["layer"], state["scale"]) for n in nodes]
        squares.set_facecolor(
            ["#111111" if h else COARSE if d else "white" for h, d in zip(here, done, strict=True)]
        )
        squares.set_edgecolor([style.INK if d else "#B5B5B5" for d in done])
        target = (state["layer"], state["scale"])
        empty.set_data(*([], []) if state["computed"] else ([target[0]], [-target[1]]))
        for collection, sources in zip(curves, (state["own"], state["finer"]), strict=True):
            collection.set_segments([_curve(source, target) for source in sources])
        for k, text in enumerate(exits):
            open_ = k in state["exits"]
            text.set_color(style.INK if open_ else "#767676")
            text.set_fontweight("bold" if open_ else "normal")
        title.set_text(_title(state))
        return [*curves, squares, empty, *exits, title]

    return update


def _curves(axes: Axes) -> list[LineCollection]:
    found: list[LineCollection] = []
    for colour, dash, label in ((OWN, "-", "same scale"), (DOWN, "--", "next finer, stride 2")):
        line = LineCollection([], color=colour, linewidth=3, linestyle=dash, zorder=2)
        line.set_antialiased(False)
        axes.add_collection(line)
        found.append(line)
        axes.plot([], [], color=colour, linestyle=dash, linewidth=3, label=label)
    axes.figure.legend(loc="outside lower right", ncols=2)
    return found


def _curve(source: Node, target: Node) -> np.ndarray:
    """A line between two nodes, bent upward where others of the same row lie between them."""
    t = np.linspace(0, 1, 25)
    (x0, s0), (x1, s1) = source, target
    bend = 0.12 * (x1 - x0) if s0 == s1 and x1 - x0 > 1 else 0.0
    return np.stack([x0 + t * (x1 - x0), -s0 - t * (s1 - s0) + 4 * bend * t * (1 - t)], axis=1)


def _draw_exits(axes: Axes, grid: Grid | SimpleNamespace) -> list[Text]:
    bottom = -grid.scales + 1
    arrow = {"arrowstyle": "-|>", "linewidth": 2, "color": style.INK}
    texts = []
    for k, layer in enumerate(grid.exits):
        axes.annotate("", (layer, bottom - 0.72), (layer, bottom - 0.18), arrowprops=arrow)
        texts.append(
            axes.text(layer, bottom - 0.76, f"exit {k + 1}", ha="center", va="top", fontsize=13)
        )
    return texts


def _label(axes: Axes, grid: Grid | SimpleNamespace) -> None:
    for scale in range(grid.scales):
        side = f"1/{2**scale} of the side" if scale else "full size"
        axes.text(0.45, -scale, f"scale {scale + 1}\n{side}", ha="right", va="center")
    axes.set(xlim=(-0.9, grid.layers + 0.5), ylim=(-grid.scales - 0.15, 0.62))
    for layer in range(1, grid.layers + 1):
        axes.text(layer, 0.5, f"{layer}", ha="center", va="center")
    axes.text(0.45, 0.5, "layer", ha="right", va="center")
    axes.set_axis_off()


def _title(state: live.State) -> str:
    if not state["computed"]:
        return "This node is left out: maps so fine are not needed so late"
    what = f"{len(state['own'])} maps of its own scale, {len(state['finer'])} finer ones"
    if state["exit"]:
        return f"{what}; here is exit {state['exits'][-1] + 1}"
    return what
