"""What both of the course's files are: a magic word, header length, header, pieces, CRC-32.

The header has a row for each tensor: its name and how it is stored, or its name and that of an
earlier tensor, which it is. All rows are held to the file's own bytes before anything is made of
them: a checksum finds what has gone wrong on the way, and not what somebody meant.
"""

import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias, TypeGuard

import numpy as np
import torch
from torch import Tensor

from nc_teach.common.foreign import shortened
from nc_teach.storage.exact import check_room, cut

KNOWN = "float32 float64 float16 bfloat16 bool uint8 int8 int16 int32 int64"
DTYPES: dict[str, torch.dtype] = {name: getattr(torch, name) for name in KNOWN.split()}
MOST_DIMENSIONS = 64
Row: TypeAlias = list[object]
Piece: TypeAlias = tuple[str, bytes]  # what it is for, and the bytes


class Stored(NamedTuple):
    """How a tensor is stored: its dtype's name, its shape, the way, the bytes of each piece."""

    dtype: str
    shape: list[int]
    how: str
    sizes: list[int]

    @classmethod
    def of(cls, dtype: object, shape: object, how: object, sizes: object) -> "Stored":
        """From what a file says. Raises ``ValueError`` where that cannot be."""
        if not isinstance(dtype, str) or dtype not in DTYPES or not isinstance(how, str):
            raise ValueError("its dtype, or the way it is stored, is unknown")
        if not _counts(shape) or not _counts(sizes) or len(shape) > MOST_DIMENSIONS:
            raise ValueError("its shape, or the sizes of its pieces, cannot be")
        if math.prod(max(size, 1) for size in shape) >= 1 << 59:  # also where another size is 0
            raise ValueError("its shape is too large for any memory")
        return cls(dtype, shape, how, sizes)

    @property
    def width(self) -> int:
        """Bytes of a number."""
        return DTYPES[self.dtype].itemsize

    @property
    def numbers(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)


def sealed(magic: bytes, head: bytes, pieces: Sequence[bytes]) -> tuple[bytes, bytes]:
    """What stands before the pieces of a file, and what behind them."""
    start = magic + len(head).to_bytes(4, "little") + head
    return start, zlib.crc32(b"".join([start, *pieces])).to_bytes(4, "little")


def unsealed(data: bytes, magic: bytes, name: str, kind: str) -> tuple[bytes, bytes]:
    """The header of a file, and its pieces in one.

    Raises ``ValueError`` that begins with ``name`` when it is no ``kind``, or not whole.
    """
    if data[:4] != magic:
        raise ValueError(f"{name} is not a {kind}: it must begin with {magic.decode()}")
    if len(data) < 12 or zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise ValueError(f"{name} is damaged or cut short: its checksum does not match")
    start = 8 + int.from_bytes(data[4:8], "little")
    if start > len(data) - 4:
        raise ValueError(f"{name} cannot be read: its header is longer than the file")
    return data[8:start], data[start:-4]


@contextmanager
def naming(name: str) -> Iterator[None]:
    """What is wrong in here is said with this name, of a file or of a tensor."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{name} cannot be read: {error}") from error


def described(
    tensors: Mapping[str, Tensor],
    write: Callable[[Tensor], tuple[str, list[Piece]]],
    row: Callable[[Stored], Row],
) -> tuple[list[Row], list[Piece]]:
    """The rows of the header, and the pieces of all tensors; ``write`` stores one in some way.

    Raises ``ValueError`` for what is no tensor, for another dtype than the usual ones, and for so
    many zeros in so few bytes that no reader would believe it.
    """
    rows: list[Row] = []
    body: list[Piece] = []
    asked, tied = 0, first_names(tensors)
    for name, tensor in tensors.items():
        if name in tied:
            rows.append([name, tied[name]])
            continue
        dtype = str(tensor.dtype).removeprefix("torch.")
        if dtype not in DTYPES:
            raise ValueError(
                f"{name!r} must have one of the dtypes {', '.join(DTYPES)}, got {dtype}"
            )
        how, pieces = write(tensor)
        stored = Stored(dtype, list(tensor.shape), how, [len(data) for _, data in pieces])
        rows.append([name, *row(stored)])
        body += pieces
        asked += stored.numbers * stored.width
    check_room(asked, sum(len(data) for _, data in body))
    return rows, body


def restored(
    rows: object,
    body: bytes,
    stored: Callable[[Row], Stored],
    read: Callable[[list[bytes], Stored], np.ndarray],
) -> dict[str, Tensor]:
    """The tensors that :func:`described` was given; ``read`` makes an array of one's pieces.

    Raises ``ValueError`` for anything that :func:`described` does not write.
    """
    entries = _entries(rows, stored)
    kept = [entry for entry in entries.values() if isinstance(entry, Stored)]
    check_room(sum(entry.numbers * entry.width for entry in kept), len(body))
    pieces = iter(cut(body, *(size for entry in kept for size in entry.sizes)))
    tensors: dict[str, Tensor] = {}
    for name, entry in entries.items():
        if isinstance(entry, str):
            tensors[name] = tensors[entry]
            continue
        with naming(repr(name)):
            numbers = read([next(pieces) for _ in entry.sizes], entry)
            if entry.dtype == "bool" and numbers.max(initial=0) > 1:
                raise ValueError("true and false must be 1 and 0")
        row = torch.empty(entry.numbers, dtype=DTYPES[entry.dtype], device="cpu")
        row.view(torch.uint8).numpy()[:] = numbers.view(np.uint8).reshape(-1)
        tensors[name] = row.reshape(entry.shape)
    return tensors


def _entries(rows: object, stored: Callable[[Row], Stored]) -> dict[str, Stored | str]:
    """For each name how its tensor is stored, or which earlier one it is."""
    entries: dict[str, Stored | str] = {}
    if not isinstance(rows, list):
        raise ValueError("its header must be a list of rows")
    for row in rows:
        match row:
            case [str(name), str(first)] if name not in entries and first in entries:
                entries[name] = first
            case [str(name), _, _, *_] if name not in entries:
                with naming(repr(name)):
                    entries[name] = stored(row[1:])
            case _:
                raise ValueError(f"no row of its header may be {shortened(repr(row))}")
    return entries


def _counts(found: object) -> TypeGuard[list[int]]:
    return isinstance(found, list) and all(type(n) is int and n >= 0 for n in found)


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


def flat(tensor: Tensor) -> np.ndarray:
    """The tensor's bytes in a row; -0.0 has become 0.0."""
    numbers = tensor.detach().cpu().contiguous().reshape(-1)
    if numbers.is_floating_point():
        numbers = numbers.masked_fill(numbers == 0, 0.0)
    return numbers.view(torch.uint8).numpy()
