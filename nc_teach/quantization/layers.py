"""Which numbers of a network are quantized: the weights of its linear and convolutional layers."""

from __future__ import annotations

from torch import nn


def layer_weights(model: nn.Module) -> dict[str, nn.Parameter]:
    """Those weights by parameter name; no biases, no normalisation.

    Raises ``ValueError`` when the model has none.

    >>> list(layer_weights(nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))))
    ['0.weight', '2.weight']
    """
    weights = {
        f"{name}.weight" if name else "weight": layer.weight
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Linear | nn.modules.conv._ConvNd)
    }
    if not weights:
        raise ValueError(
            f"model must have a linear or convolutional layer, got {type(model).__name__}"
        )
    return weights
