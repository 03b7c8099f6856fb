"""How large should a teacher be? A student's accuracy against the size of its teacher.

A line through the mean and a dot for every seed; the grey band is the student without a teacher
(mean and standard deviation), the diamonds at the right end the student that an assistant has
taught. The slider picks a teacher and joins every seed's dot with the same seed's dot at the
largest one: with paired runs it is the slope of these threads that counts, not the height of the
cloud. Here are the numbers, in ``teacher_size_drawing`` the picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.knowledge_distillation.teacher_size_drawing import draw
from nc_teach.figures.words import spread


def teacher_size(outcome: Any, guess: Any = None, *, start: int = 50) -> live.LiveFigure:
    """A live figure of student accuracy against teacher size.

    Parameters
    ----------
    outcome
        Of the claim "assistants", measured now or shipped. Its ``numbers`` hold, as strings, the
        sizes of students and teachers: ``taught[student][size]``, ``relayed[student]`` and
        ``alone[student]`` are lists with one accuracy in [0, 1] a seed.
    guess
        The size of the best teacher: a number, a prediction whose ``value`` is one, or nothing.
    start
        Teacher at which the slider stands first (the nearest that was measured).

    Raises
    ------
    ValueError
        When there is only one teacher: nothing to compare.
    """
    numbers = outcome.numbers
    sizes = sorted({int(size) for taught in numbers["taught"].values() for size in taught})
    if len(sizes) < 2:
        raise ValueError(f"outcome must have two teachers or more, got {sizes}")
    guessed = getattr(guess, "value", guess)
    students = {f"{n}-{n} units": n for n in numbers["taught"]}
    return live.LiveFigure(
        "How large should a teacher be?",
        [
            live.Slider("size", "Teacher", sizes, start=min(sizes, key=lambda n: abs(n - start)),
                        format=lambda n: f"{n:g}-{n:g} units"),
            live.Choice("student", "Student", students),
        ],
        lambda values: _state(numbers, sizes, values),
        lambda figure, state: draw(figure, state, sizes, guessed),
        lambda state: _describe(state, guessed),
        size=(820, 440),
        source=outcome.provenance.line(),
        table=lambda points: _table(numbers, sizes),
    )  # fmt: skip


def _state(numbers: dict[str, Any], sizes: list[int], values: dict[str, Any]) -> dict[str, Any]:
    student = values["student"]
    taught = 100 * np.array([numbers["taught"][student][str(n)] for n in sizes]).T
    chosen = taught[:, sizes.index(int(values["size"]))]
    return {
        "size": int(values["size"]),
        "largest": sizes[-1],
        "student": student,
        "taught": taught,
        "chosen": chosen,
        "alone": 100 * np.array(numbers["alone"][student]),
        "relayed": 100 * np.array(numbers["relayed"][student]),
        "gain": chosen - taught[:, -1],
        "best": sizes[int(taught.mean(axis=0).argmax())],
    }


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    wins = int((state["gain"] > 0).sum())
    relay = state["relayed"] - state["taught"][:, -1]
    what = (
        f"The student of {state['student']}-{state['student']} units reaches "
        f"{spread(state['chosen'])} % with a teacher of {state['size']}-{state['size']}, "
        f"{spread(state['alone'])} % without a teacher"
    )
    if state["size"] != state["largest"]:
        what += (
            f"; that is better than with {state['largest']}-{state['largest']} in {wins} of "
            f"{len(state['gain'])} seeds, the median is {np.median(state['gain']):+.1f} points"
        )
    what += (
        f". An assistant wins {int((relay > 0).sum())} of "
        f"{len(relay)} against the direct way, median {np.median(relay):+.1f} points."
    )
    if guessed is None:
        return what
    return f"{what} You guessed a teacher of {guessed:g}; the best mean here is at {state['best']}."


def _table(numbers: dict[str, Any], sizes: list[int]) -> list[dict[str, str]]:
    rows = []
    for student, taught in numbers["taught"].items():
        ways = {f"teacher {n}-{n}": taught[str(n)] for n in sizes}
        ways |= {"no teacher": numbers["alone"][student]}
        ways |= {"by an assistant": numbers["relayed"][student]}
        rows += [
            {
                "Student": f"{student}-{student}",
                "Taught by": name,
                "Accuracy": f"{spread(100 * np.array(values))} %",
            }
            for name, values in ways.items()
        ]
    return rows
