"""The race of the tickets: how fast each way to start learns, and where its weights are.

Left, test accuracy on the way, at the chosen density, for the whole network, the ticket and its
controls: a line through the mean, a small mark per network, the final number in the legend. Right,
the image's pixels: how many of the first layer's weights each one still has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style

WHOLE = "whole network"
SHOWN = {"dense": WHOLE, "ticket": "ticket", "re-init": "re-init", "random mask": "random mask"}
FLOOR = 40.0  # the lowest accuracy on the axis, in per cent; what is below lies outside


def lottery(race: Any, *, start: float = 0.125) -> live.LiveFigure:
    """A live figure of the learning curves at every density, with the map of what is left.

    Parameters
    ----------
    race
        What ``claims.why_pruning.race`` returns: ``densities`` and ``moments`` (shares in (0, 1]),
        ``dense`` (networks x moments, accuracy in [0, 1]), ``curves`` (name -> networks x densities
        x moments) and ``left`` (densities x H x W, weights left per pixel).
    start
        Density at which the slider stands first (the nearest that was measured).

    Raises
    ------
    ValueError
        When there are fewer maps than densities.
    """
    if len(race.left) != len(race.densities):
        raise ValueError(
            f"race.left must hold a map for each of {len(race.densities)} densities, "
            f"got {len(race.left)}"
        )
    percent = [round(100 * d, 1) for d in race.densities]
    nearest = min(percent, key=lambda p: abs(p - 100 * start))
    return live.LiveFigure(
        "Does the ticket win?",
        [live.Slider("left", "Weights left", percent, start=nearest, unit="%")],
        lambda values: _state(race, percent.index(values["left"])),
        lambda figure, state: _draw(figure, race, state),
        _describe,
        size=(900, 430),
        source=race.provenance.line(),
        table=lambda points: _table(race, percent),
    )


def _state(race: Any, place: int) -> dict[str, Any]:
    curves = {"dense": race.dense, **race.curves}
    return {
        "percent": round(100 * race.densities[place], 1),
        "curves": {
            SHOWN[name]: 100 * (curve if name == "dense" else curve[:, place])
            for name, curve in curves.items()
            if name in SHOWN
        },
        "map": race.left[place],
        "early": int(np.argmin(np.abs(np.array(race.moments) - 0.1))),
        "moment": 100 * race.moments[int(np.argmin(np.abs(np.array(race.moments) - 0.1)))],
    }


def _describe(state: dict[str, Any]) -> str:
    parts = [
        f"{name} {spread(curve[:, -1])} % ({spread(curve[:, state['early']])} % early)"
        for name, curve in state["curves"].items()
    ]
    return (
        f"{state['percent']:g} % of the weights left, test accuracy at the end (and after "
        f"{state['moment']:g} % of the training): {', '.join(parts)}."
    )


def _table(race: Any, percent: list[float]) -> list[dict[str, str]]:
    rows = []
    for place, left in enumerate(percent):
        curves = _state(race, place)["curves"]
        ends = {f"Accuracy, {name}": f"{spread(c[:, -1])} %" for name, c in curves.items()}
        rows.append({"Weights left": f"{left:g} %", **ends})
    return rows


def _draw(figure: Any, race: Any, state: dict[str, Any]) -> Callable[[dict[str, Any]], list[Any]]:
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
    x = 100 * np.array(race.moments)
    lines, marks, legend = _draw_curves(left, x, state)
    picture = right.imshow(np.zeros_like(race.left[0], dtype=float), cmap="Blues", vmin=0, vmax=1)
    right.set(xticks=[], yticks=[])
    right.set_title("What each pixel still feeds")
    caption = right.text(0.5, -0.04, "", transform=right.transAxes, ha="center", va="top")

    def update(state: dict[str, Any]) -> list[Any]:
        for (name, curve), text in zip(state["curves"].items(), legend.get_texts(), strict=True):
            lines[name].set_ydata(np.where(curve.mean(0) >= FLOOR, curve.mean(0), np.nan))
            marks[name].set_ydata(np.where(curve.ravel() >= FLOOR, curve.ravel(), np.nan))
            text.set_text(f"{name}: {spread(curve[:, -1])} %")
        most = max(1, int(state["map"].max()))
        picture.set_data(state["map"] / most)
        caption.set_text(f"darkest: {most:,} weights left\nwhite: none")
        return [*lines.values(), *marks.values(), legend, picture, caption]

    return update


def _draw_curves(axes: Any, x: np.ndarray, state: dict[str, Any]) -> tuple[dict, dict, Any]:
    lines, marks = {}, {}
    for number, (name, curve) in enumerate(state["curves"].items()):
        look = style.series(number)
        (lines[name],) = axes.plot(
            x, np.full(len(x), np.nan), label=f"{name}: 00.0 ± 0.0 %", **look
        )
        (marks[name],) = axes.plot(
            np.tile(x, len(curve)), np.full(curve.size, np.nan), look["marker"],
            color=look["color"], markersize=3, zorder=3,
        )  # fmt: skip
    axes.set(xscale="log", xlim=(x[0] * 0.9, 110), ylim=(FLOOR, 100))
    axes.set(xlabel="share of the training done, %", ylabel="test accuracy, %")
    ticks = [t for t in (3, 10, 25, 50, 100) if t >= x[0]]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.grid(True)
    return lines, marks, axes.legend(loc="lower right", title="at the end", alignment="left")
