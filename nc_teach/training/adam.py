"""Adam, the course's optimizer, in one pass over the weights where that gives the right result.

Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1: with the
gradient g of step t,

    m <- 0.9 m + 0.1 g          v <- 0.999 v + 0.001 g**2
    w <- w - lr * (m / (1 - 0.9**t)) / (sqrt(v / (1 - 0.999**t)) + 1e-8)

so the first step moves every weight by nearly ``lr``, whatever its gradient: with g = 0.5 both
corrected averages are exact, m = 0.5 and v = 0.25, and w falls by lr * 0.5 / 0.5.

PyTorch writes this as a dozen passes over the weights, or fused into one, which makes a step of a
small network half as long again as bare forward and backward instead of twice as long.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import torch
from torch import Tensor

from nc_teach.common.kinds import Positive

FUSED_DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)


def adam(parameters: Iterable[Tensor | dict[str, Any]], lr: Positive) -> torch.optim.Adam:
    """Adam with learning rate ``lr``, fused where :func:`can_be_fused` allows it.

    ``parameters`` are tensors, or PyTorch's groups of them, ``{"params": [...], "lr": 0.1}``.

    >>> weight = torch.tensor([2.0], requires_grad=True)
    >>> weight.grad = torch.tensor([0.5])
    >>> _ = adam([weight], lr=0.1).step()
    >>> round(weight.item(), 4)
    1.9
    """
    handed: list[Any] = list(parameters)
    groups = [one["params"] if isinstance(one, dict) else [one] for one in handed]
    return torch.optim.Adam(handed, lr=lr, fused=can_be_fused(chain(*groups)) or None)


def can_be_fused(parameters: Iterable[Tensor]) -> bool:
    """Whether the fused pass is right for all of them: dense in memory, on a CPU or a CUDA GPU.

    The fused pass for CPUs walks through memory and never looks at strides: on a weight that is a
    view with gaps, or whose gradient lies in another order, it silently updates other numbers.

    >>> square = torch.zeros(3, 3)
    >>> can_be_fused([square]), can_be_fused([square[:, :2]])
    (True, False)
    """
    return all(
        p.is_contiguous() and p.dtype in FUSED_DTYPES and p.device.type in ("cpu", "cuda")
        for p in parameters
    )
