"""Uniform quantization: every weight is rounded to a grid whose steps are equal.

A weight of 32 bits becomes an integer of ``bits`` bits; one *scale* (the step) and one *zero
point* (the integer that stands for 0.0) turn it back:

    q = clamp(round(x / scale) + zero_point, -2^(bits-1), 2^(bits-1) - 1)
    x ~ (q - zero_point) * scale

``round`` takes halves to the even neighbour, as torch does. 0.0 is always on the grid, so that a
pruned weight stays pruned. A *symmetric* grid has its zero point at 0 and treats +x and -x alike;
an *affine* one spends its numbers on the range from the smallest to the largest weight.

Source: Jacob et al. (2018), "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", section 2.1 (their equation 1).
"""

import math
from typing import Annotated

import torch
from torch import Tensor

from nc_teach.common.kinds import Floats, Positive, Whole, whole
from nc_teach.common.straight_through import pass_gradient

Grid = tuple[Tensor, Tensor]
Bits = Annotated[int, whole(1, 8)]
Scale = Floats | Positive


def limits(bits: Bits) -> tuple[int, int]:
    """Smallest and largest integer of ``bits`` bits.

    >>> limits(8), limits(2), limits(1)
    ((-128, 127), (-2, 1), (-1, 0))
    """
    return -(1 << (bits - 1)), (1 << (bits - 1)) - 1


def choose_grid(x: Floats, bits: Bits, *, symmetric: bool = True, axis: int | None = None) -> Grid:
    """Scale and zero point of the finest grid of ``bits`` bits that reaches over all of ``x``.

    - symmetric: scale = max|x| / (2^(bits-1) - 1), zero point 0. The lowest number, -2^(bits-1), is
      never used, so that -x is on the grid whenever x is;
    - affine: scale = (max - min) / (2^bits - 1), where the range from min to max is first widened
      until it contains 0.0, and zero point = -2^(bits-1) - round(min / scale).

    ``x`` is a float tensor of at least one number, all of them finite. With ``axis=None`` there is
    one grid for the whole tensor, with a dimension one for each of its indices ("per channel"; 0 is
    the neuron or filter). Returns a float tensor > 0 (1 where all of ``x`` is 0) and an int32
    tensor, both scalars or of shape 1 x ... x size x ... x 1.

    Raises ``ValueError`` for bits outside 1 to 8, one symmetric bit (of -1, 0 and 1 it could hold
    only two), or an ``x`` that is empty or not finite.

    >>> w = torch.tensor([-1.0, 0.25, 2.0])
    >>> scale, zero = choose_grid(w, 3)
    >>> round(scale.item(), 4), zero.item()  # 2.0 / 3
    (0.6667, 0)
    >>> scale, zero = choose_grid(w, 3, symmetric=False)
    >>> round(scale.item(), 4), zero.item()  # 3.0 / 7, and -4 stands for about -1.0
    (0.4286, -2)
    """
    low, high = limits(bits)
    check_finite(x)
    if symmetric and bits == 1:
        raise ValueError(
            "bits must be at least 2 with symmetric=True: one bit holds -1 and 0, and no +1; "
            "take symmetric=False, or binary weights"
        )
    least, most = _range(x.detach(), axis)  # scalars, or 1 x ... x size x ... x 1
    if symmetric:
        scale = _positive(torch.maximum(most, -least) / high)
        return scale, torch.zeros_like(scale, dtype=torch.int32)
    steps = high - low
    scale = _positive(most / steps - least / steps)
    return scale, (low - torch.round(least / scale)).clamp(low, high).to(torch.int32)


def quantize(x: Floats, scale: Scale, zero_point: Whole | int, bits: Bits) -> Tensor:
    """Integers q = clamp(round(x / scale) + zero_point), int8, in the shape of ``x``.

    Raises ``ValueError`` for bits outside 1 to 8, a scale that is not above 0, a zero point that
    ``bits`` bits cannot hold, or an ``x`` that is empty or not finite.

    >>> quantize(torch.tensor([-1.0, 0.25, 0.75, 2.0]), 0.5, 0, bits=3)  # halves go to even
    tensor([-2,  0,  2,  3], dtype=torch.int8)
    """
    low, high = limits(bits)
    check_finite(x)
    _check_grid(scale, zero_point, low, high)
    return (torch.round(x / scale) + zero_point).clamp(low, high).to(torch.int8)


def dequantize(q: Tensor, scale: Scale, zero_point: Whole | int) -> Tensor:
    """The floats (q - zero_point) * scale that the integers ``q`` stand for.

    >>> dequantize(torch.tensor([-2, 0, 2, 3], dtype=torch.int8), 0.5, 0)
    tensor([-1.0000,  0.0000,  1.0000,  1.5000])
    """
    return (q.to(torch.int32) - zero_point) * torch.as_tensor(scale)


def fake_quantize(x: Floats, scale: Scale, zero_point: Whole | int, bits: Bits) -> Tensor:
    """``x`` rounded to the grid but kept as floats, with the straight-through gradient.

    Rounding has the gradient 0 almost everywhere, and nothing would ever learn. Straight through,
    the step counts as the identity: the gradient passes unchanged where x lies within the grid, and
    is 0 where it was cut off.

    Raises ``ValueError`` as :func:`quantize` does. Source of the gradient: Bengio, Leonard,
    Courville (2013), "Estimating or Propagating Gradients Through Stochastic Neurons".

    >>> x = torch.tensor([0.3, 0.8, 5.0], requires_grad=True)
    >>> y = fake_quantize(x, 0.5, 0, bits=3)
    >>> y.sum().backward()
    >>> y.tolist(), x.grad.tolist()
    ([0.5, 1.0, 1.5], [1.0, 1.0, 0.0])
    """
    low, high = limits(bits)
    rounded = dequantize(quantize(x.detach(), scale, zero_point, bits), scale, zero_point)
    place = torch.round(x.detach() / scale) + zero_point  # before clamping, the shape of x
    # Where the grid cut x off, moving x changes nothing: no gradient there.
    inside = (place >= low) & (place <= high)
    return pass_gradient(x, rounded, inside)


def grid_values(scale: Scale, zero_point: Whole | int, bits: Bits) -> Tensor:
    """All values on the grid, in rising order.

    >>> grid_values(0.5, 0, bits=2).tolist()
    [-1.0, -0.5, 0.0, 0.5]
    """
    low, high = limits(bits)
    return dequantize(torch.arange(low, high + 1), scale, zero_point)


def check_finite(x: Tensor, name: str = "x") -> None:
    """Raise ``ValueError`` unless ``x`` holds at least one number, all of them finite."""
    if not x.numel():
        raise ValueError(f"{name} must hold at least one number, got shape {tuple(x.shape)}")
    if not all(map(math.isfinite, x.detach().aminmax())):  # both ends; a nan is passed on to both
        raise ValueError(f"{name} must be finite, got {int((~x.isfinite()).sum())} that are not")


def _range(x: Tensor, axis: int | None) -> tuple[Tensor, Tensor]:
    """Smallest and largest of ``x``, 0.0 included, over all dimensions but ``axis``."""
    if axis is None:
        least, most = x.aminmax()
    else:
        if not -x.dim() <= axis < x.dim():
            raise ValueError(f"axis must be a dimension of x with shape {tuple(x.shape)}: {axis}")
        others = [d for d in range(x.dim()) if d != axis % x.dim()]
        least, most = (x.amin(others, True), x.amax(others, True)) if others else (x, x)
    return least.clamp(max=0.0), most.clamp(min=0.0)


def _positive(scale: Tensor) -> Tensor:
    """1 where the scale is 0 (every number is), and no smaller than a float can divide by."""
    tiny = torch.finfo(scale.dtype).tiny
    return torch.where(scale == 0, torch.ones_like(scale), scale.clamp(min=tiny))


def _check_grid(scale: Tensor | float, zero_point: Tensor | int, low: int, high: int) -> None:
    scale, zero_point = torch.as_tensor(scale), torch.as_tensor(zero_point)
    if not (scale.isfinite() & (scale > 0)).all():
        raise ValueError(f"scale must be above 0 and finite, got {scale.tolist()}")
    if zero_point.is_floating_point() or not ((zero_point >= low) & (zero_point <= high)).all():
        raise ValueError(
            f"zero_point must be an integer from {low} to {high}, got {zero_point.tolist()}"
        )
