"""The picture of the battery: the charge, the network with its dark parts, and the curves.

Each part draws once and returns its own ``move(state) -> artists``; an update moves all three.
"""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.dynamic_computation.battery_network import draw_network
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, FancyBboxPatch, Figure, Rectangle


def draw(
    figure: Figure, state: live.State, methods: list[str], guessed: float | None
) -> live.Update:
    """Draw the still parts for ``battery`` and return the function that moves the rest."""
    left, middle, right = figure.subplots(1, 3, width_ratios=(0.55, 1.6, 1.9))
    colours = {method: style.series(k) for k, method in enumerate(methods)}
    moves = (
        _draw_battery(left),
        draw_network(middle, {name: look["color"] for name, look in colours.items()}),
        _draw_curves(right, state, colours, guessed),
    )
    return lambda state: [artist for move in moves for artist in move(state)]


def _draw_battery(axes: Axes) -> live.Update:
    axes.add_patch(Rectangle((0.36, 2.02), 0.28, 0.12, facecolor=style.INK))
    axes.add_patch(
        FancyBboxPatch(
            (0.1, 0.1),
            0.8,
            1.85,
            boxstyle="round,pad=0.04,rounding_size=0.08",
            facecolor="white",
            edgecolor=style.INK,
            linewidth=4,
        )
    )
    charge = Rectangle((0.12, 0.12), 0.76, 1.81)
    axes.add_patch(charge)
    text = axes.text(0.5, -0.08, "", ha="center", va="top", fontsize=24, weight="bold")
    axes.set(xlim=(0, 1), ylim=(-0.45, 2.25), aspect="equal")
    axes.set_axis_off()

    def move(state: live.State) -> list[Artist]:
        share = state["charge"] / 100
        charge.set_height(1.81 * share)
        name = "green" if share > 0.4 else "orange" if share > 0.15 else "vermilion"
        charge.set_facecolor(style.COLOURS[name])
        text.set_text(f"{state['charge']} %")
        return [charge, text]

    return move


def _draw_curves(
    axes: Axes, state: live.State, colours: dict[str, dict[str, Any]], guessed: float | None
) -> live.Update:
    lines = {
        method: axes.plot([], [], label=method, antialiased=False, **look)[0]
        for method, look in colours.items()
    }
    (ring,) = axes.plot(
        [], [], "o", markersize=19, fillstyle="none", color=style.INK, mew=3, antialiased=False
    )
    beyond = axes.axvspan(0, 1, color="#F3E3DC", zorder=1)
    beyond_text = axes.text(
        0, 0.98, "", transform=axes.get_xaxis_transform(), va="top", zorder=1.5, antialiased=False
    )
    live.draw_guess(axes, guessed, level=True)
    accuracy = np.concatenate([curve[1] for curve in state["curves"].values()])
    low, high = accuracy.min(), accuracy.max()
    pad = 0.08 * max(high - low, 2)
    axes.set(xlim=(0, 106), ylim=(low - pad, high + 2.2 * pad), ylabel="test accuracy, %")
    axes.set_xlabel("cost, % of the most costly configuration")
    axes.grid(True)
    title = axes.set_title(" ")
    axes.figure.legend(loc="outside lower right", ncols=len(lines) + 1)

    def move(state: live.State) -> list[Artist]:
        for method, line in lines.items():
            line.set_data(*state["curves"][method])
        ring.set_data([state["share"]], [state["test"].mean()])
        beyond.set_bounds(state["charge"], 0, 110 - state["charge"], 1)
        beyond_text.set_x(state["charge"])
        beyond_text.set_text(" too costly now" if state["charge"] < 80 else "")
        kind = "the MACs" if state["kind"] == "macs" else "the time"
        title.set_text(f"{state['test'].mean():.1f} % right with {state['share']:.0f} % of {kind}")
        return [beyond, beyond_text, *lines.values(), ring, title]

    return move
