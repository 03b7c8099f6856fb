"""Students against what they have to beat, over what their targets depend on.

`students`: how many errors they make, over the temperature of the soft targets; large and small
students take turns. `mimic`: how good shallow mimics get with the number of images that the teacher
talks about. A line through the mean, a mark for every seed, and a level line for each control.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, Line2D

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

    ``guess`` is the number of errors that the reader expects of the large student (the first).
    """
    soft = {width: _by_temperature(errors) for width, errors in result.errors.items()}
    first, guessed = next(iter(soft)), live.guessed(guess)
    temperatures = sorted(soft[first])

    def compute(values: live.Values) -> live.State:
        errors = {**result.errors[values["width"]], "teacher": result.teacher}
        return {
            **values,
            "images": result.images,
            "soft": soft[values["width"]],
            "levels": {name: errors[name].mean() for name in CONTROLS if name in errors},
            "guess": guessed if values["width"] == first else None,
        }

    return live.LiveFigure(
        "Which temperature for which student?",
        [
            live.Slider("temperature", "Temperature T", temperatures, start=temperatures[-1]),
            live.Choice("width", "Units a layer", {str(width): width for width in soft}),
        ],
        compute,
        lambda figure, state: _draw(figure, state, result, guessed is not None),
        _describe,
        size=(820, 430),
        source=result.provenance.line(),
    )


def _by_temperature(errors: Mapping[str, np.ndarray]) -> dict[float, np.ndarray]:
    """Errors by temperature, of the students that learned from soft targets alone.

    >>> _by_temperature({"T = 4": np.array([3]), "labels": np.array([9]), "T = 4 and labels": 1})
    {4.0: array([3])}
    """
    words = {name: name.split() for name in errors}
    return {float(w[2]): errors[n] for n, w in words.items() if w[0] == "T" and len(w) == 3}


def _draw(figure: Figure, state: live.State, result: "Students", with_guess: bool) -> live.Update:
    axes, (temperatures, errors) = figure.subplots(), _curve(state)
    runs, levels = curve_among_levels(axes, temperatures, errors, "soft targets at T", CONTROLS)
    label = "your guess" if with_guess else None
    guess = axes.axhline(np.nan, color=style.COLOURS["purple"], linestyle=":", label=label)
    every = [result.teacher, *(e for errors in result.errors.values() for e in errors.values())]
    axes.set_ylim(0.8 * np.min(every), 1.05 * np.max(every))
    axes.set_xlim(0.9 * min(temperatures), 1.1 * max(temperatures))
    axes.set_xlabel("temperature of the soft targets")
    axes.set_ylabel(f"errors among {result.images:,} test images")
    figure.legend(loc="outside right center")
    title = axes.set_title(" ")

    def update(state: live.State) -> list[Artist]:
        where, errors = _curve(state)
        curves = runs.redraw(errors, where)
        for name, level in levels.items():
            level.set_ydata([state["levels"].get(name, np.nan)] * 2)
        guess.set_ydata([np.nan if state["guess"] is None else state["guess"]] * 2)
        title.set_text(f"Students with {state['width']} units a layer")
        return [*curves, runs.at(state["temperature"]), *levels.values(), guess, title]

    return update


def _curve(state: live.State) -> tuple[list[float], np.ndarray]:
    """The temperatures that were measured, and the errors, seeds x temperatures."""
    return list(state["soft"]), np.array(list(state["soft"].values())).T


def _describe(state: live.State) -> str:
    beside = ", ".join(f"{name} {value:.0f}" for name, value in state["levels"].items())
    soft = state["soft"][state["temperature"]]
    guess = "" if state["guess"] is None else f" You guessed {state['guess']:g}."
    return (
        f"Students with {state['width']} units a layer, taught by soft targets at "
        f"T = {state['temperature']:g}, make {soft.mean():.0f} errors among {state['images']:,} "
        f"({', '.join(map(str, soft))}); beside it: {beside}.{guess}"
    )


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
