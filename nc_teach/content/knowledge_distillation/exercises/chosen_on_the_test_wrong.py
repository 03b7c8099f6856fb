"""Known wrong answers to card 3.3. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer

Split = tuple[Tensor, Tensor]
Report = tuple[float, float]


def _accuracy(split: Split, unseen: int, shift: float) -> float:
    moved = split[0].clone()
    moved[:, unseen] += shift
    return (moved.argmax(dim=1) == split[1]).float().mean().item()


def _best(split: Split, unseen: int, shifts: Sequence[float]) -> float:
    return max(shifts, key=lambda shift: _accuracy(split, unseen, shift))


def clone_only(validation: Split, test: Split, unseen: int, shifts: Sequence[float]) -> Report:
    best = _best(test, unseen, shifts)
    return best, _accuracy(test, unseen, best)


def adds_up(validation: Split, test: Split, unseen: int, shifts: Sequence[float]) -> Report:
    best, accuracy = shifts[0], 0.0
    for shift in shifts:
        validation[0][:, unseen] += shift
        right = (validation[0].argmax(dim=1) == validation[1]).float().mean().item()
        if right > accuracy:
            best, accuracy = shift, right
    return best, _accuracy(test, unseen, best)


def shifts_the_test_in_place(
    validation: Split, test: Split, unseen: int, shifts: Sequence[float]
) -> Report:
    best = _best(validation, unseen, shifts)
    test[0][:, unseen] += best
    return best, (test[0].argmax(dim=1) == test[1]).float().mean().item()


def reports_validation(
    validation: Split, test: Split, unseen: int, shifts: Sequence[float]
) -> Report:
    best = _best(validation, unseen, shifts)
    return best, _accuracy(validation, unseen, best)


def reports_the_best_of_test(
    validation: Split, test: Split, unseen: int, shifts: Sequence[float]
) -> Report:
    best = max(_accuracy(test, unseen, shift) for shift in shifts)
    return _best(validation, unseen, shifts), best


def the_last_one(validation: Split, test: Split, unseen: int, shifts: Sequence[float]) -> Report:
    return shifts[-1], _accuracy(test, unseen, shifts[-1])


def in_per_cent(validation: Split, test: Split, unseen: int, shifts: Sequence[float]) -> Report:
    best = _best(validation, unseen, shifts)
    return best, 100 * _accuracy(test, unseen, best)


def without_the_shift(
    validation: Split, test: Split, unseen: int, shifts: Sequence[float]
) -> Report:
    return _best(validation, unseen, shifts), _accuracy(test, unseen, 0.0)


def only_the_accuracy(
    validation: Split, test: Split, unseen: int, shifts: Sequence[float]
) -> float:
    return _accuracy(test, unseen, _best(validation, unseen, shifts))


def forgets_to_return(validation: Split, test: Split, unseen: int, shifts: Sequence[float]) -> None:
    _accuracy(test, unseen, _best(validation, unseen, shifts))


WRONG_ANSWERS = {
    "a clone only": WrongAnswer(clone_only, "can no longer judge"),
    "adds up": WrongAnswer(adds_up, "the logits of `validation`"),
    "shifts the test in place": WrongAnswer(shifts_the_test_in_place, "the logits of `test`"),
    "reports validation": WrongAnswer(reports_validation, "too good by luck"),
    "reports the best of test": WrongAnswer(reports_the_best_of_test, "of any shift on test"),
    "the last one": WrongAnswer(the_last_one, "you choose the shift 3;"),
    "in per cent": WrongAnswer(in_per_cent, "in per cent"),
    "without the shift": WrongAnswer(without_the_shift, "with the shift that you chose"),
    "only the accuracy": WrongAnswer(only_the_accuracy, "return two things"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
