"""An axis of accuracy that shows the last points: what lies below it is a number at its edge.

A loss of one point cannot be seen on an axis from 0 to 100. This one ends ten points below the
network in float32, which is a dashed line over a band of one point. A number at the edge has an
arrow, and the colour of its curve.
"""

from collections.abc import Sequence

import numpy as np

from nc_teach.live import style
from nc_teach.live.artists import Axes

BELOW = 10  # points that the axis reaches down from float32


def look_closely(
    axes: Axes, before: np.ndarray, series: Sequence[tuple[Sequence[float], np.ndarray, str]]
) -> None:
    """Draw float32 and its band, set the limits, and write at the edge what lies below them.

    ``before`` are accuracies of the float32 networks, and each of the ``series`` is where on the
    axis was measured, the accuracies there, in per cent, and its colour; NaN is left out.
    """
    reference = before.mean()
    floor, top = np.floor(reference - BELOW), reference + 1
    low: dict[float, list[tuple[float, str]]] = {}
    for places, accuracies, colour in series:
        top = max(top, np.nanmax(accuracies) + 1)
        for x, accuracy in zip(places, accuracies, strict=True):
            if accuracy < floor:
                low.setdefault(x, []).append((accuracy, colour))
    axes.axhspan(reference - 1, reference, color="#E8E8E8", zorder=0, label="1 point below")
    axes.axhline(reference, color=style.GREY, linestyle="--", label="float32", zorder=1)
    axes.set_ylim(floor, top)
    for place, (x, found) in enumerate(sorted(low.items())):
        lift = 3 + 20 * (place % 2)  # so that neighbours do not cover each other
        for step, (accuracy, colour) in enumerate(sorted(found)):
            _chip(axes, f"↓{accuracy:.0f}", (x, floor), lift + 19 * step, colour)


def _chip(axes: Axes, text: str, place: tuple[float, float], lift: float, colour: str) -> None:
    """A number on a field of its curve's colour, ``lift`` points above ``place``."""
    from matplotlib.colors import to_rgb

    light = np.array(to_rgb(colour)) @ (0.299, 0.587, 0.114) > 0.5
    chip = axes.annotate(text, place, (0, lift), textcoords="offset points", ha="center")
    chip.set(zorder=6, fontsize=12, color=style.INK if light else "white", fontweight="bold")
    chip.set_bbox({"facecolor": colour, "edgecolor": "white", "pad": 2})
