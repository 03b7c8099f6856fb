"""Who leaves early? Images sorted by the exit that was the first to be sure of them.

Left, a column of images for every exit; a wrong answer has a thick frame. Right, what
the threshold buys: accuracy over cost, a point for every threshold, and beside it the same budget
spent at random. A lower threshold is less work and more mistakes; only the distance to the random
exits says whether the *right* images left.
"""

from typing import TYPE_CHECKING

import numpy as np

from nc_teach import live
from nc_teach.figures.words import spread
from nc_teach.live import style
from nc_teach.live.artists import Artist, Axes, Figure, LineCollection

if TYPE_CHECKING:
    from nc_teach.claims.dynamic_computation.early_exit import EarlyExits, Gallery


def exit_gallery(
    result: "EarlyExits", guess: live.Guess = None, *, start: float | None = None
) -> live.LiveFigure:
    """A live figure of images sorted by the exit where they leave.

    ``guess`` is the cost in percent that the reader thinks is enough; the threshold nearest to
    ``start`` is shown first, by default the one that the validation split chose. A result that was
    read from a file has no images, which raises ``ValueError``.
    """
    shown, thresholds = result.gallery, result.thresholds
    if shown is None:
        raise ValueError("result.gallery must have images; one read from a file has none")
    wanted = result.chosen if start is None else start
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "Who leaves early?",
        [live.Slider("threshold", "Leave when this sure", thresholds, format=".2f", near=wanted)],
        lambda values: _state(result, shown, values["threshold"]),
        lambda figure, state: _draw(figure, result, shown, guessed),
        lambda state: _describe(state, guessed),
        size=(980, 480),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, shown, t)) for t in thresholds],
    )


def leave(confidence: np.ndarray, threshold: float) -> np.ndarray:
    """The first exit whose confidence reaches the threshold; the last one takes all that is left.

    >>> leave(np.array([[0.9, 0.5], [0.6, 0.7], [0.3, 0.4]]), 0.7).tolist()
    [0, 1, 1]
    """
    sure = confidence >= threshold
    sure[:, -1] = True
    return sure.argmax(axis=1)


def _state(result: "EarlyExits", shown: "Gallery", threshold: float) -> live.State:
    exits = leave(shown.confidence, threshold)
    taken = np.arange(len(exits)), exits
    here = result.thresholds.index(threshold)
    return {
        "threshold": threshold,
        "exits": exits,
        "right": shown.predicted[taken] == shown.labels,
        "sure": shown.confidence[taken],
        "leaving": np.bincount(exits, minlength=shown.confidence.shape[1]),
        "accuracy": 100 * result.accuracy[:, here],
        "cost": 100 * result.cost[:, here],
        "random": 100 * result.random[:, here],
    }


def _describe(state: live.State, guessed: float | None) -> str:
    gain = state["accuracy"] - state["random"]
    leaving = ", ".join(map(str, state["leaving"]))
    guess = "" if guessed is None else f" You guessed {guessed:g} % of the MACs."
    return (
        f"Leaving when {state['threshold']:.2f} sure takes {spread(state['cost'])} % of the MACs "
        f"and gets {spread(state['accuracy'])} % right; random exits of the same budget "
        f"{spread(state['random'])} %, so the choice is worth {gain.mean():+.1f} points. Of the "
        f"images shown, {leaving} leave at the exits in their order.{guess}"
    )


def _row(state: live.State) -> dict[str, str]:
    return {
        "Threshold": f"{state['threshold']:.2f}",
        "MACs": f"{spread(state['cost'])} %",
        "Accuracy": f"{spread(state['accuracy'])} %",
        "Random exits": f"{spread(state['random'])} %",
    }


def _draw(
    figure: Figure, result: "EarlyExits", shown: "Gallery", guessed: float | None
) -> live.Update:
    axes = figure.subplot_mosaic(
        [["images", "curves"], ["images", "."]],  # images also beside what is below the curves
        width_ratios=(1.5, 1),
        height_ratios=(1, 0.01),
    )
    images = _draw_images(axes["images"], shown)
    return live.together(images, _draw_curves(axes["curves"], result, guessed))


def _draw_images(axes: Axes, shown: "Gallery") -> live.Update:
    """One paper for all images, in units of a cell; only where they lie on it changes."""
    images, exits = shown.images, shown.confidence.shape[1]
    beside, rows = layout(exits)
    wide = beside + 0.4  # cells of an exit's column, with the space beside it
    size = images.shape[1] + max(1, images.shape[1] // 8)
    pixels = (rows * size, exits * round(wide * size))
    paper = axes.imshow(
        np.zeros(pixels),
        cmap="gray_r",
        vmin=0,
        vmax=1,
        interpolation="nearest",
        extent=(0, exits * wide, rows, 0),
        aspect="equal",
        gid=style.GROUND,
    )
    frames = LineCollection([], color=style.COLOURS["vermilion"], linewidth=2.5, zorder=4)
    axes.add_collection(frames)
    middles = [(k * wide + beside / 2) for k in range(exits)]
    heads = [axes.text(x, -0.1, "", va="bottom", ha="center") for x in middles]
    feet = [axes.text(x, rows, "", va="top", ha="center") for x in middles]
    between = [k * wide - 0.25 for k in range(1, exits)]
    axes.vlines(between, -0.6, rows, color=style.INK, linewidth=1)
    axes.set_title("Sorted by where they leave; framed: wrong")
    axes.set(xlim=(-0.2, exits * wide), ylim=(rows + 0.5, -0.6))
    axes.set_axis_off()
    axes.set_anchor("N")

    def move(state: live.State) -> list[Artist]:
        canvas, wrong = np.zeros(pixels), []
        for k in range(exits):
            here = np.flatnonzero(state["exits"] == k)
            here = here[np.argsort(-state["sure"][here], kind="stable")]
            for place, image in enumerate(here[: rows * beside]):
                row, column = divmod(place, beside)
                y, x = row * size, round((k * wide + column) * size)
                canvas[y : y + images.shape[1], x : x + images.shape[2]] = images[image]
                if not state["right"][image]:
                    wrong.append(_square(k * wide + column, row))
            name = f"exit {k + 1}" if k < exits - 1 else "last"
            heads[k].set_text(f"{name}: {len(here)}")
            hidden = len(here) - rows * beside
            feet[k].set_text(f"and {hidden} more" if hidden > 0 else "")
        paper.set_data(canvas)
        frames.set_segments(wrong)
        return [paper, frames, *heads, *feet]

    return move


def layout(exits: int) -> tuple[int, int]:
    """How many images stand beside and below each other in an exit's column.

    >>> layout(4), layout(6)
    ((2, 5), (2, 7))
    """
    beside = max(2, round(8 / exits))
    return beside, round(0.52 * exits * (beside + 0.4))


def _square(x: float, y: float) -> list[tuple[float, float]]:
    left, right, top, bottom = x - 0.03, x + 0.9, y - 0.03, y + 0.9
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def _draw_curves(axes: Axes, result: "EarlyExits", guessed: float | None) -> live.Update:
    cost, curves = 100 * result.cost, (result.accuracy, result.random)
    for number, label in enumerate(("the sure ones leave", "random")):
        values, look = 100 * curves[number], style.series(number)
        line = {**look, "markersize": 6, "label": label}
        dots = {**look, "markersize": 4, "fillstyle": "none", "linestyle": ""}
        axes.plot(cost.mean(axis=0), values.mean(axis=0), antialiased=False, **line)
        axes.plot(cost.ravel(), values.ravel(), antialiased=False, **dots)
    live.draw_guess(axes, guessed)
    (gap,) = axes.plot([], [], color="#B5B5B5", linewidth=5, zorder=1)
    (points,) = axes.plot(
        [], [], "o", markersize=17, fillstyle="none", color=style.INK, mew=3, antialiased=False
    )
    axes.set(xlabel="MACs, % of the whole network", ylabel="test accuracy, %")
    axes.margins(x=0.05, y=0.08)
    axes.grid(True)
    axes.legend(loc="lower right")
    title = axes.set_title(" ")

    def move(state: live.State) -> list[Artist]:
        here = state["cost"].mean()
        ends = state["random"].mean(), state["accuracy"].mean()
        gap.set_data([here, here], ends)
        points.set_data([here, here], ends)
        title.set_text(f"{ends[1] - ends[0]:+.1f} points over random exits")
        return [gap, points, title]

    return move
