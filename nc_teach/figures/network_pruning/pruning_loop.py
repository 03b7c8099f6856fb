"""The chapter in one picture: train, judge, remove, train on, and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nc_teach import live

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STEPS = (
    ("Train", "a network\nthat is too big"),
    ("Judge", "how much does\na weight matter?"),
    ("Remove", "what matters\nleast"),
    ("Heal", "train on with\nwhat is left"),
)


def pruning_loop() -> live.StillFigure:
    """The loop of network pruning as four boxes and the way back."""
    says = "Train, judge, remove, heal; then judge again, until the network is small enough."
    return live.StillFigure("Network pruning in one picture", _draw, says, size=(860, 240))


def _draw(figure: Figure) -> None:
    from nc_teach.live.style import COLOURS

    axes = figure.subplots()
    axes.set(xlim=(-0.05, 4.0), ylim=(-0.62, 1.02))
    axes.set_axis_off()
    for place, (name, what) in enumerate(STEPS):
        _box(axes, place, name, what)
        if place:
            _arrow(axes, (place - 0.18, 0.5), (place - 0.02, 0.5), COLOURS["blue"])
    _arrow(axes, (3.4, 0.0), (1.4, 0.0), COLOURS["vermilion"], "bar,fraction=-0.12")
    axes.text(2.4, -0.5, "again, until it is small enough", ha="center", va="center", fontsize=15)


def _box(axes: Axes, place: int, name: str, what: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    from nc_teach.live.style import COLOURS

    axes.add_patch(
        FancyBboxPatch(
            (place + 0.03, 0.05), 0.74, 0.9, boxstyle="round,pad=0.02,rounding_size=0.06",
            facecolor="white", edgecolor=COLOURS["blue"], linewidth=2.5,
        )
    )  # fmt: skip
    axes.text(place + 0.4, 0.72, name, ha="center", va="center", fontsize=19, weight="bold")
    axes.text(place + 0.4, 0.33, what, ha="center", va="center", fontsize=13)


def _arrow(axes: Axes, start: tuple, end: tuple, colour: str, shape: str = "arc3") -> None:
    style = {"arrowstyle": "-|>,head_width=0.5,head_length=0.8", "linewidth": 3, "color": colour}
    axes.annotate("", end, start, arrowprops={**style, "connectionstyle": shape})
