"""Low rank approximation of a trained layer: which directions, and what does training add?

One layer of LeNet-300-100 becomes two thin ones of rank K. Five ways: K of its singular directions
drawn at random (the control), the largest (SVD), those that keep the *outputs* on training images,
the SVD and one more epoch, and two thin layers trained from nothing for as many epochs in all. The
dense network is trained on for that epoch too. Criteria for K = 8 and 32 were set before the run,
from a trial with other code.
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
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.network_pruning.dense import EPOCHS, dense_networks
from nc_teach.claims.running import (
    points,
    raise_if_interrupted,
    spread,
    stopping_as_a_whole,
    with_bar,
)
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100, seeded_init
from nc_teach.table import Table

RANKS = (4, 8, 16, 32, 64, 128)
RANDOM, SVD, AWARE = "random directions", "SVD", "SVD for the inputs"
LONGER, SCRATCH = "SVD, one epoch more", "from scratch"
INPUTS = 2000  # training images whose inputs of the layer are looked at


@dataclass(frozen=True)
class LowRank:
    """Test accuracy in [0, 1] of networks in which one of ``layers`` has rank K.

    ``accuracy[layer][way]`` is networks x ranks; ``before`` and ``longer`` the dense networks, as
    they were and after one epoch more. ``weight[layer]`` is the first network's matrix, M outputs x
    N inputs, and ``begun[layer]`` the same before training.
    """

    ranks: tuple[int, ...]
    layers: tuple[str, ...]
    before: np.ndarray
    longer: np.ndarray
    accuracy: dict[str, dict[str, np.ndarray]]
    weight: dict[str, np.ndarray]
    begun: dict[str, np.ndarray]
    provenance: Provenance

    @property
    def share(self) -> dict[str, np.ndarray]:
        """Weights of the two factors over those of the one matrix, for every rank."""
        shapes = {layer: weight.shape for layer, weight in self.weight.items()}
        return {layer: np.array(self.ranks) * (m + n) / (m * n) for layer, (m, n) in shapes.items()}

    @property
    def break_even(self) -> dict[str, int]:
        """The largest rank that still saves weights."""
        return {n: architecture.break_even_rank(*weight.shape) for n, weight in self.weight.items()}

    def energy(self, rank: int) -> dict[str, tuple[float, float]]:
        """Share of the squared singular values in the largest ``rank``: untrained and trained."""
        return {
            layer: (_energy(self.begun[layer], rank), _energy(self.weight[layer], rank))
            for layer in self.layers
        }

    def numbers(self) -> dict[str, Any]:
        """The accuracies as plain lists, for a file."""
        accuracy = {
            layer: {way: found.round(4).tolist() for way, found in ways.items()}
            for layer, ways in self.accuracy.items()
        }
        shapes = {layer: list(weight.shape) for layer, weight in self.weight.items()}
        return {
            "ranks": list(self.ranks), "shapes": shapes, "accuracy": accuracy,
            "before": self.before.round(4).tolist(), "longer": self.longer.round(4).tolist(),
        }  # fmt: skip

    def table(self) -> Table:
        """A row per layer and rank."""
        return low_rank_table(self.numbers(), self.provenance)


def low_rank_table(numbers: Mapping[str, Any], provenance: Provenance) -> Table:
    """The table of a result, or of the numbers of a file."""
    rows, limits = [], []
    for layer, (outputs, inputs) in numbers["shapes"].items():
        limits.append(f"{architecture.break_even_rank(outputs, inputs)} ({layer})")
        for i, k in enumerate(numbers["ranks"]):
            share = k * (outputs + inputs) / (outputs * inputs)
            found = [[row[i] for row in runs] for runs in numbers["accuracy"][layer].values()]
            rows.append((f"{layer}, {k}", f"{100 * share:.1f} %", *map(spread, found)))
    before, longer = numbers["before"], numbers["longer"]
    note = (
        f"Test accuracy of {len(before)} network{'s' * (len(before) > 1)}. Dense {spread(before)}, "
        f"after one epoch more {spread(longer)}. Weights are saved up to K = "
        f"{' and '.join(limits)}. {provenance.line()}"
    )
    ways = next(iter(numbers["accuracy"].values()))
    return Table(("layer, K", "weights", *ways), tuple(rows), (note,))


def _energy(weight: np.ndarray, rank: int) -> float:
    values = np.linalg.svd(weight, compute_uv=False) ** 2
    return float(values[:rank].sum() / values.sum())


def factorise(
    networks: Mapping[int, LeNet300100],
    dataset: Dataset,
    *,
    layers: Sequence[str] = ("fc1",),
    ranks: Sequence[int] = RANKS,
    from_scratch: bool = True,
) -> LowRank:
    """Every network (seed -> trained network) in every way at every rank; they are unchanged."""
    started = time.perf_counter()
    ways = (RANDOM, SVD, AWARE, LONGER, *((SCRATCH,) if from_scratch else ()))
    found: dict[str, dict[str, list]] = {layer: {way: [] for way in ways} for layer in layers}
    longer = []
    with stopping_as_a_whole():
        for seed, net in with_bar(list(networks.items()), "network"):
            for layer, way in [(layer, way) for layer in layers for way in ways]:
                made = [make(way, net, layer, k, dataset, seed) for k in ranks]
                found[layer][way].append([training.accuracy(one, dataset.test) for one in made])
            trained_on = train_on(copy.deepcopy(net), dataset, seed)
            longer.append(training.accuracy(trained_on, dataset.test))
    seed, first = next(iter(networks.items()))
    return LowRank(
        tuple(ranks), tuple(layers),
        np.array([training.accuracy(net, dataset.test) for net in networks.values()]),
        np.array(longer),
        {layer: {w: np.array(rows) for w, rows in of.items()} for layer, of in found.items()},
        matrices(first, layers), matrices(LeNet300100(seed=seed), layers),
        measured_now("factorise", time.perf_counter() - started),
    )  # fmt: skip


def matrices(net: nn.Module, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """The weights of these layers."""
    return {layer: net.get_submodule(layer).weight.detach().numpy().copy() for layer in layers}


def make(
    way: str, net: LeNet300100, layer: str, rank: int, dataset: Dataset, seed: int
) -> nn.Module:
    """A copy of the network whose layer has this rank, made in this way."""
    copied = copy.deepcopy(net)
    old = copied.get_submodule(layer)
    if way == RANDOM:
        copied.set_submodule(layer, random_directions(old, rank, seed))
    elif way == AWARE:
        inputs = inputs_of(net, layer, dataset)
        copied.set_submodule(layer, architecture.low_rank(old, rank, inputs))
    elif way == SCRATCH:
        return train_thin(layer, rank, dataset, seed)
    else:
        copied.set_submodule(layer, architecture.low_rank(old, rank))
    return train_on(copied, dataset, seed) if way == LONGER else copied


def random_directions(layer: nn.Linear, rank: int, seed: int) -> nn.Sequential:
    """The control: K of the layer's singular directions, whichever the dice name."""
    u, s, v = torch.linalg.svd(layer.weight.detach(), full_matrices=False)
    chosen = torch.randperm(len(s), generator=torch.Generator().manual_seed(seed))[:rank]
    thin = architecture.low_rank(layer, rank)
    with torch.no_grad():
        thin[0].weight.copy_(v[chosen])
        thin[1].weight.copy_(u[:, chosen] * s[chosen])
    return thin


def inputs_of(net: LeNet300100, layer: str, dataset: Dataset) -> torch.Tensor:
    """What the layer receives for the first training images, count x N."""
    seen = []
    hook = net.get_submodule(layer).register_forward_pre_hook(
        lambda module, inputs: seen.append(inputs[0])
    )
    with torch.no_grad():
        net(dataset.train.images[:INPUTS])
    hook.remove()
    return seen[0]


def train_on(net: nn.Module, dataset: Dataset, seed: int, epochs: int = 1) -> nn.Module:
    """The network itself, trained for ``epochs`` more."""
    raise_if_interrupted(training.fit(net, dataset, epochs=epochs, seed=seed, progress=False))
    return net


def train_thin(layer: str, rank: int, dataset: Dataset, seed: int) -> nn.Module:
    """A network with two thin layers from the beginning, trained as long as the others in all."""
    net = LeNet300100(len(dataset.classes), seed=seed)
    old = net.get_submodule(layer)
    with seeded_init(seed):
        thin = nn.Sequential(
            nn.Linear(old.in_features, rank, bias=False), nn.Linear(rank, old.out_features)
        )
    net.set_submodule(layer, thin)
    return train_on(net, dataset, seed, EPOCHS + 1)


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    place = {k: i for i, k in enumerate(numbers["ranks"])}
    mean = {way: np.mean(rows, axis=0) for way, rows in numbers["accuracy"]["fc1"].items()}
    outputs, inputs = numbers["shapes"]["fc1"]
    share = 32 * (outputs + inputs) / (outputs * inputs)
    lost = mean[SVD][place[32]] - np.mean(numbers["before"])
    at_8 = {way: accuracy[place[8]] for way, accuracy in mean.items()}
    random = mean[SVD][place[32]] - mean[RANDOM][place[32]]
    return (
        Check(
            f"K = 32 ({100 * share:.1f} % of the weights): at most 0.5 points lost, no training",
            points(lost), bool(lost >= -0.005 and share <= 0.15),
        ),
        Check(
            "K = 32: at least 20 points above random directions", points(random),
            bool(random >= 0.2),
        ),
        Check(
            "K = 8: at least 2 points more when made for the inputs",
            points(at_8[AWARE] - at_8[SVD]), bool(at_8[AWARE] - at_8[SVD] >= 0.02),
        ),
        Check(
            "K = 8: at least 3 points more after one epoch", points(at_8[LONGER] - at_8[SVD]),
            bool(at_8[LONGER] - at_8[SVD] >= 0.03),
        ),
        Check(
            "K = 8: factorised and trained on is at least as good as thin from the beginning",
            points(at_8[LONGER] - at_8[SCRATCH]), bool(at_8[LONGER] >= at_8[SCRATCH]),
        ),
    )  # fmt: skip


LOW_RANK = Claim(
    key="low_rank",
    title="A layer of rank K: which directions, and what training adds",
    paper="Denton et al. 2014, arXiv:1404.0736; Jaderberg et al. 2014, arXiv:1405.3866",
    says="Layers of trained networks are nearly of low rank: half of the time, 1 % lost.",
    dataset="mnist",
    experiment=lambda dataset, seeds: factorise(dense_networks(dataset, seeds), dataset),
    judge=_judge,
)
