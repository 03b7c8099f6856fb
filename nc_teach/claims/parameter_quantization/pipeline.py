"""Deep Compression step by step, small: what does each of its three steps save, and what cost?

LeNet-300-100 on 10,000 digits: pruned per layer to 8 % of the weights in four rounds, clustered to
2^b values a layer, the centroids fine-tuned for an epoch with summed gradients, Huffman-coded. The
controls: the same pruning at once with the same epochs of repair, the dense network trained on for
as long, and the clusters before their fine-tuning. Every size is that of a whole file.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from nc_teach import pruning, quantization, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured
from nc_teach.claims.network_pruning.dense import on_dense
from nc_teach.claims.network_pruning.healing import repair
from nc_teach.claims.why_pruning.networks import counted
from nc_teach.common.spread import percent, points, share, times
from nc_teach.data import Dataset
from nc_teach.quantization import deep_compression

SPARSITIES = (0.5, 0.75, 0.88, 0.92)
EPOCHS = 4  # of repair after each
LR, TUNE_LR = 1.2e-3, 2e-4
BITS = (2, 3, 4, 5, 6)
STAGES = ("float32", "pruned", "clustered", "Huffman")
STORED = {  # stage: what its file holds
    "float32": "every weight",
    "pruned": "the weights that are left, and the gaps between them",
    "clustered": "gaps, {bits}-bit indices, a codebook a layer",
    "Huffman": "the same, with short codes for what is frequent",
}
CONTROLS = {
    "dense": "control: nothing removed, trained as long",
    "one-shot": "control: cut at once, trained as long",
}


@dataclass(frozen=True, kw_only=True)
class Pipeline(Result):
    """Accuracies in [0, 1], sizes in bytes.

    ``dense`` and ``pruned`` accuracy per network, ``controls[name]`` likewise; ``clustered`` and
    ``tuned`` networks x bits. ``bytes[stage]`` networks x bits. Of the first network alone, and not
    in a file: ``budget[stage][b]``, what its bytes are for; ``counts``, how often each index of its
    largest layer occurs, per bits; and the compressed ``networks``, per bits.
    """

    bits: tuple[int, ...]
    sparsity: float
    dense: np.ndarray
    pruned: np.ndarray
    controls: dict[str, np.ndarray]
    clustered: np.ndarray
    tuned: np.ndarray
    bytes: dict[str, np.ndarray]
    budget: dict[str, list[dict[str, int]]] | None = local()
    counts: dict[int, np.ndarray] | None = local()
    networks: dict[int, nn.Module] | None = local()

    def smaller(self, stage: str) -> np.ndarray:
        """How many times smaller than float32 the files of a stage are, networks x bits."""
        return self.bytes["float32"] / self.bytes[stage]

    def stages(self, bits: int) -> Table:
        """A row per step of the pipeline with indices of so many bits, and one per control."""
        at = self.bits.index(bits)
        reads = dict(zip(STAGES, (self.dense, self.pruned, *2 * (self.tuned[:, at],)), strict=True))
        rows = [
            (
                stage,
                STORED[stage].format(bits=bits),
                f"{self.bytes[stage][:, at].mean():,.0f}",
                f"{self.smaller(stage)[:, at].mean():.1f}x",
                percent(accuracy),
            )
            for stage, accuracy in reads.items()
        ]
        rows += [(CONTROLS[name], "", "", "", percent(of)) for name, of in self.controls.items()]
        note = (
            f"Bytes of whole files, and test accuracy of {counted(len(self.dense))}; clustered: "
            "after an epoch of fine-tuning."
        )
        return self.tabled(("step", "what the file holds", "bytes", "smaller", "reads"), rows, note)

    def in_words(self) -> str:
        """What the file with 5-bit indices loses against both dense networks."""
        file = self.tuned[:, self.bits.index(5)]
        against = {"the dense networks": self.dense} | (
            {"dense networks trained as long": self.controls["dense"]} if self.controls else {}
        )
        gaps = " and ".join(f"{points((file - a).mean())} against {n}" for n, a in against.items())
        smaller = self.smaller("Huffman")[:, self.bits.index(5)].mean()
        return (
            f"{counted(len(self.dense))}: the file is {smaller:.1f} times smaller and reads "
            f"{percent(file)}, {gaps}."
        )

    def table(self) -> Table:
        """A row per number of bits."""
        rows = tuple(
            (
                str(bits),
                percent(self.clustered[:, i]),
                percent(self.tuned[:, i]),
                *(f"{self.smaller(stage)[:, i].mean():.1f}x" for stage in STAGES[2:]),
            )
            for i, bits in enumerate(self.bits)
        )
        smaller = self.smaller("pruned")[:, 0].mean()
        note = (
            f"Test accuracy of {counted(len(self.dense))}: dense {percent(self.dense)}, "
            f"{100 * self.sparsity:.0f} % pruned {percent(self.pruned)} ({smaller:.1f}x smaller)."
        )
        columns = ("bits", "k-means only", "fine-tuned", "smaller: clustered", "and Huffman")
        return self.tabled(columns, rows, note)


@measured
def compress_step_by_step(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    bits: Sequence[int] = BITS,
    sparsities: Sequence[float] = SPARSITIES,
    epochs: int = EPOCHS,
    controls: bool = True,
) -> Pipeline:
    """Take copies of every network (seed -> trained network) through all steps.

    ``controls=False`` leaves out those that need as much training again.
    """
    at_once = {"one-shot": [sparsities[-1]], "dense": [0.0]} if controls else {}
    kept: list[list[Step]] = []

    def one_seed(seed: int) -> dict[str, object]:
        net = networks[seed]
        pruned = prune(net, dataset, sparsities, epochs, seed)
        steps = [step(pruned, dataset, b, seed) for b in bits]
        kept.append(steps)
        others = {
            name: prune(net, dataset, cut, epochs * len(sparsities), seed)
            for name, cut in at_once.items()
        }
        return {
            "dense": training.accuracy(net, dataset.test),
            "pruned": training.accuracy(pruned, dataset.test),
            "controls": {n: training.accuracy(other, dataset.test) for n, other in others.items()},
            "clustered": [s.clustered for s in steps],
            "tuned": [s.tuned for s in steps],
            "bytes": {stage: [sum(s.budget[stage].values()) for s in steps] for stage in STAGES},
        }

    found = each_seed(one_seed, list(networks))
    first = dict(zip(bits, kept[0], strict=True))
    return Pipeline(
        bits=tuple(bits),
        sparsity=sparsities[-1],
        budget={stage: [s.budget[stage] for s in kept[0]] for stage in STAGES},
        counts={b: s.counts for b, s in first.items()},
        networks={b: s.network for b, s in first.items()},
        **found,
    )


def prune(
    net: nn.Module, dataset: Dataset, sparsities: Sequence[float], epochs: int, seed: int
) -> nn.Module:
    """A copy, pruned per layer by magnitude, with ``epochs`` of repair after each round."""
    copied = copy.deepcopy(net)
    train = repair(dataset, epochs, LR, seed)
    pruning.prune_iteratively(copied, train, sparsities, scope="layer")
    return copied


@dataclass(frozen=True)
class Step:
    """One network at one number of bits: accuracies, bytes by stage and purpose, index counts."""

    clustered: float
    tuned: float
    budget: dict[str, dict[str, int]]
    counts: np.ndarray
    network: nn.Module


def step(pruned: nn.Module, dataset: Dataset, bits: int, seed: int) -> Step:
    """Cluster a copy to 2^bits values a layer, fine-tune the centroids, and count the bytes."""
    small = copy.deepcopy(pruned)
    books = quantization.cluster_weights(small, 1 << bits)
    clustered = training.accuracy(small, dataset.test)
    shared = quantization.SharedWeights(small, books)
    training.fit(shared, dataset, epochs=1, seed=seed, lr=TUNE_LR, progress=False)
    books = shared.finish()
    index = next(iter(books.values())).index
    state = small.state_dict()
    budget = {
        "float32": {"values": sum(4 * p.numel() for p in small.parameters())},
        "pruned": deep_compression.budget(pruned.state_dict(), "fixed"),
        "clustered": deep_compression.budget(state, "fixed"),
        "Huffman": deep_compression.budget(state),
    }
    counts = np.bincount(index[index >= 0].numpy(), minlength=1 << bits)
    return Step(clustered, training.accuracy(small, dataset.test), budget, counts, small)


def judge(result: Pipeline) -> tuple[Check, ...]:
    """Forty times smaller and no worse; and each of the steps is worth something."""
    two, five = map(result.bits.index, (2, 5))
    from_40 = abs(result.smaller("Huffman")[:, five] - 40)
    lost = result.tuned[:, five] - result.dense
    in_rounds = result.pruned - result.controls["one-shot"]
    by_tuning = (result.tuned - result.clustered)[:, two]
    saved = 1 - result.bytes["Huffman"] / result.bytes["clustered"]
    least, step = _least(saved), _least(np.diff(saved, axis=1))
    return (
        check(
            "8 % of the weights, 5 bits: the file's distance from 40 times smaller",
            from_40,
            most=4,
            say=times,
            every="network",
        ),
        check("and its accuracy against dense", lost, least=-0.01),
        check("pruned in rounds against pruned at once", in_rounds, least=0.004),
        check("2 bits: fine-tuned centroids against those of k-means", by_tuning, least=0.01),
        check(
            "Huffman saves something, at the number of bits where it saves least",
            least,
            above=0,
            say=share,
        ),
        check(
            "Huffman saves more with every further bit: the smallest step", step, above=0, say=share
        ),
    )


def _least(rows: np.ndarray) -> np.ndarray:
    """The column whose mean is lowest."""
    return rows[:, rows.mean(axis=0).argmin()]


DEEP_COMPRESSION = Claim("deep_compression", Pipeline, on_dense(compress_step_by_step), judge)
