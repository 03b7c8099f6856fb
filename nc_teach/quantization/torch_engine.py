"""PyTorch's own integers, beside ours: its eager mode of static quantization, where there is one.

It does the same in other words: observers calibrate (min-max, over a histogram), int8 weights are
packed, and a library (FBGEMM and oneDNN on x86, QNNPACK on ARM) multiplies and rescales in one
compiled pass. torch has announced that ``torch.ao.quantization`` will move to the package torchao;
where it is gone, or the processor has no engine, there is nothing to compare with.
"""

import copy
import warnings

import torch
from torch import nn

from nc_teach.common.kinds import Floats
from nc_teach.quantization.plain_row import plain_row

ENGINES = ("x86", "fbgemm", "qnnpack")  # in this order, the first that there is


def engine() -> str | None:
    """The name of torch's quantized engine on this processor, None where there is none.

    >>> engine() in (*ENGINES, None)
    True
    """
    return next(
        (name for name in ENGINES if name in torch.backends.quantized.supported_engines), None
    )


def torch_integers(net: nn.Module, images: Floats) -> nn.Module | None:
    """``net`` as PyTorch quantizes it, calibrated on training ``images``; None where it cannot.

    ``net`` is unchanged, and must be one that
    :func:`~nc_teach.quantization.integer_network.integer_network` takes. Raises ``ValueError`` as
    that does.
    """
    row, name = plain_row(net, images), engine()
    try:
        from torch.ao import quantization
    except ImportError:
        return None
    parts = list(row)
    if name is None or any(isinstance(getattr(part, "padding", 0), str) for part in parts):
        return None  # its convolutions take no padding="same"
    pairs = [
        [str(i), str(i + 1)]
        for i, part in enumerate(parts[:-1])
        if isinstance(part, nn.Linear | nn.Conv2d) and isinstance(parts[i + 1], nn.ReLU)
    ]
    torch.backends.quantized.engine = name
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # that the module will move to another package
        wrapped = quantization.QuantWrapper(
            quantization.fuse_modules(copy.deepcopy(row), pairs) if pairs else row
        ).eval()
        wrapped.qconfig = quantization.get_default_qconfig(name)
        observed = quantization.prepare(wrapped)
        observed(images)
        return quantization.convert(observed)
