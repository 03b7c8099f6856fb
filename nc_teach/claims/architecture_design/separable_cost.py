"""Howard et al. (2017), "MobileNets": what 1/O + 1/k^2 promises, and what the clock says.

A full convolution, a separable one, and each of its halves alone take turns on one thread, one
image at a time, for every combination of channels, kernel and map; what counts is the lower
quartile, since whatever else the machine does can only add time. The promise is exact for
multiplications, and is checked to the last one. The criteria were set before the run.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from nc_teach import meter
from nc_teach.architecture import depthwise, pointwise, separable_conv, separable_cost
from nc_teach.architecture.separable import ConvCost
from nc_teach.claims import Check, Claim, Result, check, fact, measured, rounded, together, with_bar
from nc_teach.common.spread import between, share, times
from nc_teach.models import seeded_init
from nc_teach.table import Table

Size = tuple[int, int, int, int]  # input channels, output channels, kernel, side of the map

WIDTHS, KERNELS, MAPS = (32, 64, 128, 256), (3, 5), (7, 14, 28)
SIZES: tuple[Size, ...] = tuple(itertools.product(WIDTHS, WIDTHS, KERNELS, MAPS))
SHOWN: tuple[Size, ...] = tuple((w, w, 3, side) for side in (28, 14) for w in WIDTHS)
HALVES = ("depthwise", "pointwise")
PARTS = ("standard", "separable", *HALVES)


@dataclass(frozen=True, kw_only=True)
class SeparableTimes(Result):
    """Milliseconds of one forward pass, ``ms[part]`` runs x sizes, of whole layers and halves.

    ``sizes`` are (I, O, k, side of the map). ``exact`` says for each whether the counted
    multiplications are those of the formula, to the last one.
    """

    sizes: tuple[Size, ...]
    ms: dict[str, np.ndarray] = rounded(5)
    exact: tuple[bool, ...]

    @property
    def theory(self) -> np.ndarray:
        """Multiplications of the full convolution over those of the separable one, per size."""
        return np.array([1 / float(_cost(size).ratio) for size in self.sizes])

    @property
    def speedup(self) -> np.ndarray:
        """Time of the full convolution over that of the separable one, runs x sizes."""
        return self.ms["standard"] / self.ms["separable"]

    def in_words(self) -> str:
        """The thinnest and the widest layer on the smallest map but one: promise and clock."""
        ends = [size for size in ((32, 32, 3, 14), (256, 256, 3, 14)) if size in self.sizes]
        return " ".join(map(self.said, ends))

    def said(self, size: Size) -> str:
        """What the formula promises for a layer, and what the clock says."""
        place = self.sizes.index(size)
        into, out, k, side = size
        faster = self.speedup[:, place].mean()
        clock = f"{faster:.1f} times faster" if faster >= 1 else f"{1 / faster:.1f} times slower"
        return (
            f"{into} to {out} channels, {k} x {k}, {side} x {side}: {self.theory[place]:.1f} times "
            f"fewer multiplications, {clock}."
        )

    def table(self) -> Table:
        """A row per size of :data:`SHOWN`: promise and clock, and where the time goes."""
        rows = tuple(self._row(size) for size in SHOWN if size in self.sizes)
        runs = f"{len(self.speedup)} run{'s' * (len(self.speedup) > 1)}"
        note = (
            f"{runs}, one image, one thread: means, in brackets 95 % intervals (the bars of the "
            "calculator are medians)."
        )
        heads = ("layer", "promised", "measured", "MACs in the depthwise half", "time there")
        return self.tabled(heads, rows, note)

    def _row(self, size: Size) -> tuple[str, ...]:
        place = self.sizes.index(size)
        into, out, k, side = size
        first, second = (np.median(self.ms[half][:, place]) for half in HALVES)
        return (
            f"{into} to {out} channels, {k} x {k}, {side} x {side}",
            f"x {self.theory[place]:.1f}",
            f"x {between(self.speedup[:, place], 1)}",
            f"{100 * (1 - float(_cost(size).pointwise_share)):.0f} %",
            f"{100 * first / (first + second):.0f} %",
        )


@measured
def time_separable(
    seeds: Sequence[int], *, sizes: Sequence[Size] = SIZES, repeats: int = 9
) -> SeparableTimes:
    """Time every size, a run for every seed, and count it once."""
    runs = [[_time(s, seed, repeats) for s in with_bar(sizes, "layer")] for seed in seeds]
    return SeparableTimes(
        sizes=tuple(sizes),
        ms=together([together(run) for run in runs]),
        exact=tuple(map(is_exact, sizes)),
    )


def layers_of(size: Size, seed: int | None = None) -> dict[str, nn.Module]:
    """The full convolution, the separable one and its halves, without biases."""
    into, out, k, _ = size
    with seeded_init(seed):
        return {
            "standard": nn.Conv2d(into, out, k, padding=k // 2, bias=False),
            "separable": separable_conv(into, out, k),
            "depthwise": depthwise(into, k),
            "pointwise": pointwise(into, out),
        }


def is_exact(size: Size) -> bool:
    """Whether the meter counts what the formula says, for both layers and both halves."""
    into, _, _, side = size
    return all(
        meter.count_macs(layer, (into, side, side)) == getattr(_cost(size), part)
        for part, layer in layers_of(size).items()
    )


def _time(size: Size, seed: int, repeats: int) -> dict[str, float]:
    into, _, _, side = size
    image = torch.rand(1, into, side, side, generator=torch.Generator().manual_seed(seed))
    found = meter.latencies(layers_of(size, seed), image, repeats=repeats, warm_up=2)
    return {part: one.lower for part, one in found.items()}


def _cost(size: Size) -> ConvCost:
    into, out, k, side = size
    return separable_cost(into, out, k, side * side)


def _judge(result: SeparableTimes) -> tuple[Check, ...]:
    small, large = (result.speedup[:, result.sizes.index((w, w, 3, 14))] for w in (32, 256))
    formula = "multiplications are those of the formula, to the last one"
    exact = f"{sum(result.exact)} of {len(result.sizes)} layers"
    saved = (
        "less time is saved than multiplications: time saved over multiplications saved, the "
        "layer where it is most"
    )
    most = (result.speedup / result.theory).max(axis=1)
    grows = "the saving grows with the channels: 256 against 32 (3 x 3, map of 14 x 14)"
    return (
        fact(formula, exact, all(result.exact), of_paper=True),
        check(saved, most, below=1, say=share),
        check(grows, large / small, above=1, say=times),
    )


SEPARABLE_COST = Claim(
    "separable_cost", SeparableTimes, lambda data, seeds: time_separable(seeds), _judge, "digits"
)
