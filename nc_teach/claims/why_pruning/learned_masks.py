"""Zhou et al. (2019) and Ramanujan et al. (2020): masks that are learned, weights that are not.

Every variant of a seed begins with the same untrained LeNet-300-100, and what learns, masks,
scores or weights, sees the same images equally often. The controls: a random mask with as many
weights in each layer as the learned one, and the network with all its weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from nc_teach import pruning, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.pruning import supermask
from nc_teach.pruning.edge_popup import edge_popup
from nc_teach.pruning.supermask import Learned, masked, with_weights

from .networks import EPOCHS, Coach
from .supermasks import KEEPS, masked_networks, signed, train_pair

MASK_LR, SCORE_LR, KEEP = 0.1, 1e-3, 0.5  # Adam; chosen on validation images of another seed
DRAWS = 5
ROWS = {
    "trained": "weights trained, all kept",
    "learned": "mask learned, weights untrained",
    "drawn": "the same, mask drawn anew",
    "edge-popup": "edge-popup, weights untrained",
    "criterion": "mask by criterion, weights untrained",
    "random": "random mask, as many in each layer as learned",
    "everything": "no mask, weights untrained",
}


@dataclass(frozen=True, kw_only=True)
class LearnedMasks(Result):
    """Test accuracy in [0, 1], one number per seed, by the keys of ``ROWS``.

    ``kept[variant]`` is the share of all weights that are kept.
    """

    seeds: tuple[int, ...]
    test: dict[str, np.ndarray]
    kept: dict[str, np.ndarray]

    def in_words(self) -> str:
        """Learned masks between the mask by criterion and trained weights."""
        read = {name: share(test.mean()) for name, test in self.test.items()}
        return (
            f"Without training a weight, a learned mask reads {read['learned']} of the digits and "
            f"edge-popup {read['edge-popup']}, a mask by criterion {read['criterion']}, a random "
            f"one {read['random']}; trained weights read {read['trained']}."
        )

    def table(self) -> Table:
        """A row per variant: the share kept and the accuracy."""
        rows = tuple(
            (ROWS[name], f"{100 * self.kept[name].mean():.0f} %", percent(test))
            for name, test in self.test.items()
        )
        note = (
            f"Test accuracy of {len(self.seeds)} networks, {EPOCHS} epochs for whatever learns, "
            f"mean ± standard deviation."
        )
        return self.tabled(("network", "kept", "accuracy"), rows, note)


@measured
def learn_masks(
    dataset: Dataset, seeds: Sequence[int] = (0, 1, 2), *, epochs: int = EPOCHS
) -> LearnedMasks:
    """Every variant once from every seed."""
    found = each_seed(lambda seed: variants_of(dataset, seed, epochs), seeds)
    return LearnedMasks(seeds=tuple(seeds), **found)


def variants_of(dataset: Dataset, seed: int, epochs: int) -> dict[str, dict[str, float]]:
    """Test accuracy and share of all weights kept of every variant of one seed."""
    pair = train_pair(dataset, seed, epochs=epochs)
    constant = signed(pair.initial)
    masks, scores = (Coach(dataset, epochs, seed, lr=lr) for lr in (MASK_LR, SCORE_LR))
    learned = supermask.learn(constant, masks.train)
    by_criterion = masked_networks(pair, "large final, same sign", KEEPS, constant=True)
    networks = {
        "trained": pair.final,
        "learned": learned.model,
        "edge-popup": edge_popup(constant, scores.train, KEEP, seed=seed).model,
        "criterion": max(by_criterion, key=lambda n: training.accuracy(n, dataset.validation)),
        "random": shuffled(learned, constant, seed),
        "everything": constant,
    }
    test = {name: training.accuracy(net, dataset.test) for name, net in networks.items()}
    kept = {n: pruning.density(pruning.masks_of(net)) for n, net in networks.items()}
    test["drawn"], kept["drawn"] = drawn_anew(learned, constant, dataset, seed), kept["learned"]
    return {"test": {n: test[n] for n in ROWS}, "kept": {n: kept[n] for n in ROWS}}


def shuffled(learned: Learned, network: nn.Module, seed: int) -> nn.Module:
    """The control: each layer's mask in random order, with the same rescale."""
    generator = torch.Generator().manual_seed(seed)
    masks = {
        name: mask.flatten()[torch.randperm(mask.numel(), generator=generator)].reshape(mask.shape)
        for name, mask in learned.masks.items()
    }
    factors = {name: mask.numel() / mask.sum().clamp(min=1) for name, mask in masks.items()}
    weights = {n: w * factors[n] for n, w in pruning.prunable_weights(network).items()}
    return masked(with_weights(network, weights), masks)


def drawn_anew(learned: Learned, network: nn.Module, dataset: Dataset, seed: int) -> float:
    """Mean test accuracy when each weight is in with its own probability, drawn five times."""
    model = supermask.Supermask(network)
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for own, logits in zip(model.logits, learned.scores.values(), strict=True):
            own.copy_(logits)
        weights = [model.drawn_weights() for _ in range(DRAWS)]
    nets = [with_weights(network, drawn) for drawn in weights]
    return float(np.mean([training.accuracy(net, dataset.test) for net in nets]))


def judge(found: LearnedMasks) -> tuple[Check, ...]:
    """The criterion: both ways to learn a mask, between the controls and a trained network."""
    test = found.test
    behind = test["trained"] - np.maximum(test["learned"], test["edge-popup"])
    return (
        check("learned mask", test["learned"], least=0.86, say=share, every="network"),
        check("edge-popup", test["edge-popup"], least=0.86, say=share, every="network"),
        check("learned ahead of by criterion", test["learned"] - test["criterion"], least=0.02),
        check("a random mask, same size", test["random"], most=0.2, say=share, every="network"),
        check("trained weights ahead of either", behind, above=0, every="network"),
    )


LEARNED_MASKS = Claim("learned_masks", LearnedMasks, learn_masks, judge)
