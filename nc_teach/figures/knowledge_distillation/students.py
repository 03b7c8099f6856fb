"""What the students learned from, and how many errors they make: temperature against the controls.

Over the temperature of the soft targets a line through the mean and a mark for every seed; what
needs no temperature (labels, the controls, the teacher) is a level line. Large and small students
take turns.
"""

from collections.abc import Mapping

import numpy as np

from nc_teach import live
from nc_teach.claims.knowledge_distillation import Students
from nc_teach.figures.knowledge_distillation.parts import curve_among_levels
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure

CONTROLS = ("labels", "label smoothing", "shuffled", "teacher")


def students(result: Students, guess: live.Guess = None) -> live.LiveFigure:
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


def _draw(figure: Figure, state: live.State, result: Students, with_guess: bool) -> live.Update:
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
