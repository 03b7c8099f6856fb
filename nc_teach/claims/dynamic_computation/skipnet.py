"""Wang et al. (2018), "SkipNet": can gates learn to skip, and do they need both stages for it?

A small residual network learns with all of its six blocks. Then, every way with the same number of
epochs in all:

- ``SP + REINFORCE``: supervised pre-training with noisy gates, then the hybrid loss (the paper's);
- ``straight-through``: the number of blocks is a term of the loss (not in the paper, easier);
- ``REINFORCE alone``: the hybrid loss from an untrained network and untrained gates;
- ``all blocks``: the network without gates, trained for as long.

Controls at the same budget: blocks kept at random, every input on the path of another one, and a
``static`` network of the same number of blocks, rounded up,, trained for as long from its start.

The criteria were set before the runs on three seeds. The settings were found with seed 0: on the
plane at the first try; on images at the seventh (before, the pre-training drove all gates so far
open that they never closed again).
"""

import copy
import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from nc_teach import training
from nc_teach.claims import Check, Claim, check
from nc_teach.claims.dynamic_computation import routing
from nc_teach.claims.dynamic_computation.routes import Routes, check_ways, on_images, race
from nc_teach.claims.dynamic_computation.settings import BLOCKS, IMAGES, PLANE, Setting
from nc_teach.common.spread import share
from nc_teach.data import Dataset
from nc_teach.dynamic.gates import FeedForwardGates
from nc_teach.dynamic.skipnet import SkipNet, counting_loss, hybrid_loss, paths, supervised_loss
from nc_teach.dynamic.skipping import Blocks

WAYS = ("SP + REINFORCE", "straight-through", "REINFORCE alone")


def race_gates(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    setting: Setting = PLANE,
    ways: Sequence[str] = WAYS,
) -> Routes:
    """Train a network for every seed and way, and its controls; measure on the test split.

    Raises ``ValueError`` for a way that is none of :data:`WAYS`.
    """
    check_ways(ways, WAYS)
    one = partial(_run, setting, dataset, ways=ways)
    return race(one, dataset, seeds, setting, ways, sum(setting.epochs))


def _run(setting: Setting, dataset: Dataset, seed: int, *, ways: Sequence[str]) -> dict[str, Any]:
    """One seed: the network with all blocks, and for every way its numbers and its paths."""
    data = setting.data(dataset, seed)
    start = routing.all_blocks(setting, data, seed)
    whole = routing.longer(setting, copy.deepcopy(start), data, seed)
    run: dict[str, Any] = {"whole": training.accuracy(whole, data.test)}
    same_cost: dict[int, float] = {}
    for way in ways:
        net = learn(way, start, setting, data, seed)
        policy = paths(net, data.test.images)
        depth = max(1, math.ceil(policy.double().sum(dim=1).mean().item()))
        if depth not in same_cost:
            static = routing.all_blocks(setting, data, seed, depth)
            routing.longer(setting, static, data, seed)
            same_cost[depth] = training.accuracy(static, data.test)
        run[way] = {
            **routing.controls(net.backbone, data.test, policy),
            "accuracy": training.accuracy(net, data.test),
            "static": same_cost[depth],
            "policy": policy,
        }
    return run


def learn(way: str, start: Blocks, setting: Setting, data: Dataset, seed: int) -> SkipNet:
    """A SkipNet that has learned in one of the :data:`WAYS`; ``start`` stays as it is."""
    _, preparing, learning = setting.epochs
    gates = FeedForwardGates(BLOCKS, setting.width, start=setting.start, seed=seed)
    teach = partial(_teach, setting, data)
    if way == "REINFORCE alone":
        net = SkipNet(setting.network(len(data.classes), BLOCKS, seed), gates)
        return teach(net, hybrid_loss(setting.price), sum(setting.epochs), seed)
    net = SkipNet(copy.deepcopy(start), gates)
    if way == "straight-through":
        return teach(net, counting_loss(setting.price), preparing + learning, seed)
    teach(net, supervised_loss, preparing, seed, setting.opening)
    return teach(net, hybrid_loss(setting.price), learning, 1000 + seed)


def _teach(
    setting: Setting,
    data: Dataset,
    net: SkipNet,
    loss: training.Loss,
    epochs: int,
    seed: int,
    rate: float | None = None,
) -> SkipNet:
    return routing.train(
        net,
        data,
        epochs,
        seed,
        lr=setting.later,
        batch_size=setting.batch,
        loss=loss,
        deciders=setting.deciding if rate is None else rate,
    )


def _judge(result: Routes) -> tuple[Check, ...]:
    both, alone = WAYS[0], WAYS[2]
    at = {name: by_way[both] for name, by_way in result.measures.items()}
    accuracy = at["accuracy"]
    return (
        check(
            f"share of the blocks that {both} saves",
            1 - at["blocks"] / result.depth,
            least=0.3,
            say=share,
            of_paper=True,
        ),
        check("against all blocks", accuracy - result.whole, least=-0.01),
        check("ahead of random gates of the same budget by", accuracy - at["random"], least=0.05),
        check(
            "dynamic, not static: ahead of the paths of other inputs by",
            accuracy - at["others"],
            least=0.01,
        ),
        check("ahead of REINFORCE alone by", accuracy - result.accuracy[alone], least=0.01),
        check(
            "against a static network of as many blocks, rounded up",
            accuracy - at["static"],
            least=0,
        ),
    )


SKIPNET = Claim("skipnet", Routes, race_gates, _judge)
SKIPNET_IMAGES = on_images(SKIPNET, partial(race_gates, setting=IMAGES, ways=(WAYS[0], WAYS[2])))
