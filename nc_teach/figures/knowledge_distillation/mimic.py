"""Shallow mimics: how good they get with the number of images that the teacher talks about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style

CONTROLS = {
    "labels": {"color": style.INK, "linestyle": "-"},
    "labels, jittered": {"color": style.COLOURS["green"], "linestyle": "--"},
    "deep, labels": {"color": style.COLOURS["vermilion"], "linestyle": "-."},
    "teacher": {"color": style.GREY, "linestyle": ":"},
}


def mimic(numbers: Mapping[str, Any], source: str, guess: Any = None) -> live.LiveFigure:
    """A live figure of mimics and of what they have to beat.

    Parameters
    ----------
    numbers
        Those of ``claims.distillation.MIMIC``: ``images`` (how many each mimic saw), ``mimics``
        (accuracy in [0, 1], seeds x images), ``teacher`` and ``controls`` (one a seed).
    source
        The line that says where they come from.
    guess
        The accuracy in per cent that the reader guessed for the most images, a prediction with a
        ``value``, or nothing.
    """
    mimics = 100 * np.array(numbers["mimics"])
    levels = {name: 100 * np.array(a) for name, a in numbers["controls"].items()}
    levels["teacher"] = 100 * np.array(numbers["teacher"])
    guessed = getattr(guess, "value", guess)

    def compute(values: dict[str, Any]) -> dict[str, Any]:
        place = list(numbers["images"]).index(values["images"])
        return {"images": values["images"], "now": mimics[:, place], "levels": levels}

    return live.LiveFigure(
        "Does it need to be deep?",
        [live.Slider("images", "Images for the mimic", numbers["images"],
                     start=numbers["images"][-1], format=",")],
        compute,
        lambda figure, state: _draw(figure, numbers["images"], mimics, levels, guessed),
        lambda state: _describe(state, guessed),
        size=(820, 400),
        source=source,
    )  # fmt: skip


def _draw(
    figure: Any, images: list[int], mimics: np.ndarray, levels: dict[str, np.ndarray],
    guessed: float | None,
) -> Callable[[dict[str, Any]], list[Any]]:  # fmt: skip
    axes = figure.subplots()
    look = style.series(0)
    axes.plot(images, mimics.mean(axis=0), look["linestyle"], color=look["color"],
              label="mimic, no labels")  # fmt: skip
    axes.plot(np.tile(images, len(mimics)), mimics.ravel(), look["marker"], color=look["color"],
              markersize=4)  # fmt: skip
    for name, of_level in CONTROLS.items():
        if name in levels:
            axes.axhline(levels[name].mean(), **of_level, linewidth=2, label=name)
    if guessed is not None:
        axes.axhline(guessed, color=style.COLOURS["purple"], linestyle=":", label="your guess")
    (mark,) = axes.plot([], [], look["marker"], color=look["color"], markersize=14, zorder=4,
                        markeredgecolor="white", markeredgewidth=1.5)  # fmt: skip
    every = np.concatenate([mimics.ravel(), *levels.values()])
    axes.set(xscale="log", ylabel="test accuracy, %", ylim=(every.min() - 1, every.max() + 1),
             xlabel="images that the mimic learns from")  # fmt: skip
    axes.set_xticks(images, [f"{n:,}" for n in images])
    axes.minorticks_off()
    axes.grid(True)
    figure.legend(loc="outside right center")

    def update(state: dict[str, Any]) -> list[Any]:
        mark.set_data([state["images"]], [state["now"].mean()])
        return [mark]

    return update


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    beside = ", ".join(f"{name} {spread(a)} %" for name, a in state["levels"].items())
    guess = "" if guessed is None else f" You guessed {guessed:g} %."
    return (
        f"A shallow mimic that learns from {state['images']:,} images without labels reads "
        f"{spread(state['now'])} % of the test digits; beside it: {beside}.{guess}"
    )
