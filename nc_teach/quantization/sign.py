"""The sign of a number, and what gradient to pretend it has: none, all of it, or the clipped one.

sign has the derivative zero almost everywhere, so nothing in front of it would ever learn. A
straight-through estimator keeps the step where values are computed and pretends a gentler function
where gradients are. Unlike rounding to a grid, which is near the identity everywhere, a sign is far
from it for large numbers; hence the clip. The three candidates stand here side by side.

Source: Hubara, Courbariaux, Soudry, El-Yaniv, Bengio (2016), "Binarized Neural Networks", the
section on propagating gradients through discretization; the idea is Hinton's (2012 lectures).
"""

import torch
from torch import Tensor

from nc_teach.common.kinds import Floats
from nc_teach.common.straight_through import pass_gradient


def sign(x: Floats) -> Tensor:
    """+1 where x >= 0, -1 below. Unlike ``torch.sign``, which has a third value: sign(0) = 0.

    Same shape and dtype as ``x``; no gradient. NaN stays NaN.

    >>> sign(torch.tensor([-0.2, 0.0, 3.0])).tolist(), torch.sign(torch.tensor(0.0)).item()
    ([-1.0, 1.0, 1.0], 0.0)
    """
    x = x.detach()
    return torch.where(x >= 0, 1.0, torch.where(x < 0, -1.0, x))


def sign_ste(x: Floats) -> Tensor:
    """sign(x), and the gradient g * 1{|x| <= 1}: that of a hard tanh, *including* the two ends.

    At |x| = 1 exactly the gradient passes. Implementations differ there (``F.hardtanh`` gives 0,
    ``clamp`` 1 up to PyTorch 2.13 and 0 in 2.14), and clipped latent weights stand at the ends in
    large numbers: with 0 they could never leave the wall.

    >>> x = torch.tensor([-1.5, -1.0, 0.0, 0.5, 1.0], requires_grad=True)
    >>> y = sign_ste(x)
    >>> y.sum().backward()
    >>> y.tolist(), x.grad.tolist()
    ([-1.0, -1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0, 1.0])
    """
    return pass_gradient(x, sign(x), x.detach().abs() <= 1)


def sign_ste_unclipped(x: Floats) -> Tensor:
    """sign(x), and the gradient g wherever x is: straight through without the clip.

    >>> x = torch.tensor([-1.5, 0.1], requires_grad=True)
    >>> sign_ste_unclipped(x).sum().backward()
    >>> x.grad.tolist()
    [1.0, 1.0]
    """
    return pass_gradient(x, sign(x))


def sign_zero(x: Floats) -> Tensor:
    """sign(x), and no gradient: the derivative as it truly is, for comparison.

    What stands in front is handed zeros, so that an optimizer has something to work with.

    >>> x = torch.tensor([0.5, -2.0], requires_grad=True)
    >>> sign_zero(x).sum().backward()
    >>> x.grad.tolist()
    [0.0, 0.0]
    """
    return pass_gradient(0 * x, sign(x))
