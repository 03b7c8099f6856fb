"""The plans of the chapter: every one trains for :data:`EPOCHS` epochs, whatever it takes away.

The numbers were set after a look at the validation accuracy of one network.
"""

import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import torch
from torch import nn

from nc_teach import architecture, budget, dynamic, pruning
from nc_teach.budget import (
    Distil,
    ExitEarly,
    FineTune,
    FineTuning,
    PruneWeights,
    RemoveUnits,
    State,
    WeightSharing,
)
from nc_teach.budget.steps import Step
from nc_teach.models import seeded_init

EPOCHS = 12
UNITS = {"fc1": 64, "fc2": 32}
SPARSITY, VALUES = 0.6, 16
BUDGET = budget.Budget(stored_bytes=20 * budget.KIB, times_faster=1.5, points=1.0)

CUT = RemoveUnits(UNITS, epochs=4)
PRUNE = PruneWeights(SPARSITY, epochs=6)
SHARE = WeightSharing(VALUES, epochs=2, biases=VALUES)

Plan = tuple[Step, ...]
STACK: Plan = (CUT, PRUNE, SHARE)
OTHER_ORDER: Plan = (CUT, SHARE, PRUNE)


def ways(initial: nn.Module, seed: int) -> dict[str, Plan]:
    """The plan of every way that begins with the dense network, which began as ``initial``."""
    separable = partial(
        architecture.MobileNetV1, 1.0, 10, 1, layers=((16, 4), (48, 1), (48, 1)), seed=seed
    )
    return {
        # the epochs by themselves, and each method of the stack by itself, with all the epochs
        "taught on": (FineTune(EPOCHS),),
        "fewer neurons": (RemoveUnits(UNITS, EPOCHS),),
        "fewer weights": (PruneWeights(SPARSITY, EPOCHS),),
        "shared values": (WeightSharing(VALUES, EPOCHS, biases=VALUES),),
        "stack": STACK,
        "other order": OTHER_ORDER,
        # chapter 2's: the mask of the dense network's weights, their first values, all the epochs
        "lottery ticket": (PruneWeights(0.92, epochs=0, rounds=1), Rewind(initial, EPOCHS)),
        # chapter 3's: a small network, untrained, is taught by LeNet, and nothing else
        "small student": (Distil(partial(untrained, initial), EPOCHS),),
        # chapter 4's: no neuron goes, 8 % of the weights stay, 32 values a layer
        "Deep Compression": (
            PruneWeights(0.92, epochs=10, rounds=5, scope="layer"),
            WeightSharing(32, epochs=2),
        ),
        # chapter 5's: two separable blocks on maps of 7 x 7, taught by LeNet, its values shared
        "separable": (Distil(separable, EPOCHS - 2), WeightSharing(VALUES, epochs=2)),
        # chapter 6's: LeNet with a way out after the pixels and after its first layer
        "early exits": (ExitEarly(partial(with_exits, seed=seed), EPOCHS),),
        # the control: the stack with the same numbers, but any neurons and any weights
        "stack by chance": by_chance((CUT, PRUNE, SHARE), seed),
    }


def by_chance(plan: Plan, seed: int) -> Plan:
    """The control for a plan: as many units and weights go, but any of them."""

    def any_of(step: Step) -> Step:
        if isinstance(step, RemoveUnits):
            return replace(step, criterion=lambda net, images: pruning.random_units(net, seed))
        if isinstance(step, PruneWeights):
            return replace(step, criterion=lambda net: pruning.random(net, seed))
        return step

    return tuple(map(any_of, plan))


@dataclass(frozen=True)
class Rewind:
    """A step: the weights that are left begin again where they began, and learn."""

    initial: nn.Module
    epochs: int

    def __call__(self, state: State, tuning: FineTuning) -> State:
        again = pruning.apply_masks(copy.deepcopy(self.initial), state.masks)
        return tuning.heal(State(again, state.masks), self.epochs)


def untrained(network: nn.Module) -> nn.Module:
    """The stack's small network with weights that were never trained: any units of a new LeNet."""
    small = copy.deepcopy(network)
    for name, count in UNITS.items():
        keep = torch.arange(_linear(small, name).out_features) < count
        small = pruning.remove_neurons(small, name, keep)
    return small


def with_exits(lenet: nn.Module, seed: int) -> dynamic.EarlyExitNet:
    """LeNet's own layers in a chain, with a new linear classifier on what each of them reads.

    The last exit is LeNet itself.
    """
    *first, last = (_linear(lenet, name) for name in ("fc1", "fc2", "fc3"))
    with seeded_init(seed):
        heads = [nn.Linear(layer.in_features, last.out_features) for layer in first]
    blocks = [nn.Sequential(layer, nn.ReLU()) for layer in first]
    return dynamic.EarlyExitNet([nn.Flatten(), *blocks], [*heads, last])


def _linear(net: nn.Module, name: str) -> nn.Linear:
    return cast(nn.Linear, net.get_submodule(name))
