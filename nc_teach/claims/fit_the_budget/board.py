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

from collections.abc import Mapping, Sequence

import numpy as np
from torch import nn

from nc_teach import budget, dynamic, meter, training
from nc_teach.budget import Stack
from nc_teach.budget.stack import staged
from nc_teach.claims import Check, Claim, check, each_seed, measured
from nc_teach.claims.network_pruning.dense import EPOCHS as DENSE_EPOCHS, on_dense
from nc_teach.common.spread import share, times
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100

from . import plans
from .board_result import Board

BORN = "born small"  # the way that does not begin with the dense network
TIMED, REPEATS = 50, 20  # test images, and how often each is timed


@measured
def measure_board(
    networks: Mapping[int, nn.Module], dataset: Dataset, *, ways: Sequence[str] | None = None
) -> Board:
    """Take every network (seed -> trained LeNet-300-100) all ways, or only those named.

    Raises ``ValueError`` for a name that is no way.
    """
    found = each_seed(lambda seed: one_network(networks[seed], dataset, seed, ways), list(networks))
    for name in ("macs", "params"):
        found[name] = {way: round(counts.mean()) for way, counts in found[name].items()}
    return Board(**found)


def one_network(
    net: nn.Module, dataset: Dataset, seed: int, ways: Sequence[str] | None
) -> dict[str, dict[str, float]]:
    """The board's numbers of one network, all ways timed together at the end."""
    known = plans.ways(LeNet300100(seed=seed), seed)
    taken = [*known, BORN] if ways is None else ways
    for way in taken:
        if way not in (*known, BORN):
            raise ValueError(f"ways must be of {', '.join((*known, BORN))}; got {way!r}")
    last = {"dense": staged("dense", net, dataset)}
    for way in taken:
        last[way] = (
            small_from_scratch(net, dataset, seed)
            if way == BORN
            else budget.fit(net, dataset, known[way], seed=seed)
        ).stages[-1]
    models, test = {way: stage.model for way, stage in last.items()}, dataset.test
    spent = meter.mean_latencies(models, test.images[:TIMED], repeats=REPEATS)
    return {
        "accuracy": {way: training.accuracy(model, test) for way, model in models.items()},
        "stored_bytes": {way: stage.stored_bytes for way, stage in last.items()},
        "ms": {way: latency.median for way, latency in spent.items()},
        "macs": {way: dynamic.mean_macs(model, test.images) for way, model in models.items()},
        "params": {way: stage.params for way, stage in last.items()},
    }


def small_from_scratch(net: nn.Module, dataset: Dataset, seed: int) -> Stack:
    """The control for inheriting: the stack's small network from untrained weights, and the rest.

    It is trained as long as the dense network was, then taught by it, pruned and shared like the
    stack: as many epochs as the stack's network, when those of its dense beginning count too.
    """
    small = plans.untrained(LeNet300100(seed=seed))
    training.fit(small, dataset, epochs=DENSE_EPOCHS, seed=seed, progress=False)
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
            "what the stack loses against dense, on average",
            acc["dense"] - acc["stack"],
            most=limit.points / 100,
        ),
        check("the losses add up: stack and sum apart (no sign) by", np.abs(gap), most=0.005),
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


FIT_THE_BUDGET = Claim("fit_the_budget", Board, on_dense(measure_board), judge)
