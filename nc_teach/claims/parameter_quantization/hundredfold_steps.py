"""The steps to a file a hundred times smaller, and the two recipes.

Unlike :mod:`.pipeline`, which prunes every layer alike and heals with labels, as the paper does,
this prunes over all layers at once, heals with soft targets, and lets the centroids learn while
weights can still change their cluster (:mod:`.sharing_on_the_way`).

How the recipes came about; the criteria were the same from the beginning. The first one pruned and
healed LeNet-300-100 with labels and Adam, without weight decay: its files were 101 to 117 times
smaller at 0.5 points more errors, since the pruned networks knew their training images by heart.
With SGD and the soft targets of its dense self the files were 102 to 103 times smaller at 0.2
points; healing with Adam made no difference. Then, on the validation images of one more network, of
a seed that is not tested, nearly half of the difference from the dense network turned out to come
from the sharing: k-means had put each weight into a cluster for good. Now a weight can move to
another one. LeNet-300-100 still had too few weights; on those images it did better than its dense
self when it learned from a LeNet-5, and that recipe is the fourth whose files were tested. LeNet-5
has had two: the first pruned a little more, healed for half as long and shared by k-means, and its
files had 0.11 points more errors.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach import distillation, pruning, quantization, training
from nc_teach.data import Dataset
from nc_teach.models import LeNet5Caffe, LeNet300100
from nc_teach.quantization import deep_compression
from nc_teach.training.loop import cosine

from .sharing_on_the_way import SharingOnTheWay

TUNE_LR = 5e-4  # of Adam, for the centroids and the weights behind them
TEMPERATURE = 4.0  # of the soft targets


@dataclass(frozen=True)
class Recipe:
    """How one kind of network is trained and compressed. Epochs, and the share of weights to go.

    ``dense`` epochs of training, one after each of ``rounds`` steps of pruning, ``heal`` after the
    last, and ``tune`` with centroids: ``values`` of them in a layer, ``more_values`` in the layers
    that it names, ``bias_values`` in the biases. SGD with momentum 0.9 and weight decay at ``lr``;
    Adam for the centroids, and for healing where it has a rate of its own, ``heal_lr``. ``teacher``
    is the recipe of the dense network whose soft targets are learned; without one it is its own.
    """

    network: type[nn.Module]
    dense: int
    sparsity: float
    rounds: int
    heal: int
    tune: int
    lr: float
    heal_lr: float | None = None
    values: int = 8
    more_values: Mapping[str, int] = field(default_factory=dict)
    bias_values: int = 4
    teacher: Recipe | None = None


LENET5 = Recipe(
    LeNet5Caffe,
    dense=6,
    sparsity=0.9757,
    rounds=4,
    heal=12,
    tune=6,
    lr=0.02,
    more_values={"conv1.weight": 16, "fc2.weight": 16},
)
MLP = Recipe(
    LeNet300100,
    dense=20,
    sparsity=0.961,
    rounds=12,
    heal=16,
    tune=6,
    lr=0.05,
    heal_lr=2e-3,
    more_values={"fc3.weight": 16},
    teacher=LENET5,
)


def train_dense(recipe: Recipe, dataset: Dataset, seed: int) -> nn.Module:
    """The baseline, on labels, with a cosine learning rate."""
    net = recipe.network(num_classes=len(dataset.classes), seed=seed)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster convolutions
    training.fit(
        net, dataset, epochs=recipe.dense, seed=seed, optimizer=sgd(recipe), schedule=cosine
    )
    return net


def sgd(recipe: Recipe, times: float = 1.0) -> Callable[..., torch.optim.SGD]:
    """SGD with momentum 0.9 and weight decay, at ``times`` the recipe's learning rate."""
    return partial(torch.optim.SGD, lr=times * recipe.lr, momentum=0.9, weight_decay=5e-4)


def soft_lessons(
    net: nn.Module, recipe: Recipe, dataset: Dataset, seed: int
) -> Callable[..., training.History]:
    """``learn(net, epochs=..., ...)``: train on what ``net`` says now of each training image.

    Where the recipe has a teacher of its own, on what that one says.
    """
    teacher = train_dense(recipe.teacher, dataset, seed) if recipe.teacher else net
    said = training.predictions(teacher, dataset.train)

    def loss(logits: Tensor, teacher: Tensor, labels: Tensor) -> Tensor:
        return distillation.soft_target_loss(logits, teacher, TEMPERATURE)

    def learn(net: nn.Module, **options: Any) -> training.History:
        return distillation.distil(net, said, dataset, loss, **options)

    return learn


def prune_and_heal(
    net: nn.Module, learn: Callable[..., Any], steps: list[float], recipe: Recipe, seed: int
) -> None:
    """Prune by magnitude over all layers, an epoch at half the rate after each step; then heal."""
    seeds = iter(range(1000 * (seed + 1), 1000 * (seed + 2)))

    def train(model: nn.Module, after_step) -> training.History:
        half = sgd(recipe, 0.5)
        return learn(model, epochs=1, seed=next(seeds), optimizer=half, after_step=after_step)

    result = pruning.prune_iteratively(net, train, steps)
    adam = recipe.heal_lr and partial(training.adam, lr=recipe.heal_lr)
    learn(
        net,
        epochs=recipe.heal,
        seed=seed,
        optimizer=adam or sgd(recipe),
        schedule=cosine,
        after_step=pruning.mask_hook(result.masks),
    )


def share_values(net: nn.Module, learn: Callable[..., Any], recipe: Recipe, seed: int) -> None:
    """Let every layer share centroids, in place, which learn together with who shares them."""
    counts = {
        name: recipe.values if name.endswith("weight") else recipe.bias_values
        for name, _ in net.named_parameters()
    }
    counts |= recipe.more_values
    books = {n: quantization.cluster(net.get_parameter(n), k) for n, k in counts.items()}
    shared = SharingOnTheWay(net, books)
    learn(shared, epochs=recipe.tune, seed=seed, lr=TUNE_LR, schedule=cosine)
    shared.finish()


def read_back(data: bytes, recipe: Recipe, dataset: Dataset) -> nn.Module:
    """Write the file, read it into a new network: what is measured is what is on disk."""
    net = recipe.network(num_classes=len(dataset.classes))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.ncd"
        path.write_bytes(data)
        net.load_state_dict(deep_compression.load(path))
    return net
