"""XOR, the smallest network with a hidden layer: which one parameter can it do without?

Unlike the digits, where thousands of deletions add up to a curve, here one deletion is everything.
"""

import copy
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import pruning
from nc_teach.claims import Result
from nc_teach.claims.provenance import measured_now
from nc_teach.data import Split

from .minimum import TanhNet, train_to_minimum

XOR = Split(
    torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).reshape(4, 1, 1, 2),
    torch.tensor([0, 1, 1, 0]),
)
ORDERS = ("magnitude", "OBD", "OBS")


@dataclass(frozen=True, kw_only=True)
class Surgery(Result):
    """One network that solves XOR, and what each order's first deletion makes of it.

    ``before`` and ``after[order]`` are the nine parameters: four weights into the hidden units
    (unit by unit), their two biases, two weights out, the last bias. ``deleted[order]`` is the
    place of the one that went, ``solves[order]`` whether all four inputs are still right.
    """

    before: np.ndarray
    after: dict[str, np.ndarray]
    deleted: dict[str, int]
    solves: dict[str, bool]


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


def xor_surgeries(starts: int = 12) -> list[Surgery]:
    """Every different solution among the first ``starts``, with every order's deletion."""
    started = time.perf_counter()
    nets = different(filter(solves_xor, map(xor_net, range(starts))))
    found = [operate(net) for net in nets]
    by = measured_now("xor_surgeries", time.perf_counter() - started)
    return [replace(surgery, provenance=by) for surgery in found]


def operate(net: nn.Module) -> Surgery:
    """Delete one parameter of a network that solves XOR, by every order."""
    cuts = {order: without_one(net, order) for order in ORDERS}
    after = {order: nine_numbers(cut) for order, cut in cuts.items()}
    return Surgery(
        before=nine_numbers(net),
        after=after,
        deleted={order: int(np.flatnonzero(nine == 0)[0]) for order, nine in after.items()},
        solves={order: solves_xor(cut) for order, cut in cuts.items()},
    )


def different(nets: Iterable[nn.Module]) -> list[nn.Module]:
    """One network of each solution. Networks that mirror each other are the same solution: the
    same nine |w| in another order, to a tenth."""
    found: list[nn.Module] = []
    for net in nets:
        sizes = np.sort(np.abs(nine_numbers(net)))
        others = (np.sort(np.abs(nine_numbers(other))) for other in found)
        if all(np.abs(sizes - other).max() > 0.1 for other in others):
            found.append(net)
    return found


def nine_numbers(net: nn.Module) -> np.ndarray:
    """All parameters of a 2-2-1 network in one row, float64."""
    return torch.cat([p.detach().flatten() for p in net.parameters()]).numpy().copy()


def delete_one_from_xor(starts: Sequence[int]) -> dict[str, int]:
    """How many of the networks that solve XOR still do after each order's first deletion.

    All nine parameters may go, biases too. In fact only a bias can, for tanh is monotone: without
    an output weight one straight edge is left, and without an input weight the output rises (or
    falls) with that input whatever the other one is.
    """
    nets = [net for net in map(xor_net, starts) if solves_xor(net)]
    still = {order: sum(solves_xor(without_one(n, order)) for n in nets) for order in ORDERS}
    return {"nets": len(nets), "solutions": len(different(nets)), **still}


def without_one(net: nn.Module, order: str) -> nn.Module:
    """A copy without the one parameter that ``order`` names."""
    cut = copy.deepcopy(net)
    names = [name for name, _ in cut.named_parameters()]
    if order == "OBS":
        pruning.obs(cut, XOR, 1, loss=xor_loss, damping=1e-6, names=names)
        return cut
    if order == "OBD":
        scores = pruning.obd(cut, XOR, loss=xor_loss, hessian="gauss_newton", names=names)
    else:
        scores = {name: pruning.magnitude(p) for name, p in cut.named_parameters()}
    count = sum(score.numel() for score in scores.values())
    return pruning.apply_masks(cut, pruning.select(scores, 1 / count))
