"""Zhou et al. (2019): masks that make an untrained network work, by criterion.

A network is trained only to score its weights; then it is thrown away, and the masks are put on its
untrained twin. Two controls, random masks and those of the largest initial weights, know nothing of
the training.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nc_teach import training
from nc_teach.claims import Check, Claim, Result, check, local, measured, with_bar
from nc_teach.claims.why_pruning.untrained import CRITERIA, Pair, masked_networks, train_pair
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset, Split
from nc_teach.table import Table

KEEPS = tuple(k / 20 for k in range(1, 21))
VALUES = {"signed constant": True, "as initialised": False}  # of the kept weights
JUDGED = 0.4  # the share kept at which the criterion was set
EXAMPLES = 16
CONTROLS = ("random", "large initial")
Curves = dict[str, dict[str, np.ndarray]]  # values -> criterion -> array


@dataclass(frozen=True, kw_only=True)
class Supermasks(Result):
    """Accuracy of untrained networks in [0, 1] by the share of the weights kept in every layer.

    ``test[values][criterion]`` is networks x keeps, where values is "signed constant" or "as
    initialised"; ``read[values][criterion]`` is what the first network reads in the examples,
    keeps x examples. ``trained`` is the accuracy of the trained twins. The ``examples`` (N x 1 x H
    x W) and their ``labels`` are not kept in a file.
    """

    keeps: tuple[float, ...]
    seeds: tuple[int, ...]
    test: Curves
    read: Curves
    trained: np.ndarray
    examples: np.ndarray | None = local()
    labels: np.ndarray | None = local()

    def table(self, keep: float = JUDGED) -> Table:
        """A row per criterion: with the signed constant and as initialised, at one share kept."""
        place = self.keeps.index(keep)
        rows = tuple(
            (criterion, *(percent(self.test[values][criterion][:, place]) for values in VALUES))
            for criterion in CRITERIA
        )
        seeds = ", ".join(map(str, self.seeds))
        note = (
            f"Test accuracy of networks that were never trained (seeds {seeds}), "
            f"{100 * keep:.0f} % of every layer kept. Their trained twins: "
            f"{percent(self.trained)}. {self.provenance.line()}"
        )
        return Table(("kept by", *VALUES), rows, (note,))


@measured
def untrained_masks(
    dataset: Dataset,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    keeps: Sequence[float] = KEEPS,
    images: int | None = None,
) -> Supermasks:
    """Train a twin for every seed, score, and measure the untrained network under every mask.

    ``images`` is how many of the test images are used (all by default).
    """
    test = dataset.test if images is None else dataset.test.subset(images)
    pairs = [train_pair(dataset, seed) for seed in with_bar(seeds, "network")]
    curves, read = measure_masks(pairs, test, keeps)
    shown = dataset.test.subset(min(EXAMPLES, len(dataset.test)))
    return Supermasks(
        keeps=tuple(keeps),
        seeds=tuple(seeds),
        test=curves,
        read=read,
        trained=np.array([training.accuracy(pair.final, test) for pair in pairs]),
        examples=shown.images.cpu().numpy(),
        labels=shown.labels.cpu().numpy(),
    )


def measure_masks(
    pairs: Sequence[Pair], test: Split, keeps: Sequence[float]
) -> tuple[Curves, Curves]:
    """The accuracies, and what the first network reads in the first images."""
    curves: Curves = {values: {} for values in VALUES}
    read: Curves = {values: {} for values in VALUES}
    for values, criterion in with_bar([(v, c) for v in VALUES for c in CRITERIA], "curve"):
        answers = [
            [training.predictions(net, test).argmax(dim=1) for net in nets]
            for nets in (masked_networks(p, criterion, keeps, VALUES[values]) for p in pairs)
        ]
        curves[values][criterion] = np.array(
            [[(a == test.labels.cpu()).double().mean().item() for a in row] for row in answers]
        )
        read[values][criterion] = np.array([a[:EXAMPLES].tolist() for a in answers[0]])
    return curves, read


def judge(found: Supermasks) -> tuple[Check, ...]:
    """The criterion, at the share kept that was chosen before."""
    place = found.keeps.index(JUDGED)
    at = {v: {c: test[:, place] for c, test in by.items()} for v, by in found.test.items()}
    same, drawn = (at[values]["large final, same sign"] for values in VALUES)
    controls = np.max([by[name] for by in at.values() for name in CONTROLS], axis=0)
    return (
        check(
            f"{100 * JUDGED:.0f} % kept, signed constant",
            same,
            least=0.75,
            say=share,
            every="network",
        ),
        check(
            "masks that know nothing of the training, as many kept, the best of them",
            controls,
            most=0.2,
            say=share,
            every="network",
        ),
        check("the constant better than the initial values", same - drawn, above=0, of_paper=True),
    )


SUPERMASKS = Claim("supermasks", Supermasks, untrained_masks, judge)
