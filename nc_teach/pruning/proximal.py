"""The proximal step of group lasso: each group a bit shorter after each update, or exactly zero.

Unlike the penalty's gradient, which pulls a group past zero and back for ever, this stops at zero.
(Wen et al. followed the gradient, and their code sets weights below 0.0001 to zero after each
update.)

A weight that no gradient reaches, because its filter is silent, gets shorter for ever. Below
1.2e-38 float32 has only subnormal numbers, with which a processor multiplies many times as slowly:
73 of them among 25,000 made a LeNet-5 twice as slow. So they become zero.

Source: Yuan and Lin (2006), "Model selection and estimation in regression with grouped variables",
equation 2.4; what it is used for here: Wen, Wu, Wang, Chen, Li (2016), "Learning Structured
Sparsity in Deep Neural Networks", section 3.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import NotNegative
from nc_teach.models import weight_of
from nc_teach.pruning.group_lasso import Groups, Kind, check_groups, factor, group_norms, kept_norms


def shrink_groups(
    weight: Tensor, step: NotNegative, groups: Kind = "filters", *, weighted: bool = True
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

    Raises ``ValueError`` for a negative step, or groups that are not one of the four kinds.
    """
    norms = kept_norms(weight, groups)  # such as out x 1 x 1 x 1 for filters
    share = _share_left(norms, step * factor(weight.numel() / norms.numel(), weighted))
    return _without_subnormal(weight * share)


def proximal_step(
    groups: Groups,
    lr: NotNegative,
    strength: NotNegative,
    *,
    weighted: bool = True,
) -> Callable[[nn.Module], nn.Module]:
    """A hook for ``fit(..., after_step=...)``: every group gets lr strength sqrt(size) shorter.

    The optimizer follows the gradient of the task's loss alone, and this takes the penalty's step.
    A group that is zero may come back with the next gradient, as long as training goes on.

    Raises ``ValueError`` for lr or strength out of range now; for groups that do not fit the model
    when the hook is called, before anything has changed.

    - ``groups``: Parameter name -> "filters", "channels", "shapes" or "layer". A tuple of names ->
      "layer" is one group of several tensors: a whole residual branch (depth). Give its batch
      normalisation's weight and bias too, or the branch of zeros still adds a constant;
      ``branch_groups`` does. (Wen et al. took a group per convolution.) With "filters" the layer's
      bias is set to zero where its filter is, so that a unit without weights says nothing and can
      be removed.
    - ``lr``: The optimizer's learning rate. (With momentum m its gradients act 1 / (1 - m) times as
      much in the end, and this step does not: the same ``strength`` then shrinks less.)
    - ``strength``: Factor of the penalty beside the loss (lambda).
    - ``weighted``: Whether a group counts sqrt(size) times, as Yuan and Lin have it: a filter of 25
      weights then gets shorter by a fifth of what one of 625 does. Without it, as in Wen et al.,
      all groups get shorter by lr strength.
    """

    def shrink(model: nn.Module) -> nn.Module:
        check_groups(model, groups)
        with torch.no_grad():
            for names, kind in groups.items():
                if isinstance(names, tuple):
                    tensors = [model.get_parameter(n) for n in names]
                    _shrink_together(tensors, lr * strength, weighted)
                else:
                    weight = model.get_parameter(names)
                    weight.copy_(shrink_groups(weight, lr * strength, kind, weighted=weighted))
                    # A unit without weights would still send its bias on.
                    if kind == "filters":
                        _zero_bias(model, names)
        return model

    return shrink


def _share_left(norm: Tensor, threshold: float) -> Tensor:
    """max(0, 1 - threshold / norm), and 0 for a norm of 0."""
    return torch.where(norm > threshold, 1 - threshold / norm, torch.zeros_like(norm))


def _shrink_together(weights: Sequence[Tensor], step: float, weighted: bool) -> None:
    norm = torch.linalg.vector_norm(torch.cat([w.flatten() for w in weights]))  # scalar
    share = _share_left(norm, step * factor(sum(w.numel() for w in weights), weighted))
    for weight in weights:
        weight.copy_(_without_subnormal(weight * share))


def _without_subnormal(weight: Tensor) -> Tensor:
    return F.hardshrink(weight, torch.finfo(weight.dtype).tiny)  # 0 up to there, as it is beyond


def _zero_bias(model: nn.Module, name: str) -> None:
    layer = model.get_submodule(name.rpartition(".")[0])
    if isinstance(bias := getattr(layer, "bias", None), Tensor):
        bias.masked_fill_(group_norms(weight_of(layer)) == 0, 0.0)
