"""ShuffleNet: grouped 1 x 1 convolutions, and a shuffle so that the groups still talk.

In MobileNet nearly all the work is in the 1 x 1 convolutions. ShuffleNet does them in g groups,
which costs 1/g. But then group 1 of a layer hears only group 1 of the layer before, for ever; so
the channels are shuffled (通道混洗) in between, which costs no multiplication at all.

Followed: the paper for the unit (the shuffle comes right after the first grouped convolution), and
the counts of the authors' release (megvii), which shuffles after the depthwise convolution instead:
the same network up to the names of the channels, because that convolution works on each by itself.
Their shuffle is also the inverse permutation of the paper's. From the release come the output layer
without a bias and the stem of 24 channels at width 1.5 (24 * 1.5 would be 36).

Source: Zhang, Zhou, Lin, Sun (2018), "ShuffleNet: An Extremely Efficient Convolutional Neural
Network for Mobile Devices", arXiv:1707.01083, the sections on the channel shuffle and on the unit,
and the table of the architecture.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.architecture.compact import CompactNet, one_of
from nc_teach.common.kinds import Count, Positive, Seed
from nc_teach.models import conv_norm, conv_norm_relu, seeded_init


def channel_shuffle(maps: Tensor, groups: Count) -> Tensor:
    """Deal the channels out: the first of every group, then the second of every group, ...

    With g groups of n channels: reshape to (g, n), transpose to (n, g), flatten. So channel
    i n + j moves to place j g + i. Doing it again with n groups undoes it; with g only if g = n.

    N x C x ... to the same shape. Raises ``ValueError`` unless ``groups`` divides C.

    >>> channel_shuffle(torch.tensor([[1, 2, 3, 4, 5, 6]]), groups=2)
    tensor([[1, 4, 2, 5, 3, 6]])
    """
    # No question about the shape: surgery follows this function with symbols instead of maps.
    wrong = not isinstance(groups, int) or groups < 1
    try:
        grouped = maps.unflatten(1, (0 if wrong else groups, -1))  # C as groups x (C / groups)
    except RuntimeError as error:
        channels = maps.shape[1]
        message = f"groups must be a divisor of the {channels} channels, got {groups!r}"
        raise ValueError(message) from error
    return grouped.transpose(1, 2).flatten(1, 2)  # neighbours come from different groups


class ShuffleUnit(nn.Module):
    """Grouped 1 x 1, shuffle, depthwise 3 x 3, grouped 1 x 1; beside it the input itself.

    With stride 1 the two are added. With stride 2 they are concatenated: the shortcut is a 3 x 3
    average pool, and the branch makes the out - in channels that are still missing. ReLU at the
    end; none after the depthwise convolution. ``first_groups`` is 1 where the input is too thin to
    be grouped. ``shuffle=False`` is for those who want to see what happens without.

    >>> ShuffleUnit(24, 240, groups=3, stride=2)(torch.zeros(1, 24, 8, 8)).shape
    torch.Size([1, 240, 4, 4])
    """

    def __init__(
        self,
        in_channels: Count,
        out_channels: Count,
        groups: Count,
        stride: Count = 1,
        first_groups: Count | None = None,
        shuffle: bool = True,
    ) -> None:
        super().__init__()
        middle = out_channels // 4
        made = out_channels - in_channels if stride == 2 else out_channels
        self.first = conv_norm_relu(in_channels, middle, 1, groups=first_groups or groups)
        self.depthwise = conv_norm(middle, middle, 3, stride, groups=middle)
        self.last = conv_norm(middle, made, 1, groups=groups)
        self.groups, self.stride, self.shuffles = groups, stride, shuffle

    def forward(self, maps: Tensor) -> Tensor:
        branch = self.first(maps)
        if self.shuffles:
            branch = channel_shuffle(branch, self.groups)
        branch = self.last(self.depthwise(branch))
        if self.stride == 1:
            return F.relu(maps + branch)
        shortcut = F.avg_pool2d(maps, 3, stride=2, padding=1)
        return F.relu(torch.cat([shortcut, branch], dim=1))  # N x (in + branch) x H/2 x W/2


@dataclass(frozen=True)
class Plan:
    """Channels of the stem, of stage 2 by groups, units in each stage, whether the stem is pooled.

    The stem has stride 2. Each later stage has twice the channels of the one before.
    """

    stem: int
    stage_2: dict[int, int] = field(hash=False)
    blocks: tuple[int, ...]
    pooled: bool = True


PAPER = Plan(24, {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}, (4, 8, 4))
SMALL = Plan(16, {1: 72, 2: 96, 4: 128, 8: 192}, (2, 2), pooled=False)
RELEASED_STEMS = {1.5: 24}


class ShuffleNetV1(CompactNet):
    """ShuffleNet: 1,864,728 parameters and 137,460,672 MACs with 3 groups at width 1.

    ``groups`` is 1, 2, 3, 4 or 8 (``small``: 1, 2, 4 or 8): more groups are cheaper, so the table
    makes those networks wider, for about the same MACs. Channels are rounded to whole groups
    (which changes none of the paper's networks). See also :class:`.CompactNet`.

    >>> net = ShuffleNetV1.small(groups=2)
    >>> net(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in net.parameters())
    (torch.Size([2, 10]), 22368)
    """

    SMALL: ClassVar = {"groups": 2, "plan": SMALL}

    def __init__(
        self,
        groups: Count = 3,
        width_mult: Positive = 1.0,
        num_classes: Count = 1000,
        in_channels: Count = 3,
        plan: Plan = PAPER,
        shuffle: bool = True,
        seed: Seed | None = None,
    ) -> None:
        one_of("groups", groups, plan.stage_2)
        stem, stages = _widths(plan, groups, width_mult)
        with seeded_init(seed):
            features = nn.Sequential(
                conv_norm_relu(in_channels, stem, 3, 2),
                nn.MaxPool2d(3, 2, padding=1) if plan.pooled else nn.Identity(),
                _units(stem, stages, plan.blocks, groups, shuffle),
            )
            super().__init__(features, nn.Linear(stages[-1], num_classes, bias=False))


def _widths(plan: Plan, groups: int, width: float) -> tuple[int, list[int]]:
    """Channels of the stem and of each stage, in whole groups (and quarters of them)."""
    stem = RELEASED_STEMS.get(width, plan.stem * width) if plan is PAPER else plan.stem * width
    first = _multiple(plan.stage_2[groups] * width, 4 * groups)
    return _multiple(stem, groups), [first * 2**stage for stage in range(len(plan.blocks))]


def _multiple(channels: float, of: int) -> int:
    """The nearest multiple, halves up, at least one.

    >>> _multiple(12, 8), _multiple(12, 3), _multiple(1, 8)
    (16, 12, 8)
    """
    return max(1, int(channels / of + 0.5)) * of


def _units(
    channels: int, stages: list[int], blocks: tuple[int, ...], groups: int, shuffle: bool
) -> nn.Sequential:
    parts = []
    for stage, (out, count) in enumerate(zip(stages, blocks, strict=True)):
        first_groups = 1 if stage == 0 else groups
        parts.append(ShuffleUnit(channels, out, groups, 2, first_groups, shuffle))
        parts += [ShuffleUnit(out, out, groups, 1, shuffle=shuffle) for _ in range(count - 1)]
        channels = out
    return nn.Sequential(*parts)
