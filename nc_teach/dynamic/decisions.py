"""Yes or no, from a number: how a gate decides, and how something can learn from it.

A gate gives a number a for every input; p = sigmoid(a) is its probability of yes. A yes or no has
no slope, so nothing learns through it. There are two ways out: pretend in the gradient that p was
used (straight-through), or draw the answer and make answers that went well more likely (REINFORCE).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from nc_teach.common.straight_through import straight_through


def hard(logits: Tensor) -> Tensor:
    """Yes where p > 1/2: bool, same shape. What is used when nothing is to be learned any more.

    >>> hard(torch.tensor([-0.1, 0.0, 0.1])).tolist()
    [False, False, True]
    """
    return logits.detach() > 0


def straight_through_gate(logits: Tensor) -> Tensor:
    """1 where p > 1/2, else 0, and the gradient of p: what comes in, times p (1 - p).

    >>> a = torch.tensor([-1.0, 0.5], requires_grad=True)
    >>> gates = straight_through_gate(a)
    >>> gates.sum().backward()
    >>> gates.tolist(), [round(g, 3) for g in a.grad.tolist()]
    ([0.0, 1.0], [0.197, 0.235])
    """
    soft = logits.sigmoid()
    return straight_through(hard(logits).to(soft.dtype), soft)


def noisy_gate(logits: Tensor) -> Tensor:
    """:func:`straight_through_gate` of a + log(u / (1 - u)), u uniform: yes with probability p.

    The noise is logistic, so that the answer is a draw; a gate that is unsure tries both.
    """
    # Clamped, because the logarithm of 0 is not a number to compute with.
    u = torch.rand_like(logits).clamp(1e-6, 1 - 1e-6)
    return straight_through_gate(logits + u.log() - (1 - u).log())


def draw(logits: Tensor) -> Tensor:
    """1 with probability p, else 0, and no gradient: for :func:`log_likelihood`."""
    return torch.bernoulli(logits.detach().sigmoid())


def log_likelihood(logits: Tensor, drawn: Tensor) -> Tensor:
    """log p where the answer was 1, log(1 - p) where it was 0. Same shape, in nats.

    >>> logits = torch.tensor([0.0, 2.0])
    >>> [round(v, 3) for v in log_likelihood(logits, torch.tensor([1.0, 0.0])).tolist()]
    [-0.693, -2.127]
    """
    return -F.binary_cross_entropy_with_logits(logits, drawn, reduction="none")
