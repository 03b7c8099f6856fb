"""Fewer bits for a whole network: after its training, or with them in its training.

Unlike :mod:`~nc_teach.quantization.uniform`, which rounds a tensor, this rounds the weights of all
linear and convolutional layers, each layer (or neuron) on a grid of its own. Biases stay as they
are. The rounded weights are ordinary floats, so that the network runs anywhere; on disk the few
different values take few bits (:mod:`~nc_teach.quantization.deep_compression`).

Source: Jacob et al. (2018), "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", section 3.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from nc_teach.models import layer_weights
from nc_teach.quantization.uniform import Bits, choose_grid, fake_quantize
from nc_teach.training import Loss


def quantized_weights(
    model: nn.Module, bits: Bits, *, symmetric: bool = True, per_channel: bool = False
) -> dict[str, Tensor]:
    """The weights of all layers by name, rounded, with the straight-through gradient.

    ``per_channel`` gives every neuron or filter a scale of its own instead of every layer. The
    model is unchanged. Raises ``ValueError`` as :func:`~nc_teach.quantization.uniform.choose_grid`.

    >>> layer = nn.Linear(3, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.0, -0.4, 0.2]]))
    >>> quantized_weights(layer, bits=2)["weight"].tolist()  # -1, 0 and 1 times the scale 1.0
    [[1.0, 0.0, 0.0]]
    """
    axis = 0 if per_channel else None
    return {
        name: fake_quantize(w, *choose_grid(w, bits, symmetric=symmetric, axis=axis), bits)
        for name, w in layer_weights(model).items()
    }


@torch.no_grad()
def quantize_weights(
    model: nn.Module, bits: Bits, *, symmetric: bool = True, per_channel: bool = False
) -> nn.Module:
    """Round the weights of all layers in place, and return the model ("after training").

    Raises ``ValueError`` before anything changes.
    """
    rounded = quantized_weights(model, bits, symmetric=symmetric, per_channel=per_channel)
    for name, weight in layer_weights(model).items():
        weight.copy_(rounded[name])
    return model


def quantization_aware_loss(
    bits: Bits, *, symmetric: bool = True, per_channel: bool = False
) -> Loss:
    """A loss for ``fit`` that trains *with* the rounding ("quantization-aware training").

    Every step computes with rounded weights, and moves the real ones behind them by the gradient
    that it finds there. At the end :func:`quantize_weights` keeps the rounded ones.
    """

    def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        weights = quantized_weights(model, bits, symmetric=symmetric, per_channel=per_channel)
        return F.cross_entropy(functional_call(model, weights, (images,)), labels)

    return loss
