"""How large should a teacher be? A student's accuracy against the size of its teacher.

A line through the mean and a dot for every seed; the grey band is the student without a teacher
(mean and standard deviation), the diamonds at the right end the student that an assistant has
taught. The slider picks a teacher and joins every seed's dot with the same seed's dot at the
largest one: with paired runs it is the slope of these threads that counts, not the height of the
cloud. Here are the numbers, in ``teacher_size_drawing`` the picture.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.knowledge_distillation import Relay
from nc_teach.figures.knowledge_distillation.teacher_size_drawing import draw
from nc_teach.figures.words import spread


def teacher_size(result: Relay, guess: live.Guess = None, *, start: int = 50) -> live.LiveFigure:
    """A live figure of student accuracy against teacher size.

    Parameters
    ----------
    result
        Of the claim "assistants", measured now or shipped.
    guess
        The size of the best teacher: a number, a prediction whose ``value`` is one, or nothing.
    start
        Teacher at which the slider is first (the nearest that was measured).

    Raises
    ------
    ValueError
        When there is only one teacher: nothing to compare.
    """
    sizes = sorted({size for taught in result.taught.values() for size in taught})
    if len(sizes) < 2:
        raise ValueError(f"result must have two teachers or more, got {sizes}")
    guessed = live.guessed(guess)
    students = {f"{n}-{n} units": n for n in result.taught}
    nearest = min(sizes, key=lambda n: abs(n - start))
    return live.LiveFigure(
        "How large should a teacher be?",
        [
            live.Slider("size", "Teacher", sizes, start=nearest, format=_units),
            live.Choice("student", "Student", students),
        ],
        lambda values: _state(result, sizes, **values),
        lambda figure, state: draw(figure, state, sizes, guessed),
        lambda state: _describe(state, guessed),
        size=(820, 440),
        source=result.provenance.line(),
        table=lambda points: _table(result, sizes),
    )


def _units(size: float) -> str:
    return f"{size:g}-{size:g} units"


def _state(result: Relay, sizes: list[int], size: int, student: int) -> live.State:
    taught = 100 * np.array([result.taught[student][n] for n in sizes]).T
    chosen = taught[:, sizes.index(size)]
    return {
        "size": size,
        "largest": sizes[-1],
        "student": student,
        "taught": taught,
        "chosen": chosen,
        "alone": 100 * result.alone[student],
        "relayed": 100 * result.relayed[student],
        "gain": chosen - taught[:, -1],
        "best": sizes[int(taught.mean(axis=0).argmax())],
    }


def _describe(state: live.State, guessed: float | None) -> str:
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


def _table(result: Relay, sizes: list[int]) -> list[dict[str, str]]:
    rows = []
    for student, taught in result.taught.items():
        ways = {f"teacher {n}-{n}": taught[n] for n in sizes}
        ways |= {"no teacher": result.alone[student], "by an assistant": result.relayed[student]}
        rows += [
            {
                "Student": f"{student}-{student}",
                "Taught by": name,
                "Accuracy": f"{spread(100 * values)} %",
            }
            for name, values in ways.items()
        ]
    return rows
