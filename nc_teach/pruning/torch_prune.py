"""Hand masks to ``torch.nn.utils.prune``, and take them from it."""

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
    check_masks(model, masks)
    for name, mask in masks.items():
        layer, _, tensor = name.rpartition(".")
        prune.custom_from_mask(model.get_submodule(layer), tensor, mask)
    return model


def from_torch_prune(model: nn.Module, remove: bool = False) -> Masks:
    """The masks that ``torch.nn.utils.prune`` keeps in the model, as name -> bool tensor.

    ``remove=True`` also makes the pruning permanent: the weights become ordinary parameters again,
    zero where they are removed. Returns an empty dict for a model that is not pruned that way.
    """
    masks = {}
    for path, layer in list(model.named_modules()):
        for buffer, mask in list(layer.named_buffers(recurse=False)):
            tensor = buffer.removesuffix("_mask")
            if tensor != buffer and hasattr(layer, f"{tensor}_orig"):
                masks[f"{path}.{tensor}" if path else tensor] = mask.bool()
                if remove:
                    prune.remove(layer, tensor)
    return masks
