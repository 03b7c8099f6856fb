"""Reading a file that must be one particular file, whoever it comes from.

The unpacked bytes are what counts: the same idx file is found gzipped in many ways.
"""

import gzip
import hashlib
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from . import idx
from .sources import SOURCES, IdxFile


def read(body: BufferedIOBase, file: IdxFile, where: str) -> np.ndarray:
    """The array in ``body``, once its bytes have proved to be those of ``file``.

    ``body`` is an open file at its beginning, gzipped or not, which an error calls ``where``. At
    most ``file.size`` bytes and one more are unpacked, so a small file that would unpack to a giant
    one does no harm. The array is uint8, in the shape that the file states. Raises ``ValueError``
    when it is broken, cut short, foreign or changed; the message says which.
    """
    content = _unpacked(body, file.size + 1, where)
    if len(content) > file.size:
        raise ValueError(f"{where} is too long: more than the {file.size:,} bytes of {file.name}")
    array = idx.parse(content, where)
    given = hashlib.sha256(content).hexdigest()
    if given != file.sha256:
        raise ValueError(
            f"{where} is not the {file.name} it should be{_whose(given)}: the sha256 of the "
            f"unpacked bytes is {given}, expected {file.sha256}"
        )
    return array


def read_file(path: Path, file: IdxFile) -> np.ndarray:
    """The array in the file at ``path``, as :func:`read` gives it."""
    with path.open("rb") as body:
        return read(body, file, str(path))


def _unpacked(body: BufferedIOBase, most: int, where: str) -> bytes:
    """At most ``most`` bytes; gzip is known by how the file begins, not by its name."""
    gzipped = body.read(2) == b"\x1f\x8b"
    body.seek(0)
    try:
        return gzip.GzipFile(fileobj=body).read(most) if gzipped else body.read(most)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{where} is a broken gzip file: {error}") from error


def _whose(sha256: str) -> str:
    """A hint for the usual mix-up: MNIST and Fashion-MNIST give their files the same names."""
    for source in SOURCES.values():
        for file in source.files:
            if file.sha256 == sha256:
                return f" (it is {file.name} of {source.title})"
    return ""
