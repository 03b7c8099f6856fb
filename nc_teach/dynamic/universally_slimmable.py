"""Universally slimmable networks: any width at all, from two rules of training.

Unlike :mod:`.slimmable` with its four widths, no width has a normalisation of its own, so the
statistics must be measured after training, at the width that is wanted (:func:`.recalibrate_bn`).

The *sandwich rule*: every step trains the smallest width, the largest, and some at random between
them. Performance at any width is bounded by these two, so pushing both up pushes all between.
*In-place distillation*: only the largest learns from the labels; the others learn from the largest
one's output of this very step, for which nothing extra is computed.

Source: Yu, Huang (2019), "Universally Slimmable Networks and Improved Training Techniques",
arXiv:1903.05134.
"""

from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor

from nc_teach.common.kinds import Like, Logits, Natural
from nc_teach.dynamic.slimmable import SlimmableNet
from nc_teach.training import Loss


def soft_cross_entropy(logits: Logits, targets: Annotated[Logits, Like("logits")]) -> Tensor:
    """-(1/N) sum_n sum_c t_nc log softmax(z_n)_c for target probabilities t, a scalar in nats.

    >>> soft_cross_entropy(torch.zeros(1, 2), torch.tensor([[0.5, 0.5]]))
    tensor(0.6931)
    """
    # N x classes, then N, then a scalar
    return -(targets * logits.log_softmax(dim=1)).sum(dim=1).mean()


def random_widths(low: float, high: float, count: Natural) -> list[float]:
    """Uniform widths from torch's global generator, which ``fit`` seeds."""
    return [low + (high - low) * torch.rand(()).item() for _ in range(count)]


def sandwich_loss(
    low: float = 0.25,
    high: float = 1.0,
    between: Natural = 2,
    *,
    distil: bool = True,
    ends: bool = True,
) -> Loss:
    """The loss of one step for :func:`nc_teach.training.fit`: a sum over its widths.

    L = CE(z_high, labels) + sum over the others of CE(z_w, softmax(z_high)), the target without a
    gradient. ``low`` and ``high`` are the ends, in (0, 1]; ``between`` widths are drawn between
    them at each step.

    Two controls: without ``distil`` every width learns from the labels; without ``ends`` all widths
    of a step are drawn, none is an end (no sandwich), and the first one is the teacher.

    Raises ``ValueError`` unless 0 < low < high <= 1 and ``between`` is 0 or more.
    """
    if not 0 < low < high <= 1:
        raise ValueError(f"low and high must be 0 < low < high <= 1, got {low!r} and {high!r}")

    def loss(net: SlimmableNet, images: Tensor, labels: Tensor) -> Tensor:
        drawn = random_widths(low, high, between if ends else between + 2)
        widths = [high, low, *drawn] if ends else drawn
        first = net.set_width(widths[0])(images)
        # targets: N x classes, without a gradient
        total, targets = F.cross_entropy(first, labels), first.detach().softmax(dim=1)
        for width in widths[1:]:
            logits = net.set_width(width)(images)
            error = (
                soft_cross_entropy(logits, targets) if distil else F.cross_entropy(logits, labels)
            )
            total = total + error
        net.set_width(high)
        return total

    return loss
