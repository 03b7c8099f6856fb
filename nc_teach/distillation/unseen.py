"""A class that the student never saw: what soft targets say of it, and the bias that is missing.

Take every 3 out of what the student learns from. In the 2s and 8s that are left, the teacher's soft
targets still say how much of a 3 there is. The student learns what a 3 looks like; what it does
not learn is how often one comes, so the bias of that class ends too low. One number puts it right.

Source: Hinton, Vinyals, Dean (2015), "Distilling the Knowledge in a Neural Network", the section
"Preliminary experiments on MNIST". There the number is tuned on the test set; here are a rule that
needs no labels at all, and a choice on validation data.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from nc_teach.common.kinds import Between, Finite, Labels, Logits, Natural
from nc_teach.data import Split


def without_classes(split: Split, classes: Iterable[int]) -> Split:
    """The images of ``split`` that show none of ``classes``; their labels stay as they are.

    >>> split = Split(torch.zeros(4, 1, 2, 2), torch.tensor([3, 1, 3, 0]))
    >>> without_classes(split, [3]).labels
    tensor([1, 0])
    """
    gone = torch.tensor(list(classes), device=split.labels.device)
    return split.subset(~torch.isin(split.labels, gone))


def shift_bias(logits: Logits, classes: Sequence[int], shift: Finite) -> Tensor:
    """The logits after adding ``shift`` to the output bias of each of ``classes``.

    A bias is added to every image's logit alike, so this is what the network would say with that
    bias; nothing is changed in place. N x classes in and out.

    >>> shift_bias(torch.tensor([[2.0, 1.0], [4.0, 1.0]]), [1], 1.5)
    tensor([[2.0000, 2.5000],
            [4.0000, 2.5000]])
    """
    _check(logits, classes)
    moved = logits.clone()
    moved[:, list(classes)] += shift
    return moved


def shift_for_share(logits: Logits, classes: Sequence[int], share: Between) -> float:
    """The shift with which a share ``share`` of the images is read as one of ``classes``.

    Needs images but no labels: only the knowledge that, say, every tenth digit is a 3. Image n is
    read as one of the classes once the shift exceeds its margin m_n = max of the other logits -
    max of theirs. So the answer lies between two neighbours of the sorted margins, exactly.

    Raises ``ValueError`` unless 0 < share < 1, or when ``classes`` are none or all.

    >>> logits = torch.tensor([[5.0, 0.0], [5.0, 2.0], [5.0, 3.0], [5.0, 4.0]])
    >>> shift_for_share(logits, [1], share=0.5)  # margins 5, 3, 2, 1: between 2 and 3
    2.5
    """
    margins = _margins(logits, classes).sort().values
    count = min(max(round(share * len(margins)), 1), len(margins) - 1)
    return margins[count - 1 : count + 1].mean().item()


def best_shift(
    logits: Logits, labels: Labels, classes: Sequence[int], shifts: Sequence[Finite]
) -> float:
    """The one of ``shifts`` with the fewest errors; of equals, the one that moves least.

    Give it validation data. On the test set it would answer the question that the test asks.

    >>> logits = torch.tensor([[2.0, 1.0], [2.0, 1.5], [4.0, 1.0]])
    >>> best_shift(logits, torch.tensor([0, 1, 0]), [1], [0.0, 0.75, 2.5])
    0.75
    """
    if not len(shifts):
        raise ValueError("shifts must hold at least one number, got none")
    errors = {s: errors_after(logits, labels, classes, s) for s in shifts}
    return min(errors, key=lambda s: (errors[s], abs(s)))


def errors_after(logits: Logits, labels: Labels, classes: Sequence[int], shift: Finite) -> int:
    """How many images are misread once ``shift`` is added to the biases of ``classes``."""
    return int((shift_bias(logits, classes, shift).argmax(dim=1) != labels).sum())


def read_as(logits: Logits, labels: Labels, label: Natural) -> Tensor:
    """A row of the confusion matrix: as what the images of class ``label`` are read, in counts.

    >>> logits = torch.tensor([[9.0, 0.0], [0.0, 9.0], [0.0, 9.0]])
    >>> read_as(logits, torch.tensor([1, 1, 0]), label=1)
    tensor([1, 1])
    """
    return torch.bincount(logits[labels == label].argmax(dim=1), minlength=logits.shape[1])


def _margins(logits: Logits, classes: Sequence[int]) -> Tensor:
    """By how much the best of the other classes is ahead of the best of ``classes``, N."""
    _check(logits, classes)
    ours = torch.zeros(logits.shape[1], dtype=torch.bool, device=logits.device)
    ours[list(classes)] = True
    if ours.all():
        raise ValueError(f"classes must leave another one out, got all {len(ours)}")
    return logits[:, ~ours].amax(dim=1) - logits[:, ours].amax(dim=1)


def _check(logits: Logits, classes: Sequence[int]) -> None:
    if not len(classes) or not all(0 <= c < logits.shape[1] for c in classes):
        raise ValueError(
            f"classes must be numbers from 0 to {logits.shape[1] - 1}, got {list(classes)}"
        )
