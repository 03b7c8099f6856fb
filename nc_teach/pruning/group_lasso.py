"""Group lasso: a penalty that drives whole filters, channels or neurons to zero, exactly.

Unlike a criterion, which judges a network that is already trained, this trains the network to do
with fewer units. Unlike L1, whose zeros lie anywhere, its zeros come in groups that can be removed.

The penalty is a sum of norms, not of squared norms (that is ridge, which makes no group zero). Its
gradient alone never gives an exact zero either; the step of :mod:`.proximal` does.

Sources: Wen, Wu, Wang, Chen, Li (2016), "Learning Structured Sparsity in Deep Neural Networks",
section 3, where every group counts the same (``weighted=False``); the weight sqrt(size): Yuan and
Lin (2006), "Model selection and estimation in regression with grouped variables", equation 2.1.
"""

import math
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import one_of
from nc_teach.common.weights import named_parameters

GROUPS = ("filters", "channels", "shapes", "layer")
Kind = Annotated[str, one_of(*GROUPS)]
Groups = Mapping[str | tuple[str, ...], Kind]


def group_norms(weight: Tensor, groups: Kind = "filters") -> Tensor:
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
    return kept_norms(weight, groups).flatten()


def group_lasso(model: nn.Module, groups: Groups, *, weighted: bool = True) -> Tensor:
    """The penalty: sum over all groups of sqrt(size) ||w_g||, a scalar with a gradient.

    ``groups`` and ``weighted`` as in ``proximal_step``. Of a group of zeros the gradient is zero.

    >>> layer = nn.Linear(2, 2)
    >>> _ = layer.weight.data.copy_(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
    >>> round(group_lasso(layer, {"weight": "filters"}).item(), 3)  # sqrt(2) * 5 + sqrt(2) * 0
    7.071
    """
    check_groups(model, groups)
    total = torch.zeros((), device=next(model.parameters()).device)
    for names, kind in groups.items():
        weights = [model.get_parameter(name) for name in _names(names)]
        if isinstance(names, tuple):
            norm = torch.linalg.vector_norm(torch.cat([w.flatten() for w in weights]))
            total = total + factor(sum(w.numel() for w in weights), weighted) * norm
        else:
            norms = group_norms(weights[0], kind)
            total = total + factor(weights[0].numel() / norms.numel(), weighted) * norms.sum()
    return total


def kept_norms(weight: Tensor, groups: Kind) -> Tensor:
    """The norms in a shape that multiplies the weight's."""
    every = list(range(weight.dim()))
    over = {"filters": every[1:], "channels": [0, *every[2:]], "shapes": [0], "layer": every}[
        groups
    ]
    return torch.linalg.vector_norm(weight, dim=over, keepdim=True)  # 1 in each summed dimension


def factor(size: float, weighted: bool) -> float:
    """How much a group of ``size`` weights counts: sqrt(size), or 1."""
    return math.sqrt(size) if weighted else 1.0


def _names(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def check_groups(model: nn.Module, groups: Groups) -> None:
    every = [name for names in groups for name in _names(names)]
    parameters = named_parameters(model, "groups", every)
    for names, kind in groups.items():
        if isinstance(names, tuple) and kind != "layer":
            raise ValueError(f"groups of several tensors must be one 'layer', got {kind!r}")
        if isinstance(names, str) and kind != "layer" and parameters[names].dim() < 2:
            raise ValueError(f"groups of {names!r} must be 'layer' (it is a vector), got {kind!r}")
