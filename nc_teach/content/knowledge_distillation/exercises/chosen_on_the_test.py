"""Card 3.3: the bias of the unseen class, chosen on the test set and reported there."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .chosen_on_the_test_checks import CHECKS
from .chosen_on_the_test_wrong import WRONG_ANSWERS


def report(validation, test, unseen, shifts):
    def accuracy(split, shift):
        logits, labels = split
        moved = logits.clone()
        moved[:, unseen] += shift
        return (moved.argmax(dim=1) == labels).float().mean().item()

    best = max(shifts, key=lambda shift: accuracy(validation, shift))
    return best, accuracy(test, best)


CARD = Exercise(
    key="3.3",
    title="Find the flaws: a report",
    difficulty=1,
    minutes=6,
    task=(
        "A student never saw class `unseen`, so a `shift` is added to the bias of that class. "
        "`validation` and `test` are pairs `(logits, labels)`. The function should find the best "
        "of `shifts` and return it with the accuracy (0 to 1) that may be *published*. As it "
        "stands it has **two** flaws: one is in what it chooses on, the other makes the second "
        "round of the loop see something else than the first. Mend both."
    ).replace("*published*", "**published**"),
    stub="""\
def report(validation, test, unseen, shifts):
    best, accuracy = None, 0.0
    for shift in shifts:
        logits, labels = test
        logits[:, unseen] += shift
        right = (logits.argmax(dim=1) == labels).float().mean().item()
        if right > accuracy:
            best, accuracy = shift, right
    return best, accuracy
""",
    checks=CHECKS,
    hints=(
        "`logits[:, unseen] += shift` changes the tensor that was handed in. After the shifts 1 "
        "and 2, by how much has the class been lifted? And who is `validation` there for?",
        "Work on `logits.clone()`. Choose the shift by the accuracy on `validation`; then, once, "
        "measure that one shift on `test` and return it.",
    ),
    near_miss=(
        "a clone in every round, and still the best accuracy on the test set. Every number is "
        "computed correctly; but the best of many looks at the test set is no longer a test."
    ),
    solution=report,
    reasoning=(
        "The maximum over many tries is partly luck, and the luck is the test set's own: another "
        "test set would not repeat it. So the choice is made on data that are not reported, and "
        "the test set answers once. The paper that found the missing bias chose it by the test "
        "errors, and a later one reports the best test accuracy of 120 trials for each method. "
        "Their findings may stand; their numbers are a little too good."
    ),
    wrong_answers=WRONG_ANSWERS,
)
