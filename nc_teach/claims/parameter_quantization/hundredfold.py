"""Deep Compression on the full MNIST: a file a hundred times smaller, at the same error.

One path for every network: train it, prune it on a cubic schedule, let it heal, cluster what is
left (8 values a layer, 16 for its biases), fine-tune the centroids, write the file, read it back.
From the first pruned weight on, the network learns from the *soft targets* of its own dense self
(chapter 3): what that said of each training image, at a temperature, and no label any more.

The control walks the same path and nothing is pruned: a dense network that was trained as long on
the same soft targets. It is reported, and not judged.

Everything was set by the validation error of networks from other seeds. A first recipe pruned and
healed with labels and Adam, and no weight decay: its files were 101 to 117 times smaller at 0.5
points more errors, since the pruned networks knew their training images by heart. The criteria are
the same now as then.
"""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import distillation, pruning, quantization, training
from nc_teach.claims.claim import Check, Claim, Outcome, Provenance, measured_now
from nc_teach.claims.running import finished, points, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.models import LeNet5Caffe, LeNet300100
from nc_teach.quantization import deep_compression
from nc_teach.table import Table
from nc_teach.training.loop import cosine

PAPER = "Han et al. 2016, arXiv:1510.00149"
TUNE_LR = 1e-3  # of Adam, for the centroids
IN_THE_PAPER = {  # key: network; error in per cent dense and compressed; times smaller, kilobytes
    "hundredfold": ("LeNet-300-100", 1.64, 1.58, 40, 27),
    "lenet5_hundredfold": ("LeNet-5", 0.80, 0.74, 39, 44),
}


@dataclass(frozen=True)
class Recipe:
    """How one kind of network is trained and compressed. Epochs, and the share of weights to go.

    ``dense`` epochs of training, one after each of ``rounds`` steps of pruning, ``heal`` and
    ``tune`` after the last. SGD with momentum 0.9 at ``lr``, Adam for the centroids.
    """

    network: type[nn.Module]
    dense: int
    sparsity: float
    rounds: int
    heal: int
    tune: int
    lr: float
    values: int = 8
    bias_values: int = 16
    weight_decay: float = 5e-4
    temperature: float = 4.0


MLP = Recipe(LeNet300100, dense=20, sparsity=0.9615, rounds=12, heal=30, tune=3, lr=0.05)
LENET5 = Recipe(LeNet5Caffe, dense=6, sparsity=0.978, rounds=4, heal=6, tune=1, lr=0.02)


@dataclass(frozen=True)
class Hundredfold:
    """What every network came to, one entry a seed. Errors are shares in [0, 1].

    ``dense`` is the size of the float32 parameters in bytes, ``size`` that of each file, ``budget``
    what its bytes are for; ``control_test`` is the error of the dense network that was trained on.
    """

    dense: int
    dense_validation: list[float]
    dense_test: list[float]
    control_test: list[float]
    size: list[int]
    validation: list[float]
    test: list[float]
    budget: list[dict[str, int]]
    sparsity: float
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain numbers, for a file."""
        errors = {
            "dense validation error": self.dense_validation,
            "dense test error": self.dense_test,
            "control test error": self.control_test,
            "validation error": self.validation,
            "test error": self.test,
        }
        return {
            "dense bytes": self.dense,
            "bytes": self.size,
            "pruned": self.sparsity,
            **{name: np.round(values, 4).tolist() for name, values in errors.items()},
            "budget": self.budget,
        }

    def table(self) -> Table:
        """A row per network: test errors, and the file."""
        rows = tuple(
            (
                str(i), *(f"{100 * error:.2f} %" for error in errors),
                f"{size:,}", f"{self.dense / size:.0f}x",
            )
            for i, (*errors, size) in enumerate(
                zip(self.dense_test, self.control_test, self.test, self.size, strict=True)
            )
        )  # fmt: skip
        columns = ("network", "dense", "dense, trained on", "from its file", "bytes", "smaller")
        return Table(columns, rows, (self.provenance.line(),))


def compress_by(recipe: Recipe, dataset: Dataset, seeds: Sequence[int]) -> Hundredfold:
    """Train and compress a network per seed, and measure each in its file."""
    started = time.perf_counter()
    with stopping_as_a_whole():
        rows = [one_network(recipe, dataset, seed) for seed in with_bar(seeds, "network")]
    sizes, *columns = map(list, zip(*rows, strict=True))
    return Hundredfold(
        sizes[0], *columns, recipe.sparsity,
        measured_now("compress_by", time.perf_counter() - started),
    )  # fmt: skip


def one_network(recipe: Recipe, dataset: Dataset, seed: int) -> tuple:
    """The row of one seed: dense bytes, three errors, and the file's bytes, errors and budget."""
    net = train_dense(recipe, dataset, seed)
    size = sum(4 * p.numel() for p in net.parameters())
    before = [error(net, split) for split in (dataset.validation, dataset.test)]
    learn = soft_lessons(recipe, dataset, training.predictions(net, dataset.train))
    control = copy.deepcopy(net)
    prune_and_heal(control, learn, [0.0] * recipe.rounds, recipe, seed)
    steps = pruning.cubic_schedule(recipe.sparsity, recipe.rounds)
    prune_and_heal(net, learn, steps, recipe, seed)
    share_values(net, learn, recipe, seed)
    data = deep_compression.encode(net.state_dict())
    back = read_back(data, recipe, dataset)
    after = [error(back, split) for split in (dataset.validation, dataset.test)]
    spent = deep_compression.budget(back.state_dict())
    return size, *before, error(control, dataset.test), len(data), *after, spent


def train_dense(recipe: Recipe, dataset: Dataset, seed: int) -> nn.Module:
    """The baseline, on labels, with a cosine learning rate."""
    net = recipe.network(num_classes=len(dataset.classes), seed=seed)
    net.to(memory_format=torch.channels_last)  # the same network; convolutions run faster
    finished(
        training.fit(
            net, dataset, epochs=recipe.dense, seed=seed, optimizer=sgd(recipe), schedule=cosine
        )
    )
    return net


def sgd(recipe: Recipe, times: float = 1.0) -> Callable[..., torch.optim.SGD]:
    """SGD with momentum 0.9 and weight decay, at ``times`` the recipe's learning rate."""
    return partial(
        torch.optim.SGD, lr=times * recipe.lr, momentum=0.9, weight_decay=recipe.weight_decay
    )


def soft_lessons(recipe: Recipe, dataset: Dataset, said: Tensor) -> Callable[..., Any]:
    """``learn(net, epochs=..., ...)``: train on what the dense network ``said`` of each image."""

    def loss(logits: Tensor, teacher: Tensor, labels: Tensor) -> Tensor:
        return distillation.soft_target_loss(logits, teacher, recipe.temperature)

    def learn(net: nn.Module, **options: Any) -> training.History:
        return finished(distillation.distil(net, said, dataset, loss, **options))

    return learn


def prune_and_heal(
    net: nn.Module, learn: Callable[..., Any], steps: list[float], recipe: Recipe, seed: int
) -> None:
    """Prune by magnitude over all layers, an epoch at half the rate after each step; then heal."""
    seeds = iter(range(1000 * (seed + 1), 1000 * (seed + 2)))

    def train(model: nn.Module, after_step) -> training.History:
        half = sgd(recipe, 0.5)
        return learn(model, epochs=1, seed=next(seeds), optimizer=half, after_step=after_step)

    result = pruning.prune_iteratively(net, train, steps)
    learn(
        net, epochs=recipe.heal, seed=seed, optimizer=sgd(recipe), schedule=cosine,
        after_step=pruning.reapply(result.masks),
    )  # fmt: skip


def share_values(net: nn.Module, learn: Callable[..., Any], recipe: Recipe, seed: int) -> None:
    """Cluster every weight and bias in place, and fine-tune the shared values."""
    counts = {
        name: recipe.values if name.endswith("weight") else recipe.bias_values
        for name, _ in net.named_parameters()
    }
    shared = quantization.SharedWeights(net, quantization.cluster_weights(net, counts))
    learn(shared, epochs=recipe.tune, seed=seed, lr=TUNE_LR, schedule=cosine)
    shared.finish()


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


def files_beside_paper(outcomes: Sequence[Outcome]) -> Table:
    """Two rows for each outcome, "hundredfold" or "lenet5_hundredfold": the paper's, and ours."""
    rows: list[tuple[str, ...]] = []
    for outcome in outcomes:
        name, dense, small, times, kilobytes = IN_THE_PAPER[outcome.key]
        numbers = outcome.numbers
        kinds = ("dense test error", "control test error", "test error")
        sizes = f"{min(numbers['bytes']):,} to {max(numbers['bytes']):,}"
        ratio = numbers["dense bytes"] / np.mean(numbers["bytes"])
        rows += [
            (name, "paper", f"{dense:.2f} %", "", f"{small:.2f} %", f"{kilobytes},000",
             f"{times}x"),
            ("", "here", *(spread(numbers[kind]) for kind in kinds), sizes, f"{ratio:.0f}x"),
        ]  # fmt: skip
    columns = ("network", "", "dense", "dense, trained on", "from its file", "bytes", "smaller")
    seeds = len(outcomes[0].numbers["bytes"])
    notes = (
        f"Test error; here {seeds} networks, mean ± standard deviation. Trained on: as many "
        "epochs more, on the same soft targets, nothing removed.",
        *(outcome.provenance.line() for outcome in outcomes),
    )
    return Table(columns, tuple(rows), notes)


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
