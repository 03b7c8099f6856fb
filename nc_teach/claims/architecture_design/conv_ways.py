"""A convolution is a matrix in more than one way: thin, crossed, or separable?

The last convolution of a trained network (32 to 32 channels, 3 x 3) is replaced by fewer weights in
three ways, each its own singular value decomposition: a thinner convolution and 1 x 1 (Denton's
channels), 3 x 1 and 1 x 3 (Jaderberg's), and depthwise and pointwise with m filters a channel, the
rank of each channel's matrix. At three budgets of weights that are nearly equal for all ways, as it
comes and after one epoch more. The criteria were set before the run.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import architecture, training
from nc_teach.claims.architecture_design.compared import train
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.running import points, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.models import FashionConvNet
from nc_teach.table import Table

EPOCHS, RATE = 3, 3e-3
LAYER = "conv3"
WAYS = {
    "channels": (architecture.low_rank, (14, 8, 4)),
    "crossed": (architecture.low_rank_spatial, (24, 13, 7)),
    "separable": (architecture.nearest_separable, (3, 2, 1)),
}


@dataclass(frozen=True)
class ConvWays:
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
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain lists, for a file."""
        kinds = ("share", "error", "after", "trained")
        lists = {
            kind: {way: a.round(4).tolist() for way, a in getattr(self, kind).items()}
            for kind in kinds
        }
        ranks = {way: list(found) for way, found in self.ranks.items()}
        before, longer = self.before.round(4).tolist(), self.longer.round(4).tolist()
        return {"ranks": ranks, **lists, "before": before, "longer": longer}

    def table(self) -> Table:
        """A row per way and budget."""
        return conv_ways_table(self.numbers(), self.provenance)


def conv_ways_table(numbers: Mapping[str, Any], provenance: Provenance) -> Table:
    """The table of a result, or of the numbers of a file."""
    rows = []
    for i in range(3):
        for way, ranks in numbers["ranks"].items():
            error, after, trained = (
                [row[i] for row in numbers[kind][way]] for kind in ("error", "after", "trained")
            )
            share = f"{100 * numbers['share'][way][i]:.1f} %"
            name = f"{way}, rank {ranks[i]}"
            rows.append((name, share, f"{np.mean(error):.2f}", spread(after), spread(trained)))
    before, longer = numbers["before"], numbers["longer"]
    note = (
        f"Test accuracy of {len(before)} network{'s' * (len(before) > 1)}; whole {spread(before)}, "
        f"after one epoch more {spread(longer)}. {provenance.line()}"
    )
    heads = ("way", "weights", "error of the weights", "as it comes", "one epoch more")
    return Table(heads, tuple(rows), (note,))


def unfold_in_three_ways(dataset: Dataset, seeds: Sequence[int]) -> ConvWays:
    """Train a network from every seed, then replace its last convolution in every way."""
    started = time.perf_counter()
    with stopping_as_a_whole():
        found = [_one_network(dataset, seed) for seed in with_bar(seeds, "network")]
    net = FashionConvNet()
    ranks = {way: tuple(all_ranks) for way, (_, all_ranks) in WAYS.items()}
    return ConvWays(
        ranks, {way: np.array([share(net.conv3, way, k) for k in ranks[way]]) for way in WAYS},
        *({way: np.array([one[kind][way] for one in found]) for way in WAYS}
          for kind in ("error", "after", "trained")),
        *(np.array([one[kind] for one in found]) for kind in ("before", "longer")),
        measured_now("unfold_in_three_ways", time.perf_counter() - started),
    )  # fmt: skip


def _one_network(dataset: Dataset, seed: int) -> Mapping[str, Any]:
    net = train(FashionConvNet, dataset, seed, EPOCHS, RATE)
    found: dict[str, Any] = {
        kind: {way: [] for way in WAYS} for kind in ("error", "after", "trained")
    }
    for way, (_, ranks) in WAYS.items():
        for rank in ranks:
            thin = replaced(net, way, rank)
            found["error"][way].append(distance(net.conv3, thin.get_submodule(LAYER)))
            found["after"][way].append(training.accuracy(thin, dataset.test))
            found["trained"][way].append(
                training.accuracy(_longer(thin, dataset, seed), dataset.test)
            )
    before = training.accuracy(net, dataset.test)
    longer = training.accuracy(_longer(copy.deepcopy(net), dataset, seed), dataset.test)
    return {**found, "before": before, "longer": longer}


def replaced(net: nn.Module, way: str, rank: int) -> nn.Module:
    """A copy of the network whose convolution is two of the way and rank."""
    thin = copy.deepcopy(net)
    thin.set_submodule(LAYER, WAYS[way][0](net.get_submodule(LAYER), rank))
    return thin


def share(conv: nn.Conv2d, way: str, rank: int) -> float:
    """Weights of the two over those of the one."""
    pair = WAYS[way][0](conv, rank)
    return sum(part.weight.numel() for part in pair) / conv.weight.numel()


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


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    before, longer = np.mean(numbers["before"]), np.mean(numbers["longer"])
    trained = {way: np.mean(rows, axis=0) for way, rows in numbers["trained"].items()}
    after = {way: np.mean(rows, axis=0) for way, rows in numbers["after"].items()}
    best = max(trained, key=lambda way: trained[way][0])
    one = trained["separable"][2] - longer
    return (
        Check(
            "half of the weights, one epoch more: the best way within 1 point of the network "
            "that was trained on whole",
            f"{best}: {points(trained[best][0] - longer)}",
            bool(trained[best][0] - longer >= -0.01),
        ),
        Check(
            "one filter a channel, as it comes: at least 5 points lost",
            points(after["separable"][2] - before), bool(after["separable"][2] - before <= -0.05),
        ),
        Check(
            "one filter a channel, one epoch more: within 2 points of the network trained on whole",
            points(one), bool(one >= -0.02),
        ),
    )  # fmt: skip


CONV_WAYS = Claim(
    key="conv_ways",
    title="A convolution as a matrix in three ways",
    paper="Denton et al. 2014, arXiv:1404.0736; Jaderberg et al. 2014, arXiv:1405.3866",
    says="Convolutions of trained networks in two factors: twice as fast within 1 %; 2.5 times as "
    "fast with no loss on characters in photographs.",
    dataset="fashion",
    experiment=unfold_in_three_ways,
    judge=_judge,
)
