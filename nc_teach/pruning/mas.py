"""Memory aware synapses: how much a weight sways the size of the outputs. No labels needed.

Unlike EWC it asks for no loss and no probabilities, and takes the absolute value of each image's
gradient instead of its square.

As it comes this is the effect of moving a weight by one unit; for deleting it, see
:func:`~nc_teach.pruning.times_weight_squared.times_weight_squared`.

Source: Aljundi et al. (2018), "Memory Aware Synapses: Learning what (not) to forget", equation 2,
with the squared l2 norm of the outputs in place of the outputs.
"""

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count
from nc_teach.data import Split
from nc_teach.pruning.per_sample import mean_over_images


def mas(model: nn.Module, split: Split, *, chunk_size: Count = 32) -> dict[str, Tensor]:
    """Omega_k = (1/N) sum_n |d ||f(x_n)||^2 / dw_k|, the absolute value image by image.

    The absolute value of the *summed* gradient would let images cancel each other.

    Returns name -> scores in the shape and dtype of the weight, 0 or more, higher = keep, in
    squared outputs per unit of weight. The labels of ``split`` are not looked at; nothing is
    changed. Raises ``ValueError`` for a chunk size below 1.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.0, -1.0]]))
    >>> net = nn.Sequential(nn.Flatten(), layer)  # f = 1 and -1, gradients 2 f x
    >>> split = Split(torch.tensor([[[[1.0, 0.0]]], [[[0.0, 1.0]]]]), torch.tensor([0, 0]))
    >>> mas(net, split)["1.weight"]  # (|2| + |0|) / 2 and (|0| + |-2|) / 2
    tensor([[1., 1.]])
    """
    return mean_over_images(model, split, _squared_size, torch.abs, chunk_size)


def _squared_size(outputs: Tensor, label: Tensor) -> Tensor:
    return outputs.square().sum()
