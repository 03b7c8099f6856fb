"""ShuffleNet V2: split the channels, work on one half, and shuffle the halves.

Designed by stopwatch, not by MACs alone. Unlike V1 its 1 x 1 convolutions are not grouped (groups
cost memory traffic), are as wide as their input (which moves the fewest bytes for the same MACs),
and nothing is added: half of the channels pass through untouched, and a shuffle of two groups hands
half of them to the next unit's work.

Followed: torchvision. The authors' release (megvii) differs in the first unit of stage 2, where the
shortcut keeps the stem's 24 channels and the other branch makes the rest, and has no bias in the
output layer: 2,278,760 parameters there, 2,278,604 here. Here both branches make half of the
channels, as the paper's equal split says.

Source: Ma, Zhang, Zheng, Sun (2018), "ShuffleNet V2: Practical Guidelines for Efficient CNN
Architecture Design", arXiv:1807.11164, the section on the new architecture and its table.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from nc_teach.architecture.compact import PlannedNet, one_of
from nc_teach.architecture.shufflenet import channel_shuffle
from nc_teach.common.kinds import Count, Positive
from nc_teach.models import conv_norm, conv_norm_relu


def _branch(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """1 x 1 and ReLU, depthwise 3 x 3, 1 x 1 and ReLU."""
    return nn.Sequential(
        conv_norm_relu(in_channels, out_channels, 1),
        conv_norm(out_channels, out_channels, 3, stride, groups=out_channels),
        conv_norm_relu(out_channels, out_channels, 1),
    )


class SplitUnit(nn.Module):
    """Stride 1: one half of the channels passes, the branch works on the other half; shuffle.

    N x C x H x W to the same, C even.

    >>> SplitUnit(8)(torch.zeros(1, 8, 4, 4)).shape
    torch.Size([1, 8, 4, 4])
    """

    def __init__(self, channels: Count) -> None:
        super().__init__()
        self.branch = _branch(channels // 2, channels // 2, 1)

    def forward(self, maps: Tensor) -> Tensor:
        passed, worked_on = maps.chunk(2, dim=1)  # N x C/2 x H x W each
        # N x C x H x W
        return channel_shuffle(torch.cat([passed, self.branch(worked_on)], dim=1), 2)


class DownUnit(nn.Module):
    """Stride 2: no split; both branches see all channels and make half of the output each.

    N x in x H x W to N x out x H/2 x W/2 (rounded up), ``out_channels`` even.

    >>> DownUnit(6, 16)(torch.zeros(1, 6, 4, 4)).shape
    torch.Size([1, 16, 2, 2])
    """

    def __init__(self, in_channels: Count, out_channels: Count) -> None:
        super().__init__()
        half = out_channels // 2
        self.shortcut = nn.Sequential(
            conv_norm(in_channels, in_channels, 3, 2, groups=in_channels),
            conv_norm_relu(in_channels, half, 1),
        )
        self.branch = _branch(in_channels, half, 2)

    def forward(self, maps: Tensor) -> Tensor:
        return channel_shuffle(torch.cat([self.shortcut(maps), self.branch(maps)], dim=1), 2)


@dataclass(frozen=True)
class Plan:
    """The stem's channels, those of each stage and of the last layer by width, and the units."""

    stem: int
    widths: dict[float, tuple[int, ...]] = field(hash=False)
    units: tuple[int, ...]
    pooled: bool = True


PAPER = Plan(
    24,
    {
        0.5: (48, 96, 192, 1024), 1.0: (116, 232, 464, 1024),
        1.5: (176, 352, 704, 1024), 2.0: (244, 488, 976, 2048),
    },
    (4, 8, 4),
)  # fmt: skip
SMALL = Plan(16, {0.5: (24, 48, 64), 1.0: (48, 96, 64)}, (3, 2), pooled=False)


class ShuffleNetV2(PlannedNet):
    """ShuffleNet V2: 2,278,604 parameters and 144,907,992 MACs at width 1.

    Widths are those of the paper's table, 0.5, 1.0, 1.5 and 2.0 (``small``: 0.5 and 1.0); they are
    not exact multiples. Width 0.5: 1,366,792 and 40,476,448. 1.5: 3,503,624 and 295,759,392.
    2.0: 7,393,996 and 583,253,464. For what all networks share see :class:`.CompactNet`.

    >>> net = ShuffleNetV2.small()
    >>> net(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in net.parameters())
    (torch.Size([2, 10]), 25634)
    """

    PLAN, SMALL = PAPER, {"plan": SMALL}

    @staticmethod
    def build(
        plan: Plan, width_mult: Positive, num_classes: Count, in_channels: Count
    ) -> tuple[nn.Module, nn.Module]:
        *stages, last = one_of("width_mult", width_mult, plan.widths)
        features = nn.Sequential(
            conv_norm_relu(in_channels, plan.stem, 3, 2),
            nn.MaxPool2d(3, 2, padding=1) if plan.pooled else nn.Identity(),
            _units(plan.stem, stages, plan.units),
            conv_norm_relu(stages[-1], last, 1),
        )
        return features, nn.Linear(last, num_classes)


def _units(channels: int, stages: Sequence[int], units: Sequence[int]) -> nn.Sequential:
    parts: list[nn.Module] = []
    for out, count in zip(stages, units, strict=True):
        parts.append(DownUnit(channels, out))
        parts += [SplitUnit(out) for _ in range(count - 1)]
        channels = out
    return nn.Sequential(*parts)
