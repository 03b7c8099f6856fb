"""What the students learned from, and how many errors they make: temperature against the controls.

Over the temperature of the soft targets a line through the mean and a mark for every seed; what
needs no temperature (labels, the controls, the teacher) is a level line. Large and small students
take turns.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.claims.knowledge_distillation import Students
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure

LEVELS: dict[str, dict[str, Any]] = {  # name -> look of its line
    "labels": {"color": style.INK, "linestyle": "-"},
    "label smoothing": {"color": style.COLOURS["green"], "linestyle": "--"},
    "shuffled": {"color": style.COLOURS["vermilion"], "linestyle": "-."},
    "teacher": {"color": style.GREY, "linestyle": ":"},
}


def students(result: Students, guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of the errors of students that learned from different things.

    Parameters
    ----------
    result
        Of the claim "soft_targets", measured now or shipped.
    guess
        Errors that the reader guessed for the large student (the first), a prediction with a
        ``value``, or nothing.

    Raises
    ------
    ValueError
        When a student learned at no temperature at all.
    """
    widths = list(result.errors)
    soft = {width: _by_temperature(result.errors[width]) for width in widths}
    if not all(soft.values()):
        raise ValueError("result must have errors at a temperature for every width, got none")
    guessed = live.guessed(guess)
    temperatures = sorted(soft[widths[0]])
    return live.LiveFigure(
        "Which temperature for which student?",
        [
            live.Slider("temperature", "Temperature T", temperatures, start=temperatures[-1]),
            live.Choice("width", "Units a layer", {str(width): width for width in widths}),
        ],
        lambda values: {
            "guess": guessed if values["width"] == widths[0] else None,
            **_state(result, soft, **values),
        },
        lambda figure, state: _draw(figure, state, _limits(result), guessed is not None),
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


def _state(
    result: Students,
    soft: Mapping[int, dict[float, np.ndarray]],
    temperature: float,
    width: int,
) -> live.State:
    errors = {**result.errors[width], "teacher": result.teacher}
    return {
        "width": width,
        "temperature": temperature,
        "images": result.images,
        "soft": soft[width],
        "levels": {name: float(np.mean(errors[name])) for name in LEVELS if name in errors},
    }


def _draw(
    figure: Figure, state: live.State, limits: tuple[float, float], with_guess: bool
) -> live.Update:
    axes, temperatures = figure.subplots(), sorted(state["soft"])
    mark = {"markeredgewidth": 1.5}
    runs = live.Runs(axes, *_curve(state), style.series(0), "soft targets at T", dot=4, mark=mark)
    levels = {
        name: axes.axhline(np.nan, **look, linewidth=2, label=name) for name, look in LEVELS.items()
    }
    label = "your guess" if with_guess else None
    guess = axes.axhline(np.nan, color=style.COLOURS["purple"], linestyle=":", label=label)
    axes.set(xscale="log", xlim=(0.9 * temperatures[0], 1.1 * temperatures[-1]), ylim=limits)
    axes.set_xlabel("temperature of the soft targets")
    axes.set_ylabel(f"errors among {state['images']:,} test images")
    axes.set_xticks(temperatures, [f"{t:g}" for t in temperatures])
    axes.minorticks_off()
    axes.grid(True)
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


def _limits(result: Students) -> tuple[float, float]:
    every = np.concatenate(
        [result.teacher, *(e for errors in result.errors.values() for e in errors.values())]
    )
    return 0.8 * every.min(), 1.05 * every.max()


def _describe(state: live.State) -> str:
    beside = ", ".join(f"{name} {value:.0f}" for name, value in state["levels"].items())
    soft = state["soft"][state["temperature"]]
    guess = "" if state["guess"] is None else f" You guessed {state['guess']:g}."
    return (
        f"Students with {state['width']} units a layer, taught by soft targets at "
        f"T = {state['temperature']:g}, make {soft.mean():.0f} errors among {state['images']:,} "
        f"({', '.join(map(str, soft))}); beside it: {beside}.{guess}"
    )
