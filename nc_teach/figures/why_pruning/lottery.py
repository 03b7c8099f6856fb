"""The race of the tickets: how fast each way to start learns, and where its weights are.

Left, test accuracy on the way, at the chosen density, for the whole network, the ticket and its
controls: a line through the mean, a small mark per network, the final number in the legend. Right,
the image's pixels: how many of the first layer's weights each one still has.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.why_pruning.lottery_ticket import Race
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Legend, Line2D

WHOLE = "whole network"
SHOWN = {"dense": WHOLE, "ticket": "ticket", "re-init": "re-init", "random mask": "random mask"}
FLOOR = 40.0  # the lowest accuracy on the axis, in per cent; what is below lies outside


def lottery(race: Race, *, start: float = 0.125) -> live.LiveFigure:
    """A live figure of the learning curves at every density, with the map of what is left.

    It begins at the measured density that is nearest to ``start``. Raises ``ValueError`` when there
    are fewer maps than densities.
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
        lambda figure, state: _build(figure, race, state),
        _describe,
        size=(900, 430),
        source=race.provenance.line(),
        table=lambda points: _table(race, percent),
    )


def _state(race: Race, place: int) -> live.State:
    curves = {name: curve[:, place] for name, curve in race.curves.items() if name in SHOWN}
    early = int(np.argmin(np.abs(np.array(race.moments) - 0.1)))
    return {
        "percent": round(100 * race.densities[place], 1),
        "curves": {SHOWN[n]: 100 * curve for n, curve in {"dense": race.dense, **curves}.items()},
        "map": race.left[place],
        "early": early,
        "moment": 100 * race.moments[early],
    }


def _describe(state: live.State) -> str:
    parts = [
        f"{name} {spread(curve[:, -1])} % ({spread(curve[:, state['early']])} % early)"
        for name, curve in state["curves"].items()
    ]
    return (
        f"{state['percent']:g} % of the weights left, test accuracy at the end (and after "
        f"{state['moment']:g} % of the training): {', '.join(parts)}."
    )


def _table(race: Race, percent: list[float]) -> list[dict[str, str]]:
    rows = []
    for place, left in enumerate(percent):
        curves = _state(race, place)["curves"]
        ends = {f"Accuracy, {name}": f"{spread(c[:, -1])} %" for name, c in curves.items()}
        rows.append({"Weights left": f"{left:g} %", **ends})
    return rows


def _build(figure: Figure, race: Race, state: live.State) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
    x = 100 * np.array(race.moments)
    lines, marks, legend = _draw_curves(left, x, state)
    picture = right.imshow(np.zeros_like(race.left[0], dtype=float), cmap="Blues", vmin=0, vmax=1)
    right.set(xticks=[], yticks=[])
    right.set_title("What each pixel still feeds")
    caption = right.text(0.5, -0.04, "", transform=right.transAxes, ha="center", va="top")

    def update(state: live.State) -> list[Artist]:
        for (name, curve), text in zip(state["curves"].items(), legend.get_texts(), strict=True):
            lines[name].set_ydata(np.where(curve.mean(0) >= FLOOR, curve.mean(0), np.nan))
            marks[name].set_ydata(np.where(curve.ravel() >= FLOOR, curve.ravel(), np.nan))
            text.set_text(f"{name}: {spread(curve[:, -1])} %")
        most = max(1, int(state["map"].max()))
        picture.set_data(state["map"] / most)
        caption.set_text(f"darkest: {most:,} weights left\nwhite: none")
        return [*lines.values(), *marks.values(), legend, picture, caption]

    return update


def _draw_curves(
    axes: Axes, x: np.ndarray, state: live.State
) -> tuple[dict[str, Line2D], dict[str, Line2D], Legend]:
    lines, marks = {}, {}
    for number, (name, curve) in enumerate(state["curves"].items()):
        look, label = style.series(number), f"{name}: 00.0 ± 0.0 %"
        dots = {"color": look["color"], "markersize": 3, "zorder": 3}
        (lines[name],) = axes.plot(x, np.full(len(x), np.nan), label=label, **look)
        every = np.tile(x, len(curve))
        (marks[name],) = axes.plot(every, np.full(curve.size, np.nan), look["marker"], **dots)
    axes.set(xscale="log", xlim=(x[0] * 0.9, 110), ylim=(FLOOR, 100))
    axes.set(xlabel="share of the training done, %", ylabel="test accuracy, %")
    ticks = [t for t in (3, 10, 25, 50, 100) if t >= x[0]]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.grid(True)
    return lines, marks, axes.legend(loc="lower right", title="at the end", alignment="left")
