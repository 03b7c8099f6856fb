"""Weight sharing: how many values does a trained network need, and where should they start?

The dense network's layers are clustered to k values each, for every k, with no training
afterwards. At a few k the three starts of k-means are compared with the exact optimum of a pruned
layer, and by what the whole dense network reads with each. That the linear start is best is shown
and not judged: a trial showed no order.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from nc_teach import pruning, quantization, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured, rounded
from nc_teach.claims.network_pruning.dense import on_dense
from nc_teach.claims.why_pruning.networks import counted
from nc_teach.common.spread import percent, points, times
from nc_teach.data import Dataset
from nc_teach.quantization import deep_compression
from nc_teach.quantization.clustering import INITS

VALUES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16)
START_VALUES = (4, 8, 16)
SPARSITY = 0.9  # of the networks whose starts are compared: as many weights as can be exact


@dataclass(frozen=True, kw_only=True)
class Sharing(Result):
    """What k values a layer do to the networks.

    ``before`` test accuracy per network, ``test`` networks x k, in [0, 1]; ``bytes`` of the first
    network's file per k, ``dense_bytes`` of its float32 parameters. ``starts[init]``: mean squared
    distance of a pruned network's first layer from its values, networks x START_VALUES, "optimum"
    among them; ``start_test[init]`` the test accuracy of the dense network, clustered from that
    start, likewise. For a picture: ``patch``, a corner of the last layer's weights; ``indices[k]``
    and ``codebooks[k]`` of the whole layer, the indices cut to the patch.
    """

    values: tuple[int, ...]
    before: np.ndarray
    test: np.ndarray
    bytes: dict[int, int]
    dense_bytes: int
    start_values: tuple[int, ...]
    starts: dict[str, np.ndarray] = rounded(24)
    start_test: dict[str, np.ndarray]
    patch: np.ndarray | None = local()
    indices: dict[int, np.ndarray] | None = local()
    codebooks: dict[int, np.ndarray] | None = local()

    def in_words(self) -> str:
        """What 4 and 16 values a layer cost, and how much smaller the file is."""
        lost = 100 * (self.before[:, None] - self.test).mean(axis=0)
        told = "; ".join(
            f"{k} values lose {lost[self.values.index(k)]:.2f} points, and the file is "
            f"{self.dense_bytes / self.bytes[k]:.1f} times smaller"
            for k in (4, 16)
        )
        return f"{counted(len(self.before))}, not retrained: {told}."

    def table(self) -> Table:
        """A row per k: bits of an index, the file, accuracy, and the difference to float32."""
        rows = tuple(
            (
                str(k),
                str((k - 1).bit_length()),
                f"{self.bytes[k]:,}",
                f"{self.dense_bytes / self.bytes[k]:.1f}x",
                percent(self.test[:, i]),
                points((self.test[:, i] - self.before).mean()),
            )
            for i, k in enumerate(self.values)
        )
        note = (
            f"Test accuracy of {counted(len(self.before))}, not retrained; float32: "
            f"{self.dense_bytes:,} bytes for the numbers alone, {percent(self.before)}."
        )
        columns = ("values", "index bits", "bytes on disk", "smaller", "accuracy", "against float")
        return self.tabled(columns, rows, note)

    def starts_table(self) -> Table:
        """A row per start: distortion as a multiple of the optimum's, and test accuracy."""
        best = self.starts["optimum"]
        unread = ["" for _ in self.start_values]
        reads = {init: map(percent, of.T) for init, of in self.start_test.items()}
        rows = tuple(
            (init, *(f"{mean:.4f}" for mean in (of / best).mean(axis=0)), *reads.get(init, unread))
            for init, of in self.starts.items()
        )
        notes = (
            "Distance: mean squared distance of the weights from their values, as a multiple of "
            f"the exact optimum's: first layer, {100 * SPARSITY:.0f} % pruned, {len(best)} "
            "networks, one random start each.",
            "Reads: test accuracy of the dense networks, all layers clustered, not retrained. The "
            "optimum is found for some ten thousand weights, not for the dense layers.",
        )
        heads = (f"{what}, k = {k}" for what in ("distance", "reads") for k in self.start_values)
        return Table(("start", *heads), rows, notes)


@measured
def share_weights(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    values: Sequence[int] = VALUES,
    start_values: Sequence[int] = START_VALUES,
    patch: tuple[int, int] = (6, 6),
) -> Sharing:
    """Cluster copies of every network (seed -> trained network) to every k."""
    first = next(iter(networks.values()))
    sizes = {}

    def one_seed(seed: int) -> dict[str, object]:
        net, test = networks[seed], []
        for k in values:
            shared = clustered(net, k)
            test.append(training.accuracy(shared, dataset.test))
            if net is first:
                sizes[k] = len(deep_compression.encode(shared.state_dict(), "fixed"))
        return {
            "before": training.accuracy(net, dataset.test),
            "test": test,
            "starts": compare_starts(net, start_values),
            "start_test": {
                init: [
                    training.accuracy(clustered(net, k, init, seed), dataset.test)
                    for k in start_values
                ]
                for init in INITS
            },
        }

    found = each_seed(one_seed, list(networks))
    weight = list(quantization.layer_weights(first).values())[-1].detach()
    corner = tuple(map(slice, patch))
    books = {k: quantization.cluster(weight, k) for k in values}
    return Sharing(
        values=tuple(values),
        bytes=sizes,
        dense_bytes=sum(4 * p.numel() for p in first.parameters()),
        start_values=tuple(start_values),
        patch=weight[corner].numpy(),
        indices={k: book.index[corner].numpy() for k, book in books.items()},
        codebooks={k: book.centroids.numpy() for k, book in books.items()},
        **found,
    )


def clustered(net: nn.Module, k: int, init: str = "linear", seed: int = 0) -> nn.Module:
    """A copy whose layers share k values each, from that start of k-means."""
    shared = copy.deepcopy(net)
    quantization.cluster_weights(shared, k, init, seed=seed)
    return shared


def compare_starts(net: nn.Module, values: Sequence[int]) -> dict[str, list[float]]:
    """Mean squared distance in the pruned first layer, from every start and at best, per k."""
    name, dense = next(iter(quantization.layer_weights(net).items()))
    kept = pruning.select({name: pruning.magnitude(dense)}, SPARSITY)[name]
    weight = torch.where(kept, dense.detach(), 0.0)
    books = {init: [quantization.cluster(weight, k, init) for k in values] for init in INITS}
    books["optimum"] = [quantization.cluster_exactly(weight, k) for k in values]
    return {
        start: [quantization.distortion(weight, book) for book in found]
        for start, found in books.items()
    }


def judge(result: Sharing) -> tuple[Check, ...]:
    """Two values are too few, sixteen enough, and with four the file is as small as expected."""
    loss = dict(zip(result.values, (result.test - result.before[:, None]).T, strict=True))
    from_15 = abs(result.dense_bytes / result.bytes[4] - 15)
    return (
        check("2 values (1 bit): against float32", loss[2], most=-0.2),
        check("16 values (4 bits): against float32", loss[16], least=-0.004),
        check(
            "4 values: the whole file's distance from 15 times smaller", from_15, most=1, say=times
        ),
    )


WEIGHT_SHARING = Claim("weight_sharing", Sharing, on_dense(share_weights), judge)
