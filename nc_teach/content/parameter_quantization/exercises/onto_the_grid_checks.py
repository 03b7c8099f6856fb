"""The checks of card 4.1: the scale, then the zero point, then every whole number by itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Answer = tuple[Any, Any, Any]  # q, scale, zero point
FUZZ = 1e-4  # of a step: float32 is not exact


def numbers(low: float, high: float) -> Tensor:
    """4 x 6 random numbers from ``low`` to ``high``, both ends among them."""
    seeded = torch.Generator().manual_seed(51)
    x = low + (high - low) * torch.rand(4, 6, generator=seeded)
    x[0, 0], x[-1, -1] = low, high
    return x


def rounds_both_signs(candidate: Candidate) -> str | None:
    """Numbers of both signs at several widths; at the last, rounding leads over the end."""
    for bits, x in (
        (3, numbers(-1.23, 2.05)),
        (2, numbers(-1.23, 2.05)),
        (8, numbers(-1.23, 2.05)),
        (3, numbers(-1.5, 5.5)),
    ):
        given = x.clone()
        answer = ask(candidate, f"with {bits} bits", given, bits)
        wrong = _form(answer, x, given) or _wrong(answer, x, bits)
        if wrong:
            return wrong
    return None


def keeps_zero(candidate: Candidate) -> str | None:
    """Numbers of one sign: the grid is widened, and 0 has a whole number."""
    for x, sign in ((numbers(0.5, 2.0), "positive"), (numbers(-2.0, -0.5), "negative")):
        answer = ask(candidate, f"on {sign} numbers", x.clone(), 3)
        wrong = _form(answer, x, x)
        if wrong:
            return wrong
        zero = float(answer[2])
        if not 0 <= zero <= 7:
            return (
                f"where all numbers are {sign}, your zero point is {zero:g}, and that is none of "
                "the whole numbers 0 … 7: 0 is not on the grid. Widen the range to 0 first."
            )
        if float(answer[1]) < 0.99 * 2.0 / 7:
            return (
                f"where all numbers are {sign}, your step is too small: 2^bits values must "
                "reach from 0 to the furthest number. Widen the range to 0 first."
            )
        wrong = _wrong(answer, x, 3)
        if wrong:
            return f"where all numbers are {sign}: {wrong}"
    return None


def survives_zeros(candidate: Candidate) -> str | None:
    """All zero: the scale must not be 0."""
    x = torch.zeros(3)
    answer = ask(candidate, "on a tensor of zeros", x.clone(), 4)
    scale = float(answer[1])
    if not (math.isfinite(scale) and scale > 0):
        return (
            f"of a tensor of zeros your scale is {scale:g}. Its range is 0: what is 0 / 0? "
            "Take 1 for the scale then."
        )
    if not torch.equal(_back(answer), x):
        return f"a tensor of zeros comes back as {_back(answer).tolist()}."
    return None


def _back(answer: Answer) -> Tensor:
    return (answer[0].float() - float(answer[2])) * float(answer[1])


def _form(answer: Any, x: Tensor, given: Tensor) -> str | None:
    """Whether the answer is q, scale and zero point at all."""
    if answer is None:
        return "your function returns `None`. Let it end with `return q, scale, zero`."
    if isinstance(answer, Tensor | np.ndarray):
        return (
            "you return one tensor. A file needs three things to give x back: return q, the "
            "scale and the zero point."
        )
    if not isinstance(answer, tuple | list) or len(answer) != 3:
        count = len(answer) if isinstance(answer, tuple | list) else type(answer).__name__
        return f"you return {count}; return three things: q, the scale and the zero point."
    q = answer[0]
    if isinstance(q, np.ndarray):
        return "your q is a numpy array; `torch.from_numpy` makes a tensor of it."
    if not isinstance(q, Tensor):
        return f"your q is a {type(q).__name__}; it should be one tensor."
    if not torch.equal(given, x):
        return "your function changes the numbers that it was given. Work on new ones."
    if q.shape != x.shape:
        return f"your q has the shape {tuple(q.shape)}, x has {tuple(x.shape)}."
    for name, value in zip(("scale", "zero point"), answer[1:], strict=True):
        if not _is_number(value):
            return f"your {name} is {value!r}; it should be one number."
    return None


def _is_number(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.numel() == 1
    return isinstance(value, int | float | np.number)


def _wrong(answer: Answer, x: Tensor, bits: int) -> str | None:
    """None for the right grid; else what is wrong with it, the scale first."""
    scale, zero = float(answer[1]), float(answer[2])
    wrong = _wrong_scale(scale, x, bits) or _wrong_zero(zero, x, scale)
    wrong = wrong or _wrong_q(answer[0].float(), x, scale, zero, 2**bits - 1)
    return f"with {bits} bits {wrong}" if wrong else None


def _wrong_scale(scale: float, x: Tensor, bits: int) -> str | None:
    low, high, steps = min(x.min().item(), 0.0), max(x.max().item(), 0.0), 2**bits - 1
    told = {
        (high - low) / (steps + 1): "you divide the range by 2^bits. There are 2^bits values, but "
        "one fewer steps between.",
        max(high, -low) / (steps // 2): "this grid is symmetric: it reaches as far down as up, "
        "and spends numbers where x has none.",
    }
    right = (high - low) / steps
    if math.isclose(scale, right, rel_tol=FUZZ):
        return None
    for wrong, message in told.items():
        if math.isclose(scale, wrong, rel_tol=FUZZ):
            return message
    return f"your scale is {scale:.4g}; it should be {right:.4g}."


def _wrong_zero(zero: float, x: Tensor, scale: float) -> str | None:
    exact = -min(x.min().item(), 0.0) / scale
    if zero != round(zero):
        return (
            f"your zero point, {zero:.3f}, is no whole number. Round it: it must be one of the q, "
            "or 0 is not on the grid."
        )
    if abs(zero - exact) <= 0.5 + FUZZ:
        return None
    if zero == 0:
        return (
            "your zero point is 0: the numbers below 0 then have no q from 0 on. Shift the grid: "
            f"−low / scale is {exact:.3f}, rounded."
        )
    if zero == math.floor(exact):
        return f"your zero point is {zero:g}, and −low / scale is {exact:.3f}. Round, do not cut."
    if abs(zero + exact) <= 0.5 + FUZZ:
        return f"your zero point is {zero:g}: it is −low / scale, with the minus."
    return f"your zero point is {zero:g}, and {round(exact)} is the whole number that stands for 0."


def _wrong_q(q: Tensor, x: Tensor, scale: float, zero: float, steps: int) -> str | None:
    if not torch.equal(q, q.round()):
        return "your q are no whole numbers. Round x / scale."
    place = x / scale
    if torch.allclose(q, place.round(), atol=0.1) and zero:
        return "you forget to add the zero point: a number below 0 has a q below 0."
    if q.min() < 0 or q.max() > steps:
        return f"your q reach from {q.min():g} to {q.max():g}. Cut them to 0 … {steps}."
    exact = place.clamp(-zero, steps - zero) + zero
    off = (q - exact).abs()
    if (off <= 0.5 + FUZZ).all():
        return None
    if torch.equal(q, (place + zero).floor().clamp(0, steps)):
        return (
            "you cut the fraction off instead of rounding: numbers move by up to a whole step, "
            "always down."
        )
    at = int(off.argmax())
    return (
        f"{x.flatten()[at]:.3f} becomes q = {q.flatten()[at]:g}; it should be "
        f"{exact.flatten()[at].round():g}."
    )


CHECKS = (rounds_both_signs, keeps_zero, survives_zeros)
