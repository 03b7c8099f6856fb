"""Two small residual networks whose blocks can be skipped: one for images, one for points.

All blocks of a network have one shape, so that each can be left out and costs the same.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Seed
from nc_teach.dynamic.skipping import Blocks
from nc_teach.models import SmallResNet, seeded_init


def image_blocks(
    num_classes: Count = 10, blocks: Count = 6, width: Count = 16, seed: Seed | None = None
) -> Blocks:
    """:class:`~nc_teach.models.SmallResNet` in three parts, the same network number for number.

    Input N x 1 x 28 x 28. With the usual size each block computes 225,792 of the 1,374,512 MACs.
    """
    net = SmallResNet(num_classes, blocks, width, seed)
    stem = nn.Sequential(net.stem, net.bn, nn.ReLU())
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), net.fc)
    return Blocks(stem, nn.ModuleList(net.blocks), head)


class LinearBlock(nn.Module):
    """x + W2 relu(W1 x): a residual block of two linear layers, N x ``width`` in and out."""

    def __init__(self, width: Count) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.fc2(F.relu(self.fc1(x)))


class Centre(nn.Module):
    """Coordinates from [0, 1], as a data set keeps them, to [-2, 2]; N x 1 x 1 x 2 to N x 2."""

    def forward(self, points: Tensor) -> Tensor:
        return 4 * points.flatten(1) - 2


def point_blocks(
    num_classes: Count = 2, blocks: Count = 6, width: Count = 32, seed: Seed | None = None
) -> Blocks:
    """A residual network for points of the plane: N x 1 x 1 x 2 in [0, 1] to N x classes.

    With the usual size each block computes 2 x 32 x 32 = 2,048 MACs.
    """
    with seeded_init(seed):
        stem = nn.Sequential(Centre(), nn.Linear(2, width))
        parts = nn.ModuleList(LinearBlock(width) for _ in range(blocks))
        return Blocks(stem, parts, nn.Sequential(nn.ReLU(), nn.Linear(width, num_classes)))
