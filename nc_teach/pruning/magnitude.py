"""Magnitude: the further a weight is from zero, the more it matters.

The simplest criterion there is, and still the one to beat. Unlike random removal it looks at the
weight; unlike the criteria of second order it does not look at the loss.

Source: Han, Pool, Tran, Dally (2015), "Learning both Weights and Connections for Efficient Neural
Networks", section 3.
"""

from typing import overload

from torch import Tensor, nn

from nc_teach.pruning.masks import prunable_weights


@overload
def magnitude(of: Tensor) -> Tensor: ...
@overload
def magnitude(of: nn.Module) -> dict[str, Tensor]: ...
def magnitude(of: nn.Module | Tensor) -> dict[str, Tensor] | Tensor:
    """Score |w| for a tensor, or for every prunable weight of a model. Higher = keep.

    Returns a float tensor in the shape of the weight; for a model a dict from parameter name to
    scores. Nothing is changed.

    >>> import torch
    >>> magnitude(torch.tensor([0.5, -2.0, 0.0]))
    tensor([0.5000, 2.0000, 0.0000])
    """
    if isinstance(of, Tensor):
        return of.detach().abs()
    return {name: magnitude(weight) for name, weight in prunable_weights(of).items()}
