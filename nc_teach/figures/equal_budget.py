"""Accuracy against what it costs: every network of the chapter, trained with the same budget.

One point a network, with its seeds as small dots. Which network looks best depends on what is
counted, and that can be chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style

TICKS = (0.0, 0.5, 1.0)  # on the way from the cheapest to the dearest
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def equal_budget(result: Any, guess: Any = None) -> live.LiveFigure:
    """A live figure of accuracy against parameters, MACs or measured time.

    Parameters
    ----------
    result
        What ``claims.architecture_design.equal_budget`` returns: ``names``, ``accuracy`` (seeds x
        names, in [0, 1]), ``params`` and ``macs`` (one for each), ``latency["batch 1"]`` and the
        like (one ``meter.Latency`` for each, or its milliseconds) and ``provenance``.
    guess
        Name of the network that the reader thinks is fastest, a prediction whose ``value`` is one,
        or nothing.
    """
    guessed = getattr(guess, "value", guess)
    costs = _costs(result)
    return live.LiveFigure(
        "Which network is best? It depends on what you count",
        [live.Choice("cost", "Count", list(costs))],
        lambda values: _state(result, costs, values["cost"]),
        lambda figure, state: _draw(figure, state, guessed),
        lambda state: _describe(state, guessed),
        size=(900, 460),
        source=result.provenance.line(),
        table=lambda points: _rows(result, costs),
    )


def _costs(result: Any) -> dict[str, np.ndarray]:
    """What the horizontal axis can show: its label -> one number for each network."""
    latency = {
        f"ms, {batch}": np.array([float(getattr(ms, "median", ms)) for ms in times])
        for batch, times in result.latency.items()
    }
    return {
        "parameters": np.asarray(result.params, float),
        "MACs": np.asarray(result.macs, float),
        **latency,
    }


def _state(result: Any, costs: dict[str, np.ndarray], cost: str) -> dict[str, Any]:
    seeds = 100 * np.asarray(result.accuracy, float)
    return {
        "cost": cost,
        "names": tuple(result.names),
        "x": costs[cost],
        "seeds": seeds,
        "mean": seeds.mean(axis=0),
        "front": front(costs[cost], seeds.mean(axis=0)),
    }


def front(cost: np.ndarray, accuracy: np.ndarray) -> np.ndarray:
    """Which networks nobody beats: none is at least as good in both, and better in one.

    >>> front(np.array([1.0, 2.0, 3.0]), np.array([80.0, 79.0, 85.0])).tolist()
    [True, False, True]
    """
    cheaper = (cost <= cost[:, None]) & (accuracy >= accuracy[:, None])
    better = (cost < cost[:, None]) | (accuracy > accuracy[:, None])
    return ~(cheaper & better).any(axis=1)


def _describe(state: dict[str, Any], guessed: str | None) -> str:
    names, x, mean = state["names"], state["x"], state["mean"]
    least, best = int(x.argmin()), int(mean.argmax())
    unbeaten = ", ".join(name for name, is_front in zip(names, state["front"], strict=True)
                         if is_front)  # fmt: skip
    said = (
        f"By {state['cost']}: cheapest is {names[least]} ({_say(x[least])}, "
        f"{spread(state['seeds'][:, least])} % right), most accurate {names[best]} "
        f"({_say(x[best])}, {spread(state['seeds'][:, best])} %); not beaten in both: {unbeaten}."
    )
    return said if guessed is None else f"{said} You guessed {guessed}."


def _say(number: float) -> str:
    """A count with its commas, or milliseconds.

    >>> _say(13962.0), _say(0.512)
    ('13,962', '0.51')
    """
    return f"{number:,.0f}" if number >= 1000 else f"{number:.2f}"


def _rows(result: Any, costs: dict[str, np.ndarray]) -> list[dict[str, str]]:
    seeds = 100 * np.asarray(result.accuracy, float)
    return [
        {"Network": name, "Test accuracy, %": spread(seeds[:, place]),
         **{cost: _say(numbers[place]) for cost, numbers in costs.items()}}
        for place, name in enumerate(result.names)
    ]  # fmt: skip


def _draw(
    figure: Any, state: dict[str, Any], guessed: str | None
) -> Callable[[dict[str, Any]], list[Any]]:
    axes = figure.subplots()
    low, high = _label(axes, state["seeds"])
    points = _draw_points(axes, state)
    names = _draw_names(axes, state["names"], guessed, 0.06 * (high - low))
    ticks = [axes.text(x, -0.02, "", transform=axes.get_xaxis_transform(), ha="center", va="top")
             for x in TICKS]  # fmt: skip
    (line,) = axes.plot([], [], color=style.GREY, linewidth=1.5, linestyle="--", zorder=1,
                        label="not beaten in both")  # fmt: skip
    figure.legend(loc="outside upper right")
    under = figure.supxlabel(" ", fontsize=12)

    def update(state: dict[str, Any]) -> list[Any]:
        x, order = _place(state["x"]), np.argsort(state["x"])
        best = order[state["front"][order]]
        line.set_data(x[best], state["mean"][best])
        low, high = state["x"].min(), state["x"].max()
        for tick, share in zip(ticks, TICKS, strict=True):
            tick.set_text(_say(low * (high / low) ** share))
        under.set_text(f"{state['cost']} (log scale); further left is cheaper")
        return [*names(x, state["mean"]), line, *points(x, state), *ticks, under]

    return update


def _label(axes: Any, seeds: np.ndarray) -> tuple[float, float]:
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


def _draw_points(axes: Any, state: dict[str, Any]) -> Callable[..., list[Any]]:
    looks = [_look(place) for place in range(len(state["names"]))]
    dots = [axes.plot([], [], ".", color=look["color"], markersize=6)[0] for look in looks]
    means = [axes.plot([], [], linestyle="", markersize=11, markeredgecolor="white", zorder=4,
                       **look)[0] for look in looks]  # fmt: skip

    def move(x: np.ndarray, state: dict[str, Any]) -> list[Any]:
        for place, (dot, mean) in enumerate(zip(dots, means, strict=True)):
            dot.set_data(np.full(len(state["seeds"]), x[place]), state["seeds"][:, place])
            mean.set_data([x[place]], [state["mean"][place]])
        return [*dots, *means]

    return move


def _draw_names(
    axes: Any, names: tuple[str, ...], guessed: str | None, gap: float
) -> Callable[..., list[Any]]:
    """The names in a column at the right, each with a thin line from its point."""
    (leaders,) = axes.plot([], [], color="#C8C8C8", linewidth=1, linestyle="-", zorder=0.8)
    marks = [axes.plot([], [], linestyle="", markersize=9, **_look(k))[0]
             for k in range(len(names))]  # fmt: skip
    texts = [axes.text(1.15, 0, name + " (your guess)" * (name == guessed), va="center")
             for name in names]  # fmt: skip

    def move(x: np.ndarray, mean: np.ndarray) -> list[Any]:
        heights = apart(mean, gap)
        for text, mark, height in zip(texts, marks, heights, strict=True):
            text.set_y(height)
            mark.set_data([1.12], [height])
        ends = [((a, 1.03, 1.1, np.nan), (m, m, h, np.nan))
                for a, m, h in zip(x, mean, heights, strict=True)]  # fmt: skip
        leaders.set_data(*np.concatenate(ends, axis=1))
        return [leaders, *marks, *texts]

    return move


def _place(numbers: np.ndarray) -> np.ndarray:
    """Where each stands between the smallest (0) and the largest (1), by its logarithm.

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
