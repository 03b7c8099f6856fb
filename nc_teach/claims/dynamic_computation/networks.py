"""The data and networks that the chapter's experiments share: Fashion-MNIST, a few epochs each.

The images are made half as large (the mean of 2 x 2 pixels), so that dozens of networks can be
trained in minutes. Unless said otherwise everything learns with Adam at 3e-3 for six epochs.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach import dynamic, training
from nc_teach.claims import stopping_as_a_whole, with_bar
from nc_teach.data import Dataset, Split

N = TypeVar("N", bound=nn.Module)
EPOCHS, LR = 6, 3e-3
DEEP = ((16, 2), (16, 1), (16, 1), (32, 2), (32, 1), (32, 1))  # a chain of MSDNet's cost


class Called(nn.Module):
    """A network that is used in another way: its forward is ``call(net, *inputs)``."""

    def __init__(self, net: nn.Module, call: Callable[..., Tensor]) -> None:
        super().__init__()
        self.net, self.call = net, call

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.call(self.net, *inputs)


def half_size(dataset: Dataset) -> Dataset:
    """Every image at half its height and width: the mean of 2 x 2 pixels."""
    train, validation, test = (
        Split(F.avg_pool2d(split.images, 2), split.labels)
        for split in (dataset.train, dataset.validation, dataset.test)
    )
    return replace(dataset, train=train, validation=validation, test=test)


def fewer(dataset: Dataset, train: int, test: int | None = None) -> Dataset:
    """The same data with only the first ``train`` images to train on, and ``test`` to test on."""
    few = dataset.test if test is None else dataset.test.subset(min(test, len(dataset.test)))
    return replace(dataset, train=dataset.train.subset(min(train, len(dataset.train))), test=few)


def train(net: N, dataset: Dataset, seed: int, epochs: int = EPOCHS, **options: Any) -> N:
    """The same network, trained; ``options`` as in :func:`nc_teach.training.fit`."""
    options = {"lr": LR, "progress": False, **options}
    training.fit(net, dataset, epochs=epochs, seed=seed, **options)
    return net


def train_exits(
    net: N,
    dataset: Dataset,
    seed: int,
    weights: Sequence[float] | None = None,
    epochs: int = EPOCHS,
) -> N:
    """The same network, its exits trained together (or with the ``weights`` given)."""
    how = {"loss": dynamic.sum_of_exits(weights), "measure": dynamic.last_exit_accuracy}
    return train(net, dataset, seed, epochs, **how)


def early_exit_networks(dataset: Dataset, seeds: Sequence[int]) -> dict[int, dynamic.EarlyExitNet]:
    """One chain of four blocks with four exits per seed, trained jointly."""
    make, classes = dynamic.EarlyExitNet.small, len(dataset.classes)
    with stopping_as_a_whole():
        return {
            seed: train_exits(make(classes, seed=seed), dataset, seed)
            for seed in with_bar(seeds, "network")
        }
