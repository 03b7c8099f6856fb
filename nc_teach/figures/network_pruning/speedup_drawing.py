"""The picture of the speed-ups: curves against sparsity, and a slice through them as bars."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.structured import Speedups
from nc_teach.live import style
from nc_teach.live.artists import Annotation, Artist, Axes, Figure, Line2D, Rectangle, Text

Lines: TypeAlias = "dict[str, Line2D]"

NAMES = {"zeros": "zeros left in", "csr": "CSR", "rows": "rows gone"}
THEORY: dict[str, Any] = {"color": style.GREY, "linestyle": (0, (1, 1))}


def say(ratio: float) -> str:
    """Two decimals below 1, one above.

    >>> say(0.983), say(11.84)
    ('0.98', '11.8')
    """
    return f"{ratio:.2f}" if ratio < 1 else f"{ratio:.1f}"


def draw(figure: Figure, result: Speedups, guessed: float | None) -> live.Update:
    """Draw the still parts for ``speedup`` and return the function that moves the rest."""
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.6, 1))
    line, curves, dots = _draw_curves(left, result, guessed)
    bars, texts, title = _draw_bars(right)
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=5)
    times_fewer = 1 / (1 - np.array(result.sparsities))

    def update(state: live.State) -> list[Artist]:
        line.set_xdata([state["theory"]] * 2)
        title.set_text(f"With {state['percent']:g} % removed")
        for way in NAMES:
            curves[way].set_data(times_fewer, state["medians"][way])
            runs = state["runs"][way]
            dots[way].set_data(np.tile(times_fewer, len(runs)), runs.ravel())
        heights = (state["theory"], *state["now"].values())
        for bar, text, height in zip(bars, texts, heights, strict=True):
            bar.set_height(height - 1)  # from the line of the dense layer, up or down
            text.xy = (text.xy[0], height)
            text.set(text=f"×{say(height)}", va="bottom" if height >= 1 else "top")
            text.xyann = (0, 4 if height >= 1 else -4)
        return [line, *dots.values(), *curves.values(), *bars, *texts, title]

    return update


def _draw_curves(
    axes: Axes, result: Speedups, guessed: float | None
) -> tuple[Line2D, Lines, Lines]:
    times_fewer = 1 / (1 - np.array(result.sparsities))
    end = 1.2 * max(2.0, times_fewer.max())
    curves, dots = {}, {}
    axes.plot([1, end], [1, end], **THEORY, linewidth=2, label="theory")
    for number, (way, name) in enumerate(NAMES.items()):
        look = style.series(number)
        (curves[way],) = axes.plot([], [], **look, zorder=4, label=name)
        (dots[way],) = axes.plot(
            [], [], look["marker"], color=look["color"], markersize=3.5, zorder=4
        )
    if guessed is not None:
        place = 1 / (1 - min(max(guessed, 0) / 100, 1 - 1 / end))
        axes.axvline(
            place,
            color=style.COLOURS["purple"],
            linestyle=":",
            label="your guess for CSR",
            zorder=2,
        )
    axes.axhline(1, color=style.INK, linewidth=1)
    axes.set(xscale="log", yscale="log", xlim=(1, end), ylim=_limits(result, end))
    _label_axes(axes, result.sparsities)
    return axes.axvline(1, color=style.INK, linewidth=1.2, zorder=3), curves, dots


def _limits(result: Speedups, end: float) -> tuple[float, float]:
    ratios = np.concatenate([result.speedup[way].ravel() for way in NAMES])
    return 0.6 * min(0.5, ratios.min()), 1.7 * max(end, ratios.max())


def _label_axes(axes: Axes, sparsities: Sequence[float]) -> None:
    shares: list[float] = [0.0]
    for share in sparsities:  # a tick only where its label has room
        if (1 - shares[-1]) / (1 - share) >= 1.6:
            shares.append(share)
    low, high = axes.get_ylim()
    speeds = [s for s in (0.01, 0.1, 1, 10, 100, 1000) if low <= s <= high]
    axes.set_xticks([1 / (1 - s) for s in shares], [f"{100 * s:g}" for s in shares])
    axes.set_yticks(speeds, [f"×{s:g}" if s != 1 else "dense ×1" for s in speeds])
    axes.minorticks_off()
    axes.set(xlabel="weights removed, %", ylabel="speed-up")
    axes.grid(True)


def _draw_bars(axes: Axes) -> tuple[list[Rectangle], list[Annotation], Text]:
    """Four bars from 1, with the looks of the curves, and a number at the end of each."""
    looks: list[dict[str, Any]] = [{"color": "white", "edgecolor": style.GREY, "linewidth": 2}]
    looks += [{**style.bars(number), "linewidth": 0} for number in range(len(NAMES))]
    names = ("theory", *(name.replace(" ", "\n", 1) for name in NAMES.values()))
    bars = [
        axes.bar(x, 0, bottom=1, width=0.7, zorder=3, **look)[0] for x, look in enumerate(looks)
    ]
    texts = [
        axes.annotate("", (x, 1), (0, 0), textcoords="offset points", ha="center", fontsize=13)
        for x in range(len(names))
    ]
    axes.axhline(1, color=style.INK, linewidth=1)
    axes.set_xticks(range(len(names)), names)
    axes.set(xlim=(-0.6, len(names) - 0.4))
    axes.tick_params(labelleft=False, left=False)
    axes.spines["left"].set_visible(False)
    return bars, texts, axes.set_title("With 95 % removed")
