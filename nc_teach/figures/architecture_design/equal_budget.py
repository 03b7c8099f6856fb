"""Accuracy against what it costs: every network of the chapter, trained with the same budget.

One point per network, with its seeds as small dots, and the names in a column. Which network looks
best depends on what is counted, and that can be chosen.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import short, spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D

if TYPE_CHECKING:
    from nc_teach.claims.architecture_design.compared import Compared

TICKS = (0.0, 0.5, 1.0)  # on the way from the cheapest to the most costly
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
COLOURS = [*(style.COLOURS[name] for name in style.ORDER), style.INK, style.COLOURS["sky"]]


def equal_budget(result: "Compared", guess: str | None = None) -> live.LiveFigure:
    """A live figure of accuracy against parameters, MACs or measured time.

    ``guess`` is the name of the network that the reader thinks is fastest.
    """
    latency = {f"ms, {batch}": times[:, 1] for batch, times in result.latency.items()}
    costs = {"MACs": result.macs, **latency, "parameters": result.params}
    seeds = 100 * result.accuracy
    mean = seeds.mean(axis=0)

    def state(values: live.Values) -> live.State:
        x = costs[values["cost"]]
        return {"cost": values["cost"], "x": x, "mean": mean, "front": front(x, mean)}

    return live.LiveFigure(
        "Which network is best? It depends on what you count",
        [live.Choice("cost", "Count", list(costs))],
        state,
        lambda figure, state: _draw(figure, result.names, seeds, guess),
        lambda state: _describe(state, result.names, seeds, guess),
        size=(900, 460),
        source=result.provenance.line(),
        table=lambda points: [
            {
                "Network": name,
                "Test accuracy, %": spread(seeds[:, place]),
                **{cost: say(numbers[place]) for cost, numbers in costs.items()},
            }
            for place, name in enumerate(result.names)
        ],
    )


def front(cost: np.ndarray, accuracy: np.ndarray) -> np.ndarray:
    """Which networks nobody beats: none is at least as good in both, and better in one.

    >>> front(np.array([1.0, 2.0, 3.0]), np.array([80.0, 79.0, 85.0])).tolist()
    [True, False, True]
    """
    cheaper = (cost <= cost[:, None]) & (accuracy >= accuracy[:, None])
    better = (cost < cost[:, None]) | (accuracy > accuracy[:, None])
    return np.logical_not((cheaper & better).any(axis=1))


def _describe(
    state: live.State, names: Sequence[str], seeds: np.ndarray, guessed: str | None
) -> str:
    x, least, best = state["x"], int(state["x"].argmin()), int(state["mean"].argmax())
    unbeaten = ", ".join(name for name, ahead in zip(names, state["front"], strict=True) if ahead)
    said = (
        f"By {state['cost']}: cheapest is {names[least]} ({say(x[least])}, "
        f"{spread(seeds[:, least])} % right), most accurate {names[best]} ({say(x[best])}, "
        f"{spread(seeds[:, best])} %); no other is both cheaper and more "
        f"accurate than {unbeaten}."
    )
    return said if guessed is None else f"{said} You guessed {guessed}."


def _draw(
    figure: Figure, names: Sequence[str], seeds: np.ndarray, guessed: str | None
) -> live.Update:
    axes = figure.subplots()
    margin = 0.08 * np.ptp(seeds) + 0.1
    low, high = seeds.min() - margin, seeds.max() + 2 * margin  # names may stand higher
    axes.set(xlim=(-0.04, 1.5), ylim=(low, high), ylabel="test accuracy, %")
    axes.set_xticks(TICKS, [""] * len(TICKS))
    axes.grid(True, axis="y")
    points = _draw_points(axes, seeds)
    named = _draw_names(axes, names, guessed, 0.075 * (high - low))
    below = axes.get_xaxis_transform()
    ticks = [axes.text(x, -0.02, "", transform=below, ha="center", va="top") for x in TICKS]
    (line,) = axes.plot([], [], linestyle="--", label="no other is both cheaper and more accurate")
    line.set(color=style.GREY, linewidth=1.5, zorder=1)
    figure.legend(loc="outside upper right")
    under = figure.supxlabel(" ", fontsize=12)

    def update(state: live.State) -> list[Artist]:
        x, order = _place(state["x"]), np.argsort(state["x"])
        best = order[state["front"][order]]
        line.set_data(x[best], state["mean"][best])
        low = state["x"].min()
        for tick, share in zip(ticks, TICKS, strict=True):
            number = low * _reach(state["x"]) ** share
            tick.set_text(short(number) if number >= 1000 else say(number))
        under.set_text(f"{state['cost']} (log scale); further left is cheaper")
        return [*named(state["mean"]), line, *points(x), *ticks, under]

    return update


def _marks(axes: Axes, count: int, size: float, **look: Any) -> list[Line2D]:
    """A mark for each network, which differ in colour and in shape."""
    return [
        axes.plot([], [], MARKERS[k % 8], color=COLOURS[k % 7], markersize=size, **look)[0]
        for k in range(count)
    ]


def _draw_points(axes: Axes, seeds: np.ndarray) -> Callable[[np.ndarray], list[Artist]]:
    runs, count = seeds.shape
    dots = [axes.plot([], [], ".", color=COLOURS[k % 7], markersize=6)[0] for k in range(count)]
    axes.plot([], [], ".", color=style.GREY, markersize=6, label="one seed")
    means = _marks(axes, count, 11, markeredgecolor="white", zorder=4)

    def move(x: np.ndarray) -> list[Artist]:
        for dot, mean, cost, accuracy in zip(dots, means, x, seeds.T, strict=True):
            dot.set_data([cost] * runs, accuracy)
            mean.set_data([cost], [accuracy.mean()])
        return [*dots, *means]

    return move


def _draw_names(
    axes: Axes, names: Sequence[str], guessed: str | None, gap: float
) -> Callable[..., list[Artist]]:
    """The names in a column at the right, each behind its mark; the most accurate is on top."""
    axes.axvspan(1.07, 1.6, color="white", zorder=0.9)  # no grid: here is the key, and no data
    axes.axvline(1.07, color=style.GREY, linewidth=1)
    marks = _marks(axes, len(names), 9)
    texts = [
        axes.text(1.15, 0, name + " (your guess)" * (name == guessed), va="center")
        for name in names
    ]

    def move(mean: np.ndarray) -> list[Artist]:
        for text, mark, height in zip(texts, marks, apart(mean, gap), strict=True):
            text.set_y(height)
            mark.set_data([1.12], [height])
        return [*marks, *texts]

    return move


def _reach(numbers: np.ndarray) -> float:
    """How many times the smallest the axis ends at: at least 2, so that like sizes look alike.

    >>> _reach(np.array([10.0, 11.0])), _reach(np.array([10.0, 50.0]))
    (2.0, 5.0)
    """
    return max(2.0, float(numbers.max() / numbers.min()))


def _place(numbers: np.ndarray) -> np.ndarray:
    """Where each is between the smallest (0) and the end of the axis (1), by its logarithm.

    >>> _place(np.array([1.0, 10.0, 100.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.log(numbers / numbers.min()) / np.log(_reach(numbers))


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
