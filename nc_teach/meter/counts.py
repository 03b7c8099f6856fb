"""How big is a network? Parameters, multiply-accumulates, bytes."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nc_teach import storage
from nc_teach.models import weight_of
from nc_teach.training.evaluate import device_of, evaluating


def count_params(model: nn.Module, nonzero: bool = False) -> int:
    """Number of parameters: all of them, or only those that are not zero.

    A parameter that two layers share is counted once; buffers (the running statistics of batch
    normalisation, masks) are not parameters.

    >>> layer = nn.Linear(3, 2)
    >>> count_params(layer)
    8
    >>> _ = layer.weight.data.zero_(), layer.bias.data.fill_(1.0)
    >>> count_params(layer, nonzero=True)
    2
    """
    parameters = list(model.parameters())
    return sum(int(p.count_nonzero()) if nonzero else p.numel() for p in parameters)


def count_macs(model: nn.Module, input_shape: Sequence[int], nonzero: bool = False) -> int:
    """Multiply-accumulates (MACs) that one forward pass of one input really executes.

    Counts every matrix product and convolution that runs, whichever module or function called it;
    biases, normalisation and activations are not counted, as is usual. One MAC is one
    multiplication and one addition; many papers call it "one FLOP", others count two, so we say
    MACs.

    ``input_shape`` is that of one input without the batch: ``(1, 28, 28)``; ``ValueError`` when it
    is empty or has a size below 1. ``nonzero`` leaves out products with a weight that is zero, in
    ``nn.Linear`` and ``nn.Conv*`` layers: what a machine *could* save; an ordinary one computes
    them all the same.

    >>> count_macs(nn.Linear(784, 300), (784,))
    235200
    """
    if not input_shape or any(size < 1 for size in input_shape):
        raise ValueError(f"input_shape must be sizes of at least 1, got {tuple(input_shape)!r}")
    image = torch.zeros(1, *input_shape, device=device_of(model))
    saved = 0

    def count_zeros(layer: nn.Module, inputs: object, output: Tensor) -> None:
        nonlocal saved
        weight = weight_of(layer)
        places = output.numel() // weight.shape[0]
        saved += (weight.numel() - int(weight.count_nonzero())) * places

    layers = [m for m in model.modules() if isinstance(m, nn.Linear | nn.modules.conv._ConvNd)]
    hooks = [layer.register_forward_hook(count_zeros) for layer in layers if nonzero]
    try:
        with evaluating(model), FlopCounterMode(display=False) as counter:
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
    return counter.get_total_flops() // 2 - saved


def stored_bytes(model: nn.Module, encoding: str = "smallest") -> int:
    """Size in bytes of the file that :func:`nc_teach.storage.save` would write.

    Everything that is needed to read it back is counted: header, indices of the numbers that are
    not zero, buffers, checksum. ``encoding="dense"`` is the ordinary file, in which a zero takes as
    much room as any number; "smallest" takes for each tensor what is shortest.
    """
    return len(storage.encode(model.state_dict(), encoding))
