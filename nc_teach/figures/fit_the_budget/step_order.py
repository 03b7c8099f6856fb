"""Prune and then share, or share and then prune? Two curves over the size of the file.

A curve goes through all sparsities at one number of shared values; the large marks are at the
sparsity that is chosen, with a short line for each network. Left is
smaller, up is better: the order whose curve lies further up and to the left has spent its bytes
better.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure

if TYPE_CHECKING:
    from nc_teach.claims.fit_the_budget import Orders


def step_order(
    result: "Orders",
    guess: live.Guess = None,
    *,
    limit: int = 20_480,
    start: tuple[float, int] = (0.6, 16),
) -> live.LiveFigure:
    """A live figure with sliders for the sparsity and the number of shared values.

    ``guess`` is how many points the reader thinks that the first order is ahead. The line ``limit``
    is at the bytes that are allowed. ``start`` is a sparsity and a number of values: ``ValueError``
    where that was not measured.
    """
    guessed = live.guessed(guess)
    percent = [round(100 * s) for s in result.sparsities]

    def compute(at: live.Values) -> live.State:
        i, j = percent.index(at["pruned"]), result.values.index(at["values"])
        return {
            "percent": percent[i],
            "values": result.values[j],
            "place": i,
            "accuracy": {order: 100 * a[:, i, j] for order, a in result.accuracy.items()},
            "curves": {
                order: (
                    result.stored_bytes[order][:, :, j].mean(axis=0) / 1e3,
                    100 * a[:, :, j].mean(axis=0),
                )
                for order, a in result.accuracy.items()
            },
            "gap": result.gap()[i, j],
        }

    return live.LiveFigure(
        "Which comes first?",
        [
            live.Slider("pruned", "Weights pruned", percent, start=round(100 * start[0]), unit="%"),
            live.Slider("values", "Shared values", result.values, start=start[1]),
        ],
        compute,
        lambda figure, state: _draw(figure, result, limit),
        lambda state: _describe(state, guessed),
        size=(860, 440),
        source=result.provenance.line(),
    )


def _describe(state: live.State, guessed: float | None) -> str:
    each = "; ".join(
        f"{order}: {spread(state['accuracy'][order])} % in {sizes[state['place']]:.1f} kB"
        for order, (sizes, _) in state["curves"].items()
    )
    ahead = "ahead" if state["gap"] >= 0 else "behind"
    said = (
        f"{state['percent']} % pruned, {state['values']} values a layer: {each}. "
        f"Pruning first is {abs(state['gap']):.1f} points {ahead}."
    )
    return said if guessed is None else f"{said} You guessed {guessed:g}."


def _draw(figure: Figure, result: "Orders", limit: int) -> live.Update:
    axes = figure.subplots()
    every = np.concatenate([100 * a.mean(axis=0).ravel() for a in result.accuracy.values()])
    sizes = np.concatenate([b.mean(axis=0).ravel() for b in result.stored_bytes.values()]) / 1e3
    dense = 100 * result.dense.mean()
    top, low = max(every.max(), dense), every.min()
    low = min(low, *(100 * a.min() for a in result.accuracy.values()))
    axes.set(
        xlim=(0, 1.12 * max(sizes.max(), limit / 1e3)),
        ylim=(low - 0.08 * (top - low), top + 0.12 * (top - low)),
    )
    axes.set(xlabel="file, kB (smaller to the left)", ylabel="test accuracy, %")
    axes.grid(True)
    axes.axhline(dense, color=style.GREY, linewidth=2)
    axes.text(0.4, dense, "dense", va="bottom", color="#5A5A5A")
    axes.axvline(limit / 1e3, color=style.INK, linewidth=2)
    axes.text(limit / 1e3, axes.get_ylim()[0], " limit", va="bottom")
    curves, marks, dots = {}, {}, {}
    for number, order in enumerate(result.accuracy):
        look = style.series(number)
        (curves[order],) = axes.plot([], [], **look, label=order)
        (marks[order],) = axes.plot(
            [], [], look["marker"], color=look["color"], markersize=15, markeredgecolor="black"
        )
        (dots[order],) = axes.plot(
            [], [], "_", color=look["color"], markersize=26, markeredgewidth=2
        )
    shares = [
        axes.annotate(f"{100 * s:.0f} %", (0, 0), (12, -4), textcoords="offset points", va="top")
        for s in result.sparsities
    ]
    figure.legend(loc="outside upper right", ncols=2)
    title = axes.set_title("")

    def update(state: live.State) -> list[Artist]:
        for order, (x, y) in state["curves"].items():
            curves[order].set_data(x, y)
            marks[order].set_data(x[[state["place"]]], y[[state["place"]]])
            each = state["accuracy"][order]
            dots[order].set_data([x[state["place"]]] * len(each), each)
        _, second = (state["curves"][order] for order in result.accuracy)
        for share, x, y in zip(shares, second[0], second[1], strict=True):
            share.xy = x, y
        title.set_text(f"{state['percent']} % pruned, {state['values']} values")
        return [*curves.values(), *marks.values(), *dots.values(), *shares, title]

    return update
