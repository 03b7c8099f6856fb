"""What rank K means for one channel: its O kernels, and the nearest ones that are made of only K.

Left and middle, the kernels W[:, c] of one input channel of a trained layer, as they are and as
mixtures of K kernels; at K = 1 all are one kernel, lighter or darker. Right, what networks of such
layers still read.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.tiles import signed_colours, tile
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.architecture_design.separable_rank import SeparableRank

CHANNELS = 6  # how many input channels can be chosen
SIDE = 4  # kernels in a row and in a column: so many are shown of a channel


def channel_kernels(result: "SeparableRank", guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of the kernels of one channel at rank K.

    ``guess`` is the accuracy in per cent that the reader expects at K = 1. A shipped result holds
    no kernels: then the figure shows the curves alone.
    """
    guessed = live.guessed(guess)
    stacks = None if result.kernels is None else result.kernels[:CHANNELS]
    factors = None if stacks is None else np.linalg.svd(stacks, full_matrices=False)
    count = 0 if stacks is None else len(stacks)
    channel = [live.Slider("channel", "Input channel", range(1, count + 1))] if count else []

    def state(values: live.Values) -> live.State:
        rank, place = values["rank"], result.ranks.index(values["rank"])
        found: live.State = {
            "rank": rank,
            "weights": 100 * result.weights[place],
            "here": {way: 100 * runs[:, place] for way, runs in result.accuracy.items()},
        }
        if factors is not None and stacks is not None:
            c = values["channel"] - 1
            u, s, v = (part[c] for part in factors)
            near = (u[:, :rank] * s[:rank]) @ v[:rank]  # O x k^2
            found["channel"], found["whole"], found["near"] = c + 1, stacks[c], near
            found["error"] = float(np.linalg.norm(stacks[c] - near) / np.linalg.norm(stacks[c]))
        return found

    return live.LiveFigure(
        "How many kernels does a channel need?",
        [live.Slider("rank", "Kernels for each channel, K", result.ranks, start=1), *channel],
        state,
        lambda figure, state: _draw(figure, state, result, guessed),
        lambda state: _describe(state, guessed),
        size=(940, 400),
        source=result.provenance.line(),
        table=lambda points: [_row(state({"rank": k, "channel": 1})) for k in result.ranks],
    )


def _describe(state: live.State, guessed: float | None) -> str:
    ways = ", ".join(f"{way} {spread(runs)} %" for way, runs in state["here"].items())
    said = f"K = {state['rank']}, {state['weights']:.0f} % of the weights: {ways}."
    if "near" in state:
        said += f" Input channel {state['channel']}: error {state['error']:.2f} of its kernels."
    return said if guessed is None else f"{said} You guessed {guessed:g} % for K = 1."


def _row(state: live.State) -> dict[str, str]:
    ways = {f"{way}, %": spread(runs) for way, runs in state["here"].items()}
    return {"K": str(state["rank"]), "Weights, %": f"{state['weights']:.0f}", **ways}


def _draw(
    figure: Figure, state: live.State, result: "SeparableRank", guessed: float | None
) -> live.Update:
    has_kernels = "near" in state
    names = ["whole", ".", "near", ".", "curves"] if has_kernels else ["curves"]
    widths = (1, 0.12, 1, 0.05, 1.7) if has_kernels else (1,)
    axes = figure.subplot_mosaic([[*names]], width_ratios=widths)
    *pictures, right = axes.values()
    shown = ("whole", "near")[: len(pictures)]
    parts = [_draw_kernels(*pair) for pair in zip(pictures, shown, strict=True)]
    parts.append(_draw_curves(right, result, guessed))
    return lambda state: [artist for part in parts for artist in part(state)]


def _draw_kernels(axes: Axes, which: str) -> live.Update:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    picture = axes.imshow(np.full((2, 2, 4), 255, dtype=np.uint8), extent=(0, 1, 0, 1))
    if which == "whole":
        axes.set_xlabel("blue: above 0, grey: 0, orange: below", loc="left")
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        kernels, side = state[which], int(np.sqrt(state[which].shape[1]))
        images = kernels.reshape(-1, side, side)[: SIDE * SIDE]
        top = np.quantile(np.abs(state["whole"]), 0.98)
        picture.set_data(signed_colours(tile(images, SIDE, SIDE) / top, 1.0))
        made = f"mixed from K = {state['rank']}"
        title.set_text(made if which == "near" else f"kernels of channel {state['channel']}")
        return [picture, title]

    return move


def _draw_curves(axes: Axes, result: "SeparableRank", guessed: float | None) -> live.Update:
    for number, (way, runs) in enumerate(result.accuracy.items()):
        axes.plot(result.ranks, 100 * runs.mean(axis=0), label=way, **style.series(number))
    ends = [0.7, max(result.ranks) + 0.3]
    whole, built = 100 * result.before.mean(), 100 * result.separable.mean()
    axes.plot(ends, [whole] * 2, color=style.GREY, linewidth=1.5, label="full")
    (star,) = axes.plot([1], [built], "*", color=style.COLOURS["purple"], markersize=15, zorder=5)
    star.set_label("trained with K = 1")
    (here,) = axes.plot([1, 1], [0, 103], color=style.INK, linewidth=1.2, linestyle=":", zorder=6)
    live.draw_guess(axes, guessed, level=True)
    axes.set(xlim=ends, ylim=(0, 103), xlabel="kernels for each channel, K")
    axes.set_ylabel("test accuracy, %")
    axes.set_xticks(result.ranks)
    axes.grid(True, axis="y")
    axes.figure.legend(loc="outside lower center", ncols=3)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        here.set_xdata([state["rank"]] * 2)
        title.set_text(f"K = {state['rank']}: {state['weights']:.0f} % of the weights")
        return [here, title]

    return move
