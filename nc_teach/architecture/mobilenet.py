"""MobileNet: nothing but depthwise separable convolutions, with one dial for the width.

Unlike :func:`.separable_conv` alone, each half has its own batch normalisation and ReLU. The width
multiplier alpha makes every layer alpha times as wide, and so the cost about alpha^2 times as
large; the resolution multiplier of the paper is the size of the images that you give it.

Followed: the paper's table of layers, but for one stride. It gives the last depthwise layer stride
2 *and* leaves its map at 7 x 7, which cannot both be; all releases take stride 1, and so do we.
The activation is the paper's ReLU; the release (and timm) has ReLU6.

Source: Howard et al. (2017), "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
Applications", arXiv:1704.04861, the section on the architecture.
"""

from collections.abc import Sequence
from typing import ClassVar

from torch import nn

from nc_teach.architecture.compact import CompactNet
from nc_teach.common.kinds import Count, Positive, Seed
from nc_teach.models import conv_norm_relu, seeded_init

# (channels, stride): a standard convolution first, then separable ones
PAPER = (
    (32, 2), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
    *((512, 1),) * 5, (1024, 2), (1024, 1),
)  # fmt: skip
SMALL = ((16, 2), (32, 1), (64, 2), (96, 1), (96, 1))


def separable_block(in_channels: Count, out_channels: Count, stride: Count = 1) -> nn.Sequential:
    """Depthwise 3 x 3, batch normalisation, ReLU; pointwise, batch normalisation, ReLU.

    >>> block = separable_block(8, 16)
    >>> [tuple(part[0].weight.shape) for part in block]
    [(8, 1, 3, 3), (16, 8, 1, 1)]
    """
    return nn.Sequential(
        conv_norm_relu(in_channels, in_channels, 3, stride, groups=in_channels),
        conv_norm_relu(in_channels, out_channels, 1),
    )


class MobileNetV1(CompactNet):
    """MobileNet with any width: 4,231,976 parameters and 568,740,352 MACs at width 1.

    Width 0.75: 2,585,560 and 325,400,448. 0.5: 1,331,592 and 149,497,088. 0.25: 470,072 and
    41,030,272. ``layers`` is the network as (channels, stride), the stem first. Channels are
    rounded down, at least 1. For what all networks share see :class:`.CompactNet`.

    >>> import torch
    >>> net = MobileNetV1.small()
    >>> net(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in net.parameters())
    (torch.Size([2, 10]), 21930)
    """

    SMALL: ClassVar = {"layers": SMALL}

    def __init__(
        self,
        width_mult: Positive = 1.0,
        num_classes: Count = 1000,
        in_channels: Count = 3,
        layers: Sequence[tuple[int, int]] = PAPER,
        seed: Seed | None = None,
    ) -> None:
        widths = [max(1, int(width_mult * channels)) for channels, _ in layers]
        strides = [stride for _, stride in layers]
        with seeded_init(seed):
            stem = conv_norm_relu(in_channels, widths[0], 3, strides[0])
            blocks = map(separable_block, widths, widths[1:], strides[1:])
            super().__init__(nn.Sequential(stem, *blocks), nn.Linear(widths[-1], num_classes))
