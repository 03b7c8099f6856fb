"""The checks of card 1.3, against an oracle that solves the same problem with H itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

from .surgeons_cut_problem import SIZE, Problem, problems

Candidate = Callable[..., Any]
NEAR = 1e-8
DIVIDED = "The step divides by one number, [H⁻¹]_qq, and has no other factor."


def cuts_without_couplings(candidate: Candidate) -> str | None:
    """The form of the answer, and the right one where H is diagonal: no other weight moves."""
    answers = []
    for problem in problems(coupled=False):
        weights, inverse = problem.weights.clone(), problem.inverse
        new = ask(candidate, f"on {SIZE} weights", weights, inverse)
        wrong = _form(new) or _changed(problem, weights, inverse)
        if wrong:
            return wrong
        answers.append((problem, new))
    return _choice(answers) or next(filter(None, (_stayed(*pair) for pair in answers)), None)


def chooses_the_cheapest(candidate: Candidate) -> str | None:
    """The weight whose deletion costs least when the others may move."""
    return _choice([(p, _answer(candidate, p)) for p in problems(coupled=True)])


def moves_the_others(candidate: Candidate) -> str | None:
    """The others where the loss is least, and an exact zero."""
    for problem in problems(coupled=True):
        new, q = _answer(candidate, problem), problem.cheapest()
        best = problem.best_without(q)
        if not torch.allclose(new, best, rtol=NEAR, atol=NEAR):
            return _moved(problem, new, best, q)
        if new[q] != 0:
            return (
                f"the deleted weight is {new[q].item():.1g}, not 0. That is rounding, but a weight "
                "that is not exactly zero is still stored and computed. Write a 0 there."
            )
    return None


def _answer(candidate: Candidate, problem: Problem) -> Tensor:
    return ask(candidate, f"on {SIZE} weights", problem.weights.clone(), problem.inverse)


def _form(new: Any) -> str | None:
    if new is None:
        return "your function returns `None`. Does its last line return the new weights?"
    if not isinstance(new, Tensor):
        return f"you return a {type(new).__name__}; return the new weights alone, one tensor."
    if new.shape != (SIZE,):
        return f"your answer has the shape {tuple(new.shape)}; {SIZE} weights have ({SIZE},)."
    if not new.isfinite().all():
        return "your new weights hold NaN or infinity. What do you divide by?"
    return None


def _changed(problem: Problem, weights: Tensor, inverse: Tensor) -> str | None:
    if not torch.equal(weights, problem.weights):
        return "your function changes the weights that it was given. Work on a copy."
    if not torch.equal(inverse, problem.inverse):
        return "your function changes the inverse Hessian that it was given. Only read it."
    return None


def _stayed(problem: Problem, new: Tensor) -> str | None:
    stay = torch.arange(SIZE) != problem.cheapest()
    if torch.allclose(new[stay], problem.weights[stay], rtol=NEAR, atol=NEAR):
        return None
    return (
        "where H is diagonal no weight can do another's work, so only the deleted one should "
        "change. You move others too. Do you take one column of the inverse?"
    )


def _choice(answers: list[tuple[Problem, Tensor]]) -> str | None:
    """What to say unless in every answer one weight is (nearly) zero, and it is the right one."""
    chosen = []
    for problem, new in answers:
        gone = (new.abs() < NEAR).nonzero().flatten().tolist()
        if not gone:
            return _not_deleted(problem, new, problem.cheapest())
        if len(gone) > 1:
            return f"{len(gone)} of your new weights are zero. Delete one, then look again."
        chosen += gone
    pairs = zip((problem for problem, _ in answers), chosen, strict=True)
    costs = [(p, place, q) for p, place in pairs if place != (q := p.cheapest())]
    if not costs:
        return None
    problem, place, q = costs[0]
    told = (
        f"you delete weight {place}, which raises the loss by "
        f"{problem.rise(problem.best_without(place)):.3g} at least; weight {q} costs "
        f"{problem.rise(problem.best_without(q)):.3g}."
    )
    for says in problem.rivals():
        if all(p.rivals()[says] == c for (p, _), c in zip(answers, chosen, strict=True)):
            return f"{told} {says}"
    return told


def _not_deleted(problem: Problem, new: Tensor, q: int) -> str:
    step, right = new - problem.weights, problem.best_without(q) - problem.weights
    if torch.equal(new, problem.weights):
        return "your new weights are the old ones. One of them should be 0."
    share = (step @ right / (right @ right)).item()
    if not torch.allclose(step, share * right, rtol=NEAR, atol=NEAR):
        return "none of your new weights is zero. The cheapest one should be."
    if abs(share + 1) < NEAR:
        return f"you go the wrong way: weight {q} doubles instead of going to 0. Check the sign."
    factor = abs(share / problem.weights[q].item() - 1) < NEAR
    return f"none of your new weights is zero: your step is {share:.3g} times the right one. " + (
        "Is w_q squared in it? Only the cost squares it." if factor else DIVIDED
    )


def _moved(problem: Problem, new: Tensor, best: Tensor, q: int) -> str:
    told = (
        f"you delete the right weight, but the loss rises by {problem.rise(new):.3g}; moving the "
        f"others well it rises by {problem.rise(best):.3g}."
    )
    rest = torch.arange(SIZE) != q
    step, right = (v[rest] - problem.weights[rest] for v in (new, best))
    if not step.any():
        return f"{told} All others stay where they were. Which of them could take over?"
    if torch.allclose(step, -right, rtol=NEAR, atol=NEAR):
        return f"{told} You push the others the wrong way. There is a minus before the step."
    column = problem.hessian[rest, q] * (problem.weights[q] / problem.hessian[q, q])
    if torch.allclose(step.abs(), column.abs(), rtol=NEAR, atol=NEAR):
        return f"{told} Your step runs along a column of H. It should be one of its inverse."
    return told


CHECKS = (cuts_without_couplings, chooses_the_cheapest, moves_the_others)
