"""The hint cable: a layer of the teacher plugged into a layer of a thin, deep student.

Above, the teacher's two hidden layers, the student's many, and the cable between them. Below, for
every layer of the student, how much its outputs vary from image to image: where that has died out,
all images look alike and no label can teach anything.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.knowledge_distillation import Hints

MOMENTS = {
    "before training": "start",
    "after the hint": "stage 1",
    "after hint and labels": "stage 2",
    "after labels, without a hint": "plain",
    "the same from a He start": "he",
}
LOW, HIGH = 1e-20, 1e6  # of the variance axis; what is less lies on its floor
ALIVE = 1e-12  # shown full; below it a layer is drawn empty


def hint_cable(result: "Hints", *, start: int = 12) -> live.LiveFigure:
    """A live figure of a hint and of what it does to the variance in every layer.

    ``start`` is the student's layer at which the cable ends first (the nearest that was measured).
    """
    guided = sorted(result.guided)
    return live.LiveFigure(
        "Where does the hint go?",
        [
            live.Slider("layer", "Hint to student layer", guided, near=start),
            live.Choice("moment", "Show", MOMENTS, start="stage 1"),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: _draw(figure, result.variance),
        _describe,
        size=(860, 470),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, **point)) for point in points],
    )


def _state(result: "Hints", layer: int, moment: str) -> live.State:
    key, accuracy = {
        "start": ("start", None),
        "stage 1": (f"hint {layer}", None),
        "stage 2": (f"hint {layer}, then labels", result.guided[layer]),
        "plain": ("plain", result.deep["plain"]),
        "he": ("He", result.deep["He start, plain"]),
    }[moment]
    return {
        "layer": layer,
        "name": next(name for name, value in MOMENTS.items() if value == moment),
        "cable": moment in ("stage 1", "stage 2"),
        "variance": result.variance[key],
        "accuracy": None if accuracy is None else 100 * accuracy,
    }


def _draw(figure: Figure, variance: dict[str, list[float]]) -> live.Update:
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.9))
    start = variance["start"]
    move_layers = _draw_layers(above, len(start), len(variance["teacher"]))
    return live.together(move_layers, _draw_variance(below, start))


def _draw_layers(axes: Axes, depth: int, above: int) -> live.Update:
    """The teacher's wide layers, the student's thin ones, and the cable."""
    blue, red = style.COLOURS["blue"], style.COLOURS["vermilion"]
    teacher = np.linspace(1, depth, above + 2)[1:-1]
    axes.bar(teacher, 0.8, bottom=2.1, width=2.4, color=style.COLOURS["green"], zorder=3)
    for number, x in enumerate(teacher, 1):
        text = axes.text(x, 2.5, f"{number}", ha="center", va="center", fontsize=13)
        text.set(color="white", fontweight="bold", zorder=4)
    boxes = axes.bar(np.arange(1, depth + 1), 0.55, width=0.7, edgecolor=blue, linewidth=1.5)
    (cable,) = axes.plot([], [], color=red, linewidth=4, zorder=2)
    (plug,) = axes.plot([], [], "v", color=red, markersize=13, zorder=5)
    title = axes.set_title("")
    axes.set(ylim=(-0.15, 3.1))
    axes.set_yticks([0.27, 2.5], ["student", "teacher"], fontsize=13)
    axes.tick_params(length=0, labelbottom=False)
    axes.spines[:].set_visible(False)
    t = np.linspace(0, 1, 40)
    swing = 3 * t**2 - 2 * t**3

    def move(state: live.State) -> list[Artist]:
        for box, value in zip(boxes, state["variance"], strict=True):
            box.set_facecolor(blue if value > ALIVE else "white")
        cable.set_data(teacher[-1] + (state["layer"] - teacher[-1]) * swing, 2.1 - 1.3 * t)
        plug.set_data([state["layer"]], [0.78])
        cable.set_visible(state["cable"])
        plug.set_visible(state["cable"])
        title.set_text(_title(state))
        return [*boxes, cable, plug, title]

    return move


def _title(state: live.State) -> str:
    name, values = _sentence_case(state["name"]), state["accuracy"]
    if values is None:
        return name
    each = ", ".join(f"{value:.1f}" for value in values) if len(values) > 1 else ""
    return f"{name}: test accuracy {values.mean():.1f} %" + (f" (seeds {each})" if each else "")


def _sentence_case(words: str) -> str:
    return words[0].upper() + words[1:]


def _draw_variance(axes: Axes, start: list[float]) -> live.Update:
    layers = np.arange(1, len(start) + 1)
    (first,) = axes.plot(layers, np.maximum(start, LOW), "--", label="before training")
    first.set(color=style.GREY, linewidth=1.8)
    (line,) = axes.plot(layers, layers, "-o", color=style.COLOURS["blue"], label="now", zorder=4)
    guide = axes.axvline(1, color=style.COLOURS["vermilion"], linewidth=2, zorder=1)
    axes.set(yscale="log", ylim=(LOW, HIGH), ylabel="variance over images")
    axes.set(xlim=(0.3, len(layers) + 0.7), xlabel="hidden layer of the student")
    axes.set_yticks([1e-20, 1e-15, 1e-10, 1e-5, 1, 1e5])
    axes.set_xticks([1, *range(4, len(layers) + 1, 4)])
    axes.minorticks_off()
    axes.grid(True, axis="y")
    axes.legend(loc="lower left")

    def move(state: live.State) -> list[Artist]:
        line.set_ydata(np.maximum(state["variance"], LOW))
        guide.set_xdata([state["layer"]] * 2)
        guide.set_visible(state["cable"])
        return [guide, line]

    return move


def say(value: float) -> str:
    """A variance in words: plain where it is near 1, a power of ten where it is not.

    >>> say(0.232), say(3.1e-17), say(5270.0), say(0.0)
    ('0.23', '10⁻¹⁷', '10⁴', '0')
    """
    if 0.01 <= value < 1000:
        return f"{value:.2g}"
    if value <= 0:
        return "0"
    return f"10{str(round(np.log10(value))).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _describe(state: live.State) -> str:
    variance, layer = state["variance"], state["layer"]
    where = f"a hint to layer {layer}, " if state["cable"] else ""
    what = (
        f"{where}{state['name']}: the variance over images is {say(variance[0])} in layer "
        f"1 of the student and {say(variance[-1])} in layer {len(variance)}"
    )
    if state["cable"]:
        what += f", {say(variance[layer - 1])} in layer {layer}"
    end = "" if state["accuracy"] is None else f"; test accuracy {spread(state['accuracy'])} %"
    return f"{_sentence_case(what)}{end}."


def _row(state: live.State) -> dict[str, str]:
    accuracy = state["accuracy"]
    return {
        "Shown": state["name"],
        "Hint to layer": f"{state['layer']}" if state["cable"] else "none",
        "Variance in layer 1": say(state["variance"][0]),
        "Variance in the last layer": say(state["variance"][-1]),
        "Test accuracy": "" if accuracy is None else f"{spread(accuracy)} %",
    }
