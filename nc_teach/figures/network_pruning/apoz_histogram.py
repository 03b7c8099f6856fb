"""How often every neuron is silent, the threshold above which it goes, and what that costs.

Left, a histogram of the APoZ (average percentage of zeros: the share of images for which a neuron
puts out zero) of the first network, and above it on the same axis the test accuracy without all
neurons beyond the threshold, or without as many random ones. Right, neurons as pictures of the
weights into them. Here are the numbers, in ``apoz_histogram_drawing`` the picture.
"""

import numpy as np

from nc_teach import live
from nc_teach.claims.network_pruning.network_trimming import Trimming
from nc_teach.figures.network_pruning.apoz_histogram_drawing import COLUMNS, ROWS, draw
from nc_teach.figures.words import reach, spread

START, DEAD = 0.9, 0.99  # APoZ
SHOWN = {"at the threshold": "threshold", "the most active": "active", "the dead": "dead"}


def apoz_histogram(result: Trimming, image: tuple[int, int] = (28, 28)) -> live.LiveFigure:
    """A live figure of ``claims.network_pruning.trim``'s result.

    Parameters
    ----------
    result
        ``apoz`` (networks x neurons, in [0, 1]), ``weights`` (of the first network's layer,
        neurons x pixels), ``thresholds`` (ascending), ``above`` ("apoz" and "random" -> networks x
        thresholds, test accuracy in [0, 1] without the neurons whose APoZ is above the threshold,
        or without as many random ones), ``whole`` (accuracy of every network before) and
        ``provenance``.
    image
        Height and width of the input; their product is the number of pixels.

    Raises
    ------
    ValueError
        When the layer does not have as many neurons as ``apoz``, or not that many pixels.
    """
    _check(result, image)
    percent = [round(100 * threshold, 6) for threshold in result.thresholds]
    nearest = min(percent, key=lambda p: abs(p - 100 * START))
    return live.LiveFigure(
        "Which neurons are silent?",
        [
            live.Slider(
                "percent", "Remove neurons silent more often than", percent, start=nearest, unit="%"
            ),
            live.Choice("neurons", "Show neurons", SHOWN),
        ],
        lambda values: _state(result, **values),
        lambda figure, state: draw(figure, result, image),
        _describe,
        size=(860, 450),
        source=result.provenance.line(),
        table=lambda points: [_row(_state(result, p)) for p in percent],
    )


def _check(result: Trimming, image: tuple[int, int]) -> None:
    neurons, pixels = result.weights.shape
    if neurons != result.apoz.shape[1]:
        raise ValueError(
            f"result.weights must have a row for each of the {result.apoz.shape[1]} neurons of "
            f"result.apoz, got {neurons}"
        )
    if pixels != image[0] * image[1]:
        raise ValueError(f"image must match the layer's {pixels} inputs, got {image}")


def _state(result: Trimming, percent: float, neurons: str = "threshold") -> live.State:
    place = int(np.argmin(np.abs(100 * np.array(result.thresholds) - percent)))
    threshold, first = result.thresholds[place], result.apoz[0]
    shown = _shown(first, threshold, neurons)
    return {
        "percent": percent,
        "units": len(first),
        "counts": (result.apoz > threshold).sum(axis=1),
        "gone": 100 * first[first > threshold],
        "accuracy": {name: 100 * test[:, place] for name, test in result.above.items()},
        "whole": 100 * result.whole,
        "shown": shown,
        "crossed": first[shown] > threshold,
        "caption": _caption(100 * first[shown]),
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


def _describe(state: live.State) -> str:
    by_apoz, at_random = (spread(state["accuracy"][name]) for name in ("apoz", "random"))
    return (
        f"Silent for more than {state['percent']:g} % of the images: {reach(state['counts'])} of "
        f"{state['units']} neurons. Without them {by_apoz} % of the test images are right, without "
        f"as many random ones {at_random} %; with all {spread(state['whole'])} %."
    )


def _row(state: live.State) -> dict[str, str]:
    return {
        "Silent more often than": f"{state['percent']:g} %",
        "Neurons": f"{reach(state['counts'])} of {state['units']}",
        "Accuracy without them": f"{spread(state['accuracy']['apoz'])} %",
        "Without as many random ones": f"{spread(state['accuracy']['random'])} %",
    }
