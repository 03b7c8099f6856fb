"""Seven compact networks and a plain one: same images, same epochs, about the same size.

The control is the plain network: as many parameters and MACs, and no trick at all. Every network
has its small form for 28 x 28 images. The criteria were set before the run; claims of the papers
are about ImageNet, and none of them is about networks of this size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nc_teach.claims.architecture_design.compared import Compared, compare
from nc_teach.claims.architecture_design.networks import COMPACT, Make, plain_network
from nc_teach.claims.claim import Check, Claim
from nc_teach.claims.running import points
from nc_teach.data import Dataset

EPOCHS = 8
PLAIN = "plain"
NETWORKS: dict[str, Make] = {**COMPACT, PLAIN: plain_network}


def equal_budget(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    networks: Mapping[str, Make] = NETWORKS,
    epochs: int = EPOCHS,
    **rates: Any,
) -> Compared:
    """All networks of the chapter, each from every seed. ``rates=(3e-3,)`` saves the choice."""
    return compare(networks, dataset, seeds, epochs=epochs, **rates)


def slower_with_fewer(macs: np.ndarray, times: np.ndarray) -> list[tuple[int, int]]:
    """Pairs (a, b): a has fewer MACs than b and takes longer, quartile clear of quartile.

    ``times`` is networks x (lower quartile, median, upper quartile).
    """
    count = range(len(macs))
    return [(a, b) for a in count for b in count if macs[a] < macs[b] and times[a, 0] > times[b, 2]]


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    names = numbers["names"]
    mean = dict(zip(names, np.mean(numbers["accuracy"], axis=0), strict=True))
    plain = mean.pop(PLAIN)
    best = max(mean, key=lambda name: mean[name])
    macs = np.array(numbers["macs"])
    times = np.array(numbers["latency"]["batch 1"])
    pairs = slower_with_fewer(macs, times)
    place = 1 + int((times[:, 1] < times[names.index(PLAIN), 1]).sum())
    return (
        Check(
            "the best of the seven reads at least 1 point more than the plain network",
            f"{best}: {points(mean[best] - plain)}",
            bool(mean[best] - plain >= 0.01),
        ),
        Check(
            "all seven read at least as much as the plain network",
            f"{sum(m >= plain for m in mean.values())} of {len(mean)}",
            bool(min(mean.values()) >= plain),
        ),
        Check(
            "fewer MACs are not always less time: some network has fewer and takes longer",
            f"{len(pairs)} pairs at batch 1",
            bool(pairs),
        ),
        Check(
            "the plain network is the fastest at batch 1",
            f"place {place} of {len(names)}",
            place == 1,
        ),
    )


EQUAL_BUDGET = Claim(
    key="equal_budget",
    title="Seven compact networks and a plain one at equal budget",
    paper="arXiv:1602.07360 (SqueezeNet), 1704.04861 and 1801.04381 (MobileNet), 1707.01083 and "
    "1807.11164 (ShuffleNet), 1610.02357 (Xception), 1911.11907 (GhostNet)",
    says="Each reads more of ImageNet than other networks of its parameters or MACs.",
    dataset="fashion",
    experiment=equal_budget,
    judge=_judge,
)
