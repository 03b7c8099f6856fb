"""What the experiments on per-input paths share: training, controls, and is it dynamic at all?

A policy is N inputs x blocks, bool. Two controls cost what it costs: :func:`random_like` keeps as
many blocks, but in random places; :func:`of_another_input` gives every input a path that was made
for another, so that only the fit between input and path is lost.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from nc_teach import training
from nc_teach.claims import raise_if_interrupted
from nc_teach.data import Dataset, Split
from nc_teach.dynamic.skipping import Blocks
from nc_teach.training.evaluate import evaluating

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


def fewer(dataset: Dataset, train: int, test: int | None = None) -> Dataset:
    """The same data with only the first ``train`` images to train on, and ``test`` to test on."""
    test = len(dataset.test) if test is None else test
    return replace(
        dataset,
        train=dataset.train.subset(min(train, len(dataset.train))),
        test=dataset.test.subset(min(test, len(dataset.test))),
    )


def evenly(count: int, wanted: int) -> list[int]:
    """At most ``wanted`` places among ``count``, evenly spread.

    >>> evenly(9, 3), evenly(2, 5)
    ([0, 4, 8], [0, 1])
    """
    wanted = min(count, wanted)
    return [round(place * (count - 1) / max(1, wanted - 1)) for place in range(wanted)]


def all_blocks(setting: Any, data: Dataset, seed: int, blocks: int = 6) -> Blocks:
    """A residual network that has learned with all of its blocks."""
    net = setting.network(len(data.classes), blocks, seed)
    return train(net, data, setting.epochs[0], seed, lr=setting.first, batch_size=setting.batch)


def longer(
    setting: Any, net: Blocks, data: Dataset, seed: int, epochs: int | None = None, **options: Any
) -> Blocks:
    """The same network, trained for as long again as what decides is (or ``epochs``)."""
    epochs = sum(setting.epochs[1:]) if epochs is None else epochs
    options = {"lr": setting.later, "batch_size": setting.batch, **options}
    return train(net, data, epochs, 1000 + seed, **options)


def train(
    model: M,
    dataset: Dataset,
    epochs: int,
    seed: int,
    *,
    deciders: float = 0,
    **options: Any,
) -> M:
    """The same model, trained; what decides (gates, policy) learns at the rate ``deciders``."""
    fit(model, dataset, epochs, seed, deciders=deciders, **options)
    return model


def fit(
    model: nn.Module,
    dataset: Dataset,
    epochs: int,
    seed: int,
    *,
    deciders: float = 0,
    **options: Any,
) -> training.History:
    """What training said; see :func:`train`."""
    if deciders:
        options["optimizer"] = partial(_two_rates, model, options.pop("lr"), deciders)
    return raise_if_interrupted(
        training.fit(model, dataset, epochs=epochs, seed=seed, progress=False, **options)
    )


def _two_rates(model: nn.Module, lr: float, deciders: float, parameters: list) -> Any:
    deciding: nn.Module = getattr(model, "gates", None) or getattr(model, "policy_net")  # noqa: B009
    own = {id(p) for p in deciding.parameters()}
    groups = [
        {"params": [p for p in parameters if (id(p) in own) == yes], "lr": rate}
        for yes, rate in ((True, deciders), (False, lr))
    ]
    return torch.optim.Adam([group for group in groups if group["params"]])
