"""Depthwise separable convolution (深度可分离卷积): first look around, then talk to each other.

A standard convolution does two things at once: every filter looks at a neighbourhood *in all
channels*. Here the two are apart. The depthwise half has a k x k filter for each channel and sees
no other channel; the pointwise half, 1 x 1, sees all channels and no neighbour. Unlike the low rank
of :mod:`.low_rank` this is a shape to train from the beginning (:func:`nearest_separable` is the
bridge between the two).

Sources: Howard et al. (2017), "MobileNets", the section "Depthwise Separable Convolution" (the
cost); Chollet (2017), "Xception" (the order of the halves and what stands between them).
"""

from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Natural, Odd
from nc_teach.models import seeded_init, weight_of


def depthwise(
    channels: Count,
    kernel_size: Odd = 3,
    stride: Count = 1,
    multiplier: Count = 1,
    bias: bool = False,
) -> nn.Conv2d:
    """One filter for each channel (``multiplier`` filters, if more): the channels never mix.

    N x channels x H x W to N x (multiplier * channels) x H x W (each side divided by ``stride``,
    rounded up). Output channel c * multiplier + i comes from input channel c alone.

    >>> depthwise(8, multiplier=2).weight.shape  # 16 filters that look at one channel each
    torch.Size([16, 1, 3, 3])
    """
    out = channels * multiplier
    around = kernel_size // 2
    return nn.Conv2d(channels, out, kernel_size, stride, around, groups=channels, bias=bias)


def pointwise(in_channels: Count, out_channels: Count, bias: bool = False) -> nn.Conv2d:
    """A 1 x 1 convolution: at every place the same matrix, out x in, and no neighbours.

    >>> pointwise(8, 4).weight.shape
    torch.Size([4, 8, 1, 1])
    """
    return nn.Conv2d(in_channels, out_channels, 1, bias=bias)


def separable_conv(
    in_channels: Count,
    out_channels: Count,
    kernel_size: Odd = 3,
    stride: Count = 1,
    multiplier: Count = 1,
    bias: bool = False,
) -> nn.Sequential:
    """Depthwise, then pointwise, with nothing between them: the two halves, named.

    The stride belongs to the depthwise half. MobileNet puts batch normalisation and ReLU after
    each half; Xception found that nothing between them is better for its blocks.

    >>> layer = separable_conv(16, 32)
    >>> layer.depthwise.weight.numel(), layer.pointwise.weight.numel()  # 16 * 9 and 16 * 32
    (144, 512)
    >>> nn.Conv2d(16, 32, 3, bias=False).weight.numel()
    4608
    """
    first = depthwise(in_channels, kernel_size, stride, multiplier)
    second = pointwise(in_channels * multiplier, out_channels, bias)
    return nn.Sequential(OrderedDict(depthwise=first, pointwise=second))


def is_depthwise(conv: nn.Conv2d) -> bool:
    """Whether every group is a single input channel: ``groups == in_channels``.

    Asking for ``groups == out_channels`` would miss a multiplier above 1. A convolution of one
    channel counts as depthwise: it has no other channel that it could look at.

    >>> is_depthwise(depthwise(8, multiplier=3)), is_depthwise(nn.Conv2d(8, 8, 3, groups=4))
    (True, False)
    """
    return conv.groups == conv.in_channels


@dataclass(frozen=True)
class ConvCost:
    """MACs of one layer both ways. Divide by the places of the map to get weights."""

    standard: Natural
    depthwise: Natural
    pointwise: Natural

    @property
    def separable(self) -> int:
        return self.depthwise + self.pointwise

    @property
    def ratio(self) -> Fraction:
        """Separable over standard, exactly: m (1/O + 1/k^2)."""
        return Fraction(self.separable, self.standard)

    @property
    def pointwise_share(self) -> Fraction:
        """What part of the separable cost is the 1 x 1 half: O / (O + k^2)."""
        return Fraction(self.pointwise, self.separable)


def separable_cost(
    in_channels: Count,
    out_channels: Count,
    kernel_size: Odd = 3,
    places: Count = 1,
    multiplier: Count = 1,
) -> ConvCost:
    """What a standard and a separable convolution cost, to the last multiplication.

    With I input and O output channels, a k x k kernel, F places of the output map and m filters
    for each channel::

        standard   k^2 I O F
        depthwise  k^2 m I F
        pointwise  m I O F
        separable / standard = m (1/O + 1/k^2)

    The same for weights (F = 1). Biases and normalisation are not counted. The ratio is never
    below m / k^2: for 3 x 3 at best a ninth. It is a ratio of multiplications, not of seconds.
    Source: Howard et al. (2017), "Depthwise Separable Convolution"; there D_K = k, M = I, N = O and
    D_F^2 = F.

    >>> cost = separable_cost(16, 32, kernel_size=3, places=14 * 14)
    >>> cost.standard, cost.depthwise, cost.pointwise
    (903168, 28224, 100352)
    >>> cost.ratio == Fraction(1, 32) + Fraction(1, 9), round(float(cost.ratio), 3)
    (True, 0.142)
    """
    window = kernel_size**2
    return ConvCost(
        standard=window * in_channels * out_channels * places,
        depthwise=window * multiplier * in_channels * places,
        pointwise=multiplier * in_channels * out_channels * places,
    )


def channel_factors(weight: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """K kernels for each input channel and their mixtures, as near to the weights as K can come.

    The O kernels W[:, c] of an input channel are a matrix O x k^2. A separable layer computes the
    product of its ``rank`` kernels, K x k^2, and its mixtures, O x K, so this matrix has rank K at
    most: the best one is the truncated singular value decomposition, for every channel by itself.

    Returns the kernels, I x K x k^2, and the mixtures, I x O x K, of ``weight``, O x I x k x k.

    >>> weight = torch.stack([torch.ones(1, 3, 3), 2 * torch.ones(1, 3, 3)])  # O = 2, I = 1
    >>> kernels, mixtures = channel_factors(weight, rank=1)
    >>> round((mixtures @ kernels - weight.transpose(0, 1).flatten(2)).abs().max().item(), 4)
    0.0
    """
    stacks = weight.transpose(0, 1).flatten(2)  # I x O x k^2: a matrix for each input channel
    u, s, v = torch.linalg.svd(stacks, full_matrices=False)  # I x O x r, I x r, I x r x k^2
    kernels = v[:, :rank]  # I x K x k^2
    mixtures = u[:, :, :rank] * s[:, None, :rank]  # I x O x K
    return kernels, mixtures


def nearest_separable(conv: nn.Conv2d, multiplier: Count = 1) -> nn.Sequential:
    """The separable convolution whose weights are nearest to those of a standard one.

    For each input channel c the O kernels W[:, c] are a matrix O x k^2. One filter for a channel
    means that all its rows are multiples of one kernel: rank 1. ``multiplier`` = m allows rank m,
    and m = min(O, k^2) is exact. So it is a singular value decomposition for each channel.

    Returns what :func:`separable_conv` makes, with the bias (if any) in the pointwise half.
    Raises ``ValueError`` for any other convolution or multiplier.

    - ``conv``: Square, odd kernel, one group, "same" padding by zeros (k // 2), no dilation.
      Unchanged.
    - ``multiplier``: Filters for each channel, 1 to min(O, k^2).

    >>> conv = nn.Conv2d(1, 2, 3, padding=1, bias=False)
    >>> _ = conv.weight.data.copy_(torch.stack([torch.ones(1, 3, 3), 2 * torch.ones(1, 3, 3)]))
    >>> layer = nearest_separable(conv)  # the second kernel is twice the first: nothing is lost
    >>> round((layer(torch.ones(1, 1, 5, 5)) - conv(torch.ones(1, 1, 5, 5))).abs().max().item(), 4)
    0.0
    """
    k = conv.kernel_size[0]
    most = min(conv.out_channels, k * k)
    _check_standard(conv)
    if multiplier > most:
        raise ValueError(f"multiplier must be 1 to {most}, got {multiplier!r}")
    has_bias = conv.bias is not None
    sizes = (conv.in_channels, conv.out_channels, k, conv.stride[0], multiplier)
    with seeded_init(0):  # what is drawn here is written over
        layer = separable_conv(*sizes, has_bias).to(conv.weight)
    depthwise, pointwise = layer.get_submodule("depthwise"), layer.get_submodule("pointwise")
    filters, mix = channel_factors(conv.weight.detach(), multiplier)
    with torch.no_grad():
        weight_of(depthwise).copy_(filters.reshape(-1, 1, k, k))
        weight_of(pointwise).copy_(mix.transpose(0, 1).reshape(conv.out_channels, -1, 1, 1))
        if conv.bias is not None:
            pointwise.get_parameter("bias").copy_(conv.bias)
    return layer


def _check_standard(conv: nn.Conv2d) -> None:
    k, s = conv.kernel_size[0], conv.stride[0]
    fits = conv.kernel_size == (k, k) and k % 2 and conv.stride == (s, s) and conv.groups == 1
    padded = conv.padding in ((k // 2, k // 2), "same") and conv.padding_mode == "zeros"
    if not (fits and padded and conv.dilation == (1, 1)):
        raise ValueError(
            "conv must have one group, an odd square kernel, one stride for both sides, no "
            f"dilation, and kernel // 2 zeros on every side, got {conv}"
        )
