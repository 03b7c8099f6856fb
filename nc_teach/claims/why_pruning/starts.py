"""What the weights on either side of a mask begin with, by name: the experiment's vocabulary.

The mask actions themselves are in :mod:`nc_teach.pruning.mask_actions`; here they are put together
for whole networks, every layer with random numbers of its own.
"""

from collections.abc import Callable

from torch import Tensor, nn

from nc_teach import pruning
from nc_teach.data import Dataset
from nc_teach.pruning.mask_actions import (
    random_signs,
    reshuffled,
    same_signs,
    signed_constant,
    towards_zero,
)
from nc_teach.pruning.masks import Masks

from .networks import glorot_lenet

OTHER, SAME = ", random signs", ", same signs"
Weights = dict[str, Tensor]

# one layer's initial weights, its mask, weights drawn anew, a seed -> what it begins with
STARTS: dict[str, Callable[[Tensor, Tensor, Tensor, int], Tensor]] = {
    "rewind": lambda w, mask, fresh, seed: w,
    "rewind" + OTHER: lambda w, mask, fresh, seed: random_signs(w, seed),
    "re-init" + OTHER: lambda w, mask, fresh, seed: fresh,
    "re-init" + SAME: lambda w, mask, fresh, seed: same_signs(fresh, w),
    "reshuffle" + OTHER: lambda w, mask, fresh, seed: reshuffled(w, mask, seed),
    "reshuffle" + SAME: lambda w, mask, fresh, seed: same_signs(reshuffled(w, mask, seed), w),
    "constant" + OTHER: lambda w, mask, fresh, seed: random_signs(signed_constant(w), seed),
    "constant" + SAME: lambda w, mask, fresh, seed: signed_constant(w),
}
# one layer's initial and final weights -> what its removed weights are held at
RESTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "zero": lambda initial, final: 0 * initial,
    "initial value": lambda initial, final: initial,
    "zero if it shrank, else initial": towards_zero,
}


def started(name: str, initial: Weights, masks: Masks, dataset: Dataset, seed: int) -> Weights:
    """The weights of the whole network at the start of that name."""
    fresh = weights_of(glorot_lenet(dataset, 1000 + seed))
    return {
        layer: STARTS[name](w, masks[layer], fresh[layer], 10 * seed + place)
        for place, (layer, w) in enumerate(initial.items())
    }


def weights_of(net: nn.Module) -> Weights:
    """A copy of the prunable weights by name."""
    return {name: w.detach().clone() for name, w in pruning.prunable_weights(net).items()}
