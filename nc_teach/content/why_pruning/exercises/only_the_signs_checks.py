"""The checks of card 2.2: the lecture's four weights, then a layer with a mask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
LECTURE = (0.9, 3.1, -1.0, 4.3)


def layer() -> tuple[Tensor, Tensor]:
    """A layer whose kept weights spread more than the others, and its mask."""
    generator = torch.Generator().manual_seed(51)
    initial = 0.3 * torch.randn(12, 10, generator=generator)
    return initial, initial.abs() > 0.3


def works_on_four_weights(candidate: Candidate) -> str | None:
    """Everything kept: (a, a, -a, a)."""
    initial, mask = torch.tensor(LECTURE), torch.ones(4, dtype=torch.bool)
    return _examined(candidate, "on the four weights", initial, mask)


def works_with_a_mask(candidate: Candidate) -> str | None:
    """Some removed: they are zero, and the size still comes from the whole layer."""
    return _examined(candidate, "on 12 × 10 weights", *layer())


def leaves_its_inputs_alone(candidate: Candidate) -> str | None:
    """Neither tensor is changed."""
    initial, mask = layer()
    given, given_mask = initial.clone(), mask.clone()
    ask(candidate, "on 12 × 10 weights", given, given_mask)
    if not torch.equal(given, initial):
        return "your function changes the initial weights that it was given. Return new ones."
    if not torch.equal(given_mask, mask):
        return "your function changes the mask that it was given. It should only read it."
    return None


def _examined(candidate: Candidate, where: str, initial: Tensor, mask: Tensor) -> str | None:
    found = ask(candidate, where, initial.clone(), mask.clone())
    if found is None:
        return "your function returns `None`. Let it end with `return` and the new weights."
    if not isinstance(found, Tensor):
        return f"you return a {type(found).__name__}; return one tensor."
    if found.shape != initial.shape:
        return (
            f"your answer has the shape {tuple(found.shape)}; it should be {tuple(initial.shape)}."
        )
    found = found.detach().float()
    if _close(found, initial.std() * initial.sign() * mask):
        return None
    for says, rival in _rivals(initial, mask):
        if _close(found, rival):
            return says
    return _by_parts(found, initial, mask)


def _close(one: Tensor, other: Tensor) -> bool:
    """Within 1 %: whether the variance is divided by n or by n - 1 is not the point.

    With four weights that is a factor of 1.15, so both are allowed there.
    """
    scale = (1 - 1 / one.numel()) ** 0.5
    return any(torch.allclose(one, s * other, rtol=0.01, atol=1e-6) for s in (1.0, scale))


def _rivals(initial: Tensor, mask: Tensor) -> tuple[tuple[str, Tensor], ...]:
    """Known ways to get it wrong, and what to say to each."""
    size, sign = initial.std(), initial.sign()
    return (
        (
            "all kept weights are +a. What became of the signs that they had?",
            size * mask.float(),
        ),
        ("your signs are turned round: + became - and - became +.", -size * sign * mask),
        ("nothing is removed. Where the mask is False the weight is 0.", size * sign),
        ("you keep what should go. True in the mask means kept.", size * sign * ~mask),
        (
            "you return the initial weights under the mask. Their sizes should be gone.",
            initial * mask,
        ),
        ("your a is 1: you return the bare signs. What is their size?", sign * mask),
        (
            "your a is the mean of |w|. Close, but the standard deviation is asked for.",
            initial.abs().mean() * sign * mask,
        ),
        (
            "your a is the standard deviation of |w|. Take that of w itself, signs and all.",
            initial.abs().std() * sign * mask,
        ),
        ("your a is the variance. Its root is the standard deviation.", size**2 * sign * mask),
        (
            "your a is the largest |w|. It should be the standard deviation.",
            initial.abs().max() * sign * mask,
        ),
        (
            "your a is the standard deviation of the **kept** weights alone. It should be that of "
            "the whole layer.",
            initial[mask].std() * sign * mask,
        ),
        (
            "your a is the standard deviation after the mask, zeros and all. Take it before.",
            (initial * mask).std() * sign * mask,
        ),
    )


def _by_parts(found: Tensor, initial: Tensor, mask: Tensor) -> str:
    if found[~mask].any():
        return "some removed weights are not 0 in your answer."
    wrong = int((found.sign() != initial.sign())[mask].sum())
    if wrong:
        return f"{wrong} of {int(mask.sum())} kept weights have lost the sign that they had."
    if found[mask].abs().std() > 1e-5:
        return "your kept weights differ in size. Each should be +a or -a with one a."
    return (
        f"your a is {found[mask].abs().mean().item():.3g}; the standard deviation of the layer's "
        f"initial weights is {initial.std().item():.3g}."
    )


CHECKS = (works_on_four_weights, works_with_a_mask, leaves_its_inputs_alone)
