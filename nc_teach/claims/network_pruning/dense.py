"""The dense networks that every experiment of the chapter starts from."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from torch import nn

from nc_teach import training
from nc_teach.claims import Result, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100
from nc_teach.training import Loss, cross_entropy

R = TypeVar("R", bound=Result)
EPOCHS = 8


def train_dense(
    dataset: Dataset, seed: int, *, epochs: int = EPOCHS, loss: Loss = cross_entropy
) -> LeNet300100:
    """LeNet-300-100 trained with Adam (learning rate 1.2e-3, batch 100) from ``seed``."""
    net = LeNet300100(num_classes=len(dataset.classes), seed=seed)
    training.fit(net, dataset, epochs=epochs, seed=seed, loss=loss, progress=False)
    return net


def dense_networks(
    dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS
) -> dict[int, nn.Module]:
    """One dense network per seed; a seed fixes its initial weights and the order of its images."""
    with stopping_as_a_whole():
        return {s: train_dense(dataset, s, epochs=epochs) for s in with_bar(seeds, "network")}


def on_dense(
    experiment: Callable[[dict[int, nn.Module], Dataset], R],
) -> Callable[[Dataset, Sequence[int]], R]:
    """``experiment(networks, dataset)`` as a claim wants it, with a dense network for each seed."""
    return lambda dataset, seeds: experiment(dense_networks(dataset, seeds), dataset)
