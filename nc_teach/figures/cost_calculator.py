"""What a separable convolution costs: multiplications by the formula, and time by the clock.

Left the MACs, right the measured milliseconds, both as a share of the standard convolution. The
sliders stand on what was measured; where a combination was not, the nearest one that was is shown,
and named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nc_teach import live
from nc_teach.live import style

MOST = 2.5  # times the standard convolution: longer bars are cut
WAYS = ("standard", "depthwise", "pointwise", "separable")


def cost_calculator(times: Any, guess: Any = None) -> live.LiveFigure:
    """A live figure of the formula 1/O + 1/k^2 beside the clock.

    Parameters
    ----------
    times
        What ``claims.architecture_design.time_separable`` returns: ``sizes`` (list of I, O, k and
        the side of the map), ``ms`` (for "standard", "depthwise", "pointwise" and "separable", runs
        x sizes, milliseconds) and ``provenance``.
    guess
        How many times faster the reader thinks it is: a number, a prediction whose ``value`` is
        one, or nothing.
    """
    guessed = getattr(guess, "value", guess)
    grid = [sorted(set(column)) for column in zip(*times.sizes, strict=True)]
    first = dict(zip("iokf", _first(grid, times.sizes), strict=True))
    return live.LiveFigure(
        "What does a convolution cost?",
        [
            live.Slider("i", "Input channels I", grid[0], start=first["i"]),
            live.Slider("o", "Output channels O", grid[1], start=first["o"]),
            live.Slider("k", "Kernel side k", grid[2], start=first["k"]),
            live.Slider("f", "Map side", grid[3], start=first["f"]),
        ],
        lambda values: _state(times, *(values[name] for name in "iokf")),
        lambda figure, state: _draw(figure, times, guessed),
        lambda state: _describe(state, guessed),
        size=(900, 400),
        source=times.provenance.line(),
        table=lambda points: [_row(_state(times, *setting)) for setting in times.sizes],
    )


def _first(grid: list[list[int]], sizes: Any) -> tuple[int, ...]:
    """The measured setting that is nearest to the middle of every slider."""
    middle = tuple(values[(len(values) - 1) // 2] for values in grid)
    return tuple(sizes[_nearest(sizes, middle)])


def _macs(i: int, o: int, k: int, f: int) -> dict[str, int]:
    """MACs of a standard convolution, of both halves, and of the halves together.

    >>> _macs(2, 4, 3, 5)
    {'standard': 1800, 'depthwise': 450, 'pointwise': 200, 'separable': 650}
    """
    places = f * f
    halves = {"depthwise": k * k * i * places, "pointwise": i * o * places}
    return {"standard": k * k * i * o * places, **halves, "separable": sum(halves.values())}


def _nearest(settings: Any, wanted: tuple[int, ...]) -> int:
    """Where the measured setting is that differs by the smallest factors.

    >>> _nearest([(16, 16, 3, 28), (64, 32, 3, 28)], (64, 64, 3, 28))
    1
    """
    apart = np.abs(np.log(np.array(settings, float)) - np.log(np.array(wanted, float)))
    return int(apart.sum(axis=1).argmin())


def _state(times: Any, i: int, o: int, k: int, f: int) -> dict[str, Any]:
    wanted, macs = (i, o, k, f), _macs(i, o, k, f)
    place = _nearest(times.sizes, wanted)
    runs = {way: np.asarray(times.ms[way], float)[:, place] for way in WAYS}
    middle = {way: float(np.median(ms)) for way, ms in runs.items()}
    return {
        "setting": wanted,
        "measured": tuple(times.sizes[place]),
        "macs": macs,
        "runs": runs,
        "ms": middle,
        "fewer": macs["standard"] / macs["separable"],
        "faster": middle["standard"] / middle["separable"],
    }


def _ratio(state: dict[str, Any]) -> str:
    _, o, k, _ = state["setting"]
    return f"1/{o} + 1/{k * k} = {1 / state['fewer']:.3f}"


def _describe(state: dict[str, Any], guessed: float | None) -> str:
    i, o, k, f = state["setting"]
    where = "here" if state["measured"] == state["setting"] else f"nearest ({_name(state)})"
    said = (
        f"{i} to {o} channels, {k} x {k}, map {f} x {f}: {_ratio(state)}, so "
        f"{state['fewer']:.1f} times fewer MACs; measured {where} "
        f"{_faster(state['faster'])}."
    )
    return said if guessed is None else f"{said} You guessed {guessed:g} times."


def _faster(ratio: float) -> str:
    """How a ratio of times reads, whichever way it goes."""
    return f"{ratio:.1f} times faster" if ratio >= 1 else f"{1 / ratio:.1f} times slower"


def _name(state: dict[str, Any]) -> str:
    i, o, k, f = state["measured"]
    return f"{i} to {o} channels, {k} × {k}, map {f} × {f}"


def _row(state: dict[str, Any]) -> dict[str, str]:
    i, o, k, f = state["setting"]
    return {
        "I": str(i), "O": str(o), "k": str(k), "Map": f"{f} x {f}",
        "1/O + 1/k²": f"{1 / state['fewer']:.3f}",
        "MACs, times fewer": f"{state['fewer']:.1f}",
        "Time, times faster": f"{state['faster']:.1f}",
        **{f"{way}, ms": f"{state['ms'][way]:.3f}" for way in WAYS},
    }  # fmt: skip


def _draw(figure: Any, times: Any, guessed: float | None) -> Callable[[dict], list[Any]]:
    left, right = figure.subplots(1, 2, sharey=True)
    every = [np.asarray(times.ms[way], float) for way in WAYS]
    slowest = max(float((ms / np.median(every[0], axis=0)).max()) for ms in every)
    slowest = min(slowest, MOST)
    count, clock = _draw_bars(left, 1.0), _draw_bars(right, slowest)
    (dots,) = right.plot([], [], "o", color=style.INK, markersize=4, zorder=5)
    if guessed:
        right.axvline(1 / guessed, color=style.COLOURS["purple"], linestyle=":", zorder=4,
                      label=f"your guess, {guessed:g} times faster")  # fmt: skip
        figure.legend(loc="outside upper right")
    titles = [axes.set_title(" ") for axes in (left, right)]
    left.set_xlabel("share of the standard convolution's MACs")
    right.set_xlabel("share of its time")
    under = figure.supxlabel(" ", fontsize=12)

    def update(state: dict[str, Any]) -> list[Any]:
        macs, ms = state["macs"], state["ms"]
        moved = count([macs[w] / macs["standard"] for w in WAYS], [_short(macs[w]) for w in WAYS])
        shares = [ms[way] / ms["standard"] for way in WAYS]
        ends = [state["runs"][way].max() / ms["standard"] for way in WAYS]
        moved += clock(shares, [_milliseconds(ms[way]) for way in WAYS], ends)
        runs = [(r / ms["standard"], y) for y, w in enumerate(WAYS) for r in state["runs"][w]]
        dots.set_data(*zip(*runs, strict=True))
        titles[0].set_text(f"Multiplications: {state['fewer']:.1f} times fewer")
        titles[1].set_text(f"Time: {_faster(state['faster'])}")
        near = "measured" if state["measured"] == state["setting"] else "nearest measured"
        under.set_text(f"1/O + 1/k² = {_ratio(state)}.   Time {near}: {_name(state)}")
        return [*moved, dots, *titles, under]

    return update


def _short(count: float) -> str:
    """A count of MACs in thousands or millions.

    >>> _short(1_440), _short(902_000), _short(11_600_000)
    ('1.4 k', '902 k', '11.6 M')
    """
    if count >= 1e6:
        return f"{count / 1e6:.1f} M" if count < 1e8 else f"{count / 1e6:,.0f} M"
    return f"{count / 1e3:.1f} k" if count < 1e5 else f"{count / 1e3:.0f} k"


def _milliseconds(ms: float) -> str:
    """A time to two digits.

    >>> _milliseconds(0.0342), _milliseconds(5.53), _milliseconds(104.2)
    ('0.034 ms', '5.5 ms', '104 ms')
    """
    return f"{ms:.0f} ms" if ms >= 10 else f"{ms:.2g} ms"


def _draw_bars(axes: Any, most: float) -> Callable[..., list[Any]]:
    """Four bars from the top; returns ``move(shares, texts, ends)``; texts stand right of ends.

    A bar longer than ``most`` is cut there and says so.
    """
    colours = [style.bars(y)["color"] for y in range(len(WAYS))]
    bars = [axes.barh(y, 0, 0.62, color=colour)[0] for y, colour in enumerate(colours)]
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    texts = [axes.text(0, y, "", va="center", zorder=6, bbox=paper) for y in range(len(WAYS))]
    axes.set(xlim=(0, 1.36 * most), ylim=(len(WAYS) - 0.4, -0.6))
    axes.set_yticks(range(len(WAYS)), WAYS)
    axes.axvline(1, color=style.GREY, linewidth=1.2, linestyle="--", zorder=0)

    def move(shares: list[float], words: list[str], ends: Any = None) -> list[Any]:
        ends = shares if ends is None else ends
        for bar, text, share, word, end in zip(bars, texts, shares, words, ends, strict=True):
            bar.set_width(min(share, 1.02 * most))
            over = " (further)" if share > most else ""
            text.set(text=word + over, x=min(max(share, end), most) + 0.03 * most)
        return [*bars, *texts]

    return move
