"""Are integers faster? The same network in float32, in our integers, and in PyTorch's own.

All of them take turns on the same images, one thread, as everywhere in the meter. The product of
the first linear layer is timed alone as well: what the processor can do with int8, before
quantizing the input and rescaling the sums are paid for. There is no claim here: it is this
machine's time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nc_teach import meter, quantization
from nc_teach.claims import Result, Table, measured
from nc_teach.data import Dataset
from nc_teach.meter import Speedup

from .xnor_timing import Call

CALIBRATION = 1000
OURS, TORCHS, PRODUCT = "our integers", "PyTorch's integers", "its first product alone, int8"


@dataclass(frozen=True, kw_only=True)
class IntegerSpeed(Result):
    """Median milliseconds of a batch by (way, batch size), and how many times as fast as float32.

    ``speedup[way, batch]`` has no float32, and none of PyTorch's where it has no engine; that of
    the product is against the same product in float32.
    """

    batches: tuple[int, ...]
    ms: dict[tuple[str, int], float]
    speedup: dict[tuple[str, int], Speedup]

    @property
    def ways(self) -> list[str]:
        """What was timed against float32, in order."""
        return list(dict.fromkeys(way for way, _ in self.speedup))

    def table(self) -> Table:
        """A row per way."""
        rows = [("float32", *(f"{self.ms['float32', b]:.3f} ms" for b in self.batches))]
        for way in self.ways:
            rows.append((way, *(self.speedup[way, b].short() for b in self.batches)))
        if TORCHS not in self.ways:
            rows.append((TORCHS, *["no engine here"] * len(self.batches)))
        heads = ("", *(f"batch {b}" for b in self.batches))
        return self.tabled(heads, rows, "Times as fast as float32, with the interval; one thread.")

    def in_words(self) -> str:
        """A sentence for each way, with the interval, and one more where only the product gains."""
        verdicts = {way: self.speedup[way, self.batches[-1]].verdict for way in self.ways}
        spent = (
            f" So at batch size {self.batches[-1]} the product itself gains, and in our network "
            "quantizing the input and rescaling the sums, one simple operation after the other, "
            "cost more than that."
        )
        only = verdicts.get(PRODUCT) == "faster" and verdicts[OURS] == "slower"
        return " ".join(map(self._said, self.ways)) + (spent if only else "")

    def _said(self, way: str) -> str:
        found = []
        for batch in self.batches:
            one = self.speedup[way, batch]
            verdict = "too close to call" if one.verdict == "undecided" else one.verdict
            found.append(f"{verdict} at batch size {batch} ({one.ends} times as fast)")
        are = "is" if way == PRODUCT else "are"
        return f"Against float32, {way} {are} {' and '.join(found)}."


@measured
def time_integers(
    net: nn.Module, dataset: Dataset, *, batches: Sequence[int] = (1, 64), repeats: int = 100
) -> IntegerSpeed:
    """Time ``net`` and its integers on test images, ``repeats`` times each, in turn."""
    images = dataset.train.images[:CALIBRATION]
    models = {"float32": net, OURS: quantization.integer_network(net, images)}
    theirs = quantization.torch_integers(net, images)
    if theirs is not None:
        models[TORCHS] = theirs
    ms: dict[tuple[str, int], float] = {}
    speedup: dict[tuple[str, int], Speedup] = {}
    for size in batches:
        batch = dataset.test.images[:size]
        times = meter.latencies(models, batch, repeats=repeats)
        ms |= {(way, size): time.median for way, time in times.items()}
        speedup |= {(way, size): times.speedup(way, than="float32") for way in list(models)[1:]}
        pair = meter.latencies(products(net, batch), batch, repeats=repeats)
        speedup[PRODUCT, size] = pair.speedup("int8", than="float32")
    return IntegerSpeed(batches=tuple(batches), ms=ms, speedup=speedup)


def products(net: nn.Module, batch: Tensor) -> dict[str, Call]:
    """The matrix product of the first linear layer, in float32 and in int8."""
    layer = next(part for part in net.modules() if isinstance(part, nn.Linear))
    weight = layer.weight.detach()
    inputs = torch.rand(len(batch), weight.shape[1])  # a product takes as long whatever the numbers
    q, w = (127 * inputs).to(torch.int8), (127 * weight.clamp(-1, 1)).to(torch.int8)
    return {
        "float32": Call(lambda: inputs @ weight.T),
        "int8": Call(lambda: quantization.int_matmul(q, w.T)),
    }
