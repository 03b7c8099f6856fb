"""A network on its way into a budget: after every step, how much of each limit is used?

Three bars, bytes, time and lost accuracy, each in parts of what is allowed, and one line that none
of them may cross. A line in a bar is the interval of what is not known exactly, the time and, of
several networks, the accuracy; a point at its end says that it goes on beyond the picture. A bar
that is too long for the picture is broken by two slanted strokes, and has its number.
"""

import math
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING

from nc_teach import live
from nc_teach.common.break_sign import break_sign
from nc_teach.live import style
from nc_teach.live.artists import Artist, Figure
from nc_teach.live.controls import Control

if TYPE_CHECKING:
    from nc_teach.budget import Budget, Stack
    from nc_teach.budget.limits import Limit
    from nc_teach.claims.fit_the_budget import Board
    from nc_teach.meter import Latencies, Speedup

LIMITS = ("file", "latency", "accuracy lost")
MOST = 2.0  # times the limit that the picture shows


def budget_stages(
    stack: "Stack", times: "Latencies", budget: "Budget", *, source: str = ""
) -> live.LiveFigure:
    """A live figure with a slider for the step.

    ``stack`` is what `nc_teach.budget.fit` returns, and ``times`` what its ``latencies()`` does
    (``ValueError`` for another number of stages). ``source`` is the line below: where the numbers
    are from.
    """
    stages = stack.stages
    if len(times) != len(stages):
        raise ValueError(f"times must be {len(stages)}, one per stage, got {len(times)}")

    def account(step: int) -> live.State:
        stage = stages[step]
        name = f"Step {step}, {stage.name}" if step else f"Before the first step, {stage.name}"
        faster = times.speedup(str(step), than="0")
        accuracies = stage.accuracy, stages[0].accuracy
        return _account(budget, name, stage.stored_bytes, faster, accuracies, stage.macs)

    slider = live.Slider("step", "Steps taken", range(len(stages)), start=len(stages) - 1)
    return _figure("Does it fit?", slider, account, source)


def budget_ways(board: "Board", budget: "Budget", *, start: str = "stack") -> live.LiveFigure:
    """The same three bars for every way of a board, chosen by its name; means of the networks.

    Every way is compared with "dense"; ``start`` is the one that is shown first.
    """

    def account(way: str) -> live.State:
        size = round(board.stored_bytes[way].mean())
        faster = board.speedup(way)
        accuracies = board.accuracy[way].mean(), board.accuracy["dense"].mean()
        lost = board.limits(way, budget)[2]
        return _account(budget, way, size, faster, accuracies, board.macs[way], lost)

    choice = live.Choice("way", "Way", list(board.accuracy), start=start)
    return _figure("Is one technique enough?", choice, account, board.provenance.line())


def _figure(
    title: str, control: Control, account: Callable[..., live.State], source: str
) -> live.LiveFigure:
    """The three bars for each value of one control."""
    return live.LiveFigure(
        title,
        [control],
        lambda at: account(at[control.name]),
        _draw,
        _describe,
        size=(860, 400),
        source=source,
        table=lambda points: [_row(account(value)) for value in control.values],
    )


def _account(
    budget: "Budget",
    name: str,
    size: int,
    faster: "Speedup",
    accuracies: tuple[float, float],
    macs: int,
    accuracy: "Limit | None" = None,
) -> live.State:
    """How much of each limit is used, and in words; the accuracies are those now and before.

    ``accuracy`` is the limit of several networks, where it has an interval as well.
    """
    from nc_teach.budget.limits import lost_or_gained  # this needs torch, and the picture does not

    lost = 100 * (accuracies[1] - accuracies[0])
    *known, exact = budget.limits(size, faster, *accuracies)
    limits = (*known, accuracy or exact)
    return {
        "name": name,
        "used": [limit.used for limit in limits],
        "ends": [(limit.least, limit.most) for limit in limits],
        "verdicts": [limit.verdict for limit in limits],
        "words": (
            f"{size:,} of {budget.stored_bytes:,} bytes",
            f"{faster.times:.2f} times as fast ({faster.ends}), {budget.times_faster:g} wanted",
            f"{lost_or_gained(lost)}, a loss of {budget.points:g} allowed",
        ),
        "macs": macs,
    }


def _describe(state: live.State) -> str:
    of = {
        verdict: [w for w, v in zip(LIMITS, state["verdicts"], strict=True) if v == verdict]
        for verdict in ("missed", "undecided")
    }
    missed = f"Not yet: {', '.join(of['missed'])}." if of["missed"] else ""
    unsure = f"Undecided: {', '.join(of['undecided'])}." if of["undecided"] else ""
    verdict = " ".join(filter(None, (missed, unsure))) or "It fits."
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
    tops = [-0.5, 0.74, 1.74]  # the line stands at the bars, and leaves the words between them out
    axes.vlines([1.0] * 3, tops, [0.22, 1.22, 2.22], color=style.INK, linewidth=2.5)
    axes.text(1, -0.62, "the limit", ha="center")
    axes.set(xlim=(0, MOST), ylim=(2.8, -0.5))
    axes.set_yticks(range(3), LIMITS)
    axes.set_xticks([0, 0.5, 1, 1.5, 2], ["0", "half", "all of it", "", "twice"])
    axes.set_xlabel("used, in parts of the limit (a short latency bar is a fast network)")
    (more,) = axes.plot([], [], ">", color=style.INK, markersize=13, clip_on=False)  # goes on
    more.set_in_layout(False)
    ends = axes.hlines(range(3), 0, 0, color=style.INK, linewidth=4)
    texts = [axes.text(0.02, row + 0.43, "", va="center") for row in range(3)]
    breaks = [break_sign(axes, MOST - 0.18, row, 0.4) for row in range(3)]
    title = axes.set_title("", pad=24)

    def update(state: live.State) -> list[Artist]:
        title.set_text(state["name"])
        for row, (used, word) in enumerate(zip(state["used"], state["words"], strict=True)):
            bars.patches[row].set_width(min(used, 1))
            over.patches[row].set(x=1, width=max(0, min(used, MOST) - 1))
            beyond = f"   ({used:.0f} times the limit)" if MOST < used < math.inf else ""
            texts[row].set_text(word + beyond)
            for part in breaks[row]:
                part.set_visible(used > MOST)
        rows = [row for row, (_, high) in enumerate(state["ends"]) if MOST < high < math.inf]
        rows = [row for row in rows if state["used"][row] <= MOST]
        more.set_data([MOST] * len(rows), rows)
        known = [[min(end, MOST) for end in both] for both in state["ends"]]
        ends.set_segments([[(low, row), (high, row)] for row, (low, high) in enumerate(known)])
        return [
            *bars.patches,
            *over.patches,
            ends,
            more,
            *chain.from_iterable(breaks),
            *texts,
            title,
        ]

    return update
