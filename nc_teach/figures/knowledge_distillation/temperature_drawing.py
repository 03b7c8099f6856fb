"""The picture of the temperature: a digit, its soft targets, and the length of the gradient."""

from collections.abc import Iterable

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

LINES = {"with the factor T²": 0, "without it": 1}


def draw(
    figure: Figure,
    state: live.State,
    temperatures: tuple[float, ...],
    lengths: Iterable[np.ndarray],
) -> live.Update:
    """Draw the still parts for ``temperature`` and return the function that moves the rest."""
    left, middle, right = figure.subplots(1, 3, width_ratios=(0.75, 1.7, 1.15))
    parts = (
        _draw_digit(left, state),
        _draw_targets(middle, state),
        _draw_gradient(right, temperatures, np.concatenate([x.ravel() for x in lengths])),
    )
    return lambda state: [artist for move in parts for artist in move(state)]


def _draw_digit(axes: Axes, state: live.State) -> live.Update:
    picture = axes.imshow(state["image"], cmap="gray_r", vmin=0, vmax=1)
    axes.set_axis_off()
    title = axes.set_title(" ", fontsize=16)
    below = axes.text(0, -0.06, " ", transform=axes.transAxes, va="top", fontsize=13)

    def move(state: live.State) -> list[Artist]:
        picture.set_data(state["image"])
        title.set_text(f"T = {state['temperature']:g}")
        most = np.log2(len(state["soft"]))
        below.set_text(f"entropy {state['bits']:.2f} bits\nof at most {most:.2f}")
        return [picture, title, below]

    return move


def _draw_targets(axes: Axes, state: live.State) -> live.Update:
    classes = np.arange(len(state["soft"]))
    bars = axes.bar(classes, 0, width=0.8, color=style.COLOURS["blue"], label="at T")
    edges = np.arange(len(classes) + 1) - 0.5
    cold = axes.stairs(
        state["cold"],
        edges,
        color=style.COLOURS["vermilion"],
        linewidth=2,
        linestyle=(0, (3, 2)),
        label="at T = 1",
    )
    texts = [axes.text(float(k), 0, "", ha="center", va="bottom") for k in classes]
    axes.set(ylim=(0, 1.12), xlabel="class", ylabel="the teacher's soft target")
    axes.set_xticks(classes)
    axes.set_yticks((0, 0.5, 1))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.13), ncols=2)

    def move(state: live.State) -> list[Artist]:
        cold.set_data(state["cold"])
        for bar, text, share in zip(bars, texts, state["soft"], strict=True):
            bar.set_height(share)
            text.set_y(share + 0.01)
            text.set_text(f"{share:.2f}".removeprefix("0") if share >= 0.005 else "")
        return [*bars, cold, *texts]

    return move


def _draw_gradient(axes: Axes, temperatures: tuple[float, ...], every: np.ndarray) -> live.Update:
    lines, marks = [], []
    for name, number in LINES.items():
        look = style.series(number)
        (line,) = axes.plot(
            temperatures, temperatures, look["linestyle"], color=look["color"], label=name
        )
        (mark,) = axes.plot(
            [],
            [],
            look["marker"],
            color=look["color"],
            zorder=4,
            markersize=12,
            markeredgecolor="white",
            markeredgewidth=1.5,
        )
        lines.append(line)
        marks.append(mark)
    here = axes.axvline(1, color=style.INK, linewidth=1.2)
    low, high = np.log10(every.min()), np.log10(every.max())
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="temperature T",
        ylabel="length of the gradient",
        ylim=(10 ** np.floor(low), 10 ** np.ceil(high + 0.3)),
    )
    axes.set_xticks((1, 10, 100), ("1", "10", "100"))
    axes.minorticks_off()
    axes.grid(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, 1.24))

    def move(state: live.State) -> list[Artist]:
        here.set_xdata([state["temperature"]] * 2)
        for line, mark, length, now in zip(
            lines, marks, state["lengths"], state["now"], strict=True
        ):
            line.set_ydata(length)
            mark.set_data([state["temperature"]], [now])
        return [here, *lines, *marks]

    return move
