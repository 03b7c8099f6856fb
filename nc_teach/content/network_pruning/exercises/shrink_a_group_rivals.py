"""What other rules than the group lasso's would do to a weight, and what card 1.7 says to each."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor


def rivals(weight: Tensor, step: float) -> Iterator[tuple[str, Tensor]]:
    """(what to say, the wrong result in the shape of the weight), one wrong rule after another."""
    limit = step * math.sqrt(weight[0].numel())
    for says, result in (*_sizes(weight, step), *_penalties(weight, limit, step)):
        yield says, result.view_as(weight)
    yield from _groups(weight, step)


def shorter(groups: Tensor, limit: float, lowest: float = 0.0) -> Tensor:
    """Groups along the last dimension, each shorter by ``limit``."""
    norms = groups.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    return groups * (1 - limit / norms).clamp(min=lowest)


def _sizes(weight: Tensor, step: float) -> Iterator[tuple[str, Tensor]]:
    groups = weight.flatten(1)
    count, size = groups.shape
    yield (
        f"you take `step` from every group, whatever its size. A group of {size} numbers loses "
        "√size times as much.",
        shorter(groups, step),
    )
    yield (
        "you take step · size from every group. It should be the square root of the size.",
        shorter(groups, step * size),
    )
    yield (
        "you count the groups, not the numbers in one. The size of a group is `groups.shape[1]`.",
        shorter(groups, step * math.sqrt(count)),
    )


def _penalties(weight: Tensor, limit: float, step: float) -> Iterator[tuple[str, Tensor]]:
    groups = weight.flatten(1)
    yield (
        "you shrink every group by the same share. That is the **squared** norm (ridge), under "
        "which no group ever becomes zero. The norm takes the same length from each.",
        groups / (1 + limit),
    )
    yield (
        "you shrink every number by itself. That is L1, whose zeros lie anywhere. A group shrinks "
        "as a whole, by its norm.",
        groups.sign() * (groups.abs() - step).clamp(min=0),
    )
    yield (
        "a short group comes out pointing the other way: you take more from it than there is. It "
        "should stop at zero.",
        shorter(groups, limit, lowest=-torch.inf),
    )
    yield (
        "you only drop the short groups. The long ones get shorter as well: the penalty pulls on "
        "all with the same force.",
        groups * (groups.norm(dim=1, keepdim=True) > limit),
    )


def _groups(weight: Tensor, step: float) -> Iterator[tuple[str, Tensor]]:
    columns = shorter(weight.movedim(0, -1), step * math.sqrt(len(weight)))
    yield (
        "your groups are the columns. A filter is a row: all of `weight[n]`.",
        columns.movedim(-1, 0),
    )
    whole = shorter(weight.flatten(), step * math.sqrt(weight.numel()))
    yield (
        "you take the norm of the whole weight. Each group has a norm of its own.",
        whole.view_as(weight),
    )
    if weight.dim() > 2:
        kernels = shorter(weight.flatten(2), step * math.sqrt(weight[0, 0].numel()))
        yield (
            "your groups are single kernels, `weight[n, c]`. A filter is all of its kernels "
            "together.",
            kernels.view_as(weight),
        )
