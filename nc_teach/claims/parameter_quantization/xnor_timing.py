"""Products of signs in float32 and on bits, timed in pairs: the runs behind :mod:`.xnor`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import meter
from nc_teach.quantization import xnor, xnor_compiled


class Call(nn.Module):
    """Anything that can be called, as a module that the meter can time; the batch is ignored."""

    def __init__(self, run: Callable[[], object]) -> None:
        super().__init__()
        self.run = run

    def forward(self, batch: Tensor) -> object:
        """Call it."""
        return self.run()


@dataclass(frozen=True)
class Paired:
    """Milliseconds of one way of multiplying, and of float32 in the runs between."""

    own: float
    float32: float


def timings(calls: dict[str, Call], inputs: Tensor, repeats: int) -> dict[str, Paired]:
    """The time of each way but "float32", each in turn with float32 alone; lower quartiles.

    In pairs, so that every way finds the cache as float32 leaves it, and none profits from another
    that has just fetched the same bits.
    """
    found = {}
    for way in list(calls)[1:]:
        pair = {name: calls[name] for name in ("float32", way)}
        times = meter.latencies(pair, inputs, repeats=repeats, warm_up=2)
        found[way] = Paired(times[way].lower, times["float32"].lower)
    return found


def rates_of(timed: dict[str, Paired], work: float) -> dict[str, float]:
    """``work`` over the time of every way, that of float32 in its fastest run first."""
    whole = min(pair.float32 for pair in timed.values())
    return {"float32": work / whole, **{way: work / pair.own for way, pair in timed.items()}}


def random_signs(sizes: tuple[int, int, int], seed: int) -> tuple[Tensor, Tensor]:
    """Signs of a weight, out x n, and of inputs, columns x n, float32."""
    out, n, columns = sizes
    generator = torch.Generator().manual_seed(seed)
    coins = torch.randint(0, 2, (out + columns, n), generator=generator).float()
    return tuple((2 * coins - 1).split((out, columns)))


def products(weight: Tensor, inputs: Tensor) -> dict[str, Call]:
    """weight @ inputs.T in float32 first, then on bits in every way there is here."""
    ways = {"numpy": xnor.differing}
    if xnor_compiled.available():
        ways["compiled"] = xnor_compiled.differing
    weight, inputs = weight.clone(), inputs.clone()
    bits, packed = xnor.pack(weight), xnor.pack(inputs)

    def pack_and_multiply(count: Callable) -> np.ndarray:
        return xnor.matmul(bits, xnor.pack(inputs), count)

    calls = {"float32": Call(partial(torch.matmul, weight, inputs.T))}
    for way, count in ways.items():
        calls[way] = Call(partial(xnor.matmul, bits, packed, count))
        calls[f"{way}, with packing"] = Call(partial(pack_and_multiply, count))
    return calls


def all_equal(weight: Tensor, inputs: Tensor) -> bool:
    """Whether every way gives the integers of the float product (exact below 2^24)."""
    exact, *others = (call(inputs) for call in products(weight, inputs).values())
    return all(np.array_equal(exact.numpy().astype(np.int64), other) for other in others)
