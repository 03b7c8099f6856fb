"""What the experiments on per-input paths share: training, controls, and is it dynamic at all?

A policy is N inputs x blocks, bool. Two controls cost what it costs: :func:`random_like` keeps as
many blocks, but in random places; :func:`of_another_input` gives every input a path that was made
for another, so that only the fit between input and path is lost.
"""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from nc_teach import training
from nc_teach.data import Dataset, Split
from nc_teach.training.evaluate import evaluating

from . import networks

DRAWS = 3
M = TypeVar("M", bound=nn.Module)


def random_like(policy: Tensor, seed: int) -> Tensor:
    """As many blocks in the mean, every one kept with the same probability.

    >>> policy = torch.tensor([[True, False]]).expand(1000, -1)
    >>> round(random_like(policy, 0).float().mean().item(), 1)
    0.5
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(policy.shape, generator=generator) < policy.float().mean()


def of_another_input(policy: Tensor, seed: int) -> Tensor:
    """The same paths, dealt out at random: block by block exactly the same budget."""
    generator = torch.Generator().manual_seed(seed)
    return policy[torch.randperm(len(policy), generator=generator)]


def differs(policy: Tensor) -> float:
    """Standard deviation of a block's gate over the inputs, the mean over the blocks: at most 1/2.

    0 when every input takes the same path. Then the network is pruned, not dynamic.

    >>> differs(torch.tensor([[True, True], [True, False]]))
    0.25
    """
    return policy.double().std(dim=0, correction=0).mean().item()


def depth_of(policy: Tensor) -> int:
    """As many blocks as an input takes in the mean, rounded up, and at least one."""
    return max(1, math.ceil(policy.double().sum(dim=1).mean().item()))


def distinct(policy: Tensor) -> int:
    """How many different paths are taken."""
    return len(policy.unique(dim=0))


def accuracy_under(net: nn.Module, split: Split, policy: Tensor) -> float:
    """Share of ``split`` that ``net(images, policy)`` has right, in evaluation mode."""
    with evaluating(net):
        right = net(split.images, policy).argmax(dim=1) == split.labels
    return right.double().mean().item()


def control(
    net: nn.Module, split: Split, policy: Tensor, change: Callable[[Tensor, int], Tensor]
) -> float:
    """Mean accuracy of ``net`` under a changed policy, over a few draws."""
    changed = [change(policy, draw) for draw in range(DRAWS)]
    return sum(accuracy_under(net, split, p) for p in changed) / DRAWS


def controls(net: nn.Module, split: Split, policy: Tensor) -> dict[str, float]:
    """What a policy costs and how far it differs, and the accuracy of the two controls."""
    return {
        "blocks": policy.double().sum(dim=1).mean().item(),
        "random": control(net, split, policy, random_like),
        "others": control(net, split, policy, of_another_input),
        "deviation": differs(policy),
        "distinct": distinct(policy),
    }


def evenly(count: int, wanted: int) -> list[int]:
    """At most ``wanted`` places among ``count``, evenly spread.

    >>> evenly(9, 3), evenly(2, 5)
    ([0, 4, 8], [0, 1])
    """
    wanted = min(count, wanted)
    return [round(place * (count - 1) / max(1, wanted - 1)) for place in range(wanted)]


def train(
    net: M, dataset: Dataset, seed: int, epochs: int, *, deciders: float = 0, **options: Any
) -> M:
    """The same network, trained; what decides (gates, policy) learns at the rate ``deciders``."""
    if deciders:
        options["optimizer"] = partial(_two_rates, net, options.pop("lr"), deciders)
    return networks.train(net, dataset, seed, epochs, **options)


def _two_rates(
    net: nn.Module, lr: float, deciders: float, parameters: Iterable[nn.Parameter]
) -> torch.optim.Optimizer:
    deciding = net.get_submodule("gates" if hasattr(net, "gates") else "policy_net")
    own, rest = {id(p) for p in deciding.parameters()}, list(parameters)
    groups = [
        {"params": [p for p in rest if (id(p) in own) == yes], "lr": rate}
        for yes, rate in ((True, deciders), (False, lr))
    ]
    return training.adam([group for group in groups if group["params"]], lr)
