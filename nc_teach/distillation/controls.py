"""What soft targets have to beat: two controls that are soft but know less.

Label smoothing is soft and knows nothing of the image: every wrong class gets the same. Shuffling
gives each image the teacher's own numbers, with those of its wrong classes dealt to the wrong
classes at random: as soft as before, and no longer true.

Sources: Szegedy et al. (2016), "Rethinking the Inception Architecture for Computer Vision", the
section on label smoothing; shuffling is our own control.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from nc_teach.common.kinds import Count, Labels, Logits, Seed, Share


def smoothed_labels(labels: Labels, classes: Count, smoothing: Share = 0.1) -> Tensor:
    """Targets (1 - s) + s / C for the label and s / C for each other class, N x C, float32.

    Raises ``ValueError`` unless 0 <= s <= 1, or for a label that is no class.

    >>> smoothed_labels(torch.tensor([2, 0]), classes=4, smoothing=0.2)
    tensor([[0.0500, 0.0500, 0.8500, 0.0500],
            [0.8500, 0.0500, 0.0500, 0.0500]])
    """
    _check_labels(labels, classes)
    return (1 - smoothing) * F.one_hot(labels, classes).float() + smoothing / classes


def shuffle_wrong_classes(teacher_logits: Logits, labels: Labels, seed: Seed = 0) -> Tensor:
    """The same logits, those of the wrong classes in another order for every image.

    The label keeps its logit, and at every temperature its probability; entropy stays as it was.
    What goes is *which* wrong class came close. N x classes in and out; nothing is changed in
    place. Raises ``ValueError`` when there is not a label for each image, or a label is no class.

    >>> logits = torch.tensor([[9.0, 1.0, 2.0, 3.0], [0.0, 1.0, 9.0, 3.0]])
    >>> shuffle_wrong_classes(logits, torch.tensor([0, 2]), seed=1)
    tensor([[9., 2., 3., 1.],
            [1., 0., 9., 3.]])
    """
    if labels.shape != teacher_logits.shape[:1]:
        raise ValueError(
            "labels must hold one class for each row of teacher_logits (N x classes), got "
            f"{tuple(labels.shape)} for {tuple(teacher_logits.shape)}"
        )
    images, classes = teacher_logits.shape
    _check_labels(labels, classes)
    wrong = ~F.one_hot(labels, classes).bool()  # N x classes
    # N x (classes - 1): a random order per image
    drawn = torch.rand(images, classes - 1, generator=torch.Generator().manual_seed(seed))
    order = drawn.argsort(dim=1).to(teacher_logits.device)
    dealt = teacher_logits[wrong].view(images, classes - 1).gather(1, order)  # N x (classes - 1)
    return teacher_logits.masked_scatter(wrong, dealt)


def _check_labels(labels: Tensor, classes: int) -> None:
    if labels.numel() and not (labels.min() >= 0 and labels.max() < classes):
        raise ValueError(
            f"labels must be from 0 to {classes - 1}, got {labels.min()} to {labels.max()}"
        )
