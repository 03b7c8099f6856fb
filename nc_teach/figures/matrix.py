"""A small weight matrix as coloured squares with its numbers: what one can check by eye."""

from collections.abc import Sequence

import numpy as np

from nc_teach import live
from nc_teach.live.artists import Artist, Axes, AxesImage, Figure, LinearSegmentedColormap, Text
from nc_teach.live.style import COLOURS

TOY_LAYER = (
    (0.9, -0.1, 0.3, -0.7, 0.2),
    (-0.4, 0.8, -0.2, 0.1, -0.6),
    (0.1, -0.5, 1.0, -0.3, 0.4),
    (-0.8, 0.2, -0.1, 0.6, -0.3),
    (0.3, -0.9, 0.5, -0.2, 0.7),
)


def matrix(values: Sequence[Sequence[float]], title: str = "A layer's weights") -> live.StillFigure:
    """Draw ``values`` (rows x columns) as squares: the further from zero, the darker.

    Positive is blue, negative is vermilion, and zero is an empty square with a dot, so that the
    picture reads in grey as well.
    """
    array = np.asarray(values, dtype=float)
    if array.ndim != 2 or not array.size:
        raise ValueError(f"values must have two dimensions, got shape {array.shape}")
    zeros = int((array == 0).sum())
    rows, columns = array.shape
    says = f"{rows} x {columns} weights, {zeros} of {array.size} are zero."
    size = (56 * columns + 40, 56 * rows + 20)
    return live.StillFigure(
        title, lambda figure: _squares(figure.subplots(), array), says, size=size
    )


def toy_pruning() -> live.LiveFigure:
    """A live figure to begin with: cut the smallest weights of the toy layer, one by one."""
    array = np.array(TOY_LAYER)
    order = np.argsort(np.abs(array), axis=None, kind="stable")

    def compute(values: live.Values) -> live.State:
        left = array.copy()
        left.flat[order[: values["count"]]] = 0.0
        return {**values, "left": left}

    def describe(state: live.State) -> str:
        share = 100 * np.abs(state["left"]).sum() / np.abs(array).sum()
        return (
            f"{state['count']} of {array.size} weights are removed; what is left "
            f"has {share:.0f} % of the sum of all |w|."
        )

    return live.LiveFigure(
        "Cut the weights that are closest to zero",
        [live.Slider("count", "Weights removed", range(array.size + 1), start=12)],
        compute,
        _build,
        describe,
        size=(340, 320),
        source="Computed just now from the 25 numbers in the picture.",
    )


def _build(figure: Figure, state: live.State) -> live.Update:
    image, texts = _squares(figure.subplots(), np.array(TOY_LAYER))

    def update(state: live.State) -> list[Artist]:
        image.set_data(state["left"])
        for text, value in zip(texts, state["left"].flat, strict=True):
            text.set_text(_say(value))
        return [image, *texts]

    return update


def _say(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\u2212") if value else "·"


def _squares(axes: Axes, array: np.ndarray) -> tuple[AxesImage, list[Text]]:
    ends = [COLOURS["vermilion"], "white", COLOURS["blue"]]
    colours = LinearSegmentedColormap.from_list("signs", ends)
    top = 1.3 * float(np.abs(array).max()) or 1.0
    image = axes.imshow(array, cmap=colours, vmin=-top, vmax=top)
    for draw, count in zip((axes.axhline, axes.axvline), array.shape, strict=True):
        for edge in range(1, count):
            draw(edge - 0.5, color="white", linewidth=4)
    axes.set_axis_off()
    return image, [
        axes.text(column, row, _say(value), ha="center", va="center", fontsize=14)
        for (row, column), value in np.ndenumerate(array)
    ]
