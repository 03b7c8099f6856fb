"""The checks of card 2.4: the mask against a count by hand, the gradient against its formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
SHAPE, K = (4, 6), 7


def some_scores() -> Tensor:
    """24 scores, all different, some below zero; one of them far below."""
    scores = torch.randn(SHAPE, generator=torch.Generator().manual_seed(24))
    scores[1, 2] = -3.5
    return scores


def mask_by_hand(scores: Tensor, k: int) -> Tensor:
    """The oracle: 1 where fewer than k scores are larger."""
    values = scores.flatten().tolist()
    kept = [sum(other > value for other in values) < k for value in values]
    return torch.tensor(kept).float().reshape(scores.shape)


def makes_a_mask(candidate: Candidate) -> str | None:
    """Zeros and ones, the right ones."""
    scores = some_scores()
    given = scores.clone().requires_grad_()
    mask = ask(candidate, f"for k = {K} of {scores.numel()} scores", given, K)
    if not torch.equal(given.detach(), scores):
        return "your function changes the scores that it was given. Begin with `zeros_like`."
    return _form(mask) or _compared(mask.detach(), scores)


def passes_the_gradient(candidate: Candidate) -> str | None:
    """The gradient of every score is that of its place in the mask."""
    scores = some_scores().requires_grad_()
    wanted = torch.linspace(-2, 3, scores.numel()).reshape(SHAPE)
    mask = ask(candidate, f"for k = {K} of {scores.numel()} scores", scores, K)
    if not mask.requires_grad:
        return (
            "your mask is right, but it has no gradient: nothing leads from it back to the "
            "scores, so they would never change."
        )
    (mask * wanted).sum().backward()
    return _gradient(scores.grad, wanted, mask_by_hand(scores.detach(), K))


def keeps_one_or_all(candidate: Candidate) -> str | None:
    """k = 1, and k = all."""
    for k in (1, SHAPE[0] * SHAPE[1]):
        mask = ask(candidate, f"for k = {k}", some_scores().requires_grad_(), k)
        if not torch.allclose(mask.detach(), mask_by_hand(some_scores(), k), atol=1e-5):
            return (
                f"for k = {k} your mask keeps {int(mask.detach().round().sum())}. Keep exactly k."
            )
    mask = ask(candidate, "for k = 2 of equal scores", torch.ones(SHAPE, requires_grad=True), 2)
    if (kept := int(mask.detach().round().sum())) != 2:
        return (
            f"of {SHAPE[0] * SHAPE[1]} equal scores your mask keeps {kept} for k = 2. A comparison "
            "with the k-th score takes all that are equal to it; count places instead."
        )
    return None


def _form(mask: Any) -> str | None:
    if mask is None:
        return "your function returns `None`. Let it end with `return` and the mask."
    if not isinstance(mask, Tensor):
        return f"you return a {type(mask).__name__}; return one tensor."
    if mask.shape != SHAPE:
        return f"your mask has the shape {tuple(mask.shape)}; the scores have {SHAPE}."
    if not mask.is_floating_point():
        return f"your mask holds {mask.dtype}. Only floats can carry a gradient."
    return None


def _compared(mask: Tensor, scores: Tensor) -> str | None:
    right = mask_by_hand(scores, K)
    if torch.allclose(mask, right, atol=1e-5):
        return None
    for says, rival in _rivals(scores):
        if torch.allclose(mask, rival, atol=1e-5):
            return says
    between = int(((mask - mask.round()).abs() > 1e-5).sum())
    if between:
        return (
            f"{between} of your mask's {mask.numel()} numbers are neither 0 nor 1. In the forward "
            "pass a weight is in or out."
        )
    return f"your mask keeps {int(mask.sum())} of {mask.numel()} scores; it should keep {K}."


def _rivals(scores: Tensor) -> tuple[tuple[str, Tensor], ...]:
    """Wrong masks, and what to say to each."""
    count = scores.numel()
    by_row = torch.zeros_like(scores).scatter(1, scores.topk(K // SHAPE[0], dim=1).indices, 1.0)
    return (
        ("you keep the smallest scores. The largest are in.", mask_by_hand(-scores, K)),
        (
            "you remove the k largest scores, or keep all but k. `k` is how many stay in.",
            mask_by_hand(scores, count - K),
        ),
        ("your ones and zeros have changed places: the k largest are 0.",
         1 - mask_by_hand(scores, K)),
        (
            "you rank by |score|: a score far below zero is in. Here a score itself says how much "
            "its weight is wanted.",
            mask_by_hand(scores.abs(), K),
        ),
        ("you keep the best of every row. `k` counts in the whole layer.", by_row),
        (
            f"your mask keeps {K - 1}: the score that is the threshold is out. Compare with `>=`.",
            mask_by_hand(scores, K - 1),
        ),
        ("you keep every score above zero, whatever `k` is.", (scores > 0).float()),
    )  # fmt: skip


def _gradient(found: Tensor | None, wanted: Tensor, mask: Tensor) -> str | None:
    if found is None:
        return "after `backward` the scores have no gradient. Detach a copy, not the scores."
    if torch.allclose(found, wanted, atol=1e-4):
        return None
    if torch.allclose(found, wanted * mask, atol=1e-4):
        return (
            "the gradient reaches only the scores that are in. A weight that is out could then "
            "never come back: its score stays as it is for ever."
        )
    if torch.allclose(found, -wanted, atol=1e-4):
        return "the gradient arrives with the wrong sign. `scores` plus, `scores.detach()` minus."
    if torch.allclose(found, 2 * wanted, atol=1e-4):
        return "the gradient arrives twice. The scores may stand in the sum only once."
    place = int((found - wanted).abs().argmax())
    return (
        f"the gradient of score {place} is {found.flatten()[place].item():.3g}; straight through "
        f"it would be {wanted.flatten()[place].item():.3g}, as it came."
    )


CHECKS = (makes_a_mask, passes_the_gradient, keeps_one_or_all)
