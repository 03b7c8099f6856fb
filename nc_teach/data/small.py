"""The data sets inside the package: one ``.npz`` each, read by numpy alone.

LZMA keeps the three in 9.5 MB where the usual deflate of ``.npz`` needs 11 MB; the largest opens in
half a second. ``make_small.py`` makes them.
"""

import lzma
import zipfile
from importlib.resources import files

import numpy as np

from .dataset import Dataset, from_arrays
from .sources import Source

SPLITS = ("train", "validation", "test")


def load_small(source: Source, scale: str = "small") -> Dataset:
    """The data set of ``source`` that is inside the package.

    ``scale`` is only what the result says of itself. Raises ``ValueError`` when the file in the
    package is damaged.
    """
    arrays = _arrays(f"{source.name}.npz")
    pairs = [(arrays[f"{split}_images"], arrays[f"{split}_labels"]) for split in SPLITS]
    return from_arrays(source, scale, pairs)


def _arrays(name: str) -> dict[str, np.ndarray]:
    try:
        with (
            (files(__package__) / "small" / name).open("rb") as file,
            np.load(file, allow_pickle=False) as stored,
        ):
            return dict(stored)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, lzma.LZMAError) as error:
        raise ValueError(
            f"nc_teach/data/small/{name} is damaged: {error}; install nc_teach anew"
        ) from error
