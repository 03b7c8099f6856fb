"""The class that a student never saw: what it reads there, while one bias is dragged.

Left, the confusion row of that class: as what its images are read. Right, over the bias that is
added, the share of those images and of all images that are read right, a mark for every seed. Three
students take turns: taught by soft targets, by labels, and by shuffled soft targets.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.knowledge_distillation import Unseen
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

SHIFTS = (*(k / 2 for k in range(13)), *range(7, 21))
STUDENTS = {
    "soft targets": "soft targets",
    "hard labels": "labels",
    "shuffled soft targets": "shuffled",
}


def unseen_class(result: Unseen, *, unseen: int = 3) -> live.LiveFigure:
    """A live figure of what ``hide_a_class`` has just measured.

    Parameters
    ----------
    result
        With at least one of the students "soft targets", "labels" and "shuffled".
    unseen
        The class that was hidden.

    Raises
    ------
    ValueError
        When there is none of the three students, or the result is a shipped one: it holds nothing
        per shift.
    """
    if result.rows is None:
        raise ValueError("result must have been measured just now, got one from a file")
    students = {label: name for label, name in STUDENTS.items() if name in result.rows}
    if not students:
        raise ValueError(f"result.rows must have one of {', '.join(STUDENTS.values())}, got none")
    shifts = [s for s in SHIFTS if np.abs(np.array(result.shifts) - s).min() < 1e-9]
    return live.LiveFigure(
        f"A student that never saw a {unseen}",
        [
            live.Slider("shift", f"Added to the bias of the {unseen}", shifts, format="+g"),
            live.Choice("student", "Taught by", students),
        ],
        lambda values: _state(result, shifts, unseen, **values),
        lambda figure, state: _draw(figure, state, shifts),
        _describe,
        size=(880, 400),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, shifts, unseen, **p)) for p in points],
    )


def _state(
    result: Unseen, shifts: list[float], unseen: int, shift: float, student: str
) -> live.State:
    grid = np.array(result.shifts)
    place = int(np.abs(grid - shift).argmin())
    shown = [int(np.abs(grid - s).argmin()) for s in shifts]
    row = result.rows[student][place]
    both = (result.of_unseen[student], result.right[student])
    label = next(text for text, name in STUDENTS.items() if name == student)
    return {
        "unseen": unseen,
        "student": label,
        "shift": shift,
        "row": 100 * row / row.sum(),
        "grid": grid[shown],
        "curves": [100 * shares[:, shown] for shares in both],
        "now": [100 * shares[:, place] for shares in both],
        "rule": float(result.chosen[student]["no labels"].mean()),
    }


def _draw(figure: Figure, state: live.State, shifts: list[float]) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.2))
    move_row, move_curves = _draw_row(left, state), _draw_curves(right, state, shifts)
    return lambda state: [*move_row(state), *move_curves(state)]


def _draw_row(axes: Axes, state: live.State) -> live.Update:
    classes = np.arange(len(state["row"]))
    bars = axes.bar(classes, 0, width=0.8, color=style.GREY)
    bars[state["unseen"]].set(facecolor=style.COLOURS["blue"], hatch="//", edgecolor="white")
    texts = [axes.text(float(k), 0, "", ha="center", va="bottom") for k in classes]
    axes.set(ylim=(0, 108), xlabel="read as", ylabel=f"share of the {state['unseen']}s, %")
    axes.set_xticks(classes)
    axes.set_title(f"As what a {state['unseen']} is read")

    def move(state: live.State) -> list[Artist]:
        for bar, text, share in zip(bars, texts, state["row"], strict=True):
            bar.set_height(share)
            text.set_y(share + 1)
            text.set_text(f"{share:.0f}" if share >= 0.5 else "")
        return [*bars, *texts]

    return move


def _draw_curves(axes: Axes, state: live.State, shifts: list[float]) -> live.Update:
    names = (f"of the {state['unseen']}s", "of all digits")
    both = [
        live.Runs(
            axes, state["grid"], curves, style.series(k), name, mark={"markersize": 15 - 5 * k}
        )
        for k, (name, curves) in enumerate(zip(names, state["curves"], strict=True))
    ]
    here = axes.axvline(0, color=style.INK, linewidth=1.2)
    rule = axes.axvline(0, color=style.COLOURS["purple"], linestyle=":", label="rule: no labels")
    axes.set(xlim=(min(shifts), max(shifts)), ylim=(0, 104), ylabel="read right, %")
    axes.set_xlabel(f"added to the bias of the {state['unseen']}")
    axes.set_xticks(range(0, 21, 5))
    axes.grid(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, 1.34), ncols=2)
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
    of_unseen, right = (spread(values) for values in state["now"])
    other = int(
        np.where(np.arange(len(state["row"])) == state["unseen"], -1, state["row"]).argmax()
    )
    return (
        f"Taught by {state['student']} and never shown a {state['unseen']}, with "
        f"{state['shift']:+g} added to its bias: {of_unseen} % of the {state['unseen']}s are read "
        f"right, {right} % of all digits. The most frequent mistake is {other} "
        f"({state['row'][other]:.0f} %)."
    )


def _row(state: live.State) -> dict[str, str]:
    of_unseen, right = (f"{spread(values)} %" for values in state["now"])
    return {
        "Taught by": state["student"],
        "Added to the bias": f"{state['shift']:+g}",
        f"{state['unseen']}s read right": of_unseen,
        "All read right": right,
    }
