"""Masks: which weights are kept.

A mask is a bool tensor in the shape of its weight, true = kept, and masks are a plain dict from
parameter name to mask (a weight that layers share has one). Unlike ``torch.nn.utils.prune``
nothing is hidden in the module: a removed weight *is* zero, so a pruned network can be copied,
saved, loaded and traced like any other, and the masks can be read off it at any time.

Training would bring removed weights back (momentum and Adam keep moving a weight whose gradient is
masked), so the masks are put back after every step: ``fit(..., after_step=mask_hook(masks))``.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from nc_teach.common.arguments import check_mask
from nc_teach.common.kinds import MaskOf
from nc_teach.common.weights import named_parameters
from nc_teach.models import layer_weights

Masks = dict[str, Tensor]


def prunable_weights(model: nn.Module) -> dict[str, nn.Parameter]:
    """What can be pruned: the weights of all linear and convolutional layers; no biases, no norms.

    By parameter name. Raises ``ValueError`` when the model has none.

    >>> list(prunable_weights(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))))
    ['0.weight', '2.weight']
    """
    return layer_weights(model)


def apply_masks(model: nn.Module, masks: MaskOf) -> nn.Module:
    """Set every weight to zero whose mask is false, in place, and return the model.

    Weights without a mask stay as they are.

    Raises ``ValueError`` when a mask names no parameter of the model, or has another shape, or is
    not bool; the model is unchanged then.

    >>> layer = nn.Linear(3, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[0.5, -2.0, 1.0]]))
    >>> _ = apply_masks(layer, {"weight": torch.tensor([[False, True, True]])})
    >>> layer.weight.tolist()
    [[0.0, -2.0, 1.0]]
    """
    parameters = check_masks(model, masks)
    with torch.no_grad():
        for name, mask in masks.items():
            weight = parameters[name]
            weight.masked_fill_(~mask.to(weight.device), 0.0)
    return model


def mask_hook(masks: MaskOf) -> Callable[[nn.Module], nn.Module]:
    """A hook for ``fit(..., after_step=...)`` that puts ``masks`` back after every step.

    It acts on the model that it is handed, so a copy of the model can be trained with it as well.
    Like :func:`apply_masks` it refuses masks that do not fit; it multiplies by 0 and 1 instead of
    filling in zeros, because it is called a thousand times and that is several times as fast.
    """
    factors: dict[str, Tensor] = {}  # name -> 0.0 or 1.0 in the shape of the weight

    def put_back(model: nn.Module) -> nn.Module:
        parameters = check_masks(model, masks)
        with torch.no_grad():
            for name, mask in masks.items():
                weight = parameters[name]
                factors[name] = factors.get(name, mask).to(weight)
                weight.mul_(factors[name])
        return model

    return put_back


def masks_of(model: nn.Module) -> Masks:
    """Read the masks off a pruned model: false where a prunable weight is exactly zero."""
    return {name: weight.detach() != 0 for name, weight in prunable_weights(model).items()}


def sparsity(masks: MaskOf) -> float:
    """Share of the weights that are removed, in [0, 1].

    >>> sparsity({"a": torch.tensor([True, False]), "b": torch.tensor([False, False])})
    0.75
    """
    return 1.0 - density(masks)


def density(masks: MaskOf) -> float:
    """Share of the weights that are kept, in [0, 1]."""
    total = sum(mask.numel() for mask in masks.values())
    if not total:
        raise ValueError("masks must hold at least one weight, got none")
    return sum(int(mask.sum()) for mask in masks.values()) / total


def emptied(masks: MaskOf) -> tuple[str, ...]:
    """The names of the weights of which nothing is left: no number gets through such a layer.

    >>> emptied({"a": torch.tensor([True, False]), "b": torch.tensor([False, False])})
    ('b',)
    """
    return tuple(name for name, mask in masks.items() if not mask.any())


def check_masks(model: nn.Module, masks: MaskOf) -> dict[str, nn.Parameter]:
    """The model's parameters; ``ValueError`` unless every mask names one of them and fits it."""
    parameters = named_parameters(model, "masks", masks)
    for name, mask in masks.items():
        check_mask(name, mask, parameters[name].shape)
    return parameters
