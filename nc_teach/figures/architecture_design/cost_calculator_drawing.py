"""The picture of cost_calculator: MACs at the left, milliseconds at the right, four bars each."""

from collections.abc import Callable

import numpy as np

from nc_teach import live
from nc_teach.claims.architecture_design.separable_cost import SeparableTimes
from nc_teach.figures.words import short
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

MOST = 2.5  # times the standard convolution: longer bars are cut
WAYS = ("standard", "depthwise", "pointwise", "separable")


def draw(figure: Figure, times: SeparableTimes, guessed: float | None) -> live.Update:
    """Draw the still parts for ``cost_calculator`` and return the function that moves the rest."""
    left, right = figure.subplots(1, 2, sharey=True)
    every = [np.asarray(times.ms[way], float) for way in WAYS]
    slowest = max(float((ms / np.median(every[0], axis=0)).max()) for ms in every)
    slowest = min(slowest, MOST)
    count, clock = _draw_bars(left, 1.0), _draw_bars(right, slowest)
    (dots,) = right.plot([], [], "o", color=style.INK, markersize=4, zorder=5)
    if guessed:
        line = right.axvline(1 / guessed, color=style.COLOURS["purple"], linestyle=":", zorder=4)
        line.set_label(f"your guess, {guessed:g} times faster")
        figure.legend(loc="outside upper right")
    titles = [axes.set_title(" ") for axes in (left, right)]
    left.set_xlabel("share of the standard convolution's MACs")
    right.set_xlabel("share of its time")
    under = figure.supxlabel(" ", fontsize=12)

    def update(state: live.State) -> list[Artist]:
        macs, ms = state["macs"], state["ms"]
        moved = count([macs[w] / macs["standard"] for w in WAYS], [short(macs[w]) for w in WAYS])
        shares = [ms[way] / ms["standard"] for way in WAYS]
        ends = [state["runs"][way].max() / ms["standard"] for way in WAYS]
        moved += clock(shares, [_milliseconds(ms[way]) for way in WAYS], ends)
        runs = [(r / ms["standard"], y) for y, w in enumerate(WAYS) for r in state["runs"][w]]
        dots.set_data(*zip(*runs, strict=True))
        titles[0].set_text(f"Multiplications: {state['fewer']:.1f} times fewer")
        titles[1].set_text(f"Time: {faster(state['faster'])}")
        near = "measured" if state["measured"] == state["setting"] else "nearest measured"
        under.set_text(f"1/O + 1/k² = {ratio(state)}.   Time {near}: {setting(state)}")
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
    colours = [style.bars(y)["color"] for y in range(len(WAYS))]
    bars = [axes.barh(y, 0, 0.62, color=colour)[0] for y, colour in enumerate(colours)]
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    texts = [axes.text(0, y, "", va="center", zorder=6, bbox=paper) for y in range(len(WAYS))]
    axes.set(xlim=(0, 1.36 * most), ylim=(len(WAYS) - 0.4, -0.6))
    axes.set_yticks(range(len(WAYS)), WAYS)
    axes.axvline(1, color=style.GREY, linewidth=1.2, linestyle="--", zorder=0)

    def move(
        shares: list[float], words: list[str], ends: list[float] | None = None
    ) -> list[Artist]:
        ends = shares if ends is None else ends
        for bar, text, share, word, end in zip(bars, texts, shares, words, ends, strict=True):
            bar.set_width(min(share, 1.02 * most))
            over = " (further)" if share > most else ""
            text.set(text=word + over, x=min(max(share, end), most) + 0.03 * most)
        return [*bars, *texts]

    return move


def ratio(state: live.State) -> str:
    _, o, k, _ = state["setting"]
    return f"1/{o} + 1/{k * k} = {1 / state['fewer']:.3f}"


def faster(ratio: float) -> str:
    """How a ratio of times reads, whichever way it goes."""
    return f"{ratio:.1f} times faster" if ratio >= 1 else f"{1 / ratio:.1f} times slower"


def setting(state: live.State) -> str:
    i, o, k, f = state["measured"]
    return f"{i} to {o} channels, {k} × {k}, map {f} × {f}"
