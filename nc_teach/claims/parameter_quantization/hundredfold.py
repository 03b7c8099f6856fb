"""Deep Compression on the full MNIST: a file a hundred times smaller, at the same error.

One path for every network: train it, prune it on a cubic schedule, let it heal, cluster what is
left (8 values a layer, 16 for its biases), fine-tune the centroids, write the file. Then prune a
little further and do the same again, a candidate for each level of sparsity. The candidate that
counts is chosen by its validation error: the smallest file that makes no more errors there than the
dense network, and if none does, the one with the fewest. Only that one is read back from its file
and looks at the test set.

How far to prune, the schedule and the numbers of values were set before these runs, after a look at
the validation error of one network.
"""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import pruning, quantization, training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.running import finished, points, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.models import LeNet5Caffe, LeNet300100
from nc_teach.quantization import deep_compression
from nc_teach.table import Table
from nc_teach.training.loop import cosine

PAPER = "Han et al. 2016, arXiv:1510.00149"
LR = 1.2e-3  # of Adam, after the dense training
TUNE_LR = 2e-4


@dataclass(frozen=True)
class Recipe:
    """How one kind of network is trained and compressed. Epochs, and shares of the weights."""

    network: type[nn.Module]
    dense: int
    sparsities: tuple[float, ...]
    rounds: int
    heal: int
    tune: int
    values: int = 8
    bias_values: int = 16
    dense_lr: float = 0.05
    weight_decay: float = 5e-4


MLP = Recipe(LeNet300100, dense=20, sparsities=(0.965, 0.97, 0.975), rounds=12, heal=8, tune=2)
LENET5 = Recipe(
    LeNet5Caffe, dense=5, sparsities=(0.98, 0.985), rounds=5, heal=3, tune=1, dense_lr=0.02
)


@dataclass(frozen=True)
class Candidate:
    """One level of sparsity: size of the file in bytes, validation error in [0, 1]."""

    sparsity: float
    size: int
    validation: float


@dataclass(frozen=True)
class Hundredfold:
    """What every network came to, one entry a seed. Errors are shares in [0, 1].

    ``dense`` is the size of the float32 parameters in bytes; ``budget`` what the bytes of the
    chosen file are for.
    """

    dense: int
    dense_validation: list[float]
    dense_test: list[float]
    candidates: list[list[Candidate]]
    chosen: list[int]
    test: list[float]
    budget: list[dict[str, int]]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain numbers, for a file."""
        return {
            "dense bytes": self.dense,
            "bytes": [c[i].size for c, i in zip(self.candidates, self.chosen, strict=True)],
            "dense validation error": np.round(self.dense_validation, 4).tolist(),
            "dense test error": np.round(self.dense_test, 4).tolist(),
            "test error": np.round(self.test, 4).tolist(),
            "candidates": [[asdict(c) for c in row] for row in self.candidates],
            "chosen": self.chosen,
            "budget": self.budget,
        }

    def table(self) -> Table:
        """A row per network."""
        rows = []
        for i, (row, choice) in enumerate(zip(self.candidates, self.chosen, strict=True)):
            rows.append((
                str(i), f"{100 * self.dense_test[i]:.2f} %", f"{100 * self.test[i]:.2f} %",
                f"{100 * row[choice].sparsity:.1f} %", f"{row[choice].size:,}",
                f"{self.dense / row[choice].size:.0f}x",
            ))  # fmt: skip
        columns = ("network", "dense error", "error", "pruned", "bytes", "smaller")
        return Table(columns, tuple(rows), (self.provenance.line(),))


def compress_by(recipe: Recipe, dataset: Dataset, seeds: Sequence[int]) -> Hundredfold:
    """Train and compress a network per seed, and measure each in its file."""
    started = time.perf_counter()
    rows: list[tuple] = []
    with stopping_as_a_whole():
        for seed in with_bar(seeds, "network"):
            rows.append(one_network(recipe, dataset, seed))
    dense, validation, test, candidates, chosen, tests, budgets = map(list, zip(*rows, strict=True))
    return Hundredfold(
        dense[0], validation, test, candidates, chosen, tests, budgets,
        measured_now("compress_by", time.perf_counter() - started),
    )  # fmt: skip


def one_network(recipe: Recipe, dataset: Dataset, seed: int) -> tuple:
    """The row of one seed: sizes, errors, candidates, the chosen one and its budget."""
    net = train_dense(recipe, dataset, seed)
    size = sum(4 * p.numel() for p in net.parameters())
    before = [error(net, split) for split in (dataset.validation, dataset.test)]
    candidates, files = [], []
    for i, sparsity in enumerate(recipe.sparsities):
        steps = pruning.cubic_schedule(sparsity, recipe.rounds) if i == 0 else [sparsity]
        prune_and_heal(net, dataset, steps, recipe, seed + 100 * i)
        small = share_values(copy.deepcopy(net), dataset, recipe, seed + 100 * i)
        files.append(deep_compression.encode(small.state_dict()))
        candidates.append(Candidate(sparsity, len(files[-1]), error(small, dataset.validation)))
    choice = choose(candidates, before[0])
    back = read_back(files[choice], recipe, dataset)
    spent = deep_compression.budget(back.state_dict())
    return size, *before, candidates, choice, error(back, dataset.test), spent


def choose(candidates: Sequence[Candidate], dense: float) -> int:
    """The smallest file with no more validation errors than dense; if none, the fewest errors.

    >>> choose([Candidate(0.9, 900, 0.015), Candidate(0.95, 500, 0.016)], dense=0.016)
    1
    >>> choose([Candidate(0.9, 900, 0.015), Candidate(0.95, 500, 0.016)], dense=0.014)
    0
    """
    good = [i for i, c in enumerate(candidates) if c.validation <= dense]
    if good:
        return min(good, key=lambda i: candidates[i].size)
    return min(range(len(candidates)), key=lambda i: candidates[i].validation)


def train_dense(recipe: Recipe, dataset: Dataset, seed: int) -> nn.Module:
    """The baseline: SGD with momentum 0.9, weight decay, and a cosine learning rate."""
    net = recipe.network(num_classes=len(dataset.classes), seed=seed)
    net.to(memory_format=torch.channels_last)  # the same network; convolutions run faster
    optimizer = partial(
        torch.optim.SGD, lr=recipe.dense_lr, momentum=0.9, weight_decay=recipe.weight_decay
    )
    finished(
        training.fit(
            net, dataset, epochs=recipe.dense, seed=seed, optimizer=optimizer, schedule=cosine
        )
    )
    return net


def prune_and_heal(
    net: nn.Module, dataset: Dataset, steps: list[float], recipe: Recipe, seed: int
) -> None:
    """Prune by magnitude over all layers, an epoch of Adam after each step, and then heal."""

    def train(model: nn.Module, after_step) -> training.History:
        share = pruning.sparsity(pruning.masks_of(model))
        return training.fit(
            model, dataset, epochs=1, seed=seed + round(1e4 * share), lr=LR, after_step=after_step
        )

    result = pruning.prune_iteratively(net, train, steps)
    finished(result.histories[-1])
    finished(
        training.fit(
            net, dataset, epochs=recipe.heal, seed=seed, lr=LR, schedule=cosine,
            after_step=pruning.reapply(result.masks),
        )
    )  # fmt: skip


def share_values(net: nn.Module, dataset: Dataset, recipe: Recipe, seed: int) -> nn.Module:
    """Cluster every weight and bias in place, and fine-tune the shared values."""
    counts = {
        name: recipe.values if name.endswith("weight") else recipe.bias_values
        for name, _ in net.named_parameters()
    }
    shared = quantization.SharedWeights(net, quantization.cluster_weights(net, counts))
    finished(
        training.fit(shared, dataset, epochs=recipe.tune, seed=seed, lr=TUNE_LR, schedule=cosine)
    )
    shared.finish()
    return net


def read_back(data: bytes, recipe: Recipe, dataset: Dataset) -> nn.Module:
    """Write the file, read it into a new network: what is measured is what is on disk."""
    net = recipe.network(num_classes=len(dataset.classes))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.ncd"
        path.write_bytes(data)
        net.load_state_dict(deep_compression.load(path))
    return net


def error(net: nn.Module, split) -> float:
    """Share of wrong answers, in [0, 1]."""
    return 1 - training.accuracy(net, split)


def judge(numbers: dict[str, Any], times: int, most: float) -> tuple[Check, ...]:
    """``times`` smaller, at most 0.1 points worse, from a baseline of at most ``most``."""
    dense, test = (np.array(numbers[key]) for key in ("dense test error", "test error"))
    ratios = numbers["dense bytes"] / np.array(numbers["bytes"])
    worse = test - dense
    every = ", ".join(f"{100 * w + 0.0:+.2f}" for w in worse)
    return (
        Check(
            f"the dense baseline: at most {100 * most:.1f} % errors",
            ", ".join(f"{100 * e:.2f}" for e in dense) + " %",
            bool(dense.mean() <= most),
        ),
        Check(
            f"every file at least {times} times smaller than the float32 parameters",
            ", ".join(f"{ratio:.0f}" for ratio in ratios) + " times",
            bool(ratios.min() >= times),
        ),
        Check(
            "read back: at most 0.1 points more errors than its dense network, on average",
            f"{points(worse.mean())} (networks: {every})",
            bool(round(worse.mean(), 6) <= 0.001),
        ),
        Check(
            "and in every network", f"worst {points(worse.max())}",
            bool(round(worse.max(), 6) <= 0.001),
        ),
    )  # fmt: skip


HUNDREDFOLD = Claim(
    key="hundredfold",
    title="LeNet-300-100 in a file a hundred times smaller",
    paper=PAPER + ", table 1",
    says="LeNet-300-100 takes 27 kB instead of 1,070 kB (40x) at 1.58 % error (1.64 % before).",
    dataset="mnist",
    experiment=lambda dataset, seeds: compress_by(MLP, dataset, seeds),
    judge=lambda numbers: judge(numbers, 100, 0.018),
)
LENET5_HUNDREDFOLD = Claim(
    key="lenet5_hundredfold",
    title="LeNet-5 in a file a hundred and fifty times smaller",
    paper=PAPER + ", table 1",
    says="LeNet-5 takes 44 kB instead of 1,720 kB (39x) at 0.74 % error (0.80 % before).",
    dataset="mnist",
    experiment=lambda dataset, seeds: compress_by(LENET5, dataset, seeds),
    judge=lambda numbers: judge(numbers, 150, 0.01),
)
