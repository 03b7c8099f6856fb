"""What a separable convolution costs: multiplications by the formula, and time by the clock.

Left the MACs, right the measured milliseconds, both as a share of the standard convolution. The
sliders offer what was measured; where a combination was not, the nearest one that was is shown,
and named.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import short
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.architecture_design.separable_cost import SeparableTimes, Size

MOST = 2.5  # times the standard convolution: longer bars are cut
WAYS = ("standard", "depthwise", "pointwise", "separable")
LOOKS = (2, 1, 0, 3)  # their colours, those of the block diagrams
LABELS = ("Input channels I", "Output channels O", "Kernel side k", "Map side")


def cost_calculator(times: "SeparableTimes", guess: live.Guess = None) -> live.LiveFigure:
    """A live figure of the formula 1/O + 1/k^2 beside the clock.

    ``guess`` is how many times faster the reader thinks a separable convolution is.
    """
    guessed = live.guessed(guess)
    grid = [sorted(set(column)) for column in zip(*times.sizes, strict=True)]
    middle = [values[(len(values) - 1) // 2] for values in grid]
    start = times.sizes[_nearest(times.sizes, middle)]
    return live.LiveFigure(
        "What does a convolution cost?",
        [live.Slider(*slider) for slider in zip("iokf", LABELS, grid, start, strict=True)],
        lambda values: _state(times, *(values[name] for name in "iokf")),
        lambda figure, state: _draw(figure, times, guessed),
        lambda state: _describe(state, guessed),
        size=(900, 400),
        source=times.provenance.line(),
        table=lambda points: [_row(_state(times, *size)) for size in times.sizes],
    )


def _nearest(settings: "Sequence[Size]", wanted: Sequence[int]) -> int:
    """Where the measured setting is that differs by the smallest factors.

    >>> _nearest([(16, 16, 3, 28), (64, 32, 3, 28)], (64, 64, 3, 28))
    1
    """
    return int(np.abs(np.log(settings) - np.log(wanted)).sum(axis=1).argmin())


def _state(times: "SeparableTimes", *setting: int) -> live.State:
    i, o, k, f = setting
    from nc_teach import architecture

    cost, place = architecture.separable_cost(i, o, k, f * f), _nearest(times.sizes, setting)
    runs = {way: times.ms[way][:, place] for way in WAYS}
    middle = {way: np.median(ms) for way, ms in runs.items()}
    return {
        "setting": setting,
        "measured": times.sizes[place],
        "macs": {way: getattr(cost, way) for way in WAYS},
        "runs": runs,
        "ms": middle,
        "fewer": cost.standard / cost.separable,
        "faster": middle["standard"] / middle["separable"],
    }


def _describe(state: live.State, guessed: float | None) -> str:
    i, o, k, f = state["setting"]
    where = "here" if state["measured"] == state["setting"] else f"nearest ({_measured(state)})"
    said = (
        f"{i} to {o} channels, {k} x {k}, map {f} x {f}: {_ratio(state)}, so "
        f"{state['fewer']:.1f} times fewer MACs; measured {where} {_faster(state)}."
    )
    return said if guessed is None else f"{said} You guessed {guessed:g} times."


def _measured(state: live.State) -> str:
    i, o, k, f = state["measured"]
    return f"{i} to {o} channels, {k} × {k}, map {f} × {f}"


def _ratio(state: live.State) -> str:
    _, o, k, _ = state["setting"]
    return f"1/{o} + 1/{k * k} = {1 / state['fewer']:.3f}"


def _faster(state: live.State) -> str:
    """How the times compare, whichever way it goes."""
    ratio = state["faster"]
    return f"{ratio:.1f} times faster" if ratio >= 1 else f"{1 / ratio:.1f} times slower"


def _row(state: live.State) -> dict[str, str]:
    i, o, k, f = state["setting"]
    return {
        "I": str(i),
        "O": str(o),
        "k": str(k),
        "Map": f"{f} x {f}",
        "1/O + 1/k²": f"{1 / state['fewer']:.3f}",
        "MACs, times fewer": f"{state['fewer']:.1f}",
        "Time, times faster": f"{state['faster']:.1f}",
        **{f"{way}, ms": f"{state['ms'][way]:.3f}" for way in WAYS},
    }


def _draw(figure: Figure, times: "SeparableTimes", guessed: float | None) -> live.Update:
    left, right = figure.subplots(1, 2, sharey=True)
    standard = np.median(times.ms["standard"], axis=0)
    slowest = max((times.ms[way] / standard).max() for way in WAYS)
    count, clock = _draw_bars(left, 1.0), _draw_bars(right, min(slowest, MOST))
    (dots,) = right.plot([], [], "o", color=style.INK, markersize=4, zorder=5)
    if guessed:
        line = right.axvline(1 / guessed, color=style.COLOURS["purple"], linestyle=":", zorder=4)
        line.set_label(f"your guess, {guessed:g} times faster")
        figure.legend(loc="outside upper right")
    titles = [axes.set_title(" ") for axes in (left, right)]
    left.set_xlabel("share of the standard convolution's MACs")
    right.set_xlabel("share of its time; dots: single runs")
    under = figure.supxlabel(" ", fontsize=12)

    def update(state: live.State) -> list[Artist]:
        macs, ms = ([state[kind][way] for way in WAYS] for kind in ("macs", "ms"))
        runs = np.array([state["runs"][way] / ms[0] for way in WAYS])
        shares = [number / macs[0] for number in macs]
        moved = count(shares, [short(number) for number in macs], shares)
        moved += clock([time / ms[0] for time in ms], map(_milliseconds, ms), runs.max(axis=1))
        dots.set_data(runs.ravel(), np.repeat(range(len(WAYS)), runs.shape[1]))
        titles[0].set_text(f"Multiplications: {state['fewer']:.1f} times fewer")
        titles[1].set_text(f"Time: {_faster(state)}")
        near = "measured" if state["measured"] == state["setting"] else "nearest measured"
        under.set_text(f"1/O + 1/k² = {_ratio(state)}.   Time {near}: {_measured(state)}")
        return [*moved, dots, *titles, under]

    return update


def _milliseconds(ms: float) -> str:
    """A time to two digits.

    >>> _milliseconds(0.0342), _milliseconds(5.53), _milliseconds(104.2)
    ('0.034 ms', '5.5 ms', '104 ms')
    """
    return f"{ms:.0f} ms" if ms >= 10 else f"{ms:.2g} ms"


def _draw_bars(axes: Axes, most: float) -> Callable[..., list[Artist]]:
    """Four bars from the top; returns ``move(shares, texts, ends)``; texts are right of ends.

    A bar longer than ``most`` is cut there and says so.
    """
    rows = range(len(WAYS))
    bars = [
        axes.barh(y, 0, 0.62, color=style.bars(look)["color"])[0] for y, look in enumerate(LOOKS)
    ]
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    texts = [axes.text(0, y, "", va="center", zorder=6, bbox=paper) for y in rows]
    axes.set(xlim=(0, 1.36 * most), ylim=(len(WAYS) - 0.4, -0.6))
    axes.set_yticks(rows, WAYS)
    axes.axvline(1, color=style.GREY, linewidth=1.2, linestyle="--", zorder=0)

    def move(shares: Iterable[float], words: Iterable[str], ends: Iterable[float]) -> list[Artist]:
        for bar, text, share, word, end in zip(bars, texts, shares, words, ends, strict=True):
            bar.set_width(min(share, 1.02 * most))
            over = " (further)" if share > most else ""
            text.set(text=word + over, x=min(max(share, end), most) + 0.03 * most)
        return [*bars, *texts]

    return move
