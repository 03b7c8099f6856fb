"""One network, several widths: channels fade out, and what is left still has to read.

Left, the network with the channels that run; in the middle, the accuracy of every way to train it,
a line for each; right, why it goes wrong: the mean that a batch norm remembers against the mean
that its inputs really have at this width, a dot for each channel of one layer. On the diagonal both
agree.
"""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nc_teach import live
from nc_teach.figures.parts import draw_runs
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, LineCollection

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.slimmable import Slimmable

MOST = 16  # circles in a layer: more channels share a circle
OFF = "#E4E4E4"


def width_slider(
    result: "Slimmable", guess: live.Guess = None, *, start: float | None = None
) -> live.LiveFigure:
    """A live figure of a network whose width can be set, to ``start`` or the smallest at first.

    ``guess`` is the accuracy in percent of the first variant at the smallest width.
    """
    seen, guessed = list(result.running), live.guessed(guess)
    width = live.Slider(
        "width", "Width", result.widths, start=start, format=lambda w: f"{100 * w:g} %"
    )
    return live.LiveFigure(
        "One network, several widths",
        [width, live.Choice("variant", "Batch norm of", seen)],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, result, guessed),
        lambda state: _describe(state, result, guessed),
        size=(980, 460),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, width, seen[0])) for width in result.widths],
    )


def _state(result: "Slimmable", width: float, variant: str) -> live.State:
    """Accuracies and MACs in percent; the remembered and true means (2 x channels that run)."""
    here = result.widths.index(width)
    means = np.stack([result.running[variant][here], result.true[variant][here]])
    means = means[:, np.isfinite(means).all(axis=0)]
    return {
        "width": width,
        "variant": variant,
        "macs": 100 * result.macs[here] / result.macs[-1],
        "accuracy": {name: 100 * runs[:, here] for name, runs in result.accuracy.items()},
        "means": means,
        "off": np.abs(means[0] - means[1]).mean(),
    }


def _describe(state: live.State, result: "Slimmable", guessed: float | None) -> str:
    used = sum(max(1, round(state["width"] * channels)) for channels in result.channels)
    reads = ", ".join(f"{name} {spread(values)} %" for name, values in state["accuracy"].items())
    guess = "" if guessed is None else f" You guessed {guessed:g} %."
    return (
        f"At {100 * state['width']:g} % of the width, {used} of {sum(result.channels)} channels "
        f"and {state['macs']:.0f} % of the MACs, the test accuracy is: {reads}. "
        f"{state['variant']}: remembered and true means are {state['off']:.2f} apart.{guess}"
    )


def _row(state: live.State) -> dict[str, str]:
    return {
        "Width": f"{100 * state['width']:g} %",
        "MACs": f"{state['macs']:.0f} %",
        **{name: f"{spread(values)} %" for name, values in state["accuracy"].items()},
    }


def _draw(figure: Figure, result: "Slimmable", guessed: float | None) -> live.Update:
    left, middle, right = figure.subplots(1, 3, width_ratios=(0.8, 1.5, 1.05))
    return live.together(
        _draw_network(left, result.channels),
        _draw_accuracies(middle, result, guessed),
        _draw_means(right, result),
    )


def circles(channels: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Where the circles of all layers stand, and which share of its layer each one closes.

    >>> xy, share = circles((2, 4))
    >>> xy.tolist()[:3], share.tolist()
    ([[0.0, -0.25], [0.0, 0.25], [1.0, -0.375]], [0.5, 1.0, 0.25, 0.5, 0.75, 1.0])
    """
    places, shares = [], []
    for x, count in enumerate(channels):
        shown = min(count, MOST)
        share = (np.arange(shown) + 1) / shown
        places.append(np.stack([np.full(shown, float(x)), share - 0.5 / shown - 0.5], axis=1))
        shares.append(share)
    return np.concatenate(places), np.concatenate(shares)


def _draw_network(axes: Axes, channels: tuple[int, ...]) -> live.Update:
    """Circles of every layer with all the lines between those that run."""
    (xy, share), count = circles(channels), len(channels)
    lines = LineCollection([], color="#9DB8CC", linewidth=1, zorder=1, antialiased=False)
    axes.add_collection(lines)
    dots = axes.scatter(xy[:, 0], xy[:, 1], s=150, zorder=3, linewidth=1, antialiased=False)
    axes.set(xlim=(-0.4, count - 0.6), ylim=(-0.56, 0.56))
    axes.set_xticks(range(count), [""] * count)
    look: dict[str, Any] = {"ha": "center", "va": "top", "textcoords": "offset points"}
    look["xycoords"] = axes.get_xaxis_transform()
    labels = [axes.annotate("", (x, 0), (0, -4), **look) for x in range(count)]
    each = max(1, channels[0] // MOST)
    circle = "1 circle: 1 channel" if each == 1 else f"1 circle: {each} channels"
    axes.annotate(circle, ((count - 1) / 2, 0), (0, -36), **look)
    axes.set_yticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        runs = share <= state["width"] + 1e-9
        for x in range(count):
            runs[np.flatnonzero(xy[:, 0] == x)[0]] = True
        dots.set_facecolor([style.COLOURS["blue"] if on else OFF for on in runs])
        dots.set_edgecolor([style.INK if on else "#C8C8C8" for on in runs])
        columns = [xy[runs & (xy[:, 0] == x)] for x in range(count)]
        pairs = pairwise(columns)
        lines.set_segments([(a, b) for left, right in pairs for a in left for b in right])
        for k, (text, full) in enumerate(zip(labels, channels, strict=True)):
            used = max(1, round(state["width"] * full))
            text.set_text(f"layer {k + 1}\n{used}/{full}")
        title.set_text(f"{state['macs']:.0f} % of the MACs")
        return [lines, dots, *labels, title]

    return move


def _look(number: int) -> dict[str, Any]:
    """As everywhere for the first five; the sixth variant is black, so that none comes twice."""
    if number < len(style.ORDER):
        return style.series(number)
    return {"color": style.INK, "linestyle": (0, (3, 2)), "marker": "X"}


def _draw_accuracies(axes: Axes, result: "Slimmable", guessed: float | None) -> live.Update:
    widths = [100 * width for width in result.widths]
    series = {
        name: draw_runs(axes, widths, 100 * runs, _look(number), name, markersize=12)
        for number, (name, runs) in enumerate(result.accuracy.items())
    }
    live.draw_star(axes, widths[0], guessed)
    here = axes.axvline(widths[0], color="#D0D0D0", linewidth=6, zorder=0.8)
    axes.set(xlabel="width, %", ylabel="test accuracy, %", xticks=widths)
    axes.margins(x=0.06, y=0.06)
    axes.grid(True)
    axes.figure.legend(loc="outside lower center", ncols=min(4, len(series) + 1))
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        here.set_xdata([100 * state["width"]] * 2)
        rings = [runs.at(100 * state["width"]) for runs in series.values()]
        mean = {name: values.mean() for name, values in state["accuracy"].items()}
        best = max(mean, key=mean.__getitem__)
        title.set_text(f"best: {best}, {mean[best]:.1f} %")
        return [here, *rings, title]

    return move


def _draw_means(axes: Axes, result: "Slimmable") -> live.Update:
    every = np.concatenate([*result.running.values(), *result.true.values()])
    low, high = np.nanmin(every), np.nanmax(every)
    pad = 0.08 * (high - low) or 1.0
    ends = (low - pad, high + pad)
    axes.plot(ends, ends, color=style.GREY, linestyle="-", linewidth=1.5)
    (dots,) = axes.plot(
        [], [], "o", color=style.COLOURS["blue"], markersize=8, markeredgecolor="white"
    )
    axes.set(xlim=ends, ylim=ends, xlabel="true mean at this width", ylabel="remembered mean")
    axes.set_aspect("equal", adjustable="box")
    axes.grid(True)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        dots.set_data(state["means"][1], state["means"][0])
        title.set_text(f"{state['variant']}: off by {state['off']:.2f}")
        return [dots, title]

    return move
