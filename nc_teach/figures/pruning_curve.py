"""The pruning curve: how accuracy falls as weights are removed, and what the network still reads.

Left, accuracy against sparsity for each criterion: a line through the mean, a dot per network, the
reader's guess on the same axes. Right, a few test images with what the first network reads in them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import style

SHOWN, COLUMNS = 16, 4  # example images
NAMES = {"magnitude": "the smallest weights", "random": "random weights"}


def pruning_curve(curve: Any, guess: Any = None, *, start: float = 0.8) -> live.LiveFigure:
    """A live figure of a pruning curve, with the reader's guess on the same axes.

    Parameters
    ----------
    curve
        What ``claims.network_pruning.one_shot_curve`` returns: ``sparsities``, and per criterion
        ``test`` (networks x sparsities, in [0, 1]) and ``read`` (sparsities x images), and the
        ``examples`` (images, N x 1 x H x W) with their ``labels``.
    guess
        A number in per cent, a prediction whose ``value`` is one, or nothing.
    start
        Sparsity at which the slider stands first (the nearest that was measured).
    """
    percent = [100 * s for s in curve.sparsities]
    nearest = min(percent, key=lambda p: abs(p - 100 * start))
    guessed = getattr(guess, "value", guess)
    names = {NAMES.get(criterion, criterion): criterion for criterion in curve.test}
    return live.LiveFigure(
        "How much can be cut?",
        [
            live.Slider("sparsity", "Weights removed", percent, start=nearest, unit="%"),
            live.Choice("criterion", "Remove", names),
        ],
        lambda values: _state(curve, values),
        lambda figure, state: _build(figure, state, curve, guessed),
        lambda state: _describe(state, guessed),
        size=(860, 430),
        source=curve.provenance.line(),
        table=lambda points: _table(curve),
    )


def _table(curve: Any) -> list[dict[str, str]]:
    return [
        {
            "Weights removed": f"{100 * sparsity:g} %",
            **{
                f"Accuracy without {NAMES.get(name, name)}": f"{_spread(100 * test[:, level])} %"
                for name, test in curve.test.items()
            },
        }
        for level, sparsity in enumerate(curve.sparsities)
    ]


def _state(curve: Any, values: dict[str, Any]) -> dict[str, Any]:
    level = int(np.argmin(np.abs(100 * np.array(curve.sparsities) - values["sparsity"])))
    return {
        "percent": values["sparsity"],
        "criterion": values["criterion"],
        "accuracy": {name: 100 * test[:, level] for name, test in curve.test.items()},
        "read": curve.read[values["criterion"]][level][:SHOWN],
        "right": curve.read[values["criterion"]][level][:SHOWN] == curve.labels[:SHOWN],
    }


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    parts = [
        f"{_spread(accuracy)} % without {NAMES.get(name, name)}"
        for name, accuracy in state["accuracy"].items()
    ]
    what = f"{state['percent']:g} % removed, test accuracy: {', '.join(parts)}."
    return what if guessed is None else f"{what} You guessed {guessed:g} %."


def _spread(values: np.ndarray) -> str:
    deviation = f" ± {values.std(ddof=1):.1f}" if len(values) > 1 else ""
    return f"{values.mean():.1f}{deviation}"


def _build(figure: Any, state: dict[str, Any], curve: Any, guessed: float | None) -> Any:
    left, right = figure.add_gridspec(1, 2, width_ratios=(1.5, 1))
    line, dots = _draw_curves(figure.add_subplot(left), curve, guessed)
    pictures = _draw_examples(figure.add_subplot(right), curve)

    def update(state: dict[str, Any]) -> list[Any]:
        line.set_xdata([state["percent"]] * 2)
        for name, mark in dots.items():
            mark.set_data([state["percent"]], [state["accuracy"][name].mean()])
            mark.set_markersize(15 if name == state["criterion"] else 9)
        for text, read, is_right in zip(pictures, state["read"], state["right"], strict=True):
            text.set_text(f"{read} ✓" if is_right else f"{read} ✗")
            text.set_color(style.COLOURS["blue"] if is_right else style.COLOURS["vermilion"])
            text.set_fontweight("normal" if is_right else "bold")
        return [line, *dots.values(), *pictures]

    return update


def _draw_curves(axes: Any, curve: Any, guessed: float | None) -> tuple[Any, dict[str, Any]]:
    percent = [100 * s for s in curve.sparsities]
    dots = {}
    for number, (name, test) in enumerate(curve.test.items()):
        look = style.series(number)
        mean = 100 * test.mean(axis=0)
        axes.plot(
            percent, mean, look["linestyle"], color=look["color"], label=NAMES.get(name, name)
        )
        axes.plot(percent, 100 * test.T, look["marker"], color=look["color"], markersize=2.5)
        (dots[name],) = axes.plot([], [], look["marker"], color=look["color"], zorder=4,
                                  markeredgecolor="white", markeredgewidth=2)  # fmt: skip
    if guessed is not None:
        axes.axvline(guessed, color=style.COLOURS["purple"], linestyle=":", label="your guess")
    line = axes.axvline(percent[0], color=style.INK, linewidth=1.2)
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="weights removed, %", ylabel="test accuracy, %")
    axes.grid(True)
    axes.legend(loc="lower left")
    return line, dots


def _draw_examples(axes: Any, curve: Any) -> list[Any]:
    """The images side by side in one picture, with room below each for what is read in it."""
    height, width = curve.examples.shape[-2:]
    step_y, step_x = round(1.45 * height), round(1.15 * width)
    rows = -(-len(curve.examples[:SHOWN]) // COLUMNS)
    paper = np.zeros((rows * step_y, COLUMNS * step_x))
    texts = []
    for place, image in enumerate(curve.examples[:SHOWN]):
        y, x = step_y * (place // COLUMNS), step_x * (place % COLUMNS)
        paper[y : y + height, x : x + width] = image[0]
        texts.append(
            axes.text(x + width / 2, y + 1.2 * height, "", ha="center", va="center", fontsize=14)
        )
    axes.imshow(paper, cmap="gray_r", vmin=0, vmax=1)
    axes.set_axis_off()
    axes.set_title("What the first network reads")
    return texts
