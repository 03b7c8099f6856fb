"""Group lasso: a penalty that drives whole filters, channels or neurons to zero, exactly.

Unlike a criterion, which judges a network that is already trained, this trains the network to do
with fewer units. Unlike L1, whose zeros lie anywhere, its zeros come in groups that can be removed.

The penalty is a sum of norms, not of squared norms (that is ridge, which makes no group zero). Its
gradient alone never gives an exact zero either; the proximal step after each update does. (Wen et
al. followed the gradient, and their code sets weights below 0.0001 to zero after each update.)

Sources: Wen, Wu, Wang, Chen, Li (2016), "Learning Structured Sparsity in Deep Neural Networks",
section 3, where every group counts the same (``weighted=False``); the weight sqrt(size): Yuan and
Lin (2006), "Model selection and estimation in regression with grouped variables", equation 2.1; the
step that shortens a group: their equation 2.4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

GROUPS = ("filters", "channels", "shapes", "layer")


def group_norms(weight: Tensor, groups: str = "filters") -> Tensor:
    """||w_g|| of every group of a weight, one number a group; 0 only for a group of zeros.

    Groups of a convolution's weight, out x in x height x width (of a linear one, out x in):

    - "filters": w[n], all that makes one output channel (the weights into one neuron);
    - "channels": w[:, c], all that reads one input channel (the weights out of one neuron);
    - "shapes": w[:, c, i, j], one place of all filters (in a linear layer the same as "channels");
    - "layer": all of it.

    >>> group_norms(torch.tensor([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [5.0, 0.0]
    >>> group_norms(torch.tensor([[3.0, 4.0], [0.0, 0.0]]), "channels").tolist()
    [3.0, 4.0]
    """
    return _norms(weight, groups).flatten()


def group_lasso(
    model: nn.Module, groups: Mapping[str | tuple[str, ...], str], *, weighted: bool = True
) -> Tensor:
    """The penalty: sum over all groups of sqrt(size) ||w_g||, a scalar with a gradient.

    Arguments as in :func:`proximal_step`. Of a group that is exactly zero the gradient is zero.

    >>> layer = nn.Linear(2, 2)
    >>> _ = layer.weight.data.copy_(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
    >>> round(group_lasso(layer, {"weight": "filters"}).item(), 3)  # sqrt(2) * 5 + sqrt(2) * 0
    7.071
    """
    _check(model, groups)
    total = torch.zeros((), device=next(model.parameters()).device)
    for names, kind in groups.items():
        weights = [model.get_parameter(name) for name in _tuple(names)]
        if isinstance(names, tuple):
            norm = torch.linalg.vector_norm(torch.cat([w.flatten() for w in weights]))
            total = total + _factor(sum(w.numel() for w in weights), weighted) * norm
        else:
            norms = group_norms(weights[0], kind)
            total = total + _factor(weights[0].numel() / norms.numel(), weighted) * norms.sum()
    return total


def shrink_groups(
    weight: Tensor, step: float, groups: str = "filters", *, weighted: bool = True
) -> Tensor:
    """Soft threshold of every group: w_g * max(0, 1 - step * sqrt(size) / ||w_g||).

    The exact minimum of ||v - w||^2 / 2 + step * sqrt(size) ||v|| for each group: the group gets
    shorter by step * sqrt(size), and is zero when it was no longer than that. A new tensor. With
    ``weighted=False`` there is no sqrt(size).

    Two groups of two weights, step 1: each gets shorter by sqrt(2) = 1.414. The first has length 5
    and keeps 1 - 1.414 / 5 = 0.717 of itself, the second has length 1 and goes.

    >>> shrink_groups(torch.tensor([[3.0, 4.0], [0.6, 0.8]]), step=1.0)
    tensor([[2.1515, 2.8686],
            [0.0000, 0.0000]])

    Raises
    ------
    ValueError
        For a negative step, or groups that are not one of the four kinds.
    """
    if not step >= 0 or not math.isfinite(step):
        raise ValueError(f"step must be a number of at least 0, got {step!r}")
    norms = _norms(weight, groups)
    return weight * _share_left(norms, step * _factor(weight.numel() / norms.numel(), weighted))


def proximal_step(
    groups: Mapping[str | tuple[str, ...], str],
    lr: float,
    strength: float,
    *,
    weighted: bool = True,
) -> Callable[[nn.Module], nn.Module]:
    """A hook for ``fit(..., after_step=...)``: every group gets lr strength sqrt(size) shorter.

    The optimizer follows the gradient of the task's loss alone, and this takes the penalty's step.
    A group that is zero may come back with the next gradient, as long as training goes on.

    Parameters
    ----------
    groups
        Parameter name -> "filters", "channels", "shapes" or "layer". A tuple of names -> "layer" is
        one group of several tensors: a whole residual branch (depth). Give its batch
        normalisation's weight and bias too, or the branch of zeros still adds a constant;
        ``branch_groups`` does. (Wen et al. took a group per convolution.)
        With "filters" the layer's bias is set to zero where its filter is, so that a unit without
        weights says nothing and can be removed.
    lr
        The optimizer's learning rate. (With momentum m its gradients act 1 / (1 - m) times as
        much in the end, and this step does not: the same ``strength`` then shrinks less.)
    strength
        Factor of the penalty beside the loss (lambda).
    weighted
        Whether a group counts sqrt(size) times, as Yuan and Lin have it: a filter of 25 weights
        then gets shorter by a fifth of what one of 625 does. Without it, as in Wen et al., all
        groups get shorter by lr strength.

    Raises
    ------
    ValueError
        For lr or strength out of range now; for groups that do not fit the model when the hook is
        called, before anything has changed.
    """
    for name, value in (("lr", lr), ("strength", strength)):
        if not value >= 0 or not math.isfinite(value):
            raise ValueError(f"{name} must be a number of at least 0, got {value!r}")

    def shrink(model: nn.Module) -> nn.Module:
        _check(model, groups)
        with torch.no_grad():
            for names, kind in groups.items():
                if isinstance(names, tuple):
                    tensors = [model.get_parameter(n) for n in names]
                    _shrink_together(tensors, lr * strength, weighted)
                else:
                    weight = model.get_parameter(names)
                    weight.copy_(shrink_groups(weight, lr * strength, kind, weighted=weighted))
                    if kind == "filters":
                        _silence_bias(model, names)
        return model

    return shrink


def _norms(weight: Tensor, groups: str) -> Tensor:
    """The norms in a shape that multiplies the weight's."""
    if groups not in GROUPS:
        raise ValueError(f"groups must be one of {', '.join(GROUPS)}, got {groups!r}")
    every = list(range(weight.dim()))
    over = {"filters": every[1:], "channels": [0, *every[2:]], "shapes": [0], "layer": every}[
        groups
    ]
    return torch.linalg.vector_norm(weight, dim=over, keepdim=True)


def _factor(size: float, weighted: bool) -> float:
    """How much a group of ``size`` weights counts: sqrt(size), or 1."""
    return math.sqrt(size) if weighted else 1.0


def _share_left(norm: Tensor, threshold: float) -> Tensor:
    """max(0, 1 - threshold / norm), and 0 for a norm of 0."""
    return torch.where(norm > threshold, 1 - threshold / norm, torch.zeros_like(norm))


def _shrink_together(weights: Sequence[Tensor], step: float, weighted: bool) -> None:
    norm = torch.linalg.vector_norm(torch.cat([w.flatten() for w in weights]))
    share = _share_left(norm, step * _factor(sum(w.numel() for w in weights), weighted))
    for weight in weights:
        weight.mul_(share)


def _silence_bias(model: nn.Module, name: str) -> None:
    layer = model.get_submodule(name.rpartition(".")[0])
    if getattr(layer, "bias", None) is not None:
        layer.bias.masked_fill_(group_norms(layer.weight) == 0, 0.0)


def _tuple(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def _check(model: nn.Module, groups: Mapping[str | tuple[str, ...], str]) -> None:
    parameters = dict(model.named_parameters())
    for names, kind in groups.items():
        for name in _tuple(names):
            if name not in parameters:
                raise ValueError(f"groups names {name!r}; the model has {', '.join(parameters)}")
        if isinstance(names, tuple) and kind != "layer":
            raise ValueError(f"groups of several tensors must be one 'layer', got {kind!r}")
        if kind not in GROUPS:
            raise ValueError(f"groups must be one of {', '.join(GROUPS)}, got {kind!r}")
        if isinstance(names, str) and kind != "layer" and parameters[names].dim() < 2:
            raise ValueError(f"groups of {names!r} must be 'layer' (it is a vector), got {kind!r}")
