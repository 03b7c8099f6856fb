"""The complete MNIST and Fashion-MNIST: from the reader's folder, else downloaded into it once.

Unlike the small sets, these files are not ours, so each is checked against the sha256 of the
original whenever it is read.
"""

import os
from pathlib import Path

import numpy as np

from . import verify
from .dataset import Dataset, from_arrays
from .download import download
from .sources import IdxFile, Source


def load_full(
    source: Source,
    root: str | os.PathLike[str] | None = None,
    mirrors: tuple[str, ...] | None = None,
) -> Dataset:
    """The complete data set of ``source``: all but the last ``source.held_out`` of the training
    file, those, and the test file.

    ``root`` is the folder to look in and to download into, as :func:`data_folder` takes it. What is
    missing comes from ``mirrors``, by default ``source.mirrors``. Raises ``ValueError`` when a file
    that is there is broken, cut short or foreign, and ``OSError`` when one that is not there cannot
    be had.
    """
    folder = data_folder(root)
    mirrors = source.mirrors if mirrors is None else mirrors
    images, labels, test_images, test_labels = (
        _array(file, folder, source, mirrors) for file in source.files
    )
    cut = len(images) - source.held_out
    pairs = [(images[:cut], labels[:cut]), (images[cut:], labels[cut:]), (test_images, test_labels)]
    return from_arrays(source, "full", pairs)


def data_folder(root: str | os.PathLike[str] | None = None) -> Path:
    """``root``, else the folder in ``NC_TEACH_DATA``, else a cache folder of the user's.

    It need not be there yet. Raises ``ValueError`` when it is a file.

    >>> data_folder("my_data").name
    'my_data'
    """
    named = root if root is not None else os.environ.get("NC_TEACH_DATA")
    if not named:
        import platformdirs

        return platformdirs.user_cache_path("nc_teach", appauthor=False)
    folder = Path(named).expanduser()
    if folder.is_file():
        given_by = "NC_TEACH_DATA" if root is None else "root"
        raise ValueError(f"{given_by} must be a folder, got the file {folder}")
    return folder


def _array(file: IdxFile, folder: Path, source: Source, mirrors: tuple[str, ...]) -> np.ndarray:
    path = find(file, folder, source)
    if path is None:
        return download(file, folder / source.folders[0], mirrors)
    try:
        return verify.read_file(path, file)
    except ValueError as error:
        raise ValueError(
            f"{error}. Move it away, or into a folder named after its own data set; "
            "the right one is then downloaded"
        ) from error


def find(file: IdxFile, folder: Path, source: Source) -> Path | None:
    """Where the file already is: in a usual sub-folder or in ``folder``, in a usual spelling."""
    spellings = (file.name, file.name.replace("-idx", ".idx"))
    for place in (*source.folders, "."):
        for spelling in spellings:
            for ending in ("", ".gz"):
                path = folder / place / (spelling + ending)
                if path.is_file():
                    return path
    return None
