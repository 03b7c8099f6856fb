"""The line of a weight agnostic network, replayed: from a few connections to the network found.

Left, the network as it was in the chosen generation; what is new since the last position of the
slider is drawn strong. Right, its accuracy under the six shared weights: the mean, and from the
worst to the best.
"""

from collections import Counter

import numpy as np

from nc_teach import live
from nc_teach.claims.why_pruning.topologies import Evolution
from nc_teach.figures.why_pruning.topology import PALE, STRONG, Graph, cursor_on
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D

STEPS = 12  # positions of the slider


def evolution(line: Evolution) -> live.LiveFigure:
    """A live figure that replays how a network was found.

    Raises ``ValueError`` when networks, generations and accuracies are not equally many.
    """
    counts = [len(line.networks), len(line.born), len(line.accuracy)]
    if len(set(counts)) > 1 or not counts[0]:
        raise ValueError(
            "line must hold as many networks as generations and accuracies, at least one, "
            f"got {counts[0]}, {counts[1]} and {counts[2]}"
        )
    shown = generations_shown(line.generations)
    return live.LiveFigure(
        "How the network was found",
        [live.Slider("generation", "Generation", shown, start=shown[len(shown) // 3])],
        lambda values: _state(line, shown, values["generation"]),
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


def _alive(line: Evolution, generation: int) -> int:
    """The place of the youngest ancestor that was there in a generation."""
    return int(np.searchsorted(line.born, generation, side="right")) - 1


def _state(line: Evolution, shown: list[int], generation: int) -> live.State:
    place = _alive(line, generation)
    network, before = line.networks[place], shown[max(0, shown.index(generation) - 1)]
    old = set(line.networks[_alive(line, before)].connections)
    return {
        "generation": generation,
        "connections": network.connections,
        "new": [c for c in network.connections if c not in old],
        "hidden": len(network.hidden),
        "kinds": Counter(network.activations[k] for k in network.hidden).most_common(3),
        "each": 100 * line.accuracy[place],
        "accuracy": float(100 * line.accuracy[place].mean()),
        "changes": place,
    }


def _describe(state: live.State) -> str:
    kinds = ", ".join(f"{count} {name}" for name, count in state["kinds"])
    each = state["each"]
    return (
        f"Generation {state['generation']}, after {state['changes']} changes: "
        f"{len(state['connections'])} connections, {state['hidden']} hidden nodes"
        f"{f' (most: {kinds})' if kinds else ''}; test accuracy {state['accuracy']:.1f} %, "
        f"from {each.min():.1f} to {each.max():.1f} % by the shared weight."
    )


def _build(figure: Figure, line: Evolution) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    graph = Graph(left, line.networks[-1])
    title = left.set_title("", antialiased=False)
    _add_legend(figure)
    move = _draw_accuracy(right, line)
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=3)
    xy = np.array(graph.nodes.get_offsets())

    def update(state: live.State) -> list[Artist]:
        fresh = [c in state["new"] for c in state["connections"]]
        graph.show(
            state["connections"],
            linewidth=[3.0 if new else 1.0 for new in fresh],
            color=[style.COLOURS["vermilion"] if new else STRONG for new in fresh],
        )
        here = np.arange(len(xy)) < state["hidden"]
        graph.nodes.set_offsets(np.where(here[:, None], xy, np.nan))
        count = len(state["connections"])
        title.set_text(f"{count} connections, {state['hidden']} hidden nodes")
        return [graph.lines, graph.nodes, *graph.outputs, title, *move(state)]

    return update


def _add_legend(figure: Figure) -> None:
    new = Line2D([], [], color=style.COLOURS["vermilion"], linewidth=3, label="new")
    to_come = Line2D([], [], color=PALE, label="to come")
    figure.legend(handles=[new, to_come], loc="outside lower left", ncols=2)


def _draw_accuracy(axes: Axes, line: Evolution) -> live.Update:
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
