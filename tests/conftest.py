"""Small data and small nets that the unit tests share."""

import os
from pathlib import Path

import pytest
import torch

from nc_teach.data import Dataset, Split

torch.set_num_threads(1)
os.environ.setdefault("NC_TEACH_STILL", "1")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


def make_split(count: int, seed: int) -> Split:
    """Three classes of 4 x 4 images: a bright row at the top, in the middle or at the bottom."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 3
    images = 0.3 * torch.rand(count, 1, 4, 4, generator=generator)
    images[torch.arange(count), 0, labels] += 0.5
    return Split(images, labels)


@pytest.fixture(scope="session")
def rows() -> Dataset:
    """A tiny data set that a linear layer can learn in a few steps."""
    return Dataset(
        name="rows",
        scale="small",
        train=make_split(90, 0),
        validation=make_split(30, 1),
        test=make_split(30, 2),
        classes=("top", "middle", "bottom"),
        source="made by the tests",
    )
