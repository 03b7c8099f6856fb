"""Are the integers of a layer those of its fake quantization? Counted, output by output."""

import numpy as np
import torch
from torch import Tensor

from nc_teach import quantization


@torch.no_grad()
def compare(net: quantization.IntegerNetwork, images: Tensor) -> tuple[int, int, int]:
    """Outputs of all layers but the last: how many, and how many not as in float64, in float32.

    Each layer is fake-quantized on what the layer before it really gave.
    """
    found = np.zeros(3, dtype=np.int64)
    for part in images.split(500):
        q = net.quantized(part)
        for step in net.steps:
            out = step(q)
            if isinstance(step, quantization.IntegerLayer) and step is not net.layers[-1]:
                off = [
                    int((out != simulated(step, q, k)).sum())
                    for k in (torch.float64, torch.float32)
                ]
                found += [out.numel(), *off]
            q = out
    return tuple(found.tolist())


def simulated(layer: quantization.IntegerLayer, q: Tensor, kind: torch.dtype) -> Tensor:
    """What fake quantization in floats of that ``kind`` makes of the integers ``q``."""
    x = quantization.dequantize(q, layer.scale_in.to(kind), layer.zero_in)
    y = quantization.simulate(layer, x)
    return quantization.quantize(y, layer.scale_out.to(kind), layer.zero_out, layer.bits)
