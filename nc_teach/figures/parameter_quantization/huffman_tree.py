"""A Huffman tree that grows: in every step the two rarest nodes are joined.

Leaves are the indices of a clustered layer, each with its share of the weights; a new node carries
the sum of the two below it. When a single node is left, a leaf's depth is the length of its code,
and the canonical codes are written below the leaves. Only their lengths come from the tree: which
digits they have is decided by the order of the symbols, and not by left and right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Axes, Figure, Text

DIGITS = "A code is as long as its leaf lies deep; its digits come from the order of lengths."


@dataclass(frozen=True)
class Tree:
    """The whole tree: the two children of each joined node, in the order of the steps; the leaves,
    so that no two branches cross; and place, height and share (per cent) of every node."""

    children: dict[int, tuple[int, int]]
    leaves: list[int]
    x: dict[int, float]
    y: dict[int, float]
    share: dict[int, float]


def huffman_tree(
    counts: Sequence[int],
    merges: Sequence[tuple[int, int]],
    words: Mapping[int, str],
    *,
    source: str = "Computed just now from the layer's own indices.",
) -> live.LiveFigure:
    """A live figure of the tree for symbols 0, 1, ... that occur ``counts`` times.

    Parameters
    ----------
    counts
        How often each symbol occurs; 2 to 8 of them do.
    merges, words
        What ``quantization.huffman.merges(counts)`` and ``huffman.code_for(counts).words()`` give:
        which two nodes each step joins, and the code of each symbol.

    Raises
    ------
    ValueError
        Unless 2 to 8 symbols occur, and there is one merge fewer.
    """
    leaves = sum(count > 0 for count in counts)
    if not 2 <= leaves <= 8 or len(merges) != leaves - 1:
        raise ValueError(
            f"counts must have 2 to 8 symbols that occur, and one merge fewer; got {leaves} "
            f"symbols and {len(merges)} merges"
        )
    shares = np.asarray(counts, dtype=float) / sum(counts)
    tree = lay_out(shares, list(merges))
    used = shares[shares > 0]
    facts = {
        "mean": sum(float(shares[s]) * len(word) for s, word in words.items()),
        "entropy": float(used @ np.log2(1 / used)),
        "fixed": max(1, (len(counts) - 1).bit_length()),
    }
    return live.LiveFigure(
        "The two rarest are joined, again and again",
        [live.Slider("steps", "Steps", range(len(merges) + 1), start=len(merges))],
        lambda values: _state(tree, words, values["steps"]),
        lambda figure, state: _draw(figure, tree, facts),
        lambda state: _describe(state, facts),
        size=(900, 430),
        source=source,
    )


def lay_out(shares: np.ndarray, merges: list[tuple[int, int]]) -> Tree:
    """Place the leaves from left to right and every other node above the middle of its two."""
    children = {len(shares) + step: pair for step, pair in enumerate(merges)}
    order: list[int] = []
    waiting = [len(shares) + len(merges) - 1]
    while waiting:
        node = waiting.pop()
        waiting += children.get(node, ())
        if node not in children:
            order.append(node)
    x = {leaf: float(place) for place, leaf in enumerate(order)}
    y = dict.fromkeys(order, 0.0)
    share = {leaf: 100 * float(shares[leaf]) for leaf in order}
    for node, (a, b) in children.items():
        x[node], y[node] = (x[a] + x[b]) / 2, 1 + max(y[a], y[b])
        share[node] = share[a] + share[b]
    return Tree(children, order, x, y, share)


def _state(tree: Tree, words: Mapping[int, str], steps: int) -> State:
    done = list(tree.children.items())[:steps]
    roots = set(tree.leaves) | {node for node, _ in done}
    roots -= {child for _, pair in done for child in pair}
    whole = steps == len(tree.children)
    return {
        "steps": steps,
        "nodes": [node for node, _ in done],
        "roots": roots,
        "rarest": sorted(roots, key=lambda n: tree.share[n])[:2] if not whole else [],
        "codes": {leaf: words[leaf] if whole else "" for leaf in tree.leaves},
        "shares": tree.share,
    }


def _describe(state: State, facts: dict[str, float]) -> str:
    if state["rarest"]:
        a, b = (f"{state['shares'][n]:.1f} %" for n in state["rarest"])
        return (
            f"After {state['steps']} steps {len(state['roots'])} nodes are left; the two rarest, "
            f"{a} and {b}, are joined next."
        )
    return (
        "The tree is whole, and a code is as long as its leaf lies deep: "
        f"{facts['mean']:.3f} bits an index on average, where a fixed width takes "
        f"{facts['fixed']} and the entropy is {facts['entropy']:.3f}. Its digits come from the "
        "order of lengths, not from left and right (exercise 4.3)."
    )


def _draw(figure: Figure, tree: Tree, facts: dict[str, float]) -> Update:
    axes = figure.subplots()
    x, y = tree.x, tree.y
    branches = {}
    for node, (a, b) in tree.children.items():
        corners = [x[a], x[a], x[b], x[b]], [y[a], y[node], y[node], y[b]]
        (branches[node],) = axes.plot(*corners, "-", color=style.INK, linewidth=1.8)
    marks = {n: _node(axes, n, tree) for n in x}
    top = max(y.values())
    look: dict[str, Any] = {"ha": "center", "va": "top"}
    mono = {**look, "fontsize": 13, "fontfamily": "DejaVu Sans Mono"}
    codes = {leaf: axes.text(x[leaf], -0.13 * top, "", **mono) for leaf in tree.leaves}
    for leaf in tree.leaves:
        axes.text(x[leaf], -0.24 * top, f"no. {leaf}", color="#555555", **look)
    axes.text(0.5, 0, DIGITS, transform=axes.transAxes, ha="center", va="bottom")
    axes.set(xlim=(-0.6, len(tree.leaves) - 0.4), ylim=(-0.5 * top, 1.12 * top))
    axes.set_axis_off()
    title = axes.set_title("After 00 steps: the two rarest nodes, marked, are joined next")

    def update(state: State) -> list[Artist]:
        for node, branch in branches.items():
            branch.set_visible(node in state["nodes"])
        for node, text in marks.items():
            text.set_visible(node in tree.leaves or node in state["nodes"])
            _colour(text, node in state["rarest"])
        for leaf, text in codes.items():
            text.set_text(state["codes"][leaf])
        title.set_text(_title(state, facts))
        return [*branches.values(), *marks.values(), *codes.values(), title]

    return update


def _title(state: State, facts: dict[str, float]) -> str:
    if state["rarest"]:
        return f"After {state['steps']} steps: the two rarest nodes, marked, are joined next"
    return f"{facts['mean']:.3f} bits an index; entropy {facts['entropy']:.3f}"


def _node(axes: Axes, node: int, tree: Tree) -> Text:
    share = tree.share[node]
    text = f"{share:.0f} %" if share >= 1 else f"{share:.1f} %"
    frame = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": style.INK}
    look: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4, "bbox": frame}
    return axes.text(tree.x[node], tree.y[node], text, **look)


def _colour(text: Text, rarest: bool) -> None:
    box, colour = text.get_bbox_patch(), style.COLOURS["orange"] if rarest else "white"
    if box is not None:
        box.set(facecolor=colour, linewidth=2.5 if rarest else 1)
    text.set_fontweight("bold" if rarest else "normal")
