"""One file of named tensors: ``NCT1``, header length, JSON header, tensors, CRC-32.

Unlike ``torch.save`` nothing in it is ever executed when it is read, every tensor may have the
encoding that makes it smallest, and a file that is damaged or cut short is refused.
"""

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach.common.files import write_whole
from nc_teach.common.kinds import one_of
from nc_teach.storage.encodings import BITS_ONLY, ENCODINGS

MAGIC = b"NCT1"
KNOWN = "float32 float64 float16 bfloat16 bool uint8 int8 int16 int32 int64"
DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in KNOWN.split()}

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
    header: list[list[object]] = []
    blobs: list[bytes] = []
    tied = first_names(tensors)
    for name, tensor in tensors.items():
        if name in tied:
            header.append([name, tied[name]])
            continue
        dtype = str(tensor.dtype).removeprefix("torch.")
        if dtype not in DTYPES:
            raise ValueError(
                f"{name!r} must have one of the dtypes {', '.join(DTYPES)}, got {dtype}"
            )
        cells, choices = _cells(tensor), BITS_ONLY if dtype == "bool" else known
        written = {how: to_bytes(cells) for how, (to_bytes, _) in choices.items()}
        how, blob = min(written.items(), key=lambda item: len(item[1]))
        header.append([name, list(tensor.shape), dtype, how, len(blob)])
        blobs.append(blob)
    head = json.dumps(header, separators=(",", ":")).encode()
    body = b"".join([MAGIC, len(head).to_bytes(4, "little"), head, *blobs])
    return body + zlib.crc32(body).to_bytes(4, "little")


def decode(data: bytes, name: str = "data") -> dict[str, Tensor]:
    """The tensors in ``data``, on the CPU, bit for bit as they were (but see -0.0 above).

    Raises ``ValueError`` that begins with ``name`` for anything but a whole, undamaged file.
    """
    if data[:4] != MAGIC:
        raise ValueError(f"{name} is not a file of nc_teach: it must begin with {MAGIC.decode()}")
    if len(data) < 12 or zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise ValueError(f"{name} is damaged or cut short: its checksum does not match")
    tensors: dict[str, Tensor] = {}
    start = 8 + int.from_bytes(data[4:8], "little")
    for key, *entry in json.loads(data[8:start]):
        if len(entry) == 1:  # tied to the tensor of this name
            tensors[key] = tensors[entry[0]]
            continue
        shape, dtype, how, size = entry
        blob, start = data[start : start + size], start + size
        tensors[key] = _tensor(blob, shape, DTYPES[dtype], how)
    return tensors


def save(model: nn.Module, path: str | Path, encoding: Encoding = "smallest") -> int:
    """Write the model's ``state_dict`` to ``path``; return the file's size in bytes."""
    return write_whole(path, encode(model.state_dict(), encoding))


def load(path: str | Path) -> dict[str, Tensor]:
    """Read what :func:`save` wrote: a ``state_dict`` for ``model.load_state_dict``.

    Raises ``ValueError`` naming the file when it is foreign, damaged or cut short.
    """
    return decode(Path(path).read_bytes(), str(path))


def first_names(tensors: Mapping[str, Tensor]) -> dict[str, str]:
    """For each tensor that has another name before this one, that first name: tied weights.

    Two names are of one tensor when it lies in the same memory and is read in the same way.
    Raises ``ValueError`` for what is not a tensor.

    >>> one = torch.zeros(3, 3)
    >>> first_names({"a": one, "b": one.detach(), "c": one.T})
    {'b': 'a'}
    """
    firsts: dict[tuple[object, ...], str] = {}
    for name, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            raise ValueError(f"{name!r} must be a tensor, got a {type(tensor).__name__}")
    places = {
        name: (t.device, t.data_ptr(), t.dtype, t.shape, t.stride())
        for name, t in tensors.items()
        if t.layout == torch.strided  # dense
    }
    first = {name: firsts.setdefault(place, name) for name, place in places.items()}
    return {name: earlier for name, earlier in first.items() if earlier != name}


def _cells(tensor: Tensor) -> np.ndarray:
    """The numbers of a tensor as a rows x columns x width array of bytes; -0.0 has become 0.0."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    if flat.is_floating_point():
        flat = flat.masked_fill(flat == 0, 0.0)
    return flat.view(torch.uint8).numpy().reshape(_sizes(tensor.shape, flat.element_size()))


def _sizes(shape: Sequence[int], width: int) -> tuple[int, int, int]:
    """Rows are the first dimension, and one where there is none; all the others are columns.

    >>> _sizes((20, 1, 5, 5), 4), _sizes((), 4), _sizes((7,), 2)
    ((20, 25, 4), (1, 1, 4), (1, 7, 2))
    """
    if len(shape) < 2:
        return 1, math.prod(shape), width
    return shape[0], math.prod(shape[1:]), width


def _tensor(blob: bytes, shape: list[int], dtype: torch.dtype, how: str) -> Tensor:
    width = torch.empty((), dtype=dtype).element_size()
    _, from_bytes = (ENCODINGS | BITS_ONLY)[how]
    cells = torch.from_numpy(from_bytes(blob, _sizes(shape, width)).copy())
    return cells.reshape(-1).view(dtype).reshape(shape)
