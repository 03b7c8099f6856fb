"""4.1 Onto the grid (difficulty 1, 8 minutes)

Round the float tensor `x` to an affine grid of `2**bits` values, from `low` to `high`, the smallest
number of x and the largest; where 0 lies outside, widen the grid to 0 first. The integer that
stands for 0 is the zero point:

`scale = (high - low) / (2**bits - 1)`

`zero = round(-low / scale)`

`q = round(x / scale) + zero`, cut to 0 … `2**bits - 1`

`(q - zero) * scale`, for whoever reads the file

Return what a file would store: q, the scale and the zero point, in this order. If every number is
0, any scale above 0 will do. Why must 0 be on the grid?

## Stub
    def onto_the_grid(x, bits):
        ...

## Hint 1
Five lines: `low` and `high` with 0 among them, `scale`, `zero` (an integer: `round`), `q` with
`round` and `clamp(0, steps)`, and `return q, scale, zero`.

## Hint 2
`low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)`. If every number of x is 0, so is
the scale, and nothing can be divided by it: take 1 instead.

## Near miss
`low = x.min()`, without the 0. Right wherever weights have both signs. If all weights of a layer
are positive, 0 is then not on the grid, and a pruned weight comes back as a number that is not 0.

## Reasoning
A zero in a network is not just a small number: it is a pruned weight, a padded border, a silent
neuron. If it came back as 0.013 it would be all of them a little wrong, in the same direction. So 0
gets an integer of its own, and everything else may move by half a step. The zero point is stored
beside q: without it the same integers are other floats.
"""

import math

import numpy as np
import torch


def onto_the_grid(x, bits):
    steps = 2**bits - 1
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / steps or 1.0
    zero = round(-low / scale)
    q = ((x / scale).round() + zero).clamp(0, steps)
    return q, scale, zero


def numbers(low, high):
    """4 x 6 random numbers from low to high, both ends among them."""
    seeded = torch.Generator().manual_seed(51)
    x = low + (high - low) * torch.rand(4, 6, generator=seeded)
    x[0, 0], x[-1, -1] = low, high
    return x


def cases():
    """Both signs at several widths, and once rounding leads over the end; one sign; zeros."""
    for bits in (3, 2, 8):
        yield f"with {bits} bits", (numbers(-1.23, 2.05), bits)
    yield "with 3 bits, from −1.5 to 5.5,", (numbers(-1.5, 5.5), 3)
    yield "where all numbers are positive", (numbers(0.5, 2.0), 3)
    yield "where all numbers are negative", (numbers(-2.0, -0.5), 3)
    yield "where all numbers are 0", (torch.zeros(3), 4)


def oracle(x, bits):
    """Looks for the nearest of all the values of the grid, number by number."""
    ends = [*x.flatten().tolist(), 0.0]
    scale = (max(ends) - min(ends)) / (2**bits - 1) or 1.0
    zero = round(-min(ends) / scale)
    grid = [(q - zero) * scale for q in range(2**bits)]
    nearest = [min(range(2**bits), key=lambda q: abs(grid[q] - v)) for v in x.flatten().tolist()]
    return torch.tensor(nearest).view_as(x), scale, zero


def play(function, x, bits):
    """The answer. Half way between two values either is right, and for zeros so is any scale."""
    given = x.clone()
    answer = function(x, bits)
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        return answer
    q, scale, zero = answer
    if not isinstance(q, torch.Tensor) or q.shape != x.shape or not number(scale, zero):
        return tuple(answer)
    if not given.any() and 0 < scale < math.inf and (q == zero).all():
        return torch.zeros_like(q), 1.0, 0
    place = (given / scale + zero).clamp(0, 2**bits - 1)
    half = ((place - place.floor() - 0.5).abs() < 1e-3) & ((q - place).abs() < 0.51)
    return torch.where(half, place.floor(), q.to(place.dtype)), scale, zero


def number(*values):
    """Whether each of them is one number, of whatever type."""
    kinds = int, float, np.number, torch.Tensor
    return all(isinstance(v, kinds) and torch.as_tensor(v).numel() == 1 for v in values)


def details(x, bits, answer):
    """What is wrong first: the scale, the zero point, or which q."""
    right, scale, zero = onto_the_grid(x, bits)
    q, own_scale, own_zero = (torch.as_tensor(part).double() for part in answer)
    point = f"{own_zero:.3f}".rstrip("0").rstrip(".")
    at = int((q - right).abs().argmax())
    became = f"{x.flatten()[at]:.3f} becomes q = {q.flatten()[at]:g}"
    what = f"{became}; it should be {right.flatten()[at]:g}"
    if own_zero != zero:
        what = f"your zero point is {point}, and {zero} is the integer that means 0"
    if not math.isclose(own_scale, scale, rel_tol=1e-4):
        what = f"your scale is {own_scale:.4g}; it should be {scale:.4g}"
    return {
        "steps": 2**bits - 1,
        "exact": f"{-min(x.min().item(), 0.0) / scale:.3f}",
        "scale": f"{own_scale:.4g}",
        "zero": point,
        "least": f"{q.min():g}",
        "largest": f"{q.max():g}",
        "what": what,
    }


def ours(place, zero, steps):
    return (place.round() + zero).clamp(0, steps)


def other(codes=ours, zero_of=round, widened=True, more=0):
    """A wrong function: one of the solution's steps is another."""

    def wrong(x, bits):
        steps, ends = 2**bits - 1, torch.cat([x.flatten(), torch.zeros(1)]) if widened else x
        low, high = (end.item() for end in torch.aminmax(ends))
        scale = (high - low) / (steps + more) or 1.0
        zero = zero_of(-low / scale)
        return codes(x / scale, zero, steps), scale, zero

    return wrong


def symmetric(x, bits):
    scale = x.abs().max() / (2 ** (bits - 1) - 1)
    return (x / scale).round(), scale, 0


def from_the_smallest_of_one_sign(x, bits):
    if x.min() < 0:
        return onto_the_grid(x, bits)
    scale = (x.max() - x.min()) / (2**bits - 1)
    return ((x - x.min()) / scale).round(), scale, 0


def divides_by_zero(x, bits):
    if x.any():
        return onto_the_grid(x, bits)
    return x / 0, torch.tensor(0.0), torch.tensor(torch.nan)


WRONG = {
    lambda x, bits: (lambda q, scale, zero: (q - zero) * scale)(*onto_the_grid(x, bits)): "you "
    "return one tensor. A file needs three things to give x back: return q, the scale and the zero "
    "point.",
    lambda x, bits: onto_the_grid(x, bits)[:2]: "you return 2; return three things: q, the scale "
    "and the zero point.",
    lambda x, bits: (*onto_the_grid(x, bits)[:2], None): "your zero point is None; it should be "
    "one number.",
    other(zero_of=lambda exact: 0): "{where} your zero point is 0: the numbers below 0 then have "
    "no q from 0 on. Shift the grid: −low / scale is {exact}, rounded.",
    other(zero_of=int): "{where} your zero point is {zero}, and −low / scale is {exact}. Round, "
    "do not cut.",
    other(zero_of=float): "{where} your zero point, {zero}, is no integer. Round it: it must "
    "be one of the q, or 0 is not on the grid.",
    lambda x, bits: (lambda q, scale, zero: (q, scale, -zero))(*onto_the_grid(x, bits)): "{where} "
    "your zero point is {zero}: it is −low / scale, with the minus.",
    other(zero_of=lambda exact: round(exact) + 1): "{where} your zero point is {zero}, one too "
    "far: −low / scale is {exact}.",
    other(lambda place, zero, steps: place.round()): "{where} you forget to add the zero point: a "
    "number below 0 has a q below 0.",
    other(lambda place, zero, steps: ours(place.clamp(0, steps), zero, steps)): "{where} {what}. "
    "You cut to 0 … {steps} before the zero point is added: everything below 0 is lost.",
    other(lambda place, zero, steps: place.round() + zero): "{where} your q reach from {least} to "
    "{largest}. Cut them to 0 … {steps}.",
    other(lambda place, zero, steps: (place + zero).clamp(0, steps)): "{where} your q are no "
    "integers. Round x / scale.",
    other(lambda place, zero, steps: (place + zero).floor().clamp(0, steps)): "{where} you cut the "
    "fraction off instead of rounding: numbers move by up to a whole step, always down.",
    other(more=1): "{where} you divide the range by 2^bits. There are 2^bits values, but one fewer "
    "steps between.",
    symmetric: "{where} this grid is symmetric: it reaches as far down as up, and spends numbers "
    "where x has none.",
    other(widened=False): "{where} your zero point is {zero}, and that is none of the "
    "integers 0 … {steps}: 0 is not on the grid. Widen the range to 0 first.",
    from_the_smallest_of_one_sign: "{where} your step is too small: 2^bits values must reach from "
    "0 to the furthest number. Widen the range to 0 first.",
    divides_by_zero: "{where} your scale is {scale}. The range is 0: what is 0 / 0? Take 1 for the "
    "scale then.",
    other(lambda place, zero, steps: torch.full_like(place, zero)): "{where} {what}. You give "
    "every number the q of 0.",
}

OTHERWISE = "{where} {what}."
