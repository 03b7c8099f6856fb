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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import nn

from nc_teach import budget, dynamic, meter, training
from nc_teach.budget import Stack
from nc_teach.claims.check import Check, check
from nc_teach.claims.experiment import Claim
from nc_teach.claims.fit_the_budget import plans
from nc_teach.claims.network_pruning.dense import EPOCHS as DENSE_EPOCHS
from nc_teach.claims.network_pruning.dense import dense_networks
from nc_teach.claims.result import Result, rounded
from nc_teach.claims.running import each_seed, raise_if_interrupted
from nc_teach.common.spread import percent, share, times
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100
from nc_teach.table import Table

TIMED, REPEATS = 200, 5  # test images, and how often each is timed
METHODS = ("fewer neurons", "fewer weights", "shared values")
CHAPTER = {
    "dense": "-",
    "taught on": "control",
    "fewer neurons": "1",
    "fewer weights": "1",
    "lottery ticket": "2",
    "small student": "3",
    "Deep Compression": "4",
    "shared values": "4",
    "separable": "5",
    "early exits": "6",
    "stack": "7",
    "other order": "7",
    "stack by chance": "control",
    "born small": "control",
}


@dataclass(frozen=True, kw_only=True)
class Board(Result):
    """Per way one value per network: test ``accuracy`` in [0, 1], ``stored_bytes``, mean ``ms``.

    ``macs[way]`` and ``params[way]`` are means over the networks; they differ only where images
    leave early.
    """

    accuracy: dict[str, np.ndarray]
    stored_bytes: dict[str, np.ndarray]
    ms: dict[str, np.ndarray] = rounded(5)
    macs: dict[str, int]
    params: dict[str, int]

    def only(self, *ways: str) -> Board:
        """The board with only the dense network and these ways, in this order.

        Raises ``ValueError`` for a way that is not on it.
        """
        kept = dict.fromkeys(("dense", *ways))
        for way in kept:
            if way not in self.accuracy:
                raise ValueError(f"ways must be of {', '.join(self.accuracy)}; got {way!r}")

        def some(part: Mapping[str, Any]) -> dict[str, Any]:
            return {way: part[way] for way in kept}

        return replace(
            self,
            accuracy=some(self.accuracy),
            stored_bytes=some(self.stored_bytes),
            ms=some(self.ms),
            macs=some(self.macs),
            params=some(self.params),
        )

    def losses(self) -> dict[str, np.ndarray]:
        """Points that each method costs alone, their sum, and the stack; one per network."""
        base = 100 * self.accuracy["taught on"]
        lost = {way: base - 100 * self.accuracy[way] for way in METHODS}
        together = base - 100 * self.accuracy["stack"]
        return {**lost, "sum of the three": sum(lost.values(), np.zeros(1)), "the stack": together}

    def table(self) -> Table:
        """A row per way."""
        dense = self.ms["dense"]
        rows = tuple(
            (
                way,
                CHAPTER[way],
                f"{self.stored_bytes[way].mean():,.0f} B",
                f"{self.macs[way]:,}",
                f"{(dense / self.ms[way]).mean():.2f}x",
                percent(accuracy),
                self.verdict(way),
            )
            for way, accuracy in self.accuracy.items()
        )
        note = (
            f"Test images, {len(dense)} {'network' if len(dense) == 1 else 'networks'}. MACs and "
            f"latency (batch 1, 1 thread, in turn) are those of an average image. "
            f"{self.provenance.line()}"
        )
        columns = ("way", "chapter", "file", "MACs", "faster", "accuracy", "misses")
        return Table(columns, rows, (note,))

    def rows(self) -> list[dict[str, Any]]:
        """A dot of the passport's board for each way, by chapter, without the controls.

        Means of the networks.
        """
        return [
            {
                "technique": way,
                "chapter": CHAPTER[way],
                "macs": self.macs[way],
                "accuracy": float(self.accuracy[way].mean()),
                "stored_bytes": round(self.stored_bytes[way].mean()),
                "latency_ms": float(self.ms[way].mean()),
            }
            for way in sorted(self.accuracy, key=CHAPTER.__getitem__)
            if CHAPTER[way] != "control"
        ]

    def verdict(self, way: str) -> str:
        """Which limits this way misses, in any of the networks; the loss is that on average."""
        now, before = self.accuracy[way].mean(), self.accuracy["dense"].mean()
        networks = zip(self.stored_bytes[way], self.ms[way], self.ms["dense"], strict=True)
        each = [plans.BUDGET.limits(int(b), ms, dense, now, before) for b, ms, dense in networks]
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


def measure_board(
    networks: Mapping[int, nn.Module], dataset: Dataset, *, costly: bool = True
) -> Board:
    """Take every network (seed -> trained LeNet-300-100) all ways.

    ``costly=False`` takes only the methods of the stack, both orders of it, and one control.
    """
    found, provenance = each_seed(
        lambda seed: one_network(networks[seed], dataset, seed, costly),
        list(networks),
        "measure_board",
    )
    return Board(
        accuracy={way: rows[:, 0] for way, rows in found.items()},
        stored_bytes={way: rows[:, 1].astype(int) for way, rows in found.items()},
        ms={way: rows[:, 2] for way, rows in found.items()},
        macs={way: round(rows[:, 3].mean()) for way, rows in found.items()},
        params={way: round(rows[:, 4].mean()) for way, rows in found.items()},
        provenance=provenance,
    )


Row = tuple[float, int, float, float, int]  # accuracy, bytes, milliseconds, MACs, parameters


def one_network(net: nn.Module, dataset: Dataset, seed: int, costly: bool) -> dict[str, Row]:
    """All ways of one network, timed together at the end."""
    stacks = {way: budget.fit(net, dataset, plan, seed=seed) for way, plan in ways(seed, costly)}
    if costly:
        stacks["born small"] = small_from_scratch(net, dataset, seed)
    last = {way: stack.stages[-1] for way, stack in stacks.items()}
    last = {"dense": stacks["stack"].stages[0], **last}
    models = {way: stage.model for way, stage in last.items()}
    spent = meter.mean_latencies(models, dataset.test.images[:TIMED], repeats=REPEATS)
    return {
        way: (
            training.accuracy(s.model, dataset.test),
            s.stored_bytes,
            spent[way].median,
            dynamic.mean_macs(s.model, dataset.test.images),
            s.params,
        )
        for way, s in last.items()
    }


def ways(seed: int, costly: bool) -> list[tuple[str, tuple]]:
    """Name and plan of every way that begins with the dense network."""
    cheap = {**plans.alone(), "stack": plans.STACK, "other order": plans.OTHER_ORDER}
    if not costly:
        return list(cheap.items())
    initial = LeNet300100(seed=seed)
    more = {
        "lottery ticket": plans.ticket(initial),
        "small student": plans.student(initial),
        "Deep Compression": plans.deep_compression(),
        "separable": plans.separable(seed),
        "early exits": plans.early_exits(seed),
        "stack by chance": plans.by_chance(seed),
    }
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


def judge(board: Board) -> tuple[Check, ...]:
    """What was fixed before the runs."""
    acc, limit, losses = board.accuracy, plans.BUDGET, board.losses()
    gap = (losses["the stack"] - losses["sum of the three"]) / 100
    return (
        check(
            "the stack: its file",
            board.stored_bytes["stack"],
            most=limit.stored_bytes,
            say=lambda size: f"{size:,.0f} bytes",
            every="network",
        ),
        check(
            "the stack: as fast as dense",
            board.ms["dense"] / board.ms["stack"],
            least=limit.times_faster,
            say=times,
            every="network",
        ),
        check(
            "the stack above dense, on average",
            acc["stack"] - acc["dense"],
            least=-limit.points / 100,
        ),
        check("the losses add up: stack and sum apart by", np.abs(gap), most=0.005),
        check(
            "the stack above one of random neurons and weights",
            acc["stack"] - acc["stack by chance"],
            least=0.01,
        ),
        check(
            "a separable network: MACs, in parts of dense",
            board.macs["separable"] / board.macs["dense"],
            below=1,
            say=share,
        ),
        check(
            "and yet only this much as fast as dense",
            board.ms["dense"] / board.ms["separable"],
            below=1,
            say=times,
            every="network",
        ),
    )


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
    result=Board,
    experiment=experiment,
    judge=judge,
)
