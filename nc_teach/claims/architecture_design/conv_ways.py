"""A convolution is a matrix in more than one way: thin, crossed, or separable?

The last convolution of a trained network (32 to 32 channels, 3 x 3) is replaced by fewer weights in
three ways, each its own singular value decomposition: a thinner convolution and 1 x 1 (Denton's
channels), 3 x 1 and 1 x 3 (Jaderberg's), and depthwise and pointwise with m filters a channel, the
rank of each channel's matrix. At three budgets of weights that are nearly equal for all ways, as it
comes and after one epoch more. The criteria were set before the run.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import architecture, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.models import FashionConvNet, weight_of

from .compared import train

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

    def in_words(self) -> str:
        """What the smallest budget of each way reads without training on."""
        ways = ", ".join(
            f"{way} {100 * runs[:, -1].mean():.1f} % with {100 * self.share[way][-1]:.0f} % of the "
            "weights"
            for way, runs in self.after.items()
        )
        whole = f"whole {100 * self.before.mean():.1f} %"
        return f"One layer replaced, without further training: {ways}; {whole}."

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
            f"after one epoch more {percent(self.longer)}."
        )
        heads = ("way", "weights", "error of the weights", "as it comes", "one epoch more")
        return self.tabled(heads, rows, note)


@measured
def unfold_in_three_ways(dataset: Dataset, seeds: Sequence[int]) -> ConvWays:
    """Train a network from every seed, then replace its last convolution in every way."""

    def reads(net: nn.Module) -> float:
        return training.accuracy(net, dataset.test)

    def longer(net: nn.Module, seed: int) -> nn.Module:
        """A copy, after one epoch at a third of the learning rate."""
        copied = copy.deepcopy(net)
        training.fit(copied, dataset, epochs=1, seed=seed, lr=RATE / 3, progress=False)
        return copied

    def measure(seed: int) -> dict[str, Any]:
        net = train(FashionConvNet, dataset, seed, EPOCHS, RATE)
        pairs = {w: [make(net.conv3, k) for k in ranks] for w, (make, ranks) in WAYS.items()}
        thin = {w: [replaced(net, pair) for pair in of] for w, of in pairs.items()}
        return {
            "error": {w: [distance(net.conv3, pair) for pair in of] for w, of in pairs.items()},
            "after": {w: [reads(one) for one in of] for w, of in thin.items()},
            "trained": {w: [reads(longer(one, seed)) for one in of] for w, of in thin.items()},
            "before": reads(net),
            "longer": reads(longer(net, seed)),
        }

    conv, ranks = FashionConvNet().conv3, {way: ranks for way, (_, ranks) in WAYS.items()}
    return ConvWays(
        ranks=ranks,
        share={way: np.array([share(conv, way, k) for k in ranks[way]]) for way in WAYS},
        **each_seed(measure, seeds),
    )


def replaced(net: FashionConvNet, pair: nn.Sequential) -> nn.Module:
    """A copy of the network whose convolution is these two."""
    thin = copy.deepcopy(net)
    thin.set_submodule(LAYER, pair)
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


def _judge(result: ConvWays) -> tuple[Check, ...]:
    best = max(WAYS, key=lambda way: result.trained[way][:, 0].mean())
    after, trained = (of["separable"][:, 2] for of in (result.after, result.trained))
    long = "one epoch more"
    whole = "against the network that was trained on whole"
    as_it_comes = "one filter a channel, as it comes, against the whole network"
    half = f"half of the weights, {long}, the best way ({best}), {whole}"
    return (
        check(half, result.trained[best][:, 0] - result.longer, least=-0.01),
        check(as_it_comes, after - result.before, most=-0.05),
        check(f"one filter a channel, {long}, {whole}", trained - result.longer, least=-0.02),
    )


CONV_WAYS = Claim("conv_ways", ConvWays, unfold_in_three_ways, _judge, dataset="fashion")
