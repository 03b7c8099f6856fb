"""MobileNet: nothing but depthwise separable convolutions, with one dial for the width.

Unlike :func:`.separable_conv` alone, each half has its own batch normalisation and ReLU. The width
multiplier alpha makes every layer alpha times as wide, and so the cost about alpha^2 times as
large; the resolution multiplier of the paper is the size of the images that you give it.

Followed: the paper's table 1, but for one stride. It gives the last depthwise layer stride 2 *and*
leaves its map at 7 x 7, which cannot both be; all releases take stride 1, and so do we.

Source: Howard et al. (2017), "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
Applications", arXiv:1704.04861, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from nc_teach.architecture.blocks import check_network, conv_norm_relu
from nc_teach.models import initialised_from

# (channels, stride): a standard convolution first, then separable ones
PAPER = (
    (32, 2), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
    *((512, 1),) * 5, (1024, 2), (1024, 1),
)  # fmt: skip
SMALL = ((16, 2), (32, 1), (64, 2), (64, 1), (64, 1))


def separable_block(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """Depthwise 3 x 3, batch normalisation, ReLU; pointwise, batch normalisation, ReLU.

    >>> block = separable_block(8, 16)
    >>> [tuple(part[0].weight.shape) for part in block]
    [(8, 1, 3, 3), (16, 8, 1, 1)]
    """
    return nn.Sequential(
        conv_norm_relu(in_channels, in_channels, 3, stride, groups=in_channels),
        conv_norm_relu(in_channels, out_channels, 1),
    )


class MobileNetV1(nn.Module):
    """MobileNet with any width: 4,231,976 parameters and 568,740,352 MACs at width 1.

    Width 0.75: 2,585,560 and 325,400,448. 0.5: 1,331,592 and 149,497,088. 0.25: 470,072 and
    41,030,272. (MACs at 3 x 224 x 224, parameters with 1,000 classes.)

    Input N x ``in_channels`` x H x W, float32. Output N x ``num_classes`` logits. ``layers`` is
    the network as (channels, stride), the stem first. Channels are rounded down, at least 1.

    Raises ``ValueError`` for a count below 1, or a width that is not above 0.

    >>> import torch
    >>> net = MobileNetV1.small()
    >>> net(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in net.parameters())
    (torch.Size([2, 10]), 13962)
    """

    def __init__(
        self,
        width_mult: float = 1.0,
        num_classes: int = 1000,
        in_channels: int = 3,
        layers: Sequence[tuple[int, int]] = PAPER,
        seed: int | None = None,
    ) -> None:
        check_network(num_classes, in_channels, width_mult)
        super().__init__()
        widths = [max(1, int(width_mult * channels)) for channels, _ in layers]
        strides = [stride for _, stride in layers]
        with initialised_from(seed):
            self.features = nn.Sequential(
                conv_norm_relu(in_channels, widths[0], 3, strides[0]),
                *map(separable_block, widths, widths[1:], strides[1:]),
            )
            self.classifier = nn.Linear(widths[-1], num_classes)

    @classmethod
    def small(
        cls,
        width_mult: float = 1.0,
        num_classes: int = 10,
        in_channels: int = 1,
        seed: int | None = None,
    ) -> MobileNetV1:
        """A stem and four separable blocks for 28 x 28 images: 13,962 parameters."""
        return cls(width_mult, num_classes, in_channels, SMALL, seed)

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.features(images).mean(dim=(2, 3)))
