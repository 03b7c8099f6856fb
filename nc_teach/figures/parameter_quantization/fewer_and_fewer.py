"""One weight in 32 bits, in 8, 4, 2 and 1: which bits are written, and which number comes back.

The grids are symmetric, for a layer whose largest weight is 1: with b bits the weight becomes an
integer q of steps of 1 / (2^(b-1) - 1). One bit is only a sign.
"""

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Figure, Rectangle

WIDTHS = (8, 4, 2)
ONE, ZERO = "#004B7A", "#FFD47F"


def fewer_and_fewer(weight: float = 0.7) -> live.StillFigure:
    """Draw the bits of ``weight``, a row for each width, and beside them what they stand for.

    Raises ``ValueError`` unless the weight is from -1 to 1, and not 0, which has no sign.
    """
    if not 0 < abs(weight) <= 1:
        raise ValueError(f"weight must be from -1 to 1 and not 0, got {weight}")
    rows = rows_of(weight)
    values = "; ".join(f"{len(bits)} bit{'s' * (len(bits) > 1)}: {value}" for bits, value in rows)
    return live.StillFigure(
        "How many bits does a weight need?",
        lambda figure: _draw(figure, rows),
        f"One weight in ever fewer bits. {values}.",
        size=(900, 300),
    )


def rows_of(weight: float) -> list[tuple[str, str]]:
    """The bits of each row, as text, and the number that they stand for.

    >>> rows_of(0.7)[1:]
    [('01011001', '+0.701'), ('0101', '+0.714'), ('01', '+1.000'), ('1', '+')]
    """
    whole = int(np.float32(weight).view(np.uint32))
    rows = [(f"{whole:032b}", f"{weight:+.3f}")]
    for width in WIDTHS:
        top = 2 ** (width - 1) - 1
        q = round(weight * top)
        rows.append((f"{q % 2**width:0{width}b}", f"{q / top:+.3f}"))
    rows.append(("1", "+") if weight > 0 else ("0", "-"))
    return [(bits, value.replace("-", "\u2212")) for bits, value in rows]


def _draw(figure: Figure, rows: list[tuple[str, str]]) -> None:
    axes = figure.subplots()
    for row, (bits, value) in enumerate(rows):
        for place, bit in enumerate(bits):
            one = bit == "1"
            square, ink = (ONE, "white") if one else (ZERO, style.INK)
            corner = (place - 0.46, row - 0.4)
            axes.add_patch(Rectangle(corner, 0.92, 0.8, color=square, linewidth=0))
            axes.text(place, row, bit, ha="center", va="center", color=ink)
        s = "" if len(bits) == 1 else "s"
        axes.text(-1.2, row, f"{len(bits)} bit{s}", ha="right", va="center")
        axes.text(32.4, row, value, ha="left", va="center")
    axes.text(0.8, len(rows) - 1, "(1 stands for +)", ha="left", va="center")
    axes.set(xlim=(-5.5, 36.5), ylim=(len(rows) - 0.4, -0.6))
    axes.set_axis_off()
