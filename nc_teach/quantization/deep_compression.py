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

import itertools
import json
import math
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach.common.files import write_whole
from nc_teach.common.kinds import one_of
from nc_teach.quantization.sparse_streams import (
    FIXED,
    HUFFMAN,
    Coder,
    Piece,
    read_gaps,
    read_values,
    size_of,
    write_gaps,
    write_values,
)
from nc_teach.storage.files import DTYPES, first_names

MAGIC = b"NCD1"
CODERS = {"huffman": HUFFMAN, "fixed": FIXED}
CoderName = Annotated[str, one_of(*CODERS)]


def save(model: nn.Module, path: str | Path, coder: CoderName = "huffman") -> int:
    """Write the model's ``state_dict`` to ``path``; return the file's size in bytes."""
    return write_whole(path, encode(model.state_dict(), coder))


def load(path: str | Path) -> dict[str, Tensor]:
    """Read what :func:`save` wrote: a ``state_dict`` for ``model.load_state_dict``.

    Raises ``ValueError`` naming the file when it is foreign, damaged or cut short.
    """
    return decode(Path(path).read_bytes(), str(path))


def encode(tensors: Mapping[str, Tensor], coder: CoderName = "huffman") -> bytes:
    """All ``tensors`` as the bytes of one file.

    ``coder`` "fixed" leaves the last step out: every gap and index of a tensor takes the same
    number of bits. A tensor with two names, which two layers share, is written once. -0.0 is
    written as the 0.0 that it is equal to.
    Raises ``ValueError`` for another coder, or a tensor of another dtype than the usual ones.

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
    if data[:4] != MAGIC:
        raise ValueError(f"{name} is not a compressed network: it must begin with {MAGIC.decode()}")
    if len(data) < 12 or zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise ValueError(f"{name} is damaged or cut short: its checksum does not match")
    start = 8 + int.from_bytes(data[4:8], "little")
    coder, header = json.loads(zlib.decompress(data[8:start]))
    tensors: dict[str, Tensor] = {}
    for key, *entry in header:
        if len(entry) == 1:  # tied to the tensor of this name
            tensors[key] = tensors[entry[0]]
            continue
        dtype, shape, how, sizes = entry
        cuts = np.cumsum([start, *sizes])
        pieces = [data[i:j] for i, j in itertools.pairwise(cuts)]
        tensors[key] = _tensor(pieces, how, shape, DTYPES[dtype], CODERS[coder])
        start = int(cuts[-1])
    return tensors


def pieces_of(tensors: Mapping[str, Tensor], coder: CoderName = "huffman") -> list[Piece]:
    """The file, piece by piece: what each is for, and its bytes."""
    header: list[list[object]] = []
    body: list[Piece] = []
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
        how, pieces = smallest(_numbers(tensor), CODERS[coder])
        header.append([name, dtype, list(tensor.shape), how, [len(data) for _, data in pieces]])
        body += pieces
    head = zlib.compress(json.dumps([coder, header], separators=(",", ":")).encode(), 9)
    start = MAGIC + len(head).to_bytes(4, "little") + head
    whole = b"".join([start, *(data for _, data in body)])
    return [("header", start), *body, ("header", zlib.crc32(whole).to_bytes(4, "little"))]


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


def _tensor(
    pieces: list[bytes], how: str, shape: list[int], dtype: torch.dtype, coder: Coder
) -> Tensor:
    """The tensor that :func:`smallest` took apart."""
    where, what = how.split()
    numbers = np.zeros(math.prod(shape), _unsigned(dtype))
    here = np.ones(len(numbers), dtype=bool)
    if where == "gaps":
        here, pieces = read_gaps(pieces[:3], len(numbers), coder), pieces[3:]
    numbers[here] = read_values(what, pieces, int(here.sum()), numbers.dtype, coder)
    return torch.from_numpy(numbers.view(np.uint8)).view(dtype).reshape(shape)


def _numbers(tensor: Tensor) -> np.ndarray:
    """The tensor's bits as a row of unsigned integers; -0.0 has become 0.0."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    if flat.is_floating_point():
        flat = flat.masked_fill(flat == 0, 0.0)
    return flat.view(torch.uint8).numpy().view(_unsigned(tensor.dtype))


def _unsigned(dtype: torch.dtype) -> np.dtype:
    return np.dtype(f"<u{torch.empty((), dtype=dtype).element_size()}")
