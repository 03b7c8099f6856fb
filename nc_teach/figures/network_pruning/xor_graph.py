"""A network of two inputs, two hidden units and one output, drawn as a graph whose edges move.

An edge's width is |w|; blue and unbroken is positive, vermilion and dashed is negative, and the
deleted one is black, dotted and crossed out.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Circle, Line2D, LineCollection, Rectangle

Point = tuple[float, float]
INPUTS, HIDDEN, OUT = ((30.0, 290.0), (30.0, 80.0)), ((245.0, 290.0), (245.0, 80.0)), (410.0, 185.0)
ONES = ((245.0, 385.0), (245.0, -15.0), (520.0, 185.0))  # the biases' inputs, always 1
CIRCLE, SQUARE = 27.0, 13.0  # radius, and half a side
WIDTH, NARROWEST = 3.5, 1.5  # points for |w| = 1, and for any edge
DASHES: dict[str, Any] = {  # matplotlib's line styles
    "positive": "-",
    "negative": (0, (2.2, 0.8)),
    "deleted": (0, (1, 1.5)),
}


class Edge(NamedTuple):
    """From where to where, and where its number stands: place and alignment."""

    start: Point
    end: Point
    number: Point
    aligned: tuple[str, str]


EDGES = (  # in the order of the nine numbers
    Edge(INPUTS[0], HIDDEN[0], (138, 300), ("center", "bottom")),
    Edge(INPUTS[1], HIDDEN[0], (208, 219), ("left", "center")),
    Edge(INPUTS[0], HIDDEN[1], (208, 151), ("left", "center")),
    Edge(INPUTS[1], HIDDEN[1], (138, 70), ("center", "top")),
    Edge(ONES[0], HIDDEN[0], (264, 346), ("left", "center")),
    Edge(ONES[1], HIDDEN[1], (264, 24), ("left", "center")),
    Edge(HIDDEN[0], OUT, (336, 248), ("left", "bottom")),
    Edge(HIDDEN[1], OUT, (336, 122), ("left", "top")),
    Edge(ONES[2], OUT, (474, 202), ("center", "bottom")),
)


def draw_graph(axes: Axes) -> Callable[[np.ndarray, np.ndarray, int], list[Artist]]:
    """Draw the nodes and nine edges; returns ``move(weights, change, deleted) -> artists``.

    ``weights`` are w11, w12, w21, w22, b1, b2, v1, v2, c; ``change`` is written below a number
    where it is not zero; ``deleted`` is the place of the edge that is crossed out.
    """
    _draw_nodes(axes)
    visible = [_between_nodes(edge) for edge in EDGES]
    lines = LineCollection(visible, zorder=3, capstyle="butt")
    axes.add_collection(lines)
    texts = [axes.text(*e.number, "", ha=e.aligned[0], va=e.aligned[1], zorder=4) for e in EDGES]
    (cross,) = axes.plot([], [], "x", color=style.INK, markersize=16, mew=3, zorder=5)

    def move(weights: np.ndarray, change: np.ndarray, deleted: int) -> list[Artist]:
        signs = ["positive" if w >= 0 else "negative" for w in weights]
        signs[deleted] = "deleted"
        lines.set_linewidth([max(WIDTH * abs(w), NARROWEST) for w in weights])
        lines.set_linestyle([DASHES[sign] for sign in signs])
        lines.set_colors([_colour(sign) for sign in signs])
        for text, weight, moved in zip(texts, weights, change, strict=True):
            text.set_text(_say(weight) + (f"\n({_say(moved)})" if moved else ""))
            text.set_fontweight("bold" if moved else "normal")
        cross.set_data(*np.mean(visible[deleted], axis=0)[:, None])
        return [lines, *texts, cross]

    return move


def _between_nodes(edge: Edge) -> np.ndarray:
    """The part of an edge that is outside its two nodes: two points, 2 x 2."""
    start, end = np.array(edge.start), np.array(edge.end)
    along = (end - start) / np.linalg.norm(end - start)
    first = SQUARE if edge.start in ONES else CIRCLE
    return np.stack([start + first * along, end - CIRCLE * along])


def _colour(sign: str) -> str:
    blue, vermilion = style.COLOURS["blue"], style.COLOURS["vermilion"]
    return {"positive": blue, "negative": vermilion, "deleted": style.INK}[sign]


def _say(weight: float) -> str:
    return f"{weight:+.2f}".replace("-", "\u2212") if weight else "0"


def _draw_nodes(axes: Axes) -> None:
    look: dict[str, Any] = {"facecolor": "white", "edgecolor": style.INK, "linewidth": 2}
    names = ("in 1", "in 2", "tanh", "tanh", "out")
    for name, place in zip(names, (*INPUTS, *HIDDEN, OUT), strict=True):
        axes.add_patch(Circle(place, CIRCLE, zorder=1, **look))
        axes.text(*place, name, ha="center", va="center", zorder=2)
    for x, y in ONES:
        axes.add_patch(
            Rectangle((x - SQUARE, y - SQUARE), 2 * SQUARE, 2 * SQUARE, zorder=1, **look)
        )
        axes.text(x, y, "1", ha="center", va="center", zorder=2)
    axes.set(xlim=(0, 536), ylim=(-31, 401), aspect="equal")
    axes.set_axis_off()
    axes.text(275, -20, "in brackets: moved by", va="center", fontsize=13)
    _add_legend(axes)


def _add_legend(axes: Axes) -> None:
    handles = [
        Line2D([], [], color=_colour(sign), linestyle=dashes, linewidth=4, label=sign)
        for sign, dashes in DASHES.items()
    ]
    axes.figure.legend(handles=handles, loc="outside lower left", ncols=3, columnspacing=1.2)
