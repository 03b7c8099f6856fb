"""MobileNetV2: expand, look around, and squeeze back, with the shortcut between the thin ends.

Unlike MobileNet's block, the wide part is inside: 1 x 1 up to t times the channels, depthwise
3 x 3, and 1 x 1 down again *without* an activation (the linear bottleneck, 线性瓶颈): a ReLU there
would throw away half of what the few channels carry. Unlike a residual block, the shortcut joins
the narrow ends, hence "inverted".

Followed: the paper's table of layers and, for other widths, the authors' release as in torchvision:
channels are rounded with ``make_divisible``, and the last layer of 1,280 never becomes narrower.
The first block, of expansion 1, has no expanding convolution.

Source: Sandler et al. (2018), "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
arXiv:1801.04381, the section on the architecture.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from nc_teach.architecture.compact import PlannedNet, make_divisible
from nc_teach.common.kinds import Count, Positive
from nc_teach.models import conv_norm, conv_norm_relu


class InvertedResidual(nn.Module):
    """x + squeeze(depthwise(expand(x))), the sum only where the shape stays the same.

    N x in x H x W to N x out x (H, W divided by ``stride``, rounded up). ReLU6 = min(max(x, 0), 6).

    >>> block = InvertedResidual(8, 8, stride=1, expansion=6)
    >>> [type(part[-1]).__name__ for part in block.branch], block.adds
    (['ReLU6', 'ReLU6', 'BatchNorm2d'], True)
    """

    def __init__(
        self, in_channels: Count, out_channels: Count, stride: Count, expansion: Count
    ) -> None:
        super().__init__()
        wide = in_channels * expansion
        expand = [conv_norm_relu(in_channels, wide, 1, activation=nn.ReLU6)]
        self.branch = nn.Sequential(
            *(expand if expansion > 1 else []),
            conv_norm_relu(wide, wide, 3, stride, groups=wide, activation=nn.ReLU6),
            conv_norm(wide, out_channels, 1),
        )
        self.adds = stride == 1 and in_channels == out_channels

    def forward(self, maps: Tensor) -> Tensor:
        return maps + self.branch(maps) if self.adds else self.branch(maps)


@dataclass(frozen=True)
class Plan:
    """Channels of the stem; rows of (expansion, channels, blocks, first stride); last channels."""

    stem: int
    rows: tuple[tuple[int, int, int, int], ...]
    last: int
    dropout: float = 0.2


PAPER = Plan(
    32,
    ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
     (6, 320, 1, 1)),
    1280,
)  # fmt: skip
SMALL = Plan(16, ((1, 16, 1, 1), (4, 24, 2, 2), (4, 32, 1, 1)), 64, dropout=0.0)


class MobileNetV2(PlannedNet):
    """MobileNetV2: 3,504,872 parameters and 300,774,272 MACs at width 1.

    Width 0.5: 1,968,680 and 97,131,840. For what all networks share see :class:`.CompactNet`.

    >>> import torch
    >>> net = MobileNetV2.small()
    >>> net(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in net.parameters())
    (torch.Size([2, 10]), 19498)
    """

    PLAN, SMALL = PAPER, {"plan": SMALL}

    @staticmethod
    def build(
        plan: Plan, width_mult: Positive, num_classes: Count, in_channels: Count
    ) -> tuple[nn.Module, nn.Module]:
        last = make_divisible(plan.last * max(1.0, width_mult))
        features = _features(plan, width_mult, in_channels, last)
        return features, nn.Sequential(nn.Dropout(plan.dropout), nn.Linear(last, num_classes))


def _features(plan: Plan, width: float, in_channels: int, last: int) -> nn.Sequential:
    channels = make_divisible(plan.stem * width)
    parts: list[nn.Module] = [conv_norm_relu(in_channels, channels, 3, 2, activation=nn.ReLU6)]
    for expansion, out, blocks, first_stride in plan.rows:
        out = make_divisible(out * width)
        for stride in (first_stride, *(1,) * (blocks - 1)):
            parts.append(InvertedResidual(channels, out, stride, expansion))
            channels = out
    return nn.Sequential(*parts, conv_norm_relu(channels, last, 1, activation=nn.ReLU6))
