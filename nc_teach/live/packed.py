"""Networks and some test images as bytes for the runner in the browser.

A notebook gets the weights as they are. A page has to be small, so there a weight is an integer of
as many bits as the page has room for: 12 bits move the logits by thousandths, 8 by some hundredths,
and 5 by some tenths at most, where the largest networks have no room for more. A network that comes
in a file of :mod:`nc_teach.quantization.deep_compression` travels as that file, and loses nothing.
Source: uniform (affine) quantization, here with one step for each tensor.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from torch import Tensor

from .layers import Layer
from .payload import Spec

MOST_WEIGHTS = 2**21  # so many the runner can put in order; a page holds fewer
MOST_BYTES = 452_000  # of all networks with their images on a page, where base64 makes it 4 / 3
BITS = range(16, 4, -1)  # of a weight on a page: the first that has room


@dataclass(frozen=True)
class Network:
    """The layers of one network, and the file with its weights where they come in one."""

    layers: Sequence[Layer]
    file: bytes | None = None

    @property
    def weights(self) -> int:
        """How many there are, without biases and norms."""
        return sum(layer.weight.numel() for layer in self.layers if layer.weight is not None)

    @property
    def macs(self) -> int:
        """What an image costs in all of it."""
        places = ((layer.weight, prod(layer.to[1:])) for layer in self.layers)
        return sum(weight.numel() * many for weight, many in places if weight is not None)


def pack(
    networks: Sequence[Network], images: Tensor, bits: Sequence[int] = (), level: int = 1
) -> tuple[Spec, bytes]:
    """What the runner reads: plain JSON, and deflated bytes of the weights, then of the images.

    ``bits`` has a number for each network, 32 by default. ``images`` are N x C x H x W from 0 to 1;
    they travel as uint8. ``level`` is zlib's.
    """
    parts: list[bytes] = []
    known: list[Spec] = []
    for network, width in zip(networks, bits or [32] * len(networks), strict=True):
        entry: Spec = {"bits": width, "layers": [], "file": None}
        if network.file is not None:
            entry["file"] = {"at": _end(parts), "size": len(network.file)}
            parts.append(network.file)
        entry["layers"] = [
            _layer(layer, parts, width, network.file is not None) for layer in network.layers
        ]
        known.append(entry)
    weights = _deflated(b"".join(parts), level)
    pictures = _deflated((images * 255).round().byte().numpy().tobytes(), level)
    about = {"at": len(weights), "count": len(images)}
    spec = {"networks": known, "images": about, "shape": tuple(images.shape[1:])}
    return spec, weights + pictures


def pack_for_page(networks: Sequence[Network], images: Tensor) -> tuple[Spec, bytes]:
    """As :func:`pack`, small: with the most bits a weight that a page has room for.

    What takes most of the room gives way first, so a small network beside a large one stays exact.
    Raises ``ValueError`` where 5 bits are too many already.
    """
    steps = [len(BITS) - 1 if network.file else 0 for network in networks]
    while True:
        bits = [32 if n.file else BITS[step] for n, step in zip(networks, steps, strict=True)]
        spec, data = pack(networks, images, bits, 9)
        if len(data) <= MOST_BYTES:
            return spec, data
        open_ones = [k for k, step in enumerate(steps) if step < len(BITS) - 1]
        if not open_ones:
            break
        steps[max(open_ones, key=lambda k: networks[k].weights * bits[k])] += 1
    weights = sum(network.weights for network in networks)
    raise ValueError(
        f"model must fit on a page with its images, in {MOST_BYTES:,} bytes; with its "
        f"{weights:,} weights of {BITS[-1]} bits it needs {len(data):,}"
    )


def _deflated(data: bytes, level: int) -> bytes:
    """Deflated, where it has to be small by the better of two ways.

    Weights look like noise: there is nothing to repeat, and looking for it costs a tenth.
    """
    ways = [zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY][: 1 + (level > 1)]
    coders = (zlib.compressobj(level, zlib.DEFLATED, 15, 9, way) for way in ways)
    return min((coder.compress(data) + coder.flush() for coder in coders), key=len)


def _end(parts: list[bytes]) -> int:
    return sum(map(len, parts))


def _layer(layer: Layer, parts: list[bytes], bits: int, filed: bool) -> Spec:
    """What the runner has to know of a layer; its numbers are put behind ``parts``."""
    entry: Spec = {"kind": layer.kind, "from": layer.source, "to": layer.to}
    entry |= {"kernel": layer.kernel, "stride": layer.stride, "padding": layer.padding}
    entry |= {"size": layer.to[0], "places": prod(layer.to[1:])}
    entry |= {"reads": layer.reads, "exit": layer.exit}
    for name, width in (("weight", bits), ("scale", 32), ("shift", 32)):
        tensor = getattr(layer, name)
        if tensor is None:
            continue
        if filed and (name == "weight" or (name == "shift" and layer.scale is None)):
            entry[name] = {"named": f"{layer.name}.{'weight' if name == 'weight' else 'bias'}"}
            continue
        about, data = _tensor(tensor.numpy().ravel(), width)
        entry[name] = {"at": _end(parts), **about}
        parts.append(data)
    return entry


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
