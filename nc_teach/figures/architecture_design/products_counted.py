"""The formula 1/O + 1/k^2 as areas: how many products each layer takes at one place of the map.

A full convolution has k^2 I products for each of O outputs: a rectangle k^2 I high and O wide. The
depthwise half is one of its columns, 1 wide; the pointwise half is one of its k^2 bands, I high.
Right, the ratio against O, and where it ends.
"""

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, LineCollection, Rectangle

INPUTS, OUTPUTS, KERNELS = (2, 16, 128), (1, 2, 4, 8, 16, 32, 64, 128), (1, 3, 5, 7)
GAP = 0.14  # between the rectangles, in sides of the full one


def products_counted() -> live.LiveFigure:
    """A live figure of the products of a full and of a separable convolution.

    >>> products_counted().sentence({"i": 2, "o": 4, "k": 3})
    'I = 2, O = 4, k = 3: 72 products a place in the full convolution, 18 + 8 = 26 in the \
separable one. 1/4 + 1/9 = 0.361.'
    >>> products_counted().sentence({"i": 2, "o": 1, "k": 3})[-33:]
    '1/1 + 1/9 = 1.111: it costs more.'
    """
    return live.LiveFigure(
        "Where does 1/O + 1/k² come from?",
        [
            live.Slider("i", "Input channels I", INPUTS, start=2),
            live.Slider("o", "Output channels O", OUTPUTS, start=4),
            live.Slider("k", "Kernel side k", KERNELS, start=3),
        ],
        lambda values: _state(values["i"], values["o"], values["k"]),
        _draw,
        _describe,
        size=(940, 400),
        source="Counted just now from I, O and k, for one place of the map.",
        table=lambda points: [_row(_state(p["i"], p["o"], p["k"])) for p in points],
    )


def _state(i: int, o: int, k: int) -> live.State:
    full, around, across = k * k * i * o, k * k * i, i * o
    return {
        "size": (i, o, k),
        "full": full,
        "halves": (around, across),
        "ratio": (around + across) / full,
    }


def _sum(state: live.State) -> str:
    _, o, k = state["size"]
    return f"1/{o} + 1/{k * k} = {state['ratio']:.3f}"


def _describe(state: live.State) -> str:
    (i, o, k), (around, across) = state["size"], state["halves"]
    more = ": it costs more" if state["ratio"] > 1 else ""
    return (
        f"I = {i}, O = {o}, k = {k}: {state['full']:,} products a place in the full convolution, "
        f"{around:,} + {across:,} = {around + across:,} in the separable one. {_sum(state)}{more}."
    )


def _row(state: live.State) -> dict[str, str]:
    (i, o, k), (around, across) = state["size"], state["halves"]
    return {
        "I": str(i),
        "O": str(o),
        "k": str(k),
        "Full": f"{state['full']:,}",
        "Depthwise": f"{around:,}",
        "Pointwise": f"{across:,}",
        "Ratio": f"{state['ratio']:.3f}",
    }


def _draw(figure: Figure, state: live.State) -> live.Update:
    left, right = figure.subplots(1, 2, width_ratios=(1.7, 1))
    return _together(_draw_areas(left), _draw_ratio(right))


def _together(*parts: live.Update) -> live.Update:
    return lambda state: [artist for part in parts for artist in part(state)]


def _draw_areas(axes: Axes) -> live.Update:
    axes.set(xlim=(-0.02, 3 + 3 * GAP), ylim=(1.34, -0.14))
    axes.set_axis_off()
    looks = ("#DDDDDD", style.COLOURS["vermilion"], style.COLOURS["blue"])
    boxes = [Rectangle((0, 0), 1, 1, facecolor=colour, zorder=2) for colour in looks]
    for box in boxes:
        axes.add_patch(box)
    grid = LineCollection([], colors="white", linewidths=1, zorder=3)
    axes.add_collection(grid)
    texts = [axes.text(0, 1.05, "", ha=side, va="top") for side in ("left", "left", "left")]

    def move(state: live.State) -> list[Artist]:
        (i, o, k), (around, across) = state["size"], state["halves"]
        second = 1 + GAP
        third = second + max(1 / o, 0.62) + GAP
        boxes[1].set_bounds(second, 0, 1 / o, 1)
        boxes[2].set_bounds(third, 0, 1, 1 / (k * k))
        columns = [[(x / o, 0), (x / o, 1)] for x in range(1, o)] if o <= 32 else []
        bands = [[(0, y / (k * k)), (1, y / (k * k))] for y in range(1, k * k)]
        grid.set_segments(columns + bands)
        words = (
            f"full: {k * k} · {i} · {o}\n= {state['full']:,}",
            f"depthwise:\n{k * k} · {i} = {around:,}",
            f"pointwise: {i} · {o}\n= {across:,}",
        )
        for text, said, x in zip(texts, words, (0, second, third), strict=True):
            text.set(text=said, x=x)
        return [*boxes, grid, *texts]

    return move


def _draw_ratio(axes: Axes) -> live.Update:
    many = np.geomspace(min(OUTPUTS), max(OUTPUTS), 60)
    (line,) = axes.plot(many, many, **{**style.series(0), "marker": ""})
    (limit,) = axes.plot([1, max(OUTPUTS)], [0, 0], color=style.GREY, linestyle="--", linewidth=1.5)
    (here,) = axes.plot([1], [1], "o", color=style.INK, markersize=10, zorder=5)
    word = axes.text(max(OUTPUTS), 0, "", ha="right", va="bottom", color=style.INK)
    axes.axhline(1, color=style.INK, linewidth=1)
    axes.set(xscale="log", xlabel="output channels O", ylim=(0, 2.1))
    axes.set_ylabel("separable / full")
    axes.set_xticks(OUTPUTS, [str(o) for o in OUTPUTS])
    axes.minorticks_off()
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        _, o, k = state["size"]
        line.set_ydata(1 / many + 1 / (k * k))
        limit.set_ydata([1 / (k * k)] * 2)
        here.set_data([o], [state["ratio"]])
        word.set(text=f"never below 1/{k * k}", y=1 / (k * k) + 0.17)
        title.set_text(_sum(state))
        return [line, limit, here, word, title]

    return move
