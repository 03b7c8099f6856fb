"""Wen, Wu, Wang, Chen, Li (2016), "Structured Sparsity": group lasso, then really smaller.

Three claims with the same criteria: filters and channels of LeNet-5, shapes of its filters, and the
layers of a residual network. ``structured_ways`` has the kinds of groups, ``structured_training``
the networks and their controls. Here they are measured and judged.

The criteria were set before the run; those of filters are older than the other two, which are
written after them. Of layers half can at most double the speed, so 1.5 times is asked there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import count, percent, share, times
from nc_teach.data import Dataset

from .structured_training import EPOCHS, measures, train_ways
from .structured_ways import CHANNELS, LAYERS, SHAPES, Way

MEANING = {
    "dense": "whole, no penalty",
    "zeros": "group lasso, zeros left in",
    "removed": "the same, removed",
    "smaller": "the same, trained on",
    "random": "as many at random, trained on",
    "scratch": "born without them",
    "whole": "whole, by the smaller one's code",
}


@dataclass(frozen=True, kw_only=True)
class StructuredLearning(Result):
    """One number per network: groups left, MACs, test accuracy in [0, 1], milliseconds.

    ``left[layer]`` of ``groups[layer]`` groups are not zero. ``changed`` is the number of test
    images that "removed" reads in another way than "zeros". ``test``, ``batch`` (100 images) and
    ``single`` (one image) have a variant each as in ``train_ways``.
    """

    left: dict[str, np.ndarray]
    groups: dict[str, np.ndarray]
    changed: np.ndarray
    macs: dict[str, np.ndarray]
    test: dict[str, np.ndarray]
    batch: dict[str, np.ndarray]
    single: dict[str, np.ndarray]

    def in_words(self) -> str:
        """The smaller network against its controls, and how much faster it is."""
        read = {name: share(self.test[name].mean()) for name in MEANING}
        fast = np.median(self.batch["dense"] / self.batch["smaller"])
        return (
            f"Whole {read['dense']}; what the penalty left, trained on, {read['smaller']}, and "
            f"{times(fast)} as fast on 100 images; as many kept at random {read['random']}; born "
            f"with these sizes {read['scratch']}."
        )

    def table(self) -> Table:
        """A row per network: accuracy, and the time of a batch and of one image."""
        rows = tuple(
            (
                meaning,
                percent(self.test[name]),
                f"{np.median(self.batch[name]):.2f} ms",
                f"{np.median(self.single[name]):.3f} ms",
            )
            for name, meaning in MEANING.items()
        )
        left = "; ".join(
            f"{layer} {', '.join(map(str, counts))} of {self.groups[layer][0]}"
            for layer, counts in self.left.items()
        )
        macs = np.mean(self.macs["scratch"] / self.macs["dense"])
        note = f"Left: {left}; {100 * macs:.0f} % of the MACs."
        return self.tabled(("network", "test accuracy", "100 images", "1 image"), rows, note)


@measured
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
    found = each_seed(
        lambda seed: measures(*train_ways(dataset, way, seed, epochs), dataset, repeats), seeds
    )
    return StructuredLearning(**found)


def _judge(result: StructuredLearning, way: Way, groups: str) -> tuple[Check, ...]:
    left = np.max([result.left[layer] / result.groups[layer] for layer in way.layers], axis=0)
    gain = {name: result.test["smaller"] - result.test[name] for name in result.test}
    batch = {name: result.batch["dense"] / time for name, time in result.batch.items()}
    single = result.single["dense"] / result.single["smaller"]
    every, left_in = partial(check, every="network"), "with the zeros left in, against dense"
    return (
        every(f"{groups} that are left", left, most=0.5, say=share),
        every("test images that removal changes", result.changed, most=1, say=count),
        check("against dense trained for as long", gain["dense"], least=-0.01),
        check("against the same sizes trained from scratch", gain["scratch"], least=0),
        check("against as many removed at random and trained on", gain["random"], least=0),
        every(left_in, batch["zeros"], least=0.8, say=times),
        every(left_in, batch["zeros"], most=1.25, say=times),
        every("really smaller, against dense", batch["smaller"], least=way.faster, say=times),
        every("one image alone, against dense", single, above=1.25, say=times),
    )


def _claim(key: str, way: Way, groups: str) -> Claim[StructuredLearning]:
    experiment, judge = partial(learn_structure, way=way), partial(_judge, way=way, groups=groups)
    return Claim(key, StructuredLearning, experiment, judge)


STRUCTURED_LEARNING = _claim("structured_learning", CHANNELS, "filters of each convolution")
STRUCTURED_SHAPES = _claim("structured_shapes", SHAPES, "shapes of each convolution")
STRUCTURED_DEPTH = _claim("structured_depth", LAYERS, "residual blocks")
