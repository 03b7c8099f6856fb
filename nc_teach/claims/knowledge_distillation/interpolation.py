"""The straight line between two networks: what each network on it reads, matched or not.

Test accuracy at (1 - alpha) A + alpha B, for B as trained, for B with its units in the order of A's
(by weights, by activations), and as a control for two networks that shared their first epoch. For
the picture also what a few units of the first layer look for: the weights of a unit of A, of the
unit of B in its place, and of their mean, all as images, smoothed over 3 x 3 pixels for the eye.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach import distillation, training
from nc_teach.claims import Result, Table, each_seed, measured
from nc_teach.common.spread import percent, points
from nc_teach.data import Dataset

from .averaging import EPOCHS, SEEN, fork, matched, train_network

ALPHAS = tuple(k / 20 for k in range(21))
LINES = ("as trained", "matched by weights", "matched by activations", "fork")
UNITS = 4  # shown


@dataclass(frozen=True, kw_only=True)
class Paths(Result):
    """Test accuracy in [0, 1] per line, pairs of networks x alphas.

    ``filters[line]`` are the first pair's, for the lines that have units to show: units x 2 x
    height x width, A's and the one of B in its place, smoothed over 3 x 3 pixels. The units are
    those of A that are most like their match.
    """

    alphas: tuple[float, ...]
    test: dict[str, np.ndarray]
    filters: dict[str, np.ndarray]

    def table(self) -> Table:
        """A row per line: its ends, its middle, and how far the middle lies below the ends."""
        middle = self.alphas.index(0.5)
        rows = tuple(
            (
                name,
                percent(values[:, 0]),
                percent(values[:, middle]),
                percent(values[:, -1]),
                points((values[:, middle] - (values[:, 0] + values[:, -1]) / 2).mean()),
            )
            for name, values in self.test.items()
        )
        note = f"Test accuracy of {len(next(iter(self.test.values())))} pairs."
        head = ("kind of B", "A", "half-way", "B", "half-way against the ends")
        return self.tabled(head, rows, note)


@measured
def interpolation_paths(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    alphas: Sequence[float] = ALPHAS,
    epochs: int = EPOCHS,
) -> Paths:
    """Train two pairs of networks for every seed and walk the line between each two."""
    accuracy = partial(training.accuracy, split=dataset.test)

    def one(seed: int) -> dict[str, Any]:
        pairs = _pairs(dataset, seed, epochs)
        test = {
            name: distillation.interpolation_path(a, b, alphas, accuracy)
            for name, (a, b) in pairs.items()
        }
        return {"test": test, "filters": _filters(pairs, dataset)}

    found = each_seed(one, seeds)
    first = {name: of[0] for name, of in found["filters"].items()}
    return Paths(alphas=tuple(alphas), test=found["test"], filters=first)


def _pairs(dataset: Dataset, seed: int, epochs: int) -> dict[str, Sequence[nn.Module]]:
    a, b = (train_network(dataset, 2 * seed + k, epochs=epochs) for k in range(2))
    some = dataset.train.subset(min(SEEN, len(dataset.train)))
    return {
        "as trained": (a, b),
        "matched by weights": (a, matched(a, b)),
        "matched by activations": (a, matched(a, b, some)),
        "fork": fork(dataset, 2 * seed, epochs),
    }


def _filters(pairs: dict[str, Sequence[nn.Module]], dataset: Dataset) -> dict[str, np.ndarray]:
    """First-layer weights of a few units of A and of what stands in their place in B."""
    weights = {name: [next(net.parameters()).detach() for net in pairs[name]] for name in LINES[:3]}
    a, b = weights["matched by weights"]
    best = F.cosine_similarity(a, b).topk(min(UNITS, len(a))).indices
    shape = dataset.train.images.shape[1:]
    return {
        name: np.stack([_smooth(w[best].reshape(-1, *shape).mean(1)) for w in two], axis=1)
        for name, two in weights.items()
    }


def _smooth(maps: Tensor) -> np.ndarray:
    """The mean over each pixel and its neighbours; at the edge, over those that there are."""
    return F.avg_pool2d(maps[:, None], 3, 1, 1, count_include_pad=False)[:, 0].numpy()
