"""Wen, Wu, Wang, Chen, Li (2016), "Structured Sparsity": group lasso, then really smaller.

Three claims with the same criteria: filters and channels of LeNet-5, shapes of its filters, and the
layers of a residual network. ``structured_ways`` has the kinds of groups, ``structured_training``
the networks and their controls. Here they are measured and judged.

The criteria were set before the run; those of filters are older than the other two, which are
written after them. Of layers half can at most double the speed, so 1.5 times is asked there.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from nc_teach.claims.claim import Check, Claim, Outcome, Provenance, measured_now
from nc_teach.claims.network_pruning.structured_training import EPOCHS, measured, train_ways
from nc_teach.claims.network_pruning.structured_ways import CHANNELS, LAYERS, SHAPES, Way
from nc_teach.claims.running import points, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.table import Table

MEANING = {
    "dense": "whole, no penalty",
    "zeros": "group lasso, zeros left in",
    "removed": "the same, removed",
    "smaller": "the same, trained on",
    "random": "as many at random, trained on",
    "scratch": "born without them",
    "whole": "whole, by the smaller one's code",
}


@dataclass(frozen=True)
class StructuredLearning:
    """One number a network: groups left, MACs, test accuracy in [0, 1], milliseconds.

    ``left[layer]`` of ``of[layer]`` groups are not zero. ``changed`` is the number of test images
    that "removed" reads in another way than "zeros". ``test``, ``batch`` (100 images) and
    ``single`` (one image) have a variant each as in ``train_ways``.
    """

    left: dict[str, np.ndarray]
    of: dict[str, np.ndarray]
    changed: np.ndarray
    macs: dict[str, np.ndarray]
    test: dict[str, np.ndarray]
    batch: dict[str, np.ndarray]
    single: dict[str, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain lists, for a file."""
        groups = ("left", "of", "macs", "test", "batch", "single")
        plain = {
            group: {name: array.tolist() for name, array in getattr(self, group).items()}
            for group in groups
        }
        return {**plain, "changed": self.changed.tolist()}

    def table(self) -> Table:
        """A row per network: accuracy, and the time of a batch and of one image."""
        return _table(self.numbers(), self.provenance)


def networks_table(outcome: Outcome) -> Table:
    """The table of the networks behind an outcome, also one that ships with the package."""
    return _table(outcome.numbers, outcome.provenance)


def _table(numbers: dict[str, Any], provenance: Provenance) -> Table:
    rows = tuple(
        (
            meaning,
            spread(numbers["test"][name]),
            f"{np.median(numbers['batch'][name]):.2f} ms",
            f"{np.median(numbers['single'][name]):.3f} ms",
        )
        for name, meaning in MEANING.items()
    )
    left = "; ".join(
        f"{layer} {', '.join(str(count) for count in counts)} of {numbers['of'][layer][0]}"
        for layer, counts in numbers["left"].items()
    )
    share = np.mean(np.array(numbers["macs"]["scratch"]) / numbers["macs"]["dense"])
    note = f"Left: {left}; {100 * share:.0f} % of the MACs. {provenance.line()}"
    return Table(("network", "test accuracy", "100 images", "1 image"), rows, (note,))


def learn_structure(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    way: Way = CHANNELS,
    epochs: tuple[int, int] = EPOCHS,
    repeats: int = 60,
) -> StructuredLearning:
    """Train every network of every seed, with ``epochs`` before and after the removal, and time it.

    ``repeats`` are the timed runs of a batch; one image is timed ten times as often.
    """
    started = time.perf_counter()
    with stopping_as_a_whole():
        found = [
            measured(*train_ways(dataset, way, seed, epochs=epochs), dataset, repeats=repeats)
            for seed in with_bar(seeds, "network")
        ]
    of = {
        key: {name: np.array([one[key][name] for one in found]) for name in found[0][key]}
        for key in ("left", "of", "macs", "test", "batch", "single")
    }
    provenance = measured_now("learn_structure", time.perf_counter() - started)
    changed = np.array([one["changed"] for one in found])
    return StructuredLearning(**of, changed=changed, provenance=provenance)


def _judge(numbers: dict[str, Any], way: Way, groups: str) -> tuple[Check, ...]:
    share = max(
        np.max(np.array(numbers["left"][layer]) / numbers["of"][layer]) for layer in way.layers
    )
    changed = max(numbers["changed"])
    return (
        Check(
            f"at most half of the {groups} are left, every network",
            f"at most {100 * share:.0f} %",
            bool(share <= 0.5),
        ),
        Check(
            "removal changes no more than 1 of the test images, every network",
            f"at most {changed}",
            changed <= 1,
        ),
        *_accuracies({name: np.array(values) for name, values in numbers["test"].items()}),
        *_speeds(numbers, way.faster),
    )


def _accuracies(test: dict[str, np.ndarray]) -> tuple[Check, ...]:
    loss, scratch, random = (
        float((test["smaller"] - test[other]).mean()) for other in ("dense", "scratch", "random")
    )
    return (
        Check("at most 1 point below dense trained for as long", points(loss), loss >= -0.01),
        Check(
            "at least as good as the same sizes trained from scratch",
            points(scratch),
            scratch >= 0,
        ),
        Check(
            "at least as good as as many removed at random and trained on",
            points(random),
            random >= 0,
        ),
    )


def _speeds(numbers: dict[str, Any], faster: float) -> tuple[Check, ...]:
    batch, single = (
        {name: np.array(numbers[key]["dense"]) / values for name, values in numbers[key].items()}
        for key in ("batch", "single")
    )
    zeros, gain, one = batch["zeros"], batch["smaller"].min(), single["smaller"].min()
    return (
        Check(
            "with the zeros left in: as fast as dense, x 0.8 to 1.25, every network",
            f"x {zeros.min():.2f} to {zeros.max():.2f}",
            bool(zeros.min() >= 0.8 and zeros.max() <= 1.25),
        ),
        Check(
            f"really smaller: at least {faster:g} times as fast as dense, every network",
            f"x {gain:.2f} or more",
            bool(gain >= faster),
        ),
        Check(
            "one image alone: more than 1.25 times as fast, every network",
            f"x {one:.2f} or more",
            bool(one > 1.25),
        ),
    )


def _claim(key: str, title: str, says: str, way: Way, groups: str) -> Claim:
    return Claim(
        key=key,
        title=title,
        paper="Wen et al. 2016, arXiv:1608.03665, abstract and section 4",
        says=says,
        dataset="mnist",
        experiment=partial(learn_structure, way=way),
        judge=partial(_judge, way=way, groups=groups),
    )


STRUCTURED_LEARNING = _claim(
    "structured_learning",
    "Group lasso learns which filters to do without, and the smaller network is faster",
    "structured sparsity learned by group lasso speeds a network up on ordinary libraries "
    "(AlexNet x 5.1 on a CPU) at about the same accuracy.",
    CHANNELS,
    "filters of each convolution",
)
STRUCTURED_SHAPES = _claim(
    "structured_shapes",
    "Group lasso learns shapes of filters, and a lowered convolution of the rest is faster",
    "filters need not be boxes: learned shapes shrink the matrices of a lowered convolution.",
    SHAPES,
    "shapes of each convolution",
)
STRUCTURED_DEPTH = _claim(
    "structured_depth",
    "Group lasso learns how deep a residual network must be",
    "depth can be learned: a ResNet of 20 layers becomes one of 18 and no worse on CIFAR-10.",
    LAYERS,
    "residual blocks",
)
