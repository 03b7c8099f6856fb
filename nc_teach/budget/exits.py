"""Chapter 6 as a step: ways out along the network, and images that leave when they are sure.

Unlike the other steps this one takes nothing away. The file grows by the ways out; what shrinks is
the work that an *average* image is.
"""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach import dynamic
from nc_teach.budget.state import FineTuning, State
from nc_teach.common.kinds import Natural, NotNegative

SHARES = tuple(share / 20 for share in range(21))  # of the way from the first exit's cost to all


class Exiting(dynamic.Leaving):
    """A network that is left early when it is used, and answers at every exit when it learns.

    In training mode it returns the logits of all exits, a list; in evaluation mode those of the
    exit by which each image leaves, N x classes.
    """

    def forward(self, images: Tensor) -> Any:  # Tensor, or a list of them in training
        return self.net(images) if self.training else super().forward(images)


@dataclass(frozen=True)
class ExitEarly:
    """Chapter 6: exits along the network; an image leaves by the first that is sure enough.

    ``exits`` makes a network with exits of the one so far, such as an
    :class:`~nc_teach.dynamic.EarlyExitNet`. All exits learn together, the sum of their losses. Then
    the thresholds are chosen on the validation images: those of the fewest MACs that lose at most
    ``points`` percentage points against the last exit.
    """

    exits: Callable[[nn.Module], dynamic.ExitNet]
    epochs: Natural
    points: NotNegative = 0.5

    def __call__(self, state: State, tuning: FineTuning) -> State:
        if state.masks or state.books:
            raise ValueError(
                "ExitEarly must come before PruneWeights and WeightSharing: it makes new tensors"
            )
        net = self.exits(copy.deepcopy(state.model))
        model = Exiting(net, [math.inf] * (net.exits - 1))
        healed = tuning.heal(State(model), self.epochs)
        split = tuning.dataset.validation
        costs = dynamic.exit_costs(net, split.images.shape[1:])
        logits, labels = dynamic.exit_logits(net, split), split.labels.cpu()
        chosen = cheapest_thresholds(logits, labels, costs, self.points)
        model.thresholds.copy_(torch.tensor(chosen))
        return healed


def cheapest_thresholds(
    logits: Tensor, labels: Tensor, costs: Sequence[int], points: NotNegative
) -> list[float]:
    """The thresholds of the smallest mean cost that lose at most ``points`` to the last exit.

    ``logits`` are those of all exits, exits x N x classes, on images to choose by; ``costs`` the
    MACs of leaving at each. Tried are mean costs in twentieths between the first exit's and the
    last's, each by :func:`nc_teach.dynamic.exit_thresholds`. Raises ``ValueError`` for ``points``
    that are no number from 0, or costs that do not grow.

    >>> sure, unsure = [9.0, 0.0], [0.0, 1.0]
    >>> logits = torch.tensor([[sure, sure, unsure, unsure], [sure] * 4])  # the last is right
    >>> labels, costs = torch.tensor([0, 0, 0, 0]), [10, 50]
    >>> bars = cheapest_thresholds(logits, labels, costs, points=0)
    >>> dynamic.leaves_at(dynamic.max_softmax(logits), bars).tolist()
    [0, 0, 1, 1]
    """
    confidence = dynamic.max_softmax(logits)
    wanted = int((logits[-1].argmax(dim=1) == labels).sum()) - points / 100 * len(labels)
    for share in SHARES:
        budget = costs[0] + share * (costs[-1] - costs[0])
        bars = dynamic.exit_thresholds(confidence, costs, budget)
        answers = dynamic.answers_at(logits, dynamic.leaves_at(confidence, bars))
        if int((answers == labels).sum()) >= wanted - 1e-9:
            return bars
    return [math.inf] * (len(costs) - 1)
