"""How every live figure looks: safe colours, large type, and never colour as the only sign.

Applied with `context()` around one figure, never globally.
"""

from contextlib import AbstractContextManager
from typing import Any

from nc_teach.common.palette import COLOURS, GREY, INK

__all__ = ["COLOURS", "GREY", "INK", "bars", "context", "rc", "series"]

LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v")
HATCHES = ("", "//", "..", "xx", "\\\\")
ORDER = ("blue", "vermilion", "green", "orange", "purple")


def series(number: int) -> dict[str, Any]:
    """Colour, line and marker of the series with this number, for `axes.plot(x, y, **series(0))`.

    >>> series(1)["color"], series(1)["linestyle"], series(1)["marker"]
    ('#D55E00', '--', 's')
    """
    place = number % len(ORDER)
    return {
        "color": COLOURS[ORDER[place]],
        "linestyle": LINES[place],
        "marker": MARKERS[place],
    }


def bars(number: int) -> dict[str, Any]:
    """Colour and hatch of the bars with this number, for `axes.bar(x, h, **bars(0))`.

    >>> bars(1)["hatch"]
    '//'
    """
    place = number % len(ORDER)
    return {"color": COLOURS[ORDER[place]], "hatch": HATCHES[place], "edgecolor": "white"}


def rc() -> dict[str, Any]:
    """The matplotlib settings of a live figure."""
    from cycler import cycler

    colours = [COLOURS[name] for name in ORDER]
    return {
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same everywhere
        "font.size": 12,
        "axes.titlesize": 13,
        "axes.labelsize": 12,
        "xtick.labelsize": 12,
        "ytick.labelsize": 12,
        "legend.fontsize": 12,
        "figure.titlesize": 14,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "figure.facecolor": "white",
        "axes.facecolor": "white",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.axisbelow": True,  # the grid lies under everything that moves
        "axes.grid": False,
        "grid.color": "#DDDDDD",
        "grid.linewidth": 1.0,
        "lines.linewidth": 2.5,
        "lines.markersize": 7,
        "legend.frameon": False,
        "hatch.linewidth": 1.5,
        "axes.prop_cycle": cycler(color=colours) + cycler(linestyle=list(LINES)),
    }


def context() -> AbstractContextManager[None]:
    """A context manager in which matplotlib draws in this style, whatever the reader has set."""
    from matplotlib import style

    return style.context(rc(), after_reset=True)
