"""Masks on disk: one bit per weight, checked when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from nc_teach import storage
from nc_teach.pruning.masks import Masks, check_mask


def save_masks(masks: Mapping[str, Tensor], path: str | Path) -> int:
    """Write ``masks`` to ``path`` and return the file's size in bytes."""
    for name, mask in masks.items():
        check_mask(name, mask, getattr(mask, "shape", None))
    return storage.write_whole(path, storage.encode(masks))


def load_masks(path: str | Path) -> Masks:
    """Read what :func:`save_masks` wrote.

    Raises ``ValueError`` naming the file when it is foreign, damaged, cut short, or holds something
    other than masks.
    """
    masks = storage.load(path)
    for name, mask in masks.items():
        check_mask(name, mask, getattr(mask, "shape", None))
    return masks
