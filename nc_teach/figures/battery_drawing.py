"""The picture of the battery: the charge, the network with its dark parts, and the curves.

Each part draws once and returns its own ``move(state) -> artists``; an update moves all three.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach.live import style

CELLS = 8  # squares in a column: a share of the channels is filled from below
OFF = "#E9E9E9"

Move = Callable[[dict[str, Any]], list[Any]]


def draw(figure: Any, state: dict[str, Any], methods: list[str], guessed: float | None) -> Move:
    """Draw the still parts for ``battery`` and return the function that moves the rest."""
    left, middle, right = figure.subplots(1, 3, width_ratios=(0.55, 1.6, 1.9))
    colours = {method: style.series(k) for k, method in enumerate(methods)}
    moves = (
        _draw_battery(left),
        _draw_network(middle, colours),
        _draw_curves(right, state, colours, guessed),
    )
    return lambda state: [artist for move in moves for artist in move(state)]


def _draw_battery(axes: Any) -> Move:
    from matplotlib.patches import FancyBboxPatch, Rectangle

    axes.add_patch(Rectangle((0.36, 2.02), 0.28, 0.12, facecolor=style.INK))
    axes.add_patch(
        FancyBboxPatch((0.1, 0.1), 0.8, 1.85, boxstyle="round,pad=0.04,rounding_size=0.08",
                       facecolor="white", edgecolor=style.INK, linewidth=4)
    )  # fmt: skip
    charge = axes.add_patch(Rectangle((0.12, 0.12), 0.76, 1.81))
    text = axes.text(0.5, -0.08, "", ha="center", va="top", fontsize=24, weight="bold")
    axes.set(xlim=(0, 1), ylim=(-0.45, 2.25), aspect="equal")
    axes.set_axis_off()

    def move(state: dict[str, Any]) -> list[Any]:
        share = state["charge"] / 100
        charge.set_height(1.81 * share)
        name = "green" if share > 0.4 else "orange" if share > 0.15 else "vermilion"
        charge.set_facecolor(style.COLOURS[name])
        text.set_text(f"{state['charge']} %")
        return [charge, text]

    return move


def _draw_network(axes: Any, colours: dict[str, dict[str, Any]]) -> Move:
    """Columns of squares, a column for every layer; arrows in, and out of the last one used."""
    from matplotlib.collections import LineCollection, PolyCollection

    cells = axes.add_collection(PolyCollection([], edgecolor="white", linewidth=1.5))
    bypass = axes.add_collection(
        LineCollection([], color=style.INK, linewidth=2, antialiased=False)
    )
    arrow = {
        "arrowstyle": "-|>,head_width=0.45,head_length=0.7",
        "linewidth": 3,
        "color": style.INK,
    }
    axes.annotate("", (0.3, 4), (-1.0, 4), arrowprops=arrow)
    axes.text(0.2, 4.4, "image", va="bottom", ha="right")
    out = axes.annotate("", (0, 0), (0, 0), arrowprops=arrow)
    answer = axes.text(0, 0, "answer", va="bottom", ha="center")
    under = axes.text(5, -0.7, "", ha="center", va="top", linespacing=1.4)
    title = axes.set_title(" ", loc="center", fontsize=15)
    axes.set(xlim=(-1.6, 12.4), ylim=(-2.4, 11.6))
    axes.set_axis_off()

    def move(state: dict[str, Any]) -> list[Any]:
        option = state["option"]
        colour, blocks = colours[option.method]["color"], option.method == "blocks"
        squares, faces, lefts, width = columns(np.asarray(option.parts, float), blocks, colour)
        cells.set_verts(squares)
        cells.set_facecolor(faces)
        bypass.set_segments([_arc(x, width) for x in lefts] if blocks else [])
        used = int(np.flatnonzero(np.asarray(option.parts) > 0).max(initial=0))
        last = used if not blocks else len(option.parts) - 1
        x = lefts[last] + width
        early = last < len(option.parts) - 1
        middle = x - width / 2
        out.set_position((middle, 8.1) if early else (x + 0.1, 4))
        out.xy = (middle, 10) if early else (x + 1.2, 4)
        answer.set_position((middle, 10.1) if early else (x + 0.2, 4.4))
        answer.set_horizontalalignment("center" if early else "left")
        under.set_text(
            _under(option, blocks) if state["fits"] else "does not fit: too dear\nfor this battery"
        )
        title.set_text(option.name)
        return [cells, bypass, out, answer, under, title]

    return move


def columns(
    parts: np.ndarray, blocks: bool, colour: str
) -> tuple[np.ndarray, list[tuple[float, ...]], np.ndarray, float]:
    """Squares and their colours, left edges and width of the columns.

    A share of a column's channels is filled from below; a block that a share of the images computes
    is tinted as a whole.

    >>> squares, faces, lefts, width = columns(np.array([1.0, 0.5]), False, "#0072B2")
    >>> len(squares), lefts.tolist(), [face[:3] == faces[0][:3] for face in faces].count(True)
    (16, [0.5, 5.25], 12)
    """
    from matplotlib.colors import to_rgba

    pitch = 9.5 / len(parts)
    lefts, width = 0.5 + pitch * np.arange(len(parts)), min(0.7 * pitch, 2.2)
    squares, faces = [], []
    for left, part in zip(lefts, parts, strict=True):
        for k in range(CELLS):
            low, high = float(k), k + 1.0
            squares.append([(left, low), (left + width, low), (left + width, high), (left, high)])
            strength = part if blocks else float(k + 0.5 < part * CELLS)
            faces.append(_mix(to_rgba(colour), to_rgba(OFF), strength))
    return np.array(squares), faces, lefts, width


def _mix(on: tuple[float, ...], off: tuple[float, ...], share: float) -> tuple[float, ...]:
    return tuple(share * a + (1 - share) * b for a, b in zip(on, off, strict=True))


def _arc(left: float, width: float) -> np.ndarray:
    """The way around a block, over its top."""
    angle = np.linspace(np.pi, 0, 21)
    x = left + width / 2 + (0.5 * width + 0.15) * np.cos(angle)
    return np.stack([x, 8.15 + 1.3 * np.sin(angle)], axis=1)


def _under(option: Any, blocks: bool) -> str:
    parts = np.asarray(option.parts, dtype=float)
    if blocks:
        mean = f"{parts.sum():.1f} of {len(parts)}"
        return f"colour: share of the images\nthat compute the block, {mean}"
    if set(parts.tolist()) <= {0.0, 1.0}:
        return f"{int(parts.sum())} of {len(parts)} layers run"
    return f"{100 * parts.mean():.0f} % of the channels run"


def _draw_curves(
    axes: Any, state: dict[str, Any], colours: dict[str, dict[str, Any]], guessed: float | None
) -> Move:
    lines = {
        method: axes.plot([], [], label=method, antialiased=False, **look)[0]
        for method, look in colours.items()
    }
    (ring,) = axes.plot([], [], "o", markersize=19, fillstyle="none", color=style.INK, mew=3,
                        antialiased=False)  # fmt: skip
    beyond = axes.axvspan(0, 1, color="#F3E3DC", zorder=1)
    dear = axes.text(
        0, 0.98, "", transform=axes.get_xaxis_transform(), va="top", zorder=1.5, antialiased=False
    )
    if guessed is not None:
        axes.axhline(guessed, color=style.COLOURS["purple"], linestyle=":", label="your guess")
    accuracy = np.concatenate([curve[1] for curve in state["curves"].values()])
    low, high = accuracy.min(), accuracy.max()
    pad = 0.08 * max(high - low, 2)
    axes.set(xlim=(0, 106), ylim=(low - pad, high + 2.2 * pad), ylabel="test accuracy, %")
    axes.set_xlabel("cost, % of the dearest configuration")
    axes.grid(True)
    title = axes.set_title(" ")
    axes.figure.legend(loc="outside lower right", ncols=len(lines) + 1)

    def move(state: dict[str, Any]) -> list[Any]:
        for method, line in lines.items():
            line.set_data(*state["curves"][method])
        ring.set_data([state["share"]], [state["test"].mean()])
        beyond.set_bounds(state["charge"], 0, 110 - state["charge"], 1)
        dear.set_x(state["charge"])
        dear.set_text(" too dear now" if state["charge"] < 80 else "")
        kind = "the MACs" if state["kind"] == "macs" else "the time"
        title.set_text(f"{state['test'].mean():.1f} % right with {state['share']:.0f} % of {kind}")
        return [beyond, dear, *lines.values(), ring, title]

    return move
