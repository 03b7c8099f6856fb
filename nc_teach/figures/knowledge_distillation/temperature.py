"""The temperature: what a teacher says of a digit, said more softly, and what a student hears.

Left the digit; in the middle the teacher's soft targets at temperature T, with those at T = 1 as an
outline; right how large a gradient a student gets that does not know anything yet, with and
without the factor T².
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.knowledge_distillation import TellingDigits

TEMPERATURES = (0.5, 0.7, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 40, 60, 80, 100)


def temperature(digits: "TellingDigits", *, start: float = 4) -> live.LiveFigure:
    """A live figure of a teacher's soft targets for a few digits.

    ``start`` is the temperature at which the slider is first, one of ``TEMPERATURES``.
    """
    teacher, student = digits.teacher.astype(float), digits.student.astype(float)
    both = zip(teacher, student, strict=True)
    lengths = np.array([gradient_lengths(*logits, TEMPERATURES) for logits in both])

    def compute(values: live.Values) -> live.State:
        place, t = values["digit"], values["temperature"]
        soft = soften(teacher[place], t)
        return {
            "temperature": t,
            "image": digits.images[place][0],
            "label": digits.labels[place],
            "cold": soften(teacher[place], 1),
            "soft": soft,
            "bits": entropy_bits(soft),
            "lengths": lengths[place],
            "now": lengths[place][:, TEMPERATURES.index(t)],
        }

    names = {f"this {label}": place for place, label in enumerate(digits.labels)}
    return live.LiveFigure(
        "What a teacher says, more and more softly",
        [
            live.Slider("temperature", "Temperature T", TEMPERATURES, start=start),
            live.Choice("digit", "Digit", names),
        ],
        compute,
        lambda figure, state: _draw(figure, state, lengths),
        _describe,
        size=(900, 400),
        source=digits.provenance.line(),
    )


def soften(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Softmax of logits / T.

    >>> soften(np.array([100.0, 10.0, 1.0]), 100).round(2).tolist()
    [0.56, 0.23, 0.21]
    """
    powers = np.exp((logits - logits.max()) / temperature)
    return powers / powers.sum()


def entropy_bits(probabilities: np.ndarray) -> float:
    """-sum p log2 p.

    >>> entropy_bits(np.array([0.5, 0.5, 0.0]))
    1.0
    """
    some = probabilities[probabilities > 0]
    return float(-(some * np.log2(some)).sum()) + 0.0


def gradient_lengths(
    teacher: np.ndarray, student: np.ndarray, temperatures: tuple[float, ...]
) -> np.ndarray:
    """Length of the gradient at the student's logits, 2 x temperatures: with T² and without.

    >>> gradient_lengths(np.array([1.0, -1.0]), np.zeros(2), (1, 100)).round(4).tolist()
    [[0.5385, 0.7071], [0.5385, 0.0001]]
    """
    gaps = [np.linalg.norm(soften(student, t) - soften(teacher, t)) for t in temperatures]
    return np.stack([gaps * np.array(temperatures), gaps / np.array(temperatures)])


def _draw(figure: Figure, state: live.State, lengths: np.ndarray) -> live.Update:
    left, middle, right = figure.subplots(1, 3, width_ratios=(0.75, 1.7, 1.15))
    targets, gradient = _draw_targets(middle, state), _draw_gradient(right, state, lengths)
    return live.together(_draw_digit(left, state), targets, gradient)


def _draw_digit(axes: Axes, state: live.State) -> live.Update:
    picture = axes.imshow(state["image"], cmap="gray_r", vmin=0, vmax=1, gid=style.GROUND)
    axes.set_axis_off()
    title = axes.set_title(" ", fontsize=16)
    below = axes.text(0, -0.06, " ", transform=axes.transAxes, va="top", fontsize=13)

    def move(state: live.State) -> list[Artist]:
        picture.set_data(state["image"])
        title.set_text(f"T = {state['temperature']:g}")
        most = np.log2(len(state["soft"]))
        below.set_text(f"entropy {state['bits']:.2f} bits\nof at most {most:.2f}")
        return [picture, title, below]

    return move


def _draw_targets(axes: Axes, state: live.State) -> live.Update:
    raise_bars = class_bars(axes, style.COLOURS["blue"], 2, "at T")
    cold = axes.stairs(state["cold"], np.arange(11) - 0.5, label="at T = 1", linewidth=2)
    cold.set(edgecolor=style.COLOURS["vermilion"], linestyle=(0, (3, 2)))
    axes.set(ylim=(0, 1.12), yticks=(0, 0.5, 1))
    axes.set(xlabel="class", ylabel="the teacher's soft target")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.13), ncols=2)

    def move(state: live.State) -> list[Artist]:
        cold.set_data(state["cold"])
        return [*raise_bars(state["soft"]), cold]

    return move


def class_bars(
    axes: Axes, colour: str, digits: int, label: str = ""
) -> Callable[[np.ndarray], list[Artist]]:
    """A bar for each of ten classes, its height on top; returns what gives them other heights."""
    bars = axes.bar(range(10), 0, width=0.8, color=colour, label=label)
    texts = [axes.text(k, 0, "", ha="center", va="bottom") for k in range(10)]
    axes.set(xticks=range(10))

    def move(heights: np.ndarray) -> list[Artist]:
        for bar, text, height in zip(bars, texts, heights, strict=True):
            bar.set_height(height)
            text.set_y(height + 10**-digits)
            said = f"{height:.{digits}f}"
            text.set_text(said.removeprefix("0") if float(said) else "")
        return [*bars, *texts]

    return move


def _draw_gradient(axes: Axes, state: live.State, lengths: np.ndarray) -> live.Update:
    mark = {"markersize": 12, "markeredgewidth": 1.5}
    both = [
        live.Runs(axes, TEMPERATURES, length, style.series(number), name, dot=0, mark=mark)
        for number, (name, length) in enumerate(
            zip(("with the factor T²", "without it"), state["lengths"], strict=True)
        )
    ]
    here = axes.axvline(1, color=style.INK, linewidth=1.2)
    low, high = np.log10(lengths.min()), np.log10(lengths.max())
    axes.set(xscale="log", xlabel="temperature T", yscale="log", ylabel="length of the gradient")
    axes.set_ylim(10 ** np.floor(low), 10 ** np.ceil(high + 0.3))
    axes.set_xticks((1, 10, 100), ("1", "10", "100"))
    axes.minorticks_off()
    axes.grid(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, 1.24))

    def move(state: live.State) -> list[Artist]:
        here.set_xdata([state["temperature"]] * 2)
        curves = zip(both, state["lengths"], strict=True)
        moved = [artist for runs, length in curves for artist in runs.redraw(length)]
        return [here, *moved, *(runs.at(state["temperature"]) for runs in both)]

    return move


def _describe(state: live.State) -> str:
    soft = state["soft"]
    first = np.argsort(-soft, kind="stable")[:3]
    said = ", ".join(f"{k}: {soft[k]:.2f}" for k in first)
    squared, plain = state["now"]
    return (
        f"At T = {state['temperature']:g} the teacher says of this {state['label']}: {said} "
        f"({state['bits']:.2f} of at most {np.log2(len(soft)):.2f} bits). An untrained "
        f"student gets a gradient of length {plain:.2g}, or {squared:.2g} with the factor T²."
    )
