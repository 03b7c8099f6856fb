"""The line of a weight agnostic network, replayed: from a few connections to the network found.

Left, the network as it was in the chosen generation; what is new since the last position of the
slider is drawn strong. Lines that begin in a pixel are drawn on demand. Right, its accuracy under
the six shared weights: the mean, and from the worst to the best.
"""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.why_pruning.topology import STRONG, Graph, between_nodes, cursor_on
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D

if TYPE_CHECKING:
    from nc_teach.claims.why_pruning.topologies import Evolution

STEPS = 12  # positions of the slider
NEW = style.COLOURS["vermilion"]


def evolution(line: "Evolution") -> live.LiveFigure:
    """A live figure that replays how a network was found."""
    shown = generations_shown(line.generations)
    return live.LiveFigure(
        "How the network was found",
        [
            live.Slider("generation", "Generation", shown, start=shown[len(shown) // 3]),
            live.Toggle("pixels", "Draw the lines from the pixels"),
        ],
        lambda values: _state(line, shown, **values),
        lambda figure, state: _build(figure, line),
        _describe,
        size=(940, 440),
        source=line.provenance.line(),
    )


def generations_shown(count: int) -> list[int]:
    """At most ``STEPS`` + 1 generations from 1 to ``count``, evenly.

    >>> generations_shown(3), len(generations_shown(500))
    ([1, 2, 3], 13)
    """
    return sorted({int(g) for g in np.linspace(1, count, STEPS + 1).round()})


def _state(line: "Evolution", shown: list[int], generation: int, pixels: bool) -> live.State:
    """The youngest ancestor there was, which of its connections are drawn, and which are new."""
    before = shown[max(0, shown.index(generation) - 1)]
    old, now = np.searchsorted(line.born, (before, generation), side="right") - 1
    network, each = line.networks[now], 100 * line.accuracy[now]
    return {
        "generation": generation,
        "changes": now,
        "network": network,
        "drawn": list(network.connections) if pixels else between_nodes(network),
        "new": set(network.connections) - set(line.networks[old].connections),
        "each": each,
        "accuracy": each.mean(),
    }


def _describe(state: live.State) -> str:
    network, each = state["network"], state["each"]
    known = Counter(network.activations[k] for k in network.hidden).most_common(3)
    kinds = ", ".join(f"{count} {name}" for name, count in known)
    return (
        f"Generation {state['generation']}, after {state['changes']} changes: "
        f"{len(network.connections)} connections, {len(network.hidden)} hidden nodes"
        f"{f' (most: {kinds})' if kinds else ''}; test accuracy {state['accuracy']:.1f} %, "
        f"from {each.min():.1f} to {each.max():.1f} % by the shared weight."
    )


def _build(figure: Figure, line: "Evolution") -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    graph = Graph(left, line.networks[-1])
    title = left.set_title("", antialiased=False)
    new = Line2D([], [], color=NEW, linewidth=2.5, label="new")
    older = Line2D([], [], color=STRONG, label="older")
    figure.legend(handles=[new, older], loc="outside lower left", ncols=2)
    move = _draw_accuracy(right, line)
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=3)
    xy = np.array(graph.nodes.get_offsets())

    def update(state: live.State) -> list[Artist]:
        hidden, drawn = len(state["network"].hidden), state["drawn"]
        fresh = [c in state["new"] for c in drawn]
        graph.lines.set_segments(graph.segments(drawn))
        graph.lines.set_linewidth([2.5 if new else 1.2 for new in fresh])
        graph.lines.set_color([NEW if new else STRONG for new in fresh])
        graph.nodes.set_offsets(np.where(np.arange(len(xy))[:, None] < hidden, xy, np.nan))
        known = len(state["network"].connections)
        title.set_text(f"{hidden} hidden nodes, {len(drawn)} of {known} connections drawn")
        return [graph.lines, graph.nodes, *graph.outputs, title, *move(state)]

    return update


def _draw_accuracy(axes: Axes, line: "Evolution") -> live.Update:
    """Accuracy by generation, drawn in steps; returns ``move(state) -> artists``."""
    born = [*line.born, line.generations]
    accuracy = 100 * np.concatenate([line.accuracy, line.accuracy[-1:]])
    least, most = accuracy.min(axis=1), accuracy.max(axis=1)
    band = axes.fill_between(born, least, most, step="post", label="worst to best weight")
    band.set(color=style.COLOURS["sky"], alpha=0.45, linewidth=0)
    blue, mean = style.COLOURS["blue"], accuracy.mean(axis=1)
    axes.step(born, mean, where="post", color=blue, label="mean of six weights")
    chance = 100 / line.networks[0].outputs
    axes.axhline(chance, color=style.INK, linestyle=":", label="chance")
    axes.set(xlim=(0, 1.03 * line.generations), ylim=(0, 100))
    axes.set(xlabel="generation", ylabel="test accuracy, %")
    axes.grid(True)
    return cursor_on(axes, "generation")
