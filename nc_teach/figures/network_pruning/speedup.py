"""How fast a layer gets for what was removed: theory, zeros, compressed rows, and rows really gone.

Left, speed-up against sparsity, both on a log axis, so that theory is a straight line. Right, the
same heights at the chosen sparsity, as bars: up is faster than the dense layer, down is slower.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nc_teach import live
from nc_teach.figures.words import ratio
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.network_pruning.structured import Speedups

NAMES = {"zeros": "zeros left in", "csr": "CSR", "rows": "rows gone"}


def speedup(
    result: "Speedups", guess: live.Guess = None, *, start: float = 0.95, layer: str | None = None
) -> live.LiveFigure:
    """A live figure of how much faster one matrix product gets when weights are removed.

    ``guess`` is the sparsity in per cent from which CSR is thought to be faster than dense,
    ``start`` the one in [0, 1] at which the slider stands first (the nearest that was measured),
    ``layer`` what is shown first, one of ``result.shapes`` (default: the first).
    """
    percent = [round(100 * s, 6) for s in result.sparsities]
    guessed = live.guessed(guess)

    def compute(values: live.Values) -> live.State:
        return _state(result, percent.index(values["sparsity"]), values["layer"])

    return live.LiveFigure(
        "Removed, but is it faster?",
        [
            live.Slider("sparsity", "Weights removed", percent, near=100 * start, unit="%"),
            live.Choice("layer", "Layer", list(result.shapes), start=layer),
        ],
        compute,
        lambda figure, state: _build(figure, result, guessed),
        lambda state: _describe(state, guessed),
        size=(880, 430),
        source=result.provenance.line(),
        table=lambda points: [_row(compute(point)) for point in points],
    )


def _state(result: "Speedups", level: int, layer: str) -> live.State:
    row = list(result.shapes).index(layer)
    runs = {way: result.speedup[way][:, row] for way in NAMES}
    medians = {way: np.median(ratios, axis=0) for way, ratios in runs.items()}
    faster = [100 * s for s, r in zip(result.sparsities, medians["csr"], strict=True) if r > 1]
    return {
        "layer": layer,
        "shape": result.shapes[layer],
        "percent": 100 * result.sparsities[level],
        "theory": 1 / (1 - result.sparsities[level]),
        "runs": runs,
        "medians": medians,
        "now": {way: median[level] for way, median in medians.items()},
        "csr_from": min(faster, default=None),
    }


def _describe(state: live.State, guessed: float | None) -> str:
    out, width, columns = state["shape"]
    ways = ", ".join(f"{NAMES[way]} x {ratio(times)}" for way, times in state["now"].items())
    what = (
        f"{state['layer']} ({out} x {width} weights, {columns} column{'s' * (columns != 1)}), "
        f"{state['percent']:g} % removed, theory x {state['theory']:.1f}: {ways}."
    )
    if guessed is None:
        return what
    first = state["csr_from"]
    truth = "it never was" if first is None else f"the first level measured so was {first:g} %"
    return f"{what} You guessed that CSR is faster than dense from {guessed:g} %; here {truth}."


def _row(state: live.State) -> dict[str, str]:
    ways = {f"Speed-up, {NAMES[way]}": f"x {ratio(times)}" for way, times in state["now"].items()}
    return {
        "Layer": state["layer"],
        "Weights removed": f"{state['percent']:g} %",
        "Speed-up in theory": f"x {state['theory']:.1f}",
        **ways,
    }


def _build(figure: Figure, result: "Speedups", guessed: float | None) -> live.Update:
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.6, 1))
    parts = _draw_curves(left, result, guessed), _draw_bars(right)
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=5)
    return live.together(*parts)


def _draw_curves(axes: Axes, result: "Speedups", guessed: float | None) -> live.Update:
    times_fewer = 1 / (1 - np.array(result.sparsities))
    end = 1.2 * max(2.0, times_fewer.max())
    dotted = (0, (1, 1))
    axes.plot([1, end], [1, end], color=style.GREY, linestyle=dotted, linewidth=2, label="theory")
    curves, dots = {}, {}
    for number, (way, name) in enumerate(NAMES.items()):
        look = style.series(number)
        dot = {**look, "linestyle": "", "markersize": 3.5}
        (curves[way],) = axes.plot([], [], **look, zorder=4, label=name)
        (dots[way],) = axes.plot([], [], **dot, zorder=4)
    if guessed is not None:
        place = 1 / (1 - min(max(guessed, 0) / 100, 1 - 1 / end))
        purple = style.COLOURS["purple"]
        axes.axvline(place, color=purple, linestyle=":", zorder=2, label="your guess for CSR")
    axes.axhline(1, color=style.INK, linewidth=1)
    ratios = np.concatenate([result.speedup[way].ravel() for way in NAMES])
    heights = 0.6 * min(0.5, ratios.min()), 1.7 * max(end, ratios.max())
    axes.set(xscale="log", yscale="log", xlim=(1, end), ylim=heights)
    _label_axes(axes, result.sparsities)
    line = axes.axvline(1, color=style.INK, linewidth=1.2, zorder=3)

    def move(state: live.State) -> list[Artist]:
        line.set_xdata([state["theory"]] * 2)
        for way, runs in state["runs"].items():
            curves[way].set_data(times_fewer, state["medians"][way])
            dots[way].set_data(np.tile(times_fewer, len(runs)), runs.ravel())
        return [line, *dots.values(), *curves.values()]

    return move


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


def _draw_bars(axes: Axes) -> live.Update:
    """Four bars from 1, with the looks of the curves, and a number at the end of each."""
    names = ("theory", *(name.replace(" ", "\n", 1) for name in NAMES.values()))
    looks: list[dict[str, Any]] = [{"color": "white", "edgecolor": style.GREY, "linewidth": 2}]
    looks += [{**style.bars(number), "linewidth": 0} for number in range(len(NAMES))]
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
    title = axes.set_title("With 95 % removed")

    def move(state: live.State) -> list[Artist]:
        title.set_text(f"With {state['percent']:g} % removed")
        heights = state["theory"], *state["now"].values()
        for x, (bar, text, height) in enumerate(zip(bars, texts, heights, strict=True)):
            bar.set_height(height - 1)  # from the line of the dense layer, up or down
            text.xy, text.xyann = (x, height), (0, 4 if height >= 1 else -4)
            text.set(text=f"×{ratio(height)}", va="bottom" if height >= 1 else "top")
        return [*bars, *texts, title]

    return move
