"""The checks of card 4.4, against values and gradients worked out one number at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
NEAR = torch.tensor([-0.9, -0.5, -0.001, 0.0, 0.001, 0.3, 0.99])
FAR = torch.tensor([[-3.0, -1.5, -0.7], [0.2, 1.2, 8.0]])
ENDS = torch.tensor([-1.0, 1.0, 0.5])


def gives_signs(candidate: Candidate) -> str | None:
    """The values: two of them, exact, and the given tensor as it was."""
    for x in (NEAR, FAR, torch.randn(500, generator=torch.Generator().manual_seed(45))):
        given = x.clone().requires_grad_()
        y = ask(candidate, f"on {_words(x)}", given)
        if not torch.equal(given.detach(), x):
            return "your function changes the numbers that it was given. Return a new tensor."
        wrong = _form(y, x) or _values(y.detach(), x)
        if wrong:
            return wrong
    return None


def lets_the_gradient_through(candidate: Candidate) -> str | None:
    """The gradient between -1 and 1, then outside, then at the two ends."""
    return next(filter(None, (_gradients(candidate, x) for x in (NEAR, FAR, ENDS))), None)


def _words(x: Tensor) -> str:
    return f"a tensor of {' × '.join(map(str, x.shape))}"


def _form(y: Any, x: Tensor) -> str | None:
    if y is None:
        return "your function returns `None`. Let it end with `return` and the signs."
    if not isinstance(y, Tensor):
        return f"you return a {type(y).__name__}; return one tensor."
    if y.shape != x.shape:
        return f"your answer has the shape {tuple(y.shape)}, x has {tuple(x.shape)}."
    if not y.is_floating_point():
        return f"your answer holds {y.dtype}; a gradient needs floats, +1.0 and −1.0."
    return None


def _values(y: Tensor, x: Tensor) -> str | None:
    right = torch.tensor([1.0 if v >= 0 else -1.0 for v in x.flatten().tolist()]).view_as(x)
    if torch.equal(y, right):
        return None
    if torch.equal(y, x.sign()):
        return "the sign of 0 comes out as 0, a third value. `torch.sign` does that; here it is +1."
    if torch.equal(y, torch.where(x > 0, 1.0, -1.0)):
        return "the sign of 0 comes out as −1; it should be +1."
    if torch.allclose(y, x.clamp(-1, 1)):
        return "you return the clamped numbers. That is the gradient's function; where is the step?"
    if torch.allclose(y, right, atol=1e-5):
        off = y.flatten()[int((y - right).abs().argmax())].item()
        return (
            f"a sign comes out as {off:.8f}: a sum was rounded on the way. Which two parts should "
            "cancel before a third is added?"
        )
    place = int((y - right).abs().nan_to_num(torch.inf).argmax())
    return (
        f"for x = {x.flatten()[place].item():g} you return {y.flatten()[place].item():g}; the sign "
        f"is {right.flatten()[place].item():+g}."
    )


def _gradients(candidate: Candidate, x: Tensor) -> str | None:
    coming = torch.linspace(-2.0, 3.0, x.numel()).view_as(x)
    given = x.clone().requires_grad_()
    y = ask(candidate, f"on {_words(x)}", given)
    if not y.requires_grad:
        return (
            "your answer has no gradient: `backward` stops at it. A comparison has none; something "
            "that does must be part of the result."
        )
    y.backward(coming)
    found = torch.zeros_like(x) if given.grad is None else given.grad
    inside = torch.tensor([float(-1 <= v <= 1) for v in x.flatten().tolist()]).view_as(x)
    right = coming * inside
    if torch.allclose(found, right, atol=1e-5):
        return None
    for says, rival in _rivals(x, coming, inside):
        if torch.allclose(found, rival, atol=1e-5):
            return says
    place = int((found - right).abs().nan_to_num(torch.inf).argmax())
    numbers = [t.flatten()[place].item() for t in (x, coming, found, right)]
    return (
        "at x = {:g} a gradient of {:g} comes back and you hand on {:g}; it should be {:g}."
    ).format(*numbers)


def _rivals(x: Tensor, coming: Tensor, inside: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Wrong gradients, and what to say to each."""
    yield (
        "the gradient that arrives at x is zero everywhere: a true derivative of the step, or a "
        "sum h + (s − h), which cancels in the gradient too? `detach` what must not count.",
        torch.zeros_like(x),
    )
    yield (
        "the gradient passes everywhere, also where |x| > 1. There it should be zero.",
        coming.clone(),
    )
    yield (
        "at exactly ±1 the gradient is zero (`hardtanh` and `<` do that). It should pass there.",
        coming * (x.abs() < 1),
    )
    yield (
        "you clip the gradient that comes back, not by where x is. |x| ≤ 1 is what counts.",
        coming.clamp(-1, 1),
    )
    yield (
        "the gradient is that of tanh, gentler and gentler. It should be all or nothing.",
        coming * (1 - x.tanh() ** 2),
    )
    yield "you hand on 1 instead of what came back. Multiply, do not replace.", inside


CHECKS = (gives_signs, lets_the_gradient_through)
