"""A depthwise separable convolution by hand: two channels of 5 x 5, every number visible.

First each filter slides over its own channel and sees no other; then, at every place, the 1 x 1
convolution mixes the two numbers that are there and sees no neighbour.
"""

from typing import SupportsInt

import numpy as np
from numpy.typing import ArrayLike

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Rectangle, Text

TOY_MAPS = (
    ((0, 1, 2, 1, 0), (1, 3, 0, 2, 1), (0, 2, 1, 0, 3), (2, 0, 1, 1, 0), (1, 0, 2, 0, 1)),
    ((2, 0, 0, 1, 3), (0, 1, 2, 0, 0), (1, 0, 3, 1, 0), (0, 2, 0, 0, 1), (3, 0, 1, 2, 0)),
)
TOY_FILTERS = (((0, 1, 0), (1, -2, 1), (0, 1, 0)), ((1, 0, -1), (1, 0, -1), (1, 0, -1)))
TOY_MIX = (2, -1)
SIDE, WINDOW = 5, 3
OUT = SIDE - WINDOW + 1  # the window stays inside: no padding
PLACES = OUT * OUT
COLOURS = (style.COLOURS["blue"], style.COLOURS["vermilion"])
TITLES = {
    "in 1": "5 × 5 numbers",
    "filter 1": "its 3 × 3 filter",
    "seen 1": "depthwise",
    "mix": "pointwise: 2 · a − 1 · b",
}


def depthwise_by_hand() -> live.LiveFigure:
    """A live figure that takes nine steps with the filters and nine with the 1 x 1.

    >>> depthwise_by_hand().sentence({"step": 1})
    'Depthwise, place 1 of 9: channel 1 gives -2, from its own 3 x 3 numbers; channel 2 gives -2.'
    >>> depthwise_by_hand().sentence({"step": 10})
    'Pointwise, place 1 of 9: 2 · -2 - 1 · -2 = -2, from one number of each channel.'
    """
    maps = by_hand()
    return live.LiveFigure(
        "First look around, then talk to each other",
        [live.Slider("step", "Step", range(2 * PLACES + 1), start=5)],
        lambda values: _state(maps, values["step"]),
        _draw,
        _describe,
        size=(900, 440),
        source="Computed just now from the numbers in the picture.",
    )


def by_hand() -> np.ndarray:
    """Both depthwise maps and the mixed one, 3 x 3 x 3 integers."""
    images, filters, mix = (np.array(n) for n in (TOY_MAPS, TOY_FILTERS, TOY_MIX))
    windows = np.lib.stride_tricks.sliding_window_view(images, (WINDOW, WINDOW), axis=(1, 2))
    seen = (windows * filters[:, None, None]).sum(axis=(3, 4))
    return np.concatenate([seen, np.tensordot(mix, seen, 1)[None]])


def _state(maps: np.ndarray, step: int) -> live.State:
    first, second = min(step, PLACES), max(0, step - PLACES)
    place = (second or first) - 1
    known = np.arange(PLACES).reshape(OUT, OUT)
    return {
        "step": step,
        "half": "start" if not step else "depthwise" if step <= PLACES else "pointwise",
        "place": place,
        "at": divmod(max(place, 0), OUT),
        "numbers": maps,
        "known": np.stack([known < first, known < first, known < second]),
    }


def _describe(state: live.State) -> str:
    if state["half"] == "start":
        return "Two channels of 5 x 5, a 3 x 3 filter for each, and two numbers that mix them."
    row, column = state["at"]
    one, two, both = (int(n) for n in state["numbers"][:, row, column])
    name = f"{state['half'].capitalize()}, place {state['place'] + 1} of {PLACES}"
    if state["half"] == "depthwise":
        return f"{name}: channel 1 gives {one}, from its own 3 x 3 numbers; channel 2 gives {two}."
    return f"{name}: 2 · {one} - 1 · {two} = {both}, from one number of each channel."


def _draw(figure: Figure, state: live.State) -> live.Update:
    axes = figure.subplot_mosaic(
        [["in 1", "filter 1", "seen 1", "mix"], ["in 2", "filter 2", "seen 2", "mix"]],
        width_ratios=(3.4, 3.2, 3.2, 3.8),
    )
    for n, maps, kernel, look in zip("12", TOY_MAPS, TOY_FILTERS, COLOURS, strict=True):
        _numbers(axes[f"in {n}"], maps, look)
        _numbers(axes[f"filter {n}"], kernel, look)
        axes[f"in {n}"].set_ylabel(f"channel {n}", color=look)
    made, empty = ("seen 1", "seen 2", "mix"), np.zeros((OUT, OUT), int)
    inks = (*COLOURS, style.COLOURS["green"])
    cells = [_numbers(axes[name], empty, ink) for name, ink in zip(made, inks, strict=True)]
    for name, title in TITLES.items():
        axes[name].set_title(title, loc="center")
    axes["mix"].set_xlabel("a and b: what is at the\nsame place in both maps")
    windows = [_frame(axes[name], WINDOW) for name in ("in 1", "in 2")]
    marks = [_frame(axes[name], 1) for name in made]
    said = figure.supxlabel("0·0 + 1·1\n0·0", fontsize=13, family="monospace")

    def update(state: live.State) -> list[Artist]:
        row, column = state["at"]
        look, talk = (state["half"] == half for half in ("depthwise", "pointwise"))
        shown = (look, look, look or talk, look or talk, talk)
        for frame, visible in zip((*windows, *marks), shown, strict=True):
            frame.set(xy=(column - 0.5, row - 0.5), visible=visible)
        for texts, numbers, known in zip(cells, state["numbers"], state["known"], strict=True):
            for text, number, is_known in zip(texts, numbers.flat, known.flat, strict=True):
                text.set_text(_minus(number) if is_known else "")
        said.set_text(_arithmetic(state))
        return [*windows, *marks, *(t for texts in cells for t in texts), said]

    return update


def _minus(number: SupportsInt) -> str:
    return str(int(number)).replace("-", "−")


def _arithmetic(state: live.State) -> str:
    """The products of this step, one line for each channel; nothing at the start."""
    if state["half"] == "start":
        return "Drag the step: the windows move.\n "
    row, column = state["at"]
    if state["half"] == "pointwise":
        one, two, both = (_minus(n) for n in state["numbers"][:, row, column])
        return f"2·({one}) − 1·({two}) = {both}\n "
    lines = []
    for n, maps, kernel, made in zip("12", TOY_MAPS, TOY_FILTERS, state["numbers"], strict=False):
        window = np.array(maps)[row : row + WINDOW, column : column + WINDOW]
        pairs = zip(np.ravel(kernel), window.flat, strict=True)
        joined = " + ".join(f"{_minus(w)}·{x}" for w, x in pairs if w).replace("+ −", "− ")
        lines.append(f"channel {n}: {joined} = {_minus(made[row, column])}")
    return "\n".join(lines)


def _numbers(axes: Axes, values: ArrayLike, colour: str) -> list[Text]:
    """Squares with their numbers; returns the texts, row by row."""
    rows, columns = np.shape(values)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), aspect="equal")
    axes.set(xticks=[], yticks=[])
    for draw, count in ((axes.axvline, columns), (axes.axhline, rows)):
        for edge in np.arange(-0.5, count):
            draw(edge, color="#BBBBBB", linewidth=1, zorder=1)
    axes.spines[:].set(visible=True, color=colour, linewidth=2)
    return [
        axes.text(column, row, _minus(value), ha="center", va="center", fontsize=13)
        for (row, column), value in np.ndenumerate(values)
    ]


def _frame(axes: Axes, side: int) -> Rectangle:
    frame = Rectangle((-0.5, -0.5), side, side, zorder=1.5)
    frame.set(facecolor="#F0E44266", edgecolor=style.INK, linewidth=2.5)
    axes.add_patch(frame)
    return frame
