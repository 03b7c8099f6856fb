"""One parameter of a nine-parameter network goes: who deletes it well, and who moves the rest?

Left, the network as a graph, width = |w|. Right, what it says about every point of the plane. The
slider goes in a straight line from the weights before to those after, for the eye alone: no method
takes that way. Magnitude and OBD set a number to zero; OBS moves the others as well.
"""

from collections.abc import Sequence

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.xor import Surgery
from nc_teach.figures.network_pruning.xor_graph import draw_graph
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D, Patch, Path, PathCollection, Text

ORDERS = {"magnitude": "magnitude", "OBD": "obd", "OBS": "obs"}
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


def xor_surgery(surgeries: Sequence[Surgery]) -> live.LiveFigure:
    """A live figure of networks for XOR that lose one parameter, the others moving or not.

    Parameters
    ----------
    surgeries
        One per network: ``before`` (nine numbers: w11, w12, w21, w22 from input j to hidden
        unit i, the hidden biases, the two output weights, the output bias), and per order
        ("magnitude", "obd", "obs") ``after`` (nine numbers) and ``deleted`` (place, 0 to 8).

    Raises
    ------
    ValueError
        When there is no network, or one has not nine numbers.
    """
    if not len(surgeries):
        raise ValueError("surgeries must hold at least one network, got none")
    for number, one in enumerate(surgeries):
        for array in (one.before, *one.after.values()):
            if np.shape(array) != (len(PARTS),):
                raise ValueError(
                    f"surgeries[{number}] must have nine numbers before and after, "
                    f"got shape {np.shape(array)}"
                )
    return live.LiveFigure(
        "Delete one weight of nine",
        [
            live.Slider("share", "Deletion", range(0, 101, 20), start=100, unit="%"),
            live.Choice("order", "Delete by", ORDERS, start="obs"),
            *_networks(len(surgeries)),
        ],
        lambda values: _state(surgeries[values.get("net", 0)], {"net": 0, **values}),
        lambda figure, state: _build(figure),
        _describe,
        size=(940, 470),
        source=surgeries[0].provenance.line(),
    )


def _networks(count: int) -> list[live.Choice]:
    """The control to choose a network by; none where there is only one."""
    names = {f"{n + 1}": n for n in range(count)}
    return [live.Choice("net", "Network", names)] if count > 1 else []


def output(weights: np.ndarray, points: np.ndarray) -> np.ndarray:
    """``v . tanh(W x + b) + c`` for points of shape (N, 2): N numbers, above 0 = XOR says true.

    ``weights`` are w11, w12, w21, w22, b1, b2, v1, v2, c.

    >>> both_on = np.array([[1.0, 1.0]])  # by hand: tanh(1 + 1) * 2 + tanh(0) * 3 - 1
    >>> output(np.array([1.0, 1.0, 1.0, -1.0, 0.0, 0.0, 2.0, 3.0, -1.0]), both_on).round(4)
    array([0.9281])
    """
    hidden = np.tanh(points @ weights[:4].reshape(2, 2).T + weights[4:6])
    return hidden @ weights[6:8] + weights[8]


def _state(surgery: Surgery, values: live.Values) -> live.State:
    before, order = np.asarray(surgery.before, dtype=float), values["order"]
    weights = before + values["share"] / 100 * (surgery.after[order] - before)
    others = np.arange(len(before)) != surgery.deleted[order]
    change = weights - before
    return {
        **values,
        "weights": weights,
        "change": np.where(others & (np.abs(change) >= MOVED), change, 0.0),
        "deleted": surgery.deleted[order],
        "plane": _plane(weights),
        "right": (output(weights, POINTS) > 0) == TRUE,
    }


def _plane(weights: np.ndarray) -> np.ndarray:
    """The network's output over the plane, rows from the bottom, columns from the left."""
    points = np.stack(np.meshgrid(SIDE, SIDE), axis=-1)
    return output(weights, points.reshape(-1, 2)).reshape(points.shape[:2])


def _describe(state: live.State) -> str:
    part, by = PARTS[state["deleted"]], _name(state["order"])
    right = f"{int(state['right'].sum())} of 4 inputs right"
    network = f"Network {state['net'] + 1}"
    if not state["share"]:
        return f"{network} before {part} is deleted by {by}: {right}."
    if state["share"] < 100:
        what = f"{network}, {part} {state['share']} % of the way to its deletion by {by}"
    else:
        what = f"{network}, {part} deleted by {by}"
    count, most = int((state["change"] != 0).sum()), np.abs(state["change"]).max()
    moved = f"{count} of the other weights moved, by up to {most:.2f}"
    return f"{what}: {moved if count else 'no other weight moved'}; {right}."


def _name(order: str) -> str:
    return next(name for name, key in ORDERS.items() if key == order)


def _build(figure: Figure) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.4, 1))
    move_graph = draw_graph(left)
    region, marks = _draw_plane(right)
    _add_legend(figure)
    title = right.set_title("4 of 4 inputs right")

    def update(state: live.State) -> list[Artist]:
        moved = move_graph(state["weights"], state["change"], state["deleted"])
        region.set_paths(_region(right, state["plane"]))
        for mark, is_right, true in zip(marks, state["right"], TRUE, strict=True):
            mark.set_text(f"{true:d} {'✓' if is_right else '✗'}")
            mark.set_color(style.INK if is_right else style.COLOURS["vermilion"])
            mark.set_fontweight("normal" if is_right else "bold")
        title.set_text(f"{int(state['right'].sum())} of 4 inputs right")
        return [*moved, region, *marks, title]

    return update


def _draw_plane(axes: Axes) -> tuple[PathCollection, list[Text]]:
    """The part where the network says 1, and the four inputs with their answer and ✓ or ✗."""
    low, high = SIDE[0], SIDE[-1]
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal", facecolor=NO)
    axes.set(xticks=[0, 1], yticks=[0, 1], xlabel="input 1", ylabel="input 2")
    axes.spines[:].set(visible=True, zorder=1)
    region = PathCollection([], facecolor=YES, linewidth=0, zorder=3)
    axes.add_collection(region)
    axes.plot(*POINTS.T, "o", color="white", markersize=36, markeredgecolor=style.INK, zorder=4)
    marks = [
        axes.text(p[0], p[1], "", ha="center", va="center", fontsize=15, zorder=5) for p in POINTS
    ]
    return region, marks


def _region(axes: Axes, plane: np.ndarray) -> Sequence[Path]:
    """The outlines of where the plane is above 0, as paths."""
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
