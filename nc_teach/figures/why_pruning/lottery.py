"""The race of the tickets: how fast each way to start learns, and where its weights are.

Left, test accuracy on the way, at the chosen density, for the whole network, the ticket and its
controls: a line through the mean, a small mark per network, the final number in the legend. Right,
the image's pixels: how many of the first layer's weights each one still has.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.why_pruning.lottery_ticket import Race

TICKETS = ("ticket", "re-init", "random mask")
FLOOR = 40.0  # the lowest accuracy on the axis, in per cent; what is below lies outside


def lottery(race: "Race", *, start: float = 0.125) -> live.LiveFigure:
    """A live figure of the learning curves at every density, with the map of what is left.

    It begins at the measured density that is nearest to ``start``.
    """
    percent = [round(100 * d, 1) for d in race.densities]

    def compute(values: live.Values) -> live.State:
        place = percent.index(values["left"])
        return {**values, "curves": _curves(race, place), "map": race.left[place]}

    return live.LiveFigure(
        "Does the ticket win?",
        [live.Slider("left", "Weights left", percent, near=100 * start, unit="%")],
        compute,
        lambda figure, state: _build(figure, race, state),
        lambda state: _describe(race, state),
        size=(900, 450),
        source=race.provenance.line(),
        table=lambda points: [_row(compute(values)) for values in points],
    )


def _curves(race: "Race", place: int) -> dict[str, np.ndarray]:
    """Accuracy in per cent, networks x moments, of the whole network and of every ticket."""
    tickets = {name: race.curves[name][:, place] for name in TICKETS if name in race.curves}
    return {name: 100 * c for name, c in {"whole network": race.dense, **tickets}.items()}


def _describe(race: "Race", state: live.State) -> str:
    from nc_teach.claims.why_pruning.lottery_ticket import EARLY

    early = race.moments.index(EARLY)
    parts = [
        f"{name} {spread(curve[:, -1])} % ({spread(curve[:, early])} % early)"
        for name, curve in state["curves"].items()
    ]
    return (
        f"{state['left']:g} % of the weights left, test accuracy at the end (and after "
        f"{100 * EARLY:g} % of the training): {', '.join(parts)}."
    )


def _row(state: live.State) -> dict[str, str]:
    ends = {name: f"{spread(curve[:, -1])} %" for name, curve in state["curves"].items()}
    accuracies = {f"Accuracy, {name}": end for name, end in ends.items()}
    return {"Weights left": f"{state['left']:g} %", **accuracies}


def _build(figure: Figure, race: "Race", state: live.State) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
    move = _draw_curves(left, 100 * np.array(race.moments), state["curves"])
    picture = right.imshow(np.zeros(race.left[0].shape), cmap="Blues", vmin=0, vmax=1)
    right.set(xticks=[], yticks=[], title="What each pixel still feeds")
    caption = right.text(0.5, -0.04, "", transform=right.transAxes, ha="center", va="top")

    def update(state: live.State) -> list[Artist]:
        most = max(1, state["map"].max())
        picture.set_data(state["map"] / most)
        caption.set_text(f"darkest: {most:,} weights left; white: none")
        return [*move(state), picture, caption]

    return update


def _draw_curves(axes: Axes, x: np.ndarray, curves: dict[str, np.ndarray]) -> live.Update:
    """Accuracy against the share of the training done; returns ``move(state) -> artists``."""
    lines, marks = [], []
    for number, (name, curve) in enumerate(curves.items()):
        look, label = style.series(number), f"{name}: 00.0 ± 0.0 %"
        lines += axes.plot(x, np.full(len(x), np.nan), label=label, **look)
        dots = {"color": look["color"], "markersize": 3, "zorder": 3}
        every = np.tile(x, len(curve))
        marks += axes.plot(every, np.full(curve.size, np.nan), look["marker"], **dots)
    axes.set(xscale="log", xlim=(x[0] * 0.9, 110), ylim=(FLOOR, 100))
    axes.set(xlabel="share of the training done, %", ylabel="test accuracy, %")
    ticks = [t for t in (3, 10, 25, 50, 100) if t >= x[0]]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.grid(True)
    axes.set_title("Accuracy on the way; below, at the end")
    legend = axes.figure.legend(loc="outside lower left", ncols=2)

    def move(state: live.State) -> list[Artist]:
        rows = zip(state["curves"].items(), lines, marks, legend.get_texts(), strict=True)
        for (name, curve), line, dots, text in rows:
            line.set_ydata(_above(curve.mean(axis=0)))
            dots.set_ydata(_above(curve.ravel()))
            text.set_text(f"{name}: {spread(curve[:, -1])} %")
        return [*lines, *marks, legend]

    return move


def _above(accuracy: np.ndarray) -> np.ndarray:
    return np.where(accuracy >= FLOOR, accuracy, np.nan)
