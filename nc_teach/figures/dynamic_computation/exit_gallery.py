"""Who leaves early? Images sorted by the exit that was the first to be sure of them.

Left, a column of images for every exit; a wrong answer has a thick frame. Right, what
the threshold buys: accuracy over cost, a point for every threshold, and beside it the same budget
spent at random. A lower threshold is less work and more mistakes; only the distance to the random
exits says whether the *right* images left. Here are the numbers, in ``exit_gallery_drawing`` the
picture.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.dynamic_computation.early_exit import EarlyExits, Gallery
from nc_teach.figures.dynamic_computation.exit_gallery_drawing import draw
from nc_teach.figures.words import spread


def exit_gallery(
    result: EarlyExits, guess: live.Guess = None, *, start: float | None = None
) -> live.LiveFigure:
    """A live figure of images sorted by the exit where they leave.

    Parameters
    ----------
    result
        What ``leave_early`` has just measured; one that was read from a file has no images.
    guess
        The cost in percent that the reader thinks is enough.
    start
        The threshold shown first: the one that the validation split chose, by default.

    Raises
    ------
    ValueError
        When the result has no images, when images, labels, confidence and predicted do not agree
        in number, or the curves do not have a number for every threshold.
    """
    shown = _checked(result)
    thresholds = [float(t) for t in result.thresholds]
    wanted = result.chosen if start is None else start
    guessed = live.guessed(guess)
    return live.LiveFigure(
        "Who leaves early?",
        [
            live.Slider(
                "threshold",
                "Leave when this sure",
                thresholds,
                format=".2f",
                start=min(thresholds, key=lambda t: abs(t - wanted)),
            ),
        ],
        lambda values: _state(result, shown, values["threshold"]),
        lambda figure, state: draw(figure, result, shown, guessed),
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


def _checked(result: EarlyExits) -> Gallery:
    shown = result.gallery
    if shown is None:
        raise ValueError("result.gallery must have images; one read from a file has none")
    count = len(shown.images)
    for name in ("labels", "confidence", "predicted"):
        if len(getattr(shown, name)) != count:
            raise ValueError(
                f"result.gallery.{name} must have a row for each of the {count} images, "
                f"got {len(getattr(shown, name))}"
            )
    for name in ("accuracy", "cost", "random"):
        wanted = np.asarray(getattr(result, name)).shape[-1]
        if wanted != len(result.thresholds):
            raise ValueError(
                f"result.{name} must have {len(result.thresholds)} columns, one for each "
                f"threshold, got {wanted}"
            )
    return shown


def _state(result: EarlyExits, shown: Gallery, threshold: float) -> live.State:
    confidence, predicted = shown.confidence, shown.predicted
    exits = leave(confidence, threshold)
    rows = np.arange(len(exits))
    here = list(result.thresholds).index(threshold)
    numbers = {
        name: 100 * np.asarray(getattr(result, name), dtype=float)[:, here]
        for name in ("accuracy", "cost", "random")
    }
    return {
        "threshold": threshold,
        "exits": exits,
        "right": predicted[rows, exits] == shown.labels,
        "said": predicted[rows, exits],
        "sure": confidence[rows, exits],
        "leaving": np.bincount(exits, minlength=confidence.shape[1]),
        **numbers,
    }


def _describe(state: live.State, guessed: float | None) -> str:
    gain = state["accuracy"] - state["random"]
    leaving = ", ".join(str(n) for n in state["leaving"])
    guess = "" if guessed is None else f" You guessed {guessed:g} % of the MACs."
    return (
        f"Leaving when {state['threshold']:.2f} sure takes {spread(state['cost'])} % of the MACs "
        f"and reads {spread(state['accuracy'])} % right; random exits of the same budget "
        f"{spread(state['random'])} %, so the choice is worth {gain.mean():+.1f} points. Of the "
        f"images shown, {leaving} leave at the exits one by one.{guess}"
    )


def _row(state: live.State) -> dict[str, str]:
    return {
        "Threshold": f"{state['threshold']:.2f}",
        "MACs": f"{spread(state['cost'])} %",
        "Accuracy": f"{spread(state['accuracy'])} %",
        "Random exits": f"{spread(state['random'])} %",
    }
