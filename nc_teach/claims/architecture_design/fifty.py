"""Iandola et al. (2016), "SqueezeNet": fifty times smaller than AlexNet, taken apart.

Counts need no training. AlexNet's parameters are shown layer by layer beside SqueezeNet's; the
control for "fifty times smaller" is AlexNet without its fully connected layers: its convolutions,
the mean of every map and one linear layer, which is how SqueezeNet ends. The criteria were set
before the run.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from nc_teach import meter
from nc_teach.architecture import AlexNet, CompactNet, Fire, SqueezeNet
from nc_teach.claims import Check, Claim, Result, Table, check, measured
from nc_teach.common.spread import share, times

SIDE = 224
ALEXNET, HEADLESS = "AlexNet", "AlexNet, mean and one layer"
Layer = tuple[str, str, int, int]  # name, kind, parameters, MACs
CONV, WIDE = "conv", "fully connected"
SIDE_BY_SIDE = (ALEXNET, "SqueezeNet 1.0")  # in the figure


FIFTY: dict[str, Callable[[], nn.Module]] = {
    ALEXNET: AlexNet,
    HEADLESS: lambda: CompactNet(AlexNet().features, nn.Linear(256, 1000)),  # the control
    "SqueezeNet 1.0": lambda: SqueezeNet("1.0"),
    "SqueezeNet 1.1": lambda: SqueezeNet("1.1"),
}


@dataclass(frozen=True, kw_only=True)
class FiftyTimes(Result):
    """Every network of :data:`FIFTY` as its layers: (name, kind, parameters, MACs).

    The kind is "conv" or "fully connected"; a Fire module is one row.
    """

    networks: dict[str, tuple[Layer, ...]]

    @property
    def layers(self) -> dict[str, tuple[Layer, ...]]:
        """AlexNet and SqueezeNet 1.0, for the figure."""
        return {name: self.networks[name] for name in SIDE_BY_SIDE}

    def total(self, name: str) -> tuple[int, int]:
        """Parameters and MACs of the whole network."""
        layers = self.networks[name]
        return sum(layer[2] for layer in layers), sum(layer[3] for layer in layers)

    def in_words(self) -> str:
        """How many times fewer parameters than AlexNet every other network has."""
        most, _ = self.total(ALEXNET)
        others = [name for name in self.networks if name != ALEXNET]
        fewer = ", ".join(f"{name} {most / self.total(name)[0]:.0f} times" for name in others)
        return f"Fewer parameters than AlexNet: {fewer}."

    def table(self) -> Table:
        """A row per network."""
        most, _ = self.total(ALEXNET)
        totals = {name: self.total(name) for name in self.networks}
        rows = tuple(
            (name, f"{params:,}", f"1/{most / params:.1f}", f"{macs:,}")
            for name, (params, macs) in totals.items()
        )
        note = f"1,000 classes, 3 x {SIDE} x {SIDE}. Counted: no training, no accuracy."
        heads = ("network", "parameters", "of AlexNet's", "MACs")
        return Table(heads, rows, (note, self.provenance.line()))


@measured
def fifty_times() -> FiftyTimes:
    """Count every layer of the networks of :data:`FIFTY`."""
    return FiftyTimes(networks={name: layers_of(make) for name, make in FIFTY.items()})


def layers_of(make: Callable[[], nn.Module]) -> tuple[Layer, ...]:
    """Name, kind, parameters and MACs of every convolution, linear layer and Fire module.

    All convolutions of a Fire module see maps of the same size, so its MACs are its weights times
    the places of its output.
    """
    with torch.device("meta"):
        net = make().eval()
    found: list[Layer] = []

    def note(part: nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        fire, wide = isinstance(part, Fire), isinstance(part, nn.Linear)
        kind, word = (WIDE, "fc") if wide else (CONV, "fire" if fire else "conv")
        number = 1 + sum(name.startswith(word) for name, *_ in found)
        weights = sum(p.numel() for p in part.parameters() if p.dim() > 1)
        places = 1 if wide else output.shape[2:].numel()
        found.append((f"{word} {number}", kind, meter.count_params(part), weights * places))

    fires = [part for part in net.modules() if isinstance(part, Fire)]
    inside = {part for fire in fires for part in fire.children()}
    for part in net.modules():
        if isinstance(part, nn.Conv2d | nn.Linear | Fire) and part not in inside:
            part.register_forward_hook(note)
    with torch.no_grad():
        net(torch.zeros(1, 3, SIDE, SIDE, device="meta"))
    return tuple(found)


def _judge(result: FiftyTimes) -> tuple[Check, ...]:
    params, macs = ({n: result.total(n)[i] for n in result.networks} for i in (0, 1))
    alexnet = params[ALEXNET]
    wide = sum(row[2] for row in result.networks[ALEXNET] if row[1] == WIDE)
    fewer = "fewer parameters than AlexNet"
    small = alexnet / params["SqueezeNet 1.1"]
    ends = alexnet / params[HEADLESS]
    without = f"most of the 50 is leaving those out: AlexNet without them, {fewer}"
    more = macs["SqueezeNet 1.0"] / macs[ALEXNET]
    slower = "fewer parameters, not fewer MACs: those of SqueezeNet 1.0 over AlexNet's"
    return (
        check(f"SqueezeNet 1.1: {fewer}", small, least=48, say=times, of_paper=True),
        check(f"SqueezeNet 1.1: {fewer}", small, most=51, say=times, of_paper=True),
        check("AlexNet's parameters in three layers", wide / alexnet, least=0.95, say=share),
        check(without, ends, least=20, say=times),
        check(slower, more, above=1, say=times),
    )


FIFTY_TIMES = Claim(
    "fifty_times", FiftyTimes, lambda data, seeds: fifty_times(), _judge, dataset="digits"
)
