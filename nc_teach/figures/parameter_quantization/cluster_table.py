"""Weights that share k values: the coloured matrix, its table of bits, its codebook, and the cost.

Left, a corner of a trained layer, one colour per cluster, and in each square the index as it is
stored. Beside it the codebook: what each index stands for. Right, what the whole network reads with
k values a layer (far below: as a number at the edge), and how large its file is. Colours follow the
values from dark to light, so that the picture reads in grey as well. A result that was read from a
file has no weights, and so no matrix.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.parameter_quantization.close_up import look_closely
from nc_teach.figures.words import spread
from nc_teach.live import State, Update, style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.parameter_quantization import Sharing

INSIDE = {"indices (what is stored)": "indices", "centroids": "values", "weights": "weights"}


def cluster_table(
    sharing: "Sharing", guess: live.Guess = None, *, start: int = 4
) -> live.LiveFigure:
    """A live figure of weight sharing, with the reader's guess on the same axes.

    ``guess`` is a number of values, and ``start`` the k at which the slider is first. Raises
    ``ValueError`` when that is not one of the k.
    """
    number, before = live.guessed(guess), spread(100 * sharing.before)
    k = live.Slider("k", "Values in the codebook", sharing.values, start=start)
    inside = [] if sharing.patch is None else [live.Choice("inside", "In the squares", INSIDE)]
    return live.LiveFigure(
        "How many values does a layer need?",
        [k, *inside],
        lambda values: _state(sharing, **values),
        lambda figure, state: _draw(figure, state, sharing, number),
        lambda state: _describe(state, before, number),
        size=(940, 430),
        source=sharing.provenance.line(),
        table=lambda points: [_state(sharing, k)["row"] for k in sharing.values],
    )


def _state(sharing: "Sharing", k: int, inside: str = "indices") -> State:
    bits = (k - 1).bit_length()
    row = {
        "Values": str(k),
        "Bits of an index": str(bits),
        "Bytes on disk": f"{sharing.bytes[k]:,}",
        "Times smaller": f"{sharing.dense_bytes / sharing.bytes[k]:.1f}",
        "Test accuracy": f"{spread(100 * sharing.test[:, sharing.values.index(k)])} %",
    }
    state: State = {"k": k, "row": row}
    if sharing.patch is None or sharing.indices is None or sharing.codebooks is None:
        return state
    index, book = sharing.indices[k], sharing.codebooks[k]
    codes = [format(i, f"0{bits}b") if bits else "·" for i in range(k)]
    values = [_say(value) for value in book]
    words = {
        "indices": [codes[i] for i in index.flat],
        "values": [values[i] for i in index.flat],
        "weights": [_say(w) for w in sharing.patch.flat],
    }
    return {**state, "index": index, "codes": codes, "values": values, "words": words[inside]}


def _say(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\u2212").replace("0.", ".")


def _describe(state: State, before: str, guessed: float | None) -> str:
    _, bits, size, times, accuracy = state["row"].values()
    said = (
        f"{state['k']} value{'s' * (state['k'] > 1)}, {bits} bits for each index: the network's "
        f"file has {size} bytes, {times} times smaller than in float32, and reads {accuracy} of "
        f"the test images (float32: {before} %)."
    )
    return said if guessed is None else f"{said} You guessed {guessed:g} values."


def _colours(k: int) -> np.ndarray:
    """k x 4 colours from dark to light."""
    import matplotlib

    return matplotlib.colormaps["cividis"](np.linspace(0.02, 1.0, k) if k > 1 else [0.5])


def _ink(colour: np.ndarray) -> str:
    return "white" if colour[:3] @ (0.299, 0.587, 0.114) < 0.5 else style.INK


def _draw(figure: Figure, state: State, sharing: "Sharing", guessed: float | None) -> Update:
    if sharing.patch is None:
        return _draw_accuracy(figure.subplots(), sharing, guessed)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.5, 0.55, 1.25))
    return live.together(
        _draw_matrix(left, sharing.patch.shape),
        _draw_codebook(middle, max(sharing.values)),
        _draw_accuracy(right, sharing, guessed),
    )


def _draw_matrix(axes: Axes, shape: tuple[int, ...]) -> Update:
    rows, columns = shape
    image = axes.imshow(np.zeros((*shape, 4)))
    for draw, count in ((axes.axvline, columns), (axes.axhline, rows)):
        for edge in range(1, count):
            draw(edge - 0.5, color="white", linewidth=3)
    axes.set_axis_off()
    texts = [
        axes.text(column, row, "", ha="center", va="center", fontsize=12)
        for row, column in np.ndindex(rows, columns)
    ]
    title = axes.set_title(" ")

    def move(state: State) -> list[Artist]:
        colours = _colours(state["k"])[state["index"]]
        image.set_data(colours)
        for text, word, colour in zip(texts, state["words"], colours.reshape(-1, 4), strict=True):
            text.set(text=word, color=_ink(colour))
        title.set_text(f"In the last layer: {state['row']['Bits of an index']} bits each")
        return [image, *texts, title]

    return move


def _draw_codebook(axes: Axes, most: int) -> Update:
    image = axes.imshow(np.zeros((most, 1, 4)), aspect="auto")
    axes.set_xlim(-0.5, 3.4)
    axes.set_axis_off()
    axes.set_title("Codebook")
    codes = [axes.text(0, row, "", ha="center", va="center") for row in range(most)]
    values = [axes.text(1.0, row, "", ha="left", va="center") for row in range(most)]

    def move(state: State) -> list[Artist]:
        k, colours = state["k"], _colours(state["k"])
        image.set_data(np.pad(colours[:, None], ((0, most - k), (0, 0), (0, 0))))
        for text in (*codes[k:], *values[k:]):
            text.set_text("")
        for i, colour in enumerate(colours):
            codes[i].set(text=state["codes"][i], color=_ink(colour))
            values[i].set_text(state["values"][i])
        return [image, *codes, *values]

    return move


def _draw_accuracy(axes: Axes, sharing: "Sharing", guessed: float | None) -> Update:
    test, look = 100 * sharing.test, {**style.series(0), "linestyle": "-"}
    runs = live.Runs(axes, sharing.values, test, look, "k values a layer", dot=3)
    look_closely(axes, 100 * sharing.before, [(sharing.values, test.mean(axis=0), look["color"])])
    live.draw_guess(axes, guessed)
    line = axes.axvline(1, ymin=0.22, color=style.INK, linewidth=1.2, zorder=7, label="the slider")
    axes.set_xlim(0.2, max(sharing.values) + 0.7)
    axes.set(xlabel="values a layer, k", ylabel="test accuracy, %")
    axes.legend(loc="lower right", frameon=True, framealpha=0.9, edgecolor="white")
    axes.grid(True)
    title = axes.set_title(" ")

    def move(state: State) -> list[Artist]:
        line.set_xdata([state["k"]] * 2)
        _, _, size, times, _ = state["row"].values()
        title.set_text(f"{size} bytes, {times}x smaller")
        return [runs.at(state["k"]), line, title]

    return move
