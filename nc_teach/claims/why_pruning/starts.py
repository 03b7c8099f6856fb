"""What the weights on either side of a mask begin with, by name: the experiment's vocabulary.

The mask actions themselves are in :mod:`nc_teach.pruning.mask_actions`; here they are put together
for whole networks, every layer with random numbers of its own.
"""

from collections.abc import Callable

from torch import Tensor, nn

from nc_teach import pruning
from nc_teach.claims.why_pruning.networks import glorot_lenet
from nc_teach.data import Dataset
from nc_teach.pruning import mask_actions
from nc_teach.pruning.masks import Masks

SIGNED = ("re-init", "reshuffle", "constant")
OTHER, SAME = ", random signs", ", same signs"
Weights = dict[str, Tensor]
Start = Callable[[Weights, Masks, Dataset, int], Weights]


def _each(change: Callable[[Tensor, Tensor, int], Tensor]) -> Start:
    """A start from a function of one layer's (weights, mask, seed); each layer has its own seed."""

    def start(initial: Weights, masks: Masks, dataset: Dataset, seed: int) -> Weights:
        return {
            name: change(w, masks[name], 10 * seed + place)
            for place, (name, w) in enumerate(initial.items())
        }

    return start


def _redrawn(initial: Weights, masks: Masks, dataset: Dataset, seed: int) -> Weights:
    return weights_of(glorot_lenet(dataset, 1000 + seed))


def _signed(start: Start) -> Start:
    """The same sizes with the original signs."""

    def signed(initial: Weights, masks: Masks, dataset: Dataset, seed: int) -> Weights:
        values = start(initial, masks, dataset, seed)
        return {name: mask_actions.same_signs(values[name], w) for name, w in initial.items()}

    return signed


_CONSTANT = _each(lambda w, mask, seed: mask_actions.signed_constant(w))
STARTS: dict[str, Start] = {
    "rewind": _each(lambda w, mask, seed: w),
    "rewind" + OTHER: _each(lambda w, mask, seed: mask_actions.random_signs(w, seed)),
    "re-init" + OTHER: _redrawn,
    "re-init" + SAME: _signed(_redrawn),
    "reshuffle" + OTHER: _each(mask_actions.reshuffled),
    "reshuffle" + SAME: _signed(_each(mask_actions.reshuffled)),
    "constant" + OTHER: _each(
        lambda w, mask, seed: mask_actions.random_signs(mask_actions.signed_constant(w), seed)
    ),
    "constant" + SAME: _CONSTANT,
}
RESTS: dict[str, Callable[[Weights, Weights], Weights]] = {
    "zero": lambda initial, final: {n: 0 * w for n, w in initial.items()},
    "initial value": lambda initial, final: initial,
    "zero if it shrank, else initial": lambda initial, final: {
        n: mask_actions.towards_zero(w, final[n]) for n, w in initial.items()
    },
}


def weights_of(net: nn.Module) -> Weights:
    """A copy of the prunable weights by name."""
    return {name: w.detach().clone() for name, w in pruning.prunable_weights(net).items()}
