"""A figure drawn anew for where it is shown, a slide or a telephone, if its words have room."""

from collections.abc import Iterable

from .check import crowded
from .pictures import Pictures

SMALL = 480  # CSS pixels: so wide, a picture fits on a telephone with 11 px for 12 points
TALLER = (1, 1.4)  # how tall the narrow figure is tried, as a factor
WIDTH, BESIDE = 880, 580  # CSS pixels; a slide shows 1.75 times as many, two thirds beside words
HEIGHTS = (345, 385, 430, 470)  # CSS pixels


def for_slide(figure: Pictures) -> Pictures:
    """The figure as wide as a slide, or as two thirds of it if it is small, and as flat as it can.

    Where its words have no room in any height, it has the last one.
    """
    wide, high = figure.size
    width, first = WIDTH, HEIGHTS[0]
    if wide <= SMALL:
        width, first = BESIDE, min(first, BESIDE * high // wide)
    heights = (first, *HEIGHTS[1:], max(HEIGHTS[-1], high))
    drawn = [figure.resized((width, height)) for height in heights]
    return _with_room(drawn, figure) or drawn[-1]


def for_telephone(figure: Pictures) -> Pictures | None:
    """The figure drawn narrow; None where it is small as it is, or its words have no room."""
    small = figure.size[0] <= SMALL
    return None if small else _with_room(map(figure.narrow, TALLER), figure)


def _with_room(drawings: Iterable[Pictures], figure: Pictures) -> Pictures | None:
    """The first of several drawings of a figure whose words have room."""
    return next((drawn for drawn in drawings if not crowded(drawn, figure)), None)
