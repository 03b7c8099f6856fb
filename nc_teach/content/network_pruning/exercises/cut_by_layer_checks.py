"""The checks of card 1.1, against an oracle that sorts with plain Python."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.card import ask

Candidate = Callable[..., Any]
Scores = dict[str, Tensor]


def random_scores() -> Scores:
    """Three layers whose scores lie at different heights and are also negative."""
    seeded = torch.Generator().manual_seed(11)
    shapes = {"fc1.weight": (25, 40), "fc2.weight": (5, 5), "fc3.weight": (10, 100)}
    heights = dict(zip(shapes, (-2.0, 0.0, 2.0), strict=True))
    return {n: torch.randn(s, generator=seeded) + heights[n] for n, s in shapes.items()}


def lowest(scores: Tensor, count: int) -> set[int]:
    """The oracle: flat places of the `count` lowest scores, the earlier first among equals."""
    flat = scores.flatten().tolist()
    return set(sorted(range(len(flat)), key=flat.__getitem__)[:count])


def gives_masks(candidate: Candidate) -> str | None:
    """One bool mask for each layer, of its shape, and the scores left as they were."""
    scores = random_scores()
    given = {name: s.clone() for name, s in scores.items()}
    masks = ask(candidate, "for sparsity 0.5", given, 0.5)
    if masks is None:
        return "your function returns `None`. Does its last line say `return masks`?"
    if not isinstance(masks, dict):
        return f"you return a {type(masks).__name__}; return a dict, one mask under each name."
    if set(masks) != set(scores):
        return f"your masks have the names {sorted(masks)}; they should be {sorted(scores)}."
    for name, s in scores.items():
        if given.keys() != scores.keys() or not torch.equal(given[name], s):
            return (
                f"your function changes the scores of `{name}` that it was given. Work on a copy."
            )
    return next(filter(None, (_form(name, masks[name], s) for name, s in scores.items())), None)


def _form(name: str, mask: Any, scores: Tensor) -> str | None:
    if not isinstance(mask, Tensor):
        return f"your mask of `{name}` is a {type(mask).__name__}; it should be a tensor."
    if mask.shape != scores.shape:
        return (
            f"your mask of `{name}` has the shape {tuple(mask.shape)}, its scores have "
            f"{tuple(scores.shape)}. `mask.view_as(s)` gives the shape back."
        )
    if mask.dtype != torch.bool:
        return (
            f"your mask of `{name}` holds {mask.dtype} numbers. A mask is `torch.bool`, True = "
            "kept: a yes or no for each weight, and `mask.bool()` makes it one."
        )
    return None


def cuts_the_lowest(candidate: Candidate) -> str | None:
    """Exact counts and the right weights, where all scores differ."""
    scores = random_scores()
    for sparsity in (0.5, 0.25, 0.75):
        masks = ask(candidate, f"for sparsity {sparsity}", random_scores(), sparsity)
        wrong = _upside_down(masks, scores) or _together(masks, scores, sparsity)
        if wrong:
            return wrong
        for name, s in scores.items():
            wrong = _count(name, masks[name], sparsity) or _places(name, masks[name], s)
            if wrong:
                return wrong
    return None


def _upside_down(masks: Scores, scores: Scores) -> str | None:
    flat = [(masks[n].flatten(), s.flatten()) for n, s in scores.items()]
    if all(m[s.argmin()] and not m[s.argmax()] for m, s in flat):
        return (
            "your mask is upside down: the lowest score is kept and the highest goes. In a mask "
            "True means kept, and a higher score means: rather keep it."
        )
    return None


def _together(masks: Scores, scores: Scores, sparsity: float) -> str | None:
    total = sum(s.numel() for s in scores.values())
    cut = {name: int((~m).sum()) for name, m in masks.items()}
    each = all(n == int(sparsity * scores[name].numel()) for name, n in cut.items())
    uneven = abs(cut["fc1.weight"] - cut["fc3.weight"]) > 100
    if each or sum(cut.values()) != int(sparsity * total) or not uneven:
        return None
    return (
        f"for sparsity {sparsity} you cut {cut['fc1.weight']} weights of `fc1.weight` and "
        f"{cut['fc3.weight']} of `fc3.weight`, which are of one size. You ranked all layers "
        "together; rank each by itself."
    )


def _count(name: str, mask: Tensor, sparsity: float) -> str | None:
    n, kept = mask.numel(), int(mask.sum())
    share, right = sparsity * n, n - math.floor(sparsity * n)
    if kept == right:
        return None
    told = (
        f"for sparsity {sparsity} your mask of `{name}` keeps {kept:,} of {n:,} weights; "
        f"it should keep {right:,}."
    )
    if share != int(share) and kept == right - 1:
        return (
            f"{told} {share:g} is rounded down: never cut more than we were asked to. A `>` that "
            "cuts the threshold itself, or rounding down what is kept, rounds up what goes."
        )
    if kept == right - 1:
        return f"{told} Do you compare with `>`? What happens to the weight that is the threshold?"
    if kept == right + 1:
        return f"{told} Do you compare with `>=`? The weight that is the threshold should go too."
    return told


def _places(name: str, mask: Tensor, scores: Tensor) -> str | None:
    cut = set((~mask).flatten().nonzero().flatten().tolist())
    if cut == lowest(scores, len(cut)):
        return None
    if cut == lowest(scores.abs(), len(cut)):
        return (
            f"in `{name}` you cut the scores nearest to zero. A score is already a judgement: no "
            "`abs()` again, and -3 is lower than 0."
        )
    flat = scores.flatten()
    gone = flat[~mask.flatten()].max().item()
    return f"in `{name}` you cut a weight with score {gone:.2f} and keep a lower one."


def parts_equal_scores(candidate: Candidate) -> str | None:
    """Exact counts also where many scores, or all of them, are equal."""
    seeded = torch.Generator().manual_seed(12)
    steps = torch.randint(0, 4, (10, 100), generator=seeded).float()
    for what, s in (("many scores", steps), ("all scores", torch.full((10, 100), 0.5))):
        mask = ask(candidate, f"where {what} are equal", {"fc3.weight": s.clone()}, 0.5)[
            "fc3.weight"
        ]
        kept = int(mask.sum())
        if kept != 500:
            return (
                f"where {what} are equal your mask keeps {kept:,} of 1,000 weights; it should "
                "keep 500. A comparison keeps all of the equal ones or none. What could part them?"
            )
        if s[~mask].max() > s[mask].min():
            return f"where {what} are equal you cut a weight and keep a lower one."
    return None


def cuts_nothing(candidate: Candidate) -> str | None:
    """Sparsity 0 cuts nothing, and so does a share of less than one weight."""
    for sparsity, shape in ((0.0, (10, 100)), (0.25, (1, 3))):
        where = f"for sparsity {sparsity:g} on {math.prod(shape):,} weights"
        s = torch.rand(shape, generator=torch.Generator().manual_seed(13))
        mask = ask(candidate, where, {"fc1.weight": s}, sparsity)["fc1.weight"]
        gone = int((~mask).sum())
        if gone:
            return (
                f"{where} you cut {gone:,}; none should go. Is there a `[-cut:]`? With `cut = 0` "
                "that is not nothing but everything."
            )
    return None


CHECKS = (gives_masks, cuts_the_lowest, parts_equal_scores, cuts_nothing)
