"""What is measured of one network with exits: every threshold, and one chosen for a budget.

And the control: networks of a fixed depth, for every image alike, of equal cost.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from nc_teach import dynamic, meter, training
from nc_teach.data import Dataset
from nc_teach.dynamic.exit_network import SMALL

from .networks import train_exits

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1.0)
BUDGET = 0.55  # of the last exit's MACs, for the choice on validation data


def measure(net: dynamic.EarlyExitNet, half: Dataset, seed: int) -> dict[str, Any]:
    """All numbers of one network; those at the chosen threshold are in ``at_budget``, by name."""
    costs = dynamic.exit_costs(net, half.test.images.shape[1:])
    validation, test, train = (
        dynamic.exit_logits(net, split) for split in (half.validation, half.test, half.train)
    )
    labels, sure = half.test.labels, dynamic.max_softmax(test)
    curve = [
        at_thresholds([bar] * (len(costs) - 1), test, labels, costs, seed) for bar in THRESHOLDS
    ]
    cost, accuracy, random = zip(*curve, strict=True)
    budget = BUDGET * costs[-1]
    bars = dynamic.shared_threshold(dynamic.max_softmax(validation), costs, budget)
    hasty = dynamic.shared_threshold(dynamic.max_softmax(train), costs, budget)
    unsure = dynamic.shared_threshold(dynamic.low_entropy(validation), costs, budget)
    share, right, at_random = at_thresholds(bars, test, labels, costs, seed)
    too_much = dynamic.mean_cost(dynamic.leaves_at(sure, hasty), costs) / costs[-1]
    return {
        "accuracy": accuracy,
        "cost": cost,
        "random": random,
        "exits": dynamic.exit_accuracies(test, labels),
        "at_budget": {
            "threshold": bars[0],
            "share": share,
            "right": right,
            "at random": at_random,
            "entropy": right_at(dynamic.leaves_at(dynamic.low_entropy(test), unsure), test, labels),
            "cost if chosen on training data": too_much,
            "any exit": (test.argmax(dim=2) == labels).any(dim=0).double().mean().item(),
            "overthinking": overthinking(test, labels),
            "confidence of exit 1": sure[0].mean().item(),
        },
    }


def right_at(leaving: Tensor, logits: Tensor, labels: Tensor) -> float:
    """Accuracy when every image leaves by its exit."""
    return (dynamic.answers_at(logits, leaving) == labels).double().mean().item()


def at_thresholds(
    bars: Sequence[float], logits: Tensor, labels: Tensor, costs: Sequence[int], seed: int
) -> tuple[float, float, float]:
    """(share of the last exit's MACs, accuracy, accuracy of random exits) at thresholds."""
    leaving = dynamic.leaves_at(dynamic.max_softmax(logits), bars)
    lots = [dynamic.random_exits(leaving, 10 * seed + draw) for draw in range(5)]
    right, *at_random = (right_at(way, logits, labels) for way in (leaving, *lots))
    return dynamic.mean_cost(leaving, costs) / costs[-1], right, float(np.mean(at_random))


def overthinking(logits: Tensor, labels: Tensor) -> float:
    """Share of the images that the last exit gets wrong though an earlier one had it right.

    >>> import torch
    >>> z = torch.eye(2)[torch.tensor([[0, 0], [1, 1]])]  # exit 1 says class 0, exit 2 class 1
    >>> overthinking(z, torch.tensor([0, 1]))
    0.5
    """
    right = logits.argmax(dim=2) == labels
    return (right[:-1].any(dim=0) & ~right[-1]).double().mean().item()


def against_static(
    net: dynamic.EarlyExitNet, half: Dataset, seed: int
) -> dict[str, Sequence[float]]:
    """Networks as short as each exit, trained alone for all images, and ``net`` at their cost.

    Accuracies of ``static`` ones and the ``dynamic`` one, and their ``static_costs`` in MACs.
    """
    shape = half.test.images.shape[1:]
    nets = [_short(half, depth, seed) for depth in range(1, len(SMALL) + 1)]
    costs = [meter.count_macs(short, shape) for short in nets]
    return {
        "static": [training.accuracy(short, half.test) for short in nets],
        "dynamic": [spend(net, half, cost) for cost in costs],
        "static_costs": costs,
    }


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
    return right_at(dynamic.leaves_at(dynamic.max_softmax(test), bars), test, half.test.labels)
