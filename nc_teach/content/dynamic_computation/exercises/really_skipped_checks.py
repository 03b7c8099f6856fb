"""The checks of card 6.4: a block that counts its calls and the rows that it was shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
CASES = (  # shape of x, and who is chosen
    ((6, 3), (0, 1, 1, 0, 0, 1)),
    ((5, 2, 2, 2), (1, 0, 0, 0, 1)),
    ((4, 3), (0, 0, 1, 0)),
    ((1, 3), (1,)),
)


class Counting:
    """A residual block, x + tanh(3x + 1), that remembers how many rows it saw in each call."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    def __call__(self, x: Tensor) -> Tensor:
        self.rows.append(len(x))
        return x + torch.tanh(3 * x + 1)


class Run:
    """One call of the reader's function, and what should have come out."""

    def __init__(self, candidate: Candidate, shape: tuple[int, ...], chosen: tuple[int, ...]):
        self.x = torch.randn(shape, generator=torch.Generator().manual_seed(len(chosen)))
        self.chosen, self.block = torch.tensor(chosen, dtype=torch.bool), Counting()
        given = self.x.clone().requires_grad_()
        self.leaf, passed = given, given * 1.0  # not a leaf, so that it can be changed in place
        before = passed.detach().clone()
        self.answer = ask(
            candidate, f"on {len(chosen)} inputs of which {int(self.chosen.sum())} are chosen",
            self.block, passed, self.chosen.clone(),
        )  # fmt: skip
        self.spoiled = not torch.equal(before, passed.detach())

    def right(self) -> Tensor:
        rows = [
            row + torch.tanh(3 * row + 1) if takes else row
            for row, takes in zip(self.x, self.chosen.tolist(), strict=True)
        ]
        return torch.stack(rows)


def gives_the_right_numbers(candidate: Candidate) -> str | None:
    """What comes out, whatever it cost."""
    for shape, chosen in CASES:
        message = _numbers(Run(candidate, shape, chosen))
        if message:
            return message
    return None


def computes_only_the_chosen(candidate: Candidate) -> str | None:
    """Rows and calls."""
    for shape, chosen in CASES:
        run = Run(candidate, shape, chosen)
        seen, wanted = sum(run.block.rows), sum(chosen)
        if seen != wanted:
            return (
                f"the numbers are right, and nothing is saved: of {len(chosen)} inputs {wanted} "
                f"take the block, and it has computed {seen}. Hand it `x[chosen]` alone."
            )
        if len(run.block.rows) != 1:
            return (
                f"you call the block {len(run.block.rows)} times for {wanted} inputs. Gather them "
                "into one smaller batch: a call each is slow."
            )
    return None


def nobody_is_chosen(candidate: Candidate) -> str | None:
    """Then there is no call, and x comes back."""
    run = Run(candidate, (3, 2), (0, 0, 0))
    if run.block.rows:
        return (
            "when nobody takes the block you call it all the same, with an empty batch. That "
            "costs a call, and some layers stop at it: ask `chosen.any()` first."
        )
    return _numbers(run)


def lets_gradients_through(candidate: Candidate) -> str | None:
    """The gradient of the sum, in both kinds of rows."""
    run = Run(candidate, (4, 3), (1, 0, 1, 0))
    if not run.answer.requires_grad:
        return (
            "no gradient flows through your answer. Such a network could not be trained: leave "
            "`no_grad` and `detach` out."
        )
    run.answer.sum().backward()
    reference = run.x.clone().requires_grad_()
    slope = 1 + 3 * (1 - torch.tanh(3 * reference + 1) ** 2)
    wanted = torch.where(run.chosen[:, None], slope, torch.ones_like(slope)).detach()
    if torch.allclose(run.leaf.grad, wanted, atol=1e-4):
        return None
    return "the numbers are right, but the gradients are not. Is something detached on the way?"


def _numbers(run: Run) -> str | None:
    answer, right = run.answer, run.right()
    if answer is None:
        return "your function returns `None`. Let it end with `return result`."
    if not isinstance(answer, Tensor):
        return f"your function should return a tensor; it returns a {type(answer).__name__}."
    if run.spoiled:
        return "your function changes the `x` that it was given. Write into a `clone`."
    if answer.shape == right.shape and torch.allclose(answer, right, atol=1e-5):
        return None
    for says, rival in _rivals(run, right):
        if answer.shape == rival.shape and torch.allclose(answer, rival, atol=1e-5):
            return says
    if answer.shape != right.shape:
        return (
            f"your answer should have the shape {tuple(right.shape)}; it has {tuple(answer.shape)}."
        )
    wrong = (answer - right).abs().flatten(1).amax(1) > 1e-5
    row = int(wrong.int().argmax())
    takes = "takes" if run.chosen[row] else "skips"
    return f"input {row}, which {takes} the block, has the wrong numbers in your answer."


def _rivals(run: Run, right: Tensor) -> list[tuple[str, Tensor]]:
    """Wrong answers, and what to say to each."""
    x, chosen = run.x, run.chosen
    through = x + torch.tanh(3 * x + 1)
    wide = chosen.reshape(-1, *[1] * (x.dim() - 1))
    by_place = x.clone()
    by_place[chosen.long()] = through[chosen.long()]
    return [
        ("you compute nothing: `x` comes back as it was.", x),
        (
            "everybody takes the block in yours, as soon as somebody does. Each input decides for "
            "itself.",
            through,
        ),
        (
            "those that should take the block skip it, and the others take it. Turn `chosen` "
            "round.",
            torch.where(wide, x, through),
        ),
        (
            "those that skip come out as **zeros**. Skipping leaves an input as it is.",
            torch.where(wide, through, torch.zeros_like(x)),
        ),
        (
            "you give back only those that took the block. The others are part of the batch too.",
            through[chosen],
        ),
        (
            "the rows have changed places: first the chosen, then the rest. Put each back where it "
            "came from.",
            torch.cat([through[chosen], x[~chosen]]),
        ),
        (
            "you add `x` once more. The block has its shortcut inside.",
            torch.where(wide, through + x, x),
        ),
        (
            "`True` and `False` have become the whole numbers 1 and 0, and these pick rows **by "
            "their place**: row 1 and row 0. Keep `chosen` as bool.",
            by_place,
        ),
    ]


CHECKS = (
    gives_the_right_numbers,
    computes_only_the_chosen,
    nobody_is_chosen,
    lets_gradients_through,
)
