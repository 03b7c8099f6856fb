"""Networks that choose their paths, learned at several prices; validation data choose the price."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from torch import Tensor

from nc_teach import training
from nc_teach.data import Dataset
from nc_teach.dynamic.blockdrop import BlockDrop
from nc_teach.dynamic.skipnet import SkipNet
from nc_teach.dynamic.skipping import Blocks
from nc_teach.training.evaluate import evaluating

from . import block_drop, skipnet
from .settings import Setting

LOSES = 0.01  # of the accuracy on validation data, at most, against all blocks


def path_of(net: SkipNet | BlockDrop, images: Tensor) -> Tensor:
    """Which blocks each image takes, N x blocks, bool."""
    if isinstance(net, SkipNet):
        return skipnet.paths(net, images)
    with evaluating(net):
        return net.policy(images)


def cheapest(
    way: str,
    start: Blocks,
    whole: Blocks,
    some: Dataset,
    seed: int,
    setting: Setting,
    prices: Sequence[float],
) -> tuple[float, SkipNet | BlockDrop]:
    """The price, and the network that learned at it, that validation data choose for a way."""
    least = training.accuracy(whole, some.validation) - LOSES
    tried = []
    for price in prices:
        net = learn(way, price, setting)(start, some, seed)
        right = training.accuracy(net, some.validation)
        blocks = path_of(net, some.validation.images).double().sum(dim=1).mean().item()
        # Good enough before not, then few blocks; where none is good enough, the most accurate.
        order = (right < least, blocks if right >= least else -right)
        tried.append((order, price, net))
    _, price, net = min(tried, key=lambda one: one[0])
    return price, net


def learn(
    way: str, price: float, setting: Setting
) -> Callable[[Blocks, Dataset, int], SkipNet | BlockDrop]:
    """How a way learns at a price, from a network with all of its blocks, which stays as it is."""
    if way == "BlockDrop":
        return lambda start, some, seed: block_drop.learn(
            setting, 2, "self-critical", start, some, seed, gamma=price
        )[0]
    at_price = replace(setting, price=price)
    return lambda start, some, seed: skipnet.learn(at_price, way, start, some, seed)[0]
