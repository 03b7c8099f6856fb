"""The picture of equal_budget: a point for each network, its seeds, and the names in a column."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

TICKS = (0.0, 0.5, 1.0)  # on the way from the cheapest to the most costly
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def draw(figure: Figure, state: live.State, guessed: str | None) -> live.Update:
    """Draw the still parts for ``equal_budget`` and return the function that moves the rest."""
    axes = figure.subplots()
    low, high = _label(axes, state["seeds"])
    points = _draw_points(axes, state)
    names = _draw_names(axes, state["names"], guessed, 0.06 * (high - low))
    ticks = [
        axes.text(x, -0.02, "", transform=axes.get_xaxis_transform(), ha="center", va="top")
        for x in TICKS
    ]
    (line,) = axes.plot([], [], linestyle="--", label="not beaten in both")
    line.set(color=style.GREY, linewidth=1.5, zorder=1)
    figure.legend(loc="outside upper right")
    under = figure.supxlabel(" ", fontsize=12)

    def update(state: live.State) -> list[Artist]:
        x, order = _place(state["x"]), np.argsort(state["x"])
        best = order[state["front"][order]]
        line.set_data(x[best], state["mean"][best])
        low, high = state["x"].min(), state["x"].max()
        for tick, share in zip(ticks, TICKS, strict=True):
            tick.set_text(say(low * (high / low) ** share))
        under.set_text(f"{state['cost']} (log scale); further left is cheaper")
        return [*names(x, state["mean"]), line, *points(x, state), *ticks, under]

    return update


def _label(axes: Axes, seeds: np.ndarray) -> tuple[float, float]:
    """Limits and grid; returns the lower and the upper limit."""
    low, high = seeds.min(), seeds.max()
    margin = 0.08 * (high - low) + 0.1
    axes.set(xlim=(-0.04, 1.5), ylim=(low - margin, high + margin), ylabel="test accuracy, %")
    axes.set_xticks(TICKS, [""] * len(TICKS))
    axes.grid(True, axis="y")
    return low - margin, high + margin


def _look(place: int) -> dict[str, Any]:
    """Eight markers that differ in colour and in shape."""
    colours = [style.COLOURS[name] for name in style.ORDER] + [style.INK, style.COLOURS["sky"]]
    return {"color": colours[place % len(colours)], "marker": MARKERS[place % len(MARKERS)]}


def _draw_points(axes: Axes, state: live.State) -> Callable[..., list[Artist]]:
    looks = [_look(place) for place in range(len(state["names"]))]
    dots = [axes.plot([], [], ".", color=look["color"], markersize=6)[0] for look in looks]
    means = [
        axes.plot([], [], linestyle="", markersize=11, markeredgecolor="white", zorder=4, **look)[0]
        for look in looks
    ]

    def move(x: np.ndarray, state: live.State) -> list[Artist]:
        for place, (dot, mean) in enumerate(zip(dots, means, strict=True)):
            dot.set_data(np.full(len(state["seeds"]), x[place]), state["seeds"][:, place])
            mean.set_data([x[place]], [state["mean"][place]])
        return [*dots, *means]

    return move


def _draw_names(
    axes: Axes, names: tuple[str, ...], guessed: str | None, gap: float
) -> Callable[..., list[Artist]]:
    """The names in a column at the right, each with a thin line from its point."""
    (leaders,) = axes.plot([], [], color="#C8C8C8", linewidth=1, linestyle="-", zorder=0.8)
    marks = [
        axes.plot([], [], linestyle="", markersize=9, **_look(k))[0] for k in range(len(names))
    ]
    texts = [
        axes.text(1.15, 0, name + " (your guess)" * (name == guessed), va="center")
        for name in names
    ]

    def move(x: np.ndarray, mean: np.ndarray) -> list[Artist]:
        heights = apart(mean, gap)
        for text, mark, height in zip(texts, marks, heights, strict=True):
            text.set_y(height)
            mark.set_data([1.12], [height])
        ends = [
            ((a, 1.03, 1.1, np.nan), (m, m, h, np.nan))
            for a, m, h in zip(x, mean, heights, strict=True)
        ]
        leaders.set_data(*np.concatenate(ends, axis=1))
        return [leaders, *marks, *texts]

    return move


def _place(numbers: np.ndarray) -> np.ndarray:
    """Where each is between the smallest (0) and the largest (1), by its logarithm.

    >>> _place(np.array([1.0, 10.0, 100.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    logs = np.log(numbers)
    return (logs - logs.min()) / (np.ptp(logs) or 1.0)


def apart(heights: np.ndarray, gap: float) -> np.ndarray:
    """The heights, moved as little as need be so that any two are ``gap`` apart.

    >>> apart(np.array([1.0, 1.0, 5.0]), gap=1.0).tolist()
    [0.5, 1.5, 5.0]
    """
    order = np.argsort(heights, kind="stable")
    moved = heights[order].astype(float)
    for _ in range(200):
        short = np.clip(gap - np.diff(moved), 0, None) / 2
        if short.max(initial=0) < 1e-9:
            break
        moved[:-1] -= short
        moved[1:] += short
    result = np.empty_like(moved)
    result[order] = moved
    return result


def say(number: float) -> str:
    """A count with its commas, or milliseconds.

    >>> say(13962.0), say(0.512)
    ('13,962', '0.51')
    """
    return f"{number:,.0f}" if number >= 1000 else f"{number:.2f}"
