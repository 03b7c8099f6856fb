"""Checks of arguments that techniques share; each raises ``ValueError`` that names the argument."""

from collections.abc import Collection

import torch
from torch import Tensor


def check_choice(name: str, value: str, choices: Collection[str]) -> None:
    """``value`` must be one of a few words."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")


def check_shape(what: str, shape: torch.Size, wanted: torch.Size) -> None:
    """``what`` must have the ``wanted`` shape."""
    if shape != wanted:
        raise ValueError(f"{what} must have shape {tuple(wanted)}, got {tuple(shape)}")


def check_mask(name: str, mask: Tensor, shape: torch.Size) -> None:
    """Raise ``ValueError`` unless ``mask`` is a bool tensor of the given shape."""
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        kind = str(mask.dtype) if isinstance(mask, Tensor) else type(mask).__name__
        raise ValueError(f"the mask of {name!r} must be a bool tensor (True = kept), got {kind}")
    check_shape(f"the mask of {name!r}", mask.shape, shape)
