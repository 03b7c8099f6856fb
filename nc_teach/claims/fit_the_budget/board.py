"""One network, every chapter: what does each technique cost, alone and stacked?

LeNet-300-100 on 10,000 digits. Every way learns by soft targets of the dense network, for the same
number of epochs (``plans.EPOCHS``). The controls: the epochs alone with nothing taken away, the
stack with random neurons and weights, the other order, and the stack's small network born small,
which trains as long as the stack's network *and* the dense one that it comes from.

Every way is measured on the same test images: accuracy and mean MACs on all, the latency as a mean
over the first, one by one. A network that leaves early really stops where each image leaves.

Do the losses add up? The loss of a method alone is against the network that was taught on as long
with nothing taken away, for the epochs themselves are worth something.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from nc_teach import budget, dynamic, meter, training
from nc_teach.budget import Stack
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.fit_the_budget import plans
from nc_teach.claims.network_pruning.dense import EPOCHS as DENSE_EPOCHS
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.claims.running import (
    points,
    raise_if_interrupted,
    spread,
    stopping_as_a_whole,
    with_bar,
)
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100
from nc_teach.table import Table

TIMED, REPEATS = 200, 5  # test images, and how often each is timed
METHODS = ("fewer neurons", "fewer weights", "shared values")
CHAPTER = {
    "dense": "-", "taught on": "control", "fewer neurons": "1", "fewer weights": "1",
    "lottery ticket": "2", "small student": "3", "Deep Compression": "4", "shared values": "4",
    "separable": "5", "early exits": "6", "stack": "7", "other order": "7",
    "stack by chance": "control", "born small": "control",
}  # fmt: skip


@dataclass(frozen=True)
class Board:
    """Per way one value a network: test ``accuracy`` in [0, 1], ``stored_bytes``, mean ``ms``.

    ``macs[way]`` and ``params[way]`` are means over the networks; they differ only where images
    leave early.
    """

    accuracy: dict[str, np.ndarray]
    stored_bytes: dict[str, np.ndarray]
    ms: dict[str, np.ndarray]
    macs: dict[str, int]
    params: dict[str, int]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """Everything as plain numbers, for a file."""
        return {
            "accuracy": {way: a.round(4).tolist() for way, a in self.accuracy.items()},
            "bytes": {way: b.tolist() for way, b in self.stored_bytes.items()},
            "ms": {way: m.round(5).tolist() for way, m in self.ms.items()},
            "MACs": self.macs, "parameters": self.params,
        }  # fmt: skip

    def only(self, *ways: str) -> Board:
        """The board with the dense network and these ways alone, in this order.

        Raises ``ValueError`` for a way that is not on it.
        """
        kept = dict.fromkeys(("dense", *ways))
        for way in kept:
            if way not in self.accuracy:
                raise ValueError(f"ways must be of {', '.join(self.accuracy)}; got {way!r}")
        parts = (self.accuracy, self.stored_bytes, self.ms, self.macs, self.params)
        return Board(*({way: part[way] for way in kept} for part in parts), self.provenance)

    def losses(self) -> dict[str, np.ndarray]:
        """Points that each method costs alone, their sum, and those of the stack; one a network."""
        base = 100 * self.accuracy["taught on"]
        lost = {way: base - 100 * self.accuracy[way] for way in METHODS}
        together = base - 100 * self.accuracy["stack"]
        return {**lost, "sum of the three": sum(lost.values()), "the stack": together}

    def table(self) -> Table:
        """A row per way."""
        dense = self.ms["dense"]
        rows = tuple(
            (
                way, CHAPTER[way], f"{self.stored_bytes[way].mean():,.0f} B",
                f"{self.macs[way]:,}", f"{(dense / self.ms[way]).mean():.2f}x",
                spread(self.accuracy[way]), self.verdict(way),
            )
            for way in self.accuracy
        )  # fmt: skip
        note = (
            f"Test images, {len(dense)} {'network' if len(dense) == 1 else 'networks'}. MACs and "
            f"latency (batch 1, 1 thread, in turn) are those of an average image. "
            f"{self.provenance.line()}"
        )
        columns = ("way", "chapter", "file", "MACs", "faster", "accuracy", "misses")
        return Table(columns, rows, (note,))

    def rows(self) -> list[dict[str, Any]]:
        """A dot of the passport's board for each way, by chapter, controls left out.

        Means of the networks.
        """
        return [
            {
                "technique": way, "chapter": CHAPTER[way], "macs": self.macs[way],
                "accuracy": float(self.accuracy[way].mean()),
                "stored_bytes": round(self.stored_bytes[way].mean()),
                "latency_ms": float(self.ms[way].mean()),
            }
            for way in sorted(self.accuracy, key=CHAPTER.get)
            if CHAPTER[way] != "control"
        ]  # fmt: skip

    def verdict(self, way: str) -> str:
        """Which limits this way misses, in any of the networks; the loss is that on average."""
        each = [
            plans.BUDGET.limits(int(size), ms, dense, self.accuracy[way].mean(),
                                self.accuracy["dense"].mean())
            for size, ms, dense in zip(self.stored_bytes[way], self.ms[way], self.ms["dense"],
                                       strict=True)
        ]  # fmt: skip
        missed = dict.fromkeys(limit.what for account in each for limit in account if not limit.met)
        return ", ".join(missed) or "nothing"

    def losses_table(self) -> Table:
        """Do the losses add up? A row per method, then their sum, then the stack."""
        rows = tuple(
            (way, f"{lost.mean():+.2f} points", ", ".join(f"{x:+.2f}" for x in lost))
            for way, lost in self.losses().items()
        )
        note = "Against the network taught on as long. Test accuracy."
        return Table(("taken away", "lost", "networks"), rows, (note,))


def read_board(numbers: Mapping[str, Any], provenance: Provenance) -> Board:
    """The board that :meth:`Board.numbers` wrote."""
    arrays = ({w: np.array(v) for w, v in numbers[k].items()} for k in ("accuracy", "bytes", "ms"))
    return Board(*arrays, dict(numbers["MACs"]), dict(numbers["parameters"]), provenance)


def measure_board(
    networks: Mapping[int, nn.Module], dataset: Dataset, *, dear: bool = True
) -> Board:
    """Take every network (seed -> trained LeNet-300-100) all ways.

    ``dear=False`` takes only the methods of the stack, both orders of it, and one control.
    """
    started = time.perf_counter()
    with stopping_as_a_whole():
        found = [
            one_network(networks[seed], dataset, seed, dear)
            for seed in with_bar(list(networks), "network")
        ]
    ways = list(found[0])

    def of(number: int) -> dict[str, np.ndarray]:
        return {way: np.array([row[way][number] for row in found]) for way in ways}

    macs, params = ({way: round(of(n)[way].mean()) for way in ways} for n in (3, 4))
    return Board(
        of(0), of(1), of(2), macs, params,
        measured_now("measure_board", time.perf_counter() - started),
    )  # fmt: skip


Row = tuple[float, int, float, float, int]  # accuracy, bytes, milliseconds, MACs, parameters


def one_network(net: nn.Module, dataset: Dataset, seed: int, dear: bool) -> dict[str, Row]:
    """All ways of one network, timed together at the end."""
    stacks = {way: budget.fit(net, dataset, plan, seed=seed) for way, plan in ways(seed, dear)}
    if dear:
        stacks["born small"] = small_from_scratch(net, dataset, seed)
    last = {way: stack.stages[-1] for way, stack in stacks.items()}
    last = {"dense": stacks["stack"].stages[0], **last}
    models = {way: stage.model for way, stage in last.items()}
    times = meter.mean_latencies(models, dataset.test.images[:TIMED], repeats=REPEATS)
    return {
        way: (training.accuracy(s.model, dataset.test), s.stored_bytes, times[way].median,
              dynamic.mean_macs(s.model, dataset.test.images), s.params)
        for way, s in last.items()
    }  # fmt: skip


def ways(seed: int, dear: bool) -> list[tuple[str, tuple]]:
    """Name and plan of every way that begins with the dense network."""
    cheap = {**plans.alone(), "stack": plans.STACK, "other order": plans.OTHER_ORDER}
    if not dear:
        return list(cheap.items())
    initial = LeNet300100(seed=seed)
    more = {
        "lottery ticket": plans.ticket(initial), "small student": plans.student(initial),
        "Deep Compression": plans.deep_compression(), "separable": plans.separable(seed),
        "early exits": plans.early_exits(seed), "stack by chance": plans.by_chance(seed),
    }  # fmt: skip
    return [*cheap.items(), *more.items()]


def small_from_scratch(net: nn.Module, dataset: Dataset, seed: int) -> Stack:
    """The control for inheriting: the stack's small network from untrained weights, and the rest.

    It is trained as long as the dense network was, then taught by it, pruned and shared like the
    stack: as many epochs as the stack's network, when those of its dense beginning count too.
    """
    small = plans.untrained(LeNet300100(seed=seed))
    raise_if_interrupted(
        training.fit(small, dataset, epochs=DENSE_EPOCHS, seed=seed, progress=False)
    )
    steps = (budget.FineTune(plans.CUT.epochs), plans.PRUNE, plans.SHARE)
    return budget.fit(small, dataset, steps, seed=seed, teacher=net)


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    board = read_board(numbers, Provenance("", "", "", 0.0))
    acc, limit = board.accuracy, plans.BUDGET
    sizes, times = board.stored_bytes["stack"], board.ms["dense"] / board.ms["stack"]
    lost = (acc["dense"] - acc["stack"]).mean()
    losses = board.losses()
    gap = (losses["the stack"] - losses["sum of the three"]).mean()
    chance = (acc["stack"] - acc["stack by chance"]).mean()
    slow = board.ms["dense"] / board.ms["separable"]
    return (
        Check(f"the stack: every file at most {limit.stored_bytes:,} bytes",
              ", ".join(f"{b:,}" for b in sizes), bool(sizes.max() <= limit.stored_bytes)),
        Check(f"and every network at least {limit.times_faster:g} times as fast as dense",
              ", ".join(f"{t:.2f}" for t in times), bool(times.min() >= limit.times_faster)),
        Check(f"and at most {limit.points:g} point below dense, on average", points(-lost),
              bool(lost <= limit.points / 100)),
        Check("the losses add up: stack and sum within 0.5 points, on average",
              f"{gap:+.2f} points", bool(abs(gap) <= 0.5)),
        Check("random neurons and weights at least 1 point worse", points(chance),
              bool(chance >= 0.01)),
        Check("a separable network has fewer MACs than dense, and is slower, every network",
              f"{board.macs['separable'] / board.macs['dense']:.2f} of the MACs; as fast: "
              + ", ".join(f"{t:.2f}" for t in slow),
              bool(board.macs["separable"] < board.macs["dense"] and slow.max() < 1)),
    )  # fmt: skip


def experiment(dataset: Dataset, seeds: Sequence[int]) -> Board:
    """Dense networks from the seeds, and the board."""
    return measure_board(dense_networks(dataset, seeds), dataset)


FIT_THE_BUDGET = Claim(
    key="fit_the_budget",
    title="Twenty kilobytes and two thirds of the time: every chapter on one network",
    paper="Han et al. 2016, arXiv:1510.00149, section 6",
    says="pruning and quantization work well together: stacked they reach what neither reaches "
    "alone, at no loss of accuracy.",
    dataset="mnist",
    experiment=experiment,
    judge=_judge,
)
