"""The networks of the chapter, drawn and trained as in the papers."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from nc_teach import pruning, training
from nc_teach.data import Dataset
from nc_teach.models import LeNet300100, seeded_init
from nc_teach.pruning import lottery
from nc_teach.pruning.masks import Masks

EPOCHS, BATCH, LR = 6, 60, 1.2e-3
SHARE = 0.5  # of the weights that are left, gone in every round
Curve = list[float]
Hook = Callable[[nn.Module], object]


def glorot_lenet(dataset: Dataset, seed: int) -> LeNet300100:
    """LeNet-300-100 with Gaussian Glorot weights and zero biases, drawn from ``seed``."""
    net = LeNet300100(num_classes=len(dataset.classes))
    with seeded_init(seed):
        for layer in (net.fc1, net.fc2, net.fc3):
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    return net


def counted(networks: int) -> str:
    """How many networks, in words for a note.

    >>> counted(1), counted(3)
    ('1 network', '3 networks')
    """
    return f"{networks} network{'' if networks == 1 else 's'}"


def nearest(densities: Sequence[float], wanted: float) -> int:
    """The place of the density that is nearest to the one wanted.

    >>> nearest((0.501, 0.251, 0.126), 0.125)
    2
    """
    return int(np.argmin(np.abs(np.array(densities) - wanted)))


class Coach:
    """A training that is the same every time: one order of the images, one budget.

    With ``moments`` (shares of the training, in (0, 1]) it also keeps a curve of the test accuracy
    at those moments for every training, in ``curves``. Nothing is chosen by them. ``options`` are
    those of :func:`nc_teach.training.fit`.
    """

    def __init__(
        self,
        dataset: Dataset,
        epochs: int,
        seed: int,
        moments: Sequence[float] = (),
        **options: Any,
    ) -> None:
        total = epochs * -(-len(dataset.train) // BATCH)  # updates
        self.stops = Counter(max(1, round(moment * total)) for moment in moments)
        self.curves: list[Curve] = []
        self.dataset = dataset
        fixed = {"epochs": epochs, "seed": seed, "batch_size": BATCH, "progress": False}
        self.options = {**fixed, "lr": LR, **options}

    def train(self, model: nn.Module, after_step: Hook = lambda model: None) -> training.History:
        """Train ``model`` in place; ``KeyboardInterrupt`` when the reader stops it."""
        curve: Curve = []
        self.curves.append(curve)
        steps = itertools.count(1)

        def hook(model: nn.Module) -> None:
            after_step(model)
            if times := self.stops[next(steps)]:
                curve.extend([training.accuracy(model, self.dataset.test)] * times)

        return training.fit(model, self.dataset, after_step=hook, **self.options)

    def train_masked(self, net: nn.Module, masks: Masks) -> Curve:
        """Train ``net`` under ``masks``; its curve."""
        self.train(pruning.apply_masks(net, masks), pruning.mask_hook(masks))
        return self.curves[-1]

    def find_ticket(
        self, make: Callable[[], nn.Module], rounds: int, warm_up: "Coach | None" = None
    ) -> tuple[Curve, list[Curve], tuple[Masks, ...]]:
        """The curve of the whole network, that of the ticket after every round, and its masks."""
        early = None if warm_up is None else warm_up.train
        prune = lottery.prune_share(SHARE)
        ticket = lottery.find_ticket(make, self.train, prune, rounds, warm_up=early)
        self.train_masked(lottery.rewind(make(), ticket.start, ticket.masks), ticket.masks)
        whole, *curves = self.curves
        return whole, curves, ticket.path


def sgd(lr: float) -> dict[str, Any]:
    """Options for momentum SGD whose learning rate falls from ``lr`` along a cosine."""
    return {"optimizer": partial(torch.optim.SGD, lr=lr, momentum=0.9), "schedule": training.cosine}
