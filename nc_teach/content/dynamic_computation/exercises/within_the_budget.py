"""Card 6.2: a threshold for a budget, chosen where it may be chosen."""

from __future__ import annotations

from nc_teach.classroom.old_card import Exercise

from .within_the_budget_checks import CHECKS
from .within_the_budget_wrong import WRONG_ANSWERS


def within_budget(validation, test, costs, budget):
    def mean_cost(confidence, threshold):
        sure = confidence >= threshold
        sure[-1] = True
        return costs[sure.int().argmax(dim=0)].mean()

    best = None
    for threshold in validation[:-1].flatten().sort().values:
        if mean_cost(validation, threshold) <= budget:
            best = threshold
    return best.item(), mean_cost(test, best).item()


CARD = Exercise(
    key="6.2",
    title="Within the budget",
    difficulty=2,
    minutes=10,
    task=(
        "`validation` and `test` say how sure every exit is of every image, exits x images; "
        "`costs[k]` are the MACs of an image that leaves by exit `k`, all of them. An image leaves "
        "by the first exit that is at least as sure as the threshold, or by the last. Return the "
        "largest threshold among the confidences in `validation[:-1]` whose mean cost is at most "
        "`budget`, and what an image of the **test** split then costs on average. Which split may "
        "choose, and which may only be told?"
    ),
    stub="""\
def within_budget(validation, test, costs, budget):
    threshold, test_cost = ..., ...
    return threshold, test_cost
""",
    checks=CHECKS,
    hints=(
        "Write a function of its own first: from confidences and a threshold to the mean cost. "
        "`costs` is a tensor, so `costs[exits]` gives every image its cost.",
        "Try all candidates in `validation[:-1].flatten().sort().values`; the cost grows with the "
        "threshold, so the last one that is within the budget is the largest. Then ask once for "
        "the cost on `test`. `.item()` makes numbers of them.",
    ),
    near_miss=(
        "the same, with the test split choosing. The thresholds are nearly equal, and the budget "
        "holds on the test split, as if by a miracle. On the next thousand images it will not."
    ),
    solution=within_budget,
    reasoning=(
        "A budget that is met on the validation split is met on the test split only about, and "
        "that difference is the honest part of the answer. The confidences themselves are all the "
        "thresholds that matter: between two of them nobody changes his exit."
    ),
    wrong_answers=WRONG_ANSWERS,
)
