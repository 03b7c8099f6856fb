"""Hand masks to ``torch.nn.utils.prune``, and take them from it."""

import torch
from torch import nn
from torch.nn.utils import prune

from nc_teach.common.kinds import MaskOf
from nc_teach.pruning.masks import Masks, check_masks


def to_torch_prune(model: nn.Module, masks: MaskOf) -> nn.Module:
    """Register ``masks`` with ``torch.nn.utils.prune``, in place, and return the model.

    Each named weight becomes ``weight_orig`` with a buffer ``weight_mask``, as after
    ``torch.nn.utils.prune.custom_from_mask``. Raises ``ValueError`` for a mask that does not fit,
    before any is registered.
    """
    parameters = check_masks(model, masks)
    for name, mask in masks.items():
        for twin in [n for n, p in parameters.items() if p is parameters[name]]:  # tied: all
            layer, _, tensor = twin.rpartition(".")
            prune.custom_from_mask(model.get_submodule(layer), tensor, mask)
    return model


def from_torch_prune(model: nn.Module, remove: bool = False) -> Masks:
    """The masks that ``torch.nn.utils.prune`` keeps in the model, as name -> bool tensor.

    ``remove=True`` also makes the pruning permanent: the weights become ordinary parameters again,
    zero where they are removed. Returns an empty dict for a model that is not pruned that way. A
    weight that layers share has one mask, under its first name; ``ValueError`` if theirs differ.
    """
    masks: Masks = {}
    first: dict[int, str] = {}  # the first name of each pruned parameter
    pruned = [
        (path, layer, buffer.removesuffix("_mask"), mask.bool())
        for path, layer in model.named_modules()
        for buffer, mask in layer.named_buffers(recurse=False)
        if buffer.endswith("_mask") and hasattr(layer, buffer.replace("_mask", "_orig"))
    ]
    for path, layer, tensor, mask in pruned:
        own = f"{path}.{tensor}".lstrip(".")
        name = first.setdefault(id(getattr(layer, f"{tensor}_orig")), own)
        if not torch.equal(masks.setdefault(name, mask), mask):
            raise ValueError(f"model must have one mask for {name!r}, got another for {own!r}")
    for _, layer, tensor, _ in pruned if remove else ():
        prune.remove(layer, tensor)
    return masks
