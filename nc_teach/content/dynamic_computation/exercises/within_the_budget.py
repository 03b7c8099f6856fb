"""6.2 Within the budget (difficulty 2, 10 minutes)

`validation` and `test` say how sure every exit is of every image, exits x images; `costs[k]` are
all the MACs that an image costs, from the input on, if it leaves by exit `k`. An image leaves by
the first exit that is at least as sure as the threshold, or by the last. Return the largest
threshold among the confidences in `validation[:-1]` whose mean cost is at most `budget`, and what
an image of the **test** split then costs on average. Which split may choose, and on which may one
only report?

## Stub
    def within_budget(validation, test, costs, budget):
        threshold, test_cost = ..., ...
        return threshold, test_cost

## Hint 1
Write a function of its own first: from confidences and a threshold to the mean cost. `costs` is a
tensor, so `costs[exits]` gives every image its cost.

## Hint 2
Try all candidates in `validation[:-1].flatten().sort().values`; the cost grows with the threshold,
so the last one that is within the budget is the largest. Then ask once for the cost on `test`.
`.item()` makes numbers of them.

## Near miss
the same, with the test split choosing. The thresholds are nearly equal, and the budget holds on the
test split, as if by a miracle. On the next thousand images it need not.

## Reasoning
A budget that is met on the validation split is met on the test split only approximately, and that
difference is the honest part of the answer. The confidences themselves are all the thresholds that
matter: between two of them no image changes its exit.
"""

import torch

from nc_teach.classroom.card import Refused


def within_budget(validation, test, costs, budget):
    def mean_cost(confidence, threshold):
        sure = confidence >= threshold
        sure[-1] = True
        return costs[sure.int().argmax(dim=0)].mean()

    tried = validation[:-1].flatten().sort().values
    best = [t for t in tried if mean_cost(validation, t) <= budget][-1]
    return best.item(), mean_cost(test, best).item()


def oracle(validation, test, costs, budget):
    """Tries every threshold on every image, one after the other."""

    def mean_cost(confidence, threshold):
        prices = []
        for image in confidence.T.tolist():
            exits = [k for k, sure in enumerate(image[:-1]) if sure >= threshold]
            prices.append(costs.tolist()[min(exits, default=-1)])
        return sum(prices) / len(prices)

    tried = set(validation[:-1].flatten().tolist())
    best = max(t for t in tried if mean_cost(validation, t) <= budget + 1e-6)
    return best, mean_cost(test, best)


def cases():
    """Two splits that are the same; then harder test images; then exactly the budget."""
    for exits, share, seed in ((3, 0.7, 1), (2, 0.6, 2), (4, 0.3, 3)):
        validation, _, costs, budget = _problem(exits, share, seed)
        yield _case(validation, validation.clone(), costs, budget)
    for exits, share, seed in ((3, 0.5, 4), (4, 0.45, 5)):
        yield _case(*_problem(exits, share, seed, harder=0.5))
    exact = torch.tensor([[0.875, 0.75, 0.5, 0.25], [1.0, 1.0, 1.0, 1.0]])
    yield _case(exact, exact.clone(), torch.tensor([10.0, 50.0]), 30.0)


def _case(validation, test, costs, budget):
    where = f"for a budget of {budget:g} (costs {costs.int().tolist()})"
    return where, (validation, test, costs, budget)


def _problem(exits, share, seed, harder=0.0):
    seeded = torch.Generator().manual_seed(seed)
    costs = (100 * (torch.rand(exits, generator=seeded) + 0.3).cumsum(0)).round()
    validation = torch.rand(exits, 60, generator=seeded) ** 0.7
    test = torch.rand(exits, 67, generator=seeded) ** (0.7 + harder)
    low, high = costs[0].item(), costs[-1].item()
    return validation, test, costs, round(low + share * (high - low)) + 0.013  # no mean of costs


TWO = "your function should return two numbers: the threshold, and the mean test cost."
MANY = "each of the two should be one number. Is one of them a tensor with many?"


def play(function, *given):
    """The two numbers, whatever kind of number they are."""
    answer = function(*given)
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise Refused(TWO + (" Let it end with `return`." if answer is None else ""))
    try:
        return tuple(float(value) for value in answer)
    except (TypeError, ValueError, RuntimeError) as error:
        raise Refused(MANY) from error


def spent(confidence, costs, threshold):
    """What every image costs."""
    sure = confidence >= threshold
    sure[-1] = True
    return costs[sure.int().argmax(dim=0)]


def report(test, costs, threshold):
    return threshold, spent(test, costs, threshold).mean().item()


def choosing(fits, place=-1, split=0):
    """One that takes the last threshold where ``fits(what each image of the split costs, budget)``.

    The split is that of validation (0) or the test (1); the thresholds are from validation.
    """

    def wrong(*given):
        validation, test, costs, budget = given
        tried = validation[:-1].flatten().sort().values.tolist()
        found = [t for t in tried if fits(spent(given[split], costs, t), budget)]
        return report(test, costs, (found or tried[:1])[place])

    return wrong


def within(spent, budget):
    return spent.mean() <= budget


def costs_twice(validation, test, costs, budget):
    return report(test, costs, within_budget(validation, test, costs.cumsum(0), budget)[0])


def in_steps(validation, test, costs, budget):
    grid = [t / 10 for t in range(11)]
    fits = [t for t in grid if within(spent(validation, costs, t), budget)]
    return report(test, costs, fits[-1])


def the_sum(validation, test, costs, budget):
    best, mean = within_budget(validation, test, costs, budget)
    return best, mean * test.shape[1]


def unsure_are_cheap(validation, test, costs, budget):
    def mean(confidence, t):
        return costs[(confidence >= t).int().argmax(dim=0)].mean().item()

    tried = sorted(validation[:-1].flatten().tolist())
    best = [t for t in tried if mean(validation, t) <= budget][-1]
    return best, mean(test, best)


def a_quantile(validation, test, costs, budget):
    leaving = (costs[-1] - budget) / (costs[-1] - costs[0])
    return report(test, costs, validation[0].quantile(1 - leaving).item())


WRONG = {
    lambda validation, *given: within_budget(given[0], *given): "the **test** split has chosen "
    "your threshold. Then the budget holds on it by construction, and nobody knows what the next "
    "images will cost. Choose on `validation`.",
    choosing(within, split=1): "your candidates are from `validation`, but the **test** "
    "split has chosen among them: you hold its cost against the budget. Then the budget holds on "
    "it by construction, and nobody knows what the next images will cost. Choose by what the "
    "`validation` images cost.",
    lambda validation, test, *given: within_budget(validation, validation, *given): "your "
    "threshold is right, but the cost that you report is that of the validation split, where it "
    "was chosen. Report what the **test** images cost.",
    lambda *given: within_budget(*given)[::-1]: "you return the two the other way round: first the "
    "threshold.",
    choosing(within, 0): "your threshold is the **smallest**: everybody leaves at once, for little "
    "and often wrong. Of all that are within the budget take the largest.",
    choosing(lambda spent, budget: spent.mean() > budget, 0): "your threshold is one too "
    "far: its mean cost is already above the budget. Take the last one before that.",
    choosing(lambda spent, budget: spent.mean() < budget): "a mean cost of exactly the "
    "budget is within it. With costs 10 and 50, two of four images that leave early cost 30 on "
    "average: compare with `<=`.",
    costs_twice: "you add the costs up once more. `costs[k]` already holds all that an image has "
    "cost when it leaves by exit `k`.",
    choosing(lambda spent, budget: spent.median() <= budget): "your budget is for the image "
    "in the **middle** (the median). It is for the mean.",
    choosing(lambda spent, budget: spent.max() <= budget): "in yours every single image "
    "must stay within the budget. It is for the **mean**: a hard image may cost more when an easy "
    "one costs less.",
    in_steps: "you try only thresholds in steps of 0.1. The best one lies between: try the "
    "confidences themselves.",
    the_sum: "your cost is the **sum** over the test images. Report the mean of one.",
    unsure_are_cheap: "images that no exit is sure of cost only as much as the first exit in "
    "yours. They go through to the last: `sure[-1] = True`.",
    a_quantile: "{where} your threshold is a quantile of what the first exit says, as if there "
    "were only the first exit and the last. Ask for each candidate what the images cost.",
    lambda *given: within_budget(*given)[0]: TWO,
    lambda v, test, costs, budget: (0.5, spent(test, costs, 0.5)): MANY,
}

OTHERWISE = "{where} you return the threshold and the cost {answer}; it should be {right}."
