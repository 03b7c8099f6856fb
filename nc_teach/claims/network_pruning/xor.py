"""XOR, the smallest network with a hidden layer: which one parameter can it do without?

Unlike the digits, where thousands of deletions add up to a curve, here one deletion is everything.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from nc_teach import pruning
from nc_teach.claims.network_pruning.minimum import TanhNet, train_to_minimum
from nc_teach.data import Split

XOR = Split(
    torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).reshape(4, 1, 1, 2),
    torch.tensor([0, 1, 1, 0]),
)


def xor_loss(outputs: Tensor, labels: Tensor) -> Tensor:
    """Mean squared distance to -1 (label 0) and +1 (label 1)."""
    return (outputs.flatten() - (2 * labels - 1)).square().mean()


def solves_xor(model: nn.Module) -> bool:
    """Whether the sign of the output is right for all four inputs."""
    with torch.no_grad():
        return torch.equal(model(XOR.images).flatten() > 0, XOR.labels == 1)


def xor_net(seed: int) -> nn.Module:
    """A 2-2-1 tanh network at a minimum; about one start in five is stuck and does not solve it."""
    return train_to_minimum(TanhNet((2, 2, 1), seed), XOR, xor_loss)


def delete_one_from_xor(starts: Sequence[int]) -> dict[str, int]:
    """How many of the networks that solve XOR still do after each order's first deletion.

    All nine parameters may go, biases too. In fact only a bias can, for tanh is monotone: without
    an output weight one straight edge is left, and without an input weight the output rises (or
    falls) with that input whatever the other one is.
    """
    nets = [net for net in map(xor_net, starts) if solves_xor(net)]
    orders = ("magnitude", "obd", "obs")
    still = {order: sum(solves_xor(without_one(n, order)) for n in nets) for order in orders}
    return {"nets": len(nets), **still}


def without_one(net: nn.Module, order: str) -> nn.Module:
    """A copy without the one parameter that ``order`` names."""
    cut = copy.deepcopy(net)
    names = [name for name, _ in cut.named_parameters()]
    if order == "obs":
        pruning.obs(cut, XOR, 1, loss=xor_loss, damping=1e-6, names=names)
        return cut
    if order == "obd":
        scores = pruning.obd(cut, XOR, loss=xor_loss, hessian="gauss_newton", names=names)
    else:
        scores = {name: pruning.magnitude(p) for name, p in cut.named_parameters()}
    count = sum(score.numel() for score in scores.values())
    return pruning.apply_masks(cut, pruning.select(scores, 1 / count))
