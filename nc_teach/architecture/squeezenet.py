"""SqueezeNet: squeeze the channels through 1 x 1 filters before the 3 x 3 filters see them.

Three ideas: most filters are 1 x 1; the 3 x 3 ones get few input channels; pooling comes late, so
that the maps stay large. Unlike the other networks here it has no batch normalisation and no linear
layer: the last convolution has one map for each class, and its mean is the output.

Followed: torchvision, whose counts are those of the authors' release. It does not pad the first
convolution, so 224 pixels become 109 (the paper's table says 111), and pools round up
(``ceil_mode``), as in Caffe. The ReLU after the last convolution stands before the mean.

Source: Iandola et al. (2016), "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and
<0.5MB model size", arXiv:1602.07360, the section on the architecture and its table; version 1.1
is from the authors' release, where it has 2.4 times fewer MACs.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from nc_teach.architecture.compact import CompactNet, one_of
from nc_teach.common.kinds import Count, Seed
from nc_teach.models import seeded_init


class Fire(nn.Module):
    """Squeeze to ``squeeze`` channels (1 x 1), then expand in two ways (1 x 1 and 3 x 3).

    ReLU after each of the three; the two expansions, ``expand`` channels each, are concatenated.
    N x in x H x W to N x (2 expand) x H x W.

    >>> fire = Fire(96, squeeze=16, expand=64)
    >>> fire(torch.zeros(1, 96, 5, 5)).shape
    torch.Size([1, 128, 5, 5])
    >>> sum(p.numel() for p in fire.parameters()) - 16 - 64 - 64  # weights: 96*16 + 16*64 * (1+9)
    11776
    """

    def __init__(self, in_channels: Count, squeeze: Count, expand: Count) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, maps: Tensor) -> Tensor:
        squeezed = self.squeeze(maps).relu()  # N x squeeze x H x W
        both = [self.expand1x1(squeezed), self.expand3x3(squeezed)]
        return torch.cat(both, dim=1).relu()  # N x 2 expand x H x W


@dataclass(frozen=True)
class Plan:
    """The first convolution (channels, kernel), then Fire modules (squeeze, expand) and pools."""

    stem: tuple[int, int]
    layers: tuple[tuple[int, int] | str, ...]
    dropout: float = 0.5
    last_relu: bool = True


POOL = "pool"
VERSIONS = {
    "1.0": Plan(
        (96, 7),
        (POOL, (16, 64), (16, 64), (32, 128), POOL, (32, 128), (48, 192), (48, 192), (64, 256),
         POOL, (64, 256)),
    ),
    "1.1": Plan(
        (64, 3),
        (POOL, (16, 64), (16, 64), POOL, (32, 128), (32, 128), POOL, (48, 192), (48, 192),
         (64, 256), (64, 256)),
    ),
    "small": Plan((32, 3), ((8, 32), POOL, (12, 48), (16, 64)), dropout=0.0, last_relu=False),
}  # fmt: skip


class SqueezeNet(CompactNet):
    """SqueezeNet 1.0 (1,248,424 parameters) or 1.1 (1,235,496).

    MACs: 818,924,576 and 349,151,936. No logit is below 0, because of the last ReLU. ``small`` has
    three Fire modules and no last ReLU: with it two to four of the ten classes of Fashion-MNIST
    fell silent (three seeds), for a map that is 0 everywhere has no gradient and never comes back.
    For what all networks share see :class:`.CompactNet`.

    >>> net = SqueezeNet.small()
    >>> net(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in net.parameters())
    (torch.Size([2, 10]), 23054)
    """

    SMALL: ClassVar = {"version": "small"}

    def __init__(
        self,
        version: str = "1.0",
        num_classes: Count = 1000,
        in_channels: Count = 3,
        seed: Seed | None = None,
    ) -> None:
        plan = one_of("version", version, VERSIONS)
        with seeded_init(seed):
            features, channels = _features(plan, in_channels)
            last = nn.Conv2d(channels, num_classes, 1)
            end = nn.ReLU() if plan.last_relu else nn.Identity()
            super().__init__(features, nn.Sequential(nn.Dropout(plan.dropout), last, end))
            self._initialise(last)

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.features(images)).mean(dim=(2, 3))

    def _initialise(self, last: nn.Conv2d) -> None:
        """As torchvision: uniform after He, nearly zero (0.01) for the last, and biases of zero."""
        for conv in self.modules():
            if isinstance(conv, nn.Conv2d):
                nn.init.kaiming_uniform_(conv.weight)
                if conv.bias is not None:
                    nn.init.zeros_(conv.bias)
        nn.init.normal_(last.weight, std=0.01)


def _features(plan: Plan, in_channels: int) -> tuple[nn.Sequential, int]:
    """The layers before the classifier, and how many channels they end with."""
    channels, kernel = plan.stem
    parts: list[nn.Module] = [nn.Conv2d(in_channels, channels, kernel, stride=2), nn.ReLU()]
    for layer in plan.layers:
        if isinstance(layer, str):  # POOL
            parts.append(nn.MaxPool2d(3, 2, ceil_mode=True))
        else:
            squeeze, expand = layer
            parts.append(Fire(channels, squeeze, expand))
            channels = 2 * expand
    return nn.Sequential(*parts), channels
