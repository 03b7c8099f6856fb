"""One file of named tensors: ``NCT1``, header length, JSON header, tensors, CRC-32.

Unlike ``torch.save`` nothing in it is ever executed when it is read, every tensor may have the
encoding that makes it smallest, and a file that is damaged, cut short or made up is refused.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach.common.arguments import check_choice
from nc_teach.common.files import write_whole
from nc_teach.common.foreign import parse
from nc_teach.common.kinds import one_of
from nc_teach.storage import container
from nc_teach.storage.container import Piece, Row, Stored
from nc_teach.storage.encodings import BITS_ONLY, ENCODINGS, Sizes

MAGIC = b"NCT1"

Encoding = Annotated[str, one_of("smallest", *ENCODINGS)]


def encode(tensors: Mapping[str, Tensor], encoding: Encoding = "smallest") -> bytes:
    """All ``tensors`` as the bytes of one file.

    ``encoding`` is "smallest" (for each tensor whichever is shortest), "dense", "bitmask",
    "relative" or "csr" (that one for all; tensors of true and false always take one bit each).
    A tensor with two names, which two layers share, is written once; the second names the first.
    -0.0, which a mask leaves when it is multiplied, is written as the 0.0 that it is equal to.
    Raises ``ValueError`` for another encoding, or what is not a tensor of one of the usual dtypes.

    >>> data = encode({"w": torch.tensor([0.0, 0.0, 1.5])})
    >>> decode(data)["w"].tolist()
    [0.0, 0.0, 1.5]
    """
    known = ENCODINGS if encoding == "smallest" else {encoding: ENCODINGS[encoding]}

    def write(tensor: Tensor) -> tuple[str, list[Piece]]:
        cells = container.flat(tensor).reshape(_sizes(list(tensor.shape), tensor.element_size()))
        choices = BITS_ONLY if tensor.dtype == torch.bool else known
        written = {how: to_bytes(cells) for how, (to_bytes, _) in choices.items()}
        how, blob = min(written.items(), key=lambda item: len(item[1]))
        return how, [("numbers", blob)]

    header, body = container.described(tensors, write, _row)
    blobs = [data for _, data in body]
    head = json.dumps(header, separators=(",", ":")).encode()
    start, end = container.sealed(MAGIC, head, blobs)
    return b"".join([start, *blobs, end])


def decode(data: bytes, name: str = "data") -> dict[str, Tensor]:
    """The tensors in ``data``, on the CPU, bit for bit as they were (but see -0.0 above).

    Raises ``ValueError`` that begins with ``name`` for anything but a whole, undamaged file.
    """
    head, body = container.unsealed(data, MAGIC, name, "file of nc_teach")
    with container.naming(name):
        return container.restored(parse(head), body, _stored, _read)


def save(model: nn.Module, path: str | Path, encoding: Encoding = "smallest") -> int:
    """Write the model's ``state_dict`` to ``path``; return the file's size in bytes."""
    return write_whole(path, encode(model.state_dict(), encoding))


def load(path: str | Path) -> dict[str, Tensor]:
    """Read what :func:`save` wrote: a ``state_dict`` for ``model.load_state_dict``.

    Raises ``ValueError`` naming the file when it is foreign, damaged, cut short or made up.
    """
    return decode(Path(path).read_bytes(), str(path))


def _row(stored: Stored) -> Row:
    return [stored.shape, stored.dtype, stored.how, *stored.sizes]


def _stored(row: Row) -> Stored:
    shape, dtype, how, size = row
    return Stored.of(dtype, shape, how, [size])


def _read(pieces: list[bytes], entry: Stored) -> np.ndarray:
    known = BITS_ONLY if entry.dtype == "bool" else ENCODINGS
    check_choice("its encoding", entry.how, known)
    _, from_bytes = known[entry.how]
    (blob,) = pieces
    return from_bytes(blob, _sizes(entry.shape, entry.width))


def _sizes(shape: list[int], width: int) -> Sizes:
    """Rows are the first dimension, and one where there is none; all the others are columns.

    >>> _sizes([20, 1, 5, 5], 4), _sizes([], 4), _sizes([7], 2)
    ((20, 25, 4), (1, 1, 4), (1, 7, 2))
    """
    if len(shape) < 2:
        return 1, math.prod(shape), width
    return shape[0], math.prod(shape[1:]), width
