"""A network on its way into a budget: after every step, how much of each limit is used?

Three bars, bytes, time and lost accuracy, each in parts of what is allowed, and one line that none
of them may cross. A bar that is too long for the picture ends in an arrow with its number.
"""

from collections.abc import Sequence

import numpy as np

from nc_teach import live
from nc_teach.budget import Budget, Stack
from nc_teach.claims.fit_the_budget import Board
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure
from nc_teach.meter import Latency

LIMITS = ("file", "latency", "accuracy lost")
MOST = 2.0  # times the limit that the picture shows


def budget_stages(
    stack: Stack, times: Sequence[Latency], budget: Budget, *, source: str = ""
) -> live.LiveFigure:
    """A live figure with a slider for the step.

    Parameters
    ----------
    stack
        What ``budget.fit`` returns: ``stages`` with ``name``, ``stored_bytes``, ``macs`` and
        ``accuracy`` in [0, 1], the network one began with first.
    times
        A latency for each stage, with its ``median`` in milliseconds.
    budget
        ``stored_bytes``, ``times_faster`` (above 0) and ``points`` (above 0).
    source
        The line below: where the numbers come from.

    Raises
    ------
    ValueError
        Unless there is a time for every stage, and limits above 0.
    """
    if len(times) != len(stack.stages):
        raise ValueError(f"times must be {len(stack.stages)}, one per stage, got {len(times)}")
    for name in ("times_faster", "points"):
        if not getattr(budget, name) > 0:
            raise ValueError(f"budget.{name} must be above 0 to be drawn, got 0")
    steps = range(len(stack.stages))
    return live.LiveFigure(
        "Does it fit?",
        [live.Slider("step", "Steps taken", steps, start=len(stack.stages) - 1)],
        lambda values: _state(stack, times, budget, values["step"]),
        _draw,
        _describe,
        size=(860, 400),
        source=source,
        table=lambda points: [_row(_state(stack, times, budget, step)) for step in steps],
    )


def budget_ways(board: Board, budget: Budget, *, start: str = "stack") -> live.LiveFigure:
    """The same three bars for every way of a board, chosen by its name; means of the networks.

    Parameters
    ----------
    board
        Of the claim "fit_the_budget", measured now or shipped; every way is compared with "dense".
    budget
        As in :func:`budget_stages`.
    start
        The way that is shown first.
    """
    return live.LiveFigure(
        "Is one technique enough?",
        [live.Choice("way", "Way", list(board.accuracy), start=start)],
        lambda values: _way(board, budget, values["way"]),
        _draw,
        _describe,
        size=(860, 400),
        source=board.provenance.line(),
        table=lambda points: [_row(_way(board, budget, way)) for way in board.accuracy],
    )


def _state(stack: Stack, times: Sequence[Latency], budget: Budget, step: int) -> live.State:
    first, stage = stack.stages[0], stack.stages[step]
    lost = 100 * (first.accuracy - stage.accuracy)
    faster = times[0].median / times[step].median
    name = f"Step {step}, {stage.name}" if step else f"Before the first step, {stage.name}"
    return _account(budget, name, stage.stored_bytes, faster, lost, stage.macs)


def _way(board: Board, budget: Budget, way: str) -> live.State:
    lost = 100 * (board.accuracy["dense"].mean() - board.accuracy[way].mean())
    faster = (board.ms["dense"] / board.ms[way]).mean()
    size = round(board.stored_bytes[way].mean())
    return _account(budget, way, size, faster, lost, board.macs[way])


def _account(
    budget: Budget, name: str, size: int, faster: float, lost: float, macs: int
) -> live.State:
    """How much of each limit is used, and in words."""
    loss = (
        f"{lost:.2f} points lost"
        if lost > 0.005
        else f"nothing lost ({round(-lost, 2) + 0.0:+.2f})"
    )
    return {
        "name": name,
        "used": np.array(
            [
                size / budget.stored_bytes,
                budget.times_faster / faster,
                max(lost, 0.0) / budget.points,
            ]
        ),
        "words": (
            f"{size:,} of {budget.stored_bytes:,} bytes",
            f"{faster:.2f} times as fast, {budget.times_faster:g} wanted",
            f"{loss}, {budget.points:g} allowed",
        ),
        "macs": macs,
    }


def _describe(state: live.State) -> str:
    missed = [what for what, used in zip(LIMITS, state["used"], strict=True) if used > 1]
    verdict = f"Not yet: {', '.join(missed)}." if missed else "It fits."
    return (
        f"{state['name'][0].upper()}{state['name'][1:]}: {'; '.join(state['words'])}; "
        f"{state['macs']:,} MACs. {verdict}"
    )


def _row(state: live.State) -> dict[str, str]:
    return {
        "Network": state["name"],
        **dict(zip(("File", "Latency", "Accuracy"), state["words"], strict=True)),
        "MACs": f"{state['macs']:,}",
    }


def _draw(figure: Figure, state: live.State) -> live.Update:
    axes = figure.subplots()
    bars = axes.barh(range(3), [0] * 3, 0.4, color=style.COLOURS["blue"], edgecolor="white")
    over = axes.barh(range(3), [0] * 3, 0.4, **style.bars(1))
    axes.axvline(1, color=style.INK, linewidth=2.5)
    axes.text(1, -0.62, "the limit", ha="center")
    axes.set(xlim=(0, MOST), ylim=(2.8, -0.5))
    axes.set_yticks(range(3), LIMITS)
    axes.set_xticks([0, 0.5, 1, 1.5, 2], ["0", "half", "all of it", "", "twice"])
    texts = [axes.text(0.02, row + 0.4, "", va="center") for row in range(3)]
    title = axes.set_title("", pad=24)

    def update(state: live.State) -> list[Artist]:
        title.set_text(state["name"])
        for row, (used, word) in enumerate(zip(state["used"], state["words"], strict=True)):
            bars.patches[row].set_width(min(used, 1))
            over.patches[row].set(x=1, width=max(0, min(used, MOST) - 1))
            beyond = f"   ({used:.0f} times the limit)" if used > MOST else ""
            texts[row].set_text(word + beyond)
        return [*bars.patches, *over.patches, *texts, title]

    return update
