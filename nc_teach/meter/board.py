"""One row per network: size, work, time and accuracy, and why smaller is not always faster."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from nc_teach.common.kinds import Count, Natural, Share
from nc_teach.data import Split
from nc_teach.meter.counts import count_macs, count_params, stored_bytes
from nc_teach.meter.latency import Latency, latencies
from nc_teach.meter.speedup import Speedup
from nc_teach.table import Table
from nc_teach.training.evaluate import accuracy

SIZES = ("parameters", "not zero", "MACs", "file (dense)", "file (smallest)")
COLUMNS = ("network", *SIZES, "latency", "times as fast", "accuracy")


@dataclass(frozen=True)
class Measurement:
    """What the meter says of one network. Bytes are bytes, accuracy is in [0, 1].

    ``speedup`` is over the first network that was measured with it; None of that one itself.
    """

    name: str
    params: Natural
    nonzero_params: Natural
    macs: Natural
    nonzero_macs: Natural
    dense_bytes: Natural
    stored_bytes: Natural
    latency: Latency
    speedup: Speedup | None
    accuracy: Share

    def row(self) -> tuple[str, ...]:
        time, faster = self.latency, self.speedup
        return (
            self.name,
            f"{self.params:,}",
            f"{self.nonzero_params:,}",
            f"{self.macs:,}",
            f"{self.dense_bytes:,} B",
            f"{self.stored_bytes:,} B",
            f"{time.median:.3f} ms ({time.lower:.3f}-{time.upper:.3f})",
            "-" if faster is None else faster.short(),
            f"{100 * self.accuracy:.2f} %",
        )


def measure(
    models: Mapping[str, nn.Module], split: Split, *, batch_size: Count = 1, repeats: Count = 200
) -> list[Measurement]:
    """Put every model on the meter, with the same images and the runs interleaved.

    ``split`` gives the accuracy (use held-out data) and, with its first ``batch_size`` images, the
    latency. Raises ``ValueError`` when ``models`` is empty or the batch is larger than the split.
    """
    if batch_size > len(split):
        raise ValueError(f"batch_size must be from 1 to {len(split)}, got {batch_size!r}")
    times = latencies(models, split.images[:batch_size], repeats=repeats)
    first = next(iter(models))
    shape = tuple(split.images.shape[1:])
    return [
        Measurement(
            name,
            count_params(model),
            count_params(model, nonzero=True),
            count_macs(model, shape),
            count_macs(model, shape, nonzero=True),
            stored_bytes(model, "dense"),
            stored_bytes(model),
            times[name],
            None if name == first else times.speedup(name, first),
            accuracy(model, split),
        )
        for name, model in models.items()
    ]


def compare(
    models: Mapping[str, nn.Module], split: Split, *, batch_size: Count = 1, repeats: Count = 200
) -> Table:
    """:func:`measure` as a table; the first model is the one that the others are held against."""
    results = measure(models, split, batch_size=batch_size, repeats=repeats)
    time = results[0].latency
    how = (
        f"Latency: median of {time.repeats} interleaved runs (half of them lie between the numbers "
        f"in brackets), batch {time.batch_size}, {time.threads} thread. Times as fast: against "
        f"{results[0].name!r}, in pairs, with an interval; undecided where it holds 1."
    )
    why = (explain(results[0], other) for other in results[1:])
    return Table(COLUMNS, tuple(r.row() for r in results), (how, *(text for text in why if text)))


def explain(before: Measurement, after: Measurement) -> str:
    """Why is ``after`` not faster, though it has less to do? Empty when it is, or has not.

    It has less to do when a tenth of the products are gone or are with a weight of zero. Not
    faster is slower or undecided.
    """
    less = after.nonzero_macs < 0.9 * before.nonzero_macs
    verdict = after.speedup.verdict if after.speedup else "undecided"
    if not less or verdict == "faster":
        return ""
    known = "slower" if verdict == "slower" else "not measurably faster"
    if after.macs == before.macs:
        zero = 100 * (1 - after.nonzero_macs / after.macs)
        return (
            f"Why is {after.name!r} {known}? {zero:.0f} % of its products are with a weight of "
            f"zero, but all {after.macs:,} MACs are still computed: a matrix product does not look "
            "whether a number is zero."
        )
    fewer = 100 * (1 - after.macs / before.macs)
    return (
        f"Why is {after.name!r} {known}? It computes {fewer:.0f} % fewer MACs, "
        "but at this size the time goes into calling the layers and moving their numbers, not into "
        "multiplying."
    )
