"""A split: images with their labels.

It checks itself when it is made, so a function that is handed one need not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nc_teach.common.remedies import remedy


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Images with their labels.

    ``images`` are N x C x H x W, float32, from 0 to 1, at least one. ``labels``, N, int64, on the
    same device, say which class each image shows. ``ValueError`` when they are anything else.

    >>> split = Split(torch.zeros(6, 1, 8, 8), torch.tensor([0, 1, 2, 0, 1, 2]))
    >>> split
    Split(6 images of 1 x 8 x 8, cpu)
    >>> split.subset(split.labels == 2)
    Split(2 images of 1 x 8 x 8, cpu)
    """

    images: Tensor
    labels: Tensor

    what = "images"

    def __post_init__(self) -> None:
        _check_images(self.images)
        _check_labels(self.labels, self.images)

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        count = f"{len(self):,} {self.what}"
        return f"{type(self).__name__}({count} of {size_of(self)}, {self.images.device})"

    def to(self, device: torch.device | str) -> Split:
        """The same split on ``device``; itself where it is there already."""
        if self.images.device == torch.device(device):
            return self
        return type(self)(self.images.to(device), self.labels.to(device))

    def subset(self, chosen: int | Sequence[int] | Tensor) -> Split:
        """Fewer images: the first ``chosen``, or those at the indices (or True places) ``chosen``.

        Raises ``ValueError`` when ``chosen`` names an image that is not there, or none at all.

        >>> split = Split(torch.zeros(6, 1, 8, 8), torch.arange(6))
        >>> split.subset(2).labels, split.subset([5, 0]).labels
        (tensor([0, 1]), tensor([5, 0]))
        """
        places = _places(chosen, len(self)).to(self.images.device)
        return type(self)(self.images[places], self.labels[places])


class Samples(Split):
    """Inputs that are no images, with their labels: tables, series, or sequences of tokens.

    ``images`` (the name stays) are float32 and finite, N x features or N x channels x length; or
    integers from 0, N x length. ``ValueError`` when they are anything else.

    >>> Samples(torch.tensor([[4, 2, 9], [1, 1, 0]]), torch.tensor([0, 1]))
    Samples(2 samples of 3, cpu)
    """

    what = "samples"

    def __post_init__(self) -> None:
        _check_samples(self.images)
        _check_labels(self.labels, self.images)


def size_of(split: Split) -> str:
    """The size of one image in words, such as "1 x 28 x 28"."""
    return " x ".join(map(str, split.images.shape[1:]))


def _kind(value: object) -> str:
    if not isinstance(value, Tensor):
        return type(value).__name__
    return f"{str(value.dtype).removeprefix('torch.')} of shape {tuple(value.shape)}"


def _check_images(images: Tensor) -> None:
    right = isinstance(images, Tensor) and images.dtype == torch.float32 and images.ndim == 4
    if not right or images.numel() == 0:
        raise ValueError(
            "images must be a float32 tensor of N x C x H x W with at least one image, "
            f"got {_kind(images)}"
        )
    low, high = (end.item() for end in torch.aminmax(images))
    if not (low >= 0 and high <= 1):  # written so that NaN, which aminmax passes on, fails too
        raise ValueError(f"images must hold numbers from 0 to 1, got {low:g} to {high:g}")


def _check_samples(samples: Tensor) -> None:
    floats = samples.dtype == torch.float32 and samples.ndim in (2, 3)
    tokens = samples.dtype in (torch.int64, torch.int32) and samples.ndim == 2
    if not (floats or tokens) or samples.numel() == 0:
        raise ValueError(
            "samples must be float32, N x features or N x channels x length, or int64 tokens, "
            f"N x length, at least one; got {_kind(samples)}"
        )
    low, high = (end.item() for end in torch.aminmax(samples))
    if not math.isfinite(low + high) or (tokens and low < 0):
        wanted = "integers from 0" if tokens else "finite numbers"
        raise ValueError(f"samples must hold {wanted}, got {low:g} to {high:g}")


def _check_labels(labels: Tensor, images: Tensor) -> None:
    right = isinstance(labels, Tensor) and labels.dtype == torch.int64
    if not right or labels.shape != images.shape[:1]:
        raise ValueError(
            f"labels must be an int64 tensor of shape ({len(images)},), one for each image, "
            f"got {_kind(labels)}{remedy(labels, 'an int64 tensor')}"
        )
    if labels.device != images.device:
        raise ValueError(f"labels must be on {images.device} like images, got {labels.device}")


def _places(chosen: int | Sequence[int] | Tensor, count: int) -> Tensor:
    """The indices that ``chosen`` means among ``count`` images."""
    places = torch.as_tensor(chosen)
    if places.dtype == torch.bool and places.shape == (count,):
        places = places.nonzero().flatten()
    if places.numel() == 0:
        raise ValueError("chosen must name at least one image, got none")
    if places.dtype == torch.bool or places.is_floating_point() or places.ndim > 1:
        raise ValueError(
            f"chosen must be a count, a list of indices, or {count} booleans, got {_kind(places)}"
        )
    if places.ndim == 0:
        if not 1 <= places <= count:
            raise ValueError(f"chosen must be a count from 1 to {count}, got {places.item()}")
        return torch.arange(int(places))
    if places.min() < 0 or places.max() >= count:
        low, high = places.min(), places.max()
        raise ValueError(f"chosen must hold indices from 0 to {count - 1}, got {low} to {high}")
    return places.to(torch.int64)  # torch would take uint8 for booleans
