"""Low rank approximation of a trained layer: which directions, and what does training add?

One layer of LeNet-300-100 becomes two thin ones of rank K. Five ways: K of its singular directions
drawn at random (the control), the largest (SVD), those that keep the *outputs* on training images,
the SVD and one more epoch, and two thin layers trained from nothing for as many epochs in all. The
dense network is trained on for that epoch too. Criteria for K = 8 and 32 were set before the run,
from a trial with other code.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import architecture, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured
from nc_teach.claims.network_pruning.dense import EPOCHS, on_dense
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100, seeded_init, weight_of

RANKS = (4, 8, 16, 32, 64, 128)
RANDOM, SVD, AWARE = "random directions", "SVD", "SVD for the inputs"
LONGER, SCRATCH = "SVD, one epoch more", "from scratch"
INPUTS = 2000  # training images whose inputs of the layer are looked at


@dataclass(frozen=True, kw_only=True)
class LowRank(Result):
    """Test accuracy in [0, 1] of networks in which one layer has rank K.

    ``shapes[layer]`` is (outputs M, inputs N). ``accuracy[layer][way]`` is networks x ranks;
    ``before`` and ``longer`` the dense networks, as they were and after one epoch more.
    ``weight[layer]`` is the first network's matrix, M x N, and ``begun[layer]`` the same before
    training.
    """

    ranks: tuple[int, ...]
    shapes: dict[str, tuple[int, int]]
    accuracy: dict[str, dict[str, np.ndarray]]
    before: np.ndarray
    longer: np.ndarray
    weight: dict[str, np.ndarray] | None = local()
    begun: dict[str, np.ndarray] | None = local()

    @property
    def share(self) -> dict[str, np.ndarray]:
        """Weights of the two factors over those of the one matrix, for every rank."""
        ranks = np.array(self.ranks)
        return {layer: ranks * (m + n) / (m * n) for layer, (m, n) in self.shapes.items()}

    @property
    def break_even(self) -> dict[str, int]:
        """The largest rank that still saves weights."""
        return {n: architecture.break_even_rank(*shape) for n, shape in self.shapes.items()}

    def energy(self, rank: int) -> dict[str, tuple[float, float]]:
        """Share of the squared singular values in the largest ``rank``: untrained and trained.

        Raises ``ValueError`` for a result from a file, which holds no matrices.
        """
        if self.begun is None or self.weight is None:
            raise ValueError("energy needs the matrices, which a shipped result does not hold")
        return {
            layer: (_energy(self.begun[layer], rank), _energy(self.weight[layer], rank))
            for layer in self.shapes
        }

    def in_words(self) -> str:
        """What the first layer still reads at rank 32, or at the largest rank below it."""
        place = max(k for k, rank in enumerate(self.ranks) if rank <= 32)
        layer, ways = next(iter(self.accuracy.items()))
        read = ", ".join(f"{way} {100 * runs[:, place].mean():.1f} %" for way, runs in ways.items())
        left = 100 * self.share[layer][place]
        return (
            f"{layer} at rank {self.ranks[place]} has {left:.0f} % of its "
            f"weights: {read}; before {100 * self.before.mean():.1f} %."
        )

    def table(self) -> Table:
        """A row per layer and rank."""
        rows = [
            (
                f"{layer}, {rank}",
                f"{100 * self.share[layer][i]:.1f} %",
                *(percent(found[:, i]) for found in ways.values()),
            )
            for layer, ways in self.accuracy.items()
            for i, rank in enumerate(self.ranks)
        ]
        count, limits = len(self.before), (f"{k} ({n})" for n, k in self.break_even.items())
        note = (
            f"Test accuracy of {count} network{'s' * (count > 1)}. Dense {percent(self.before)}, "
            f"after one epoch more {percent(self.longer)}. Weights are saved up to K = "
            f"{' and '.join(limits)}."
        )
        ways = next(iter(self.accuracy.values()))
        return self.tabled(("layer, K", "weights", *ways), rows, note)


def _energy(weight: np.ndarray, rank: int) -> float:
    values = np.linalg.svd(weight, compute_uv=False) ** 2
    return float(values[:rank].sum() / values.sum())


@measured
def factorise(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    layers: Sequence[str] = ("fc1",),
    ranks: Sequence[int] = RANKS,
    from_scratch: bool = True,
) -> LowRank:
    """Every network (seed -> trained network) in every way at every rank; they are unchanged."""
    ways = (RANDOM, SVD, AWARE, LONGER, *((SCRATCH,) if from_scratch else ()))

    def reads(net: nn.Module) -> float:
        return training.accuracy(net, dataset.test)

    def measure(seed: int) -> dict[str, Any]:
        net = networks[seed]
        return {
            "accuracy": {
                layer: {
                    way: [reads(make(way, net, layer, rank, dataset, seed)) for rank in ranks]
                    for way in ways
                }
                for layer in layers
            },
            "before": reads(net),
            "longer": reads(train_on(copy.deepcopy(net), dataset, seed)),
        }

    seed, first = next(iter(networks.items()))
    weight = matrices(first, layers)
    return LowRank(
        ranks=tuple(ranks),
        shapes={layer: matrix.shape for layer, matrix in weight.items()},
        weight=weight,
        begun=matrices(LeNet300100(seed=seed), layers),
        **each_seed(measure, [*networks]),
    )


def matrices(net: nn.Module, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """The weights of these layers."""
    return {layer: weight_of(net.get_submodule(layer)).detach().numpy().copy() for layer in layers}


def make(way: str, net: nn.Module, layer: str, rank: int, dataset: Dataset, seed: int) -> nn.Module:
    """A copy of the network whose layer has this rank, made in this way."""
    begun = LeNet300100(len(dataset.classes), seed=seed) if way == SCRATCH else copy.deepcopy(net)
    old = begun.get_submodule(layer)
    assert isinstance(old, nn.Linear)
    if way == RANDOM:
        thin = random_directions(old, rank, seed)
    elif way == SCRATCH:
        thin = from_nothing(old, rank, seed)
    else:
        inputs = inputs_of(net, layer, dataset) if way == AWARE else None
        thin = architecture.low_rank(old, rank, inputs)
    begun.set_submodule(layer, thin)
    epochs = {LONGER: 1, SCRATCH: EPOCHS + 1}.get(way, 0)  # from nothing as long as the others
    return train_on(begun, dataset, seed, epochs) if epochs else begun


def random_directions(layer: nn.Linear, rank: int, seed: int) -> nn.Sequential:
    """The control: K of the layer's singular directions, drawn at random."""
    u, s, v = torch.linalg.svd(layer.weight.detach(), full_matrices=False)
    chosen = torch.randperm(len(s), generator=torch.Generator().manual_seed(seed))[:rank]
    thin = architecture.low_rank(layer, rank)
    with torch.no_grad():
        weight_of(thin[0]).copy_(v[chosen])
        weight_of(thin[1]).copy_(u[:, chosen] * s[chosen])
    return thin


def inputs_of(net: nn.Module, layer: str, dataset: Dataset) -> torch.Tensor:
    """What the layer receives for the first training images, count x N."""
    seen: list[torch.Tensor] = []
    watch = net.get_submodule(layer).register_forward_pre_hook
    with watch(lambda module, inputs: seen.append(inputs[0])), torch.no_grad():
        net(dataset.train.images[:INPUTS])
    return seen[0]


def train_on(net: nn.Module, dataset: Dataset, seed: int, epochs: int = 1) -> nn.Module:
    """The network itself, trained for ``epochs`` more."""
    training.fit(net, dataset, epochs=epochs, seed=seed, progress=False)
    return net


def from_nothing(layer: nn.Linear, rank: int, seed: int) -> nn.Sequential:
    """Two thin layers in the place of one, untrained."""
    with seeded_init(seed):
        first = nn.Linear(layer.in_features, rank, bias=False)
        return nn.Sequential(first, nn.Linear(rank, layer.out_features))


def _judge(result: LowRank) -> tuple[Check, ...]:
    at_8, at_32 = (
        {way: runs[:, result.ranks.index(rank)] for way, runs in result.accuracy["fc1"].items()}
        for rank in (8, 32)
    )
    left = result.share["fc1"][result.ranks.index(32)]
    untrained = at_32[SVD] - result.before
    begun = "K = 8: factorised and trained on against thin from the beginning"
    return (
        check("K = 32: weights of the layer that are left", left, most=0.15, say=share),
        check("K = 32, no training: SVD against the dense network", untrained, least=-0.005),
        check("K = 32: SVD against random directions", at_32[SVD] - at_32[RANDOM], least=0.2),
        check("K = 8: made for the inputs against SVD", at_8[AWARE] - at_8[SVD], least=0.02),
        check("K = 8: after one epoch against before it", at_8[LONGER] - at_8[SVD], least=0.03),
        check(begun, at_8[LONGER] - at_8[SCRATCH], least=0),
    )


LOW_RANK = Claim("low_rank", LowRank, on_dense(factorise), _judge)
