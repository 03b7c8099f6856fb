"""A convolution is a matrix in more than one way: thin, crossed, or separable?

The last convolution of a trained network (32 to 32 channels, 3 x 3) is replaced by fewer weights in
three ways, each its own singular value decomposition: a thinner convolution and 1 x 1 (Denton's
channels), 3 x 1 and 1 x 3 (Jaderberg's), and depthwise and pointwise with m filters a channel, the
rank of each channel's matrix. At three budgets of weights that are nearly equal for all ways, as it
comes and after one epoch more. The criteria were set before the run.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import architecture, training
from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    measured,
    with_bar,
)
from nc_teach.claims.architecture_design.compared import train
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.models import FashionConvNet, weight_of
from nc_teach.table import Table

EPOCHS, RATE = 3, 3e-3
LAYER = "conv3"
WAYS: dict[str, tuple[Callable[[nn.Conv2d, int], nn.Sequential], tuple[int, ...]]] = {
    "channels": (architecture.low_rank, (14, 8, 4)),
    "crossed": (architecture.low_rank_spatial, (24, 13, 7)),
    "separable": (architecture.nearest_separable, (3, 2, 1)),
}


@dataclass(frozen=True, kw_only=True)
class ConvWays(Result):
    """What is left of a convolution: ``share`` of the weights, ways x budgets, and accuracies.

    ``error[way]`` is ||W - W'|| / ||W|| (Frobenius) and ``after[way]``, ``trained[way]`` are test
    accuracies in [0, 1], as it comes and after one epoch more; networks x budgets. ``before`` and
    ``longer`` are the whole networks, as they were and after one epoch more.
    """

    ranks: dict[str, tuple[int, ...]]
    share: dict[str, np.ndarray]
    error: dict[str, np.ndarray]
    after: dict[str, np.ndarray]
    trained: dict[str, np.ndarray]
    before: np.ndarray
    longer: np.ndarray

    def table(self) -> Table:
        """A row per way and budget."""
        rows = []
        for i in range(3):
            for way, ranks in self.ranks.items():
                left = f"{100 * self.share[way][i]:.1f} %"
                error = f"{self.error[way][:, i].mean():.2f}"
                accuracies = (percent(of[way][:, i]) for of in (self.after, self.trained))
                rows.append((f"{way}, rank {ranks[i]}", left, error, *accuracies))
        count = len(self.before)
        note = (
            f"Test accuracy of {count} network{'s' * (count > 1)}; whole {percent(self.before)}, "
            f"after one epoch more {percent(self.longer)}. {self.provenance.line()}"
        )
        heads = ("way", "weights", "error of the weights", "as it comes", "one epoch more")
        return Table(heads, tuple(rows), (note,))


@measured
def unfold_in_three_ways(dataset: Dataset, seeds: Sequence[int]) -> ConvWays:
    """Train a network from every seed, then replace its last convolution in every way."""
    found = [_one_network(dataset, seed) for seed in with_bar(seeds, "network")]
    net = FashionConvNet()
    ranks = {way: tuple(all_ranks) for way, (_, all_ranks) in WAYS.items()}

    def gathered(kind: str) -> dict[str, np.ndarray]:
        return {way: np.array([one[kind][way] for one in found]) for way in WAYS}

    return ConvWays(
        ranks=ranks,
        share={way: np.array([share(net.conv3, way, k) for k in ranks[way]]) for way in WAYS},
        error=gathered("error"),
        after=gathered("after"),
        trained=gathered("trained"),
        before=np.array([one["before"] for one in found]),
        longer=np.array([one["longer"] for one in found]),
    )


def _one_network(dataset: Dataset, seed: int) -> Mapping[str, Any]:
    net = train(FashionConvNet, dataset, seed, EPOCHS, RATE)
    found: dict[str, Any] = {
        kind: {way: [] for way in WAYS} for kind in ("error", "after", "trained")
    }
    for way, (_, ranks) in WAYS.items():
        for rank in ranks:
            thin = replaced(net, way, rank)
            found["error"][way].append(distance(net.conv3, WAYS[way][0](net.conv3, rank)))
            found["after"][way].append(training.accuracy(thin, dataset.test))
            found["trained"][way].append(
                training.accuracy(_longer(thin, dataset, seed), dataset.test)
            )
    before = training.accuracy(net, dataset.test)
    longer = training.accuracy(_longer(copy.deepcopy(net), dataset, seed), dataset.test)
    return {**found, "before": before, "longer": longer}


def replaced(net: FashionConvNet, way: str, rank: int) -> nn.Module:
    """A copy of the network whose convolution is two of the way and rank."""
    thin = copy.deepcopy(net)
    thin.set_submodule(LAYER, WAYS[way][0](net.conv3, rank))
    return thin


def share(conv: nn.Conv2d, way: str, rank: int) -> float:
    """Weights of the two over those of the one."""
    pair = WAYS[way][0](conv, rank)
    return sum(weight_of(part).numel() for part in pair) / conv.weight.numel()


def distance(conv: nn.Conv2d, pair: nn.Sequential) -> float:
    """||W - W'|| / ||W||: what the two do to single pixels, against the one."""
    into, k = conv.in_channels, conv.kernel_size[0]
    pixels = torch.zeros(into, into, 2 * k - 1, 2 * k - 1)
    pixels[range(into), range(into), k - 1, k - 1] = 1  # a pixel in one channel: its answer is W
    with torch.no_grad():
        whole, thin = conv(pixels), pair(pixels)
    return ((whole - thin).norm() / whole.norm()).item()


def _longer(net: nn.Module, dataset: Dataset, seed: int) -> nn.Module:
    """The network itself, after one epoch at a third of the learning rate."""
    training.fit(net, dataset, epochs=1, seed=seed, lr=RATE / 3, progress=False)
    return net


def _judge(result: ConvWays) -> tuple[Check, ...]:
    best = max(WAYS, key=lambda way: result.trained[way][:, 0].mean())
    one = {"after": result.after["separable"][:, 2], "trained": result.trained["separable"][:, 2]}
    whole = "against the network that was trained on whole"
    return (
        check(
            f"half of the weights, one epoch more, the best way ({best}), {whole}",
            result.trained[best][:, 0] - result.longer,
            least=-0.01,
        ),
        check(
            "one filter a channel, as it comes, against the whole network",
            one["after"] - result.before,
            most=-0.05,
        ),
        check(
            f"one filter a channel, one epoch more, {whole}",
            one["trained"] - result.longer,
            least=-0.02,
        ),
    )


CONV_WAYS = Claim("conv_ways", ConvWays, unfold_in_three_ways, _judge, dataset="fashion")
