"""What is measured of one network with exits: every threshold, and one chosen for a budget."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from nc_teach import dynamic
from nc_teach.data import Dataset

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 1.0)
BUDGET = 0.55  # of the last exit's MACs, for the choice on validation data
CURVES = ("accuracy", "cost", "random", "exits")
AT_BUDGET = (
    "threshold",
    "share",
    "right",
    "at random",
    "entropy",
    "cost if chosen on training data",
    "any exit",
    "overthinking",
    "confidence of exit 1",
)


def measure(net: dynamic.EarlyExitNet, half: Dataset, seed: int) -> dict[str, Any]:
    """All numbers of one network."""
    costs = dynamic.exit_costs(net, half.test.images.shape[1:])
    validation, test, train = (
        dynamic.exit_logits(net, split) for split in (half.validation, half.test, half.train)
    )
    labels, sure = half.test.labels, dynamic.max_softmax(test)
    curve = [
        at_thresholds([bar] * (len(costs) - 1), test, labels, costs, seed) for bar in THRESHOLDS
    ]
    budget = BUDGET * costs[-1]
    bars = dynamic.shared_threshold(dynamic.max_softmax(validation), costs, budget)
    hasty = dynamic.shared_threshold(dynamic.max_softmax(train), costs, budget)
    share, right, at_random = at_thresholds(bars, test, labels, costs, seed)
    return {
        "accuracy": [a for _, a, _ in curve],
        "cost": [c for c, _, _ in curve],
        "random": [r for _, _, r in curve],
        "exits": dynamic.exit_accuracies(test, labels),
        "threshold": bars[0],
        "share": share,
        "right": right,
        "at random": at_random,
        "entropy": _by_entropy(validation, test, labels, costs, budget),
        "cost if chosen on training data": dynamic.mean_cost(dynamic.leaves_at(sure, hasty), costs)
        / costs[-1],
        "any exit": (test.argmax(dim=2) == labels).any(dim=0).double().mean().item(),
        "overthinking": overthinking(test, labels),
        "confidence of exit 1": sure[0].mean().item(),
    }


def at_thresholds(
    bars: Sequence[float], logits: Tensor, labels: Tensor, costs: Sequence[int], seed: int
) -> tuple[float, float, float]:
    """(share of the last exit's MACs, accuracy, accuracy of random exits) at thresholds."""
    leaving = dynamic.leaves_at(dynamic.max_softmax(logits), bars)
    lots = [dynamic.random_exits(leaving, 10 * seed + draw) for draw in range(5)]
    right = [
        (dynamic.answers_at(logits, way) == labels).double().mean().item()
        for way in (leaving, *lots)
    ]
    return dynamic.mean_cost(leaving, costs) / costs[-1], right[0], float(np.mean(right[1:]))


def _by_entropy(
    validation: Tensor, test: Tensor, labels: Tensor, costs: Sequence[int], budget: float
) -> float:
    """Accuracy at the same budget when entropy says who is sure."""
    bars = dynamic.shared_threshold(dynamic.low_entropy(validation), costs, budget)
    leaving = dynamic.leaves_at(dynamic.low_entropy(test), bars)
    return (dynamic.answers_at(test, leaving) == labels).double().mean().item()


def overthinking(logits: Tensor, labels: Tensor) -> float:
    """Share of the images that the last exit gets wrong though an earlier one had it right.

    >>> import torch
    >>> z = torch.eye(2)[torch.tensor([[0, 0], [1, 1]])]  # exit 1 says class 0, exit 2 class 1
    >>> overthinking(z, torch.tensor([0, 1]))
    0.5
    """
    right = logits.argmax(dim=2) == labels
    return (right[:-1].any(dim=0) & ~right[-1]).double().mean().item()
