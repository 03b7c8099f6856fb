"""How large should a teacher be? A student's accuracy against the size of its teacher.

A line through the mean and a dot for every seed; the grey band is the student without a teacher
(mean and standard deviation), the diamonds at the right end the student that an assistant has
taught. The slider picks a teacher and joins every seed's dot with the same seed's dot at the
largest one: with paired runs it is the slope of these threads that counts, not the height of the
cloud.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure

if TYPE_CHECKING:
    from nc_teach.claims.knowledge_distillation import Relay

WIN, LOSS = style.COLOURS["sky"], style.COLOURS["vermilion"]


def teacher_size(result: "Relay", guess: live.Guess = None, *, start: int = 50) -> live.LiveFigure:
    """A live figure of student accuracy against teacher size.

    ``guess`` is the size of the best teacher, ``start`` the teacher at which the slider is first
    (the nearest that was measured), both in units a layer.
    """
    sizes = sorted(next(iter(result.taught.values())))
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "How large should a teacher be?",
        [
            live.Slider("size", "Teacher", sizes, near=start, format=_units),
            live.Choice("student", "Student", {_units(n): n for n in result.taught}),
        ],
        lambda values: _state(result, sizes, **values),
        lambda figure, state: _draw(figure, state, sizes, guessed),
        lambda state: _describe(state, guessed),
        size=(820, 440),
        source=result.provenance.line(),
        table=lambda points: _table(result, sizes),
    )


def _units(size: float) -> str:
    return f"{size:g}-{size:g} units"


def _state(result: "Relay", sizes: list[int], size: int, student: int) -> live.State:
    taught = 100 * np.array([result.taught[student][n] for n in sizes]).T
    chosen = taught[:, sizes.index(size)]
    gain = chosen - taught[:, -1]
    return {
        "size": size,
        "largest": sizes[-1],
        "student": student,
        "taught": taught,
        "chosen": chosen,
        "alone": 100 * result.alone[student],
        "relayed": 100 * result.relayed[student],
        "gain": gain,
        "wins": f"{(gain > 0).sum()} of {len(gain)} seeds",
        "best": sizes[int(taught.mean(axis=0).argmax())],
    }


def _draw(
    figure: Figure, state: live.State, sizes: list[int], guessed: float | None
) -> live.Update:
    axes, places = figure.subplots(), np.arange(len(sizes), dtype=float)
    relay, white = places[-1] + 0.8, {"markeredgecolor": "white", "zorder": 4}
    alone = axes.axhspan(0, 1, color="#DDDDDD", zorder=1, label="no teacher")
    threads = [axes.plot([], [], linewidth=1.5, zorder=2)[0] for _ in state["gain"]]
    large = {"markersize": 16, "zorder": 5}
    label, look = "taught by this size", style.series(0)
    runs = live.Runs(axes, places, state["taught"], look, label, dot=6, mark=large, zorder=3)
    runs.dots.set(**white)
    (relayed,) = axes.plot([], [], "D", markersize=9, label="by an assistant")
    relayed.set(color=style.COLOURS["green"], **white)
    if guessed is not None:
        guessed = float(np.interp(np.log(max(guessed, 1)), np.log(sizes), places))
    live.draw_guess(axes, guessed)
    axes.set_xticks([*places, relay], [*map(str, sizes), f"{sizes[-1]}, then\nassistant"])
    axes.set(xlim=(-0.4, relay + 0.4), xlabel="units in each hidden layer of the teacher")
    axes.set_ylabel("the student's test accuracy, %")
    axes.grid(True, axis="y")
    title = axes.set_title("")
    figure.legend(loc="outside upper center", ncols=4, columnspacing=1.2)

    def update(state: live.State) -> list[Artist]:
        taught, here = state["taught"], sizes.index(state["size"])
        every = np.concatenate([taught.ravel(), state["alone"], state["relayed"]])
        axes.set_ylim(every.min() - 0.5, every.max() + 0.5)
        middle, several = state["alone"].mean(), len(state["alone"]) > 1
        deviation = max(state["alone"].std(ddof=1), 0.05) if several else 0.05
        alone.set_bounds(-1, middle - deviation, relay + 3, 2 * deviation)
        relayed.set_data(np.full(len(state["relayed"]), relay), state["relayed"])
        for thread, one, gain in zip(threads, taught, state["gain"], strict=True):
            thread.set_data([places[here], places[-1]], [one[here], one[-1]])
            thread.set(color=WIN if gain > 0 else LOSS, linestyle="-" if gain > 0 else ":")
        title.set_text(_title(state))
        curve = [*runs.redraw(taught), runs.at(here)]
        return [alone, *threads, *curve, relayed, title, axes.yaxis]

    return update


def _title(state: live.State) -> str:
    student = f"Student {state['student']}-{state['student']}"
    if state["size"] == state["largest"]:
        return f"{student}: the largest teacher"
    return f"{student}: teacher {state['size']} beats {state['largest']} in {state['wins']}"


def _describe(state: live.State, guessed: float | None) -> str:
    relay = state["relayed"] - state["taught"][:, -1]
    what = (
        f"The student of {_units(state['student'])} reaches {spread(state['chosen'])} % with a "
        f"teacher of {state['size']}-{state['size']}, {spread(state['alone'])} % without a teacher"
    )
    if state["size"] != state["largest"]:
        what += (
            f"; that is better than with {state['largest']}-{state['largest']} in "
            f"{state['wins']}, the median is {np.median(state['gain']):+.1f} points"
        )
    what += (
        f". An assistant wins {(relay > 0).sum()} of {len(relay)} against the direct way, "
        f"median {np.median(relay):+.1f} points."
    )
    if guessed is None:
        return what
    return f"{what} You guessed a teacher of {guessed:g}; the best mean here is at {state['best']}."


def _table(result: "Relay", sizes: list[int]) -> list[dict[str, str]]:
    rows = []
    for student, taught in result.taught.items():
        ways = {f"teacher {n}-{n}": taught[n] for n in sizes}
        ways |= {"no teacher": result.alone[student], "by an assistant": result.relayed[student]}
        for name, values in ways.items():
            said = {"Taught by": name, "Accuracy": f"{spread(100 * values)} %"}
            rows.append({"Student": f"{student}-{student}", **said})
    return rows
