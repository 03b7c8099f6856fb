"""Calibration: which range shall the integers of an activation cover?

Unlike a weight, an activation is another number for every image. So its grid is chosen beforehand,
from what a few hundred *training* images make of it. To cover all of it (min-max) clips nothing,
but one outlier makes every step longer; to cut at a percentile rounds the many finely and clips the
few:

    percentile p of n sorted numbers   high = the ceil(p / 100 * n)-th, low = the same from above
    rounding error                     about scale^2 / 12 for each number within the range
    clipping error                     (x - high)^2 for each number beyond it

Sources: Krishnamoorthi (2018), "Quantizing deep convolutional networks for efficient inference",
section 3; Wu, Judd, Zhang, Isaev, Micikevicius (2020), "Integer Quantization for Deep Learning
Inference: Principles and Empirical Evaluation" (calibration by percentile).
"""

import math
from typing import Annotated

import torch

from nc_teach.common.kinds import Floats, That, Whole
from nc_teach.quantization.uniform import (
    Bits,
    Grid,
    Scale,
    check_finite,
    choose_grid,
    dequantize,
    limits,
    quantize,
)

Percentile = Annotated[float, That("above 50 and at most 100", lambda p: 50 < p <= 100)]


def clip_range(x: Floats, percentile: Percentile = 100.0) -> tuple[float, float]:
    """The smallest and the largest number that are kept as they are; 0.0 is always between them.

    ``percentile`` 100 is min-max: nothing is clipped. With 99, one number in a hundred lies above
    the range and one below; a range of which 0.0 is one end stays so (after a ReLU nothing is below
    it). Raises ``ValueError`` for an ``x`` that is empty or not finite.

    >>> x = torch.tensor([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 5.0])
    >>> [round(end, 2) for end in clip_range(x)], [round(end, 2) for end in clip_range(x, 90)]
    ([0.0, 5.0], [0.0, 0.8])
    """
    check_finite(x)
    numbers = x.detach().flatten()
    place = max(1, math.ceil(round(percentile / 100 * len(numbers), 6)))  # 1 is the smallest
    high = numbers.kthvalue(place).values.item()
    low = numbers.kthvalue(len(numbers) - place + 1).values.item()
    return min(low, 0.0), max(high, 0.0)


def calibrate(x: Floats, bits: Bits = 8, percentile: Percentile = 100.0) -> Grid:
    """Scale and zero point of the affine grid of ``bits`` bits over :func:`clip_range` of ``x``.

    ``x`` are the activations of one layer for some training images, of any shape. Returns two
    scalars, as :func:`~nc_teach.quantization.uniform.choose_grid`, and raises as that does.

    >>> x = torch.tensor([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 5.0])
    >>> for p in (100, 90):  # 5.0 / 15 and 0.8 / 15 with 4 bits; -8 stands for 0.0
    ...     scale, zero = calibrate(x, 4, p)
    ...     print(round(scale.item(), 4), zero.item())
    0.3333 -8
    0.0533 -8
    """
    ends = torch.tensor(clip_range(x, percentile), dtype=x.dtype, device=x.device)
    return choose_grid(ends, bits, symmetric=False)


def quantization_error(
    x: Floats, scale: Scale, zero_point: Whole | int, bits: Bits
) -> tuple[float, float]:
    """Mean squared error of ``x`` on a grid: what rounding does, and what clipping does.

    Numbers within the range of the grid are rounded, those outside are clipped to its end; both
    sums are divided by the size of ``x``, so that together they are the mean squared error. Raises
    ``ValueError`` as :func:`~nc_teach.quantization.uniform.quantize`.

    >>> x = torch.tensor([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 5.0])
    >>> for p in (100, 90):
    ...     errors = quantization_error(x, *calibrate(x, 4, p), 4)
    ...     print("rounding {:.4f}, clipping {:.4f}".format(*errors))
    rounding 0.0084, clipping 0.0000
    rounding 0.0002, clipping 1.7640
    """
    kept = dequantize(quantize(x.detach(), scale, zero_point, bits), scale, zero_point)
    error = (kept - x.detach()).square()
    low, high = limits(bits)
    place = torch.round(x.detach() / scale) + zero_point
    inside = (place >= low) & (place <= high)
    rounding, clipping = (error[of].sum().item() / x.numel() for of in (inside, ~inside))
    return rounding, clipping
