"""Deep Compression step by step, small: what does each of its three steps save, and what cost?

LeNet-300-100 on 10,000 digits: pruned per layer to 8 % of the weights in four rounds, clustered to
2^b values a layer, the centroids fine-tuned for an epoch with summed gradients, Huffman-coded. The
controls: the same pruning at once with the same epochs of repair, the dense network trained on for
as long, and the clusters before their fine-tuning. Every size is that of a whole file.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from nc_teach import pruning, quantization, training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.claims.network_pruning.healing import repair
from nc_teach.claims.parameter_quantization.differences import each_and_mean
from nc_teach.claims.running import raise_if_interrupted, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.quantization import deep_compression
from nc_teach.table import Table

SPARSITIES = (0.5, 0.75, 0.88, 0.92)
EPOCHS = 4  # of repair after each
LR, TUNE_LR = 1.2e-3, 2e-4
BITS = (2, 3, 4, 5, 6)
STAGES = ("float32", "pruned", "clustered", "Huffman")


@dataclass(frozen=True)
class Pipeline:
    """Accuracies in [0, 1], sizes in bytes.

    ``dense`` and ``pruned`` accuracy per network, ``controls[name]`` likewise; ``clustered`` and
    ``tuned`` networks x bits. ``bytes[stage]`` networks x bits; ``budget[stage][b]`` what the bytes
    of the first network's file are for. ``counts``: how often each index of the first network's
    largest layer occurs, per bits.
    """

    bits: tuple[int, ...]
    sparsity: float
    dense: np.ndarray
    pruned: np.ndarray
    controls: dict[str, np.ndarray]
    clustered: np.ndarray
    tuned: np.ndarray
    bytes: dict[str, np.ndarray]
    budget: dict[str, list[dict[str, int]]]
    counts: dict[int, np.ndarray]
    networks: dict[int, nn.Module]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything but the networks as plain numbers, for a file."""
        return {
            "bits": list(self.bits), "sparsity": self.sparsity,
            "dense": self.dense.round(4).tolist(), "pruned": self.pruned.round(4).tolist(),
            "controls": {name: a.round(4).tolist() for name, a in self.controls.items()},
            "clustered": self.clustered.round(4).tolist(), "tuned": self.tuned.round(4).tolist(),
            "bytes": {stage: sizes.tolist() for stage, sizes in self.bytes.items()},
        }  # fmt: skip

    def table(self) -> Table:
        """A row per number of bits."""
        rows = tuple(
            (
                str(bits), spread(self.clustered[:, i]), spread(self.tuned[:, i]),
                *(f"{(self.bytes['float32'] / self.bytes[s])[:, i].mean():.1f}x"
                  for s in STAGES[2:]),
            )
            for i, bits in enumerate(self.bits)
        )  # fmt: skip
        smaller = (self.bytes["float32"] / self.bytes["pruned"])[:, 0].mean()
        note = (
            f"Test accuracy of {len(self.dense)} network{'s' * (len(self.dense) > 1)}: "
            f"dense {spread(self.dense)}, "
            f"{100 * self.sparsity:.0f} % pruned {spread(self.pruned)} ({smaller:.1f}x smaller). "
            f"{self.provenance.line()}"
        )
        columns = ("bits", "clustered", "fine-tuned", "smaller: clustered", "and Huffman")
        return Table(columns, rows, (note,))


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
    started = time.perf_counter()
    rows, small, found = [], {}, {}
    with stopping_as_a_whole():
        for seed, net in with_bar(list(networks.items()), "network"):
            pruned = prune(net, dataset, sparsities, epochs, seed)
            rows.append([step(pruned, dataset, b, seed) for b in bits])
            small[seed] = pruned
            for name, steps in control_steps(sparsities) if controls else ():
                other = prune(net, dataset, steps, epochs * len(sparsities), seed)
                found.setdefault(name, []).append(training.accuracy(other, dataset.test))
    dense, cut = (
        np.array([training.accuracy(n, dataset.test) for n in nets.values()])
        for nets in (networks, small)
    )
    first = rows[0]
    return Pipeline(
        tuple(bits), sparsities[-1], dense, cut, {n: np.array(a) for n, a in found.items()},
        np.array([[s.clustered for s in row] for row in rows]),
        np.array([[s.tuned for s in row] for row in rows]),
        {st: np.array([[sum(s.budget[st].values()) for s in r] for r in rows]) for st in STAGES},
        {stage: [s.budget[stage] for s in first] for stage in STAGES},
        {b: s.counts for b, s in zip(bits, first, strict=True)},
        {b: s.network for b, s in zip(bits, first, strict=True)},
        measured_now("compress_step_by_step", time.perf_counter() - started),
    )  # fmt: skip


def control_steps(sparsities: Sequence[float]) -> list[tuple[str, list[float]]]:
    """Name and sparsities of the controls, which get all epochs of repair in one round."""
    return [("one-shot", [sparsities[-1]]), ("dense", [0.0])]


def prune(
    net: nn.Module, dataset: Dataset, sparsities: Sequence[float], epochs: int, seed: int
) -> nn.Module:
    """A copy, pruned per layer by magnitude, with ``epochs`` of repair after each round."""
    copied = copy.deepcopy(net)
    train = repair(dataset, epochs, LR, seed)
    result = pruning.prune_iteratively(copied, train, sparsities, scope="layer")
    raise_if_interrupted(result.histories[-1])
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
    raise_if_interrupted(
        training.fit(shared, dataset, epochs=1, seed=seed, lr=TUNE_LR, progress=False)
    )
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


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    place = {bits: i for i, bits in enumerate(numbers["bits"])}
    dense, pruned = np.array(numbers["dense"]), np.array(numbers["pruned"])
    clustered, tuned = np.array(numbers["clustered"]), np.array(numbers["tuned"])
    size = {stage: np.array(of) for stage, of in numbers["bytes"].items()}
    ratio = (size["float32"] / size["Huffman"])[:, place[5]]
    loss = tuned[:, place[5]] - dense
    rounds = pruned - np.array(numbers["controls"]["one-shot"])
    gain = (tuned - clustered)[:, place[2]]
    saved = 1 - (size["Huffman"] / size["clustered"]).mean(axis=0)
    every = ", ".join(f"{100 * s:.1f}" for s in saved)
    return (
        Check("8 % of the weights, 5 bits: the file 36 to 44 times smaller",
              ", ".join(f"{r:.1f}" for r in ratio), bool(36 <= ratio.min() <= ratio.max() <= 44)),
        Check("and at most 1 point below dense", each_and_mean(loss), bool(loss.mean() >= -0.01)),
        Check("pruned in rounds at least 0.4 points better than at once", each_and_mean(rounds),
              bool(rounds.mean() >= 0.004)),
        Check("2 bits: fine-tuned centroids at least 1 point better", each_and_mean(gain),
              bool(gain.mean() >= 0.01)),
        Check("Huffman saves something at every number of bits, and more with more",
              f"{every} % for {', '.join(map(str, numbers['bits']))} bits",
              bool(saved.min() > 0 and (np.diff(saved) > 0).all())),
    )  # fmt: skip


DEEP_COMPRESSION = Claim(
    key="deep_compression",
    title="Pruned, clustered, Huffman-coded: forty times smaller",
    paper="Han et al. 2016, arXiv:1510.00149, table 1 and the section on Huffman coding",
    says="LeNet-300-100 40 times smaller at no loss of accuracy; Huffman saves 20 to 30 %.",
    dataset="mnist",
    experiment=lambda dataset, seeds: compress_step_by_step(
        dense_networks(dataset, seeds), dataset
    ),
    judge=_judge,
)
