"""Known wrong answers to card 4.4. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer


def _signs(x: Tensor) -> Tensor:
    return torch.where(x >= 0, 1.0, -1.0)


def _with_gradient(backward: Callable[[Tensor, Tensor], Tensor], x: Tensor) -> Tensor:
    class Step(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return _signs(x)

        @staticmethod
        def backward(ctx: Any, coming: Tensor) -> Tensor:
            return backward(ctx.saved_tensors[0], coming)

    return Step.apply(x)


def torch_sign(x: Tensor) -> Tensor:
    inside = x.clamp(-1, 1)
    return inside + (x.sign() - inside).detach()


def zero_is_minus_one(x: Tensor) -> Tensor:
    inside = x.clamp(-1, 1)
    return inside + (torch.where(x > 0, 1.0, -1.0) - inside).detach()


def no_gradient(x: Tensor) -> Tensor:
    return _signs(x)


def a_gradient_of_zeros(x: Tensor) -> Tensor:
    return _signs(x) + 0 * x


def without_the_clip(x: Tensor) -> Tensor:
    return x + (_signs(x) - x).detach()


def hardtanh(x: Tensor) -> Tensor:
    inside = F.hardtanh(x)
    return inside + (_signs(x) - inside).detach()


def clips_what_comes_back(x: Tensor) -> Tensor:
    return _with_gradient(lambda x, coming: coming.clamp(-1, 1), x)


def tanh(x: Tensor) -> Tensor:
    return x.tanh() + (_signs(x) - x.tanh()).detach()


def hands_on_a_one(x: Tensor) -> Tensor:
    return _with_gradient(lambda x, coming: (x.abs() <= 1).float(), x)


def twice_the_gradient(x: Tensor) -> Tensor:
    return _with_gradient(lambda x, coming: 2 * coming * (x.abs() <= 1), x)


def rounds_on_the_way(x: Tensor) -> Tensor:
    inside = x.clamp(-1, 1)
    return _signs(x) + inside - inside.detach()


def only_the_clamp(x: Tensor) -> Tensor:
    return x.clamp(-1, 1)


def divides_by_the_size(x: Tensor) -> Tensor:
    return x / x.abs()


def in_place(x: Tensor) -> Tensor:
    x.data = _signs(x.detach())
    return x.clamp(-1, 1)


def booleans(x: Tensor) -> Tensor:
    return x >= 0


def one_sign(x: Tensor) -> Tensor:
    return without_the_clip(x).mean()


def forgets_to_return(x: Tensor) -> None:
    without_the_clip(x)


WRONG_ANSWERS = {
    "torch.sign": WrongAnswer(torch_sign, "a third value"),
    "zero is minus one": WrongAnswer(zero_is_minus_one, "comes out as −1"),
    "no gradient": WrongAnswer(no_gradient, "has no gradient"),
    "a gradient of zeros": WrongAnswer(a_gradient_of_zeros, "zero everywhere"),
    "without the clip": WrongAnswer(without_the_clip, "passes everywhere"),
    "hardtanh": WrongAnswer(hardtanh, "at exactly ±1"),
    "clips what comes back": WrongAnswer(clips_what_comes_back, "not by where x is"),
    "tanh": WrongAnswer(tanh, "that of tanh"),
    "hands on a one": WrongAnswer(hands_on_a_one, "Multiply, do not replace"),
    "twice the gradient": WrongAnswer(twice_the_gradient, "you hand on"),
    "rounds on the way": WrongAnswer(rounds_on_the_way, "was rounded"),
    "only the clamp": WrongAnswer(only_the_clamp, "where is the step"),
    "divides by the size": WrongAnswer(divides_by_the_size, "for x = 0 you return nan"),
    "in place": WrongAnswer(in_place, "changes the numbers"),
    "booleans": WrongAnswer(booleans, "torch.bool"),
    "one sign": WrongAnswer(one_sign, "the shape ()"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
