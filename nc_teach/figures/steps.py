"""A method as a row of boxes with arrows between them: the picture with which a chapter begins."""

from collections.abc import Sequence

from nc_teach.live.artists import Axes, FancyBboxPatch
from nc_teach.live.style import COLOURS

Point = tuple[float, float]


def draw_steps(axes: Axes, steps: Sequence[tuple[str, str]]) -> None:
    """A box for each (name, what is done), one unit apart, from 0 to 1 high; arrows between."""
    axes.set_axis_off()
    for place, (name, what) in enumerate(steps):
        _box(axes, place, name, what)
        if place:
            arrow(axes, (place - 0.18, 0.5), (place - 0.02, 0.5), "blue")


def arrow(axes: Axes, start: Point, end: Point, colour: str, shape: str = "arc3") -> None:
    """An arrow; ``colour`` is a key of ``style.COLOURS``, ``shape`` a connection style."""
    look = {"arrowstyle": "-|>,head_width=0.5,head_length=0.8", "linewidth": 3}
    properties = {**look, "color": COLOURS[colour], "connectionstyle": shape}
    axes.annotate("", end, start, arrowprops=properties)


def _box(axes: Axes, place: int, name: str, what: str) -> None:
    box = FancyBboxPatch((place + 0.03, 0.05), 0.74, 0.9, facecolor="white", linewidth=2.5)
    box.set(boxstyle="round,pad=0.02,rounding_size=0.06", edgecolor=COLOURS["blue"])
    axes.add_patch(box)
    axes.text(place + 0.4, 0.72, name, ha="center", va="center", fontsize=19, weight="bold")
    axes.text(place + 0.4, 0.33, what, ha="center", va="center", fontsize=13)
