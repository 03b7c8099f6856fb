"""Arithmetic on integers: products of int8 summed in int32, a factor as multiplier and shift.

A processor without floats multiplies by 0.0037 like this: times 62,075, and 24 bits to the right.

Source: Jacob et al. (2018), "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", sections 2.2 and 2.4 (their multiplier has 31 bits, and may be
even; why ours has 16 and may not: :mod:`~nc_teach.quantization.integer_layer`).
"""

from functools import cache
from typing import Annotated

import torch
from torch import Tensor

from nc_teach.common.kinds import Floats, That, Whole

Int8 = Annotated[
    Tensor, That("an int8 matrix", lambda t: str(t.dtype) == "torch.int8" and t.dim() == 2)
]


def fixed_point(factor: Floats) -> tuple[Tensor, Tensor]:
    """The odd integer m above 2^15 and the shift n for which m / 2^n is nearest to ``factor``.

    ``factor`` is a tensor of positive floats; both results have its shape, int32. m has 16
    bits, and a factor from 2^-46 to 2^15 is met to 1 / 32,768 of it.

    >>> m, n = fixed_point(torch.tensor([0.0037, 0.5]))
    >>> m.tolist(), n.tolist(), (m / 2.0**n).tolist()  # 0.5 = 32768 / 2^16, which is even
    ([62075, 32769], [24, 16], [0.003699958324432373, 0.5000152587890625])
    """
    _, exponent = torch.frexp(factor.detach().double())  # factor = fraction * 2^exponent, from 1/2
    shift = (16 - exponent).clamp(1, 62)
    odd = 2 * torch.floor(factor.detach().double() * 2.0**shift / 2) + 1
    return odd.clamp(1, 2**16 - 1).int(), shift.int()


def int_matmul(a: Int8, b: Int8) -> Tensor:
    """a @ b, N x K and K x out, both int8; the sums are int32, and exact.

    torch has one function for this, which uses the processor's own instructions for int8. On
    processors without them (before about 2019) sums of two products overflow there, so it is tried
    out first; where it fails, float64 multiplies instead, which is exact as well, and slow.

    >>> a, b = torch.full((1, 100), -128), torch.full((100, 1), -128)
    >>> int_matmul(a.to(torch.int8), b.to(torch.int8))
    tensor([[1638400]], dtype=torch.int32)
    """
    if a.device.type == "cpu" and has_exact_int8() and a.shape[1] > 1:  # it errs for one column
        return torch._int_mm(a, b)
    return (a.double() @ b.double()).int()


@cache
def has_exact_int8() -> bool:
    """Whether torch multiplies int8 on this processor without overflow: tried once."""
    ends = torch.tensor([127, -128, -128, 127], dtype=torch.int8)
    a, b = ends.repeat(5, 16), ends.repeat_interleave(320).view(20, 64)  # 5 x 64, 20 x 64
    try:
        return all(
            torch.equal(torch._int_mm(x, y.T).double(), x.double() @ y.double().T)
            for x in (a, b, -b.clamp(min=-127))
            for y in (a, b)
        )
    except (AttributeError, RuntimeError):
        return False


def rescale(
    accumulator: Whole, multiplier: Whole, shift: Whole, zero_point: int, low: int, high: int
) -> Tensor:
    """q = clamp(zero_point + round(accumulator * multiplier / 2^shift), low, high), int8.

    Integers throughout: half of 2^shift is added, so that cutting the last bits off rounds. The
    ``accumulator`` is N x out, int32; ``multiplier`` and ``shift`` are one number, or one for each
    of the ``out`` columns. A product with a multiplier of 16 bits takes 48 bits.

    >>> m, n = fixed_point(torch.tensor(0.0037))
    >>> acc = torch.tensor([-2000, 10_000, 50_000])  # times M: -7.4, 37.0, 185.0
    >>> rescale(acc, m, n, zero_point=-128, low=-128, high=127).tolist()  # with ReLU: none below
    [-128, -91, 57]
    """
    n = shift.long()
    scaled = accumulator.long() * multiplier  # N x out, int64; then in place, to fetch less memory
    scaled.add_(1 << (n - 1)).bitwise_right_shift_(n).add_(zero_point)
    return scaled.clamp_(low, high).to(torch.int8)
