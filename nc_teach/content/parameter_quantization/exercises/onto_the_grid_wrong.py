"""Known wrong answers to card 4.1. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer

Answer = tuple[Any, Any, Any]


def _right(x: Tensor, bits: int) -> tuple[Tensor, float, int]:
    steps = 2**bits - 1
    low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
    scale = (high - low) / steps or 1.0
    zero = round(-low / scale)
    return ((x / scale).round() + zero).clamp(0, steps), scale, zero


def rounded_floats(x: Tensor, bits: int) -> Tensor:
    q, scale, zero = _right(x, bits)
    return (q - zero) * scale


def zero_point_left_out(x: Tensor, bits: int) -> tuple[Tensor, float]:
    return _right(x, bits)[:2]


def zero_point_none(x: Tensor, bits: int) -> Answer:
    return *_right(x, bits)[:2], None


def without_zero_point(x: Tensor, bits: int) -> Answer:
    scale = _right(x, bits)[1]
    return (x / scale).round().clamp(0, 2**bits - 1), scale, 0


def truncated_zero_point(x: Tensor, bits: int) -> Answer:
    scale = _right(x, bits)[1]
    zero = int(-min(x.min().item(), 0.0) / scale)
    return ((x / scale).round() + zero).clamp(0, 2**bits - 1), scale, zero


def zero_point_with_a_fraction(x: Tensor, bits: int) -> Answer:
    scale = _right(x, bits)[1]
    zero = -min(x.min().item(), 0.0) / scale
    return ((x / scale).round() + zero).clamp(0, 2**bits - 1), scale, zero


def zero_point_upside_down(x: Tensor, bits: int) -> Answer:
    q, scale, zero = _right(x, bits)
    return q, scale, -zero


def zero_point_one_off(x: Tensor, bits: int) -> Answer:
    _, scale, zero = _right(x, bits)
    return ((x / scale).round() + zero + 1).clamp(0, 2**bits - 1), scale, zero + 1


def zero_point_not_added(x: Tensor, bits: int) -> Answer:
    _, scale, zero = _right(x, bits)
    return (x / scale).round(), scale, zero


def cut_before_the_zero_point(x: Tensor, bits: int) -> Answer:
    _, scale, zero = _right(x, bits)
    return ((x / scale).round().clamp(0, 2**bits - 1) + zero).clamp(0, 2**bits - 1), scale, zero


def not_cut(x: Tensor, bits: int) -> Answer:
    _, scale, zero = _right(x, bits)
    return (x / scale).round() + zero, scale, zero


def not_rounded(x: Tensor, bits: int) -> Answer:
    _, scale, zero = _right(x, bits)
    return (x / scale + zero).clamp(0, 2**bits - 1), scale, zero


def floored(x: Tensor, bits: int) -> Answer:
    _, scale, zero = _right(x, bits)
    return (x / scale + zero).floor().clamp(0, 2**bits - 1), scale, zero


def one_step_too_many(x: Tensor, bits: int) -> Answer:
    low, high, count = x.min().item(), x.max().item(), 2**bits
    scale = (high - low) / count or 1.0
    zero = round(-low / scale)
    return ((x / scale).round() + zero).clamp(0, count - 1), scale, zero


def symmetric(x: Tensor, bits: int) -> Answer:
    scale = x.abs().max() / (2 ** (bits - 1) - 1)
    return (x / scale).round(), scale, 0


def without_zero_in_the_range(x: Tensor, bits: int) -> Answer:
    steps = 2**bits - 1
    low, high = x.min().item(), x.max().item()
    scale = (high - low) / steps or 1.0
    zero = round(-low / scale)
    return ((x / scale).round() + zero).clamp(0, steps), scale, zero


def from_the_smallest_of_one_sign(x: Tensor, bits: int) -> Answer:
    if x.min() < 0:
        return _right(x, bits)
    low, scale = x.min(), (x.max() - x.min()) / (2**bits - 1)
    return ((x - low) / scale).round(), scale, 0


def divides_by_zero(x: Tensor, bits: int) -> Answer:
    steps = 2**bits - 1
    low, high = x.min().clamp(max=0), x.max().clamp(min=0)
    scale = (high - low) / steps
    zero = (-low / scale).round()
    return ((x / scale).round() + zero).clamp(0, steps), scale, zero


def as_numpy(x: Tensor, bits: int) -> Answer:
    q, scale, zero = _right(x, bits)
    return q.numpy(), scale, zero


def in_place(x: Tensor, bits: int) -> Answer:
    _, scale, zero = _right(x, bits)
    return x.div_(scale).round_().add_(zero).clamp_(0, 2**bits - 1), scale, zero


def flat(x: Tensor, bits: int) -> Answer:
    q, scale, zero = _right(x, bits)
    return q.flatten(), scale, zero


def a_list(x: Tensor, bits: int) -> Answer:
    q, scale, zero = _right(x, bits)
    return q.tolist(), scale, zero


def shifted(x: Tensor, bits: int) -> Answer:
    q, scale, zero = _right(x, bits)
    return torch.full_like(q, zero), scale, zero


def forgets_to_return(x: Tensor, bits: int) -> None:
    _right(x, bits)


WRONG_ANSWERS = {
    "rounded floats": WrongAnswer(rounded_floats, "you return one tensor"),
    "zero point left out": WrongAnswer(zero_point_left_out, "return three things"),
    "zero point None": WrongAnswer(zero_point_none, "your zero point is None"),
    "no zero point": WrongAnswer(without_zero_point, "have no q from 0 on"),
    "zero point truncated": WrongAnswer(truncated_zero_point, "Round, do not cut"),
    "zero point not rounded": WrongAnswer(zero_point_with_a_fraction, "is no whole number"),
    "zero point upside down": WrongAnswer(zero_point_upside_down, "with the minus"),
    "zero point one off": WrongAnswer(zero_point_one_off, "is the whole number that stands for 0"),
    "zero point not added": WrongAnswer(zero_point_not_added, "you forget to add the zero point"),
    "cut before the zero point": WrongAnswer(cut_before_the_zero_point, "it should be"),
    "not cut": WrongAnswer(not_cut, "Cut them to 0 … 7"),
    "not rounded": WrongAnswer(not_rounded, "your q are no whole numbers"),
    "floor": WrongAnswer(floored, "cut the fraction off"),
    "a step too many": WrongAnswer(one_step_too_many, "one fewer steps"),
    "symmetric": WrongAnswer(symmetric, "this grid is symmetric"),
    "zero not in the range": WrongAnswer(without_zero_in_the_range, "0 is not on the grid. Widen"),
    "from the smallest of one sign": WrongAnswer(
        from_the_smallest_of_one_sign, "your step is too small"
    ),
    "divides by zero": WrongAnswer(divides_by_zero, "what is 0 / 0?"),
    "as numpy": WrongAnswer(as_numpy, "torch.from_numpy"),
    "in place": WrongAnswer(in_place, "Work on new ones"),
    "flat": WrongAnswer(flat, "the shape (24,)"),
    "a list": WrongAnswer(a_list, "your q is a list"),
    "all of them zero": WrongAnswer(shifted, "becomes q = 3; it should be 7"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
