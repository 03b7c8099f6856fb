"""Deep Compression on the full MNIST: a file a hundred times smaller, at the same error.

One path for every network: train it, prune it on a cubic schedule, let it heal, let what is left
share values (8 a layer, 16 in a few small layers, 4 for the biases), write the file, read it back.
From the first pruned weight on, the network learns from *soft targets* (chapter 3): what a teacher
said of each training image, at a temperature, and no label any more. LeNet-5 learns from its own
dense self, LeNet-300-100 from a LeNet-5.

The control walks the same path and nothing is pruned: a dense network that was trained through the
pruning and the healing on the same soft targets. It is reported, and not judged. Where it comes out
better than the baseline, that was the teacher; where the file is worse than the control, that is
what the compression took.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from nc_teach import pruning, training
from nc_teach.claims.claim import Check, Claim, Outcome, Provenance, measured_now
from nc_teach.claims.parameter_quantization.hundredfold_steps import (
    LENET5,
    MLP,
    Recipe,
    prune_and_heal,
    read_back,
    share_values,
    soft_lessons,
    train_dense,
    what_the_teacher_says,
)
from nc_teach.claims.running import points, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset, Split
from nc_teach.quantization import deep_compression
from nc_teach.table import Table

PAPER = "Han et al. 2016, arXiv:1510.00149"
IN_THE_PAPER = {  # key: network; error in per cent dense and compressed; times smaller, kilobytes
    "hundredfold": ("LeNet-300-100", 1.64, 1.58, 40, 27),
    "lenet5_hundredfold": ("LeNet-5", 0.80, 0.74, 39, 44),
}


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
    learn = soft_lessons(recipe, dataset, what_the_teacher_says(net, recipe, dataset, seed))
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


def error(net: nn.Module, split: Split) -> float:
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
        f"Test error; here {seeds} networks, mean ± standard deviation. Trained on: through the "
        "epochs of pruning and healing, on the same soft targets, nothing removed.",
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
