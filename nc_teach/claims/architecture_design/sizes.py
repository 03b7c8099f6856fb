"""The networks at the size of their papers, for ImageNet: what they hold, and what the clock says.

Times are those of all networks in turn, on one thread. The criteria were set before the run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from nc_teach import architecture, meter
from nc_teach.architecture import AlexNet, SqueezeNet
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured, rounded
from nc_teach.common.spread import between, share, times

from .budget import check_slower
from .compared import quartiles
from .fifty import ALEXNET, SIDE

BATCHES = {"batch 1": (1, 7), "batch 8": (8, 3)}  # images, repeats
NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "SqueezeNet 1.1": lambda: SqueezeNet("1.1"),
    "MobileNet": architecture.MobileNetV1,
    "MobileNet V2": architecture.MobileNetV2,
    "ShuffleNet at half width": lambda: architecture.ShuffleNetV1(width_mult=0.5),
    "ShuffleNet": architecture.ShuffleNetV1,
    "ShuffleNet V2": architecture.ShuffleNetV2,
    "GhostNet": architecture.GhostNet,
    "Xception": architecture.Xception,
    ALEXNET: AlexNet,
}


@dataclass(frozen=True, kw_only=True)
class FullSize(Result):
    """Counts of every network, and its times in ms: ``latency[batch]`` is runs x networks x 3.

    The three are the lower quartile, the median and the upper quartile.
    """

    names: tuple[str, ...]
    params: np.ndarray
    macs: np.ndarray
    latency: dict[str, np.ndarray] = rounded(2)

    @property
    def speed(self) -> np.ndarray:
        """Million MACs a millisecond of every network, for one image, by its mean time."""
        return self.macs / 1e6 / self.latency["batch 1"][..., 1].mean(axis=0)

    def in_words(self) -> str:
        """The networks with the fewest and with the most MACs for each millisecond."""
        speed = self.speed
        slow, fast = int(speed.argmin()), int(speed.argmax())
        return (
            f"One image: {self.names[fast]} does {speed[fast]:.0f} million MACs a millisecond, "
            f"{self.names[slow]} does {speed[slow]:.0f} million."
        )

    def table(self) -> Table:
        """A row per network; the last column says how fast multiplications are done there."""
        rows = tuple(
            (
                name,
                f"{self.params[i]:,}",
                f"{self.macs[i] / 1e6:,.0f}",
                *(between(ms[:, i, 1], 0) for ms in self.latency.values()),
                f"{self.speed[i]:.1f}",
            )
            for i, name in enumerate(self.names)
        )
        times = [f"ms, {batch}" for batch in self.latency]
        heads = ("network", "parameters", "million MACs", *times, "million MACs a ms")
        note = (
            f"3 x {SIDE} x {SIDE}, 1,000 classes, one thread: means, in brackets 95 % intervals; "
            "the last column is for batch 1."
        )
        return self.tabled(heads, rows, note)


@measured
def full_size(seeds: Sequence[int], batches: Sequence[str] = tuple(BATCHES)) -> FullSize:
    """Count the networks of :data:`NETWORKS` and time them, a run for every seed.

    ``batches`` are names of :data:`BATCHES`, "batch 1" among them.
    """
    networks = {name: make().eval() for name, make in NETWORKS.items()}
    shape = (3, SIDE, SIDE)

    def measure(seed: int) -> dict[str, np.ndarray]:
        found = {}
        for batch in batches:
            size, repeats = BATCHES[batch]
            draw = torch.Generator().manual_seed(seed)
            images = torch.rand(size, *shape, generator=draw)
            found[batch] = quartiles(networks, images, repeats=repeats, warm_up=1)
        return found

    return FullSize(
        names=tuple(networks),
        params=np.array([meter.count_params(net) for net in networks.values()]),
        macs=np.array([meter.count_macs(net, shape) for net in networks.values()]),
        latency=each_seed(measure, seeds),
    )


def _judge(result: FullSize) -> tuple[Check, ...]:
    ms = result.latency["batch 1"]  # runs x networks x 3
    alexnet, half = (result.names.index(name) for name in (ALEXNET, "ShuffleNet at half width"))
    promised = result.macs[alexnet] / result.macs[half]
    measured = ms[:, alexnet, 1] / ms[:, half, 1]
    pair = "ShuffleNet at half width against AlexNet"
    saved = f"{pair}: time saved over MACs saved"
    faster = f"{pair}: faster (the paper's processor: 13 times)"
    return (
        check_slower(result.macs, np.median(ms, axis=0)),
        check(saved, measured / promised, below=1, say=share, of_paper=True),
        check(faster, measured, least=13, say=times, of_paper=True),
    )


REFERENCE_SIZES = Claim(
    "reference_sizes", FullSize, lambda data, seeds: full_size(seeds), _judge, "digits"
)
