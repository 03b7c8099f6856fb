"""Wen, Wu, Wang, Chen, Li (2016), "Structured Sparsity": do zeros make a layer faster?

One matrix product of four layers' sizes, with a share of the weights removed in three ways: zeros
left in the dense matrix, the same zeros in torch's compressed sparse rows (CSR), and whole rows
really gone. All take turns on one thread; what counts is the ratio to the dense one in the same
run, lower quartile against lower quartile: whatever else the machine does can only add time. What
the zeros do to the accuracy is not asked here.

The criteria were set before the runs, from a trial on another machine. The paper's figure is about
GPUs of 2016; on a processor CSR does pay in the end, and the criteria do not say otherwise.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import meter
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured, rounded
from nc_teach.common.spread import between, share, times

from .sentences import paragraph

SHAPES = {
    "conv2": (256, 1200, 729),
    "conv3": (384, 2304, 169),
    "fc 1024, batch 64": (1024, 1024, 64),
    "fc 4096, batch 1": (4096, 4096, 1),
}
BESIDE = {  # shown, and not part of the criterion: so small that calling them takes the time
    "fc 1024, batch 1": (1024, 1024, 1),
    "LeNet fc1, batch 1": (300, 784, 1),
}
SPARSITIES = (0.5, 0.75, 0.9, 0.95, 0.99)
WAYS = ("zeros", "csr", "rows")


@dataclass(frozen=True, kw_only=True)
class Speedups(Result):
    """Time of the dense product over the time of each way: ways -> runs x shapes x sparsities."""

    shapes: dict[str, tuple[int, int, int]]
    sparsities: tuple[float, ...]
    speedup: dict[str, np.ndarray] = rounded(3)

    def faster_from(self, way: str, shape: str) -> float:
        """The smallest measured sparsity from which on ``way`` is faster than dense; 1 for never.

        Median over the runs. Raises ``ValueError`` for a shape that was not measured.
        """
        if shape not in self.shapes:
            raise ValueError(f"shape must be one of {', '.join(self.shapes)}, got {shape!r}")
        ratios = np.median(self.speedup[way][:, list(self.shapes).index(shape)], axis=0)
        slow = np.flatnonzero(ratios <= 1)
        first = slow[-1] + 1 if len(slow) else 0
        return self.sparsities[first] if first < len(self.sparsities) else 1.0

    def in_words(self) -> str:
        """With 95 % removed: the slowest and the fastest of every way over all products."""
        place, parts = self.sparsities.index(0.95), []
        names = {"zeros": "zeros left in", "csr": "compressed rows", "rows": "rows really gone"}
        for way, name in names.items():
            ratios = np.median(self.speedup[way], axis=0)[:, place]
            parts.append(f"{name} {ratios.min():.1f} to {ratios.max():.1f} times as fast")
        return f"95 % removed, against the dense product: {', '.join(parts)}."

    def meaning(self, shape: str) -> str:
        """What each way gains for one product, and from where on CSR does."""
        place, row = self.sparsities.index(0.95), list(self.shapes).index(shape)
        zeros, csr, rows = (np.median(self.speedup[w], axis=0)[row, place] for w in WAYS)
        first = self.faster_from("csr", shape)
        when = "never faster" if first == 1 else f"faster from {share(first)} zeros on"
        return paragraph(
            f"For {shape}, with 95 % of the weights removed, one would hope for 20 times. Zeros "
            f"left in the matrix give {times(zeros)}, compressed rows {times(csr)}, rows that are "
            f"really gone {times(rows)}.",
            f"Of the levels that we measured, the compressed format is {when}.",
        )

    def table(self) -> Table:
        """A row per shape and way, a column per sparsity: times as fast as dense."""
        rows = tuple(
            (shape, way, *(between(runs, 2) for runs in ratios[:, row].T))
            for row, shape in enumerate(self.shapes)
            for way, ratios in self.speedup.items()
        )
        heads = tuple(f"{100 * s:.0f} % removed" for s in self.sparsities)
        note = "Times as fast as the dense product, one thread; in brackets 95 % intervals."
        return self.tabled(("product", "way", *heads), rows, note)


class Product(nn.Module):
    """A layer as one matrix product: ``forward(inputs) = matrix @ inputs``."""

    def __init__(self, matrix: Tensor) -> None:
        super().__init__()
        self.matrix = matrix

    def forward(self, inputs: Tensor) -> Tensor:
        return self.matrix @ inputs


@measured
def time_products(
    seeds: Sequence[int],
    *,
    shapes: dict[str, tuple[int, int, int]] = SHAPES | BESIDE,
    repeats: int = 11,
) -> Speedups:
    """Time every product (out, in, columns) with random weights and zeros, a run for every seed."""

    def measure(seed: int) -> dict[str, list[list[float]]]:
        ratios: dict[str, list[list[float]]] = {way: [] for way in WAYS}
        for sizes in shapes.values():
            products, inputs = _products(sizes, SPARSITIES, seed)
            took = meter.latencies(products, inputs, repeats=repeats, warm_up=2)
            lower = {name: one.lower for name, one in took.items()}
            for way in WAYS:
                ratios[way].append([lower["dense"] / lower[f"{way} {s}"] for s in SPARSITIES])
        return ratios

    speedup = each_seed(measure, seeds)
    return Speedups(shapes=dict(shapes), sparsities=SPARSITIES, speedup=speedup)


def _products(
    sizes: tuple[int, int, int], sparsities: Sequence[float], seed: int
) -> tuple[dict[str, nn.Module], Tensor]:
    generator = torch.Generator().manual_seed(seed)
    out, width, columns = sizes
    weight = torch.randn(out, width, generator=generator)
    order = torch.rand(out, width, generator=generator)
    products: dict[str, nn.Module] = {"dense": Product(weight)}
    for sparsity in sparsities:
        zeros = weight * (order >= sparsity)
        rows = max(1, round((1 - sparsity) * out))
        with warnings.catch_warnings():  # torch says once that CSR is in beta
            warnings.simplefilter("ignore", UserWarning)
            products[f"csr {sparsity}"] = Product(zeros.to_sparse_csr())
        products[f"zeros {sparsity}"] = Product(zeros)
        products[f"rows {sparsity}"] = Product(weight[:rows].clone())
    return products, torch.randn(width, columns, generator=generator)


def _judge(result: Speedups) -> tuple[Check, ...]:
    """Of the median over the runs, the product that is farthest on the wrong side."""
    judged = [row for row, name in enumerate(result.shapes) if name not in BESIDE]
    zeros, csr, rows = (np.median(result.speedup[way], axis=0)[judged] for way in WAYS)
    half, most = result.sparsities.index(0.5), result.sparsities.index(0.95)
    at_half = "CSR with half of the weights: fastest against dense"
    at_most = "CSR with 5 % of the weights (in theory 20 times): fastest against dense"
    gone = (rows / csr)[:, most].min()
    ratio = partial(check, say=times)
    return (
        ratio("zeros in the dense matrix: slowest against dense", zeros.min(), least=0.8),
        ratio("zeros in the dense matrix: fastest against dense", zeros.max(), most=1.25),
        ratio(at_half, csr[:, half].max(), most=0.6),
        ratio(at_most, csr[:, most].max(), most=10),
        ratio("5 % of the weights: whole rows gone against CSR, the least", gone, least=2.5),
    )


STRUCTURED_SPARSITY = Claim(
    "structured_sparsity",
    Speedups,
    lambda dataset, seeds: time_products(seeds),  # the same whatever the numbers are
    _judge,
)
