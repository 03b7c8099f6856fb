"""An axis of accuracy that shows the last points: what lies below it is written at its edge.

A loss of one point cannot be seen on an axis from 0 to 100. This one ends ten points below the
network in float32, which is a dashed line over a band of one point.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nc_teach.live import style
from nc_teach.live.artists import Axes

BELOW = 10  # points that the axis reaches down from float32


def look_closely(
    axes: Axes, before: np.ndarray, accuracies: Mapping[float, Sequence[float]]
) -> None:
    """Draw float32 and its band, set the limits, and write at the edge what lies below them.

    ``before`` are accuracies of the float32 networks and ``accuracies[x]`` all those at a place of
    the axis, in per cent; NaN is left out.

    Raises
    ------
    ValueError
        When there is no accuracy at all.
    """
    shown = [a for found in accuracies.values() for a in found if not np.isnan(a)]
    if not shown:
        raise ValueError("accuracies must hold at least one number")
    reference = float(np.mean(before))
    floor, top = np.floor(reference - BELOW), max(*shown, reference) + 1
    axes.axhspan(reference - 1, reference, color="#E8E8E8", zorder=0, label="1 point below")
    axes.axhline(reference, color=style.GREY, linestyle="--", label="float32", zorder=1)
    axes.set_ylim(floor, top)
    low = {x: [a for a in found if a < floor] for x, found in accuracies.items()}
    for place, (x, found) in enumerate((x, found) for x, found in low.items() if found):
        lift = 0.02 + 0.09 * (place % 2)  # so that neighbours do not cover each other
        numbers = "\n".join(f"{a:.0f}" for a in sorted(found)[::-1])
        frame = {"facecolor": "white", "edgecolor": style.GREY, "pad": 2}
        look: dict[str, Any] = {
            "ha": "center",
            "va": "bottom",
            "zorder": 6,
            "fontsize": 12,
            "bbox": frame,
        }
        axes.text(x, floor + lift * (top - floor), numbers, **look)
