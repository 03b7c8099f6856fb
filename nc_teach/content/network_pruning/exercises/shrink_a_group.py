"""1.7 Shrink a group (difficulty 2, 6 minutes)

The groups of `weight` are its filters: `weight[0]`, `weight[1]` and so on, whatever the number of
dimensions (two or more). Make every group shorter, in its own direction, by step · √size, where
size is how many numbers a group has and its length is its Euclidean norm. A group that is no longer
than that becomes exactly zero. Return a new tensor of the same shape. Groups of zeros and `step =
0` occur.

## Stub
    def shrink(weight, step):
        groups = weight.flatten(1)
        ...
        return groups.view_as(weight)

## Hint 1
`groups.norm(dim=1, keepdim=True)` gives every length once. What share of its length does a group
keep, and what if that comes out negative?

## Hint 2
The share is 1 − limit / norm with `limit = step * groups.shape[1] ** 0.5`, and 0 where the norm is
not larger than the limit. `torch.where(norms > limit, ..., 0.0)` says both, and takes nothing over
from a division 0 / 0.

## Near miss
`groups * (1 - limit / norms).clamp(min=0)`. Right for every group that has a length. With `step =
0`, a group of zeros gives 0 / 0, and `clamp` lets NaN pass.

## Reasoning
The group that comes out is the minimum of ‖v − w‖² / 2 + step · √size · ‖v‖. The norm has a kink at
zero that pulls as hard on a short group as on a long one, so a short one arrives at zero and stays.
A squared norm pulls less and less and never gets there. √size makes large groups as easy to remove
as small ones. `where` chooses between two finished results, so what is divided by zero is never
used.
"""

import torch

STEP = 0.4


def shrink(weight, step):
    groups = weight.flatten(1)
    norms = groups.norm(dim=1, keepdim=True)
    limit = step * groups.shape[1] ** 0.5
    share = torch.where(norms > limit, 1 - limit / norms, 0.0)
    return (groups * share).view_as(weight)


def oracle(weight, step):
    """For every group the share left of it at which ‖v - w‖² / 2 + step √size ‖v‖ is least.

    Ternary search in float64. Along the group itself is enough: any other direction is further from
    w at the same norm.
    """
    groups = weight.double().flatten(1)

    def objective(left):
        v = left[:, None] * groups
        return (v - groups).square().sum(1) / 2 + step * groups.shape[1] ** 0.5 * v.norm(dim=1)

    low, high = torch.full((len(groups),), -1.0).double(), torch.full((len(groups),), 2.0).double()
    for _ in range(100):
        third = (high - low) / 3
        lower = objective(low + third) <= objective(high - third)
        low, high = torch.where(lower, low, low + third), torch.where(lower, high - third, high)
    left = ((low + high) / 2)[:, None]
    return (groups * left * (left > 1e-9)).view_as(weight)


def random_weight(*shape):
    """Groups of very different lengths: some are kept, some are not."""
    lengths = torch.linspace(0.2, 2.0, shape[0]).view(-1, *[1] * (len(shape) - 1))
    return torch.randn(shape, generator=torch.Generator().manual_seed(61)) * lengths


def cases():
    """A matrix; a group of zeros beside one exactly at the limit, and step 0; a convolution."""
    yield f"on a 6 × 9 weight with step {STEP}", (random_weight(6, 9), STEP)
    weight = random_weight(4, 4)
    weight[0], weight[1] = 0.0, torch.tensor([3.0, 4.0, 0.0, 0.0])
    yield "with step 2.5", (weight, 2.5)  # the limit is 5, just the length of weight[1]
    yield "with step 0", (weight, 0.0)
    yield "on a 6 × 3 × 3 × 2 weight", (random_weight(6, 3, 3, 2), STEP)


def play(function, weight, step):
    """The new weight; a number that is nearly but not exactly zero counts as infinite."""
    new = function(weight, step)
    if not isinstance(new, torch.Tensor) or not new.is_floating_point():
        return new
    return new.masked_fill((new != 0) & (new.abs() < 1e-5), torch.inf)


def details(weight, step, new):
    """The group that is farthest off, and how long it is."""
    right = oracle(weight, step).flatten(1)
    old, new = weight.flatten(1), new.flatten(1)
    worst = int((new - right).norm(dim=1).argmax())
    was, mine, best = (float(groups[worst].norm()) for groups in (old, new, right))
    limit = step * old.shape[1] ** 0.5
    return {
        "group": worst,
        "length": f"group {worst} has length {was:.3g} and gets {mine:.3g}; it should lose "
        f"step · √size = {limit:.3g}, which leaves {best:.3g}.",
    }


def shorter(groups, limit):
    """Groups along the last dimension, each shorter by ``limit``."""
    norms = groups.norm(dim=-1, keepdim=True)
    return groups * torch.where(norms > limit, 1 - limit / norms, 0.0)


def by(rule):
    """A wrong rule for the rows: rule(groups, their norms, the right limit, step)."""

    def shrunk(weight, step):
        groups = weight.flatten(1)
        norms = groups.norm(dim=1, keepdim=True)
        return rule(groups, norms, step * groups.shape[1] ** 0.5, step).reshape(weight.shape)

    return shrunk


def columns(weight, step):
    return shorter(weight.movedim(0, -1), step * len(weight) ** 0.5).movedim(-1, 0)


def kernels(weight, step):
    groups = weight.flatten(2) if weight.dim() > 2 else weight
    return shorter(groups, step * groups.shape[-1] ** 0.5).view_as(weight)


def only_matrices(weight, step):
    rows, columns = weight.shape
    return shrink(weight, step).view(rows, columns)


WRONG = {
    by(lambda g, norms, limit, step: g / (1 + limit)): "you shrink every group by the same share. "
    "That is the **squared** norm (ridge), under which no group ever becomes zero. The norm takes "
    "the same length from each.",
    by(lambda g, norms, limit, step: g.sign() * (g.abs() - step).clamp(min=0)): "you shrink every "
    "number by itself. That is L1, whose zeros lie anywhere. A group shrinks as a whole, by its "
    "norm.",
    by(lambda g, norms, limit, step: g - limit * g / norms): "a short group comes out pointing the "
    "other way: you take more from it than there is. It should stop at zero.",
    by(lambda g, norms, limit, step: g * (norms > limit)): "you only drop the short groups. The "
    "long ones get shorter as well: the penalty pulls on all with the same force.",
    columns: "your groups are the columns. A filter is a row: all of `weight[n]`.",
    lambda weight, step: shorter(weight.flatten(), step * weight.numel() ** 0.5).view_as(weight): (
        "you take the norm of the whole weight. Each group has a norm of its own."
    ),
    kernels: "your groups are single kernels, `weight[n, c]`. A filter is all of its kernels "
    "together.",
    by(lambda g, norms, limit, step: shorter(g, step)): "you take `step` from every group, "
    "whatever its size. A group of n numbers loses √n times as much.",
    by(lambda g, norms, limit, step: shorter(g, step * g.shape[1])): "you take step · size from "
    "every group. It should be the square root of the size.",
    by(lambda g, norms, limit, step: shorter(g, step * len(g) ** 0.5)): "you count the groups, not "
    "the numbers in one. The size of a group is `groups.shape[1]`.",
    by(lambda g, norms, limit, step: g * (1 - limit / norms).clamp(min=0)): "{where} a group of "
    "zeros becomes NaN: somewhere 0 is divided by 0, and `clamp` does not take that away.",
    by(lambda g, norms, limit, step: g / norms * (norms - limit).clamp(min=0)): "{where} a group "
    "of zeros becomes NaN: somewhere 0 is divided by 0, and `* 0` does not take that away.",
    by(lambda g, norms, limit, step: g * (1 - limit / (norms + 1e-9)).clamp(min=1e-6)): "{where} a "
    "group that should be zero still holds tiny numbers. Only an exact zero can be removed.",
    by(lambda g, norms, limit, step: shorter(g, 2 * limit)): "{length} You take twice as much.",
    by(lambda g, norms, limit, step: g * (1 - limit / g.norm(1, 1, True)).clamp(min=0)): "{length} "
    "You measure a group by the sum of its absolute values. A Euclidean norm squares, sums, and "
    "takes the root: `groups.norm(dim=1)`.",
    lambda weight, step: shrink(weight, step).roll(1, dims=1): "group {group} has the right length "
    "but another direction. All its numbers should shrink by one and the same factor.",
    only_matrices: "{where} your function stopped with {answer}. A weight can have more than two "
    "dimensions: `weight.flatten(1)` makes rows of any.",
    lambda weight, step: shrink(weight, step).flatten(1): "{where} you return {answer}. "
    "`view_as(weight)` gives the shape back.",
}

OTHERWISE = "{length}"
