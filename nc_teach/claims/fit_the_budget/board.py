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

from collections.abc import Mapping

import numpy as np
from torch import nn

from nc_teach import budget, dynamic, meter, training
from nc_teach.budget import Stack
from nc_teach.claims import Check, Claim, check, each_seed, measured
from nc_teach.claims.network_pruning.dense import EPOCHS as DENSE_EPOCHS, on_dense
from nc_teach.common.spread import share, times
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100

from . import plans
from .board_result import CHEAP, Board

TIMED, REPEATS = 50, 20  # test images, and how often each is timed


@measured
def measure_board(
    networks: Mapping[int, nn.Module], dataset: Dataset, *, costly: bool = True
) -> Board:
    """Take every network (seed -> trained LeNet-300-100) all ways.

    ``costly=False`` takes only the methods of the stack, both orders of it, and one control.
    """
    found = each_seed(
        lambda seed: one_network(networks[seed], dataset, seed, costly), list(networks)
    )
    for name in ("macs", "params"):
        found[name] = {way: round(counts.mean()) for way, counts in found[name].items()}
    return Board(**found)


def one_network(
    net: nn.Module, dataset: Dataset, seed: int, costly: bool
) -> dict[str, dict[str, float]]:
    """The board's numbers of one network, all ways timed together at the end."""
    ways = plans.ways(LeNet300100(seed=seed), seed)
    taken = list(ways) if costly else CHEAP
    stacks = {way: budget.fit(net, dataset, ways[way], seed=seed) for way in taken}
    if costly:
        stacks["born small"] = small_from_scratch(net, dataset, seed)
    last = {"dense": stacks["stack"].stages[0]}
    last |= {way: stack.stages[-1] for way, stack in stacks.items()}
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


FIT_THE_BUDGET = Claim("fit_the_budget", Board, on_dense(measure_board), judge)
