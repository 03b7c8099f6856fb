"""Clothes turned by any angle, and digits that are all of one class: images of which half are easy.

Unlike :mod:`.points`, whose easy and hard inputs are drawn from formulas, these are real images: a
camera over a conveyor belt that sorts clothes, and sees something else half of the time.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from nc_teach import data
from nc_teach.data import Dataset, Split

SIZES = (3000, 1000, 3000)  # train, validation, test: half of each is clothes


def turned(images: Tensor, generator: torch.Generator) -> Tensor:
    """Every image turned by an angle of its own, all angles alike: N x C x H x W."""
    angles = 2 * math.pi * torch.rand(len(images), generator=generator)
    cos, sin, zero = angles.cos(), angles.sin(), torch.zeros(len(images))
    rows = [torch.stack([cos, -sin, zero], dim=1), torch.stack([sin, cos, zero], dim=1)]
    grid = F.affine_grid(torch.stack(rows, dim=1), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def mixed(clothes: Dataset, seed: int, sizes: tuple[int, int, int] = SIZES) -> Dataset:
    """Turned clothes, and as many digits that are all of one class more, in a random order."""
    digits, generator = data.load("mnist"), torch.Generator().manual_seed(seed)
    extra, splits = len(clothes.classes), []
    for name, size in zip(("train", "validation", "test"), sizes, strict=True):
        worn, written = (getattr(one, name).subset(size // 2) for one in (clothes, digits))
        images = torch.cat([turned(worn.images, generator), written.images])
        labels = torch.cat([worn.labels, torch.full_like(written.labels, extra)])
        order = torch.randperm(len(images), generator=generator)
        splits.append(Split(images[order], labels[order]))
    classes = (*clothes.classes, "no clothes")
    train, validation, test = splits
    name = "turned clothes and digits"
    return Dataset(name, "small", train, validation, test, classes, "made here, from a seed")
