"""One parameter of a nine-parameter network goes: who deletes it well, and who moves the rest?

Left, the network as a graph, width = |w|. Right, what it says about every point of the plane. The
slider goes in a straight line from the weights before to those after, for the eye alone: no method
takes that way. Magnitude and OBD set a number to zero; OBS moves the others as well.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.network_pruning.xor_graph import draw_graph
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D, Patch, Path, PathCollection

if TYPE_CHECKING:
    from nc_teach.claims.network_pruning.xor import Surgery

ORDERS = ("magnitude", "OBD", "OBS")
PARTS = (
    *(f"the weight from input {j} to hidden unit {i}" for i in (1, 2) for j in (1, 2)),
    *(f"the bias of hidden unit {i}" for i in (1, 2)),
    *(f"the output weight of hidden unit {i}" for i in (1, 2)),
    "the output bias",
)
POINTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
TRUE = np.array([False, True, True, False])
SIDE = np.linspace(-0.5, 1.5, 41)  # of the plane of inputs
NO, YES = "white", style.COLOURS["sky"]
MOVED = 0.005  # less than this is not seen in two decimals


def xor_surgery(surgeries: "Sequence[Surgery]") -> live.LiveFigure:
    """A live figure of networks for XOR that lose one parameter, the others moving or not.

    ``surgeries`` is what ``claims.network_pruning.xor_surgeries`` returns, one per network. Raises
    ``ValueError`` when there is none.
    """
    if not len(surgeries):
        raise ValueError("surgeries must hold at least one network, got none")
    networks = {f"{number + 1}": number for number in range(len(surgeries))}
    return live.LiveFigure(
        "Delete one weight of nine",
        [
            live.Slider("share", "Deletion", range(0, 101, 20), start=100, unit="%"),
            live.Choice("order", "Delete by", ORDERS, start="OBS"),
            *([live.Choice("net", "Network", networks)] if len(surgeries) > 1 else []),
        ],
        lambda values: _state(surgeries, **values),
        lambda figure, state: _build(figure),
        _describe,
        size=(940, 470),
        source=surgeries[0].provenance.line(),
    )


def output(weights: np.ndarray, points: np.ndarray) -> np.ndarray:
    """``v . tanh(W x + b) + c`` for points of shape (N, 2): N numbers, above 0 = XOR says true.

    ``weights`` are w11, w12, w21, w22, b1, b2, v1, v2, c.

    >>> both_on = np.array([[1.0, 1.0]])  # by hand: tanh(1 + 1) * 2 + tanh(0) * 3 - 1
    >>> output(np.array([1.0, 1.0, 1.0, -1.0, 0.0, 0.0, 2.0, 3.0, -1.0]), both_on).round(4)
    array([0.9281])
    """
    hidden = np.tanh(points @ weights[:4].reshape(2, 2).T + weights[4:6])
    return hidden @ weights[6:8] + weights[8]


def _state(surgeries: "Sequence[Surgery]", share: int, order: str, net: int = 0) -> live.State:
    surgery = surgeries[net]
    deleted = surgery.deleted[order]
    change = share / 100 * (surgery.after[order] - surgery.before)
    weights = surgery.before + change
    seen = (np.arange(len(change)) != deleted) & (np.abs(change) >= MOVED)
    return {
        "share": share,
        "order": order,
        "network": f"Network {net + 1}",
        "weights": weights,
        "change": np.where(seen, change, 0.0),
        "deleted": deleted,
        "right": (output(weights, POINTS) > 0) == TRUE,
    }


def _describe(state: live.State) -> str:
    share, by, network = (state[name] for name in ("share", "order", "network"))
    part = PARTS[state["deleted"]]
    right = f"{state['right'].sum()} of 4 inputs right"
    if not share:
        return f"{network} before {part} is deleted by {by}: {right}."
    gone = "deleted by" if share == 100 else f"{share} % of the way to its deletion by"
    moved = np.abs(state["change"])
    others = f"{(moved > 0).sum()} of the other weights moved, by up to {moved.max():.2f}"
    return (
        f"{network}, {part} {gone} {by}: "
        f"{others if moved.any() else 'no other weight moved'}; {right}."
    )


def _build(figure: Figure) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.4, 1))
    move_graph, move_plane = draw_graph(left), _draw_plane(right)
    _add_legend(figure)

    def update(state: live.State) -> list[Artist]:
        moved = move_graph(state["weights"], state["change"], state["deleted"])
        return [*moved, *move_plane(state)]

    return update


def _draw_plane(axes: Axes) -> live.Update:
    """The part where the network says 1, and the four inputs with their answer and ✓ or ✗."""
    low, high = SIDE[0], SIDE[-1]
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal", facecolor=NO)
    axes.set(xticks=[0, 1], yticks=[0, 1], xlabel="input 1", ylabel="input 2")
    axes.spines[:].set(visible=True, zorder=1)
    region = PathCollection([], facecolor=YES, linewidth=0, zorder=3)
    axes.add_collection(region)
    axes.plot(*POINTS.T, "o", color="white", markersize=36, markeredgecolor=style.INK, zorder=4)
    marks = [axes.text(x, y, "", ha="center", va="center", size=15, zorder=5) for x, y in POINTS]
    title = axes.set_title("4 of 4 inputs right")

    def move(state: live.State) -> list[Artist]:
        region.set_paths(_region(axes, state["weights"]))
        for mark, is_right, true in zip(marks, state["right"], TRUE, strict=True):
            mark.set_text(f"{true:d} {'✓' if is_right else '✗'}")
            mark.set_color(style.INK if is_right else style.COLOURS["vermilion"])
            mark.set_fontweight("normal" if is_right else "bold")
        title.set_text(f"{state['right'].sum()} of 4 inputs right")
        return [region, *marks, title]

    return move


def _region(axes: Axes, weights: np.ndarray) -> Sequence[Path]:
    """The outlines of where the output is above 0, as paths."""
    points = np.stack(np.meshgrid(SIDE, SIDE), axis=-1)  # rows from the bottom
    plane = output(weights, points.reshape(-1, 2)).reshape(points.shape[:2])
    contours = axes.contourf(SIDE, SIDE, plane, levels=[0, max(0, plane.max()) + 1])
    contours.remove()
    return contours.get_paths()


def _add_legend(figure: Figure) -> None:
    shades = [
        Patch(facecolor=colour, edgecolor=style.INK, label=f"says {answer}")
        for answer, colour in enumerate((NO, YES))
    ]
    ring = Line2D([], [], marker="o", color="white", markeredgecolor=style.INK, markersize=14)
    ring.set_label("right answer")
    figure.legend(handles=[*shades, ring], loc="outside lower right", ncols=3)
