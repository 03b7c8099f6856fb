"""The class that a student never saw: what it reads there, while one bias is dragged.

Left, the confusion row of that class: as what its images are read. Right, over the bias that is
added, the share of those images and of all images that are read right, a mark for every seed. Three
students take turns: taught by soft targets, by labels, and by shuffled soft targets.
"""

from typing import TYPE_CHECKING

from nc_teach import live
from nc_teach.figures.knowledge_distillation.temperature import class_bars
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.knowledge_distillation import Unseen

SHIFTS = (*(k / 2 for k in range(13)), *range(7, 21))
STUDENTS = {
    "soft targets": "soft targets",
    "hard labels": "labels",
    "shuffled soft targets": "shuffled",
}


def unseen_class(result: "Unseen") -> live.LiveFigure:
    """A live figure of what ``hide_a_class`` has just measured.

    Raises ``ValueError`` for a shipped result: it holds nothing per shift.
    """
    if result.rows is None:
        raise ValueError("result must have been measured just now, got one from a file")
    students = {label: name for label, name in STUDENTS.items() if name in result.rows}
    return live.LiveFigure(
        f"A student that never saw a {result.unseen}",
        [
            live.Slider("shift", f"Added to the bias of the {result.unseen}", SHIFTS, format="+g"),
            live.Choice("student", "Taught by", students),
        ],
        lambda values: _state(result, **values),
        _draw,
        _describe,
        size=(880, 400),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, **point)) for point in points],
    )


def _state(result: "Unseen", shift: float, student: str) -> live.State:
    place, shown = result.shifts.index(shift), [result.shifts.index(s) for s in SHIFTS]
    row = result.rows[student][place]
    both = (result.of_unseen[student], result.right[student])
    return {
        "student": next(label for label, name in STUDENTS.items() if name == student),
        "unseen": result.unseen,
        "shift": shift,
        "row": 100 * row / row.sum(),
        "curves": [100 * shares[:, shown] for shares in both],
        "now": [f"{spread(100 * shares[:, place])} %" for shares in both],
        "rule": result.chosen[student]["no labels"].mean(),
    }


def _draw(figure: Figure, state: live.State) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.2))
    unseen = state["unseen"]
    raise_bars = class_bars(left, style.GREY, 0)
    left.patches[unseen].set(facecolor=style.COLOURS["blue"], hatch="//", edgecolor="white")
    left.set(ylim=(0, 108), xlabel="read as", ylabel=f"share of the {unseen}s, %")
    left.set_title(f"As what a {unseen} is read")
    return live.together(lambda state: raise_bars(state["row"]), _draw_curves(right, state))


def _draw_curves(axes: Axes, state: live.State) -> live.Update:
    unseen = state["unseen"]
    names = (f"of the {unseen}s", "of all digits")
    both = [
        live.Runs(axes, SHIFTS, curves, style.series(k), name, mark={"markersize": 15 - 5 * k})
        for k, (name, curves) in enumerate(zip(names, state["curves"], strict=True))
    ]
    here = axes.axvline(0, color=style.INK, linewidth=1.2)
    rule = axes.axvline(0, color=style.COLOURS["purple"], linestyle=":", label="rule: no labels")
    axes.set(xlim=(SHIFTS[0] - 0.8, SHIFTS[-1] + 0.8), xlabel=f"added to the bias of the {unseen}")
    axes.set(ylim=(0, 104), ylabel="read right, %", xticks=range(0, 21, 5))
    axes.grid(True)
    axes.figure.legend(loc="outside upper right", ncols=3)
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        here.set_xdata([state["shift"]] * 2)
        rule.set_xdata([state["rule"]] * 2)
        title.set_text(f"Taught by {state['student']}")
        curves = zip(both, state["curves"], strict=True)
        moved = [artist for runs, curve in curves for artist in runs.redraw(curve)]
        return [here, rule, *moved, *(runs.at(state["shift"]) for runs in both), title]

    return move


def _describe(state: live.State) -> str:
    of_unseen, right = state["now"]
    mistakes, unseen = state["row"].copy(), state["unseen"]
    mistakes[unseen] = -1
    other = mistakes.argmax()
    return (
        f"Taught by {state['student']} and never shown a {unseen}, with {state['shift']:+g} added "
        f"to its bias: {of_unseen} of the {unseen}s are read right, {right} of all digits. The "
        f"most frequent mistake is {other} ({mistakes[other]:.0f} %)."
    )


def _row(state: live.State) -> dict[str, str]:
    of_unseen, right = state["now"]
    return {
        "Taught by": state["student"],
        "Added to the bias": f"{state['shift']:+g}",
        f"{state['unseen']}s read right": of_unseen,
        "All read right": right,
    }
