"""The lecture's five compact networks and a plain one: same images, same epochs, one size.

The control is the plain network: as many parameters, and no trick at all. Every network is there in
its small form for 28 x 28 images; the largest has at most a tenth more parameters than the
smallest. Their MACs differ more (the first convolutions of a network hold few parameters and do
much of the work), so these are shown beside it. The criteria were set before the run; claims of the
papers are about ImageNet, and none of them is about networks of this size.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from nc_teach.claims import Check, Claim, check, fact
from nc_teach.common.spread import count, times as ratio
from nc_teach.data import Dataset

from .compared import BATCHES, EPOCHS, RATES, Compared, compare, quartiles
from .networks import COMPACT, Make, plain_network

PLAIN = "plain"
NETWORKS: dict[str, Make] = {**COMPACT, PLAIN: plain_network}


def equal_budget(
    dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS, rates: Sequence[float] = RATES
) -> Compared:
    """All networks of the chapter, each from every seed. ``rates=(3e-3,)`` saves the choice."""
    return compare(NETWORKS, dataset, seeds, epochs=epochs, rates=rates)


def latencies(images: Tensor, seed: int = 0) -> dict[str, np.ndarray]:
    """Times of all networks on this machine as :attr:`.Compared.latency` has them.

    The networks are untrained: training changes what they say, not how long they take.
    """
    networks = {name: make(num_classes=10, seed=seed).eval() for name, make in NETWORKS.items()}
    return {
        batch: quartiles(networks, images[:size], repeats=repeats)
        for batch, (size, repeats) in BATCHES.items()
    }


def slower_with_fewer(macs: np.ndarray, times: np.ndarray) -> list[tuple[int, int]]:
    """Pairs (a, b): a has fewer MACs than b and takes longer, quartile clear of quartile.

    ``times`` is networks x (lower quartile, median, upper quartile).
    """
    pairs = itertools.product(range(len(macs)), repeat=2)
    return [(a, b) for a, b in pairs if macs[a] < macs[b] and times[a, 0] > times[b, 2]]


def check_slower(macs: np.ndarray, times: np.ndarray) -> Check:
    """That fewer MACs are not always less time; arguments as in :func:`slower_with_fewer`."""
    what = "fewer MACs, not always less time: pairs of which one has fewer and takes longer"
    return check(f"{what} (batch 1)", len(slower_with_fewer(macs, times)), least=1, say=count)


def _judge(result: Compared) -> tuple[Check, ...]:
    mean = dict(zip(result.names, result.accuracy.mean(axis=0), strict=True))
    del mean[PLAIN]
    best, worst = max(mean, key=mean.__getitem__), min(mean, key=mean.__getitem__)
    top, bottom = (result.gains(name, PLAIN) for name in (best, worst))
    plain, times = "of the five against the plain network", result.latency["batch 1"]
    place = 1 + int((times[:, 1] < times[result.names.index(PLAIN), 1]).sum())
    fastest = "the plain network is the fastest at batch 1"
    largest = result.params.max() / result.params.min()
    return (
        check("parameters, the largest over the smallest", largest, most=1.1, say=ratio),
        check(f"the best ({best}) {plain}", top, least=0.01),
        check(f"the least good ({worst}) {plain}", bottom, least=0, of_paper=True),
        check_slower(result.macs, times),
        fact(fastest, f"place {place} of {len(times)}", place == 1),
    )


EQUAL_BUDGET = Claim("equal_budget", Compared, equal_budget, _judge, dataset="fashion")
