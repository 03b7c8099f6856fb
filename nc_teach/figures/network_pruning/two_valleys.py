"""Two weights at the bottom of their valleys: what does it cost to pull each of them to zero?

The smallest example of optimal brain damage. Left a large weight in a flat valley, right a small
one in a steep valley; the reader moves both, and the loss climbs by h (w - v)² / 2.
"""

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

VALLEYS = {"flat": (0.1, 3.0), "steep": (1.0, 1.0)}  # curvature h, and the trained weight w
TOP = 0.8  # of the axis of the loss


def two_valleys() -> live.LiveFigure:
    """A live figure: drag two weights from where training left them to zero."""
    sliders = [
        live.Slider("flat", "Weight in the flat valley", np.arange(3.0, -0.1, -0.5)),
        live.Slider("steep", "Weight in the steep valley", [k / 10 for k in range(10, -1, -1)]),
    ]
    return live.LiveFigure(
        "What does it cost to go to zero?",
        sliders,
        lambda values: {name: (values[name], rise(name, values[name])) for name in VALLEYS},
        _build,
        _describe,
        size=(860, 380),
        source="Computed from the two curvatures, nothing was trained.",
    )


def rise(valley: str, place: float) -> float:
    """The loss at ``place`` above the bottom of that valley, h (w - place)² / 2.

    >>> round(rise("flat", 0.0), 3), rise("steep", 0.0), rise("steep", 1.0)
    (0.45, 0.5, 0.0)
    """
    curvature, weight = VALLEYS[valley]
    return curvature * (weight - place) ** 2 / 2


def _describe(state: live.State) -> str:
    parts = []
    for name, (curvature, weight) in VALLEYS.items():
        place, loss = state[name]
        parts.append(
            f"in the {name} valley (curvature {curvature:g}) the weight was pulled from {weight:g} "
            f"to {place:g} and the loss rose by {loss:.2f}"
        )
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _build(figure: Figure, state: live.State) -> live.Update:
    axes = figure.subplots(1, 2, sharey=True)
    axes[0].set_ylabel("loss, above its minimum")
    pairs = zip(VALLEYS, axes, strict=True)
    return live.together(*(_draw(one, name, number) for number, (name, one) in enumerate(pairs)))


def _draw(axes: Axes, name: str, number: int) -> live.Update:
    curvature, weight = VALLEYS[name]
    places = np.linspace(-1, 4.5, 200)
    look = style.series(number)
    axes.plot(places, curvature * (weight - places) ** 2 / 2, color=look["color"], linewidth=2.5)
    axes.axvline(0, color=style.GREY, linestyle=":")
    axes.set(xlim=(-1, 4.5), ylim=(-0.06, TOP), xlabel="weight")
    axes.set_title(f"{name}: h = {curvature:g}, w = {weight:g}")
    (ball,) = axes.plot([], [], "o", color=look["color"], markersize=16, markeredgecolor=style.INK)
    (climb,) = axes.plot([], [], color=style.COLOURS["vermilion"], linewidth=3)
    text = axes.text(0.97, 0.9, "", fontsize=16, ha="right", transform=axes.transAxes)

    def move(state: live.State) -> list[Artist]:
        place, loss = state[name]
        ball.set_data([place], [loss])
        climb.set_data([place, place], [0, loss])
        text.set_text(f"loss +{loss:.2f}")
        return [climb, ball, text]

    return move
