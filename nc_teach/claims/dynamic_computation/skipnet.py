"""Wang et al. (2018), "SkipNet": can gates learn to skip, and do they need both stages for it?

A small residual network learns with all of its six blocks. Then, every way with the same number of
epochs in all:

- ``SP + REINFORCE``: supervised pre-training, then the hybrid loss, as in the paper. Only our gates
  have noise in the first stage: the paper and its release round p > 1/2 and use the gradient of p;
- ``straight-through``: the number of blocks is a term of the loss (not in the paper, easier);
- ``REINFORCE alone``: the hybrid loss from an untrained network and untrained gates;
- ``all blocks``: the network without gates, trained for as long.

Controls at the same budget: blocks kept at random, every input on the path of another one, and a
``static`` network of the same number of blocks, rounded up, trained for as long from its start.

The criteria were set before the runs on three seeds. The settings were found with seed 0: on the
plane at the first try; on images at the seventh (before, the pre-training drove all gates so far
open that they never closed again).
"""

import copy
from collections.abc import Sequence
from functools import partial

from torch import Tensor

from nc_teach.claims import Check, Claim, check
from nc_teach.common.spread import share
from nc_teach.data import Dataset
from nc_teach.dynamic.gates import FeedForwardGates
from nc_teach.dynamic.skipnet import SkipNet, counting_loss, hybrid_loss, paths, supervised_loss
from nc_teach.dynamic.skipping import Blocks

from . import routing
from .routes import Routes, check_ways, race
from .settings import BLOCKS, DECIDING, IMAGES, PLANE, Setting

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
    return race(partial(learn, setting), dataset, seeds, setting, ways, sum(setting.epochs[1:]))


def learn(
    setting: Setting, way: str, start: Blocks, data: Dataset, seed: int
) -> tuple[SkipNet, Tensor]:
    """A SkipNet that has learned in one of the :data:`WAYS`, and its paths on the test split.

    ``start`` stays as it is.
    """
    _, preparing, learning = setting.epochs
    net = SkipNet(
        copy.deepcopy(start),
        FeedForwardGates(BLOCKS, setting.width, start=setting.start, seed=seed),
    )
    hybrid = hybrid_loss(setting.price)
    teach = partial(routing.train, lr=setting.later, batch_size=setting.batch, deciders=DECIDING)
    if way == "REINFORCE alone":
        net.backbone = setting.network(len(data.classes), BLOCKS, seed)
        teach(net, data, seed, sum(setting.epochs), loss=hybrid)
    elif way == "straight-through":
        teach(net, data, seed, preparing + learning, loss=counting_loss(setting.price))
    else:
        teach(net, data, seed, preparing, loss=supervised_loss, deciders=setting.opening)
        teach(net, data, 1000 + seed, learning, loss=hybrid)
    return net, paths(net, data.test.images)


def _judge(result: Routes) -> tuple[Check, ...]:
    both, _, alone = WAYS
    at = {name: by_way[both] for name, by_way in result.measures.items()}
    saved = 1 - at["blocks"] / result.depth
    ahead = {name: at["accuracy"] - at[name] for name in ("random", "others", "static")}
    others = "dynamic, not static: ahead of the paths of other inputs by"
    static = "against a static network of as many blocks, rounded up"
    by_pre_training = at["accuracy"] - result.accuracy[alone]
    return (
        check(f"share of the blocks that {both} saves", saved, least=0.3, say=share, of_paper=True),
        check("against all blocks", at["accuracy"] - result.whole, least=-0.01),
        check("ahead of random gates of the same budget by", ahead["random"], least=0.05),
        check(others, ahead["others"], least=0.01),
        check("ahead of REINFORCE alone by", by_pre_training, least=0.01),
        check(static, ahead["static"], least=0),
    )


SKIPNET = Claim("skipnet", Routes, race_gates, _judge)
SKIPNET_IMAGES = Claim(
    "skipnet_images",
    Routes,
    partial(race_gates, setting=IMAGES, ways=(WAYS[0], WAYS[2])),
    _judge,
    dataset="fashion",
)
