"""A data set: three splits, the names of its classes, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .sources import Source
from .splits import Split, size_of

Pair = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Three splits that share nothing, and the names of the classes.

    Train on ``train``, choose on ``validation``, and look at ``test`` once, at the end. All have
    images of one size, and labels from 0 to ``len(classes) - 1``: ``ValueError`` if not. ``name``
    and ``scale`` (how much of it this is) are free words in a data set of one's own, and ``source``
    is one line: who made it, and the licence.

    >>> def blank(n):
    ...     return Split(torch.zeros(n, 3, 4, 4), torch.arange(n) % 2)
    >>> Dataset("mine", "small", blank(6), blank(2), blank(2), ("cat", "dog"), "my own photos")
    Dataset mine (small): 6 train, 2 validation, 2 test images of 3 x 4 x 4, 2 classes
    """

    name: str
    scale: str
    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        if not self.classes:
            raise ValueError("classes must be one or more names, got none")
        for name in ("train", "validation", "test"):
            split = getattr(self, name)
            if size_of(split) != size_of(self.train):
                raise ValueError(
                    f"{name} must have images of {size_of(self.train)} like train, "
                    f"got {size_of(split)}"
                )
            _check_classes(name, split.labels, len(self.classes))

    def __repr__(self) -> str:
        return (
            f"Dataset {self.name} ({self.scale}): {len(self.train):,} train, "
            f"{len(self.validation):,} validation, {len(self.test):,} test {self.train.what} of "
            f"{size_of(self.train)}, {len(self.classes)} classes"
        )

    def to(self, device: torch.device | str) -> Dataset:
        """The same data set on ``device``."""
        moved = {name: getattr(self, name).to(device) for name in ("train", "validation", "test")}
        return replace(self, **moved)


def from_arrays(source: Source, scale: str, pairs: Sequence[Pair]) -> Dataset:
    """The data set of ``source`` from its three splits' images and labels.

    Images are uint8, N x H x W, from 0 to ``source.top``; labels are integers, N.
    """
    train, validation, test = (
        Split(
            torch.from_numpy(images[:, None].astype(np.float32)).div_(source.top),
            torch.from_numpy(labels.astype(np.int64)),
        )
        for images, labels in pairs
    )
    return Dataset(source.name, scale, train, validation, test, source.classes, source.credit)


def _check_classes(name: str, labels: Tensor, classes: int) -> None:
    low, high = (end.item() for end in torch.aminmax(labels))
    if low < 0 or high >= classes:
        raise ValueError(
            f"{name}.labels must be from 0 to {classes - 1}, one for each of the {classes} "
            f"classes, got {low if low < 0 else high}"
        )
