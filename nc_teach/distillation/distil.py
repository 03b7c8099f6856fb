"""Distil: train a student on what the teacher says of each image.

The teacher is asked once, in evaluation mode, about every image of the *transfer set*: the images
that the student learns from. Its logits are then part of what an image comes with, like its label,
and are picked by the same index. A shuffled order cannot part an image from its logits; that is the
trap in codes that cache logits in a list beside a shuffled loader.

Unlike :func:`nc_teach.training.fit`, whose loss sees the labels only, the loss here sees both.

Source: Hinton, Vinyals, Dean (2015), "Distilling the Knowledge in a Neural Network", section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from nc_teach import training
from nc_teach.common.kinds import Natural
from nc_teach.data import Dataset, Split
from nc_teach.distillation.temperature import check_finite
from nc_teach.training import History, fit, predictions
from nc_teach.training.evaluate import check_data

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


def distil(
    student: nn.Module,
    teacher: nn.Module | Tensor,
    dataset: Dataset,
    loss: Loss,
    *,
    epochs: Natural,
    transfer: Split | None = None,
    **options: Any,
) -> History:
    """Train ``student`` in place on the teacher's logits and return what happened.

    Raises ``ValueError`` when there is not a row of finite logits for every image, or for anything
    that ``fit`` refuses.

    - ``teacher``: A network, which stays as it is (weights, mode, no gradient); or its logits, one
      row for each image of the transfer set, where they are known already.
    - ``dataset``: Its training split is the transfer set when there is no other; its validation
      split is measured after every epoch, with its labels.
    - ``loss``: ``(student_logits, teacher_logits, labels) -> scalar tensor``, such as ``lambda z,
      v, labels: soft_target_loss(z, v, temperature=20)``.
    - ``epochs``, ``options``: As in :func:`nc_teach.training.fit`: ``seed``, ``batch_size``,
      ``lr``, ``schedule`` ...
    - ``transfer``: Other images to learn from. A loss that ignores the labels can use images
      without any: give them a split with zeros for labels.

    >>> from nc_teach import data
    >>> from nc_teach.distillation.logits import logit_loss
    >>> digits = data.load("digits")
    >>> teacher, student = nn.Flatten(), nn.Sequential(nn.Flatten(), nn.Linear(64, 64))
    >>> history = distil(
    ...     student, teacher, digits, lambda z, v, _: logit_loss(z, v), epochs=3, progress=False
    ... )
    >>> history.train_loss[0] > history.train_loss[-1]
    True
    """
    check_data("dataset", dataset, "train", "validation")
    images = dataset.train if transfer is None else transfer
    check_data("transfer", images, "images", "labels")
    logits = teacher if isinstance(teacher, Tensor) else predictions(teacher, images)
    if logits.ndim != 2 or len(logits) != len(images):
        raise ValueError(
            f"teacher must give N x classes for the {len(images)} images of the transfer set, "
            f"got {tuple(logits.shape)}"
        )
    check_finite("the teacher's logits", logits)
    taught = Taught(dataset, TaughtSplit(images, logits.detach()))

    def taught_loss(model: nn.Module, images: Tensor, said: tuple[Tensor, Tensor]) -> Tensor:
        labels, teacher_logits = said
        return loss(model(images), teacher_logits, labels)

    loss_of = cast(training.Loss, taught_loss)  # fit hands the labels on as they are
    return fit(student, taught, epochs=epochs, loss=loss_of, **options)


class Taught(Dataset):
    """A data set whose training split is a :class:`TaughtSplit`."""

    def __init__(self, dataset: Dataset, train: TaughtSplit) -> None:
        vars(self).update(vars(dataset) | {"train": train})


class TaughtSplit:
    """A split whose ``labels``, picked at some places, give label and logits of those places.

    >>> split = Split(torch.zeros(3, 1, 1, 1), torch.tensor([5, 6, 7]))
    >>> TaughtSplit(split, torch.tensor([[0.5], [0.6], [0.7]])).labels[torch.tensor([2, 0])]
    (tensor([7, 5]), tensor([[0.7000],
            [0.5000]]))
    """

    def __init__(self, split: Split, logits: Tensor) -> None:
        self.split, self.images = split, split.images
        self.labels = _Together(split.labels, logits.to(split.labels.device))

    def __len__(self) -> int:
        return len(self.split)

    def to(self, device: torch.device | str) -> TaughtSplit:
        """The same on ``device``."""
        return TaughtSplit(self.split.to(device), self.labels.logits.to(device))


@dataclass(frozen=True)
class _Together:
    labels: Tensor
    logits: Tensor

    def __getitem__(self, places: Tensor) -> tuple[Tensor, Tensor]:
        return self.labels[places], self.logits[places]
