"""Importance times distance squared: from how steep the valley is to what a deletion costs.

EWC, MAS and synaptic intelligence say how much it costs to move a weight by *one unit*. Deleting
moves it by |w|, so the cost of that is importance * w^2, as in optimal brain damage.

>>> import torch
>>> layer = nn.Linear(3, 1)
>>> _ = layer.weight.data.copy_(torch.tensor([[0.1, -2.0, 1.0]]))
>>> times_weight_squared({"weight": torch.tensor([[5.0, 1.0, 0.0]])}, layer)["weight"]
tensor([[0.0500, 4.0000, 0.0000]])
"""

from collections.abc import Mapping

from torch import Tensor, nn

from nc_teach.common.arguments import check_shape
from nc_teach.common.weights import named_parameters


def times_weight_squared(scores: Mapping[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """``scores`` * w^2 for each weight w of ``model`` that has a score. Nothing is changed.

    For an importance that is a curvature or a squared gradient (EWC, SI). Raises ``ValueError`` for
    scores that name no parameter or have another shape than it.
    """
    weights = _weights(scores, model)
    return {name: score * weights[name] ** 2 for name, score in scores.items()}


def times_abs_weight(scores: Mapping[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """``scores`` * |w|: for an importance that is a first derivative (MAS). Otherwise the same.

    >>> import torch
    >>> layer = nn.Linear(2, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[0.1, -2.0]]))
    >>> times_abs_weight({"weight": torch.tensor([[5.0, 1.0]])}, layer)["weight"]
    tensor([[0.5000, 2.0000]])
    """
    weights = _weights(scores, model)
    return {name: score * weights[name].abs() for name, score in scores.items()}


def _weights(scores: Mapping[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """The model's parameters; ``ValueError`` for a score that does not fit one of them."""
    parameters = named_parameters(model, "scores", scores)
    for name, score in scores.items():
        check_shape(f"the scores of {name!r}", score.shape, parameters[name].shape)
    return {name: p.detach() for name, p in parameters.items()}
