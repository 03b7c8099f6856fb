"""When is an exit sure enough? Thresholds for a budget, chosen on validation data.

Unlike a threshold picked by eye, these come from the confidences of images that the network was not
trained on: so many may leave by each exit that the mean cost stays within the budget. Two ways: one
threshold shared by all exits, or (MSDNet) a share of images for each exit that falls or grows
geometrically from exit to exit. The last exit always takes everybody who is left.

Source: Huang et al. (2018), "Multi-Scale Dense Networks", arXiv:1703.09844 (budgeted batch
classification): the share of exit k is q_k = z (1 - q)^(k-1) q, with z so that the shares sum to 1.
"""

import itertools
from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from nc_teach.common.kinds import Labels, Matrix, NotNegative, Number, Seed, Stacked, That

Costs = Annotated[Sequence[NotNegative], That("one cost or more, each of at least 0", len)]


def leaves_at(confidence: Matrix, thresholds: Sequence[Number]) -> Tensor:
    """By which exit each image leaves, N integers, from its confidences, exits x N.

    The same choice as :func:`.early_exit`, when all confidences are known already.

    >>> leaves_at(torch.tensor([[0.9, 0.4, 0.4], [0.9, 0.8, 0.5], [1.0, 1.0, 1.0]]), [0.7, 0.7])
    tensor([0, 1, 2])
    """
    if len(thresholds) != len(confidence) - 1:
        raise ValueError(
            f"thresholds must be {len(confidence) - 1}, one for every exit but the last, "
            f"got {len(thresholds)}"
        )
    # exits: the last one takes all
    bars = torch.tensor([*thresholds, -torch.inf], device=confidence.device)
    # argmax finds the first 1: the first exit that is confident enough.
    return (confidence >= bars[:, None]).int().argmax(dim=0)


def mean_cost(leaving: Labels, costs: Costs) -> float:
    """Mean MACs of an image when image n leaves by exit ``leaving[n]``.

    >>> mean_cost(torch.tensor([0, 0, 0, 1]), costs=[10, 50])
    20.0
    """
    return torch.tensor(costs, dtype=torch.double)[leaving.cpu()].mean().item()


def shared_threshold(confidence: Matrix, costs: Costs, budget: NotNegative) -> list[float]:
    """The strictest single threshold, used at every exit, whose mean cost is within ``budget``.

    The candidates are the confidences themselves, exits x N, of validation images. Returns one
    number for every exit but the last. Raises ``ValueError`` when ``budget`` is below the cost of
    the first exit, which nobody can avoid.

    >>> sure = torch.tensor([[0.875, 0.75, 0.5, 0.25], [1.0, 1.0, 1.0, 1.0]])
    >>> shared_threshold(sure, costs=[10, 50], budget=30)  # two of four leave early
    [0.75]
    """
    check_budget(costs, budget, len(confidence))
    bars = torch.cat([confidence[:-1].flatten().unique(), torch.tensor([torch.inf])])
    low, high = 0, len(bars) - 1  # the lowest bar lets everybody out at once: always affordable
    while low < high:
        middle = (low + high + 1) // 2
        thresholds = [bars[middle].item()] * (len(costs) - 1)
        if mean_cost(leaves_at(confidence, thresholds), costs) <= budget:
            low = middle
        else:
            high = middle - 1
    return [bars[low].item()] * (len(costs) - 1)


def exit_shares(costs: Costs, budget: NotNegative) -> list[float]:
    """Shares q_k proportional to r^(k-1), sum 1, whose mean cost sum_k q_k C_k is ``budget``.

    r = 1 - q in the paper's letters. r = 1 spreads the images evenly; above 1, which a budget
    above the mean of the costs needs, more and more go on. A budget at or above the last exit's
    cost sends everybody to the end. Raises ``ValueError`` for a budget below the first cost.

    >>> [round(share, 3) for share in exit_shares([10, 20, 30], budget=20)]
    [0.333, 0.333, 0.333]
    >>> [round(share, 2) for share in exit_shares([10, 20, 30], budget=15)]
    [0.62, 0.27, 0.12]
    """
    check_budget(costs, budget, len(costs))
    prices = torch.tensor(costs, dtype=torch.double)
    powers = torch.arange(len(costs), dtype=torch.double)
    low, high = -50.0, 50.0  # log r; the mean cost grows with it
    for _ in range(100):
        middle = (low + high) / 2
        shares = (middle * powers).softmax(dim=0)  # exits: proportional to q^k, q = e^middle
        low, high = (middle, high) if (shares @ prices) <= budget else (low, middle)
    return (low * powers).softmax(dim=0).tolist()


def exit_thresholds(confidence: Matrix, costs: Costs, budget: NotNegative) -> list[float]:
    """A threshold for every exit but the last, so that the mean cost is within ``budget``.

    Exit k lets the surest N q_k of the images out that are still there, q_k from
    :func:`exit_shares`; its threshold is the confidence of the last of them.

    Raises ``ValueError`` for costs that do not fit the exits or do not grow, or a budget below the
    first.

    - ``confidence``: Exits x N, of *validation* images: on the training data a network is too sure
      of itself.
    - ``costs``: MACs of an image that leaves by each exit, earlier classifiers included.
    - ``budget``: Mean MACs an image may cost.

    >>> sure = torch.tensor([[0.875, 0.75, 0.5, 0.25], [1.0, 1.0, 1.0, 1.0]])
    >>> exit_thresholds(sure, costs=[10, 50], budget=30)
    [0.75]
    """
    shares = exit_shares(costs, budget)
    check_budget(costs, budget, len(confidence))
    left = torch.ones(confidence.shape[1], dtype=torch.bool)  # N: who has not left yet
    thresholds, gone = [], 0
    for k in range(len(costs) - 1):
        wanted = round(len(left) * sum(shares[: k + 1]) + 1e-9) - gone
        thresholds.append(_bar_for(confidence[k][left], wanted))
        left &= confidence[k] < thresholds[-1]
        gone = len(left) - int(left.sum())
    return thresholds


def _bar_for(values: Tensor, count: int) -> float:
    """The threshold that the ``count`` largest of ``values`` reach; infinity for none."""
    if count <= 0 or not len(values):
        return float("inf")
    return values.sort(descending=True).values[min(count, len(values)) - 1].item()


def random_exits(leaving: Labels, seed: Seed) -> Tensor:
    """The control: as many images leave by each exit, but which ones is drawn by lot."""
    generator = torch.Generator().manual_seed(seed)
    return leaving[torch.randperm(len(leaving), generator=generator)]


def answers_at(logits: Stacked, leaving: Labels) -> Tensor:
    """The class that each image gets, N, from all exits' logits, exits x N x classes.

    ``leaving`` is the exit by which each leaves. Raises ``ValueError`` for one that is not there.
    """
    if not ((leaving >= 0) & (leaving < len(logits))).all():
        given = f"{leaving.min()} to {leaving.max()}"
        raise ValueError(f"leaving must be from 0 to {len(logits) - 1}, got {given}")
    return logits[leaving, torch.arange(logits.shape[1])].argmax(dim=1)  # N


def exit_within(costs: Costs, budget: NotNegative) -> int:
    """Anytime prediction: the last exit that ``budget`` MACs reach, for every image alike.

    >>> exit_within([10, 20, 30], budget=25)
    1
    """
    check_budget(costs, budget, len(costs))
    return max(k for k, cost in enumerate(costs) if cost <= budget)


def check_budget(costs: Costs, budget: NotNegative, exits: int) -> None:
    """Raise ``ValueError`` unless costs fit the exits and grow, and ``budget`` buys the first."""
    if len(costs) != exits:
        raise ValueError(f"costs must be one for each of {exits} exits, got {len(costs)}")
    if any(a >= b for a, b in itertools.pairwise(costs)):
        raise ValueError(f"costs must grow from exit to exit, got {list(costs)}")
    if not budget >= costs[0]:
        raise ValueError(f"budget must be at least the first exit's {costs[0]}, got {budget!r}")
