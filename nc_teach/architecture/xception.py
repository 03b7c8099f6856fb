"""Xception: separable convolutions all the way through, with a shortcut around every two or three.

Unlike MobileNet there is nothing between the depthwise and the pointwise half (the paper found an
activation there to hurt), the ReLU stands *before* each separable convolution, and blocks have
shortcuts. That is why the first ReLU of a block must not work in place: it would change what the
shortcut carries.

Followed: the paper's figure of the architecture, with batch normalisation after every convolution
as its text says, and the counts of the port of the released weights (Cadene, timm): no biases in
convolutions.

Source: Chollet (2017), "Xception: Deep Learning with Depthwise Separable Convolutions",
arXiv:1610.02357.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from nc_teach.architecture.compact import CompactNet
from nc_teach.architecture.separable import separable_conv
from nc_teach.common.kinds import Count, Seed
from nc_teach.models import conv_norm, seeded_init


def separable_norm(in_channels: Count, out_channels: Count) -> nn.Sequential:
    """Separable 3 x 3 convolution, then batch normalisation."""
    return separable_conv(in_channels, out_channels).append(nn.BatchNorm2d(out_channels))


class Block(nn.Module):
    """(ReLU, separable convolution) for each width, a pool if ``stride`` is 2, plus the shortcut.

    The shortcut is the input, or a 1 x 1 convolution where the shape changes. ``relu_first=False``
    leaves out the first ReLU, where one has just been.

    N x in x H x W to N x ``widths[-1]`` x (H, W divided by ``stride``, rounded up).

    >>> import torch
    >>> Block(8, (16, 16), stride=2)(torch.zeros(1, 8, 5, 5)).shape
    torch.Size([1, 16, 3, 3])
    """

    def __init__(
        self, channels: Count, widths: tuple[int, ...], stride: Count = 1, relu_first: bool = True
    ) -> None:
        super().__init__()
        parts = []
        for before, after in zip((channels, *widths[:-1]), widths, strict=True):
            parts += [nn.ReLU(), separable_norm(before, after)]
        pool = [nn.MaxPool2d(3, stride, padding=1)] if stride > 1 else []
        self.branch = nn.Sequential(*(parts if relu_first else parts[1:]), *pool)
        same = stride == 1 and channels == widths[-1]
        self.shortcut = nn.Identity() if same else conv_norm(channels, widths[-1], 1, stride)

    def forward(self, maps: Tensor) -> Tensor:
        return self.shortcut(maps) + self.branch(maps)


@dataclass(frozen=True)
class Plan:
    """Widths: two plain convolutions, the entry's blocks, how many in the middle, the exit."""

    stem: tuple[int, int]
    entry: tuple[int, ...]
    middle: Count
    exit_block: tuple[int, int]
    exit: tuple[int, int]
    dropout: float = 0.5


PAPER = Plan((32, 64), (128, 256, 728), 8, (728, 1024), (1536, 2048))
SMALL = Plan((8, 16), (32,), 1, (32, 48), (64, 64), dropout=0.0)


class Xception(CompactNet):
    """Xception: 22,855,952 parameters, 8,357,403,496 MACs at 3 x 299 x 299.

    Dropout of one half before the output, as the paper does on ImageNet. For what all networks
    share see :class:`.CompactNet`.

    >>> import torch
    >>> net = Xception.small()
    >>> net(torch.zeros(2, 1, 28, 28)).shape, sum(p.numel() for p in net.parameters())
    (torch.Size([2, 10]), 22082)
    """

    SMALL: ClassVar = {"plan": SMALL}

    def __init__(
        self,
        num_classes: Count = 1000,
        in_channels: Count = 3,
        plan: Plan = PAPER,
        seed: Seed | None = None,
    ) -> None:
        with seeded_init(seed):
            entry = nn.Sequential(*_stem(plan, in_channels), *_entry(plan))
            parts = {"entry": entry, "middle": _middle(plan), "exit": nn.Sequential(*_exit(plan))}
            features = nn.Sequential(OrderedDict(parts))
            head = nn.Sequential(nn.Dropout(plan.dropout), nn.Linear(plan.exit[-1], num_classes))
        super().__init__(features, head)


def _stem(plan: Plan, in_channels: int) -> list[nn.Module]:
    """Two standard convolutions without padding, the first with stride 2: 299 to 149 to 147."""
    first, second = plan.stem
    halves = nn.Conv2d(in_channels, first, 3, stride=2, bias=False)
    widens = nn.Conv2d(first, second, 3, bias=False)
    one, two = nn.BatchNorm2d(first), nn.BatchNorm2d(second)
    return [halves, one, nn.ReLU(), widens, two, nn.ReLU()]


def _entry(plan: Plan) -> list[nn.Module]:
    """Blocks of two that halve the map; the first comes right after a ReLU."""
    before = (plan.stem[1], *plan.entry[:-1])
    pairs = list(zip(before, plan.entry, strict=True))
    return [Block(b, (w, w), 2, relu_first=place > 0) for place, (b, w) in enumerate(pairs)]


def _middle(plan: Plan) -> nn.Sequential:
    """Blocks of three separable convolutions that leave the shape as it is."""
    wide = plan.entry[-1]
    return nn.Sequential(*(Block(wide, (wide,) * 3) for _ in range(plan.middle)))


def _exit(plan: Plan) -> list[nn.Module]:
    """A block that halves the map once more, then two separable convolutions with ReLU."""
    parts: list[nn.Module] = [Block(plan.entry[-1], plan.exit_block, 2)]
    before = (plan.exit_block[-1], plan.exit[0])
    for b, width in zip(before, plan.exit, strict=True):
        parts += [separable_norm(b, width), nn.ReLU()]
    return parts
