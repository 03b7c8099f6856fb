"""Students against what they have to beat, over what their targets depend on.

`students`: how many errors they make, over the temperature of the soft targets, large students
beside small ones. `mimic`: how good shallow mimics get with the number of images that the teacher
talks about. A line through the mean, a mark for every seed, and a level line for each control.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Axes, Figure, Line2D

if TYPE_CHECKING:
    from nc_teach.claims.knowledge_distillation import Mimics, Students

CONTROLS = ("labels", "label smoothing", "shuffled", "teacher", "T = 20 and labels")
LEVELS = (
    (style.INK, "-"),
    (style.COLOURS["green"], "--"),
    (style.COLOURS["vermilion"], "-."),
    (style.GREY, ":"),
    (style.COLOURS["orange"], (0, (5, 1, 1, 1, 1, 1))),
)


def students(result: "Students", guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of the errors of students that learned from different things.

    One panel for each width. ``guess`` is the number of errors that the reader expects of the large
    students (the first).
    """
    soft = {width: _by_temperature(errors) for width, errors in result.errors.items()}
    guessed, temperatures = live.guessed(guess), sorted(next(iter(soft.values())))
    levels = {
        width: {name: errors[name].mean() for name in CONTROLS if name in errors}
        | {"teacher": result.teacher.mean()}
        for width, errors in result.errors.items()
    }

    def draw(figure: Figure, state: live.State) -> live.Update:
        panels = figure.subplots(1, len(soft), squeeze=False)[0]
        every = [
            _draw(axes, width, of, levels[width], guessed if axes is panels[0] else None)
            for axes, (width, of) in zip(panels, soft.items(), strict=True)
        ]
        panels[0].set_ylabel(f"errors among {result.images:,} test images")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        return lambda state: [runs.at(state["temperature"]) for runs in every]

    def describe(state: live.State) -> str:
        at = {width: of[state["temperature"]] for width, of in soft.items()}
        made = "; ".join(
            f"those with {width} units a layer make {errors.mean():.0f} errors "
            f"({', '.join(map(str, errors))}), beside "
            + ", ".join(f"{name} {value:.0f}" for name, value in levels[width].items())
            for width, errors in at.items()
        )
        end = "" if guessed is None else f" You guessed {guessed:g}."
        return f"Of students of soft targets at T = {state['temperature']:g}, {made}.{end}"

    return live.LiveFigure(
        "Which temperature for which student?",
        [live.Slider("temperature", "Temperature T", temperatures, start=temperatures[-1])],
        dict,
        draw,
        describe,
        size=(880, 460),
        source=result.provenance.line(),
    )


def _by_temperature(errors: Mapping[str, np.ndarray]) -> dict[float, np.ndarray]:
    """Errors by temperature, of the students that learned from soft targets alone.

    >>> _by_temperature({"T = 4": np.array([3]), "labels": np.array([9]), "T = 4 and labels": 1})
    {4.0: array([3])}
    """
    words = {name: name.split() for name in errors}
    return {float(w[2]): errors[n] for n, w in words.items() if w[0] == "T" and len(w) == 3}


def _draw(
    axes: Axes,
    width: int,
    soft: Mapping[float, np.ndarray],
    levels: Mapping[str, float],
    guessed: float | None,
) -> live.Runs:
    """One width's panel: the curve of the soft targets, and a line for each thing to beat."""
    errors = np.array(list(soft.values())).T  # seeds x temperatures
    runs, lines = curve_among_levels(axes, list(soft), errors, "soft targets at T", CONTROLS)
    for name, line in lines.items():
        line.set_ydata([levels.get(name, np.nan)] * 2)
    live.draw_guess(axes, guessed, level=True)
    every = [*errors.ravel(), *levels.values()]
    axes.set(xlim=(0.85 * min(soft), 1.18 * max(soft)), ylim=(min(every) - 25, max(every) + 25))
    axes.set(xlabel="temperature of the soft targets", title=f"{width} units a layer")
    return runs


def mimic(result: "Mimics", guess: live.Guess = None) -> live.LiveFigure:
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


def curve_among_levels(
    axes: Axes, x: Sequence[float], runs: np.ndarray, label: str, controls: Iterable[str]
) -> tuple[live.Runs, dict[str, Line2D]]:
    """A method's runs over a logarithmic axis, and a level line for each control, nowhere yet."""
    mark = {"markeredgewidth": 1.5}
    curve = live.Runs(axes, x, runs, style.series(0), label, dot=4, mark=mark)
    levels = {
        name: axes.axhline(np.nan, color=colour, linestyle=dashes, linewidth=2, label=name)
        for name, (colour, dashes) in zip(controls, LEVELS, strict=False)
    }
    axes.set_xscale("log")
    axes.set_xticks(x, [f"{value:,g}" for value in x])
    axes.minorticks_off()
    axes.grid(True)
    return curve, levels
