"""Averaging: many networks become one, by their outputs or by their parameters.

The mean of the *outputs* is an ensemble: it needs every network at every image, and it hardly ever
hurts. The mean of the *parameters* is one network, as cheap as each; it works only where the
straight line between the networks stays in one valley of the loss.

Sources: Hinton, Vinyals, Dean (2015), "Distilling the Knowledge in a Neural Network" (arithmetic
and geometric means of an ensemble's outputs as soft targets); Frankle, Dziugaite, Roy, Carbin
(2020), "Linear Mode Connectivity and the Lottery Ticket Hypothesis" (the line between networks).
"""

import copy
import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Finite, Logits, Positive
from nc_teach.common.weights import check_plain

State = Mapping[str, Tensor]


def average_outputs(logits: Sequence[Logits], temperature: Positive = 1.0) -> Tensor:
    """The *arithmetic* mean of the networks' probabilities: (1/n) sum_i softmax(z_i / T).

    Returns n x classes probabilities, each row with sum 1. Raises ``ValueError`` for no network,
    shapes that differ, or T not above 0.

    - ``logits``: One N x classes tensor a network, all of the same images in the same order.
    - ``temperature``: T, above 0. Another T is another ensemble: the mean is taken *after* the
      softmax.

    >>> sure, unsure = torch.tensor([[0.0, math.log(9)]]), torch.tensor([[math.log(3), 0.0]])
    >>> average_outputs([sure, unsure])  # (0.1 + 0.75) / 2 and (0.9 + 0.25) / 2
    tensor([[0.4250, 0.5750]])
    """
    return ensemble_logits(logits, temperature).div(temperature).softmax(dim=1)


def average_logits(logits: Sequence[Logits]) -> Tensor:
    """The mean of the logits, N x classes: the *geometric* mean of the probabilities, unscaled.

    softmax((1/n) sum_i z_i) is proportional to (prod_i softmax(z_i))^(1/n). Unlike the arithmetic
    mean, a single network that is sure that it is *not* this class can veto the others.

    >>> average_logits([torch.tensor([[0.0, 2.0]]), torch.tensor([[1.0, 0.0]])])
    tensor([[0.5000, 1.0000]])
    """
    return _stacked(logits).mean(dim=0)


def ensemble_logits(logits: Sequence[Logits], temperature: Positive = 1.0) -> Tensor:
    """Logits whose softmax at T is :func:`average_outputs`: T log((1/n) sum_i softmax(z_i / T)).

    What a student is taught from an ensemble, wherever a loss wants a teacher's *logits*. They are
    computed from logarithms, so that a probability too small for float32 does not become log 0.

    >>> z = torch.tensor([[0.0, math.log(9)]])
    >>> ensemble_logits([z, z]).softmax(dim=1)
    tensor([[0.1000, 0.9000]])
    """
    logs = _stacked(logits).div(temperature).log_softmax(dim=2)
    return temperature * (logs.logsumexp(dim=0) - math.log(len(logs)))


def average_parameters(
    models: Sequence[nn.Module], weights: Sequence[Finite] | None = None
) -> nn.Module:
    """A new network whose every parameter is the mean of the networks' own: sum_i w_i theta_i.

    Raises ``ValueError`` for no network, one that is not plain, names or shapes that differ, or
    weights that do not fit.

    - ``models``: Networks of one shape. They are left as they are.
    - ``weights``: One number a network, with sum 1. Default: equal.

    Buffers of floats (batch normalisation's running mean and variance) are averaged like
    parameters, integers (its counter) are the first network's. But the mean of two variances
    is not the variance of the mean network: call :func:`~nc_teach.training.recalibrate_bn`
    afterwards.

    >>> a, b = nn.Linear(1, 1), nn.Linear(1, 1)
    >>> _ = nn.init.constant_(a.weight, 1.0), nn.init.constant_(b.weight, 4.0)
    >>> average_parameters([a, b], weights=[2 / 3, 1 / 3]).weight.item()
    2.0
    """
    for model in models:
        check_plain(model)
    state = average_states([model.state_dict() for model in models], weights)
    average = copy.deepcopy(models[0])
    average.load_state_dict(state)
    return average


def average_states(states: Sequence[State], weights: Sequence[Finite] | None = None) -> State:
    """The weighted mean of state dicts, name by name, in the dtypes of the first."""
    shares = _check(states, weights)
    return {
        name: _mean([state[name] for state in states], shares)
        if first.is_floating_point()
        else first.clone()
        for name, first in states[0].items()
    }


def interpolate(a: nn.Module, b: nn.Module, alpha: Finite) -> nn.Module:
    """The network at (1 - alpha) theta_A + alpha theta_B: A at 0, B at 1, half-way at 0.5."""
    return average_parameters([a, b], [1 - alpha, alpha])


def interpolation_path(
    a: nn.Module, b: nn.Module, alphas: Sequence[Finite], measure: Callable[[nn.Module], float]
) -> list[float]:
    """``measure`` of the networks along the straight line from A to B, one number an alpha."""
    return [measure(interpolate(a, b, alpha)) for alpha in alphas]


def _mean(tensors: Sequence[Tensor], shares: Sequence[float]) -> Tensor:
    """In float64, so that the mean of equal numbers is that number, to the bit."""
    terms = [share * t.detach().cpu().double() for share, t in zip(shares, tensors, strict=True)]
    return torch.stack(terms).sum(dim=0).to(tensors[0].dtype).to(tensors[0].device)


def _stacked(logits: Sequence[Logits]) -> Tensor:
    shapes = [tuple(z.shape) for z in logits]
    if not shapes or len(set(shapes)) > 1 or len(shapes[0]) != 2:
        raise ValueError(
            f"logits must be at least one N x classes tensor, all of one shape, got {shapes}"
        )
    return torch.stack(list(logits))  # networks x N x classes


def _check(states: Sequence[State], weights: Sequence[Finite] | None) -> list[float]:
    """The weights as a list, or ``ValueError``."""
    if not states:
        raise ValueError("models must be at least one network, got none")
    for number, state in enumerate(states[1:], 1):
        if state.keys() != states[0].keys():
            odd = sorted(state.keys() ^ states[0].keys())
            raise ValueError(f"models[{number}] must have the names of models[0], got {odd}")
        for name, tensor in states[0].items():
            if state[name].shape != tensor.shape:
                raise ValueError(
                    f"models[{number}] must have {name} of shape {tuple(tensor.shape)} like "
                    f"models[0], got {tuple(state[name].shape)}"
                )
    shares = [1 / len(states)] * len(states) if weights is None else list(weights)
    if len(shares) != len(states) or abs(math.fsum(shares) - 1) > 1e-6:
        raise ValueError(f"weights must be {len(states)} numbers with sum 1, got {shares}")
    return shares
