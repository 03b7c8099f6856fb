"""Points of a plane, some hard to tell apart and some easy: data made so that depth can pay.

Inside the unit circle wind two spiral arms, one of each class (hard). Outside of 1.3 the class is
the side of a line (easy). Half of the points are hard. The toy is built so that easy and hard
inputs exist; it shows what gates can do, not that real data need it.
"""

import math

import torch
from torch import Tensor

from nc_teach.data import Dataset, Split

TURNS, NOISE, TOP = 1.5, 0.03, 2.0
COUNTS = (2000, 500, 2000)  # train, validation, test


def points(seed: int, counts: tuple[int, int, int] = COUNTS) -> Dataset:
    """The data set of ``seed``: "images" of 1 x 1 x 2, coordinates from [-2, 2] put into [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    train, validation, test = (_split(count, generator) for count in counts)
    names = ("first", "second")
    return Dataset("points", "small", train, validation, test, names, "made here, from a seed")


def coordinates(split: Split) -> Tensor:
    """N x 2, in [-2, 2]."""
    return 2 * TOP * split.images.flatten(1) - TOP


def is_hard(split: Split) -> Tensor:
    """Which points lie among the spirals: N, bool."""
    return coordinates(split).norm(dim=1) < 1.15


def _split(count: int, generator: torch.Generator) -> Split:
    spirals, inside = _spirals(count // 2, generator)
    sides, outside = _sides(count - count // 2, generator)
    places = torch.cat([spirals, sides])
    images = ((places + TOP) / (2 * TOP)).clamp(0, 1).reshape(-1, 1, 1, 2)
    return Split(images, torch.cat([inside, outside]))


def _spirals(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    labels = torch.arange(count) % 2
    radius = 0.1 + 0.85 * torch.rand(count, generator=generator)
    angle = 2 * math.pi * TURNS * radius + math.pi * labels
    places = radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)
    return places + NOISE * torch.randn(count, 2, generator=generator), labels


def _sides(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    radius = 1.35 + 0.6 * torch.rand(count, generator=generator)
    angle = 2 * math.pi * torch.rand(count, generator=generator)
    places = radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)
    return places, (places[:, 0] > 0).long()
