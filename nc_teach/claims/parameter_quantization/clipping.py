"""Where to clip: one layer's activations, their rounding and clipping error, and what it all costs.

Only the input of one layer is put on a grid, and everything else stays in float32, so that nothing
but this range can have moved the accuracy. There is no claim here; the claim is ``integers``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import quantization
from nc_teach.claims import Result, Table, measured, rounded
from nc_teach.data import Dataset

BITS = (8, 6, 4, 3, 2)
PERCENTILES = (
    80.0,
    85.0,
    90.0,
    93.0,
    95.0,
    97.0,
    98.0,
    99.0,
    99.5,
    99.8,
    99.9,
    99.95,
    99.99,
    100.0,
)
CALIBRATION, BINS = 500, 60


@dataclass(frozen=True, kw_only=True)
class Clipping(Result):
    """Of one layer's input: ``heights`` counts what is not 0 of the training images' activations,
    between ``edges``; ``zeros`` is the share that is 0.

    ``ends`` is the upper end of the range per percentile. ``rounding`` and ``clipping`` are mean
    squared errors on the training images, ``accuracy`` is the network's on the validation split,
    all bits x percentiles; ``before`` is the accuracy without any rounding.
    """

    layer: str
    bits: tuple[int, ...]
    percentiles: tuple[float, ...] = rounded(2)
    heights: np.ndarray
    edges: np.ndarray
    zeros: float
    ends: np.ndarray
    rounding: np.ndarray = rounded(8)
    clipping: np.ndarray = rounded(8)
    accuracy: np.ndarray
    before: float

    @property
    def error(self) -> np.ndarray:
        """The mean squared error, rounding and clipping together."""
        return self.rounding + self.clipping

    def table(self) -> Table:
        """A row per number of bits: min-max, and the percentile of the least error."""
        rows = []
        for error, accuracy, bits in zip(self.error, self.accuracy, self.bits, strict=True):
            best = int(error.argmin())
            reads = f"{100 * accuracy[-1]:.1f} %", f"{100 * accuracy[best]:.1f} %"
            least = f"{error[best]:.2g} at {self.percentiles[best]:g}"
            rows.append((str(bits), f"{error[-1]:.2g}", reads[0], least, reads[1]))
        heads = ("bits", "error, min-max", "it reads", "least error, at percentile", "it reads ")
        return self.tabled(heads, rows, f"Validation accuracy; float32 {100 * self.before:.1f} %.")


@measured
def where_to_clip(
    net: nn.Module,
    dataset: Dataset,
    *,
    layer: int = 1,
    bits: Sequence[int] = BITS,
    percentiles: Sequence[float] = PERCENTILES,
) -> Clipping:
    """Clip and round the input of ``layer`` of ``net`` in every way; ``net`` is unchanged.

    ``layer`` counts the linear and convolutional layers from 0. ``percentiles`` end with 100.
    Raises ``ValueError`` for a layer that there is not, or that reads numbers below 0, since it has
    no ReLU before it.
    """
    row = quantization.plain_row(net, dataset.train.images[:10])
    places = [i for i, part in enumerate(row) if isinstance(part, nn.Linear | nn.Conv2d)]
    if not 0 <= layer < len(places):
        raise ValueError(f"layer must be from 0 to {len(places) - 1}, got {layer}")
    before, after = row[: places[layer]], row[places[layer] :]
    with torch.no_grad():
        x = before(dataset.train.images[:CALIBRATION])
        held_out = before(dataset.validation.images)
    if x.min() < 0:
        raise ValueError(
            f"layer must read what a ReLU gives, nothing below 0; layer {layer} does not"
        )

    @torch.no_grad()
    def accuracy(inputs: Tensor) -> float:
        right = after(inputs).argmax(dim=1) == dataset.validation.labels
        return right.float().mean().item()

    def one_grid(bits: int, ends: tuple[float, float]) -> tuple[float, float, float]:
        grid = quantization.calibrate(torch.tensor(ends), bits)
        reads = accuracy(quantization.fake_quantize(held_out, *grid, bits))
        return (*quantization.quantization_error(x, *grid, bits), reads)

    ranges = [quantization.clip_range(x, p) for p in percentiles]
    found = np.array([[one_grid(b, ends) for ends in ranges] for b in bits])
    heights, edges = np.histogram(x[x != 0].numpy(), BINS)
    return Clipping(
        layer=f"layer {layer + 1}",
        bits=tuple(bits),
        percentiles=tuple(percentiles),
        heights=heights,
        edges=edges,
        zeros=(x == 0).float().mean().item(),
        ends=np.array([high for _, high in ranges]),
        rounding=found[..., 0],
        clipping=found[..., 1],
        accuracy=found[..., 2],
        before=accuracy(held_out),
    )
