"""How every live figure looks: safe colours, large type, and never colour as the only sign.

Applied with `context()` around one figure, never globally.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nc_teach.common import typefaces
from nc_teach.common.palette import COLOURS, GREY, INK

__all__ = ["COLOURS", "CSS_DPI", "GREY", "GROUND", "INK", "bars", "context", "series"]

CSS_DPI = 96  # one CSS pixel is 1/96 inch, so 12 pt in the figure are 12 pt on the page
SHEET = Path(__file__).with_name("figures.mplstyle")
INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v")
GROUND = "ground"  # gid of an image in ink and paper: on dark paper they change as all do
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


@contextmanager
def context() -> Iterator[None]:
    """A context manager in which matplotlib draws in this style, whatever the reader has set.

    The style is the sheet beside this, with the course's colours.
    """
    from cycler import cycler
    from matplotlib import style

    ours: dict[str, Any] = dict.fromkeys(INKED, INK)
    colours = [COLOURS[name] for name in ORDER]
    ours["axes.prop_cycle"] = cycler(color=colours) + cycler(linestyle=list(LINES))
    ours["font.family"] = list(typefaces.families())
    with style.context([SHEET, ours], after_reset=True), typefaces.quiet():
        yield
