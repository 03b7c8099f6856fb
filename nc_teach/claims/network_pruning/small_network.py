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

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import meter, pruning, training
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


@dataclass(frozen=True)
class SmallNetworks:
    """Test accuracy in [0, 1] of every way, one number a seed; ``epochs`` that each took.

    ``large`` is the accuracy of the large networks. ``networks`` are the first seed's, by way.
    """

    large: np.ndarray
    test: dict[str, np.ndarray]
    epochs: dict[str, int]
    params: int
    networks: dict[str, nn.Module]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """The accuracies as plain lists, for a file."""
        test = {name: array.round(4).tolist() for name, array in self.test.items()}
        return {"large": self.large.round(4).tolist(), "test": test, "epochs": self.epochs}

    def table(self) -> Table:
        """A row per way: epochs, accuracy, and the difference to the pruned one."""
        pruned = self.test["pruned"].mean()
        rows = [("large", EPOCHS, spread(self.large), "")]
        for name, accuracy in self.test.items():
            difference = "" if name == "pruned" else points(accuracy.mean() - pruned)
            rows.append((NAMES[name], self.epochs[name], spread(accuracy), difference))
        note = (
            f"All but the first have {'-'.join(map(str, HIDDEN))} hidden neurons, "
            f"{self.params:,} parameters. Test accuracy of {len(self.large)} networks. "
            f"{self.provenance.line()}"
        )
        rows = tuple((name, str(epochs), accuracy, gap) for name, epochs, accuracy, gap in rows)
        return Table(("way", "epochs", "accuracy", "against pruned"), rows, (note,))


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
    started = time.perf_counter()
    shape = tuple(dataset.test.images.shape[1:])
    large_macs = meter.count_macs(next(iter(networks.values())), shape)
    small_macs = meter.count_macs(small_from_scratch(dataset, hidden, 0), shape)
    total = trained + repair
    epochs = {
        "pruned": total, "cut at random": total, "scratch": total,
        "scratch, equal work": round(trained * large_macs / small_macs) + repair, "grown": total,
    }  # fmt: skip
    test: dict[str, list[float]] = {name: [] for name in epochs}
    first: dict[str, nn.Module] = {}
    with stopping_as_a_whole():
        for seed in with_bar(list(networks), "network"):
            for name, net in _every_way(networks[seed], dataset, hidden, epochs, repair, seed):
                test[name].append(training.accuracy(net, dataset.test))
                first.setdefault(name, net)
    large = np.array([training.accuracy(net, dataset.test) for net in networks.values()])
    return SmallNetworks(
        large, {name: np.array(values) for name, values in test.items()}, epochs,
        meter.count_params(first["pruned"]), first,
        measured_now("small_at_once", time.perf_counter() - started),
    )  # fmt: skip


def small_from_scratch(dataset: Dataset, hidden: Sequence[int], seed: int) -> nn.Module:
    """A network of LeNet-300-100's form with these hidden sizes, drawn for them from ``seed``."""
    net = LeNet300100(num_classes=len(dataset.classes))
    for layer, units in zip(LAYERS, hidden, strict=True):
        net = pruning.remove_neurons(
            net, layer, torch.arange(len(net.get_submodule(layer).weight)) < units
        )
    with seeded_init(seed):
        for layer in net.children():
            layer.reset_parameters()
    return net


def cut_down(large: nn.Module, scores: Mapping[str, torch.Tensor], hidden: Sequence[int]):
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


def _every_way(large, dataset, hidden, epochs, repair, seed):
    scores = {
        "pruned": pruning.output_std_times_norm(large, dataset.train),
        "cut at random": pruning.random_units(large, seed),
    }
    for name, score in scores.items():
        yield name, train(cut_down(large, score, hidden), dataset, repair, 1000 + seed)
    for name in ("scratch", "scratch, equal work"):
        yield name, train(small_from_scratch(dataset, hidden, seed), dataset, epochs[name], seed)
    yield "grown", grown(dataset, hidden, epochs["grown"], seed)


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    test = {name: np.array(values) for name, values in numbers["test"].items()}
    gap = {name: (test["pruned"] - values).mean() for name, values in test.items()}
    return (
        Check(
            "pruned better than small from the start, as many epochs",
            points(gap["scratch"]),
            bool(gap["scratch"] > 0),
        ),
        Check(
            "pruned better than small from the start, as much work",
            points(gap["scratch, equal work"]),
            bool(gap["scratch, equal work"] > 0),
        ),
        Check("pruned better than grown", points(gap["grown"]), bool(gap["grown"] > 0)),
        Check(
            "pruned better than cut at random",
            points(gap["cut at random"]),
            bool(gap["cut at random"] > 0),
        ),
    )


def _experiment(dataset: Dataset, seeds: Sequence[int]) -> SmallNetworks:
    return small_at_once(dense_networks(dataset, seeds), dataset)


SMALL_AT_ONCE = Claim(
    key="small_at_once",
    title="Large first, then small: better than small at once?",
    paper="Li et al. 2017, arXiv:1608.08710, section 4",
    says="training a pruned model from scratch performs worse than retraining a pruned model, "
    "which may indicate the difficulty of training a network with a small capacity.",
    dataset="mnist",
    experiment=_experiment,
    judge=_judge,
)
