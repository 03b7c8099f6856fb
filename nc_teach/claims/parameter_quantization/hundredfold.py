"""Deep Compression on the full MNIST: a file a hundred times smaller, at the same error.

One path for every network: train it, prune it on a cubic schedule, let it heal, let what is left
share values (8 a layer, 16 in a few small layers, 4 for the biases), write the file, read it back.
From the first pruned weight on, the network learns from *soft targets* (chapter 3): what a teacher
said of each training image, at a temperature, and no label any more. LeNet-5 learns from its own
dense self, LeNet-300-100 from a LeNet-5.

The control takes the same path without any pruning: a dense network that is trained on the same
soft targets for as long as pruning and healing take. It is reported, and not judged. Where it comes
out better than the baseline, that is the teacher's merit; where the file is worse than the control,
that is the price of compression.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import nn

from nc_teach import pruning, training
from nc_teach.claims import Check, Claim, Result, Table, check, measured, with_bar
from nc_teach.common.spread import percent, times
from nc_teach.data import Dataset, Split
from nc_teach.quantization import deep_compression

from . import hundredfold_steps as steps
from .hundredfold_steps import LENET5, MLP, Recipe

IN_THE_PAPER = {  # key: network; error in per cent dense and compressed; times smaller, kilobytes
    "hundredfold": ("LeNet-300-100", 1.64, 1.58, 40, 27),
    "lenet5_hundredfold": ("LeNet-5", 0.80, 0.74, 39, 44),
}


@dataclass(frozen=True)
class Compressed:
    """One network: the bytes of its float32 parameters and of its file, and errors in [0, 1].

    ``control_test`` is the error of the dense network that was trained on, ``budget`` what the
    bytes of the file are for.
    """

    dense: int
    dense_validation: float
    dense_test: float
    control_test: float
    size: int
    validation: float
    test: float
    budget: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Hundredfold(Result):
    """What every network came to, and the share of its weights that was pruned."""

    sparsity: float
    networks: tuple[Compressed, ...]

    def each(self, name: str) -> np.ndarray:
        """One number of every network: a name of :class:`Compressed`."""
        return np.array([getattr(network, name) for network in self.networks])

    def in_words(self) -> str:
        """How much smaller the files are, and their errors beside those of both dense networks."""
        names = ("test", "dense_test", "control_test")
        file, dense, longer = (f"{100 * self.each(name).mean():.2f} %" for name in names)
        return (
            f"The files are {(self.each('dense') / self.each('size')).mean():.0f} times smaller; "
            f"they err on {file} of the digits, the dense networks on {dense}, and on {longer} "
            "when trained as long."
        )

    def table(self) -> Table:
        """A row per network: test errors, and the file."""
        rows = tuple(
            (
                str(i),
                *(f"{100 * error:.2f} %" for error in (net.dense_test, net.control_test, net.test)),
                f"{net.size:,}",
                f"{net.dense / net.size:.0f}x",
            )
            for i, net in enumerate(self.networks)
        )
        columns = (
            "network",
            "dense",
            "dense, trained as long",
            "from its file",
            "bytes",
            "smaller",
        )
        return self.tabled(columns, rows)


@measured
def compress_by(recipe: Recipe, dataset: Dataset, seeds: Sequence[int]) -> Hundredfold:
    """Train and compress a network per seed, and measure each in its file."""
    rows = [one_network(recipe, dataset, seed) for seed in with_bar(seeds, "network")]
    return Hundredfold(sparsity=recipe.sparsity, networks=tuple(rows))


def one_network(recipe: Recipe, dataset: Dataset, seed: int) -> Compressed:
    """Train, prune, heal, share values, write the file and read it back, for one seed."""
    net = steps.train_dense(recipe, dataset, seed)
    size = sum(4 * p.numel() for p in net.parameters())
    before = [error(net, split) for split in (dataset.validation, dataset.test)]
    learn = steps.soft_lessons(net, recipe, dataset, seed)
    control = copy.deepcopy(net)
    steps.prune_and_heal(control, learn, [0.0] * recipe.rounds, recipe, seed)
    sparsities = pruning.cubic_schedule(recipe.sparsity, recipe.rounds)
    steps.prune_and_heal(net, learn, sparsities, recipe, seed)
    steps.share_values(net, learn, recipe, seed)
    data = deep_compression.encode(net.state_dict())
    back = steps.read_back(data, recipe, dataset)
    return Compressed(
        dense=size,
        dense_validation=before[0],
        dense_test=before[1],
        validation=error(back, dataset.validation),
        test=error(back, dataset.test),
        control_test=error(control, dataset.test),
        size=len(data),
        budget=deep_compression.budget(back.state_dict()),
    )


def error(net: nn.Module, split: Split) -> float:
    """Share of wrong answers, in [0, 1]."""
    return 1 - training.accuracy(net, split)


def files_beside_paper(results: Mapping[str, Hundredfold]) -> Table:
    """Two rows for each result, "hundredfold" or "lenet5_hundredfold": the paper's, and ours."""
    rows: list[tuple[str, ...]] = []
    for key, result in results.items():
        name, dense, small, ratio, kilobytes = IN_THE_PAPER[key]
        errors = (percent(result.each(n)) for n in ("dense_test", "control_test", "test"))
        sizes = result.each("size")
        here = f"{result.each('dense')[0] / sizes.mean():.0f}x"
        paper = f"{dense:.2f} %", "", f"{small:.2f} %", f"{kilobytes},000", f"{ratio}x"
        rows.append((name, "paper", *paper))
        rows.append(("", "here", *errors, f"{min(sizes):,} to {max(sizes):,}", here))
    columns = (
        "network",
        "",
        "dense",
        "dense, trained as long",
        "from its file",
        "bytes",
        "smaller",
    )
    notes = (
        f"Test error; here {len(sizes)} networks, mean ± standard deviation. Trained on: through "
        "the epochs of pruning and healing, on the same soft targets, nothing removed.",
        *(result.provenance.line() for result in results.values()),
    )
    return Table(columns, tuple(rows), notes)


def criterion(smaller: int, most: float) -> Callable[[Hundredfold], tuple[Check, ...]]:
    """``smaller`` times smaller, at most 0.1 points worse, from at most ``most`` errors before."""

    def judge(result: Hundredfold) -> tuple[Check, ...]:
        dense, ratio = result.each("dense_test"), result.each("dense") / result.each("size")
        worse, each = np.round(result.each("test") - dense, 6), "network"
        file = "the float32 parameters against the file"
        return (
            check("the errors of the dense baseline", dense, most=most, say=lambda e: percent([e])),
            check(file, ratio, least=smaller, say=times, every=each),
            check("errors of the file, read back, above its dense network's", worse, most=0.001),
            check("and network by network", worse, most=0.001, every=each),
        )

    return judge


HUNDREDFOLD = Claim("hundredfold", Hundredfold, partial(compress_by, MLP), criterion(100, 0.018))
LENET5_HUNDREDFOLD = Claim(
    "lenet5_hundredfold", Hundredfold, partial(compress_by, LENET5), criterion(150, 0.01)
)
