"""Synaptic intelligence: how much each weight has brought the loss down on its way.

Unlike EWC and MAS, which look at the trained network, this has to be there while it is trained: it
adds up, step by step, what each weight has contributed.

As it comes this is importance per squared unit of weight; for deleting, see
:func:`~nc_teach.pruning.times_weight_squared.times_weight_squared`.

Source: Zenke, Poole, Ganguli (2017), "Continual Learning Through Synaptic Intelligence",
equations 3 and 5.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import NotNegative
from nc_teach.pruning.masks import prunable_weights
from nc_teach.training import Loss

Train = Callable[[nn.Module, Callable[[nn.Module], object]], object]


def synaptic_intelligence(
    model: nn.Module, train: Train, *, damping: NotNegative = 1e-3
) -> dict[str, Tensor]:
    """Train ``model`` in place; score max(omega, 0) / (Delta^2 + xi), each weight's share in it.

    ``model`` is as it is before training: SI scores what happens on the way. ``train`` is
    ``(model, after_step) -> anything``: it trains the model in place and calls
    ``after_step(model)`` after every update, usually ``lambda model, after_step: fit(model,
    dataset, epochs=8, seed=0, after_step=after_step)``. ``damping`` is xi, at least 0; it keeps the
    score of a weight that has hardly moved from growing without end.

    Returns name -> scores in the shape and dtype of the weight, 0 or more, higher = keep. Raises
    ``ValueError`` for a ``damping`` out of range, before anything is trained.

    One step down from w = 1 with gradient 2: the loss falls by 0.2, the weight has moved by 0.1.

    >>> layer = nn.Linear(1, 1, bias=False)
    >>> def train(model, after_step):
    ...     model.weight.grad = torch.tensor([[2.0]])
    ...     model.weight.data -= 0.1
    ...     after_step(model)
    >>> _ = layer.weight.data.fill_(1.0)
    >>> synaptic_intelligence(layer, train, damping=0.0)["weight"].round(decimals=3)
    tensor([[20.]])
    """
    hook = SynapticIntelligence(model)
    train(model, hook)
    return hook.scores(damping)


class SynapticIntelligence:
    """A hook that collects the path integral: ``fit(model, ..., after_step=hook)``.

    omega_k = - sum over steps of g_k * (change of w_k), with the gradient g of the *task's* loss
    before the step. A loss with a penalty goes through :meth:`with_penalty`, which keeps the two
    apart. An optimizer's own weight decay is not in g, but is in the change.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.0, 2.0]]))
    >>> hook = SynapticIntelligence(layer)
    >>> layer.weight.grad = torch.tensor([[0.5, -1.0]])
    >>> layer.weight.data += torch.tensor([[-0.1, 0.2]])
    >>> hook(layer)
    >>> hook.omega["weight"]  # 0.5 * 0.1 and 1 * 0.2
    tensor([[0.0500, 0.2000]])
    >>> hook.scores(damping=0.0)["weight"]  # over 0.1^2 and 0.2^2
    tensor([[5.0000, 5.0000]])
    """

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.start = {n: w.detach().clone() for n, w in prunable_weights(model).items()}
        self.before = {name: weight.clone() for name, weight in self.start.items()}
        self.omega = {name: torch.zeros_like(weight) for name, weight in self.start.items()}
        self.task_gradient: dict[str, Tensor] | None = None

    def __call__(self, model: nn.Module) -> None:
        """Add what the step that has just been taken has contributed.

        Raises ``ValueError`` when ``model`` is not the one that the hook was made for, or has no
        gradient.
        """
        weights = prunable_weights(model)
        if model is not self.model:
            raise ValueError("model must be the one that the hook was made for, got another")
        gradients: Mapping[str, Tensor | None] = self.task_gradient or {
            name: w.grad for name, w in weights.items()
        }
        missing = [name for name, gradient in gradients.items() if gradient is None]
        if missing:
            raise ValueError(f"model must have gradients, got none for {', '.join(missing)}")
        for name, weight in weights.items():
            change = weight.detach() - self.before[name]
            gradient = gradients[name]
            assert gradient is not None  # none is missing
            self.omega[name] -= gradient.detach() * change
            self.before[name].copy_(weight.detach())
        self.task_gradient = None

    def with_penalty(self, task: Loss, penalty: Callable[[nn.Module], Tensor]) -> Loss:
        """The loss ``task + penalty`` for ``fit``, of which the hook counts ``task`` alone."""

        def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
            value = task(model, images, labels)
            weights = prunable_weights(model)
            found = torch.autograd.grad(value, tuple(weights.values()), retain_graph=True)
            self.task_gradient = dict(zip(weights, found, strict=True))
            return value + penalty(model)

        return loss

    def scores(self, damping: NotNegative = 1e-3) -> dict[str, Tensor]:
        """max(omega, 0) / (Delta^2 + damping), Delta = the change over the whole training.

        Returns name -> scores in the shape and dtype of the weight, higher = keep. Raises
        ``ValueError`` for a negative ``damping``. With damping 0, a weight that has not moved and
        not contributed scores 0.
        """
        found = {}
        for name, omega in self.omega.items():
            moved = (self.before[name] - self.start[name]).square() + damping
            found[name] = torch.where(moved > 0, omega.clamp(min=0) / moved, 0.0)
        return found
