"""Shallow mimics: how good they get with the number of images that the teacher talks about."""

import numpy as np

from nc_teach import live
from nc_teach.claims.knowledge_distillation import Mimics
from nc_teach.figures.knowledge_distillation.parts import curve_among_levels
from nc_teach.figures.words import spread
from nc_teach.live.artists import Figure


def mimic(result: Mimics, guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of mimics and of what they have to beat.

    ``guess`` is the accuracy in per cent that the reader expects with the most images.
    """
    images, mimics, guessed = result.images, 100 * result.mimics, live.guessed(guess)
    levels = {name: 100 * a for name, a in {**result.controls, "teacher": result.teacher}.items()}

    def draw(figure: Figure, state: live.State) -> live.Update:
        axes = figure.subplots()
        runs, lines = curve_among_levels(axes, images, mimics, "mimic, no labels", levels)
        for name, line in lines.items():
            line.set_ydata([levels[name].mean()] * 2)
        live.draw_guess(axes, guessed, level=True)
        every = np.concatenate([mimics.ravel(), *levels.values()])
        axes.set(ylabel="test accuracy, %", ylim=(every.min() - 1, every.max() + 1))
        axes.set_xlabel("images that the mimic learns from")
        figure.legend(loc="outside right center")
        return lambda state: [runs.at(state["images"])]

    def describe(state: live.State) -> str:
        of_mimics = spread(mimics[:, images.index(state["images"])])
        beside = ", ".join(f"{name} {spread(a)} %" for name, a in levels.items())
        end = "" if guessed is None else f" You guessed {guessed:g} %."
        return (
            f"A shallow mimic that learns from {state['images']:,} images without labels reads "
            f"{of_mimics} % of the test digits; beside it: {beside}.{end}"
        )

    return live.LiveFigure(
        "Does it need to be deep?",
        [live.Slider("images", "Images for the mimic", images, start=images[-1], format=",")],
        dict,
        draw,
        describe,
        size=(820, 400),
        source=result.provenance.line(),
    )
