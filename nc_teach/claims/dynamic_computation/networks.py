"""The data and networks that the chapter's experiments share: Fashion-MNIST, a few epochs each.

The images are made half as large (the mean of 2 x 2 pixels), so that dozens of networks can be
trained in minutes. Everything learns with Adam at 3e-3 for six epochs.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import torch.nn.functional as F
from torch import nn

from nc_teach import dynamic, training
from nc_teach.claims import raise_if_interrupted, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset, Split
from nc_teach.training import Loss

N = TypeVar("N", bound=nn.Module)
EPOCHS, LR = 6, 3e-3
DEEP = ((16, 2), (16, 1), (16, 1), (32, 2), (32, 1), (32, 1))  # a chain of MSDNet's cost


def half_size(dataset: Dataset) -> Dataset:
    """Every image at half its height and width: the mean of 2 x 2 pixels."""
    train, validation, test = (
        Split(F.avg_pool2d(split.images, 2), split.labels)
        for split in (dataset.train, dataset.validation, dataset.test)
    )
    return replace(dataset, train=train, validation=validation, test=test)


def train_exits(
    net: N,
    dataset: Dataset,
    seed: int,
    weights: Sequence[float] | None = None,
    epochs: int = EPOCHS,
) -> N:
    """The same network, its exits trained together (or with the ``weights`` given)."""
    history = training.fit(
        net,
        dataset,
        epochs=epochs,
        seed=seed,
        lr=LR,
        loss=dynamic.sum_of_exits(weights),
        measure=dynamic.last_exit_accuracy,
        progress=False,
    )
    raise_if_interrupted(history)
    return net


def train_plain(
    net: N, dataset: Dataset, seed: int, loss: Loss = training.cross_entropy, epochs: int = EPOCHS
) -> N:
    """The same network, trained with ``loss`` like all others of the chapter."""
    raise_if_interrupted(
        training.fit(net, dataset, epochs=epochs, seed=seed, lr=LR, loss=loss, progress=False)
    )
    return net


def early_exit_networks(
    dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS
) -> dict[int, dynamic.EarlyExitNet]:
    """One chain of four blocks with four exits per seed, trained jointly."""
    classes = len(dataset.classes)
    with stopping_as_a_whole():
        return {
            seed: train_exits(
                dynamic.EarlyExitNet.small(classes, seed=seed), dataset, seed, epochs=epochs
            )
            for seed in with_bar(seeds, "network")
        }
