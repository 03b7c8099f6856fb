"""The networks at the size of their papers: where the numbers sit, and what the clock says.

Counts need no training. AlexNet's parameters are shown layer by layer beside SqueezeNet's; the
control for "fifty times smaller" is AlexNet without its fully connected layers: its convolutions,
the mean of every map and one linear layer, which is how SqueezeNet ends. Times are those of all
networks in turn, on one thread. The criteria were set before the run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import architecture, meter
from nc_teach.architecture import AlexNet, CompactNet, SqueezeNet
from nc_teach.claims.architecture_design.budget import slower_with_fewer
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.running import stopping_as_a_whole, with_bar
from nc_teach.table import Table

SIDE = 224
ALEXNET, HEADLESS = "AlexNet", "AlexNet, mean and one layer"
BATCHES = {"batch 1": (1, 7), "batch 8": (8, 3)}  # images, repeats
Layer = tuple[str, str, int, int]  # name, kind, parameters, MACs
CONV, WIDE = "conv", "fully connected"
SIDE_BY_SIDE = (ALEXNET, "SqueezeNet 1.0")  # in the figure


def headless_alexnet() -> CompactNet:
    """AlexNet's convolutions, then the end of the compact networks: the control."""
    return CompactNet(AlexNet().features, nn.Linear(256, 1000))


FIFTY: dict[str, Callable[[], nn.Module]] = {
    ALEXNET: AlexNet,
    HEADLESS: headless_alexnet,
    "SqueezeNet 1.0": lambda: SqueezeNet("1.0"),
    "SqueezeNet 1.1": lambda: SqueezeNet("1.1"),
}
NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "SqueezeNet 1.1": lambda: SqueezeNet("1.1"),
    "MobileNet": architecture.MobileNetV1,
    "MobileNet V2": architecture.MobileNetV2,
    "ShuffleNet, 0.5 x": lambda: architecture.ShuffleNetV1(width_mult=0.5),
    "ShuffleNet": architecture.ShuffleNetV1,
    "ShuffleNet V2": architecture.ShuffleNetV2,
    "GhostNet": architecture.GhostNet,
    "Xception": architecture.Xception,
    ALEXNET: AlexNet,
}


@dataclass(frozen=True)
class FiftyTimes:
    """Every network of :data:`FIFTY` as its layers: (name, kind, parameters, MACs).

    The kind is "conv" or "fully connected"; a Fire module is one row.
    """

    networks: dict[str, tuple[Layer, ...]]
    provenance: Provenance

    @property
    def layers(self) -> dict[str, tuple[Layer, ...]]:
        """AlexNet and SqueezeNet 1.0, for the figure."""
        return {name: self.networks[name] for name in SIDE_BY_SIDE}

    def total(self, name: str) -> tuple[int, int]:
        """Parameters and MACs of the whole network."""
        layers = self.networks[name]
        return sum(layer[2] for layer in layers), sum(layer[3] for layer in layers)

    def numbers(self) -> dict[str, Any]:
        """Every layer as plain lists, for a file."""
        return {name: [list(layer) for layer in layers] for name, layers in self.networks.items()}

    def table(self) -> Table:
        """A row per network."""
        most, _ = self.total(ALEXNET)
        rows = []
        for name in self.networks:
            params, macs = self.total(name)
            rows.append((name, f"{params:,}", f"1/{most / params:.1f}", f"{macs:,}"))
        note = f"1,000 classes, 3 x {SIDE} x {SIDE}. Counted: no training, no accuracy."
        heads = ("network", "parameters", "of AlexNet's", "MACs")
        return Table(heads, tuple(rows), (note, self.provenance.line()))


def fifty_times() -> FiftyTimes:
    """Count every layer of the networks of :data:`FIFTY`."""
    started = time.perf_counter()
    layers = {name: layers_of(make) for name, make in FIFTY.items()}
    return FiftyTimes(layers, measured_now("fifty_times", time.perf_counter() - started))


def layers_of(make: Callable[[], nn.Module]) -> tuple[Layer, ...]:
    """Name, kind, parameters and MACs of every convolution, linear layer and Fire module."""
    with torch.device("meta"):
        net = make().eval()
    found: list[Layer] = []

    def note(part: nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        fire, wide = isinstance(part, architecture.Fire), isinstance(part, nn.Linear)
        kind, word = (WIDE, "fc") if wide else (CONV, "fire" if fire else "conv")
        number = 1 + sum(name.startswith(word) for name, *_ in found)
        weights = sum(p.numel() for p in part.parameters() if p.dim() > 1)
        places = 1 if wide else output.shape[2:].numel()
        found.append((f"{word} {number}", kind, meter.count_params(part), weights * places))

    for part in _rows(net):
        part.register_forward_hook(note)
    with torch.no_grad():
        net(torch.zeros(1, 3, SIDE, SIDE, device="meta"))
    return tuple(found)


def _rows(net: nn.Module) -> list[nn.Module]:
    """Fire modules whole, and the convolutions and linear layers outside of them.

    All convolutions of a Fire module see maps of the same size, so its MACs are its weights times
    the places of its output.
    """
    fires = [m for m in net.modules() if isinstance(m, architecture.Fire)]
    inside = {id(part) for fire in fires for part in fire.modules()}
    single = [m for m in net.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    return fires + [m for m in single if id(m) not in inside]


@dataclass(frozen=True)
class FullSize:
    """Counts of every network, and its times in ms: ``latency[batch]`` is runs x networks x 3.

    The three are the lower quartile, the median and the upper quartile.
    """

    names: tuple[str, ...]
    params: np.ndarray
    macs: np.ndarray
    latency: dict[str, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain lists, for a file."""
        latency = {batch: ms.round(2).tolist() for batch, ms in self.latency.items()}
        return {
            "names": list(self.names), "params": self.params.tolist(), "macs": self.macs.tolist(),
            "latency": latency,
        }  # fmt: skip

    def table(self) -> Table:
        """A row per network; the last column says how fast multiplications are done there."""
        medians = {batch: np.median(ms[..., 1], axis=0) for batch, ms in self.latency.items()}
        rows = tuple(
            (
                name, f"{self.params[i]:,}", f"{self.macs[i] / 1e6:,.0f}",
                *(f"{ms[i]:.0f} ms" for ms in medians.values()),
                f"{self.macs[i] / 1e6 / medians['batch 1'][i]:.1f}",
            )
            for i, name in enumerate(self.names)
        )  # fmt: skip
        heads = ("network", "parameters", "million MACs", *medians, "million MACs a ms")
        note = f"3 x {SIDE} x {SIDE}, 1,000 classes, one thread. {self.provenance.line()}"
        return Table(heads, rows, (note,))


def read_full_size(numbers: dict[str, Any], provenance: Provenance) -> FullSize:
    """The numbers of a file as the result that they were."""
    latency = {batch: np.array(ms) for batch, ms in numbers["latency"].items()}
    params, macs = (np.array(numbers[kind]) for kind in ("params", "macs"))
    return FullSize(tuple(numbers["names"]), params, macs, latency, provenance)


def full_size(seeds: Sequence[int]) -> FullSize:
    """Count the networks of :data:`NETWORKS` and time them, a run for every seed."""
    started = time.perf_counter()
    networks = {name: make().eval() for name, make in NETWORKS.items()}
    shape = (3, SIDE, SIDE)
    latency: dict[str, list] = {batch: [] for batch in BATCHES}
    with stopping_as_a_whole():
        for seed in with_bar(seeds, "run"):
            for batch, (size, repeats) in BATCHES.items():
                draw = torch.Generator().manual_seed(seed)
                images = torch.rand(size, *shape, generator=draw)
                times = meter.latencies(networks, images, repeats=repeats, warm_up=1).values()
                latency[batch].append([(t.lower, t.median, t.upper) for t in times])
    return FullSize(
        tuple(networks), np.array([meter.count_params(net) for net in networks.values()]),
        np.array([meter.count_macs(net, shape) for net in networks.values()]),
        {batch: np.array(rows) for batch, rows in latency.items()},
        measured_now("full_size", time.perf_counter() - started),
    )  # fmt: skip


def _judge_fifty(numbers: dict[str, Any]) -> tuple[Check, ...]:
    params = {name: sum(layer[2] for layer in layers) for name, layers in numbers.items()}
    macs = {name: sum(layer[3] for layer in layers) for name, layers in numbers.items()}
    wide = sum(params for _, kind, params, _ in numbers[ALEXNET] if kind == WIDE)
    share = wide / params[ALEXNET]
    ratio, without = (params[ALEXNET] / params[n] for n in ("SqueezeNet 1.1", HEADLESS))
    more = macs["SqueezeNet 1.0"] / macs[ALEXNET]
    rest = params[HEADLESS] / params["SqueezeNet 1.1"]
    return (
        Check("48 to 51 times fewer parameters than AlexNet", f"{ratio:.1f}", 48 <= ratio <= 51),
        Check("95 % of AlexNet's sit in three layers", f"{100 * share:.1f} %", share >= 0.95),
        Check(
            "most of the 50 is leaving those out: AlexNet without them is 20 times smaller",
            f"{without:.1f} times; SqueezeNet is another {rest:.1f}",
            without >= 20,
        ),
        Check(
            "fewer parameters, not fewer MACs: SqueezeNet 1.0 takes more than AlexNet",
            f"x {more:.2f}",
            more > 1,
        ),
    )


def _judge_full(numbers: dict[str, Any]) -> tuple[Check, ...]:
    names, macs = numbers["names"], np.array(numbers["macs"])
    times = np.median(numbers["latency"]["batch 1"], axis=0)
    pairs, ms = slower_with_fewer(macs, times), times[:, 1]
    alexnet, half = names.index(ALEXNET), names.index("ShuffleNet, 0.5 x")
    promised, measured = macs[alexnet] / macs[half], ms[alexnet] / ms[half]
    return (
        Check(
            "fewer MACs are not always less time: some network has fewer and takes longer",
            f"{len(pairs)} pairs at batch 1", bool(pairs),
        ),
        Check(
            "ShuffleNet at half width against AlexNet: less time is saved than MACs",
            f"x {measured:.1f} of x {promised:.1f}", bool(measured < promised),
        ),
        Check(
            "at least the paper's 13 times as fast (on its processor)", f"x {measured:.1f}",
            bool(measured >= 13),
        ),
    )  # fmt: skip


FIFTY_TIMES = Claim(
    key="fifty_times",
    title="Fifty times smaller than AlexNet, taken apart: a count of parameters",
    paper="Iandola et al. 2016, arXiv:1602.07360, abstract",
    says="AlexNet-level accuracy with 50 times fewer parameters.",
    dataset="digits",
    experiment=lambda dataset, seeds: fifty_times(),
    judge=_judge_fifty,
    scope="counts alone, no accuracy",
)
REFERENCE_SIZES = Claim(
    key="reference_sizes",
    title="The networks at full size: parameters, MACs and milliseconds",
    paper="Zhang et al. 2018, arXiv:1707.01083, the section on actual speedup",
    says="ShuffleNet at half width is about 13 times as fast as AlexNet (18 times in theory); 4 "
    "times less theoretical cost gives about 2.6 times the speed.",
    dataset="digits",
    experiment=lambda dataset, seeds: full_size(seeds),
    judge=_judge_full,
)
