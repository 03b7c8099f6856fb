"""GhostNet: make half of the maps by convolution, and the rest cheaply from those.

Many maps of a trained network look like ghosts (幽灵特征图) of one another. So a Ghost module
computes only 1/s of its maps in full, and makes the others by a depthwise convolution of these:
about s times cheaper. Unlike a separable convolution, the expensive 1 x 1 comes first, and its own
maps are part of the output.

Followed: the authors' release (huawei, timm), whose counts are those below. It rounds widths to
multiples of 4, pools before the layer of 1,280, and its Ghost modules use 1 x 1 for the primary
convolution and 3 x 3 for the cheap one.

Source: Han, Wang, Tian, Guo, Xu, Xu (2020), "GhostNet: More Features from Cheap Operations",
arXiv:1911.11907, the section on the approach and its table of layers.
"""

import math
from dataclasses import dataclass
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.architecture.compact import PlannedNet, make_divisible
from nc_teach.common.kinds import Count, Positive, whole
from nc_teach.models import conv_norm, conv_norm_relu


class GhostModule(nn.Module):
    """``out_channels`` maps, of which ceil(out / s) are computed and the rest are their ghosts.

    Y' = primary convolution of x, ``kernel_size`` wide (GhostNet: 1), with ``stride``. Ghosts =
    depthwise 3 x 3 of Y', s - 1 for each of its maps. The output is both, cut to ``out_channels``
    where the division left too many. Batch normalisation after each, and ReLU unless ``relu`` is
    false.

    N x in x H x W to N x out x (H, W divided by ``stride``, rounded up). Raises ``ValueError`` for
    ``ratio`` below 2.

    >>> module = GhostModule(8, 17)  # 9 computed, 9 ghosts, the last one cut off
    >>> module.primary[0].out_channels, module(torch.zeros(1, 8, 4, 4)).shape
    (9, torch.Size([1, 17, 4, 4]))
    """

    def __init__(
        self,
        in_channels: Count,
        out_channels: Count,
        ratio: Annotated[int, whole(2)] = 2,
        relu: bool = True,
        kernel_size: Count = 1,
        stride: Count = 1,
    ) -> None:
        super().__init__()
        layer = conv_norm_relu if relu else conv_norm
        computed = math.ceil(out_channels / ratio)
        self.primary = layer(in_channels, computed, kernel_size, stride)
        self.cheap = layer(computed, computed * (ratio - 1), 3, groups=computed)
        self.out_channels = out_channels

    def forward(self, maps: Tensor) -> Tensor:
        computed = self.primary(maps)
        # N x out x H x W
        return torch.cat([computed, self.cheap(computed)], dim=1)[:, : self.out_channels]


class SqueezeExcite(nn.Module):
    """Weigh every channel by what the whole picture shows: two layers on the mean of each map.

    maps * hard_sigmoid(W2 relu(W1 mean)), with a quarter of the channels between (multiples of 4).
    The shape stays. Source: Hu, Shen, Sun (2018), with the hard sigmoid min(max(x + 3, 0), 6) / 6.

    >>> SqueezeExcite(16).reduce.out_channels
    4
    """

    def __init__(self, channels: Count, share: Positive = 0.25) -> None:
        super().__init__()
        between = make_divisible(channels * share, 4)
        self.reduce = nn.Conv2d(channels, between, 1)
        self.expand = nn.Conv2d(between, channels, 1)

    def forward(self, maps: Tensor) -> Tensor:
        mean = maps.mean(dim=(2, 3), keepdim=True)  # N x C x 1 x 1
        return maps * F.hardsigmoid(self.expand(F.relu(self.reduce(mean))))


class GhostBottleneck(nn.Module):
    """Ghost module up, (depthwise if ``stride`` is 2), (weigh), Ghost module down; plus the input.

    No ReLU after the second Ghost module. Where the shape changes, the shortcut is a depthwise and
    a pointwise convolution.

    >>> GhostBottleneck(8, 16, 12, kernel_size=3, stride=2)(torch.zeros(1, 8, 6, 6)).shape
    torch.Size([1, 12, 3, 3])
    """

    def __init__(
        self,
        in_channels: Count,
        middle: Count,
        out_channels: Count,
        kernel_size: Count = 3,
        stride: Count = 1,
        excite: bool = False,
    ) -> None:
        super().__init__()
        down = [conv_norm(middle, middle, kernel_size, stride, groups=middle)]
        self.branch = nn.Sequential(
            GhostModule(in_channels, middle),
            *(down if stride > 1 else []),
            *([SqueezeExcite(middle)] if excite else []),
            GhostModule(middle, out_channels, relu=False),
        )
        same = stride == 1 and in_channels == out_channels
        self.shortcut = (
            nn.Identity()
            if same
            else nn.Sequential(
                conv_norm(in_channels, in_channels, kernel_size, stride, groups=in_channels),
                conv_norm(in_channels, out_channels, 1),
            )
        )

    def forward(self, maps: Tensor) -> Tensor:
        return self.branch(maps) + self.shortcut(maps)


@dataclass(frozen=True)
class Plan:
    """The stem; rows of (kernel, middle, channels, excite, stride); the last two layers."""

    stem: int
    rows: tuple[tuple[int, int, int, bool, int], ...]
    last: int
    hidden: Count
    dropout: float = 0.2


PAPER = Plan(
    16,
    (
        (3, 16, 16, False, 1), (3, 48, 24, False, 2), (3, 72, 24, False, 1), (5, 72, 40, True, 2),
        (5, 120, 40, True, 1), (3, 240, 80, False, 2), (3, 200, 80, False, 1),
        (3, 184, 80, False, 1), (3, 184, 80, False, 1), (3, 480, 112, True, 1),
        (3, 672, 112, True, 1), (5, 672, 160, True, 2), (5, 960, 160, False, 1),
        (5, 960, 160, True, 1), (5, 960, 160, False, 1), (5, 960, 160, True, 1),
    ),
    960, 1280,
)  # fmt: skip
SMALL = Plan(
    16,
    ((3, 16, 16, False, 1), (3, 48, 24, False, 2), (3, 72, 24, False, 1), (3, 72, 40, True, 1)),
    80, 64, dropout=0.0,
)  # fmt: skip


class GhostNet(PlannedNet):
    """GhostNet: 5,182,508 parameters and 141,150,512 MACs at width 1.

    Width 0.5: 2,587,292 and 42,328,152. Width 1.3: 7,358,820 and 227,003,256. The layer of 1,280
    before the output keeps its size. For what all networks share see :class:`.CompactNet`.

    >>> net = GhostNet.small()
    >>> net(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in net.parameters())
    (torch.Size([2, 10]), 22058)
    """

    PLAN, SMALL = PAPER, {"plan": SMALL}

    @staticmethod
    def build(
        plan: Plan, width_mult: Positive, num_classes: Count, in_channels: Count
    ) -> tuple[nn.Module, nn.Module]:
        last = make_divisible(plan.last * width_mult, 4)
        features = _features(plan, width_mult, in_channels, last)
        hidden, out = nn.Linear(last, plan.hidden), nn.Linear(plan.hidden, num_classes)
        return features, nn.Sequential(hidden, nn.ReLU(), nn.Dropout(plan.dropout), out)


def _features(plan: Plan, width: float, in_channels: int, last: int) -> nn.Sequential:
    channels = make_divisible(plan.stem * width, 4)
    parts: list[nn.Module] = [conv_norm_relu(in_channels, channels, 3, 2)]
    for kernel, middle, out, excite, stride in plan.rows:
        middle, out = (make_divisible(c * width, 4) for c in (middle, out))
        parts.append(GhostBottleneck(channels, middle, out, kernel, stride, excite))
        channels = out
    return nn.Sequential(*parts, conv_norm_relu(channels, last, 1))
