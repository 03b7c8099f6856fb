"""The real weights behind the signs: a BinaryConnect network, epoch by epoch.

Left, how the real weights behind the signs are spread over [-1, 1]; the walls are where clipping
holds them. Right, one neuron of the first layer as a picture: its real weights, or the signs that
the forward pass sees. A weight in the middle has not made up its mind; one at a wall has.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.tiles import signed_colours
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.parameter_quantization import Drift

SEEN = {"real weights": "real", "signs (forward)": "signs"}
COLUMNS = ("Epochs", "At the walls", "Signs turned", "Validation accuracy")


def latent_weights(result: "Drift") -> live.LiveFigure:
    """A live figure of real weights behind their signs, recorded while a network trains."""
    return live.LiveFigure(
        "Where do the real weights go?",
        [
            live.Slider("epochs", "Epochs", result.epochs, start=result.epochs[-1]),
            live.Choice("seen", "Show the neuron's", SEEN),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, state, result),
        _describe,
        size=(860, 400),
        source=result.provenance.line(),
        table=lambda points: [_state(result, epoch)["row"] for epoch in result.epochs.tolist()],
    )


def _state(result: "Drift", epochs: int, seen: str = "real") -> State:
    now = result.epochs.tolist().index(epochs)
    neuron = result.neuron[now]
    shares = (f"{100 * of[now]:.1f} %" for of in (result.at_walls, result.turned, result.accuracy))
    return {
        "epochs": epochs,
        "seen": seen,
        "spread": 100 * result.spread[now],
        "neuron": np.where(neuron >= 0, 1.0, -1.0) if seen == "signs" else neuron,
        "row": dict(zip(COLUMNS, (str(epochs), *shares), strict=True)),
    }


def _describe(state: State) -> str:
    epochs, walls, turned, accuracy = state["row"].values()
    lately = f", {turned} of the signs turned in the last of them" if state["epochs"] else ""
    return (
        f"After {epochs} epochs {walls} of the real weights are at the walls (|w| > 0.99){lately}; "
        f"with its signs the network reads {accuracy} of the validation images."
    )


def _draw(figure: Figure, state: State, result: "Drift") -> Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    return live.together(_draw_spread(left, result), _draw_neuron(right, state))


def _draw_spread(axes: Axes, result: "Drift") -> Update:
    width = result.edges[1] - result.edges[0]
    middles = result.edges[:-1] + width / 2
    bars = axes.bar(middles, 0 * middles, 0.9 * width, color=style.COLOURS["blue"])
    top = 115 * float(result.spread.max())
    axes.axvline(0, color=style.GREY, linestyle="--", linewidth=1.5)
    for wall, side, sign in ((-1, "left", "−1"), (1, "right", "+1")):
        axes.axvline(wall, color=style.INK, linewidth=4)
        axes.text(0.94 * wall, 0.97 * top, "wall", ha=side, va="top")
        axes.text(0.5 * wall, 0.85 * top, f"sign {sign}", ha="center")
    axes.set(xlim=(-1.03, 1.03), ylim=(0, top), xlabel="real weight", ylabel="share of weights, %")
    title = axes.set_title("At the walls, beyond ±0.99: 00.0 %")

    def move(state: State) -> list[Artist]:
        for bar, height in zip(bars, state["spread"], strict=True):
            bar.set_height(height)
        title.set_text(f"At the walls, beyond ±0.99: {state['row']['At the walls']}")
        return [*bars, title]

    return move


def _draw_neuron(axes: Axes, state: State) -> Update:
    picture = axes.imshow(signed_colours(state["neuron"], 1.0), interpolation="nearest")
    axes.set_axis_off()
    title = axes.set_title("One neuron: its real weights")
    axes.text(
        0,
        -0.02,
        "dark above zero, light below,\ngrey near zero",
        transform=axes.transAxes,
        va="top",
    )

    def move(state: State) -> list[Artist]:
        picture.set_data(signed_colours(state["neuron"], 1.0))
        title.set_text(f"One neuron: its {'signs' if state['seen'] == 'signs' else 'real weights'}")
        return [picture, title]

    return move
