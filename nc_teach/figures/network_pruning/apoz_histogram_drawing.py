"""The picture of the APoZ histogram: accuracy and histogram on one axis, neurons beside them.

Each part draws once and returns its own ``move(state) -> artists``; an update moves all three.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.network_trimming import Trimming
from nc_teach.figures.tiles import corners, signed_colours, tile
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

ROWS, COLUMNS = 3, 4  # neurons in the picture
BINS = 50
LINES = {"apoz": "without the silent", "random": "without as many random ones"}


def draw(figure: Figure, result: Trimming, image: tuple[int, int]) -> live.Update:
    """Draw the still parts for ``apoz_histogram`` and return the function that moves the rest."""
    grid = figure.add_gridspec(2, 2, width_ratios=(1.2, 1))
    upper = figure.add_subplot(grid[0, 0])
    lower = figure.add_subplot(grid[1, 0], sharex=upper)
    parts = (
        _draw_accuracy(upper, result),
        _draw_histogram(lower, 100 * result.apoz[0]),
        _draw_neurons(figure.add_subplot(grid[:, 1]), result.weights, image),
    )
    figure.legend(loc="outside upper left", ncols=2)  # outside: nothing moves under it
    return lambda state: [artist for move in parts for artist in move(state)]


def _draw_accuracy(axes: Axes, result: Trimming) -> live.Update:
    percent = [100 * threshold for threshold in result.thresholds]
    marks = {}
    for number, (name, label) in enumerate(LINES.items()):  # the first mark is larger: both show
        look, test = style.series(number), 100 * result.above[name]
        axes.plot(percent, test.mean(axis=0), look["linestyle"], color=look["color"], label=label)
        axes.plot(percent, test.T, look["marker"], color=look["color"], markersize=2.5)
        (marks[name],) = axes.plot(
            [],
            [],
            look["marker"],
            color=look["color"],
            zorder=4,
            markersize=15 - 6 * number,
            markeredgecolor="white",
        )
    line = axes.axvline(percent[0], color=style.INK, linewidth=1.2)
    axes.set(xlim=(0, 102), ylim=(0, 105), ylabel="test accuracy, %")
    axes.tick_params(labelbottom=False)
    axes.grid(True)

    def move(state: live.State) -> list[Artist]:
        line.set_xdata([state["percent"]] * 2)
        for name, mark in marks.items():
            mark.set_data([state["percent"]], [state["accuracy"][name].mean()])
        return [line, *marks.values()]

    return move


def _draw_histogram(axes: Axes, apoz: np.ndarray) -> live.Update:
    edges = np.linspace(0, 100, BINS + 1)
    axes.hist(apoz, bins=edges.tolist(), color=style.GREY)
    gone = axes.stairs(
        np.zeros(BINS),
        edges,
        fill=True,
        facecolor=style.COLOURS["vermilion"],
        edgecolor="white",
        hatch="///",
        linewidth=0,
    )
    line = axes.axvline(0, color=style.INK, linewidth=1.2)
    axes.set(xlabel="silent for this share of the images (APoZ), %", ylabel="neurons")
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        gone.set_data(np.histogram(state["gone"], bins=edges)[0])
        line.set_xdata([state["percent"]] * 2)
        title.set_text(f"First network: {state['counts'][0]} of {state['units']} go (hatched)")
        return [gone, line, title]

    return move


def _draw_neurons(axes: Axes, weights: np.ndarray, image: tuple[int, int]) -> live.Update:
    top = float(np.quantile(np.abs(weights), 0.995)) or 1.0
    gap = max(2, image[1] // 7)

    def paper(units: np.ndarray) -> np.ndarray:
        return signed_colours(tile(weights[units].reshape(-1, *image), COLUMNS, ROWS, gap), top)

    picture = axes.imshow(paper(np.arange(0)), interpolation="nearest")
    halo, crosses = (
        axes.plot(
            [], [], linestyle="", marker="x", markersize=size, markeredgewidth=width, color=colour
        )[0]
        for size, width, colour in ((12, 7, "white"), (10, 3, style.COLOURS["vermilion"]))
    )
    corner = np.array([6 / 7 * image[1], image[0] / 8])  # the cross sits at the upper right
    places = corners(ROWS * COLUMNS, COLUMNS, image, gap) + corner
    axes.set(anchor="N")
    axes.set_axis_off()
    axes.text(
        0,
        -0.02,
        "weights: dark above zero, light below\n✕ removed",
        transform=axes.transAxes,
        va="top",
    )
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        picture.set_data(paper(state["shown"]))
        for marks in (halo, crosses):
            marks.set_data(*places[: len(state["shown"])][state["crossed"]].T)
        title.set_text(state["caption"])
        return [picture, halo, crosses, title]

    return move
