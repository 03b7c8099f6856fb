"""Networks that are never trained, and the trained twins from which a criterion gets its scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nc_teach import pruning
from nc_teach.claims.why_pruning.networks import EPOCHS, Coach, glorot_lenet
from nc_teach.data import Dataset
from nc_teach.pruning import mask_actions, mask_criteria
from nc_teach.pruning.mask_criteria import PairCriterion
from nc_teach.pruning.supermask import masked, with_weights

CRITERIA: dict[str, PairCriterion | None] = {
    "large final, same sign": mask_criteria.large_final_same_sign,
    "large final": mask_criteria.large_final,
    "magnitude increase": mask_criteria.magnitude_increase,
    "large initial": mask_criteria.large_init,
    "random": None,
}


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
