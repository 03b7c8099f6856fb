"""2.4 Straight through (difficulty 2, 10 minutes)

Edge-popup keeps the `k` weights of a layer with the largest scores. Write its mask: a float tensor
in the shape of `scores`, 1 at the `k` largest of **all** scores and 0 elsewhere. The gradient must
reach every score as if the mask were the scores themselves: backward through `(mask * c).sum()`
gives `scores.grad == c`. Why for those that are out as well?

## Stub
    def straight_mask(scores, k):
        ...

## Hint 1
Make the zeros and ones first: `torch.zeros_like(scores)`, and a 1 at
`scores.flatten().topk(k).indices`. That mask has no gradient at all yet.

## Hint 2
Add something that is 0 and has the gradient of the scores: `scores - scores.detach()`.

## Near miss
`hard * (1 + scores - scores.detach())`. The mask is right, and gradients flow, but only to the
scores that are in. A weight that is out can never come back.

## Reasoning
Which scores are largest changes in jumps: the true gradient is zero almost everywhere, and nothing
could be learned from it. The sum adds exactly 0, so the forward pass does not notice it, and
autograd sees the scores. A score that is out gets the gradient that its weight would have if it
were in; that is how an edge pops up again. The brackets matter: `hard + scores` first would round.
"""

import torch

from nc_teach.classroom.card import Refused
from nc_teach.classroom.compare import kind_of


def straight_mask(scores, k):
    hard = torch.zeros_like(scores)
    hard.view(-1)[scores.flatten().topk(k).indices] = 1.0
    return hard + (scores - scores.detach())


class _Straight(torch.autograd.Function):
    """1 where fewer than k scores are larger (or as large, and earlier); the gradient as it is."""

    @staticmethod
    def forward(ctx, scores, k):
        places = list(enumerate(scores.flatten().tolist()))
        kept = [sum((-o, j) < (-s, i) for j, o in places) < k for i, s in places]
        return torch.tensor(kept).to(scores.dtype).view_as(scores)

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def oracle(scores, k):
    """Counts by hand, with its own backward."""
    return _Straight.apply(scores, k)


def play(function, scores, k, c):
    """The mask; with a tensor ``c`` the gradient of (mask * c).sum() that reaches the scores."""
    mask = function(scores.requires_grad_(), k)
    if not isinstance(mask, torch.Tensor):
        raise Refused(f"you return {kind_of(mask)}. Return one tensor: only that has a gradient.")
    if c is None:  # among equal scores any choice is right: there only the count matters
        return mask if len(scores.unique()) > 1 else mask.detach().sum()
    if mask.requires_grad:
        (mask * c).sum().backward()
    return {"connected": mask.requires_grad, "gradient": scores.grad}


def cases():
    """24 scores, one of them far below zero: the mask, its gradient; one, all, and equal ones."""
    scores = torch.randn(4, 6, generator=torch.Generator().manual_seed(24))
    scores[1, 2] = -3.5
    yield "for k = 7 of 24 scores", (scores, 7, None)
    yield "for k = 7 of 24 scores", (scores, 7, torch.linspace(-2, 3, 24).view(4, 6))
    yield "for k = 1", (scores, 1, None)
    yield "for k = 24", (scores, 24, None)
    yield "of 24 equal scores and k = 2", (torch.ones(4, 6), 2, None)


def details(scores, k, c, seen):
    """How many are kept, or neither 0 nor 1; or the score whose gradient is furthest off."""
    if c is None:
        mask = seen.detach().double()
        kept = round(mask.sum().item())
        between = int(((mask - mask.round()).abs() > 1e-5).sum()) if mask.dim() else 0
        what = f"for k = {k} of {scores.numel()} scores your mask keeps {kept}. Keep exactly k"
        if between:
            what = f"{between} of your mask's {mask.numel()} numbers are neither 0 nor 1"
        elif kept == k:
            what = "your mask keeps a score and leaves out a larger one"
        return {"kept": kept, "between": between, "what": what}
    if seen["gradient"] is None:
        return {"what": "after `backward` the scores have no gradient. Detach a copy of them"}
    place = int((seen["gradient"] - c).abs().argmax())
    found, right = seen["gradient"].flatten()[place].item(), c.flatten()[place].item()
    what = f"the gradient of score {place} is {found:.3g}; straight through it would be {right:.3g}"
    return {"what": what}


def hard(scores, k):
    return oracle(scores, k).detach()


def through(mask, scores):
    return mask + (scores - scores.detach())


def with_mask(rule):
    """A wrong function with another mask and the right gradient: rule(scores, k) -> mask."""
    return lambda scores, k: through(rule(scores.detach(), k), scores)


def kth(scores, k):
    return scores.flatten().sort(descending=True).values[k - 1]


def by_row(scores, k):
    places = scores.topk(max(1, k // len(scores)), dim=1).indices
    return torch.zeros_like(scores).scatter(1, places, 1.0)


def only_those_in(scores, k):
    return hard(scores, k) * (1 + scores - scores.detach())


WRONG = {
    hard: "your mask is right, but it has no gradient: nothing leads from it back to the scores, "
    "so they would never change.",
    only_those_in: "the gradient reaches only the scores that are in. A weight that is out could "
    "then never come back: its score stays as it is for ever.",
    lambda s, k: (s - kth(s, k)).sigmoid(): "{between} of your mask's numbers are neither 0 nor 1. "
    "In the forward pass a weight is in or out.",
    lambda s, k: hard(s, k) * s: "{between} of your mask's numbers are neither 0 nor 1: you keep "
    "the scores themselves. A weight that is in gets a 1.",
    with_mask(lambda s, k: hard(-s, k)): "you keep the smallest scores. The largest are in.",
    with_mask(lambda s, k: hard(s, s.numel() - k)): "you remove the k largest scores, or keep all "
    "but k. `k` is how many stay in.",
    with_mask(lambda s, k: 1 - hard(s, k)): "your ones and zeros have changed places: the k "
    "largest are 0.",
    with_mask(lambda s, k: hard(s.abs(), k)): "you rank by |score|: a score far below zero is in. "
    "Here a score itself says how much its weight is wanted.",
    with_mask(by_row): "you keep the best of every row. `k` counts in the whole layer.",
    with_mask(lambda s, k: (s > kth(s, k)).float()): "your mask keeps {kept}: the score that is "
    "the threshold is out. Compare with `>=`.",
    with_mask(lambda s, k: (s >= kth(s, k)).float()): "{where} your mask keeps {kept}. A "
    "comparison with the k-th score takes all that are equal to it; count places instead.",
    with_mask(lambda s, k: (s > 0).float()): "you keep every score above zero, whatever `k` is.",
    lambda s, k: hard(s, k).bool(): "your mask holds torch.bool. Only floats can carry a gradient.",
    lambda s, k: hard(s, k) - (s - s.detach()): "the gradient arrives with the wrong sign. "
    "`scores` plus, `scores.detach()` minus.",
    lambda s, k: hard(s, k) + 2 * (s - s.detach()): "the gradient arrives twice. The scores may "
    "be in the sum only once.",
    lambda s, k: through(hard(s, k), s.sigmoid()): "{what}: you add a function of the scores. Add "
    "the scores themselves.",
    with_mask(lambda s, k: hard(s, min(k, s.numel() - 1))): "{where} your mask keeps {kept}. Keep "
    "exactly k, also where that is all of them.",
}

OTHERWISE = "{what}."
