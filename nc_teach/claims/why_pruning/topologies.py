"""What a searched topology can do, measured: under any one weight, under several together.

Here are the numbers; ``weight_agnostic`` holds them against the paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nc_teach.claims import Provenance
from nc_teach.data import Split
from nc_teach.pruning.weight_agnostic import SHARED_WEIGHTS, Network

CLASSES = 4  # digits 0 to 3


@dataclass(frozen=True)
class Digits:
    """Images in rows, N x 64 float32 in [0, 1], and their labels, N: digits 0 to 3 alone."""

    inputs: np.ndarray
    labels: np.ndarray


def few_classes(split: Split) -> Digits:
    """The images of a split that show the digits 0 to 3."""
    kept = split.labels < CLASSES
    return Digits(split.images[kept].flatten(1).cpu().numpy(), split.labels[kept].cpu().numpy())


def accuracies(
    network: Network, digits: Digits, weights: Sequence[float] | np.ndarray
) -> np.ndarray:
    """Share of right answers in [0, 1] under every shared weight."""
    answers = network.logits(digits.inputs, np.asarray(weights)).argmax(axis=2)
    return (answers == digits.labels).mean(axis=1)


def ensemble(network: Network, digits: Digits) -> float:
    """Accuracy of the mean of the class probabilities under the six shared weights."""
    logits = network.logits(digits.inputs, list(SHARED_WEIGHTS))
    odds = np.exp(logits - logits.max(axis=2, keepdims=True))
    mean = (odds / odds.sum(axis=2, keepdims=True)).mean(axis=0)
    return float((mean.argmax(axis=1) == digits.labels).mean())


@dataclass(frozen=True)
class OneWeight:
    """A network under every weight of a slider: accuracy, and its signals for one image per class.

    ``accuracy`` and ``control`` (every input connected with every output) are one number in [0, 1]
    for each of the ``fine`` weights, among which the slider's ``weights`` are; ``signals`` is
    nodes x weights x examples, ``examples`` is classes x 1 x 8 x 8.
    """

    network: Network
    weights: tuple[float, ...]
    fine: tuple[float, ...]
    accuracy: np.ndarray
    control: np.ndarray
    ensemble: float
    examples: np.ndarray
    labels: np.ndarray
    signals: np.ndarray
    provenance: Provenance


@dataclass(frozen=True)
class Evolution:
    """The line of a network: each ancestor, when it was born, and its accuracy.

    ``born`` are generations; ``accuracy`` is ancestors x shared weights, on the test split.
    """

    networks: tuple[Network, ...]
    born: tuple[int, ...]
    generations: int
    accuracy: np.ndarray
    provenance: Provenance
