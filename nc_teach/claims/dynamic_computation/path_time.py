"""A path of one's own for every input: how much of the time does it save, and when none?

SkipNet, BlockDrop and Runtime Neural Pruning in two sizes, each against its own network with
everything computed, in turn, on one thread: one image at a time, and in batches of 100. Nothing is
trained, for the time does not depend on what was learned: every gate's bias is moved so that half
of the images open it, and the agent's actions are scattered evenly over the images. Gates, policy
network and agent are asked every time, and their time counts.

``SkipNet, masked`` computes every block and multiplies by its gate, as the code that came with the
paper does.

The criteria were set before the first run.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nc_teach.claims import Check, Claim, check
from nc_teach.common.spread import share
from nc_teach.data import Dataset
from nc_teach.dynamic.backbones import image_blocks
from nc_teach.dynamic.blockdrop import BlockDrop, PolicyNet
from nc_teach.dynamic.decisions import hard
from nc_teach.dynamic.gates import FeedForwardGates
from nc_teach.dynamic.runtime_pruning import RuntimePruningNet
from nc_teach.dynamic.skipnet import SkipNet
from nc_teach.training.evaluate import evaluating

from .networks import Called
from .saved_time import Pair, SavedTime, half_of_it, in_batches, time_pairs

BLOCKS, TIMED = 6, 200
WIDTHS = {"small": 16, "large": 64}


def masked(net: SkipNet, images: Tensor) -> Tensor:
    """A SkipNet computes everything and multiplies by its gates."""
    return net.run_gated(images, lambda numbers: hard(numbers).float()).logits


def everything(net: RuntimePruningNet, images: Tensor) -> Tensor:
    """A RuntimePruningNet without its agent: all groups of every layer."""
    return net.run(images, torch.full((len(images), len(net.layers)), net.groups - 1))


def scattered(net: RuntimePruningNet, images: Tensor) -> Tensor:
    """A RuntimePruningNet's agent is asked, and its actions are spread evenly all the same.

    An agent that has learned nothing would want the same for everybody; so the last digits of its
    values are the lots.
    """
    return net.run_gated(images, lots).logits


def lots(values: Tensor) -> Tensor:
    """Actions from the fourth digit on of the first value: N, the same for the same values."""
    return (values[:, 0] * 1e4).long().abs() % values.shape[1]


@torch.no_grad()
def half_open(net: SkipNet, images: Tensor) -> SkipNet:
    """Move every gate's bias, one after the other, so that half of the images open it, in place."""
    with evaluating(net):
        for place in range(len(net.backbone.blocks)):
            numbers = net.run_gated(images, hard).gate_logits[:, place]
            net.gates.get_parameter(f"last.{place}.bias").sub_(numbers.median())
    return net


@torch.no_grad()
def half_dropped(model: BlockDrop, images: Tensor) -> BlockDrop:
    """Move the policy network's last biases so that half of the images take each block."""
    with evaluating(model):
        middle = model.policy_net(images).median(dim=0).values
        model.policy_net.get_parameter("fc.bias").sub_(middle)
    return model


def time_paths(
    dataset: Dataset, seeds: Sequence[int], *, images: int = TIMED, **options: Any
) -> SavedTime:
    """Every method in two sizes, a run for every seed; ``options`` as in :func:`time_pairs`."""
    some = dataset.test.images[:images]
    return time_pairs([_run(some, seed) for seed in seeds], **options)


def _run(images: Tensor, seed: int) -> dict[str, Pair]:
    pairs = {}
    for size, width in WIDTHS.items():
        net = image_blocks(width=width, seed=seed).eval()
        gates = FeedForwardGates(BLOCKS, width, seed=seed)
        skips = half_open(SkipNet(net, gates), images).eval()
        drops = half_dropped(BlockDrop(net, PolicyNet(BLOCKS, seed=seed)), images).eval()
        groups = RuntimePruningNet(width=2 * width, seed=seed).eval()
        pairs[f"SkipNet, {size}"] = Pair(net, skips, images)
        pairs[f"SkipNet, masked, {size}"] = Pair(net, Called(skips, masked), images)
        pairs[f"BlockDrop, {size}"] = Pair(net, drops, images)
        pairs[f"runtime pruning, {size}"] = Pair(
            Called(groups, everything), Called(groups, scattered), images
        )
    return pairs


def _judge(result: SavedTime) -> tuple[Check, ...]:
    large = [f"{name}, large" for name in ("SkipNet", "BlockDrop", "runtime pruning")]
    masked = result.time_saved[1]["SkipNet, masked, large"]
    return (
        *(half_of_it(result, name, "least") for name in large),
        check("one image at a time, multiplying by zero: time saved", masked, most=0.02, say=share),
        half_of_it(result, "SkipNet, small", "below"),
        in_batches(result, large[0], "below"),
        in_batches(result, large[2], "below"),
    )


PATH_TIME = Claim("path_time", SavedTime, time_paths, _judge, dataset="fashion")
