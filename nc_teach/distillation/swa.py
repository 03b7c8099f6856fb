"""Stochastic weight averaging (SWA): the mean of the snapshots along one run.

Unlike the mean of networks from independent runs, the snapshots lie in one valley: a learning rate
that stays high keeps the weights moving around its floor, and their mean lies nearer the middle.

Source: Izmailov, Podoprikhin, Garipov, Vetrov, Wilson (2018), "Averaging Weights Leads to Wider
Optima and Better Generalization", algorithm 1.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from nc_teach.common.kinds import Count
from nc_teach.common.weights import check_plain
from nc_teach.distillation.averaging import average_parameters
from nc_teach.training import History

Train = Callable[[nn.Module, int], History]


@dataclass(frozen=True)
class SwaResult:
    """The mean network, the snapshots it is the mean of, and the history of each cycle.

    With batch normalisation, call ``recalibrate_bn(result.average, images)`` before use.
    """

    average: nn.Module
    snapshots: tuple[nn.Module, ...]
    histories: tuple[History, ...]

    @property
    def interrupted(self) -> bool:
        """Whether the reader stopped it; the cycles after that were not begun."""
        return self.histories[-1].interrupted


def swa(model: nn.Module, train: Train, snapshots: Count = 5) -> SwaResult:
    """Train ``model`` on in place, take a snapshot after each cycle, and average them.

    w_SWA <- (w_SWA n + w) / (n + 1) after the n-th cycle; the same as the mean at the end.

    Raises ``ValueError`` for ``snapshots`` out of range or a network that is not plain
    (:func:`~nc_teach.common.weights.check_plain`), before anything changes.

    - ``model``: A network that has been trained already.
    - ``train``: ``(model, cycle) -> History``: one cycle in place, at a *constant or cyclical*
      learning rate; ``cycle`` is 0, 1, ... for another order of the images in each.
    - ``snapshots``: How many cycles, at least 1.
    """
    check_plain(model)
    taken: list[nn.Module] = []
    histories: list[History] = []
    for cycle in range(snapshots):
        histories.append(train(model, cycle))
        taken.append(copy.deepcopy(model))
        if histories[-1].interrupted:
            break
    return SwaResult(average_parameters(taken), tuple(taken), tuple(histories))
