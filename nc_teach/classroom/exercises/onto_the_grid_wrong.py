"""Known wrong answers to card 4.1. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..card import WrongAnswer


def _parts(x: Tensor, bits: int) -> tuple[float, int, int]:
    steps = 2**bits - 1
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / steps or 1.0
    return scale, round(-low / scale), steps


def still_whole(x: Tensor, bits: int) -> Tensor:
    scale, zero, steps = _parts(x, bits)
    return ((x / scale).round() + zero).clamp(0, steps)


def whole_and_integer(x: Tensor, bits: int) -> Tensor:
    return still_whole(x, bits).to(torch.uint8)


def without_zero_point_back(x: Tensor, bits: int) -> Tensor:
    return still_whole(x, bits) * _parts(x, bits)[0]


def without_zero_point(x: Tensor, bits: int) -> Tensor:
    scale, _, steps = _parts(x, bits)
    return (x / scale).round().clamp(0, steps) * scale


def floored(x: Tensor, bits: int) -> Tensor:
    scale, zero, steps = _parts(x, bits)
    return ((x / scale + zero).floor().clamp(0, steps) - zero) * scale


def one_step_too_many(x: Tensor, bits: int) -> Tensor:
    low, high, count = x.min().item(), x.max().item(), 2**bits
    scale = (high - low) / count or 1.0
    zero = round(-low / scale)
    return (((x / scale).round() + zero).clamp(0, count - 1) - zero) * scale


def from_the_smallest(x: Tensor, bits: int) -> Tensor:
    scale = _parts(x, bits)[0]
    low = x.min()
    return ((x - low) / scale).round() * scale + low


def symmetric(x: Tensor, bits: int) -> Tensor:
    most = x.abs().max()
    top = 2 ** (bits - 1) - 1
    return (x * top / most).round() * most / top


def without_zero_in_the_range(x: Tensor, bits: int) -> Tensor:
    steps = 2**bits - 1
    low, high = x.min().item(), x.max().item()
    scale = (high - low) / steps or 1.0
    zero = round(-low / scale)
    return (((x / scale).round() + zero).clamp(0, steps) - zero) * scale


def from_the_smallest_of_one_sign(x: Tensor, bits: int) -> Tensor:
    if x.min() < 0:
        return (still_whole(x, bits) - _parts(x, bits)[1]) * _parts(x, bits)[0]
    low, scale = x.min(), (x.max() - x.min()) / (2**bits - 1)
    return ((x - low) / scale).round() * scale + low


def truncated_zero_point(x: Tensor, bits: int) -> Tensor:
    scale, _, steps = _parts(x, bits)
    zero = int(-min(x.min().item(), 0.0) / scale)
    return (((x / scale).round() + zero).clamp(0, steps) - zero) * scale


def zero_point_with_a_fraction(x: Tensor, bits: int) -> Tensor:
    scale, _, steps = _parts(x, bits)
    zero = -min(x.min().item(), 0.0) / scale
    return (((x / scale).round() + zero).clamp(0, steps) - zero) * scale


def as_numpy(x: Tensor, bits: int) -> np.ndarray:
    return symmetric(x, bits).numpy()


def divides_by_zero(x: Tensor, bits: int) -> Tensor:
    steps = 2**bits - 1
    low, high = x.min().clamp(max=0), x.max().clamp(min=0)
    scale = (high - low) / steps
    zero = (-low / scale).round()
    return (((x / scale).round() + zero).clamp(0, steps) - zero) * scale


def in_place(x: Tensor, bits: int) -> Tensor:
    scale, zero, steps = _parts(x, bits)
    return x.div_(scale).round_().add_(zero).clamp_(0, steps).sub_(zero).mul_(scale)


def flat(x: Tensor, bits: int) -> Tensor:
    scale, zero, steps = _parts(x, bits)
    return ((((x / scale).round() + zero).clamp(0, steps) - zero) * scale).flatten()


def a_list(x: Tensor, bits: int) -> list[float]:
    return flat(x, bits).tolist()


def unchanged(x: Tensor, bits: int) -> Tensor:
    return x.clone()


def forgets_to_return(x: Tensor, bits: int) -> None:
    flat(x, bits)


WRONG_ANSWERS = {
    "still whole numbers": WrongAnswer(still_whole, "still the whole numbers q"),
    "whole numbers as integers": WrongAnswer(whole_and_integer, "torch.uint8"),
    "no zero point on the way back": WrongAnswer(without_zero_point_back, "everything is shifted"),
    "no zero point": WrongAnswer(without_zero_point, "every negative number has become 0"),
    "floor": WrongAnswer(floored, "cut the fraction off"),
    "a step too many": WrongAnswer(one_step_too_many, "one fewer steps"),
    "from the smallest": WrongAnswer(from_the_smallest, "begins exactly at the smallest"),
    "symmetric": WrongAnswer(symmetric, "this grid is symmetric"),
    "zero not in the range": WrongAnswer(without_zero_in_the_range, "your step is too small"),
    "from the smallest of one sign": WrongAnswer(
        from_the_smallest_of_one_sign, "your grid does not hold 0"
    ),
    "zero point truncated": WrongAnswer(truncated_zero_point, "Round it, do not truncate"),
    "zero point not rounded": WrongAnswer(zero_point_with_a_fraction, "no whole number"),
    "as numpy": WrongAnswer(as_numpy, "torch.from_numpy"),
    "divides by zero": WrongAnswer(divides_by_zero, "what is 0 / 0?"),
    "in place": WrongAnswer(in_place, "Work on new ones"),
    "flat": WrongAnswer(flat, "the shape (24,)"),
    "a list": WrongAnswer(a_list, "return one tensor"),
    "unchanged": WrongAnswer(unchanged, "it should be"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
