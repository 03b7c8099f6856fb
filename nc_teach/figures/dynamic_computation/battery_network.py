"""A network as columns of squares, in which what does not run is grey.

Each column is a layer or block. A share of its channels ("width") fills it from below; a share of
the images that compute it tints it as a whole. Images that leave go up ("depth"), images that skip
a block go around it ("blocks").
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, LineCollection, PolyCollection, to_rgba

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.battery import Configuration

CELLS = 8  # squares in a column
OFF = "#E9E9E9"


def draw_network(axes: Axes, colours: dict[str, str]) -> live.Update:
    """Draw the still parts; the function that it returns shows ``state["option"]``.

    ``colours`` has one for every method.
    """
    cells = PolyCollection([], edgecolor="white", linewidth=1.5)
    lines = LineCollection([], color=style.INK, antialiased=False, zorder=3)
    axes.add_collection(cells)
    axes.add_collection(lines)
    (heads,) = axes.plot([], [], "^", color=style.INK, markersize=11, antialiased=False)
    arrow = {"arrowstyle": "-|>,head_width=0.45,head_length=0.7", "linewidth": 3}
    arrow |= {"color": style.INK, "antialiased": False}
    axes.annotate("", (0.3, 4), (-1.0, 4), arrowprops=arrow)
    axes.text(0.2, 4.4, "image", va="bottom", ha="right")
    out = axes.annotate("", (0, 0), (0, 0), arrowprops=arrow)
    answer = axes.text(0, 0, "", va="bottom")
    under = axes.text(5, -0.7, "", ha="center", va="top", linespacing=1.4)
    title = axes.set_title(" ", loc="center", fontsize=14)
    axes.set(xlim=(-1.6, 12.4), ylim=(-2.4, 11.6))
    axes.set_axis_off()

    def move(state: live.State) -> list[Artist]:
        option, parts = state["option"], np.array(state["option"].parts)
        colour = colours[option.method]
        squares, faces, lefts, width = columns(parts, option.method == "width", colour)
        cells.set_verts(list(squares))
        cells.set(facecolor=faces)
        ways, thick, tips = _ways(option.method, parts, lefts, width)
        lines.set_segments(ways)
        lines.set_linewidth(thick)
        heads.set_data(tips, np.full(len(tips), 10.3))
        end = lefts[-1] + width
        through = option.method != "depth" or parts[-1] > 0
        out.set_position((end + 0.1, 4))
        out.xy = (end + 1.3, 4)
        out.set_visible(through)
        answer.set_position((end + 0.2, 4.4) if through else (tips[-1], 10.7))
        answer.set(text="answer", ha="left" if through else "center")
        under.set_text(_under(option, parts) if state["fits"] else TOO_COSTLY)
        title.set_text(option.name)
        return [cells, lines, heads, out, answer, under, title]

    return move


TOO_COSTLY = "does not fit: too costly\nfor this battery"


def columns(
    parts: np.ndarray, filled: bool, colour: str
) -> tuple[np.ndarray, list[tuple[float, ...]], np.ndarray, float]:
    """Squares and their colours, left edges and width of the columns.

    ``filled``: a share of each column from below has the colour. Otherwise all of it has a tint.

    >>> squares, faces, lefts, width = columns(np.array([1.0, 0.5]), True, "#0072B2")
    >>> len(squares), lefts.tolist(), faces.count(faces[0])
    (16, [0.5, 5.25], 12)
    """
    on, off, pitch = to_rgba(colour), to_rgba(OFF), 9.5 / len(parts)
    lefts, width = 0.5 + pitch * np.arange(len(parts)), min(0.7 * pitch, 2.2)
    squares, faces = [], []
    for left, part in zip(lefts, parts, strict=True):
        for low in range(CELLS):
            right, high = left + width, low + 1
            squares.append([(left, low), (right, low), (right, high), (left, high)])
            share = float(low + 0.5 < part * CELLS) if filled else float(part)
            faces.append(tuple(share * a + (1 - share) * b for a, b in zip(on, off, strict=True)))
    return np.array(squares), faces, lefts, width


def _ways(
    method: str, parts: np.ndarray, lefts: np.ndarray, width: float
) -> tuple[list[np.ndarray], list[float], list[float]]:
    """The lines beside the columns, how thick they are, and where they end as an arrow."""
    if method == "blocks":
        return [_arc(x, width) for x in lefts], [2.0] * len(lefts), []
    if method != "depth":
        return [], [], []
    leaving = parts - np.append(parts[1:], 0.0)
    out = [k for k in range(len(parts) - 1) if leaving[k] > 0.005]
    middles = [lefts[k] + width / 2 for k in out]
    ways = [np.array([(x, 8.1), (x, 10.1)]) for x in middles]
    return ways, [1.0 + 9 * leaving[k] for k in out], middles


def _arc(left: float, width: float) -> np.ndarray:
    """The way around a block, over its top."""
    angle = np.linspace(np.pi, 0, 21)
    x = left + width / 2 + (0.5 * width + 0.15) * np.cos(angle)
    return np.stack([x, 8.15 + 1.3 * np.sin(angle)], axis=1)


def _under(option: "Configuration", parts: np.ndarray) -> str:
    if option.method == "width":
        return f"{100 * parts.mean():.0f} % of the channels run"
    if set(parts.tolist()) <= {0.0, 1.0}:
        return f"{int(parts.sum())} of {len(parts)} layers run"
    what = "come so far" if option.method == "depth" else "compute it"
    return f"colour: share of the images that\n{what}, {parts.sum():.1f} of {len(parts)} on average"
