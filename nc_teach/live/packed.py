"""A network and some test images as bytes for the runner in the browser.

A notebook gets the weights as they are. A page has to be small, so there a weight is an integer of
as many bits as the page has room for: 12 bits move the logits by thousandths, 8 by some hundredths,
and 5 by some tenths at most, where the largest networks have no room for more.
Source: uniform (affine) quantization, here with one step for each tensor.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from math import prod

import numpy as np
from torch import Tensor

from .layers import Layer
from .payload import Spec

MOST_WEIGHTS = 2**21  # so many the runner can put in order; a page holds fewer
MOST_BYTES = 470_000  # of one network with its images on a page, where base64 makes it 4 / 3
BITS = (16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5)  # of a weight on a page: the first that has room


def pack(
    layers: Sequence[Layer], images: Tensor, bits: int = 32, level: int = 1
) -> tuple[Spec, bytes]:
    """What the runner reads: plain JSON, and deflated bytes of weights and images.

    ``images`` are N x C x H x W from 0 to 1; they travel as uint8. ``level`` is zlib's.
    """
    parts: list[bytes] = []
    known: list[Spec] = []
    for layer in layers:
        entry: Spec = {"kind": layer.kind, "from": layer.source, "to": layer.to}
        entry |= {"kernel": layer.kernel, "stride": layer.stride, "padding": layer.padding}
        entry |= {"size": layer.to[0], "places": prod(layer.to[1:])}
        for name, width in (("weight", bits), ("scale", 32), ("shift", 32)):
            tensor = getattr(layer, name)
            if tensor is not None:
                about, data = _tensor(tensor.numpy().ravel(), width)
                entry[name] = {"at": sum(map(len, parts)), **about}
                parts.append(data)
        known.append(entry)
    shape = tuple(images.shape[1:])
    about = {"at": sum(map(len, parts)), "count": len(images)}
    parts.append((images * 255).round().byte().numpy().tobytes())
    spec = {"layers": known, "images": about, "shape": shape, "bits": bits}
    return spec, zlib.compress(b"".join(parts), level)


def pack_for_page(layers: Sequence[Layer], images: Tensor) -> tuple[Spec, bytes]:
    """As :func:`pack`, small: with the most bits a weight that a page has room for.

    Raises ``ValueError`` where 5 bits are too many already.
    """
    for bits in BITS:
        spec, data = pack(layers, images, bits, 9)
        if len(data) <= MOST_BYTES:
            return spec, data
    weights = sum(layer.weight.numel() for layer in layers if layer.weight is not None)
    raise ValueError(
        f"model must fit on a page with its images, in {MOST_BYTES:,} bytes; with its "
        f"{weights:,} weights of {BITS[-1]} bits it needs {len(data):,}"
    )


def _tensor(numbers: np.ndarray, bits: int) -> tuple[Spec, bytes]:
    """The numbers, or integers of so many bits from the smallest: low bytes, then high bytes."""
    if bits == 32:
        return {"count": len(numbers), "bits": bits}, numbers.astype("<f4").tobytes()
    low, high = float(numbers.min()), float(numbers.max())
    step = (high - low) / (2**bits - 1) or 1.0
    codes = np.round((numbers.astype(np.float64) - low) / step).astype("<u2")
    about = {"count": len(numbers), "bits": bits, "low": low, "step": step}
    planes = codes.view(np.uint8).reshape(-1, 2).T  # 2 x n
    return about, planes[: 1 + (bits > 8)].tobytes()
