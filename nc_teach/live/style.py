"""How every live figure looks: safe colours, large type, and never colour as the only sign.

Colours are those of Okabe and Ito (2008), which people with any kind of colour vision can tell
apart. Applied with `context()` around one figure, never globally.
"""

from __future__ import annotations

from typing import Any

COLOURS = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "orange": "#E69F00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
}
GREY = "#8A8A8A"  # for what stands behind: histograms, the other runs
INK = "#1A1A1A"  # text and axes; contrast 17:1 on white

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


def context() -> Any:
    """A context manager in which matplotlib draws in this style, whatever the reader has set."""
    from matplotlib import style

    return style.context(rc(), after_reset=True)


def label_end(axes: Any, x: float, y: float, text: str, colour: str) -> Any:
    """Write a line's name beside its right end instead of in a legend; returns the text.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where the line is drawn.
    x, y : float
        The line's last point, in data.
    text, colour : str
        What to write, and the line's colour.
    """
    return axes.annotate(
        text,
        (x, y),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        color=colour,
        annotation_clip=False,
    )
