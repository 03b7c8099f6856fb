"""3.3 Find the flaws: a report (difficulty 1, 6 minutes)

A student never saw class `unseen`, so a `shift` is added to the bias of that class. `validation`
and `test` are pairs `(logits, labels)`. The function should find the best of `shifts` and return it
with the accuracy (0 to 1) that may be **published**. As it is now it has **two** flaws: one is in
what it chooses on, the other makes the second round of the loop see something else than the first.
Fix both.

## Stub
    def report(validation, test, unseen, shifts):
        best, accuracy = None, 0.0
        for shift in shifts:
            logits, labels = test
            logits[:, unseen] += shift
            right = (logits.argmax(dim=1) == labels).float().mean().item()
            if right > accuracy:
                best, accuracy = shift, right
        return best, accuracy

## Hint 1
`logits[:, unseen] += shift` changes the tensor that was handed in. After the shifts 1 and 2, by how
much has the class been lifted? And what is `validation` there for?

## Hint 2
Work on `logits.clone()`. Choose the shift by the accuracy on `validation`; then, once, measure that
one shift on `test` and return it.

## Near miss
a clone in every round, and still the best accuracy on the test set. Every number is computed
correctly; but the best of many looks at the test set is no longer a test.

## Reasoning
The maximum over many tries is partly luck, and the luck is the test set's own: another test set
would not repeat it. So the choice is made on data that are not reported, and the test set answers
once. The paper that found the missing bias chose it by the test errors, and a later one reports the
best test accuracy of 120 trials for each method. Their findings may well be right; their numbers
are a little too good.
"""

import copy

import torch

from nc_teach.classroom.card import Refused
from nc_teach.classroom.compare import same

UNSEEN = 1


def report(validation, test, unseen, shifts):
    def accuracy(split, shift):
        logits, labels = split
        moved = logits.clone()
        moved[:, unseen] += shift
        return (moved.argmax(dim=1) == labels).float().mean().item()

    best = max(shifts, key=lambda shift: accuracy(validation, shift))
    return best, accuracy(test, best)


def share_right(split, shift):
    """Image by image: is the larger of the two logits that of the label?"""
    rows = zip(split[0].tolist(), split[1].tolist(), strict=True)
    right = [int(one + shift > zero) == label for (zero, one), label in rows]
    return sum(right) / len(right)


def best_of(split, shifts):
    return max(shifts, key=lambda shift: share_right(split, shift))


def oracle(validation, test, unseen, shifts):
    best = best_of(validation, shifts)
    return best, share_right(test, best)


def play(function, *arguments):
    """What is returned, a list of the two being as good as a tuple; refused if a split changes."""
    before = copy.deepcopy(arguments)
    answer = function(*arguments)
    for name, now, then in zip(("validation", "test"), arguments, before, strict=False):
        if not same(now, then, 0.0):
            raise Refused(IN_PLACE.format(name))
    return tuple(answer) if isinstance(answer, list) else answer


def split_with(images, needs, mislabelled):
    """Two classes. Those of class 1 are behind by up to ``needs``, those of class 0 ahead by more.

    The best shift is ``needs``; lower ones cost some of class 1, higher ones of class 0. A few
    labels at the end are wrong whatever the shift, so that no accuracy is perfect.
    """
    behind = torch.linspace(needs - 1, needs, images // 2) - 0.1
    ahead = torch.linspace(needs + 0.05, needs + 2, images - images // 2)
    margins = torch.cat([behind, ahead])  # how far class 0 is in front
    labels = torch.cat([torch.ones(len(behind)), torch.zeros(len(ahead))]).long()
    labels[images - mislabelled :] = 1
    return torch.stack([margins, torch.zeros(images)], dim=1), labels


def cases():
    """The two splits agree; validation says 2 and test 3; the best comes first and is below 0."""
    for validation, test, shifts, where in (
        (2.0, 2.0, [0.0, 1.0, 2.0, 3.0], "with the shifts 0 to 3"),
        (2.0, 3.0, [0.0, 1.0, 2.0, 3.0], "where the two splits differ"),
        (-1.0, 0.0, [-1.0, -2.0, 0.0, 1.0], "with shifts below 0"),
    ):
        yield where, (split_with(40, validation, 2), split_with(50, test, 4), UNSEEN, shifts)


def details(validation, test, unseen, shifts, answer):
    """What was chosen, out of what, and the accuracies."""
    shift, told = answer
    best, right = oracle(validation, test, unseen, shifts)
    words = {
        "chosen": f"you choose the shift {shift:g}; of {', '.join(f'{s:g}' for s in shifts)}",
        "best": f"{best:g}",
        "told": f"{told:.3f}",
        "accuracy": f"{right:.3f}",
    }
    which = OTHER_SHIFT if shift != best else OTHER_ACCURACY
    return words | {"wrong": which.format(**words)}


OTHER_SHIFT = "{chosen} the best on validation is {best}."
OTHER_ACCURACY = "with the shift that you chose {accuracy} of the test set is right, not {told}."


def accuracy(split, unseen, shift):
    moved = split[0] + shift * torch.eye(2)[unseen]
    return (moved.argmax(dim=1) == split[1]).float().mean().item()


def clone_only(validation, test, unseen, shifts):
    best = best_of(test, shifts)
    return best, accuracy(test, unseen, best)


def adds_up(validation, test, unseen, shifts):
    best, most = shifts[0], 0.0
    for shift in shifts:
        validation[0][:, unseen] += shift
        right = accuracy(validation, unseen, 0.0)
        if right > most:
            best, most = shift, right
    return best, accuracy(test, unseen, best)


def shifts_the_test_in_place(validation, test, unseen, shifts):
    best = best_of(validation, shifts)
    test[0][:, unseen] += best
    return best, accuracy(test, unseen, 0.0)


def reporting(accuracy_of):
    """The right shift, and ``accuracy_of(validation, test, unseen, best, shifts)``."""

    def wrong(validation, test, unseen, shifts):
        best = best_of(validation, shifts)
        return best, accuracy_of(validation, test, unseen, best, shifts)

    return wrong


IN_PLACE = (
    "your function changes the logits of `{}` that it was given, so each round adds its shift to "
    "those before. Work on a `clone()`."
)
WRONG = {
    clone_only: "{chosen} that is the best on the **test** set. The test set has chosen, so it can "
    "no longer judge. Validation says {best}.",
    adds_up: IN_PLACE.format("validation"),
    shifts_the_test_in_place: IN_PLACE.format("test"),
    reporting(lambda v, t, u, best, _: accuracy(v, u, best)): "the shift is right, but {told} is "
    "its accuracy on **validation**, where it was chosen: too good by luck. Publish the one on "
    "test, {accuracy}.",
    reporting(lambda v, t, u, _, shifts: max(accuracy(t, u, s) for s in shifts)): "the shift is "
    "right, but {told} is the best accuracy of any shift on test. Publish that of the chosen one, "
    "{accuracy}.",
    lambda v, t, u, shifts: (shifts[-1], accuracy(t, u, shifts[-1])): OTHER_SHIFT,
    reporting(lambda v, t, u, best, _: 100 * accuracy(t, u, best)): "your accuracy is in per cent. "
    "Return a number from 0 to 1.",
    reporting(lambda v, t, u, *_: accuracy(t, u, 0.0)): OTHER_ACCURACY,
    lambda v, t, u, shifts: accuracy(t, u, best_of(v, shifts)): "return two things, the shift and "
    "the accuracy; you return {answer}.",
    lambda v, t, u, shifts: (None, 0.0): "your function chooses no shift at all.",
}

OTHERWISE = "{wrong}"
