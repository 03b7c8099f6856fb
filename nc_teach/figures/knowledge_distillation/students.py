"""What the students were told, and how many errors they make: temperature against the controls.

Over the temperature of the soft targets a line through the mean and a mark for every seed; what
needs no temperature (labels, the controls, the teacher) is a level line. Large and small students
take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import style

LEVELS = {  # name -> look of its line
    "labels": {"color": style.INK, "linestyle": "-"},
    "label smoothing": {"color": style.COLOURS["green"], "linestyle": "--"},
    "shuffled": {"color": style.COLOURS["vermilion"], "linestyle": "-."},
    "teacher": {"color": style.GREY, "linestyle": ":"},
}


def students(numbers: Mapping[str, Any], source: str, guess: Any = None) -> live.LiveFigure:
    """A live figure of the errors of students that were told different things.

    Parameters
    ----------
    numbers
        Those of ``claims.distillation.SOFT_TARGETS``: ``images``, ``teacher`` (errors, one a seed)
        and ``errors``: width -> what was told ("labels", "T = 4", "label smoothing", ...) ->
        errors, one a seed.
    source
        The line that says where they come from.
    guess
        Errors that the reader guessed for the large student, a prediction with a ``value``, or
        nothing.

    Raises
    ------
    ValueError
        When a student was told no temperature at all.
    """
    widths = list(numbers["errors"])
    told = {w: _by_temperature(numbers["errors"][w]) for w in widths}
    if not all(told.values()):
        raise ValueError("numbers must have errors at a temperature for every width, got none")
    guessed = getattr(guess, "value", guess)
    temperatures = sorted(told[widths[0]])
    return live.LiveFigure(
        "Which temperature for which student?",
        [
            live.Slider("temperature", "Temperature T", temperatures, start=temperatures[-1]),
            live.Choice("width", "Units a layer", widths),
        ],
        lambda values: _state(numbers, told, guessed if values["width"] == widths[0] else None,
                              **values),
        lambda figure, state: _draw(figure, state, numbers, told, guessed is not None),
        _describe,
        size=(820, 430),
        source=source,
    )  # fmt: skip


def _by_temperature(errors: Mapping[str, Any]) -> dict[float, np.ndarray]:
    """Errors by temperature, of the students that were told soft targets alone.

    >>> _by_temperature({"T = 4": [3, 5], "labels": [9, 9], "T = 4 and labels": [1, 1]})
    {4.0: array([3, 5])}
    """
    words = {name: name.split() for name in errors}
    return {
        float(w[2]): np.array(errors[name])
        for name, w in words.items()
        if w[0] == "T" and len(w) == 3
    }


def _state(
    numbers: Mapping[str, Any], told: Mapping[str, dict[float, np.ndarray]],
    guessed: float | None, temperature: float, width: str,
) -> dict[str, Any]:  # fmt: skip
    errors = {**numbers["errors"][width], "teacher": numbers["teacher"]}
    return {
        "width": width,
        "temperature": temperature,
        "images": numbers["images"],
        "soft": told[width],
        "levels": {name: float(np.mean(errors[name])) for name in LEVELS if name in errors},
        "guess": guessed,
    }  # fmt: skip


def _draw(
    figure: Any, state: dict[str, Any], numbers: Mapping[str, Any],
    told: Mapping[str, dict[float, np.ndarray]], with_guess: bool,
) -> Callable[[dict[str, Any]], list[Any]]:  # fmt: skip
    axes = figure.subplots()
    look = style.series(0)
    (line,) = axes.plot([], [], look["linestyle"], color=look["color"], label="soft targets at T")
    (seeds,) = axes.plot([], [], look["marker"], color=look["color"], markersize=4)
    (mark,) = axes.plot([], [], look["marker"], color=look["color"], markersize=14, zorder=4,
                        markeredgecolor="white", markeredgewidth=1.5)  # fmt: skip
    levels = {name: axes.axhline(np.nan, **look, linewidth=2, label=name)
              for name, look in LEVELS.items()}  # fmt: skip
    guess = axes.axhline(np.nan, color=style.COLOURS["purple"], linestyle=":",
                         label="your guess" if with_guess else None)  # fmt: skip
    temperatures = sorted(told[state["width"]])
    axes.set(xscale="log", ylim=_limits(numbers), xlim=(0.9 * temperatures[0],
             1.1 * temperatures[-1]), xlabel="temperature of the soft targets",
             ylabel=f"errors among {numbers['images']:,} test images")  # fmt: skip
    axes.set_xticks(temperatures, [f"{t:g}" for t in temperatures])
    axes.minorticks_off()
    axes.grid(True)
    figure.legend(loc="outside right center")
    title = axes.set_title(" ")

    def update(state: dict[str, Any]) -> list[Any]:
        soft = state["soft"]
        line.set_data(list(soft), [e.mean() for e in soft.values()])
        seeds.set_data(np.repeat(list(soft), [len(e) for e in soft.values()]),
                       np.concatenate(list(soft.values())))  # fmt: skip
        mark.set_data([state["temperature"]], [soft[state["temperature"]].mean()])
        for name, level in levels.items():
            level.set_ydata([state["levels"].get(name, np.nan)] * 2)
        guess.set_ydata([np.nan if state["guess"] is None else state["guess"]] * 2)
        title.set_text(f"Students with {state['width']} units a layer")
        return [line, seeds, mark, *levels.values(), guess, title]

    return update


def _limits(numbers: Mapping[str, Any]) -> tuple[float, float]:
    every = [e for told in numbers["errors"].values() for e in np.concatenate(list(told.values()))]
    return 0.8 * min(*every, *numbers["teacher"]), 1.05 * max(*every, *numbers["teacher"])


def _describe(state: dict[str, Any]) -> str:
    beside = ", ".join(f"{name} {value:.0f}" for name, value in state["levels"].items())
    soft = state["soft"][state["temperature"]]
    guess = "" if state["guess"] is None else f" You guessed {state['guess']:g}."
    return (
        f"Students with {state['width']} units a layer, told soft targets at "
        f"T = {state['temperature']:g}, make {soft.mean():.0f} errors among {state['images']:,} "
        f"({', '.join(map(str, soft))}); beside it: {beside}.{guess}"
    )
