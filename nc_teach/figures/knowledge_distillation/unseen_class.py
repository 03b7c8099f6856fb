"""The class that a student never saw: what it reads there, while one bias is dragged.

Left, the confusion row of that class: as what its images are read. Right, over the bias that is
added, the share of those images and of all images that are read right, a mark for every seed. Three
students take turns: told by soft targets, by labels, and by shuffled soft targets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style

SHIFTS = (*(k / 2 for k in range(13)), *range(7, 21))
STUDENTS = {
    "soft targets": "soft targets",
    "hard labels": "labels",
    "shuffled soft targets": "shuffled",
}


def unseen_class(result: Any, unseen: int = 3) -> live.LiveFigure:
    """A live figure of ``claims.distillation.hide_a_class``'s result.

    Parameters
    ----------
    result
        ``shifts``, and per student ("soft targets", "labels", "shuffled"; at least one): ``right``
        and ``of_unseen`` (seeds x shifts, in [0, 1]), ``rows`` (shifts x classes, in counts),
        ``results`` and ``chosen`` with the rule "no labels" (one a seed); and ``provenance``.
    unseen
        The class that was hidden.

    Raises
    ------
    ValueError
        When there is none of the three students.
    """
    students = {label: name for label, name in STUDENTS.items() if name in result.rows}
    if not students:
        raise ValueError(f"result.rows must have one of {', '.join(STUDENTS.values())}, got none")
    shifts = [s for s in SHIFTS if np.abs(np.array(result.shifts) - s).min() < 1e-9]
    return live.LiveFigure(
        f"A student that never saw a {unseen}",
        [
            live.Slider("shift", f"Added to the bias of the {unseen}", shifts, format="+g"),
            live.Choice("student", "Told by", students),
        ],
        lambda values: _state(result, shifts, unseen, **values),
        lambda figure, state: _draw(figure, state, shifts),
        _describe,
        size=(880, 400),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, shifts, unseen, **p)) for p in points],
    )


def _state(
    result: Any, shifts: list[float], unseen: int, shift: float, student: str
) -> dict[str, Any]:
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


def _draw(
    figure: Any, state: dict[str, Any], shifts: list[float]
) -> Callable[[dict[str, Any]], list[Any]]:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.2))
    bars, texts = _draw_row(left, state)
    here, rule, lines, marks, title = _draw_curves(right, state, shifts)

    def update(state: dict[str, Any]) -> list[Any]:
        for bar, text, share in zip(bars, texts, state["row"], strict=True):
            bar.set_height(share)
            text.set_y(share + 1)
            text.set_text(f"{share:.0f}" if share >= 0.5 else "")
        here.set_xdata([state["shift"]] * 2)
        rule.set_xdata([state["rule"]] * 2)
        for line, seeds, mark, curve, now in zip(
            *lines, marks, state["curves"], state["now"], strict=True
        ):
            line.set_data(state["grid"], curve.mean(axis=0))
            seeds.set_data(np.tile(state["grid"], len(curve)), curve.ravel())
            mark.set_data([state["shift"]], [now.mean()])
        title.set_text(f"Told by {state['student']}")
        return [*bars, *texts, here, rule, *lines[0], *lines[1], *marks, title]

    return update


def _draw_row(axes: Any, state: dict[str, Any]) -> tuple[Any, list[Any]]:
    classes = np.arange(len(state["row"]))
    bars = axes.bar(classes, 0, width=0.8, color=style.GREY)
    bars[state["unseen"]].set(facecolor=style.COLOURS["blue"], hatch="//", edgecolor="white")
    texts = [axes.text(k, 0, "", ha="center", va="bottom") for k in classes]
    axes.set(ylim=(0, 108), xlabel="read as", ylabel=f"share of the {state['unseen']}s, %")
    axes.set_xticks(classes)
    axes.set_title(f"As what a {state['unseen']} is read")
    return bars, texts


def _draw_curves(axes: Any, state: dict[str, Any], shifts: list[float]) -> tuple[Any, ...]:
    names = (f"of the {state['unseen']}s", "of all digits")
    lines: tuple[list[Any], list[Any]] = ([], [])
    marks = []
    for number, name in enumerate(names):
        look = style.series(number)
        lines[0].append(axes.plot([], [], look["linestyle"], color=look["color"], label=name)[0])
        lines[1].append(axes.plot([], [], look["marker"], color=look["color"], markersize=2.5)[0])
        marks.append(
            axes.plot([], [], look["marker"], color=look["color"], zorder=4,
                      markersize=15 - 5 * number, markeredgecolor="white")[0]
        )  # fmt: skip
    here = axes.axvline(0, color=style.INK, linewidth=1.2)
    rule = axes.axvline(0, color=style.COLOURS["purple"], linestyle=":", label="rule: no labels")
    axes.set(xlim=(min(shifts), max(shifts)), ylim=(0, 104), ylabel="read right, %",
             xlabel=f"added to the bias of the {state['unseen']}")  # fmt: skip
    axes.set_xticks(range(0, 21, 5))
    axes.grid(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, 1.34), ncols=2)
    return here, rule, lines, marks, axes.set_title(" ")


def _describe(state: dict[str, Any]) -> str:
    of_unseen, right = (spread(values) for values in state["now"])
    other = int(
        np.where(np.arange(len(state["row"])) == state["unseen"], -1, state["row"]).argmax()
    )
    return (
        f"Told by {state['student']} and never shown a {state['unseen']}, with {state['shift']:+g} "
        f"added to its bias: {of_unseen} % of the {state['unseen']}s are read right, {right} % of "
        f"all digits. The most frequent mistake is {other} ({state['row'][other]:.0f} %)."
    )


def _row(state: dict[str, Any]) -> dict[str, str]:
    of_unseen, right = (f"{spread(values)} %" for values in state["now"])
    return {
        "Told by": state["student"],
        "Added to the bias": f"{state['shift']:+g}",
        f"{state['unseen']}s read right": of_unseen,
        "All read right": right,
    }
