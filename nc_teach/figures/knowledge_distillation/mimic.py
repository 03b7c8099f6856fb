"""Shallow mimics: how good they get with the number of images that the teacher talks about."""

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.knowledge_distillation import Mimics
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Figure

CONTROLS: dict[str, dict[str, Any]] = {
    "labels": {"color": style.INK, "linestyle": "-"},
    "labels, jittered": {"color": style.COLOURS["green"], "linestyle": "--"},
    "deep, labels": {"color": style.COLOURS["vermilion"], "linestyle": "-."},
    "teacher": {"color": style.GREY, "linestyle": ":"},
}


def mimic(result: Mimics, guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of mimics and of what they have to beat.

    Parameters
    ----------
    result
        Of the claim "mimic", measured now or shipped.
    guess
        The accuracy in per cent that the reader guessed for the most images, a prediction with a
        ``value``, or nothing.
    """
    mimics = 100 * result.mimics
    levels = {name: 100 * a for name, a in {**result.controls, "teacher": result.teacher}.items()}
    images, guessed = result.images, live.guessed(guess)

    def compute(values: live.Values) -> live.State:
        now = mimics[:, images.index(values["images"])]
        return {"images": values["images"], "now": now, "levels": levels}

    return live.LiveFigure(
        "Does it need to be deep?",
        [live.Slider("images", "Images for the mimic", images, start=images[-1], format=",")],
        compute,
        lambda figure, state: _draw(figure, images, mimics, levels, guessed),
        lambda state: _describe(state, guessed),
        size=(820, 400),
        source=result.provenance.line(),
    )


def _draw(
    figure: Figure,
    images: tuple[int, ...],
    mimics: np.ndarray,
    levels: dict[str, np.ndarray],
    guessed: float | None,
) -> live.Update:
    axes = figure.subplots()
    mark = {"markeredgewidth": 1.5}
    runs = live.Runs(axes, images, mimics, style.series(0), "mimic, no labels", dot=4, mark=mark)
    for name, look in CONTROLS.items():
        if name in levels:
            axes.axhline(levels[name].mean(), **look, linewidth=2, label=name)
    live.draw_guess(axes, guessed, level=True)
    every = np.concatenate([mimics.ravel(), *levels.values()])
    axes.set(xscale="log", xlabel="images that the mimic learns from")
    axes.set(ylabel="test accuracy, %", ylim=(every.min() - 1, every.max() + 1))
    axes.set_xticks(images, [f"{n:,}" for n in images])
    axes.minorticks_off()
    axes.grid(True)
    figure.legend(loc="outside right center")
    return lambda state: [runs.at(state["images"])]


def _describe(state: live.State, guessed: float | None) -> str:
    beside = ", ".join(f"{name} {spread(a)} %" for name, a in state["levels"].items())
    guess = "" if guessed is None else f" You guessed {guessed:g} %."
    return (
        f"A shallow mimic that learns from {state['images']:,} images without labels reads "
        f"{spread(state['now'])} % of the test digits; beside it: {beside}.{guess}"
    )
