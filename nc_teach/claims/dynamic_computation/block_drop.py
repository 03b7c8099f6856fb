"""Wu et al. (2018), "BlockDrop": does one look at the input suffice to choose among all paths?

A residual network is trained with all of its six blocks and frozen. A policy network learns
which blocks an input needs, the last ones first; then both are trained together. Against the
paper's way (``self-critical``) run, with as many epochs,

- ``no baseline``: the reward itself instead of its lead over the greedy policy's;
- ``no curriculum``: all blocks are learned from the first epoch on.

Controls at the same budget: blocks kept at random, every input on the path of another one, a
``static`` network of the same number of blocks, rounded up, trained from its start, and the ``best
subset`` of as many of the trained network's blocks, chosen on validation data and trained on for as
long as the joint stage. The criteria were set before the runs on three seeds; settings come from
trials with seed 0 (the plane: the first one).
"""

import copy
import itertools
import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach import training
from nc_teach.claims import Check, Claim, check
from nc_teach.claims.dynamic_computation import routing
from nc_teach.claims.dynamic_computation.routes import Routes, check_ways, on_images, race
from nc_teach.claims.dynamic_computation.settings import BLOCKS, IMAGES, PLANE, Setting
from nc_teach.common.spread import count, share
from nc_teach.data import Dataset, Split
from nc_teach.dynamic.blockdrop import BlockDrop, learn_with_curriculum, policy_loss
from nc_teach.dynamic.skipping import Blocks
from nc_teach.training.evaluate import evaluating

WAYS = ("self-critical", "no baseline", "no curriculum")
STAGES = tuple(range(1, BLOCKS + 1))
EPOCHS_A_STAGE = 6


def drop_blocks(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    setting: Setting = PLANE,
    ways: Sequence[str] = WAYS,
    epochs_a_stage: int = EPOCHS_A_STAGE,
) -> Routes:
    """Train a network and its policies for every seed, and the controls; measure on test data.

    Raises ``ValueError`` for a way that is none of :data:`WAYS`.
    """
    check_ways(ways, WAYS)
    one = partial(_run, setting, dataset, ways=ways, epochs=epochs_a_stage)
    return race(one, dataset, seeds, setting, ways, setting.epochs[0] + setting.epochs[2])


def _run(
    setting: Setting, dataset: Dataset, seed: int, *, ways: Sequence[str], epochs: int
) -> dict[str, Any]:
    """One seed: the network with all blocks, and for every way its numbers and its policies."""
    data = setting.data(dataset, seed)
    start = routing.all_blocks(setting, data, seed)
    longer = partial(routing.longer, setting, data=data, seed=seed, epochs=setting.epochs[2])
    run: dict[str, Any] = {"whole": training.accuracy(longer(copy.deepcopy(start)), data.test)}
    same_cost: dict[int, dict[str, float]] = {}
    for way in ways:
        model = learn(way, start, setting, data, seed, epochs)
        with evaluating(model):
            policy = model.policy(data.test.images)
        depth = max(1, math.ceil(policy.double().sum(dim=1).mean().item()))
        if depth not in same_cost:
            short = longer(routing.all_blocks(setting, data, seed, depth))
            subset = best_subset(start, data.validation, depth)
            same_cost[depth] = {
                "static": training.accuracy(short, data.test),
                "subset": fixed(longer, start, data, subset),
            }
        run[way] = {
            **routing.controls(model.backbone, data.test, policy),
            **same_cost[depth],
            "accuracy": training.accuracy(model, data.test),
            "policy": policy,
        }
    return run


def learn(
    way: str, start: Blocks, setting: Setting, data: Dataset, seed: int, epochs: int
) -> BlockDrop:
    """A BlockDrop that has learned in one of the :data:`WAYS`; ``start`` stays as it is."""
    model = BlockDrop(copy.deepcopy(start), setting.policy_net(seed))
    numbers = itertools.count(1000 * (seed + 1))
    baseline = "none" if way == "no baseline" else "self-critical"

    def train(net: nn.Module, loss: training.Loss, length: int = epochs) -> training.History:
        return routing.fit(
            net,
            data,
            length,
            next(numbers),
            lr=setting.later,
            batch_size=setting.batch,
            loss=loss,
            deciders=setting.deciding,
        )

    stages = [BLOCKS] * len(STAGES) if way == "no curriculum" else STAGES
    learn_with_curriculum(model, train, setting.gamma, stages=stages, baseline=baseline)
    train(model, policy_loss(setting.gamma, joint=True, baseline=baseline), setting.epochs[2])
    return model


def best_subset(net: Blocks, split: Split, size: int) -> Tensor:
    """The ``size`` blocks with which the network has most of ``split`` right: blocks, bool."""
    choices = []
    for chosen in itertools.combinations(range(len(net.blocks)), size):
        policy = torch.zeros(len(net.blocks), dtype=torch.bool)
        policy[list(chosen)] = True
        score = routing.accuracy_under(net, split, policy.expand(len(split), -1))
        choices.append((score, policy))
    return max(choices, key=lambda choice: choice[0])[1]


def fixed(longer: Any, start: Blocks, data: Dataset, subset: Tensor) -> float:
    """Test accuracy of the same blocks for everybody, trained on with them alone."""

    def loss(net: Blocks, inputs: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(net(inputs, subset.expand(len(inputs), -1)), labels)

    net = longer(copy.deepcopy(start), loss=loss)
    return routing.accuracy_under(net, data.test, subset.expand(len(data.test), -1))


def _judge(result: Routes) -> tuple[Check, ...]:
    way, bare = WAYS[:2]
    at = {name: by_way[way] for name, by_way in result.measures.items()}
    accuracy, best = at["accuracy"], np.maximum(at["static"], at["subset"])
    return (
        check(
            "share of the blocks that are saved",
            1 - at["blocks"] / result.depth,
            least=0.2,
            say=share,
            of_paper=True,
        ),
        check("against all blocks", accuracy - result.whole, least=-0.01),
        check(
            "ahead of random policies of the same budget by", accuracy - at["random"], least=0.05
        ),
        check(
            "dynamic, not static: different policies",
            at["distinct"],
            least=3,
            say=count,
            every="network",
        ),
        check(
            "dynamic, not static: ahead of the policies of other inputs by",
            accuracy - at["others"],
            least=0.01,
        ),
        check(
            "self-critical earns more reward than no baseline, by",
            reward_of(result, way) - reward_of(result, bare),
            above=0,
            say="{:+.4f}".format,
            of_paper=True,
        ),
        check(
            "against the better of a static network and the best subset, of equal cost",
            accuracy - best,
            least=0,
        ),
    )


def reward_of(result: Routes, way: str) -> np.ndarray:
    """a (1 - (b / K)^2) - (1 - a): the reward at gamma = 1 from mean accuracy a and blocks b.

    One number per seed. The mean of the squares is a little larger than the square of the mean, so
    this is approximate.
    """
    a, used = result.accuracy[way], result.blocks[way] / result.depth
    return a * (1 - used**2) - (1 - a)


BLOCK_DROP = Claim("block_drop", Routes, drop_blocks, _judge)
BLOCK_DROP_IMAGES = on_images(
    BLOCK_DROP,
    partial(drop_blocks, setting=IMAGES, ways=WAYS[:2], epochs_a_stage=2),
)
