"""Why not train the small one at once? The same small network, reached in four ways.

LeNet-300-100 is cut down to 60-20 hidden neurons and trained on ("pruned"). Against it, networks
that have exactly those sizes in the end:

- ``scratch``: small from the start, as many epochs as the pruned one has seen in all;
- ``scratch, equal work``: small from the start, as many multiplications as went into the pruned
  one, large as it was: several times the epochs (called scratch-B by Liu et al. 2019);
- ``grown``: begun at a quarter of the neurons, doubled twice by :func:`pruning.grow_neurons`, as
  many epochs in all;
- ``cut at random``: pruned, but what goes is drawn at random.

The same Adam and batches for all. The neurons are judged by std times outgoing norm.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from nc_teach import meter, pruning, training
from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    local,
    measured,
    raise_if_interrupted,
    together,
    with_bar,
)
from nc_teach.claims.network_pruning.dense import EPOCHS, dense_networks
from nc_teach.claims.network_pruning.structured_ways import drawn_anew
from nc_teach.common.spread import percent, points
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100
from nc_teach.table import Table

HIDDEN = (60, 20)
REPAIR = 5
LAYERS = ("fc1", "fc2")
NAMES = {
    "pruned": "large, pruned, healed",
    "cut at random": "large, cut at random, healed",
    "scratch": "small from the start, as many epochs",
    "scratch, equal work": "small from the start, as much work",
    "grown": "grown from a quarter, as many epochs",
}


@dataclass(frozen=True, kw_only=True)
class SmallNetworks(Result):
    """Test accuracy in [0, 1] of every way, one number per seed; ``epochs`` that each took.

    ``large`` is the accuracy of the large networks. ``networks`` are the first seed's, by way.
    """

    large: np.ndarray
    test: dict[str, np.ndarray]
    epochs: dict[str, int]
    params: int | None = local()
    networks: dict[str, nn.Module] = local()

    def table(self) -> Table:
        """A row per way: epochs, accuracy, and the difference to the pruned one."""
        pruned = self.test["pruned"].mean()
        rows = [("large", str(EPOCHS), percent(self.large), "")]
        for name, accuracy in self.test.items():
            difference = "" if name == "pruned" else points(accuracy.mean() - pruned)
            rows.append((NAMES[name], str(self.epochs[name]), percent(accuracy), difference))
        size = f", {self.params:,} parameters" if self.params else ""
        note = (
            f"All but the first have {'-'.join(map(str, HIDDEN))} hidden neurons{size}. "
            f"Test accuracy of {len(self.large)} networks. {self.provenance.line()}"
        )
        return Table(("way", "epochs", "accuracy", "against pruned"), tuple(rows), (note,))


@measured
def small_at_once(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    hidden: Sequence[int] = HIDDEN,
    repair: int = REPAIR,
    trained: int = EPOCHS,
) -> SmallNetworks:
    """Reach the small network in every way, from every large one (seed -> trained network).

    ``trained`` is the number of epochs that the large ones have seen, ``repair`` those after a cut.
    """
    shape = tuple(dataset.test.images.shape[1:])
    large_macs = meter.count_macs(next(iter(networks.values())), shape)
    small_macs = meter.count_macs(small_from_scratch(dataset, hidden, 0), shape)
    total = trained + repair
    epochs = dict.fromkeys(NAMES, total)
    epochs["scratch, equal work"] = round(trained * large_macs / small_macs) + repair
    found = [
        dict(_every_way(networks[seed], dataset, hidden, epochs, repair, seed))
        for seed in with_bar(list(networks), "network")
    ]
    large = np.array([training.accuracy(net, dataset.test) for net in networks.values()])
    return SmallNetworks(
        large=large,
        test=together(
            [{n: training.accuracy(net, dataset.test) for n, net in one.items()} for one in found]
        ),
        epochs=epochs,
        params=meter.count_params(found[0]["pruned"]),
        networks=found[0],
    )


def small_from_scratch(dataset: Dataset, hidden: Sequence[int], seed: int) -> nn.Module:
    """A network of LeNet-300-100's form with these hidden sizes, drawn for them from ``seed``."""
    net: nn.Module = LeNet300100(num_classes=len(dataset.classes))
    for layer, units in zip(LAYERS, hidden, strict=True):
        keep = torch.arange(len(net.get_parameter(f"{layer}.weight"))) < units
        net = pruning.remove_neurons(net, layer, keep)
    return drawn_anew(net, seed)


def cut_down(
    large: nn.Module, scores: Mapping[str, torch.Tensor], hidden: Sequence[int]
) -> nn.Module:
    """The large network with the ``hidden`` best neurons of each layer."""
    net = large
    for layer, units in zip(LAYERS, hidden, strict=True):
        keep = torch.zeros(len(scores[layer]), dtype=torch.bool)
        keep[scores[layer].argsort(descending=True, stable=True)[:units].cpu()] = True
        net = pruning.remove_neurons(net, layer, keep)
    return net


def grown(dataset: Dataset, hidden: Sequence[int], epochs: int, seed: int) -> nn.Module:
    """Begun at a quarter of ``hidden``, doubled twice; two thirds of the epochs at full size."""
    stages, early = (4, 2, 1), max(1, epochs // 6)
    net = small_from_scratch(dataset, [max(1, units // stages[0]) for units in hidden], seed)
    for number, part in enumerate(stages):
        for layer, units in zip(LAYERS, hidden, strict=True):
            net = pruning.grow_neurons(net, layer, max(1, units // part), seed)
        last = epochs - early * (len(stages) - 1)
        train(net, dataset, last if part == 1 else early, 100 * seed + number)
    return net


def train(net: nn.Module, dataset: Dataset, epochs: int, seed: int) -> nn.Module:
    """Adam at the course's learning rate, in place."""
    raise_if_interrupted(training.fit(net, dataset, epochs=epochs, seed=seed, progress=False))
    return net


def _every_way(
    large: nn.Module,
    dataset: Dataset,
    hidden: Sequence[int],
    epochs: Mapping[str, int],
    repair: int,
    seed: int,
) -> Iterator[tuple[str, nn.Module]]:
    scores = {
        "pruned": pruning.output_std_times_norm(large, dataset.train),
        "cut at random": pruning.random_units(large, seed),
    }
    for name, score in scores.items():
        yield name, train(cut_down(large, score, hidden), dataset, repair, 1000 + seed)
    for name in ("scratch", "scratch, equal work"):
        yield name, train(small_from_scratch(dataset, hidden, seed), dataset, epochs[name], seed)
    yield "grown", grown(dataset, hidden, epochs["grown"], seed)


def _judge(result: SmallNetworks) -> tuple[Check, ...]:
    others = {
        "scratch": ("small from the start, as many epochs", True),
        "scratch, equal work": ("small from the start, as much work", True),
        "grown": ("grown", False),
        "cut at random": ("cut at random", False),
    }
    return tuple(
        check(
            f"pruned above {words}",
            result.test["pruned"] - result.test[name],
            above=0,
            of_paper=of_paper,
        )
        for name, (words, of_paper) in others.items()
    )


def _experiment(dataset: Dataset, seeds: Sequence[int]) -> SmallNetworks:
    return small_at_once(dense_networks(dataset, seeds), dataset)


SMALL_AT_ONCE = Claim("small_at_once", SmallNetworks, _experiment, _judge)
