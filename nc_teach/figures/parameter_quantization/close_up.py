"""An axis of accuracy that shows the last points: what lies below it is written at its edge.

A loss of one point cannot be seen on an axis from 0 to 100. This one ends ten points below the
network in float32, which is a dashed line over a band of one point.
"""

from collections.abc import Sequence

import numpy as np

from nc_teach.live import style
from nc_teach.live.artists import Axes

BELOW = 10  # points that the axis reaches down from float32


def look_closely(
    axes: Axes, before: np.ndarray, series: Sequence[tuple[Sequence[float], np.ndarray]]
) -> None:
    """Draw float32 and its band, set the limits, and write at the edge what lies below them.

    ``before`` are accuracies of the float32 networks, and each of the ``series`` is where on the
    axis was measured and the accuracies there, in per cent; NaN is left out.
    """
    reference = before.mean()
    floor, top = np.floor(reference - BELOW), reference + 1
    low: dict[float, list[float]] = {}
    for places, accuracies in series:
        top = max(top, np.nanmax(accuracies) + 1)
        for x, accuracy in zip(places, accuracies, strict=True):
            if accuracy < floor:
                low.setdefault(x, []).append(accuracy)
    axes.axhspan(reference - 1, reference, color="#E8E8E8", zorder=0, label="1 point below")
    axes.axhline(reference, color=style.GREY, linestyle="--", label="float32", zorder=1)
    axes.set_ylim(floor, top)
    frame = {"facecolor": "white", "edgecolor": style.GREY, "pad": 2}
    for place, (x, found) in enumerate(sorted(low.items())):
        lift = 0.02 + 0.09 * (place % 2)  # so that neighbours do not cover each other
        numbers = "\n".join(f"{a:.0f}" for a in sorted(found, reverse=True))
        text = axes.text(x, floor + lift * (top - floor), numbers, ha="center", va="bottom")
        text.set(zorder=6, fontsize=12, bbox=frame)
