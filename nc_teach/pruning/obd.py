"""Optimal brain damage: how much the loss rises when one weight is deleted, to second order.

Unlike magnitude, which asks how far a weight is from zero, this also asks how fast the loss grows
on the way there. Unlike optimal brain surgeon it leaves every other weight where it is.

At a minimum the gradient is zero, so the loss rises by sum_k h_kk w_k^2 / 2 plus the terms between
pairs of weights, which are left out. Train to a minimum first: away from one the neglected gradient
outweighs the rest.

Source: LeCun, Denker, Solla (1990), "Optimal Brain Damage", section 2.
"""

from collections.abc import Iterable
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Floats, Like, Seed, one_of
from nc_teach.data import Split
from nc_teach.pruning.curvature import ROWS, Loss, exact_rows, gauss_newton, hutchinson, unflatten
from nc_teach.pruning.per_sample import check_names

HESSIANS = ("exact", "gauss_newton", "hutchinson")
MOST_WEIGHTS = 5_000  # for hessian="exact"


def saliency(curvature: Floats, weight: Annotated[Floats, Like("curvature")]) -> Tensor:
    """s_k = h_kk w_k^2 / 2: how much the loss rises, in its unit, when weight k alone goes to zero.

    ``curvature`` and ``weight`` have one shape, which is the result's.

    >>> saliency(torch.tensor([1.0, 0.1]), torch.tensor([1.0, 3.0]))
    tensor([0.5000, 0.4500])
    """
    return curvature * weight.square() / 2


def obd(
    model: nn.Module,
    split: Split,
    *,
    loss: Loss = F.cross_entropy,
    hessian: Annotated[str, one_of(*HESSIANS)] = "exact",
    names: Iterable[str] | None = None,
    probes: Count = 100,
    seed: Seed = 0,
    chunk_size: Count = 16,
) -> dict[str, Tensor]:
    """Score s_k = h_kk w_k^2 / 2, the rise of the loss (in its unit) that deleting w_k brings.

    Parameters are those of :func:`hessian_diagonal`. Returns name -> scores in the shape and dtype
    of the weight, higher = keep. With the exact Hessian, or Hutchinson's estimate of it, a score
    may be negative: deleting that weight is predicted to *lower* the loss. Nothing is changed.

    >>> from nc_teach.data import Split
    >>> layer = nn.Linear(2, 1, bias=False)
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.0, 3.0]]))
    >>> split = Split(torch.tensor([[[[1.0, 0.5]]]]), torch.tensor([0]))
    >>> half_square = lambda outputs, labels: (outputs.flatten() - labels).square().mean() / 2
    >>> net = nn.Sequential(nn.Flatten(), layer)  # h = x^2 = 1 and 0.25, w^2 = 1 and 9
    >>> obd(net, split, loss=half_square)["1.weight"]
    tensor([[0.5000, 1.1250]])
    """
    how = {"probes": probes, "seed": seed, "chunk_size": chunk_size}
    diagonal = hessian_diagonal(model, split, loss=loss, hessian=hessian, names=names, **how)
    return {name: saliency(h, model.get_parameter(name).detach()) for name, h in diagonal.items()}


def hessian_diagonal(
    model: nn.Module,
    split: Split,
    *,
    loss: Loss = F.cross_entropy,
    hessian: Annotated[str, one_of(*HESSIANS)] = "exact",
    names: Iterable[str] | None = None,
    probes: Count = 100,
    seed: Seed = 0,
    chunk_size: Count = 16,
) -> dict[str, Tensor]:
    """h_kk = d2 loss / dw_k^2 over ``split``, for every weight.

    ``loss`` is ``(outputs, labels) -> scalar``, a mean over images; by default cross-entropy, in
    nats. ``hessian`` is "exact"; "gauss_newton", which is never negative and works for any size; or
    "hutchinson", an estimate of the exact one from ``probes`` random vectors drawn from ``seed``.
    ``names`` are the parameters to look at, by default the prunable weights. Gauss-Newton
    takes ``chunk_size`` images at a time; each needs a gradient of every output.

    Returns name -> tensor in the shape and dtype of the weight. Raises ``ValueError`` for another
    ``hessian``, a number below 1, a name that is no parameter, or more than 5,000 weights with
    "exact", which needs a pass over the data for each of them.
    """
    parameters = dict(model.named_parameters())
    weights = {name: parameters[name].detach() for name in check_names(model, names)}
    count = sum(weight.numel() for weight in weights.values())
    if hessian == "exact" and count > MOST_WEIGHTS:
        raise ValueError(
            f"hessian='exact' is for at most {MOST_WEIGHTS:,} weights, the model has {count:,}; "
            "take 'gauss_newton' or 'hutchinson'"
        )
    if hessian == "gauss_newton":
        flat = gauss_newton(model, split, loss, weights, diagonal=True, chunk_size=chunk_size)
    elif hessian == "hutchinson":
        flat = hutchinson(model, split, loss, weights, probes=probes, seed=seed)
    else:
        blocks = enumerate(exact_rows(model, split, loss, weights))  # K x n each
        flat = torch.cat([rows.diagonal(number * ROWS) for number, rows in blocks])
    return unflatten(flat, weights)
