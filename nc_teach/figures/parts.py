"""Parts of pictures that several figures share."""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Axes, Text
from nc_teach.live.runs import Points

COLUMNS = 4


def draw_examples(
    axes: Axes, images: np.ndarray, tick: str = "", interpolation: str = "auto", **look: Any
) -> live.Update:
    """All ``images`` (N x H x W) as one picture; returns what writes ``state["read"]`` below each.

    What is not ``state["right"]`` is bold and crossed; ``tick`` follows what is.
    ``interpolation`` is matplotlib's, ``look`` are properties of the texts.
    """
    count, height, width = images.shape
    step_y, step_x = round(1.45 * height), round(1.15 * width)
    paper = np.zeros((-(-count // COLUMNS) * step_y, COLUMNS * step_x))
    texts = []
    for place, image in enumerate(images):
        y, x = step_y * (place // COLUMNS), step_x * (place % COLUMNS)
        paper[y : y + height, x : x + width] = image
        texts.append(axes.text(x + width / 2, y + 1.2 * height, "", fontsize=14, **look))
        texts[-1].set(ha="center", va="center")
    axes.imshow(paper, cmap="gray_r", vmin=0, vmax=1, interpolation=interpolation, gid=style.GROUND)
    axes.set_axis_off()

    def move(state: live.State) -> list[Text]:
        for text, read, right in zip(texts, state["read"], state["right"], strict=True):
            text.set_text(f"{read}{tick}" if right else f"{read} ✗")
            text.set_color(style.COLOURS["blue" if right else "vermilion"])
            text.set_fontweight("normal" if right else "bold")
        return texts

    return move


def draw_runs(
    axes: Axes, x: Points, runs: np.ndarray, look: dict[str, Any], label: str, **mark: Any
) -> live.Runs:
    """``live.Runs`` with a mark at every mean; each run is a small hollow one.

    ``mark`` is what is special about the large mark.
    """
    mark = {"markeredgecolor": style.INK, "zorder": 5, **mark}
    series = live.Runs(axes, x, runs, look, label, dot=4, mark=mark, antialiased=False)
    series.line.set_marker(look["marker"])
    series.dots.set_fillstyle("none")
    return series
