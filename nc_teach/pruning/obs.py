"""Optimal brain surgeon: delete one weight and move all the others so that the loss rises least.

Unlike optimal brain damage this uses the whole Hessian: it knows which weights can take over the
work of the one that goes, and lets them.

Source: Hassibi and Stork (1993), "Second order derivatives for network pruning: Optimal Brain
Surgeon", equation 5.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Matrix, Natural, NotNegative, Vector, one_of
from nc_teach.data import Split
from nc_teach.pruning.curvature import Loss, exact_rows, flatten, gauss_newton, unflatten
from nc_teach.pruning.masks import Masks
from nc_teach.pruning.per_sample import check_names

HESSIANS = ("gauss_newton", "exact")
MOST_PARAMETERS = 2_000


def obs_saliency(weights: Vector, inverse: Matrix) -> Tensor:
    """L_q = w_q^2 / (2 [H^-1]_qq): the rise of the loss when w_q goes and the others adapt.

    ``weights`` has n numbers, ``inverse`` is H^-1, n x n; returns n numbers in the loss's unit.
    Never more than h_qq w_q^2 / 2, what the same deletion costs when nothing else moves.

    >>> H = torch.tensor([[2.0, 1.0], [1.0, 2.0]])
    >>> obs_saliency(torch.tensor([1.0, 2.0]), torch.linalg.inv(H))  # obd says 1 and 4
    tensor([0.7500, 3.0000])
    """
    return weights.square() / (2 * inverse.diagonal())


def obs_step(weights: Vector, inverse: Matrix, q: Natural) -> tuple[Tensor, Tensor]:
    """Delete weight ``q``: the new weights, and the inverse Hessian of those that are left.

    dw = -(w_q / [H^-1]_qq) H^-1 e_q makes w_q exactly zero. Afterwards
    H^-1 - H^-1 e_q e_q^T H^-1 / [H^-1]_qq is the inverse of H without row and column q, with zeros
    in their place, so that no later step moves w_q again. New tensors are returned.

    >>> H = torch.tensor([[2.0, 1.0], [1.0, 2.0]])
    >>> weights, inverse = obs_step(torch.tensor([1.0, 2.0]), torch.linalg.inv(H), 0)
    >>> weights, inverse
    (tensor([0.0000, 2.5000]), tensor([[0.0000, 0.0000],
            [0.0000, 0.5000]]))
    """
    column = inverse[q]  # n; H^-1 is symmetric, and a row lies in one piece
    weights = weights - weights[q] / column[q] * column  # n
    inverse = inverse.addr(column, column, alpha=-1 / column[q].item())  # minus the outer product
    # Exactly zero: rounding must not leave a trace that a mask would take for a weight.
    weights[q] = 0.0
    inverse[q] = inverse[:, q] = 0.0
    return weights, inverse


def obs(
    model: nn.Module,
    split: Split,
    remove: Count,
    *,
    loss: Loss = F.cross_entropy,
    hessian: Annotated[str, one_of(*HESSIANS)] = "gauss_newton",
    damping: NotNegative = 1e-4,
    names: Iterable[str] | None = None,
    every: Count | None = None,
    chunk_size: Count = 64,
) -> Masks:
    """Delete ``remove`` weights of ``model`` one by one, in place, and return the masks.

    Raises ``ValueError`` for more than 2,000 parameters (the inverse has the square of that), a
    count that does not fit, a Hessian that is not positive, or another argument out of range;
    nothing has changed then, except where a *later* Hessian (``every``) is not positive.

    - ``split``: The data of the loss, usually the training split.
    - ``remove``: How many more weights to delete. Weights that are zero when it begins count as
      deleted already and stay at zero.
    - ``loss``: ``(outputs, labels) -> scalar``, a mean over images.
    - ``hessian``: "gauss_newton" or "exact"; the latter must be positive with the damping added.
    - ``damping``: Added to the diagonal: H + damping * I. A penalty of (damping / 2) * sum w^2 has
      just that Hessian.
    - ``names``: Parameters that may be deleted; default: the prunable weights. *All* parameters
      move, biases too.
    - ``every``: Compute the Hessian anew after so many deletions. Default: once, at the start.
    """
    chosen = check_names(model, names)
    _check_size(model)
    parameters = dict(model.named_parameters())
    given = {name: p.detach() for name, p in parameters.items()}
    alive = flatten({n: (w.cpu() != 0) | (n not in chosen) for n, w in given.items()})  # n, bool
    may_go = flatten({n: torch.full(w.shape, n in chosen) for n, w in given.items()})
    if remove > int((alive & may_go).sum()):
        left = int((alive & may_go).sum())
        raise ValueError(f"remove must be at most {left:,}, the weights left, got {remove:,}")
    for start in range(0, remove, every or remove):
        # n x n, all parameters
        matrix = _whole(model, split, loss, hessian, list(parameters), chunk_size)
        inverse = inverse_hessian(matrix, damping, alive)  # n x n
        weights = flatten({name: p.detach().cpu().double() for name, p in parameters.items()})
        for _ in range(min(every or remove, remove - start)):
            saliency = obs_saliency(weights, inverse)  # n
            q = int(saliency.masked_fill(~(alive & may_go), torch.inf).argmin())
            weights, inverse = obs_step(weights, inverse, q)
            alive[q] = False
        _write(parameters, weights)
    masks = unflatten(alive, {name: p.detach() for name, p in parameters.items()})
    return {name: masks[name] for name in chosen}


def inverse_hessian(matrix: Tensor, damping: NotNegative, alive: Tensor | None = None) -> Tensor:
    """(H + damping * I)^-1 of the rows and columns that are alive; zero elsewhere.

    In float64, on the CPU: not every GPU has it.

    Raises ``ValueError`` when that matrix is not positive definite: the saliencies of a saddle
    would say nothing.

    >>> inverse_hessian(torch.tensor([[1.0, 0.0], [0.0, 3.0]]), damping=1.0).diagonal()
    tensor([0.5000, 0.2500], dtype=torch.float64)
    """
    matrix = matrix.cpu().double()  # not every GPU has float64
    alive = torch.ones(len(matrix), dtype=torch.bool) if alive is None else alive
    places = alive.cpu().nonzero().flatten()  # the m that are alive
    part = matrix[places][:, places]  # m x m
    part = (part + part.T) / 2 + damping * torch.eye(len(part), dtype=part.dtype)
    # A Cholesky factor exists only for a positive definite matrix, so this is also the check.
    factor, info = torch.linalg.cholesky_ex(part)
    if info:
        lowest = torch.linalg.eigvalsh(part)[0].item()
        raise ValueError(
            f"damping must make the Hessian positive definite, got {damping:g}: "
            f"its lowest eigenvalue is {lowest:.2g} with it"
        )
    inverse = torch.zeros_like(matrix)  # n x n
    inverse[places[:, None], places] = torch.cholesky_inverse(factor)
    return inverse


def _whole(
    model: nn.Module, split: Split, loss: Loss, hessian: str, names: list[str], chunk_size: int
) -> Tensor:
    if hessian == "exact":
        return torch.cat(list(exact_rows(model, split, loss, names)))
    return gauss_newton(model, split, loss, names, chunk_size=chunk_size)


@torch.no_grad()
def _write(parameters: Mapping[str, Tensor], flat: Tensor) -> None:
    for name, values in unflatten(flat, dict(parameters)).items():
        parameters[name].copy_(values)


def _check_size(model: nn.Module) -> None:
    count = sum(p.numel() for p in model.parameters())
    if count > MOST_PARAMETERS:
        raise ValueError(
            f"model must have at most {MOST_PARAMETERS:,} parameters, got {count:,}: "
            "the inverse Hessian has the square of that"
        )
