"""A Huffman tree that grows: in every step the two rarest nodes are joined.

Leaves are the indices of a clustered layer, each with its share of the weights; a new node carries
the sum of the two below it. When a single node is left, a leaf's depth is the length of its code,
and the canonical codes are written below the leaves. Only their lengths come from the tree; their
digits come from the order of lengths and symbols. Branches are laid out so that 0 is on the left
and 1 on the right wherever one drawing can have that at every joining; if it cannot, that is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nc_teach import live
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Figure

BRANCHES = "A code has one bit for each joining above it: 0 to the left, 1 to the right."
LENGTHS = "A code has one bit for each joining above it; codes are numbered in order of length."
FRAME = {"boxstyle": "round,pad=0.35", "edgecolor": style.INK}
PLAIN = {"fontweight": "normal", "bbox": {**FRAME, "facecolor": "white", "linewidth": 1}}
RAREST = {
    "fontweight": "bold",
    "bbox": {**FRAME, "facecolor": style.COLOURS["orange"], "linewidth": 2.5},
}


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

    ``merges`` are which two nodes each step joins, ``words`` the code of each symbol, as
    ``huffman_code.merges(counts)`` and ``huffman_code.code_for(counts).words()`` give them. Raises
    ``ValueError`` unless 2 to 8 symbols occur, and there is one merge fewer.
    """
    leaves = sum(count > 0 for count in counts)
    if not 2 <= leaves <= 8 or len(merges) != leaves - 1:
        raise ValueError(
            f"counts must have 2 to 8 symbols that occur, and one merge fewer; got {leaves} "
            f"symbols and {len(merges)} merges"
        )
    shares = np.asarray(counts) / sum(counts)
    tree = lay_out(shares, merges, words)
    used = shares[shares > 0]
    facts = {
        "mean": sum(float(shares[s]) * len(word) for s, word in words.items()),
        "entropy": float(used @ np.log2(1 / used)),
        "fixed": max(1, (len(counts) - 1).bit_length()),
    }
    return live.LiveFigure(
        "The two rarest are joined, again and again",
        [live.Slider("steps", "Steps", range(len(merges) + 1), start=len(merges))],
        lambda values: _state(tree, values["steps"]),
        lambda figure, state: _draw(figure, tree, words, facts),
        lambda state: _describe(state, facts, reads_as_drawn(tree, words)),
        size=(900, 430),
        source=source,
    )


def lay_out(
    shares: np.ndarray, merges: Sequence[tuple[int, int]], words: Mapping[int, str]
) -> Tree:
    """Place the leaves from left to right and every other node above the middle of its two.

    Of the two children the one with the smaller code among its leaves is on the left.
    """
    first, children = dict(words), {}
    for step, pair in enumerate(merges):
        node = len(shares) + step
        left, right = sorted(pair, key=lambda child: first[child])
        children[node], first[node] = (left, right), first[left]
    order: list[int] = []
    waiting = [len(shares) + len(merges) - 1]
    while waiting:
        node = waiting.pop()
        waiting += reversed(children.get(node, ()))
        if node not in children:
            order.append(node)
    x = {leaf: float(place) for place, leaf in enumerate(order)}
    y = dict.fromkeys(order, 0.0)
    share = {leaf: 100 * float(shares[leaf]) for leaf in order}
    for node, (a, b) in children.items():
        x[node], y[node] = (x[a] + x[b]) / 2, 1 + max(y[a], y[b])
        share[node] = share[a] + share[b]
    return Tree(children, order, x, y, share)


def reads_as_drawn(tree: Tree, words: Mapping[int, str]) -> bool:
    """Whether every code is the way from the top to its leaf, 0 to the left and 1 to the right."""
    ways = {max(tree.children): ""}
    for node in sorted(tree.children, reverse=True):
        left, right = tree.children[node]
        ways |= {left: ways[node] + "0", right: ways[node] + "1"}
    return all(ways[leaf] == words[leaf] for leaf in tree.leaves)


def _state(tree: Tree, steps: int) -> State:
    joined = list(tree.children)[:steps]
    shown = {*tree.leaves, *joined}
    roots = shown - {child for node in joined for child in tree.children[node]}
    rarest = sorted(roots, key=lambda n: tree.share[n])[:2] if len(roots) > 1 else []
    return {
        "steps": steps,
        "shown": shown,
        "left": len(roots),
        "rarest": {node: f"{tree.share[node]:.1f} %" for node in rarest},
    }


def _describe(state: State, facts: dict[str, float], as_drawn: bool) -> str:
    if state["rarest"]:
        shares = " and ".join(state["rarest"].values())
        return (
            f"After {state['steps']} steps {state['left']} nodes are left; the two rarest, "
            f"{shares}, are joined next."
        )
    return (
        "The tree is whole, and a code has one bit for each joining above it: "
        f"{facts['mean']:.3f} bits an index on average, where a fixed width takes "
        f"{facts['fixed']} and the entropy is {facts['entropy']:.3f}. "
        + (
            "A step to the left is a 0, a step to the right a 1."
            if as_drawn
            else "The codes are numbered in order of length (exercise 4.3), not from left to right."
        )
    )


def _draw(figure: Figure, tree: Tree, words: Mapping[int, str], facts: dict[str, float]) -> Update:
    axes = figure.subplots()
    x, y, top = tree.x, tree.y, max(tree.y.values())
    branches, nodes, codes = {}, {}, []
    for node, (a, b) in tree.children.items():
        corners = [x[a], x[a], x[b], x[b]], [y[a], y[node], y[node], y[b]]
        (branches[node],) = axes.plot(*corners, "-", color=style.INK, linewidth=1.8)
    for node, share in tree.share.items():
        text = f"{share:.0f} %" if share >= 1 else f"{share:.1f} %"
        nodes[node] = axes.text(x[node], y[node], text, ha="center", va="center", zorder=4)
    for leaf in tree.leaves:
        codes.append(axes.text(x[leaf], -0.13 * top, words[leaf], ha="center", va="top"))
        codes[-1].set(fontsize=13, fontfamily="DejaVu Sans Mono")
        axes.text(x[leaf], -0.24 * top, f"index {leaf}", color="#555555", ha="center", va="top")
    note = BRANCHES if reads_as_drawn(tree, words) else LENGTHS
    axes.text(0.5, 0, note, transform=axes.transAxes, ha="center", va="bottom")
    axes.set(xlim=(-0.6, len(tree.leaves) - 0.4), ylim=(-0.5 * top, 1.12 * top))
    axes.set_axis_off()
    title = axes.set_title(" ")
    whole = f"{facts['mean']:.3f} bits an index; entropy {facts['entropy']:.3f}"

    def update(state: State) -> list[Artist]:
        for node, artist in (*branches.items(), *nodes.items()):
            artist.set_visible(node in state["shown"])
        for node, text in nodes.items():
            text.set(**(RAREST if node in state["rarest"] else PLAIN))
        for code in codes:
            code.set_visible(not state["rarest"])
        next_ones = f"After {state['steps']} steps: the two rarest nodes, marked, are joined next"
        title.set_text(next_ones if state["rarest"] else whole)
        return [*branches.values(), *nodes.values(), *codes, title]

    return update
