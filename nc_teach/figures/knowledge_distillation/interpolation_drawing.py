"""The picture of the walk between two networks: the curve on the left, units as images right."""

import numpy as np

from nc_teach import live
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

GAP = 2  # pixels between two units
# How far, in points, the dot's number stands to the side: out of the valley on either wall.
ASIDE = ((0, 0.1, 0.35, 0.5, 0.65, 0.9, 1), (30, -10, -55, 0, 55, 10, -30))


def draw(figure: Figure, state: live.State, guessed: float | None) -> live.Update:
    """Draw the still parts for ``interpolation`` and return the function that moves the rest."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    move_curve = _draw_curve(left, state, guessed)
    move_units = _draw_units(right, state["filters"])

    def update(state: live.State) -> list[Artist]:
        return [*move_curve(state), *move_units(state)]

    return update


def _draw_curve(axes: Axes, state: live.State, guessed: float | None) -> live.Update:
    percent = 100 * state["alphas"]
    blue = style.COLOURS["blue"]
    (other,) = axes.plot(percent, state["other"], "--", color=style.GREY, linewidth=1.8, zorder=2)
    (mean,) = axes.plot(percent, percent, color=blue, linewidth=3.5, zorder=4)
    (pairs,) = axes.plot([], [], "o", color=blue, markersize=3, zorder=3)
    (dot,) = axes.plot(
        [], [], "o", color=blue, markersize=17, zorder=5, markeredgecolor="white", markeredgewidth=2
    )
    say = axes.annotate(
        "",
        (0, 0),
        (0, 0),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=15,
        fontweight="bold",
        color=blue,
        zorder=6,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )
    name = axes.annotate(
        "",
        (50, 0),
        (0, 0),
        textcoords="offset points",
        ha="center",
        va="center",
        color=style.INK,
        zorder=6,
    )
    if guessed is not None:
        axes.plot([50], [guessed], "X", color=style.COLOURS["purple"], markersize=13, zorder=4)
        axes.annotate(
            "your guess",
            (50, guessed),
            (12, 0),
            textcoords="offset points",
            va="center",
            color=style.INK,
        )
    low = min(state["curves"].min(), state["other"].min(), 100 if guessed is None else guessed)
    low = max(0, 10 * np.floor(low / 10 - 1))  # the numbers stand below the curve
    axes.set(xlim=(-4, 104), ylim=(low, 100), ylabel="test accuracy, %")
    axes.set_xticks([0, 25, 50, 75, 100], ["A", "25 %", "half-way", "75 %", "B"])
    axes.grid(True)
    title = axes.set_title("B with its units in the order of A's")

    def move(state: live.State) -> list[Artist]:
        title.set_text(
            "B with its units in the order of A's" if state["matched"] else "B as it came"
        )
        mean.set_ydata(state["curves"].mean(axis=0))
        pairs.set_data(np.tile(percent, len(state["curves"])), state["curves"].ravel())
        other.set_ydata(state["other"])
        height = state["now"].mean()
        dot.set_data([100 * state["alpha"]], [height])
        say.xy = (100 * state["alpha"], height)
        say.set_text(f"{height:.1f} %")
        say.xyann = (np.interp(state["alpha"], *ASIDE), -26)
        middle = np.interp(50, percent, state["other"])
        name.xy = (50, middle)
        name.xyann = (0, -14 if state["matched"] else 14)
        name.set_text("B as it came" if state["matched"] else "B matched")
        return [other, pairs, mean, dot, say, name, title]

    return move


def _draw_units(axes: Axes, filters: np.ndarray) -> live.Update:
    """Three rows of units: A's, the mixture, B's. Below, how alike A's and B's are.

    Violet pixels speak for the unit, orange ones against it; alike is 1 for the same, 0 for
    strangers.
    """
    _, units, height, width = filters.shape
    paper = np.full((3 * (height + GAP), units * (width + GAP)), np.nan)
    most = np.abs(filters).max(axis=(0, 2, 3))
    image = axes.imshow(paper, cmap="PuOr", vmin=-1, vmax=1, interpolation="nearest")
    names = ["A", "mixture", "B", "alike"]
    axes.set_ylim(3 * (height + GAP) + 0.35 * height, -GAP)
    middles = [(height + GAP) * row + height / 2 for row in range(3)]
    axes.set_yticks([*middles, 3 * (height + GAP) + 0.15 * height], names, fontsize=13)
    axes.set(xticks=[])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(f"{units} units, the best matched")
    foot = 3 * (height + GAP) + 0.15 * height
    alike = [
        axes.text((width + GAP) * unit + width / 2, foot, "", ha="center", va="center")
        for unit in range(units)
    ]

    def move(state: live.State) -> list[Artist]:
        for row, of_row in enumerate(state["filters"]):
            for unit, pixels in enumerate(of_row):
                y, x = row * (height + GAP), unit * (width + GAP)
                paper[y : y + height, x : x + width] = pixels / max(most[unit], 1e-12)
        image.set_data(paper)
        for text, value in zip(alike, state["alike"], strict=True):
            text.set_text(f"{round(value, 2) + 0.0:.2f}".replace("-", "−"))
        return [image, *alike]

    return move
