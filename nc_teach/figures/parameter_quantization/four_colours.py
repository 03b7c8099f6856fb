"""The lecture's picture of weight clustering: sixteen weights, four colours, two bits, a table.

Left, the weights; each square has the colour of its group. In the middle, what is stored of them:
the two bits of the colour. Right, the table that says which number a colour stands for. The groups
are those that k-means finds.
"""

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Axes, Figure, Rectangle

SIXTEEN = (
    (0.9, -0.2, 0.4, -0.9),
    (-0.1, 1.2, -1.0, 0.3),
    (0.2, -0.8, 1.0, -0.3),
    (-1.1, 0.3, -0.2, 1.3),
)
CENTROIDS = (-0.95, -0.2, 0.3, 1.1)
COLOURS = ("#0072B2", "#56B4E9", "#F0E442", "#D55E00")  # safe for colour-blind readers
INKS = ("white", style.INK, style.INK, "white")


def four_colours() -> live.StillFigure:
    """Draw sixteen weights, the bits that are stored for each, and the table of four values."""
    index = nearest()
    bits = 2 * index.size + 32 * len(CENTROIDS)
    return live.StillFigure(
        "Four colours, two bits each, and a table",
        lambda figure: _draw(figure, index),
        f"{index.size} weights of 32 bits are {32 * index.size} bits. As {index.size} colours of "
        f"two bits and a table of {len(CENTROIDS)} numbers they are {bits}.",
        size=(900, 330),
    )


def nearest() -> np.ndarray:
    """Which of the four centroids each weight is closest to, 4 x 4.

    >>> nearest()[0].tolist()
    [3, 1, 2, 0]
    """
    return np.abs(np.array(SIXTEEN)[..., None] - CENTROIDS).argmin(axis=-1)


def _draw(figure: Figure, index: np.ndarray) -> None:
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 0.75))
    weights = [[f"{w:+.1f}" for w in row] for row in SIXTEEN]
    codes = [[f"{i:02b}" for i in row] for row in index]
    _squares(left, index, weights, "the weights")
    _squares(middle, index, codes, "what is stored: 2 bits each")
    _squares(right, np.arange(4)[:, None], [[f"{i:02b}"] for i in range(4)], "and a table")
    for row, value in enumerate(CENTROIDS):
        right.text(0.75, row, f"= {value:+.2f}".replace("-", "\u2212"), va="center", fontsize=15)
    right.set_xlim(-0.5, 2.5)


def _squares(axes: Axes, index: np.ndarray, words: list[list[str]], title: str) -> None:
    """Squares in the colour of their group, each with its word."""
    for (row, column), group in np.ndenumerate(index):
        corner = (column - 0.47, row - 0.47)
        axes.add_patch(Rectangle(corner, 0.94, 0.94, color=COLOURS[group], linewidth=0))
        text = words[row][column].replace("-", "\u2212")
        axes.text(column, row, text, ha="center", va="center", fontsize=15, color=INKS[group])
    rows, columns = index.shape
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), aspect="equal")
    axes.set_title(title)
    axes.set_axis_off()
