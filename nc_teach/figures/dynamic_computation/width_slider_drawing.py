"""The picture of a network's width: channels, accuracies, and a batch norm's two means."""

from itertools import pairwise

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.slimmable import Slimmable
from nc_teach.figures.star import draw_star
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, LineCollection

MOST = 16  # circles in a layer: more channels share a circle
OFF = "#E4E4E4"


def draw(
    figure: Figure, state: live.State, result: Slimmable, guessed: float | None
) -> live.Update:
    """Draw the still parts for ``width_slider`` and return the function that moves the rest."""
    ratios = (0.9, 1.5) if state["means"] is None else (0.8, 1.5, 1.05)
    axes = figure.subplots(1, len(ratios), width_ratios=ratios)
    moves = [_draw_network(axes[0], state), _draw_accuracies(axes[1], result, guessed)]
    if state["means"] is not None:
        moves.append(_draw_means(axes[2], result))
    return lambda state: [artist for move in moves for artist in move(state)]


def circles(channels: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Where the circles of all layers stand, and which share of its layer each one closes.

    >>> xy, share = circles([2, 4])
    >>> xy.tolist()[:3], share.tolist()
    ([[0.0, -0.25], [0.0, 0.25], [1.0, -0.375]], [0.5, 1.0, 0.25, 0.5, 0.75, 1.0])
    """
    places, shares = [], []
    for x, count in enumerate(channels):
        shown = min(count, MOST)
        height = (np.arange(shown) + 0.5) / shown - 0.5
        places.append(np.stack([np.full(shown, float(x)), height], axis=1))
        shares.append((np.arange(shown) + 1) / shown)
    return np.concatenate(places), np.concatenate(shares)


def _draw_network(axes: Axes, state: live.State) -> live.Update:
    """Circles of every layer with all the lines between those that run."""
    (xy, share), count = circles(state["channels"]), len(state["channels"])
    lines = LineCollection([], color="#9DB8CC", linewidth=1, zorder=1, antialiased=False)
    axes.add_collection(lines)
    dots = axes.scatter(xy[:, 0], xy[:, 1], s=150, zorder=3, linewidth=1, antialiased=False)
    axes.set(xlim=(-0.4, count - 0.6), ylim=(-0.56, 0.56))
    axes.set_xticks(range(count), [f"layer {k + 1}\n{n}" for k, n in enumerate(state["channels"])])
    axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
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
        title.set_text(f"width {100 * state['width']:g} %")
        return [lines, dots, title]

    return move


def _look(number: int) -> live.State:
    """As everywhere for the first five; the sixth variant is black, so that none comes twice."""
    if number < len(style.ORDER):
        return style.series(number)
    return {"color": style.INK, "linestyle": (0, (3, 2)), "marker": "X"}


def _draw_accuracies(axes: Axes, result: Slimmable, guessed: float | None) -> live.Update:
    widths = 100 * np.asarray(result.widths, dtype=float)
    rings = {}
    for number, (name, values) in enumerate(result.accuracy.items()):
        seeds, look = 100 * np.asarray(values, dtype=float), _look(number)
        axes.plot(widths, seeds.mean(axis=0), label=name, antialiased=False, **look)
        axes.plot(
            np.tile(widths, len(seeds)),
            seeds.ravel(),
            look["marker"],
            markersize=4,
            color=look["color"],
            fillstyle="none",
            antialiased=False,
        )
        (rings[name],) = axes.plot(
            [],
            [],
            look["marker"],
            color=look["color"],
            markersize=12,
            markeredgecolor=style.INK,
            zorder=5,
            antialiased=False,
        )
    draw_star(axes, widths[0], guessed)
    here = axes.axvline(widths[0], color="#D0D0D0", linewidth=6, zorder=0.8)
    axes.set(xlabel="width, %", ylabel="test accuracy, %", xticks=widths)
    axes.margins(x=0.06, y=0.06)
    axes.grid(True)
    axes.figure.legend(loc="outside lower center", ncols=min(4, len(rings) + 1))
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        here.set_xdata([100 * state["width"]] * 2)
        for name, values in state["accuracy"].items():
            rings[name].set_data([100 * state["width"]], [values.mean()])
        best = max(state["accuracy"], key=lambda name: state["accuracy"][name].mean())
        title.set_text(
            f"{state['macs']:.0f} % of the MACs; best: {best}, "
            f"{state['accuracy'][best].mean():.1f} %"
        )
        return [here, *rings.values(), title]

    return move


def _draw_means(axes: Axes, result: Slimmable) -> live.Update:
    every = [
        np.asarray(v, float).ravel()
        for side in (result.running, result.true)
        for v in side.values()
    ]
    low, high = np.nanmin(np.concatenate(every)), np.nanmax(np.concatenate(every))
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
