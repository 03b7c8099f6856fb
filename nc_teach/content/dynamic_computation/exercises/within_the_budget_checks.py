"""The checks of card 6.2, against an oracle that tries every threshold on every image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
CLOSE = 1e-4


class Problem:
    """Confidences of two splits, costs and a budget; the test images are somewhat harder."""

    def __init__(self, exits: int, images: int, share: float, seed: int, harder: float = 0.0):
        random = torch.Generator().manual_seed(seed)
        steps = torch.rand(exits, generator=random) + 0.3
        self.costs = (100 * steps.cumsum(0)).round()
        self.validation = torch.rand(exits, images, generator=random) ** 0.7
        self.test = torch.rand(exits, images + 7, generator=random) ** (0.7 + harder)
        low, high = self.costs[0].item(), self.costs[-1].item()
        self.budget = round(low + share * (high - low)) + 0.013  # no mean of whole numbers

    def exits_of(self, confidence: Tensor, threshold: float) -> list[int]:
        last = len(confidence) - 1
        return [
            next((k for k in range(last) if column[k] >= threshold), last)
            for column in confidence.T.tolist()
        ]

    def cost(self, confidence: Tensor, threshold: float) -> float:
        prices = [self.costs[k].item() for k in self.exits_of(confidence, threshold)]
        return sum(prices) / len(prices)

    def best(self, confidence: Tensor, budget: float | None = None) -> float:
        budget = self.budget if budget is None else budget
        return max(t for t in set(confidence[:-1].flatten().tolist())
                   if self.cost(confidence, t) <= budget + 1e-6)  # fmt: skip

    def right(self) -> tuple[float, float]:
        threshold = self.best(self.validation)
        return threshold, self.cost(self.test, threshold)


def finds_the_threshold(candidate: Candidate) -> str | None:
    """Two splits that are the same: the form, the rule and the arithmetic."""
    for exits, share, seed in ((3, 0.7, 1), (2, 0.6, 2), (4, 0.3, 3)):
        problem = Problem(exits, 60, share, seed)
        problem.test = problem.validation.clone()
        message = _compared(candidate, problem)
        if message:
            return message
    return None


def keeps_the_splits_apart(candidate: Candidate) -> str | None:
    """The test images are harder, so that it matters which split chooses and which is told."""
    for exits, share, seed in ((3, 0.5, 4), (4, 0.45, 5)):
        message = _compared(candidate, Problem(exits, 60, share, seed, harder=0.5))
        if message:
            return message
    return None


def exactly_the_budget(candidate: Candidate) -> str | None:
    """A mean cost that is the budget itself is within it."""
    problem = Problem(2, 4, 0.5, seed=6)
    problem.costs = torch.tensor([10.0, 50.0])
    problem.validation = torch.tensor([[0.875, 0.75, 0.5, 0.25], [1.0, 1.0, 1.0, 1.0]])
    problem.budget, problem.test = 30.0, problem.validation.clone()
    answer = _ask(candidate, problem)
    if float(answer[0]) < 0.75 - CLOSE:
        return (
            "a mean cost of exactly the budget is within it. With costs 10 and 50, two of four "
            "images that leave early cost 30 on average: compare with `<=`."
        )
    return None


def _ask(candidate: Candidate, problem: Problem) -> Any:
    inputs = problem.validation.clone(), problem.test.clone(), problem.costs.clone()
    return ask(candidate, f"on {len(problem.costs)} exits", *inputs, problem.budget)


def _compared(candidate: Candidate, problem: Problem) -> str | None:
    answer = _ask(candidate, problem)
    if answer is None:
        return "your function returns `None`. Let it end with `return threshold, test_cost`."
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        return "your function should return two numbers: the threshold, and the mean test cost."
    try:
        found = tuple(float(value) for value in answer)
    except (TypeError, ValueError):
        return "each of the two should be one number. Is one of them a tensor with many?"
    right = problem.right()
    if _same(found, right):
        return None
    for says, rival in _rivals(problem):
        if _same(found, rival):
            return says
    return (
        f"for a budget of {problem.budget:g} (costs {problem.costs.int().tolist()}) you return "
        f"the threshold {found[0]:.4f} and the cost {found[1]:.2f}; it should be {right[0]:.4f} "
        f"and {right[1]:.2f}."
    )


def _same(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) <= CLOSE * max(1.0, abs(b)) for a, b in zip(one, other, strict=True))


def _rivals(problem: Problem) -> Iterator[tuple[str, tuple[float, float]]]:
    """Wrong choices, and what to say to each."""
    validation, test = problem.validation, problem.test
    threshold, cost = problem.right()
    every = sorted(set(validation[:-1].flatten().tolist()))

    def told(t: float) -> tuple[float, float]:
        return t, problem.cost(test, t)

    if not torch.equal(validation, test):
        yield (
            "the **test** split has chosen your threshold. Then the budget holds on it by "
            "construction, and nobody knows what the next images will cost. Choose on "
            "`validation`.",
            told(problem.best(test)),
        )
        yield (
            "your threshold is right, but the cost that you report is that of the validation "
            "split, where it was chosen. Report what the **test** images cost.",
            (threshold, problem.cost(validation, threshold)),
        )
    yield "you return the two the other way round: first the threshold.", (cost, threshold)
    yield (
        "your threshold is the **smallest**: everybody leaves at once, cheap and often wrong. Of "
        "all that are within the budget take the largest.",
        told(every[0]),
    )
    place = every.index(threshold)
    if place + 1 < len(every):
        yield (
            "your threshold is one too far: its mean cost is already above the budget. Take the "
            "last one before that.",
            told(every[place + 1]),
        )
    yield from _more_rivals(problem, told)


def _more_rivals(
    problem: Problem, told: Callable[[float], tuple[float, float]]
) -> Iterator[tuple[str, tuple[float, float]]]:
    validation, costs = problem.validation, problem.costs
    every = sorted(set(validation[:-1].flatten().tolist()))
    threshold, _ = problem.right()

    def largest(fits: Callable[[list[int]], bool]) -> float:
        return max((t for t in every if fits(problem.exits_of(validation, t))), default=every[0])

    yield (
        "you add the costs up once more. `costs[k]` already holds all that an image has cost when "
        "it leaves by exit `k`.",
        told(largest(lambda out: costs.cumsum(0)[out].mean() <= problem.budget + 1e-6)),
    )
    yield (
        "your budget is for the image in the **middle** (the median). It is for the mean.",
        told(largest(lambda out: costs[out].median() <= problem.budget)),
    )
    yield (
        "in yours every single image must stay within the budget. It is for the **mean**: a hard "
        "image may cost more when an easy one costs less.",
        told(largest(lambda out: costs[out].max() <= problem.budget)),
    )
    grid = [t / 10 for t in range(11)]
    fits = [t for t in grid if problem.cost(validation, t) <= problem.budget]
    if fits:
        yield (
            "you try only thresholds in steps of 0.1. The best one lies between: try the "
            "confidences themselves.",
            told(fits[-1]),
        )
    total = sum(costs[k].item() for k in problem.exits_of(problem.test, threshold))
    yield (
        "your cost is the **sum** over the test images. Report the mean of one.",
        (threshold, total),
    )
    yield (
        "images that no exit is sure of cost only as much as the first exit in yours. They go "
        "through to the last: `sure[-1] = True`.",
        _without_the_last(problem, every),
    )


def _without_the_last(problem: Problem, every: list[float]) -> tuple[float, float]:
    """The choice of one for whom the ``argmax`` of nothing is the first exit."""

    def cost(confidence: Tensor, t: float) -> float:
        return problem.costs[(confidence >= t).int().argmax(dim=0)].mean().item()

    fits = [t for t in every if cost(problem.validation, t) <= problem.budget + 1e-6]
    best = fits[-1] if fits else every[0]
    return best, cost(problem.test, best)


CHECKS = (finds_the_threshold, keeps_the_splits_apart, exactly_the_budget)
