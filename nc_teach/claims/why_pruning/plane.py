"""The plane of (initial, final) weights, and what each mask criterion keeps of it: for a figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from nc_teach.claims import Result, measured
from nc_teach.claims.why_pruning.networks import EPOCHS
from nc_teach.claims.why_pruning.taken_apart import CRITERIA, SPARSITY, mask_by, train_whole
from nc_teach.data import Dataset

LAYER, SHOWN, CELLS = "fc2.weight", 3000, 101


@dataclass(frozen=True, kw_only=True)
class Plane(Result):
    """A sample of one layer's weights, and the half-planes that criteria keep.

    ``initial`` and ``final`` are the sample's weights; ``kept[criterion]`` says which are kept;
    ``regions[criterion]`` is the same for a square of places, rows from -top to top along the final
    weight, columns along the initial one.
    """

    initial: np.ndarray
    final: np.ndarray
    kept: dict[str, np.ndarray]
    regions: dict[str, np.ndarray]
    top: float


@measured
def weight_plane(
    dataset: Dataset,
    seed: int = 0,
    *,
    criteria: Sequence[str] = tuple(CRITERIA),
    kept: float = 1 - SPARSITY,
    epochs: int = EPOCHS,
) -> Plane:
    """Train LeNet-300-100 and lay out its middle layer, with ``kept`` of it kept."""
    initial, final, _ = train_whole(dataset, epochs, seed)
    first, last = initial[LAYER].flatten(), final[LAYER].flatten()
    some = torch.randperm(len(first), generator=torch.Generator().manual_seed(0))[:SHOWN]
    top = 1.02 * max(first.abs().max().item(), last.abs().quantile(0.999).item())
    ticks = torch.linspace(-top, top, CELLS)
    places = (ticks.expand(CELLS, CELLS), ticks[:, None].expand(CELLS, CELLS))
    chosen, regions = {}, {}
    for name in criteria:
        mask = mask_by(name, initial, final, seed, kept)[LAYER].flatten()
        lowest = CRITERIA[name](first, last)[mask].min()
        chosen[name] = mask[some].numpy()
        regions[name] = (CRITERIA[name](*places) >= lowest).numpy()
    return Plane(
        initial=first[some].numpy(),
        final=last[some].numpy(),
        kept=chosen,
        regions=regions,
        top=top,
    )
