"""The picture of the exits: columns of images, and the curve of accuracy over cost."""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.early_exit import EarlyExits, Gallery
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, LineCollection


def draw(figure: Figure, result: EarlyExits, shown: Gallery, guessed: float | None) -> live.Update:
    """Draw the still parts for ``exit_gallery`` and return the function that moves the rest."""
    left, right = figure.subplots(1, 2, width_ratios=(1.3, 1))
    moves = (_draw_images(left, shown), _draw_curves(right, result, guessed))
    return lambda state: [artist for move in moves for artist in move(state)]


def _draw_images(axes: Axes, shown: Gallery) -> live.Update:
    """One paper for all images, in units of a cell; only where they lie on it changes."""
    images = np.asarray(shown.images, dtype=float)
    exits = shown.confidence.shape[1]
    beside, rows = layout(exits)
    wide, high = beside + 0.4, rows  # cells of an exit's column, with the space beside it
    size = images.shape[1] + max(1, images.shape[1] // 8)
    pixels = (rows * size, exits * round(wide * size))
    paper = axes.imshow(
        np.zeros(pixels),
        cmap="gray_r",
        vmin=0,
        vmax=1,
        interpolation="nearest",
        extent=(0, exits * wide, high, 0),
        aspect="equal",
    )
    frames = _frames(axes)
    look: dict[str, Any] = {"ha": "center", "linespacing": 1.3}
    middles = [(k * wide + beside / 2) for k in range(exits)]
    heads = [axes.text(x, -0.25, "", va="bottom", **look) for x in middles]
    feet = [axes.text(x, high + 0.1, "", va="top", **look) for x in middles]
    axes.vlines([k * wide - 0.25 for k in range(1, exits)], 0, high, color=style.INK, linewidth=1)
    axes.set_title("Sorted by where they leave; framed: wrong")
    axes.set(xlim=(-0.2, exits * wide), ylim=(high + 0.9, -1.6))
    axes.set_axis_off()

    def move(state: live.State) -> list[Artist]:
        canvas, wrong = np.zeros(pixels), []
        for k in range(exits):
            here = np.flatnonzero(state["exits"] == k)
            here = here[np.argsort(-state["sure"][here], kind="stable")]
            for place, image in enumerate(here[: rows * beside]):
                row, column = divmod(place, beside)
                y, x = row * size, round((k * wide + column) * size)
                canvas[y : y + images.shape[1], x : x + images.shape[2]] = images[image]
                if not state["right"][image]:
                    wrong.append((k * wide + column, row))
            heads[k].set_text(f"{_name(k, exits)}\n{len(here)}")
            hidden = len(here) - rows * beside
            feet[k].set_text(f"and {hidden} more" if hidden > 0 else "")
        paper.set_data(canvas)
        frames.set_segments([_square(*corner) for corner in wrong])
        return [paper, frames, *heads, *feet]

    return move


def layout(exits: int) -> tuple[int, int]:
    """How many images stand beside and below each other in an exit's column.

    >>> layout(4), layout(6)
    ((3, 8), (2, 9))
    """
    beside = max(2, round(12 / exits))
    return beside, round(0.62 * exits * (beside + 0.4))


def _name(place: int, exits: int) -> str:
    return f"exit {place + 1}" if place < exits - 1 else "the last"


def _frames(axes: Axes) -> LineCollection:
    frames = LineCollection([], color=style.COLOURS["vermilion"], linewidth=2.5, zorder=4)
    axes.add_collection(frames)
    return frames


def _square(x: float, y: float) -> list[tuple[float, float]]:
    left, right, top, bottom = x - 0.03, x + 0.9, y - 0.03, y + 0.9
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def _draw_curves(axes: Axes, result: EarlyExits, guessed: float | None) -> live.Update:
    accuracy, cost, random = (
        100 * np.asarray(getattr(result, name), dtype=float)
        for name in ("accuracy", "cost", "random")
    )
    looks = style.series(0), style.series(1)
    for values, look, label in zip(
        (accuracy, random), looks, ("the sure ones leave", "random"), strict=True
    ):
        axes.plot(
            cost.mean(axis=0),
            values.mean(axis=0),
            markersize=6,
            label=label,
            antialiased=False,
            **look,
        )
        axes.plot(
            cost.ravel(),
            values.ravel(),
            look["marker"],
            color=look["color"],
            markersize=4,
            fillstyle="none",
            antialiased=False,
        )
    live.draw_guess(axes, guessed)
    (gap,) = axes.plot([], [], color="#B5B5B5", linewidth=5, zorder=1)
    (points,) = axes.plot(
        [], [], "o", markersize=17, fillstyle="none", color=style.INK, mew=3, antialiased=False
    )
    axes.set(xlabel="MACs, % of the whole network", ylabel="test accuracy, %")
    axes.margins(x=0.05, y=0.08)
    axes.grid(True)
    axes.figure.legend(loc="outside lower right", ncols=3)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        here = state["cost"].mean()
        ends = state["random"].mean(), state["accuracy"].mean()
        gap.set_data([here, here], ends)
        points.set_data([here, here], ends)
        title.set_text(f"{ends[1] - ends[0]:+.1f} points over random exits")
        return [gap, points, title]

    return move
