"""The checks of card 1.7, against an oracle that searches for the minimum itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

from .shrink_a_group_rivals import rivals

Candidate = Callable[..., Any]
STEP = 0.4


def random_weight(shape: tuple[int, ...]) -> Tensor:
    """Groups of very different lengths: some are kept, some are not."""
    seeded = torch.Generator().manual_seed(61)
    weight = torch.randn(shape, generator=seeded)
    lengths = torch.linspace(0.2, 2.0, shape[0]).view(-1, *[1] * (len(shape) - 1))
    return weight * lengths


def objective(groups: Tensor, left: Tensor, step: float) -> Tensor:
    """||v - w||^2 / 2 + step sqrt(size) ||v|| of every group w, for v = left * w."""
    moved = (left[:, None] - 1) * groups
    norms = (left[:, None] * groups).norm(dim=1)
    return moved.square().sum(1) / 2 + step * groups.shape[1] ** 0.5 * norms


def least(weight: Tensor, step: float) -> Tensor:
    """The oracle: for every group the share left of it at which the objective is least.

    Ternary search in float64. Along the group itself is enough: any other direction is further from
    w at the same norm.
    """
    groups = weight.double().flatten(1)
    low, high = torch.full((len(groups),), -1.0).double(), torch.full((len(groups),), 2.0).double()
    for _ in range(100):
        third = (high - low) / 3
        lower = objective(groups, low + third, step) <= objective(groups, high - third, step)
        low, high = torch.where(lower, low, low + third), torch.where(lower, high - third, high)
    return (groups * ((low + high) / 2)[:, None]).view_as(weight).float()


def shrinks_filters(candidate: Candidate) -> str | None:
    """A matrix: the form of the answer, and every group as long as it should be."""
    weight = random_weight((6, 9))
    given = weight.clone()
    new = ask(candidate, f"on a 6 × 9 weight with step {STEP}", given, STEP)
    if not torch.equal(given, weight):
        return "your function changes the weight that it was given. Return a new tensor."
    return _form(new, weight) or _compared(new, weight, STEP)


def makes_exact_zeros(candidate: Candidate) -> str | None:
    """Groups of zeros, a group exactly at the limit, and step 0."""
    weight = random_weight((4, 4))
    weight[0], weight[1] = 0.0, torch.tensor([3.0, 4.0, 0.0, 0.0])
    for step in (2.5, 0.0):  # the limit is 5, just the length of weight[1]
        new = ask(candidate, f"with step {step:g}", weight.clone(), step)
        if isinstance(new, Tensor) and new.isnan().any():
            return (
                f"with step {step:g} a group of zeros becomes NaN: somewhere 0 is divided by 0, "
                "and neither `max` nor `* 0` takes that away."
            )
        wrong = _form(new, weight) or _compared(new, weight, step)
        if wrong:
            return wrong
        if new[0].any() or (step and new[1].any()):
            size = new[:2].abs().max().item()
            return (
                f"with step {step:g} a group that should be zero still holds {size:.1g}. Only an "
                "exact zero can be removed."
            )
    return None


def shrinks_filters_of_a_convolution(candidate: Candidate) -> str | None:
    """Four dimensions: a filter is all of weight[n]."""
    weight = random_weight((6, 3, 3, 2))
    new = ask(candidate, "on a 6 × 3 × 3 × 2 weight", weight.clone(), STEP)
    return _form(new, weight) or _compared(new, weight, STEP)


def _form(new: Any, weight: Tensor) -> str | None:
    if new is None:
        return "your function returns `None`. Let it end with `return` and the new weight."
    if not isinstance(new, Tensor):
        return f"you return a {type(new).__name__}; return one tensor."
    if new.shape != weight.shape:
        told = (
            f"your answer has the shape {tuple(new.shape)}, the weight has {tuple(weight.shape)}."
        )
        again = " `view_as(weight)` gives the shape back."
        return told + (again if new.numel() == weight.numel() else "")
    if not new.isfinite().all():
        return "your answer holds NaN or infinity. What do you divide by?"
    return None


def _compared(new: Tensor, weight: Tensor, step: float) -> str | None:
    right = least(weight, step)
    if torch.allclose(new, right, atol=1e-5):
        return None
    for says, rival in rivals(weight, step):
        if torch.allclose(new, rival, atol=1e-5):
            return says
    lengths = [w.flatten(1).norm(dim=1) for w in (weight, new, right)]
    worst = int((new - right).flatten(1).norm(dim=1).argmax())
    old, mine, best = (length[worst].item() for length in lengths)
    if abs(mine - best) < 1e-4:
        return (
            f"group {worst} has the right length but another direction. All its numbers should "
            "shrink by one and the same factor."
        )
    limit = step * weight[0].numel() ** 0.5
    return (
        f"group {worst} has length {old:.3g} and gets {mine:.3g}; it should lose step · √size = "
        f"{limit:.3g}, which leaves {best:.3g}."
    )


CHECKS = (shrinks_filters, makes_exact_zeros, shrinks_filters_of_a_convolution)
