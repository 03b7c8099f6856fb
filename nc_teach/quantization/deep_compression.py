"""Deep Compression: pruned, clustered and Huffman-coded weights in one real file.

Unlike :mod:`nc_teach.storage`, whose numbers keep their 32 bits, this stores for each tensor where
its numbers are and which of a few shared values each has, in whichever way takes the fewest bytes
(:mod:`~nc_teach.quantization.sparse_streams`). Nothing is approximated here: what pruning,
clustering and fine-tuning have made of the network is written as it is, and read back bit for bit.
Every byte that is needed for that is in the file, and its size is the size that we report:

``NCD1``, length of the header (4 bytes), header (names, shapes, lengths of the pieces; JSON,
deflated), the pieces, CRC-32.

Source: Han, Mao, Dally (2016), "Deep Compression: Compressing Deep Neural Networks with Pruning,
Trained Quantization and Huffman Coding", figure 1.
"""

import json
import zlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
from torch import Tensor, nn

from nc_teach.common.files import write_whole
from nc_teach.common.foreign import parse
from nc_teach.common.kinds import one_of
from nc_teach.quantization.sparse_streams import (
    FIXED,
    HUFFMAN,
    Coder,
    read_gaps,
    read_values,
    size_of,
    write_gaps,
    write_values,
)
from nc_teach.storage import container
from nc_teach.storage.container import Piece, Row, Stored
from nc_teach.storage.exact import inflate

MAGIC = b"NCD1"
CODERS = {"huffman": HUFFMAN, "fixed": FIXED}
CoderName = Annotated[str, one_of(*CODERS)]
PIECES = {"all plain": 1, "all shared": 3, "gaps plain": 4, "gaps shared": 6}


def save(model: nn.Module, path: str | Path, coder: CoderName = "huffman") -> int:
    """Write the model's ``state_dict`` to ``path``; return the file's size in bytes."""
    return write_whole(path, encode(model.state_dict(), coder))


def load(path: str | Path) -> dict[str, Tensor]:
    """Read what :func:`save` wrote: a ``state_dict`` for ``model.load_state_dict``.

    Raises ``ValueError`` naming the file when it is foreign, damaged, cut short or made up.
    """
    return decode(Path(path).read_bytes(), str(path))


def encode(tensors: Mapping[str, Tensor], coder: CoderName = "huffman") -> bytes:
    """All ``tensors`` as the bytes of one file.

    ``coder`` "fixed" leaves the last step out: every gap and index of a tensor takes the same
    number of bits. A tensor with two names, which two layers share, is written once. -0.0 is
    written as the 0.0 that it is equal to.
    Raises ``ValueError`` for another coder, or a tensor of another dtype than the usual ones.

    >>> import torch
    >>> data = encode({"w": torch.tensor([0.0, 0.5, 0.0, 0.5, 1.5])})
    >>> decode(data)["w"].tolist()
    [0.0, 0.5, 0.0, 0.5, 1.5]
    """
    return b"".join(data for _, data in pieces_of(tensors, coder))


def budget(tensors: Mapping[str, Tensor], coder: CoderName = "huffman") -> dict[str, int]:
    """Bytes of the file by what they are for; together exactly ``len(encode(tensors, coder))``.

    "gaps" (where), "indices" (which shared value), "codebooks", "code tables", "values" (numbers
    that are not shared) and "header" (names, shapes, checksum).
    """
    spent: dict[str, int] = {}
    for part, data in pieces_of(tensors, coder):
        spent[part] = spent.get(part, 0) + len(data)
    return spent


def decode(data: bytes, name: str = "data") -> dict[str, Tensor]:
    """The tensors in ``data``, on the CPU, bit for bit as they were (but see -0.0 above).

    Raises ``ValueError`` that begins with ``name`` for anything but a whole, undamaged file.
    """
    head, body = container.unsealed(data, MAGIC, name, "compressed network")
    with container.naming(name):
        match parse(inflate(head)):
            case [str(coder), rows] if coder in CODERS:
                read = partial(_read, coder=CODERS[coder])
                return container.restored(rows, body, _stored, read)
        raise ValueError(f"its header must be one of {', '.join(CODERS)}, and rows")


def pieces_of(tensors: Mapping[str, Tensor], coder: CoderName = "huffman") -> list[Piece]:
    """The file, piece by piece: what each is for, and its bytes."""

    def write(tensor: Tensor) -> tuple[str, list[Piece]]:
        return smallest(container.flat(tensor).view(f"<u{tensor.element_size()}"), CODERS[coder])

    rows, body = container.described(tensors, write, list)
    head = zlib.compress(json.dumps([coder, rows], separators=(",", ":")).encode(), 9)
    start, end = container.sealed(MAGIC, head, [data for _, data in body])
    return [("header", start), *body, ("header", end)]


def smallest(numbers: np.ndarray, coder: Coder) -> tuple[str, list[Piece]]:
    """The shortest of all ways to store a row of numbers: its name, "where what", and its pieces.

    >>> smallest(np.array([0, 0, 0, 7, 0, 0, 0, 0], np.uint32), FIXED)[0]
    'all shared'
    >>> smallest(np.random.default_rng(0).integers(1 << 32, size=50, dtype=np.uint32), FIXED)[0]
    'all plain'
    """
    ways = {f"all {how}": pieces for how, pieces in write_values(numbers, coder).items()}
    here = numbers != 0
    if not here.all():
        places = write_gaps(here, coder)
        for how, pieces in write_values(numbers[here], coder).items():
            ways[f"gaps {how}"] = places + pieces
    return min(ways.items(), key=lambda way: size_of(way[1]))


def _stored(row: Row) -> Stored:
    dtype, shape, how, sizes = row
    return Stored.of(dtype, shape, how, sizes)


def _read(pieces: list[bytes], entry: Stored, coder: Coder) -> np.ndarray:
    """The row of numbers that :func:`smallest` took apart."""
    if PIECES.get(entry.how) != len(pieces):
        raise ValueError(f"{entry.how!r} in {len(pieces)} pieces is no way to store a tensor")
    where, what = entry.how.split()
    numbers = np.zeros(entry.numbers, f"<u{entry.width}")
    here = np.ones(entry.numbers, dtype=bool)
    if where == "gaps":
        here, pieces = read_gaps(pieces[:3], entry.numbers, coder), pieces[3:]
    numbers[here] = read_values(what, pieces, int(here.sum()), numbers.dtype, coder)
    return numbers
