"""Two settings for networks that skip blocks: a plane of easy and hard points, and real images.

On the plane everything trains in seconds, and easy and hard inputs exist because it was made so.
Fashion-MNIST is real, and says how much of it carries over.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from nc_teach.data import Dataset, Split
from nc_teach.data.sources import FASHION
from nc_teach.dynamic.backbones import Centre, image_blocks, point_blocks
from nc_teach.dynamic.blockdrop import PolicyNet
from nc_teach.dynamic.skipping import Blocks
from nc_teach.models import seeded_init

from .networks import fewer
from .points import is_hard, points

BLOCKS = 6
DECIDING = 3e-3  # the learning rate of gates and policies


@dataclass(frozen=True)
class Setting:
    """Data, networks, and how they are trained.

    ``data(dataset, seed)`` gives a seed's data; ``network(classes, blocks, seed)`` a network of
    blocks of ``width`` channels; ``policy_net(seed)`` a policy network. ``kinds(split)`` sorts the
    inputs of a figure into ``names``. ``epochs`` are those with all blocks, those of a preparation
    and those with a reward. Learning rates: ``first`` with all blocks, ``later`` afterwards,
    ``opening`` of gates in pre-training. ``price`` is that of a block in nats, ``start`` the bias
    of a gate.
    """

    name: str
    data: Callable[[Dataset, int], Dataset]
    network: Callable[[int, int, int], Blocks]
    policy_net: Callable[[int], nn.Module]
    kinds: Callable[[Split], Tensor]
    names: tuple[str, ...]
    width: int
    epochs: tuple[int, int, int]
    batch: int
    first: float
    later: float
    opening: float
    price: float
    start: float


def point_policy(seed: int) -> nn.Module:
    """A policy network for points: two hidden layers of 32, every block likely at the start."""
    with seeded_init(seed):
        hidden = [Centre(), nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU()]
        last = nn.Linear(32, BLOCKS)
    nn.init.constant_(last.bias, 1.0)
    return nn.Sequential(*hidden, last)


PLANE = Setting(
    name="points of a plane",
    data=lambda dataset, seed: points(seed),
    network=lambda classes, blocks, seed: point_blocks(classes, blocks, 32, seed),
    policy_net=point_policy,
    kinds=lambda split: is_hard(split).long(),
    names=("easy", "hard"),
    width=32,
    epochs=(25, 10, 30),
    batch=100,
    first=3e-3,
    later=3e-3,
    opening=3e-3,
    price=0.03,
    start=1.0,
)
IMAGES = Setting(
    name="Fashion-MNIST",
    data=lambda dataset, seed: fewer(dataset, 3000, 2000),
    network=lambda classes, blocks, seed: image_blocks(classes, blocks, 16, seed),
    policy_net=lambda seed: PolicyNet(BLOCKS, start=1.0, seed=seed),
    kinds=lambda split: split.labels,
    names=FASHION.classes,
    width=16,
    epochs=(10, 5, 6),
    batch=50,
    first=2e-3,
    later=1e-3,
    opening=3e-4,
    price=0.2,
    start=0.5,
)
