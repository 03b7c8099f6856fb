"""What every compact network is laid from: a convolution with its normalisation, and whole widths.

Unlike a convolution alone, ``conv_norm`` has no bias: the batch normalisation (批次正規化) after it
subtracts the mean of every map, and any bias with it.
"""

from torch import nn


def conv_norm(
    in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """Convolution without bias, then batch normalisation. Odd kernels keep the map's size.

    N x in x H x W to N x out x ceil(H / stride) x ceil(W / stride).

    >>> sum(p.numel() for p in conv_norm(2, 4).parameters())  # 4 * 2 * 9, then 4 and 4
    80
    """
    how = (kernel_size, stride, kernel_size // 2)  # zeros around, so that the size stays
    conv = nn.Conv2d(in_channels, out_channels, *how, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels))


def conv_norm_relu(
    in_channels: int,
    out_channels: int,
    kernel_size: int = 3,
    stride: int = 1,
    groups: int = 1,
    activation: type[nn.Module] = nn.ReLU,
) -> nn.Sequential:
    """As :func:`conv_norm`, then the activation. Never in place: the input may also be a shortcut.

    >>> [type(part).__name__ for part in conv_norm_relu(2, 4)]
    ['Conv2d', 'BatchNorm2d', 'ReLU']
    """
    return conv_norm(in_channels, out_channels, kernel_size, stride, groups).append(activation())


def make_divisible(channels: float, divisor: int = 8) -> int:
    """The multiple of ``divisor`` that is nearest, never below nine tenths of what was asked.

    Halves are rounded up. Narrow networks would lose too much by rounding down, hence the second
    rule. Source: the code that was released with MobileNetV2; no paper states it.

    >>> [make_divisible(c) for c in (16, 12, 18.0, 11, 3)]  # 11 would become 8, less than 9.9
    [16, 16, 24, 16, 8]
    """
    nearest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return nearest if nearest >= 0.9 * channels else nearest + divisor
