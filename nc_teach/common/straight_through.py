"""The straight-through estimator: compute with a step, learn as if there had been none.

    forward:  y = hard(x)          backward:  dL/dx = dL/dy * d soft/dx

A step (a sign, a rounding, a mask of zeros and ones) has the derivative zero almost everywhere, so
nothing in front of it would ever learn. The estimator keeps the step where values are computed and
pretends a gentler function ``soft`` where gradients are. Chapter 2 uses it for masks, chapter 4 for
rounding and for signs, chapter 6 for gates.

Source: Bengio, Léonard and Courville (2013), "Estimating or Propagating Gradients Through
Stochastic Neurons", arXiv:1308.3432, section 4; the idea is Hinton's (2012 lectures).
"""

from typing import Any

import torch
from torch import Tensor


def straight_through(hard: Tensor, soft: Tensor) -> Tensor:
    """``hard`` in the forward pass, the gradient of ``soft`` in the backward pass.

    Same shape and dtype as both. Values are those of ``hard`` to the last bit as long as ``soft``
    is finite: ``soft - soft`` is exactly zero.

    >>> p = torch.tensor([0.3, 0.8], requires_grad=True)
    >>> (straight_through((p > 0.5).float(), p) * torch.tensor([5.0, 7.0])).sum().backward()
    >>> p.grad.tolist()  # as if the mask were p itself
    [5.0, 7.0]
    """
    return hard + (soft - soft.detach())


class _Passed(torch.autograd.Function):
    """Forward: ``hard``. Backward: the gradient where ``where`` is 1, zero elsewhere."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, hard: Tensor, where: Tensor) -> Tensor:
        ctx.save_for_backward(where)
        return hard.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (where,) = ctx.saved_tensors
        return gradient * where, None, None


def pass_gradient(x: Tensor, hard: Tensor, where: Tensor | bool = True) -> Tensor:
    """``hard`` in the forward pass; in the backward pass the gradient reaches ``x`` unchanged
    ``where`` that is true, and not at all elsewhere (the clipped estimator).

    >>> x = torch.tensor([-1.5, 0.1], requires_grad=True)
    >>> pass_gradient(x, x.sign(), x.abs() <= 1).sum().backward()
    >>> x.grad.tolist()
    [0.0, 1.0]
    """
    return _Passed.apply(x, hard, torch.as_tensor(where, device=x.device))
