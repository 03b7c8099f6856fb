"""A figure's colours on dark paper: each of the course's has a partner, and what lies between
two colours lies between their partners.

The player recolours the pictures that it holds, so a page has each of them once. A colour p of
[0, 1]^3 becomes A p + b + sum_k w_k |p - p_k|: the interpolation by distances, exact at the K known
colours p_k, and nearly straight between two of them, where the edges of lines and letters lie.

What is light on white is dark here and the other way round, also among the colours: ink reads on
light patches (sky, orange, purple), paper's colour on strong ones (blue, vermilion, green).
"""

from collections.abc import Iterable
from functools import cache
from typing import TypedDict

import numpy as np

from nc_teach.common.palette import COLOURS, GREY, INK

DARK_PAPER, DARK_INK = "#111111", "#F2F2F2"
PARTNERS = {
    "#FFFFFF": DARK_PAPER,
    INK: DARK_INK,
    "#555555": "#B8B8B8",
    GREY: "#8E8E8E",
    "#DDDDDD": "#3A3A3A",
    COLOURS["black"]: "#FFFFFF",
    COLOURS["blue"]: "#58ABF2",
    COLOURS["vermilion"]: "#FF7A2E",
    COLOURS["green"]: "#35CC8E",
    COLOURS["orange"]: "#946200",
    COLOURS["purple"]: "#AA4C84",
    COLOURS["sky"]: "#14739E",
    COLOURS["yellow"]: "#6F6A00",
}


class Swap(TypedDict):
    """The interpolation as the player reads it: plain JSON, colours in [0, 1]."""

    points: list[list[float]]  # K x 3
    weights: list[list[float]]  # K x 3
    linear: list[list[float]]  # 4 x 3: A transposed, and b below it


@cache
def swap() -> Swap:
    """The weights that carry every colour to its partner."""
    points, partners = (_rgb(colours) for colours in (PARTNERS, PARTNERS.values()))
    count, flat = len(points), np.column_stack([points, np.ones(len(points))])
    system = np.zeros((count + 4, count + 4))
    system[:count, :count] = _distances(points, points)
    system[:count, count:], system[count:, :count] = flat, flat.T
    found = np.linalg.solve(system, np.vstack([partners, np.zeros((4, 3))])).round(6)
    weights, linear = found[:count].tolist(), found[count:].tolist()
    return {"points": points.round(6).tolist(), "weights": weights, "linear": linear}


def swapped(colours: np.ndarray) -> np.ndarray:
    """Colours (N x 3 in [0, 1]) as they are on dark paper; what the player does to each pixel.

    >>> swapped(np.array([[1.0, 1.0, 1.0]])).round(2).tolist()
    [[0.07, 0.07, 0.07]]
    """
    points, weights, linear = (np.array(part) for part in swap().values())
    found = _distances(colours, points) @ weights + colours @ linear[:3] + linear[3]
    return found.clip(0, 1)


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.linalg.norm(a[:, None] - b, axis=2)


def _rgb(colours: Iterable[str]) -> np.ndarray:
    return np.array([[int(c[k : k + 2], 16) / 255 for k in (1, 3, 5)] for c in colours])
