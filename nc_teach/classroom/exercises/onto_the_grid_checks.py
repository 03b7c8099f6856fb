"""The checks of card 4.1, against an oracle that rounds one number after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..card import ask

Candidate = Callable[..., Any]


def numbers(low: float, high: float) -> Tensor:
    """4 x 6 random numbers from ``low`` to ``high``, both ends among them."""
    seeded = torch.Generator().manual_seed(51)
    x = low + (high - low) * torch.rand(4, 6, generator=seeded)
    x[0, 0], x[-1, -1] = low, high
    return x


def on_grid(x: Tensor, bits: int, low: float, high: float, zero: float | None = None) -> Tensor:
    """The oracle: every number by itself, in plain Python."""
    steps = 2**bits - 1
    scale = (high - low) / steps or 1.0
    zero = round(-low / scale) if zero is None else zero
    wholes = [min(max(round(v / scale) + zero, 0), steps) for v in x.flatten().tolist()]
    return torch.tensor([(q - zero) * scale for q in wholes]).view_as(x)


def rounds_both_signs(candidate: Candidate) -> str | None:
    """Numbers of both signs at several widths."""
    for bits in (3, 2, 8):
        x = numbers(-0.83, 2.05)
        given = x.clone()
        answer = ask(candidate, f"with {bits} bits", given, bits)
        wrong = _form(answer, x, given) or _near(answer, x, bits)
        if wrong:
            return wrong
    return None


def keeps_zero(candidate: Candidate) -> str | None:
    """Numbers of one sign: the grid is widened, and 0 comes back as 0."""
    for x in (numbers(0.5, 2.0), numbers(-2.0, -0.5)):
        low, high = min(x.min().item(), 0.0), max(x.max().item(), 0.0)
        sign = "positive" if high > 0 else "negative"
        answer = ask(candidate, f"on {sign} numbers", x.clone(), 3)
        if not torch.allclose(answer, on_grid(x, 3, low, high), atol=1e-5):
            step = (x.max() - x.min()) / 7
            if torch.allclose(answer, (x / step).round() * step, atol=1e-5):
                return (
                    f"where all numbers are {sign}, your step is too small: 2^bits values must "
                    "reach from 0 to the furthest number. Widen the range to 0 first."
                )
            return (
                f"where all numbers are {sign}, your grid does not hold 0. Widen the range to 0 "
                "before you compute the scale."
            )
    return None


def survives_zeros(candidate: Candidate) -> str | None:
    """All zero: the scale must not be 0."""
    answer = ask(candidate, "on a tensor of zeros", torch.zeros(3), 4)
    if not torch.equal(answer, torch.zeros(3)):
        return (
            f"a tensor of zeros comes back as {answer.tolist()}. Its range is 0, so the scale is "
            "0: what is 0 / 0?"
        )
    return None


def _form(answer: Any, x: Tensor, given: Tensor) -> str | None:
    if answer is None:
        return "your function returns `None`. Let it end with `return` and the rounded numbers."
    if isinstance(answer, np.ndarray):
        return "you return a numpy array; `torch.from_numpy` makes a tensor of it."
    if not isinstance(answer, Tensor):
        return f"you return a {type(answer).__name__}; return one tensor."
    if not torch.equal(given, x):
        return "your function changes the numbers that it was given. Work on new ones."
    if answer.shape != x.shape:
        return f"your answer has the shape {tuple(answer.shape)}, x has {tuple(x.shape)}."
    if not answer.is_floating_point():
        return f"your answer holds {answer.dtype}: these are the q. Go back to floats with them."
    return None


def _near(answer: Tensor, x: Tensor, bits: int) -> str | None:
    """None for the right answer; else which wrong rounding gives this one."""
    low, high, steps = x.min().item(), x.max().item(), 2**bits - 1
    if torch.allclose(answer, on_grid(x, bits, low, high), atol=1e-5):
        return None
    scale, zero = (high - low) / steps, round(-low * steps / (high - low))
    place, most = x / scale, max(high, -low)
    q = (place.round() + zero).clamp(0, steps)
    finer = place * (steps + 1) / steps
    told = (
        (q, "these are still the whole numbers q. On the way back subtract the zero point and "
            "multiply by the scale."),
        (q * scale, "you forget to subtract the zero point on the way back: everything is shifted "
                    "by it."),
        ((place.round().clamp(0, steps)) * scale, "every negative number has become 0. Is your "
         "zero point 0? Round it, do not truncate, and add it before you cut to 0 … 2^bits − 1."),
        (((place.round() - low / scale).clamp(0, steps) + low / scale) * scale,
         "your zero point is no whole number. Round it: the file stores whole numbers alone."),
        (((place + zero).floor().clamp(0, steps) - zero) * scale, "you cut the fraction off "
         "instead of rounding: numbers move by up to a whole step, always down."),
        ((finer.round() + round(-low * (steps + 1) / (high - low))).clamp(0, steps)
         .sub(round(-low * (steps + 1) / (high - low))) * scale * steps / (steps + 1),
         "you divide the range by 2^bits. There are 2^bits values, but one fewer steps between."),
        (((place - low / scale).round()) * scale + low, "your grid begins exactly at the smallest "
         "number, so 0 falls between two of its values. Round the zero point to a whole number."),
        ((x * (steps // 2) / most).round() * most / (steps // 2), "this grid is symmetric: it "
         "reaches as far down as up, and spends numbers where x has none."),
    )  # fmt: skip
    for wrong, message in told:
        if torch.allclose(answer, wrong, atol=1e-5):
            return f"with {bits} bits {message}"
    right = on_grid(x, bits, low, high)
    at = int((answer - right).abs().argmax())
    return (
        f"with {bits} bits {x.flatten()[at]:.3f} becomes {answer.flatten()[at]:.3f}; it should be "
        f"{right.flatten()[at]:.3f}."
    )


CHECKS = (rounds_both_signs, keeps_zero, survives_zeros)
