"""Weight sharing: how many values does a trained network need, and where should they start?

The dense network's layers are clustered to k values each, for every k, with no training
afterwards. At a few k the three starts of k-means stand beside the exact optimum of a pruned layer,
and beside what the whole dense network reads with each. That the linear start is best is shown and
not judged: in a trial no order was to be seen.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import pruning, quantization, training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.claims.parameter_quantization.differences import lost_or_gained
from nc_teach.claims.running import points, spread, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.quantization import deep_compression
from nc_teach.quantization.clustering import INITS
from nc_teach.table import Table

VALUES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16)
START_VALUES = (4, 8, 16)
SPARSITY = 0.9  # of the networks whose starts are compared: as many weights as can be exact


@dataclass(frozen=True)
class Sharing:
    """What k values a layer do to the networks.

    ``before`` test accuracy per network, ``test`` networks x k, in [0, 1]; ``bytes`` of the first
    network's file per k, ``dense_bytes`` of its float32 parameters. For a picture: ``patch``, a
    corner of the last layer's weights; ``indices[k]`` and ``codebooks[k]`` of the whole layer, the
    indices cut to the patch. ``starts[init]``: distortion of a pruned network's first layer,
    networks x START_VALUES, "optimum" among them; ``start_test[init]`` the test accuracy of the
    dense network, clustered from that start, likewise.
    """

    values: tuple[int, ...]
    before: np.ndarray
    test: np.ndarray
    bytes: dict[int, int]
    dense_bytes: int
    patch: np.ndarray
    indices: dict[int, np.ndarray]
    codebooks: dict[int, np.ndarray]
    start_values: tuple[int, ...]
    starts: dict[str, np.ndarray]
    start_test: dict[str, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Accuracies, sizes and distortions as plain numbers, for a file."""
        return {
            "values": list(self.values), "before": self.before.round(4).tolist(),
            "test": self.test.round(4).tolist(), "bytes": list(self.bytes.values()),
            "dense bytes": self.dense_bytes, "start values": list(self.start_values),
            "starts": {init: rows.tolist() for init, rows in self.starts.items()},
            "start test": {init: rows.round(4).tolist() for init, rows in self.start_test.items()},
        }  # fmt: skip

    def table(self) -> Table:
        """A row per k: bits of an index, the file, accuracy, and the difference to float32."""
        rows = tuple(
            (
                str(k), str((k - 1).bit_length()), f"{self.bytes[k]:,}",
                f"{self.dense_bytes / self.bytes[k]:.1f}x", spread(self.test[:, i]),
                points((self.test[:, i] - self.before).mean()),
            )
            for i, k in enumerate(self.values)
        )  # fmt: skip
        note = (
            f"Test accuracy of {len(self.before)} networks, not retrained; float32: "
            f"{self.dense_bytes:,} bytes, {spread(self.before)}. {self.provenance.line()}"
        )
        columns = ("values", "index bits", "bytes on disk", "smaller", "accuracy", "against float")
        return Table(columns, rows, (note,))

    def starts_table(self) -> Table:
        """A row per start: distortion as a multiple of the optimum's, and test accuracy."""
        best, places = self.starts["optimum"], range(len(self.start_values))
        rows = []
        for init, of in self.starts.items():
            reads = ["" for _ in places]
            if init in self.start_test:
                reads = [spread(self.start_test[init][:, i]) for i in places]
            rows.append((init, *(f"{(of / best)[:, i].mean():.4f}" for i in places), *reads))
        notes = (
            "Distance: mean squared distance of the weights from their values, as a multiple of "
            f"the exact optimum's: first layer, {100 * SPARSITY:.0f} % pruned, {len(best)} "
            "networks, one random start each.",
            "Reads: test accuracy of the dense networks, all layers clustered, not retrained. The "
            "optimum is found for some ten thousand weights, not for the dense layers.",
        )
        heads = (f"{what}, k = {k}" for what in ("distance", "reads") for k in self.start_values)
        return Table(("start", *heads), tuple(rows), notes)


def share_weights(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    values: Sequence[int] = VALUES,
    start_values: Sequence[int] = START_VALUES,
    patch: tuple[int, int] = (6, 6),
) -> Sharing:
    """Cluster copies of every network (seed -> trained network) to every k."""
    started = time.perf_counter()
    first = next(iter(networks.values()))
    test, starts, reads, sizes = [], [], [], {}
    with stopping_as_a_whole():
        for seed, net in with_bar(list(networks.items()), "network"):
            row = []
            for k in values:
                shared = copy.deepcopy(net)
                quantization.cluster_weights(shared, k)
                row.append(training.accuracy(shared, dataset.test))
                if net is first:
                    sizes[k] = len(deep_compression.encode(shared.state_dict(), "fixed"))
            test.append(row)
            starts.append(compare_starts(net, start_values))
            reads.append(read_from_starts(net, dataset, start_values, seed))
    weight = list(quantization.layer_weights(first).values())[-1].detach()
    rows, columns = patch
    books = {k: quantization.cluster(weight, k) for k in values}
    before = [training.accuracy(net, dataset.test) for net in networks.values()]
    return Sharing(
        tuple(values), np.array(before), np.array(test), sizes,
        sum(4 * p.numel() for p in first.parameters()), weight[:rows, :columns].numpy(),
        {k: book.index[:rows, :columns].numpy() for k, book in books.items()},
        {k: book.centroids.numpy() for k, book in books.items()},
        tuple(start_values), {name: np.array([s[name] for s in starts]) for name in starts[0]},
        {init: np.array([of[init] for of in reads]) for init in INITS},
        measured_now("share_weights", time.perf_counter() - started),
    )  # fmt: skip


def compare_starts(net: nn.Module, values: Sequence[int]) -> dict[str, list[float]]:
    """Distortion of the pruned first layer from every start, and of the optimum, per k."""
    name, weight = next(iter(quantization.layer_weights(net).items()))
    scores = {name: pruning.magnitude(weight)}
    weight = torch.where(pruning.select(scores, SPARSITY)[name], weight.detach(), 0.0)
    found = {
        init: [
            quantization.distortion(weight, quantization.cluster(weight, k, init)) for k in values
        ]
        for init in INITS
    }
    best = [
        quantization.distortion(weight, quantization.cluster_exactly(weight, k)) for k in values
    ]
    return {**found, "optimum": best}


def read_from_starts(
    net: nn.Module, dataset: Dataset, values: Sequence[int], seed: int
) -> dict[str, list[float]]:
    """Test accuracy of copies whose layers were all clustered from every start, per k."""
    found: dict[str, list[float]] = {init: [] for init in INITS}
    for init in INITS:
        for k in values:
            shared = copy.deepcopy(net)
            quantization.cluster_weights(shared, k, init, seed=seed)
            found[init].append(training.accuracy(shared, dataset.test))
    return found


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    loss = np.array(numbers["test"]) - np.array(numbers["before"])[:, None]
    loss = dict(zip(numbers["values"], loss.mean(axis=0), strict=True))
    sizes = dict(zip(numbers["values"], numbers["bytes"], strict=True))
    ratio = numbers["dense bytes"] / sizes[4]
    return (
        Check("2 values (1 bit): at least 20 points lost", lost_or_gained(loss[2]),
              bool(loss[2] <= -0.2)),
        Check("16 values (4 bits): at most 0.4 points lost", lost_or_gained(loss[16]),
              bool(loss[16] >= -0.004)),
        Check("4 values: the whole file 14 to 16 times smaller", f"{ratio:.1f} times",
              bool(14 <= ratio <= 16)),
    )  # fmt: skip


WEIGHT_SHARING = Claim(
    key="weight_sharing",
    title="Sixteen values a layer are enough",
    paper="Han et al. 2016, arXiv:1510.00149, section 3",
    says="weights that share k values take log2 k bits each, and a table.",
    dataset="mnist",
    experiment=lambda dataset, seeds: share_weights(dense_networks(dataset, seeds), dataset),
    judge=_judge,
)
