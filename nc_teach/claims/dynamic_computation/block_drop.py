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
from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach import training
from nc_teach.claims import Check, Claim, check
from nc_teach.common.spread import count, share
from nc_teach.data import Dataset, Split
from nc_teach.dynamic.blockdrop import BlockDrop, learn_with_curriculum, policy_loss
from nc_teach.dynamic.skipping import Blocks
from nc_teach.training.evaluate import evaluating

from . import routing
from .routes import Routes, check_ways, longer, race
from .settings import BLOCKS, DECIDING, IMAGES, PLANE, Setting

WAYS = ("self-critical", "no baseline", "no curriculum")
GAMMA = 1.0  # the penalty of a wrong answer


def drop_blocks(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    setting: Setting = PLANE,
    ways: Sequence[str] = WAYS,
    epochs_a_stage: int = 6,
) -> Routes:
    """Train a network and its policies for every seed, and the controls; measure on test data.

    Raises ``ValueError`` for a way that is none of :data:`WAYS`.
    """
    check_ways(ways, WAYS)
    how = partial(learn, setting, epochs_a_stage)
    return race(how, dataset, seeds, setting, ways, setting.epochs[2], partial(fixed, setting))


def learn(
    setting: Setting,
    epochs_a_stage: int,
    way: str,
    start: Blocks,
    data: Dataset,
    seed: int,
    gamma: float = GAMMA,
) -> tuple[BlockDrop, Tensor]:
    """A BlockDrop that has learned in one of the :data:`WAYS`, and its policy on the test split.

    ``start`` stays as it is.
    """
    model = BlockDrop(copy.deepcopy(start), setting.policy_net(seed))
    seeds = itertools.count(1000 * (seed + 1))
    how = {"lr": setting.later, "batch_size": setting.batch, "deciders": DECIDING}

    def teach(net: nn.Module, loss: training.Loss, epochs: int = epochs_a_stage) -> nn.Module:
        return routing.train(net, data, next(seeds), epochs, loss=loss, **how)

    baseline = "none" if way == "no baseline" else "self-critical"
    stages = [BLOCKS] * BLOCKS if way == "no curriculum" else range(1, BLOCKS + 1)
    learn_with_curriculum(model, teach, gamma, stages=stages, baseline=baseline)
    teach(model, policy_loss(gamma, joint=True, baseline=baseline), setting.epochs[2])
    with evaluating(model):
        return model, model.policy(data.test.images)


def best_subset(net: Blocks, split: Split, size: int) -> Tensor:
    """The ``size`` blocks with which the network has most of ``split`` right: blocks, bool."""
    choices = []
    for chosen in itertools.combinations(range(len(net.blocks)), size):
        policy = torch.zeros(len(net.blocks), dtype=torch.bool)
        policy[list(chosen)] = True
        score = routing.accuracy_under(net, split, policy.expand(len(split), -1))
        choices.append((score, policy))
    return max(choices, key=lambda choice: choice[0])[1]


def fixed(
    setting: Setting, start: Blocks, data: Dataset, seed: int, depth: int
) -> dict[str, float]:
    """Test accuracy of the best subset for everybody, trained on with it alone."""
    subset = best_subset(start, data.validation, depth)

    def loss(net: Blocks, inputs: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(net(inputs, subset.expand(len(inputs), -1)), labels)

    net = longer(setting, copy.deepcopy(start), data, seed, setting.epochs[2], loss=loss)
    same = subset.expand(len(data.test), -1)
    return {"subset": routing.accuracy_under(net, data.test, same)}


def _judge(result: Routes) -> tuple[Check, ...]:
    way, bare, _ = WAYS
    at = {name: by_way[way] for name, by_way in result.measures.items()}
    saved, kinds = 1 - at["blocks"] / result.depth, at["distinct"]
    random, others = at["accuracy"] - at["random"], at["accuracy"] - at["others"]
    best = np.maximum(at["static"], at["subset"])
    dynamic = "dynamic, not static:"
    earns_more = partial(check, above=0, say="{:+.4f}".format, of_paper=True)
    reward = reward_of(result, way) - reward_of(result, bare)
    fixed_ones = "against the better of a static network and the best subset, of equal cost"
    return (
        check("share of the blocks that are saved", saved, least=0.2, say=share, of_paper=True),
        check("against all blocks", at["accuracy"] - result.whole, least=-0.01),
        check("ahead of random policies of the same budget by", random, least=0.05),
        check(f"{dynamic} different policies", kinds, least=3, say=count, every="network"),
        check(f"{dynamic} ahead of the policies of other inputs by", others, least=0.01),
        earns_more("self-critical earns more reward than no baseline, by", reward),
        check(fixed_ones, at["accuracy"] - best, least=0),
    )


def reward_of(result: Routes, way: str) -> np.ndarray:
    """a (1 - (b / K)^2) - (1 - a): the reward at gamma = 1 from mean accuracy a and blocks b.

    One number per seed. The mean of the squares is a little larger than the square of the mean, so
    this is approximate.
    """
    a, used = result.accuracy[way], result.measures["blocks"][way] / result.depth
    return a * (1 - used**2) - (1 - a)


BLOCK_DROP = Claim("block_drop", Routes, drop_blocks, _judge)
BLOCK_DROP_IMAGES = Claim(
    "block_drop_images",
    Routes,
    partial(drop_blocks, setting=IMAGES, ways=WAYS[:2], epochs_a_stage=2),
    _judge,
    dataset="fashion",
)
