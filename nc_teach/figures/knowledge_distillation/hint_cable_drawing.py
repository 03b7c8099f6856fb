"""The picture of the hint cable: two rows of layers above, the variance of every layer below."""

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

LOW, HIGH = 1e-20, 1e6  # of the variance axis; what is less lies on its floor
ALIVE = 1e-12  # shown full; below it a layer is drawn empty


def draw(figure: Figure, state: live.State) -> live.Update:
    """Draw the still parts for ``hint_cable`` and return the function that moves the rest."""
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.9))
    move_layers = _draw_layers(above, state)
    move_variance = _draw_variance(below, state)

    def update(state: live.State) -> list[Artist]:
        return [*move_layers(state), *move_variance(state)]

    return update


def _draw_layers(axes: Axes, state: live.State) -> live.Update:
    """The teacher's wide layers, the student's thin ones, and the cable."""
    depth, blue = len(state["variance"]), style.COLOURS["blue"]
    teacher = np.linspace(1, depth, len(state["teacher"]) + 2)[1:-1]
    axes.bar(teacher, 0.8, bottom=2.1, width=2.4, color=style.COLOURS["green"], zorder=3)
    for number, x in enumerate(teacher, 1):
        axes.text(
            x,
            2.5,
            f"{number}",
            ha="center",
            va="center",
            color="white",
            fontsize=13,
            fontweight="bold",
            zorder=4,
        )
    boxes = axes.bar(np.arange(1, depth + 1), 0.55, width=0.7, edgecolor=blue, linewidth=1.5)
    (cable,) = axes.plot([], [], color=style.COLOURS["vermilion"], linewidth=4, zorder=2)
    (plug,) = axes.plot([], [], "v", color=style.COLOURS["vermilion"], markersize=13, zorder=5)
    title = axes.set_title("")
    axes.set(ylim=(-0.15, 3.1))
    axes.set_yticks([0.27, 2.5], ["student", "teacher"], fontsize=13)
    axes.tick_params(length=0, labelbottom=False)
    axes.spines[:].set_visible(False)

    def move(state: live.State) -> list[Artist]:
        for box, value in zip(boxes, state["variance"], strict=True):
            box.set_facecolor(blue if value > ALIVE else "white")
        t = np.linspace(0, 1, 40)
        swing = 3 * t**2 - 2 * t**3
        cable.set_data(teacher[-1] + (state["layer"] - teacher[-1]) * swing, 2.1 - 1.3 * t)
        plug.set_data([state["layer"]], [0.78])
        cable.set_visible(state["cable"])
        plug.set_visible(state["cable"])
        title.set_text(_title(state))
        return [*boxes, cable, plug, title]

    return move


def _title(state: live.State) -> str:
    name = state["name"][0].upper() + state["name"][1:]
    if state["accuracy"] is None:
        return name
    values = state["accuracy"]
    each = ", ".join(f"{value:.1f}" for value in values) if len(values) > 1 else ""
    return f"{name}: test accuracy {values.mean():.1f} %" + (f" (seeds {each})" if each else "")


def _draw_variance(axes: Axes, state: live.State) -> live.Update:
    layers = np.arange(1, len(state["variance"]) + 1)
    (first,) = axes.plot(layers, state["start"].clip(LOW), label="before training", zorder=2)
    first.set(color=style.GREY, linestyle="--", linewidth=1.8)
    (line,) = axes.plot(layers, layers, "-o", color=style.COLOURS["blue"], label="now", zorder=4)
    guide = axes.axvline(1, color=style.COLOURS["vermilion"], linewidth=2, zorder=1)
    axes.set(
        yscale="log",
        ylim=(LOW, HIGH),
        xlim=(0.3, len(layers) + 0.7),
        xlabel="hidden layer of the student",
        ylabel="variance over images",
    )
    axes.set_yticks([1e-20, 1e-15, 1e-10, 1e-5, 1, 1e5])
    axes.set_xticks([1, *range(4, len(layers) + 1, 4)])
    axes.minorticks_off()
    axes.grid(True, axis="y")
    axes.legend(loc="lower left")

    def move(state: live.State) -> list[Artist]:
        line.set_ydata(state["variance"].clip(LOW))
        guide.set_xdata([state["layer"]] * 2)
        guide.set_visible(state["cable"])
        return [guide, line]

    return move
