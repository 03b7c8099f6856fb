"""The checks of card 3.3: made-up logits on which validation and test prefer different shifts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Split = tuple[Tensor, Tensor]
UNSEEN, SHIFTS = 1, (0.0, 1.0, 2.0, 3.0)


def split_with(images: int, needs: float, mislabelled: int) -> Split:
    """Two classes. Those of class 1 are behind by up to ``needs``, those of class 0 ahead by more.

    The best of SHIFTS is ``needs``; lower ones cost some of class 1, higher ones of class 0. A few
    labels at the end are wrong whatever the shift, so that no accuracy is perfect.
    """
    behind = torch.linspace(needs - 1, needs, images // 2) - 0.1
    ahead = torch.linspace(needs + 0.05, needs + 2, images - images // 2)
    margins = torch.cat([behind, ahead])  # how far class 0 is in front
    labels = torch.cat([torch.ones(len(behind)), torch.zeros(len(ahead))]).long()
    labels[images - mislabelled :] = 1
    return torch.stack([margins, torch.zeros(images)], dim=1), labels


def accuracy_of(split: Split, shift: float) -> float:
    """The oracle: image by image, is the larger of the two logits that of the label?"""
    logits, labels = split[0].tolist(), split[1].tolist()
    right = [
        int(one + shift > zero) == label for (zero, one), label in zip(logits, labels, strict=True)
    ]
    return sum(right) / len(right)


def every_round_sees_the_same(candidate: Candidate) -> str | None:
    """Validation and test agree, so only the changed tensor can go wrong."""
    validation, test = split_with(40, 2.0, 2), split_with(50, 2.0, 4)
    given = [(logits.clone(), labels.clone()) for logits, labels in (validation, test)]
    answer = ask(candidate, f"with the shifts {SHIFTS}", *given, UNSEEN, list(SHIFTS))
    wrong = _form(answer)
    if wrong:
        return wrong
    for name, (logits, _), (before, _) in zip(
        ("validation", "test"), given, (validation, test), strict=True
    ):
        if not torch.equal(logits, before):
            return (
                f"your function changes the logits of `{name}` that it was given, so each round "
                "adds its shift to those before. Work on a `clone()`."
            )
    return _compared(answer, validation, test)


def chooses_without_the_test(candidate: Candidate) -> str | None:
    """Validation says 2, test says 3."""
    validation, test = split_with(40, 2.0, 2), split_with(50, 3.0, 4)
    answer = ask(candidate, "where the two splits differ", validation, test, UNSEEN, list(SHIFTS))
    return _form(answer) or _compared(answer, validation, test)


def chooses_whatever_the_order(candidate: Candidate) -> str | None:
    """The same with the best shift first, and a shift below zero."""
    validation, test = split_with(40, -1.0, 2), split_with(50, 0.0, 4)
    shifts = [-1.0, -2.0, 0.0, 1.0]
    answer = ask(candidate, f"with the shifts {shifts}", validation, test, UNSEEN, shifts)
    return _form(answer) or _compared(answer, validation, test, shifts)


def _form(answer: Any) -> str | None:
    if answer is None:
        return "your function returns `None`. Let it return the shift and the accuracy."
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        return f"return two things, the shift and the accuracy; you return {answer!r}."
    if answer[0] is None:
        return "your function chooses no shift at all."
    return None


def _compared(
    answer: tuple[Any, Any], validation: Split, test: Split, shifts: Any = SHIFTS
) -> str | None:
    shift, told = float(answer[0]), float(answer[1])
    best = {
        name: max(shifts, key=lambda s, split=split: accuracy_of(split, s))
        for name, split in (("validation", validation), ("test", test))
    }
    right = accuracy_of(test, best["validation"])
    if shift == best["validation"] and abs(told - right) < 1e-6:
        return None
    if shift != best["validation"]:
        return _shift_is_wrong(shift, best, shifts)
    return _accuracy_is_wrong(told, right, accuracy_of(validation, shift),
                              accuracy_of(test, best["test"]))  # fmt: skip


def _shift_is_wrong(shift: float, best: dict[str, float], shifts: Any) -> str:
    told = f"you choose the shift {shift:g}; of {', '.join(f'{s:g}' for s in shifts)}"
    if shift == best["test"] != best["validation"]:
        return (
            f"{told} that is the best on the **test** set. The test set has chosen, so it can no "
            f"longer judge. Validation says {best['validation']:g}."
        )
    return f"{told} the best on validation is {best['validation']:g}."


def _accuracy_is_wrong(told: float, right: float, on_validation: float, best_on_test: float) -> str:
    if abs(told - 100 * right) < 1e-4:
        return "your accuracy is in per cent. Return a number from 0 to 1."
    if abs(told - on_validation) < 1e-6:
        return (
            f"the shift is right, but {told:.3f} is its accuracy on **validation**, where it was "
            f"chosen: too good by luck. Publish the one on test, {right:.3f}."
        )
    if abs(told - best_on_test) < 1e-6:
        return (
            f"the shift is right, but {told:.3f} is the best accuracy of any shift on test. "
            f"Publish that of the chosen one, {right:.3f}."
        )
    return f"with the shift that you chose {right:.3f} of the test set is right, not {told:.3f}."


CHECKS = (every_round_sees_the_same, chooses_without_the_test, chooses_whatever_the_order)
