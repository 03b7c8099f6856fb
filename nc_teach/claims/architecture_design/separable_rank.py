"""Low rank explains depthwise separable convolutions: how many kernels does a channel need?

Every 3 x 3 convolution of the trained plain network but the first becomes the nearest separable one
with K kernels for each input channel (:func:`.nearest_separable`), for K from 1 to 9, without any
training; as it is, and with the means and variances of batch normalisation measured anew, because
they belong to the old maps. Three controls: K random kernels for each channel, with the best
mixture of them (does it matter which kernels are kept?); the network before its training (is it
training that makes a layer nearly of low rank?); and the same network built separable, K = 1, and
trained from the beginning for as long. The criteria were set before the run; the column with new
statistics was added after a first look, and no criterion hangs on it.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import architecture, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured
from nc_teach.common.spread import percent
from nc_teach.data import Dataset
from nc_teach.models import conv_norm_relu, weight_of

from .compared import EPOCHS, train
from .networks import plain_network

RANKS = (1, 2, 3, 4, 6, 9)
RATE = 1e-2
SVD, AGAIN, RANDOM = "the best kernels (SVD)", "the same, normalised anew", "random kernels"
IMAGES = 2000  # training images on which batch normalisation is measured anew


@dataclass(frozen=True, kw_only=True)
class SeparableRank(Result):
    """What K kernels for each input channel keep of a trained network's 3 x 3 convolutions.

    ``weights`` is the share of the weights at every rank. ``error`` is ||W - W'|| / ||W|| over the
    layers, networks x ranks, and ``begun`` the same before training. ``accuracy[way]`` is test
    accuracy in [0, 1], networks x ranks; ``before`` that of the whole networks, and ``separable``
    that of networks which were separable (K = 1) from the beginning, one for each seed.
    ``kernels`` are those of one layer of the first network, I x O x k^2, for a picture.
    """

    ranks: tuple[int, ...]
    weights: np.ndarray
    error: np.ndarray
    begun: np.ndarray
    accuracy: dict[str, np.ndarray]
    before: np.ndarray
    separable: np.ndarray
    kernels: np.ndarray | None = local()

    def in_words(self) -> str:
        """What one kernel for each channel does to a trained network, and to one built that way."""
        one = self.ranks.index(1)
        ways = ", ".join(
            f"{w} {100 * runs[:, one].mean():.1f} %" for w, runs in self.accuracy.items()
        )
        return (
            f"K = 1 keeps {100 * self.weights[one]:.0f} % of the weights. Cut out of a trained "
            f"network: {ways}; whole {100 * self.before.mean():.1f} %; trained with K = 1 from the "
            f"beginning {100 * self.separable.mean():.1f} %."
        )

    def table(self) -> Table:
        """A row per rank."""
        rows = [
            (
                f"{rank}",
                f"{100 * self.weights[i]:.0f} %",
                f"{self.error[:, i].mean():.2f}",
                f"{self.begun[:, i].mean():.2f}",
                *(percent(of[:, i]) for of in self.accuracy.values()),
            )
            for i, rank in enumerate(self.ranks)
        ]
        note = (
            f"{len(self.before)} networks. Test accuracy, without training on; whole "
            f"{percent(self.before)}, separable from the beginning {percent(self.separable)}."
        )
        heads = ("K", "weights", "error", "error, untrained", *self.accuracy)
        return self.tabled(heads, rows, note)


def separable_layer(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1
) -> nn.Sequential:
    """``conv_norm_relu`` with a separable convolution: the same layer with one thing changed."""
    whole = conv_norm_relu(in_channels, out_channels, kernel_size, stride)
    halves = architecture.separable_conv(in_channels, out_channels, kernel_size, stride)
    return nn.Sequential(halves, *list(whole)[1:])


def convolutions(net: nn.Module) -> dict[str, nn.Conv2d]:
    """The convolutions that mix channels: all but the first."""
    found = {name: part for name, part in net.named_modules() if isinstance(part, nn.Conv2d)}
    return {name: conv for name, conv in found.items() if conv.in_channels > 1}


def kernels_of(conv: nn.Conv2d) -> Tensor:
    """For each input channel the O kernels W[:, c] as rows: I x O x k^2."""
    return conv.weight.detach().transpose(0, 1).flatten(2)


def random_kernels(conv: nn.Conv2d, rank: int, seed: int) -> nn.Sequential:
    """The control: K random kernels for each channel, and the best mixture of these."""
    layer = architecture.nearest_separable(conv, rank)
    kernels = kernels_of(conv)
    draw = torch.Generator().manual_seed(seed)
    into, _, k2 = kernels.shape
    basis, _ = torch.linalg.qr(torch.randn(into, k2, rank, generator=draw))  # I x k^2 x K
    mix = kernels @ basis  # I x O x K: the nearest combination, for the columns are orthonormal
    with torch.no_grad():
        first, second = (weight_of(part) for part in layer)
        first.copy_(basis.transpose(1, 2).reshape(first.shape))
        second.copy_(mix.transpose(0, 1).reshape(second.shape))
    return layer


def thinned(
    net: nn.Module, make: Callable[[nn.Conv2d, int], nn.Sequential], rank: int
) -> nn.Module:
    """A copy of the network with every convolution but the first replaced."""
    copied = copy.deepcopy(net)
    for name, conv in convolutions(net).items():
        copied.set_submodule(name, make(conv, rank))
    return copied


def channel_errors(net: nn.Module, ranks: Sequence[int]) -> list[float]:
    """||W - W'|| / ||W|| at every rank, over the layers: what the dropped singular values hold."""
    lost, whole = torch.zeros(max(ranks) + 1), 0.0
    for conv in convolutions(net).values():
        energy: Tensor = torch.linalg.svdvals(kernels_of(conv)).square().sum(dim=0)  # k^2
        whole += energy.sum().item()
        lost += torch.stack([energy[rank:].sum() for rank in range(max(ranks) + 1)])
    return [(lost[rank].item() / whole) ** 0.5 for rank in ranks]


@measured
def rank_of_channels(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    ranks: Sequence[int] = RANKS,
    epochs: int = EPOCHS,
) -> SeparableRank:
    """Train a network from every seed, then keep K kernels a channel; and train a separable one."""

    shown: list[Tensor] = []

    def reads(net: nn.Module) -> float:
        return training.accuracy(net, dataset.test)

    def measure(seed: int) -> dict[str, object]:
        net = train(plain_network, dataset, seed, epochs, RATE)
        shown.append(kernels_of(list(convolutions(net).values())[1]))
        thin = partial(plain_network, conv=separable_layer)
        near, random = architecture.nearest_separable, partial(random_kernels, seed=seed)
        best = [thinned(net, near, rank) for rank in ranks]
        images = dataset.train.images[:IMAGES]
        return {
            "error": channel_errors(net, ranks),
            "begun": channel_errors(plain_network(seed=seed), ranks),
            "accuracy": {
                SVD: [reads(one) for one in best],
                AGAIN: [reads(training.recalibrate_bn(one, images)) for one in best],
                RANDOM: [reads(thinned(net, random, rank)) for rank in ranks],
            },
            "before": reads(net),
            "separable": reads(train(thin, dataset, seed, epochs, RATE)),
        }

    found = each_seed(measure, seeds)
    weights = np.array([_share(rank) for rank in ranks])
    return SeparableRank(ranks=tuple(ranks), weights=weights, kernels=shown[0].numpy(), **found)


def _share(rank: int) -> float:
    """Weights of the separable layers over those of the full ones."""
    convs = convolutions(plain_network()).values()
    costs = [
        architecture.separable_cost(conv.in_channels, conv.out_channels, 3, multiplier=rank)
        for conv in convs
    ]
    return sum(cost.separable for cost in costs) / sum(cost.standard for cost in costs)


def signed(value: float) -> str:
    """An error with its sign."""
    return f"{value:+.2f}"


def _judge(result: SeparableRank) -> tuple[Check, ...]:
    one, three = (result.ranks.index(rank) for rank in (1, 3))
    best, random = result.accuracy[SVD], result.accuracy[RANDOM]
    whole, lower = "against the full network", result.error - result.begun
    return (
        check(f"K = 3, no training: {whole}", best[:, three] - result.before, least=-0.01),
        check("K = 3: the best kernels against random ones", (best - random)[:, three], least=0.2),
        check(f"K = 1, no training: {whole}", best[:, one] - result.before, most=-0.05),
        check("training lowers the error at K = 1", lower[:, one], below=0, say=signed),
        check(f"K = 1 from the beginning: {whole}", result.separable - result.before, least=-0.02),
    )


SEPARABLE_RANK = Claim("separable_rank", SeparableRank, rank_of_channels, _judge, dataset="fashion")
