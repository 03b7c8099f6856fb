"""The control of early exits: networks of a fixed depth, for every image alike, of equal cost."""

from collections.abc import Mapping, Sequence

from torch import nn

from nc_teach import dynamic, meter, training
from nc_teach.claims import stopping_as_a_whole, with_bar
from nc_teach.claims.dynamic_computation.networks import train_exits
from nc_teach.data import Dataset
from nc_teach.dynamic.exit_network import SMALL


def static_networks(
    half: Dataset, seeds: Sequence[int], trained: Mapping[int, dynamic.EarlyExitNet]
) -> tuple[list[list[float]], list[list[float]], list[int]]:
    """Networks as short as each exit, trained alone, and those with exits at their cost.

    Returns accuracies of the short ones, of the long one at their cost (both seeds x depths), MACs.
    """
    fixed, same_cost, costs = [], [], []
    with stopping_as_a_whole():
        for seed in with_bar(seeds, "seed"):
            nets = [_short(half, depth, seed) for depth in range(1, len(SMALL) + 1)]
            shape = half.test.images.shape[1:]
            costs = [meter.count_macs(net, shape) for net in nets]
            fixed.append([training.accuracy(net, half.test) for net in nets])
            same_cost.append([spend(trained[seed], half, cost) for cost in costs])
    return fixed, same_cost, costs


def _short(half: Dataset, depth: int, seed: int) -> nn.Sequential:
    """``depth`` blocks and one classifier, trained on that classifier alone."""
    net = dynamic.EarlyExitNet.small(len(half.classes), SMALL[:depth], seed=seed)
    train_exits(net, half, seed, weights=[0.0] * (depth - 1) + [1.0])
    return nn.Sequential(*net.blocks, net.classifiers[-1])


def spend(net: dynamic.EarlyExitNet, half: Dataset, budget: float) -> float:
    """Test accuracy of the network with exits at ``budget`` mean MACs, chosen on validation."""
    costs = dynamic.exit_costs(net, half.test.images.shape[1:])
    validation, test = (dynamic.exit_logits(net, s) for s in (half.validation, half.test))
    budget = max(budget, costs[0])
    bars = dynamic.exit_thresholds(dynamic.max_softmax(validation), costs, budget)
    leaving = dynamic.leaves_at(dynamic.max_softmax(test), bars)
    return (dynamic.answers_at(test, leaving) == half.test.labels).double().mean().item()
