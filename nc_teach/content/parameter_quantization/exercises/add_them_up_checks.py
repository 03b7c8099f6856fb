"""The checks of card 4.2, against an oracle that adds one weight after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
K = 4


def weights(least: int) -> tuple[Tensor, Tensor]:
    """Gradients and indices of 5 x 8 weights; ``least`` is the smallest index."""
    seeded = torch.Generator().manual_seed(52)
    index = torch.randint(least, K, (5, 8), generator=seeded)
    return torch.randn(5, 8, generator=seeded), index


def added_up(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    """The oracle."""
    sums = [0.0] * k
    for g, i in zip(gradient.flatten().tolist(), index.flatten().tolist(), strict=True):
        if i >= 0:
            sums[i] += g
    return torch.tensor(sums)


def adds_up(candidate: Candidate) -> str | None:
    """Every weight has a value."""
    return _compare(candidate, *weights(0), K, f"for {K} values")


def leaves_the_pruned_out(candidate: Candidate) -> str | None:
    """Some weights are pruned."""
    return _compare(candidate, *weights(-1), K, "where some weights are pruned (index −1)")


def gives_nothing_to_nobody(candidate: Candidate) -> str | None:
    """Values that nobody has, also the last ones."""
    gradient, index = weights(0)
    index = index.clamp(max=2)
    index[index == 1] = 2
    return _compare(candidate, gradient, index, 6, "where some values belong to no weight")


def _compare(
    candidate: Candidate, gradient: Tensor, index: Tensor, k: int, where: str
) -> str | None:
    given = gradient.clone(), index.clone()
    answer = ask(candidate, where, *given, k)
    right = added_up(gradient, index, k)
    if answer is None:
        return "your function returns `None`. Let it end with `return` and the k gradients."
    if isinstance(answer, np.ndarray):
        return "you return a numpy array; `torch.from_numpy` makes a tensor of it."
    if not isinstance(answer, Tensor):
        return f"you return a {type(answer).__name__}; return one tensor."
    if not (torch.equal(given[0], gradient) and torch.equal(given[1], index)):
        return "your function changes what it was given. Work on new tensors."
    if answer.shape == gradient.shape:
        return f"{where} you return a gradient for every weight; the {k} values want one each."
    if answer.shape != right.shape:
        return f"{where} your answer has the shape {tuple(answer.shape)}; it should be ({k},)."
    if torch.allclose(answer.float(), right, atol=1e-4):
        return None
    return f"{where} {_why(answer.float(), right, gradient, index, k)}"


def _why(answer: Tensor, right: Tensor, gradient: Tensor, index: Tensor, k: int) -> str:
    counts = torch.bincount(index[index >= 0].flatten(), minlength=k)
    if answer.isnan().any():
        return "a gradient is NaN: the mean of no numbers. And is it the mean that you want?"
    told = (
        (right / counts.clamp(min=1), "you take the mean over the weights of a value. They all "
         "move with it, so what they do to the loss adds up."),
        (right / gradient.numel(), "you divide by the number of all weights. Nothing is divided."),
        (-right, "the sign is turned round. This is the gradient; the step against it is taken by "
         "the optimizer."),
        (added_up(gradient.abs(), index, k), "you add up sizes: two weights that pull against "
         "each other cancel out, they do not help each other."),
        (counts.float(), "you count the weights of each value. Add up their gradients."),
        (added_up(gradient, index % k, k), "the gradients of pruned weights land on the last "
         "value: −1 means the last one to an index. They belong to none."),
        (added_up(gradient, index.clamp(min=0), k), "the gradients of pruned weights land on value "
         "0. They stay zero and belong to none."),
    )  # fmt: skip
    if _each_is_one(answer, gradient, index):
        return (
            "`out[index] += ...` writes each place once: of weights that share a value only one "
            "counts. `index_add_`, `bincount` or a loop add up."
        )
    for wrong, message in told:
        if torch.allclose(answer, wrong, atol=1e-4):
            return message
    at = int((answer - right).abs().argmax())
    return f"the gradient of value {at} is {right[at]:.3f}; you have {answer[at]:.3f}."


def _each_is_one(answer: Tensor, gradient: Tensor, index: Tensor) -> bool:
    """Whether every value got the gradient of a single one of its weights."""
    values = index[index >= 0].unique().tolist()
    return all(torch.isclose(gradient[index == c], answer[c]).any() for c in values)


CHECKS = (adds_up, leaves_the_pruned_out, gives_nothing_to_nobody)
