"""Known wrong answers to card 6.2. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer

Answer = tuple[float, float]


def _spent(confidence: Tensor, costs: Tensor, threshold: float) -> Tensor:
    """What every image costs."""
    sure = confidence >= threshold
    sure[-1] = True
    return costs[sure.int().argmax(dim=0)]


def _fitting(confidence: Tensor, fits: Callable[[float], bool]) -> list[float]:
    candidates = confidence[:-1].flatten().sort().values.tolist()
    return [t for t in candidates if fits(t)] or candidates[:1]


def _best(confidence: Tensor, costs: Tensor, budget: float) -> float:
    return _fitting(confidence, lambda t: _spent(confidence, costs, t).mean() <= budget)[-1]


def _told(test: Tensor, costs: Tensor, threshold: float) -> Answer:
    return threshold, _spent(test, costs, threshold).mean().item()


def chosen_on_the_test(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    return _told(test, costs, _best(test, costs, budget))


def told_on_the_validation(
    validation: Tensor, test: Tensor, costs: Tensor, budget: float
) -> Answer:
    return _told(validation, costs, _best(validation, costs, budget))


def the_smallest(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    return _told(
        test,
        costs,
        _fitting(validation, lambda t: _spent(validation, costs, t).mean() <= budget)[0],
    )


def one_too_far(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    best = _fitting(validation, lambda t: _spent(validation, costs, t).mean() > budget)[0]
    return _told(test, costs, best)


def below_the_budget(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    best = _fitting(validation, lambda t: _spent(validation, costs, t).mean() < budget - 1e-3)[-1]
    return _told(test, costs, best)


def costs_twice(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    added = costs.cumsum(0)
    best = _fitting(validation, lambda t: _spent(validation, added, t).mean() <= budget)[-1]
    return _told(test, costs, best)


def the_middle_image(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    best = _fitting(validation, lambda t: _spent(validation, costs, t).median() <= budget)[-1]
    return _told(test, costs, best)


def every_single_one(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    best = _fitting(validation, lambda t: _spent(validation, costs, t).max() <= budget)[-1]
    return _told(test, costs, best)


def in_steps(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    grid = [t / 10 for t in range(11)]
    return _told(
        test, costs, [t for t in grid if _spent(validation, costs, t).mean() <= budget][-1]
    )


def the_sum(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    best = _best(validation, costs, budget)
    return best, _spent(test, costs, best).sum().item()


def the_other_way_round(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    return _told(test, costs, _best(validation, costs, budget))[::-1]


def unsure_are_cheap(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    def mean(confidence: Tensor, t: float) -> float:
        return costs[(confidence >= t).int().argmax(dim=0)].mean().item()

    best = _fitting(validation, lambda t: mean(validation, t) <= budget)[-1]
    return best, mean(test, best)


def a_quantile(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> Answer:
    """As if there were only the first exit and the last."""
    leaving = (costs[-1] - budget) / (costs[-1] - costs[0])
    return _told(test, costs, validation[0].quantile(1 - leaving).item())


def threshold_only(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> float:
    return _best(validation, costs, budget)


def every_cost(
    validation: Tensor, test: Tensor, costs: Tensor, budget: float
) -> tuple[float, Tensor]:
    best = _best(validation, costs, budget)
    return best, _spent(test, costs, best)


def forgets_to_return(validation: Tensor, test: Tensor, costs: Tensor, budget: float) -> None:
    torch.mean(costs)


WRONG_ANSWERS = {
    "chosen on the test": WrongAnswer(chosen_on_the_test, "**test** split has chosen"),
    "told on the validation": WrongAnswer(told_on_the_validation, "where it was chosen"),
    "the smallest": WrongAnswer(the_smallest, "is the **smallest**"),
    "one too far": WrongAnswer(one_too_far, "one too far"),
    "below the budget": WrongAnswer(below_the_budget, "compare with `<=`"),
    "costs twice": WrongAnswer(costs_twice, "add the costs up once more"),
    "the middle image": WrongAnswer(the_middle_image, "(the median)"),
    "every single one": WrongAnswer(every_single_one, "every single image"),
    "in steps": WrongAnswer(in_steps, "in steps of 0.1"),
    "the sum": WrongAnswer(the_sum, "**sum** over the test images"),
    "the other way round": WrongAnswer(the_other_way_round, "the other way round"),
    "the unsure are cheap": WrongAnswer(unsure_are_cheap, "only as much as the first exit"),
    "a quantile": WrongAnswer(a_quantile, "it should be"),
    "threshold only": WrongAnswer(threshold_only, "two numbers"),
    "every cost": WrongAnswer(every_cost, "a tensor with many"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
