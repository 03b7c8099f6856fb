"""How often every neuron is silent, the threshold above which it goes, and what that costs.

Left, a histogram of the APoZ (average percentage of zeros: the share of images for which a neuron
puts out zero) of the first network, and above it on the same axis the test accuracy without all
neurons beyond the threshold, or without as many random ones. Right, neurons as pictures of the
weights into them.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.tiles import corners, signed_colours, tile
from nc_teach.figures.words import reach, spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure

if TYPE_CHECKING:
    from nc_teach.claims.network_pruning.network_trimming import Trimming

START, DEAD = 90, 0.99  # per cent, and APoZ
SHOWN = {"at the threshold": "threshold", "the most active": "active", "the dead": "dead"}
ROWS, COLUMNS = 3, 4  # neurons in the picture
BINS = np.linspace(0, 100, 51)
LINES = {"apoz": "without the silent", "random": "without as many random ones"}
VERMILION = style.COLOURS["vermilion"]


def apoz_histogram(result: "Trimming", image: tuple[int, int] = (28, 28)) -> live.LiveFigure:
    """A live figure of ``claims.network_pruning.trim``'s result.

    ``image`` is height and width of the input. Raises ``ValueError`` unless their product is the
    number of pixels that the layer reads.
    """
    pixels = result.weights.shape[1]
    if pixels != image[0] * image[1]:
        raise ValueError(f"image must match the layer's {pixels} inputs, got {image}")
    percent = [round(100 * threshold, 6) for threshold in result.thresholds]
    return live.LiveFigure(
        "Which neurons are silent?",
        [
            live.Slider(
                "percent", "Remove neurons silent more often than", percent, near=START, unit="%"
            ),
            live.Choice("neurons", "Show neurons", SHOWN),
        ],
        lambda values: _state(result, percent.index(values["percent"]), values["neurons"]),
        lambda figure, state: _build(figure, result, image),
        lambda state: _describe(result, state),
        size=(860, 450),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, level)) for level in range(len(percent))],
    )


def _state(result: "Trimming", level: int, neurons: str = "threshold") -> live.State:
    threshold = result.thresholds[level]
    gone = result.apoz > threshold  # networks x neurons
    shown = _shown(result.apoz[0], threshold, neurons)
    return {
        "percent": 100 * threshold,
        "gone": gone[0],
        "counts": f"{reach(gone.sum(axis=1))} of {gone.shape[1]}",
        "accuracy": {name: spread(100 * test[:, level]) for name, test in result.above.items()},
        "shown": shown,
        "caption": _caption(100 * result.apoz[0, shown]),
    }


def _shown(apoz: np.ndarray, threshold: float, which: str) -> np.ndarray:
    """Numbers of at most twelve neurons, the most active first."""
    order = np.argsort(apoz, kind="stable")
    if which == "dead":
        order = order[apoz[order] > DEAD][::-1]
    elif which == "threshold":
        order = order[np.argsort(np.abs(apoz[order] - threshold), kind="stable")]
    chosen = order[: ROWS * COLUMNS]
    return chosen[np.argsort(apoz[chosen], kind="stable")]


def _caption(percent: np.ndarray) -> str:
    """How many neurons the picture shows, and how silent they are.

    >>> _caption(np.array([81.94, 90.0])), _caption(np.array([100.0]))
    ('2 neurons silent for 81.9 to 90.0 %', '1 neuron silent for 100.0 %')
    """
    if not len(percent):
        return f"No neuron is silent for over {100 * DEAD:g} %"
    return f"{len(percent)} neuron{'s'[: len(percent) - 1]} silent for {reach(percent, '.1f')} %"


def _describe(result: "Trimming", state: live.State) -> str:
    by_apoz, at_random = (state["accuracy"][name] for name in ("apoz", "random"))
    return (
        f"Silent for more than {state['percent']:g} % of the images: {state['counts']} neurons. "
        f"Without them {by_apoz} % of the test images are right, without as many random ones "
        f"{at_random} %; with all {spread(100 * result.whole)} %."
    )


def _row(state: live.State) -> dict[str, str]:
    return {
        "Silent more often than": f"{state['percent']:g} %",
        "Neurons": state["counts"],
        "Accuracy without them": f"{state['accuracy']['apoz']} %",
        "Without as many random ones": f"{state['accuracy']['random']} %",
    }


def _build(figure: Figure, result: "Trimming", image: tuple[int, int]) -> live.Update:
    """Each part draws once and returns its own ``move``; an update moves all three."""
    grid = figure.add_gridspec(2, 2, width_ratios=(1.2, 1))
    upper = figure.add_subplot(grid[0, 0])
    lower = figure.add_subplot(grid[1, 0], sharex=upper)
    parts = (
        _draw_accuracy(upper, result),
        _draw_histogram(lower, 100 * result.apoz[0]),
        _draw_neurons(figure.add_subplot(grid[:, 1]), result.weights, image),
    )
    figure.legend(loc="outside upper left", ncols=2)  # outside: nothing moves under it
    return live.together(*parts)


def _draw_accuracy(axes: Axes, result: "Trimming") -> live.Update:
    percent = [100 * threshold for threshold in result.thresholds]
    series = []
    for number, (name, label) in enumerate(LINES.items()):
        mark = {"markersize": 15 - 6 * number}  # the first is larger: both show
        test = 100 * result.above[name]
        series.append(live.Runs(axes, percent, test, style.series(number), label, mark=mark))
    line = axes.axvline(percent[0], color=style.INK, linewidth=1.2)
    axes.set(xlim=(0, 102), ylim=(0, 105), ylabel="test accuracy, %")
    axes.tick_params(labelbottom=False)
    axes.grid(True)

    def move(state: live.State) -> list[Artist]:
        line.set_xdata([state["percent"]] * 2)
        return [line, *(runs.at(state["percent"]) for runs in series)]

    return move


def _draw_histogram(axes: Axes, apoz: np.ndarray) -> live.Update:
    axes.hist(apoz, bins=BINS.tolist(), color=style.GREY)
    removed = axes.stairs(np.zeros(len(BINS) - 1), BINS, fill=True, hatch="///", linewidth=0)
    removed.set(facecolor=VERMILION, edgecolor="white")
    line = axes.axvline(0, color=style.INK, linewidth=1.2)
    axes.set(xlabel="silent for this share of the images (APoZ), %", ylabel="neurons")
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        gone = state["gone"]
        removed.set_data(np.histogram(apoz[gone], bins=BINS)[0])
        line.set_xdata([state["percent"]] * 2)
        title.set_text(f"First network: {gone.sum()} of {len(gone)} go (hatched)")
        return [removed, line, title]

    return move


def _draw_neurons(axes: Axes, weights: np.ndarray, image: tuple[int, int]) -> live.Update:
    top = float(np.quantile(np.abs(weights), 0.995)) or 1.0
    gap = max(2, image[1] // 7)

    def paper(units: np.ndarray) -> np.ndarray:
        return signed_colours(tile(weights[units].reshape(-1, *image), COLUMNS, ROWS, gap), top)

    picture = axes.imshow(paper(np.arange(0)), interpolation="nearest")
    crosses = [
        axes.plot([], [], "x", markersize=size, markeredgewidth=width, color=colour)[0]
        for size, width, colour in ((12, 7, "white"), (10, 3, VERMILION))  # a halo, and the cross
    ]
    corner = np.array([6 / 7 * image[1], image[0] / 8])  # the cross sits at the upper right
    places = corners(ROWS * COLUMNS, COLUMNS, image, gap) + corner
    axes.set(anchor="N")
    axes.set_axis_off()
    says = "weights: dark above zero, light below\n✕ removed"
    axes.text(0, -0.02, says, transform=axes.transAxes, va="top")
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        shown = state["shown"]
        picture.set_data(paper(shown))
        for marks in crosses:
            marks.set_data(*places[: len(shown)][state["gone"][shown]].T)
        title.set_text(state["caption"])
        return [picture, *crosses, title]

    return move
