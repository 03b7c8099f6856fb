"""1.1 Cut by layer (difficulty 1, 5 minutes)

`select` looked at all layers together. Write the version that cuts the same share **in every
layer**: of a layer with n weights exactly floor(sparsity · n) go, those with the lowest scores.
Return one bool mask for each layer, of the same shape, True = kept. Before you check: which layer
will suffer?

## Stub
    def select_per_layer(scores, sparsity):
        masks = {}
        for name, s in scores.items():
            ...
        return masks

## Hint 1
Ask for places, not for a threshold: which are the `cut` lowest entries of `s.flatten()`? `argsort`
answers that, also where scores are equal.

## Hint 2
Start from a flat mask that is all True, write False at the places `s.flatten().argsort()[:cut]`
with `cut = int(sparsity * s.numel())`, and give the mask its shape back with `view_as(s)`.

## Near miss
`s > threshold`. It counts right as long as all scores differ. Among equal scores a comparison keeps
all or none.

## Reasoning
A sorted list of places has exactly as many first entries as we ask for, so the count is right for
any scores; `stable=True` lets the earlier of two equal weights go. `int` cuts the fraction off:
never more than we were asked to. The layer that suffers is the one with the fewest weights to
spare, here the last: a global cut leaves it almost whole.
"""

import torch


def select_per_layer(scores, sparsity):
    masks = {}
    for name, s in scores.items():
        cut = int(sparsity * s.numel())
        order = s.flatten().argsort(stable=True)
        mask = torch.ones(s.numel(), dtype=torch.bool)
        mask[order[:cut]] = False
        masks[name] = mask.view_as(s)
    return masks


def oracle(scores, sparsity):
    """Sorts with plain Python, the earlier first among equals."""
    masks = {}
    for name, s in scores.items():
        flat = s.flatten().tolist()
        gone = sorted(range(len(flat)), key=flat.__getitem__)[: int(sparsity * len(flat))]
        masks[name] = torch.tensor([i not in set(gone) for i in range(len(flat))]).view_as(s)
    return masks


def play(function, scores, sparsity):
    """The masks; among equal scores any choice is right, so there only what is kept counts."""
    masks = function(scores, sparsity)
    if not isinstance(masks, dict) or any(len(s.unique()) == s.numel() for s in scores.values()):
        return masks
    return {n: s[masks[n]].sort().values if n in masks else None for n, s in scores.items()}


def cases():
    """Scores of three layers at different heights; then equal scores; then nothing to cut."""
    seeded = torch.Generator().manual_seed(11)
    shapes = {"fc1.weight": (25, 40), "fc2.weight": (5, 5), "fc3.weight": (10, 100)}
    heights = dict(zip(shapes, (-2.0, 0.0, 2.0), strict=True))
    scores = {n: torch.randn(s, generator=seeded) + heights[n] for n, s in shapes.items()}
    for sparsity in (0.5, 0.25, 0.75):
        yield f"for sparsity {sparsity}", (scores, sparsity)
    steps = torch.randint(0, 4, (10, 100), generator=seeded).float()
    yield "where many scores are equal", ({"fc3.weight": steps}, 0.5)
    yield "where all scores are equal", ({"fc3.weight": torch.full((10, 100), 0.5)}, 0.5)
    yield "for sparsity 0", ({"fc1.weight": torch.rand(10, 100, generator=seeded)}, 0.0)
    yield "for sparsity 0.25 on 3 weights", ({"fc1.weight": torch.rand(1, 3)}, 0.25)


def details(scores, sparsity, masks):
    """Which layer has the wrong count, or the wrong places, and what it keeps."""
    for name, s in scores.items():
        mask = masks.get(name) if isinstance(masks, dict) else None
        if not isinstance(mask, torch.Tensor):
            continue
        kept = int(mask.sum()) if mask.dtype == torch.bool else mask.numel()
        right = s.numel() - int(sparsity * s.numel())
        if kept != right:
            count = f"your mask of `{name}` keeps {kept:,} of {s.numel():,} weights"
            return {"count": f"{count}; it should keep {right:,}"}
    return {"count": "you cut a weight and keep one with a lower score"}


def each(rule):
    """A wrong function that judges each layer by itself: rule(scores, count) -> mask."""
    return lambda scores, p: {n: rule(s, p * s.numel()) for n, s in scores.items()}


def cut(s, count):
    return select_per_layer({"": s}, count / s.numel())[""]


def together(scores, sparsity):
    flat = torch.cat([s.flatten() for s in scores.values()])
    parts = cut(flat, int(sparsity * len(flat))).split([s.numel() for s in scores.values()])
    return {n: part.view_as(scores[n]) for n, part in zip(scores, parts, strict=True)}


def minus_zero(s, n):
    mask = torch.ones(s.numel(), dtype=torch.bool)
    mask[s.flatten().argsort(descending=True)[-int(n) :]] = False
    return mask.view_as(s)


def ascending(s):
    return s.flatten().sort().values


WRONG = {
    together: "{where} you ranked all layers together: {count}. Rank each layer by itself.",
    each(lambda s, n: s > ascending(s)[int(n)]): "{where} {count}. Do you compare with `>`? What "
    "happens to the weight that is the threshold?",
    each(lambda s, n: s >= s.flatten().kthvalue(int(n)).values): "{where} {count}. Do you compare "
    "with `>=`? The weight that is the threshold should go too.",
    each(lambda s, n: s > s.flatten().kthvalue(int(n)).values): "{where} you do not keep the right "
    "number. A `>` removes all of the equal ones. What could tell them apart?",
    each(lambda s, n: s >= ascending(s)[int(n)]): "{where} you do not keep the right number. A "
    "`>=` keeps all of the equal ones. What could tell them apart?",
    each(lambda s, n: cut(s, round(n))): "{where} {count}. The share of the weights is rounded "
    "down: never cut more than you were asked to.",
    each(lambda s, n: cut(s, s.numel() - int(s.numel() - n))): "{where} {count}. You round down "
    "what is **kept**, which rounds up what goes.",
    each(lambda s, n: ~cut(s, int(n))): "your mask is upside down: the lowest score is kept and "
    "the highest goes. In a mask True means kept, and a higher score means: rather keep it.",
    each(lambda s, n: cut(s, int(n)).float()): "a mask is `torch.bool`, True = kept: a yes or no "
    "for each weight. `mask.bool()` makes it one.",
    each(lambda s, n: cut(s, int(n)).flatten()): "your masks are flat. `mask.view_as(s)` gives "
    "each the shape of its scores back.",
    lambda scores, p: list(select_per_layer(scores, p).values()): "you return a list; return a "
    "dict, one mask under the name of each layer.",
    lambda scores, p: dict([next(iter(select_per_layer(scores, p).items()))]): "you return one "
    "mask. Return one for **every** layer in `scores`.",
    each(lambda s, n: cut(s.abs(), int(n))): "{where} you cut the scores nearest to zero. A score "
    "is already a judgement: no `abs()` again, and −3 is lower than 0.",
    each(minus_zero): "{where} you cut everything; nothing should go. Is there a `[-cut:]`? With "
    "`cut = 0` that is not nothing but everything.",
    each(lambda s, n: cut(s, int(n / 100))): "{where} {count}. `sparsity` is a share from 0 to 1, "
    "not per cent.",
    each(lambda s, n: cut(s, int(n) // int(n) * int(n))): "{where} your function stopped with "
    "{answer}. With sparsity 0 nothing is cut: what do you divide by?",
}

OTHERWISE = "{where} {count}."
