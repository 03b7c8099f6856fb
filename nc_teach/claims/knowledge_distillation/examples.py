"""Digits that tell something: sure at T = 1, and with a second thought at a higher temperature."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from nc_teach import distillation, training
from nc_teach.claims import Result, measured
from nc_teach.data import Split

CLASSES = (2, 1, 4, 7)
SURE = 0.98


@dataclass(frozen=True, kw_only=True)
class TellingDigits(Result):
    """Images (N x 1 x H x W), labels, and the logits (N x classes) of teacher and student."""

    images: np.ndarray
    labels: np.ndarray
    teacher: np.ndarray
    student: np.ndarray


@measured
def telling_digits(
    teacher: nn.Module, student: nn.Module, split: Split, classes: Sequence[int] = CLASSES
) -> TellingDigits:
    """For each of ``classes`` the image that the teacher is sure of and yet has a second thought.

    Sure: right, with a probability of at least 0.98 at T = 1. Of those the one with the largest
    logit of a wrong class, measured against the right one. Raises ``ValueError`` for a class of
    which there is no such image.
    """
    logits = training.predictions(teacher, split)
    sure, read = distillation.softmax(logits).max(dim=1)
    gap = logits.topk(2, dim=1).values.diff(dim=1).flatten()  # below 0: second minus first
    places = []
    for label in classes:
        known = (split.labels == label) & (read == label) & (sure >= SURE)
        if not known.any():
            raise ValueError(f"classes must have images that the teacher is sure of, got {label}")
        places.append(int(gap.where(known, gap.min() - 1).argmax()))
    chosen = split.subset(places)
    return TellingDigits(
        images=chosen.images.cpu().numpy(),
        labels=chosen.labels.cpu().numpy(),
        teacher=logits[places].numpy(),
        student=training.predictions(student, chosen).numpy(),
    )
