"""Zhou et al. (2019): masks that make an untrained network work, by criterion.

A network is trained only to score its weights; then it is thrown away, and the masks are put on its
untrained twin. Two controls, random masks and those of the largest initial weights, know nothing of
the training.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import pruning, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured, with_bar
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset, Split
from nc_teach.pruning import mask_actions, mask_criteria
from nc_teach.pruning.mask_criteria import PairCriterion
from nc_teach.pruning.supermask import masked, with_weights

from .networks import EPOCHS, Coach, glorot_lenet

CRITERIA: dict[str, PairCriterion | None] = {
    "large final, same sign": mask_criteria.large_final_same_sign,
    "large final": mask_criteria.large_final,
    "magnitude increase": mask_criteria.magnitude_increase,
    "large initial": mask_criteria.large_init,
    "random": None,
}
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

    def at(self, keep: float = JUDGED) -> dict[str, dict[str, np.ndarray]]:
        """The accuracies by values and criterion at one share kept, one per network."""
        place = self.keeps.index(keep)
        return {v: {c: test[:, place] for c, test in by.items()} for v, by in self.test.items()}

    def in_words(self) -> str:
        """The best mask on untrained weights, beside a random one and the trained twin."""
        found = self.at()["signed constant"]
        best, drawn = (share(found[name].mean()) for name in ("large final, same sign", "random"))
        return (
            f"With {share(JUDGED)} of its weights kept, an untrained network of signed constants "
            f"reads {best} of the digits, under a random mask {drawn}; trained, its twin reads "
            f"{share(self.trained.mean())}."
        )

    def table(self, keep: float = JUDGED) -> Table:
        """A row per criterion: with the signed constant and as initialised, at one share kept."""
        at = self.at(keep)
        rows = tuple(
            (criterion, *(percent(at[values][criterion]) for values in VALUES))
            for criterion in CRITERIA
        )
        seeds = ", ".join(map(str, self.seeds))
        note = (
            f"Test accuracy of networks that were never trained (seeds {seeds}), {100 * keep:.0f} "
            f"% of every layer kept. Their trained twins: {percent(self.trained)}."
        )
        return self.tabled(("kept by", *VALUES), rows, note)


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
    shown = dataset.test.subset(min(EXAMPLES, len(dataset.test)))
    found = each_seed(lambda seed: measure(train_pair(dataset, seed), test, keeps), seeds)
    return Supermasks(
        keeps=tuple(keeps),
        seeds=tuple(seeds),
        test=found["test"],
        read={v: {c: read[0] for c, read in by.items()} for v, by in found["read"].items()},
        trained=found["trained"],
        examples=shown.images.cpu().numpy(),
        labels=shown.labels.cpu().numpy(),
    )


@dataclass(frozen=True)
class Pair:
    """A network as it was initialised and the same network trained; the seed of both."""

    seed: int
    initial: nn.Module
    final: nn.Module


def train_pair(dataset: Dataset, seed: int, *, epochs: int = EPOCHS) -> Pair:
    """Two twins of the chapter's network; one of them is trained."""
    initial, final = (glorot_lenet(dataset, seed) for _ in range(2))
    Coach(dataset, epochs, seed).train(final)
    return Pair(seed, initial, final)


def scores_of(pair: Pair, name: str) -> dict[str, Tensor]:
    """The scores of the pair's weights by a criterion of ``CRITERIA``."""
    criterion = CRITERIA[name]
    if criterion is None:
        return pruning.random(pair.initial, pair.seed)
    initial, final = (pruning.prunable_weights(net) for net in (pair.initial, pair.final))
    return mask_criteria.score(criterion, initial, final)


def masked_networks(
    pair: Pair, criterion: str, keeps: Sequence[float], constant: bool
) -> list[nn.Module]:
    """The untrained network under the criterion's mask, for every share kept in each layer."""
    scores = scores_of(pair, criterion)
    masks = (pruning.select(scores, 1 - keep, "layer") for keep in keeps)
    return [masked(pair.initial, mask, constant=constant) for mask in masks]


def signed(network: nn.Module) -> nn.Module:
    """The network with every weight +a or -a, a for each layer its standard deviation."""
    weights = pruning.prunable_weights(network).items()
    with torch.no_grad():
        return with_weights(network, {n: mask_actions.signed_constant(w) for n, w in weights})


def measure(pair: Pair, test: Split, keeps: Sequence[float]) -> dict[str, Any]:
    """One network's accuracies under every mask, and what it reads in the first images."""
    right: dict[str, dict[str, list[float]]] = {values: {} for values in VALUES}
    read: dict[str, dict[str, list[list[int]]]] = {values: {} for values in VALUES}
    for values, criterion in with_bar(list(product(VALUES, CRITERIA)), "curve"):
        nets = masked_networks(pair, criterion, keeps, VALUES[values])
        answers = [training.predictions(net, test).argmax(dim=1) for net in nets]
        hits = [answer == test.labels.cpu() for answer in answers]
        right[values][criterion] = [hit.double().mean().item() for hit in hits]
        read[values][criterion] = [answer[:EXAMPLES].tolist() for answer in answers]
    return {"test": right, "read": read, "trained": training.accuracy(pair.final, test)}


def judge(found: Supermasks) -> tuple[Check, ...]:
    """The criterion, at the share kept that was chosen before."""
    at = found.at()
    same, drawn = (at[values]["large final, same sign"] for values in VALUES)
    controls = np.max([by[name] for by in at.values() for name in CONTROLS], axis=0)
    ignorant = "masks that know nothing of the training, as many kept, the best of them"
    level, network = f"{100 * JUDGED:.0f} % kept, signed constant", "network"
    return (
        check(level, same, least=0.75, say=share, every=network),
        check(ignorant, controls, most=0.2, say=share, every=network),
        check("the constant better than the initial values", same - drawn, above=0, of_paper=True),
    )


SUPERMASKS = Claim("supermasks", Supermasks, untrained_masks, judge)
