"""Rastegari et al. (2016), "XNOR-Net": is the product of bits the same, how small, and how fast?

A float32 matrix product of random signs and the same product on packed bits take turns on one
thread, in pairs; what counts is the ratio in the same run, lower quartile against lower quartile:
whatever else the machine does can only add time. Weights are packed once, ahead. Inputs are new
every time, so the packing of the inputs is shown as well.

The criteria were set before the runs, from a trial on another machine.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nc_teach.claims import (
    Check,
    Claim,
    Result,
    check,
    each_seed,
    fact,
    local,
    measured,
    rounded,
    together,
)
from nc_teach.common.spread import between, times
from nc_teach.quantization import xnor
from nc_teach.quantization.xnor_net import filter_scale
from nc_teach.table import Table

from .xnor_timing import all_equal, products, random_signs, rates_of, timings

SHAPES = {  # out, n, columns
    "convolution, 256 channels": (256, 2304, 196),
    "fc 1024, batch 64": (1024, 1024, 64),
    "fc 1024, batch 1": (1024, 1024, 1),
    "fc 4096, batch 1": (4096, 4096, 1),
}
PAPER = {"convolution, 256 channels": 58.0}  # section 4.1: one convolution
LENGTHS = (1, 63, 64, 65, 127, 1000, 2304)  # the equality is tried at these n
JUDGED = "fc 4096, batch 1"
ALPHAS = (0.5, 0.9, 0.99, 1.01, 1.1, 1.5)  # times the best one


@dataclass(frozen=True, kw_only=True)
class BitSpeed(Result):
    """``speedup``: time of the float32 product over the time on bits, way -> runs x shapes.

    ``theory`` and ``paper`` are the same ratio by the paper's count, and as its authors measured it
    where they did. ``equal`` says for every n of :data:`LENGTHS` and every shape whether all
    numbers were the same; ``memory`` is bytes as float32 over bytes packed, for each shape's
    weights. ``excess`` is how much larger ||W - alpha B||^2 gets at the :data:`ALPHAS`, runs x
    alphas, as a factor. ``rate`` is how many products of two numbers each way makes in a
    nanosecond, runs x shapes; it is the machine's own and not in a file.
    """

    shapes: dict[str, tuple[int, int, int]]
    speedup: dict[str, np.ndarray] = rounded(3)
    equal: dict[str, bool]
    memory: dict[str, float]
    excess: np.ndarray
    rate: dict[str, np.ndarray] | None = local()

    @property
    def theory(self) -> dict[str, float]:
        """The paper's count for each shape."""
        return {name: theory(n) for name, (_, n, _) in self.shapes.items()}

    @property
    def paper(self) -> dict[str, float]:
        """What the paper measured, for the shapes that it did."""
        return {name: PAPER[name] for name in self.shapes if name in PAPER}

    def rates(self, way: str) -> dict[str, float]:
        """Products a nanosecond by shape, the median of the runs.

        Raises ``ValueError`` for a result from a file, which does not hold them.
        """
        if self.rate is None:
            raise ValueError("the result must be measured here, got one from a file, without rates")
        found = np.median(self.rate[way], axis=0)
        return dict(zip(self.shapes, found.tolist(), strict=True))

    def in_words(self) -> str:
        """Whether the product is exact, and the least and the largest speed-up by numpy."""
        gain = dict(zip(self.shapes, self.speedup["numpy"].mean(axis=0), strict=True))
        slow, fast = min(gain, key=gain.__getitem__), max(gain, key=gain.__getitem__)
        exact = "exact" if all(self.equal.values()) else "not always exact"
        return (
            f"Products are {exact}; numpy on bits is x {gain[fast]:.1f} as fast as float32 at "
            f"{fast!r} and x {gain[slow]:.1f} at {slow!r}."
        )

    def table(self) -> Table:
        """A row per shape: theory, paper, and here for every way."""
        rows = tuple(
            (
                f"{name} ({out} x {n} x {columns})",
                f"x {theory(n):.1f}",
                f"x {PAPER[name]:.0f}" if name in PAPER else "",
                *(f"x {between(ratios[:, row], 2)}" for ratios in self.speedup.values()),
            )
            for row, (name, (out, n, columns)) in enumerate(self.shapes.items())
        )
        note = (
            "Against torch's float32 product, one thread, with 95 % intervals; with packing: "
            "the inputs are packed each time."
        )
        return self.tabled(("product", "theory", "paper", *self.speedup), rows, note)


def theory(n: int) -> float:
    """The paper's count, 64 n / (n + 64): 64 signs an operation, and one real factor an output.

    >>> round(theory(256 * 9), 2)
    62.27
    """
    return 64 * n / (n + 64)


@measured
def time_bits(
    seeds: Sequence[int],
    *,
    shapes: dict[str, tuple[int, int, int]] = SHAPES,
    repeats: int = 25,
) -> BitSpeed:
    """Time every product (out, n, columns) with random signs, a run for every seed."""

    def one_run(seed: int) -> dict[str, object]:
        signs = {name: random_signs(sizes, seed) for name, sizes in shapes.items()}
        timed = [timings(products(*pair), pair[1], repeats) for pair in signs.values()]
        fast = [{way: pair.float32 / pair.own for way, pair in ms.items()} for ms in timed]
        work = [math.prod(sizes) / 1e6 for sizes in shapes.values()]  # over ms: a nanosecond's
        rates = [rates_of(ms, w) for ms, w in zip(timed, work, strict=True)]
        return {
            "equal": {name: all_equal(*pair) for name, pair in signs.items()},
            "memory": {name: w.nbytes / xnor.pack(w).nbytes for name, (w, _) in signs.items()},
            "speedup": together(fast),
            "rate": together(rates),
            "excess": excess(seed),
        }

    found = each_seed(one_run, seeds)
    equal = {f"n = {n}": all_equal(*random_signs((5, n, 7), seeds[0])) for n in LENGTHS}
    equal |= {name: bool(same.all()) for name, same in found.pop("equal").items()}
    memory = {name: of[0].item() for name, of in found.pop("memory").items()}
    return BitSpeed(shapes=dict(shapes), equal=equal, memory=memory, **found)


def excess(seed: int) -> list[float]:
    """||W - alpha B||^2 at each of :data:`ALPHAS` times mean |W|, over that at mean |W| itself."""
    weight = torch.randn(64, 576, generator=torch.Generator().manual_seed(seed)).double()
    scale, signs = filter_scale(weight)[:, None], weight.sign()

    def distance(factor: float) -> Tensor:
        return (weight - factor * scale * signs).square().sum(dim=1)

    return [(distance(a) / distance(1.0)).min().item() for a in ALPHAS]


def judge(result: BitSpeed) -> tuple[Check, ...]:
    """The product is exact, the weights are small, one product is fast, and alpha is the best."""
    same, smaller = list(result.equal.values()), set(result.memory.values())
    fast = result.speedup["numpy"][:, list(result.shapes).index(JUDGED)]
    sizes = f"x {min(smaller):.1f} to {max(smaller):.1f}"
    return (
        fact(
            "the product on bits is the float product, to the last bit, every shape and every n",
            f"{sum(same)} of {len(same)}",
            all(same),
            of_paper=True,
        ),
        fact("weights take 1/32 of float32", sizes, smaller == {32.0}, of_paper=True),
        check(
            "4096 x 4096 times a vector, numpy alone: speed-up over float32",
            fast,
            least=4,
            say=times,
        ),
        check(
            "any other alpha: alpha sign(W) is farther from W than with mean |W|, squared distance",
            result.excess.min(axis=1),
            above=1,
            say=lambda factor: f"{factor:.4f} times",
            every="filter",
            of_paper=True,
        ),
    )


# the data set is not looked at: a product takes as long whatever the signs are
XNOR = Claim("xnor", BitSpeed, lambda dataset, seeds: time_bits(seeds), judge)
