"""Slimmable networks (可瘦身网络): one set of weights that runs at several widths.

Unlike pruning nothing is removed: at width w every layer uses the first w of its channels, and
``net.set_width(w)`` switches at any time. The weights are shared; the statistics of batch
normalisation cannot be, since a channel whose inputs are fewer has another mean and variance. So
every width has a batch normalisation of its own (*switchable*), or (*recalibrated*) the statistics
are measured anew, or (*naive*) one is shared, which trains well and then fails at test.

Source: Yu, Yang, Xu, Yang, Huang (2019), "Slimmable Neural Networks", arXiv:1812.08928.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Images, Labels, Part, Seed
from nc_teach.data import Split
from nc_teach.models import seeded_init, weight_of
from nc_teach.training.checks import batches_of
from nc_teach.training.evaluate import as_input, preserve_modes
from nc_teach.training.settings import restored

WIDTHS = (0.25, 0.5, 0.75, 1.0)


def active(channels: Count, width: Part) -> int:
    """How many of ``channels`` are used at ``width``: rounded, at least 1.

    (The authors' release rounds to multiples of 8.)

    >>> [active(32, width) for width in (0.25, 0.4, 1.0)]
    [8, 13, 32]
    """
    return max(1, round(channels * width))


class SlimmableConv2d(nn.Conv2d):
    """A convolution that uses its first filters, on as many inputs as it is given.

    At width w it computes the first ``active(out_channels, w)`` filters; of each filter it uses
    the first channels, as many as the maps have. Weights beyond are left alone.
    """

    width: Part = 1.0

    def forward(self, maps: Tensor) -> Tensor:
        weight = self.weight[: active(self.out_channels, self.width), : maps.shape[1]]
        bias = None if self.bias is None else self.bias[: len(weight)]
        return F.conv2d(maps, weight, bias, self.stride, self.padding)  # N x used x H x W


class SlimmableLinear(nn.Linear):
    """A linear layer that uses its first columns, as many as it is given; all outputs."""

    def forward(self, inputs: Tensor) -> Tensor:
        return F.linear(inputs, self.weight[:, : inputs.shape[1]], self.bias)  # N x out


class SwitchableBatchNorm2d(nn.Module):
    """A batch normalisation for every width: its own statistics, scale and shift.

    ``norms[i]`` belongs to ``widths[i]``. Four numbers a channel and width: well under a hundredth
    of a usual network.

    Raises ``ValueError`` at a width that it has no norm for.

    >>> norm = SwitchableBatchNorm2d(32, (0.25, 1.0))
    >>> norm.width = 0.25
    >>> norm(torch.zeros(1, 8, 4, 4)).shape[1], [n.num_features for n in norm.norms]
    (8, [8, 32])
    """

    def __init__(self, channels: Count, widths: Sequence[Part]) -> None:
        super().__init__()
        self.widths, self.width = tuple(widths), max(widths)
        self.norms = nn.ModuleList(nn.BatchNorm2d(active(channels, w)) for w in widths)

    def forward(self, maps: Tensor) -> Tensor:
        if self.width not in self.widths:
            raise ValueError(f"width must be one of {self.widths}, got {self.width!r}")
        return self.norms[self.widths.index(self.width)](maps)


class SharedBatchNorm2d(nn.BatchNorm2d):
    """One batch normalisation for all widths: the first entries of the same four vectors.

    In training every width moves the same running mean and variance, so they fit none of them.
    """

    def __init__(self, channels: Count, widths: Sequence[Part] = WIDTHS) -> None:
        super().__init__(channels)

    def forward(self, maps: Tensor) -> Tensor:
        n = maps.shape[1]
        assert self.running_mean is not None  # its statistics are always tracked
        assert self.running_var is not None
        return F.batch_norm(
            maps,
            self.running_mean[:n],
            self.running_var[:n],
            self.weight[:n],
            self.bias[:n],
            self.training,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )


Norm = Callable[[int, Sequence[float]], nn.Module]


class SlimmableNet(nn.Module):
    """3 x 3 convolutions with normalisation and ReLU, whose width can be switched.

    - ``channels``, ``strides``: Of each convolution, at full width.
    - ``widths``: The shares of the channels it is meant to run at, each in (0, 1].
    - ``norm``: :class:`SwitchableBatchNorm2d`, or :class:`SharedBatchNorm2d` for any width at all.

    Raises ``ValueError`` for widths out of range or channels that do not fit the strides.

    >>> net = SlimmableNet()
    >>> net.set_width(0.25).width, net(torch.zeros(2, 1, 14, 14)).shape
    (0.25, torch.Size([2, 10]))
    """

    def __init__(
        self,
        num_classes: Count = 10,
        channels: Sequence[Count] = (32, 32, 32),
        strides: Sequence[Count] = (1, 2, 2),
        widths: Sequence[Part] = WIDTHS,
        norm: Norm = SwitchableBatchNorm2d,
        in_channels: Count = 1,
        seed: Seed | None = None,
    ) -> None:
        if not widths:
            raise ValueError("widths must be at least one, got none")
        if not channels or len(channels) != len(strides):
            raise ValueError(f"strides must be one for each of {len(channels)} convolutions")
        super().__init__()
        self.widths = tuple(sorted(widths))
        with seeded_init(seed):
            inputs = [in_channels, *channels]
            self.convs = nn.ModuleList(
                SlimmableConv2d(inputs[i], out, 3, stride, padding=1, bias=False)
                for i, (out, stride) in enumerate(zip(channels, strides, strict=True))
            )
            self.norms = nn.ModuleList(norm(out, self.widths) for out in channels)
            self.fc = SlimmableLinear(channels[-1], num_classes)
        self.set_width(self.widths[-1])

    def set_width(self, width: Part) -> SlimmableNet:
        """Run at ``width`` from now on; returns the network itself.

        Raises ``ValueError`` for a width out of (0, 1], or one that a switchable norm lacks.
        """
        switchable = [n for n in self.norms if isinstance(n, SwitchableBatchNorm2d)]
        if switchable and width not in self.widths:
            raise ValueError(f"width must be one of {self.widths}, got {width!r}")
        self.width = width
        for layer in [*self.convs, *switchable]:
            layer.width = width
        return self

    def forward(self, images: Tensor) -> Tensor:
        maps = images
        for conv, norm in zip(self.convs, self.norms, strict=True):
            maps = F.relu(norm(conv(maps)))  # N x (width channels) x H x W
        return self.fc(maps.mean(dim=(2, 3)))  # N x classes


def sum_of_widths(net: SlimmableNet, images: Images, labels: Labels) -> Tensor:
    """The joint loss: mean cross-entropy at each of ``net.widths``, added up, the widest first.

    One sum, so that the gradients of all widths are together in *one* step. For
    :func:`nc_teach.training.fit`; the network is left at its full width.
    """
    losses = []
    for width in reversed(net.widths):
        losses.append(F.cross_entropy(net.set_width(width)(images), labels))
    net.set_width(net.widths[-1])
    return torch.stack(losses).sum()


def recalibrate_bn(net: nn.Module, split: Split, batch_size: Count = 500) -> nn.Module:
    """Measure mean and variance of every batch normalisation at the present width, in place.

    Scale and shift stay; the statistics become plain means over the batches of ``split`` (training
    images, no labels needed). Unlike :func:`nc_teach.training.recalibrate_bn` this leaves alone
    what other widths remember. Returns the network.
    """
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    kept = [norm.momentum for norm in norms]
    try:
        with preserve_modes(net), restored(net), torch.no_grad():
            net.train()
            batches = batches_of(torch.arange(len(split)), batch_size, net)
            for seen, places in enumerate(batches, start=1):
                for norm in norms:
                    norm.momentum = 1 / seen  # running = (1 - 1/n) running + new / n: a plain mean
                net(as_input(net, split.images[places]))
    finally:
        for norm, momentum in zip(norms, kept, strict=True):
            norm.momentum = momentum
    return net


def slim(net: SlimmableNet) -> nn.Sequential:
    """The present width as an ordinary network of its own: small tensors, nothing shared."""
    with torch.no_grad(), seeded_init(0):  # what is drawn here is written over
        parts: list[nn.Module] = []
        inputs = weight_of(net.convs[0]).shape[1]
        for conv, norm in zip(net.convs, net.norms, strict=True):
            assert isinstance(conv, SlimmableConv2d)
            out = active(conv.out_channels, net.width)
            small = nn.Conv2d(inputs, out, 3, conv.stride[0], padding=1, bias=False)
            small.weight.copy_(conv.weight[:out, :inputs])
            parts += [small, _norm_of(norm, out), nn.ReLU()]
            inputs = out
        last = nn.Linear(inputs, net.fc.out_features)
        last.weight.copy_(net.fc.weight[:, :inputs])
        last.bias.copy_(net.fc.bias)
    parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), last]
    return nn.Sequential(*parts).train(net.training)


def _norm_of(norm: nn.Module, channels: int) -> nn.BatchNorm2d:
    """The part of ``norm`` that the present width uses, as an ordinary one."""
    if isinstance(norm, SwitchableBatchNorm2d):
        norm, channels = norm.norms[norm.widths.index(norm.width)], -1
    assert isinstance(norm, nn.BatchNorm2d)
    if channels < 0:
        return copy.deepcopy(norm)
    small = nn.BatchNorm2d(channels, eps=norm.eps)
    small.load_state_dict(
        {name: t[:channels] if t.dim() else t for name, t in norm.state_dict().items()}
    )
    return small
