"""The one weight: a network all of whose connections have the same weight, and a slider for it.

Left, the network at work on one image: every connection has the weight of the slider, and a node's
shade is what it sends on (dark above zero, light below). Lines that begin in a pixel are left out;
a square marks the pixel. Right, its accuracy on all test images under every weight, beside the
control whose pixels are all connected with all outputs.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.tiles import DARK, LIGHT, ZERO, signed_colours
from nc_teach.figures.why_pruning.topology import Graph, cursor_on, draw_image
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D

if TYPE_CHECKING:
    from nc_teach.claims.why_pruning.topologies import OneWeight

SEARCHED = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)


def one_weight(
    result: "OneWeight", guess: live.Guess = None, *, start: float = 1.0
) -> live.LiveFigure:
    """A live figure of a weight agnostic network under any one weight.

    ``guess`` is an accuracy in per cent; the slider begins at the weight ``start``.
    """
    guessed = live.guessed(guess)
    weights = weights_shown(result.weights)
    images = {f"a {digit}": place for place, digit in enumerate(result.labels)}
    return live.LiveFigure(
        "One weight for all connections",
        [
            live.Slider("weight", "The one weight", weights, start=start, format=_sign),
            live.Choice("image", "Image", images),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _build(figure, result, guessed),
        lambda state: _describe(result, state, guessed),
        guess=guess,
        size=(940, 440),
        source=result.provenance.line(),
        table=lambda points: _table(result),
    )


def weights_shown(weights: Sequence[float]) -> list[float]:
    """All near zero, where the accuracy falls, and every half further out: a page holds each.

    >>> weights_shown((-1.0, -0.75, -0.5, -0.25, 0.0))
    [-1.0, -0.5, -0.25, 0.0]
    """
    return [weight for weight in weights if abs(weight) < 0.5 or (2 * weight).is_integer()]


def _sign(weight: float) -> str:
    return f"{weight:+.2f}".replace("-", "\u2212") if weight else "0"


def _state(result: "OneWeight", weight: float, image: int) -> live.State:
    signals = result.signals[:, result.weights.index(weight), image]
    first = result.network.inputs + 1
    answers = signals[first : first + result.network.outputs]
    fine = result.fine.index(weight)
    return {
        "weight": weight,
        "image": result.examples[image, 0],
        "digit": result.labels[image],
        "hidden": signals[first + result.network.outputs :],
        "read": answers.argmax() if np.ptp(answers) > 1e-6 else None,
        "accuracy": 100 * result.accuracy[fine],
        "control": 100 * result.control[fine],
    }


def _describe(result: "OneWeight", state: live.State, guessed: float | None) -> str:
    read = "nothing: its outputs are equal" if state["read"] is None else f"a {state['read']}"
    told = (
        f"All {len(result.network.connections)} connections at {_sign(state['weight'])}: "
        f"{state['accuracy']:.1f} % of the test images right, {state['control']:.1f} % when every "
        f"pixel is connected with every output; in the {state['digit']} it reads {read}. "
        f"Six weights together: {100 * result.ensemble:.1f} %."
    )
    return told if guessed is None else f"{told} You guessed {guessed:g} %."


def _table(result: "OneWeight") -> list[dict[str, str]]:
    return [
        {
            "The one weight": _sign(weight),
            "Accuracy": f"{100 * found:.1f} %",
            "Accuracy when fully connected": f"{100 * control:.1f} %",
        }
        for weight, found, control in zip(result.fine, result.accuracy, result.control, strict=True)
    ]


def _build(figure: Figure, result: "OneWeight", guessed: float | None) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    image = draw_image(left, result.examples[0, 0])
    graph = Graph(left, result.network, over_image=True)
    (sample,) = left.plot([0.2, 1.7], [-0.4, -0.4], solid_capstyle="butt", dash_capstyle="butt")
    told = left.text(2.0, -0.4, "", va="center", antialiased=False)
    left.set_ylim(top=-0.9)  # for the words above the graph
    _add_legend(left)
    _draw_accuracy(right, result, guessed)
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=5)
    move, title = cursor_on(right, "weight"), right.set_title("", antialiased=False)

    def update(state: live.State) -> list[Artist]:
        weight = state["weight"]
        image.set_data(state["image"])
        _shade(graph, state)
        dashes, colour = ("-", "blue") if weight >= 0 else ((0, (1, 0.4)), "vermilion")
        sample.set(linewidth=4 * abs(weight), linestyle=dashes, color=style.COLOURS[colour])
        told.set_text(f"every connection: {_sign(weight)}")
        title.set_text(f"{state['accuracy']:.1f} % right")
        return [image, graph.nodes, *graph.outputs, sample, told, title, *move(state)]

    return update


def _add_legend(axes: Axes) -> None:
    """What the shade of a node means: the two ends of the colours, and their middle."""
    dots = []
    for shade, word in ((DARK, "sends +"), (ZERO, "0"), (LIGHT, "\u2212")):
        dots.append(Line2D([], [], color=shade, label=word, marker="o", linestyle="", markersize=9))
        dots[-1].set_markeredgecolor(style.INK)
    axes.legend(handles=dots, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3, columnspacing=1)


def _shade(graph: Graph, state: live.State) -> None:
    """Hidden nodes by what they send on; of the outputs, the one that wins."""
    levels = (2 * np.clip(state["hidden"], -1.5, 1.5)).round() / 2  # few colours: a small page
    graph.nodes.set(facecolor=signed_colours(levels, top=1.5) / 255)
    for digit, text in enumerate(graph.outputs):
        wins, right = digit == state["read"], digit == state["digit"]
        text.set_text(f"{digit}{'✓' if right else '✗'}" if wins else f"{digit}")
        text.set_fontweight("bold" if wins else "normal")
        colour = style.COLOURS["sky" if right else "orange"] if wins else "white"
        if box := text.get_bbox_patch():
            box.set_facecolor(colour)


def _draw_accuracy(axes: Axes, result: "OneWeight", guessed: float | None) -> None:
    """Accuracy over the weight, and the weights that the search used."""
    curves = (("found", result.accuracy), ("fully connected", result.control))
    for number, (name, accuracy) in enumerate(curves):
        look = {**style.series(number), "marker": ""}
        axes.plot(result.fine, 100 * accuracy, label=name, **look)
    together = axes.axhline(100 * result.ensemble, label="six weights together")
    together.set(color=style.COLOURS["green"], linestyle="-.")
    live.draw_guess(axes, guessed, level=True)
    axes.plot(SEARCHED, [3] * len(SEARCHED), "^", color=style.INK, label="searched with")
    axes.set(xlim=(result.weights[0], result.weights[-1]), ylim=(0, 100))
    axes.set(xlabel="the one weight", ylabel="test accuracy, %")
    axes.grid(True)
