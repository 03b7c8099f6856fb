"""The checks of card 6.5: a reward that notes what it was asked, and the gradient by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
INPUTS, BLOCKS = 40, 6


class Run:
    """One call of the reader's function with a reward that remembers the policies."""

    def __init__(self, candidate: Candidate, seed: int, scale: float = 1.5) -> None:
        random = torch.Generator().manual_seed(seed)
        self.logits = scale * torch.randn(INPUTS, BLOCKS, generator=random, dtype=torch.double)
        self.prices = torch.rand(INPUTS, BLOCKS, generator=random, dtype=torch.double) + 0.2
        self.asked: list[Any] = []
        leaf = self.logits.clone().requires_grad_()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.loss = ask(candidate, f"on {INPUTS} inputs and {BLOCKS} blocks", leaf, self.reward)
        self.leaf = leaf

    def reward(self, policy: Tensor) -> Tensor:
        """Two minus what the chosen blocks cost, each input with prices of its own."""
        self.asked.append(policy)
        return self.worth(policy.detach().double())

    def worth(self, policy: Tensor) -> Tensor:
        return 2 - (policy * self.prices).sum(dim=1)

    @property
    def greedy(self) -> Tensor:
        return (self.logits > 0).double()

    def drawn(self) -> Tensor:
        """The policy among those asked that is not the greedy one."""
        asked = [policy.detach().double() for policy in self.asked]
        return next((u for u in asked if not torch.equal(u, self.greedy)), asked[0])

    def gradient(self) -> Tensor:
        if not isinstance(self.loss, Tensor) or not self.loss.requires_grad:
            return torch.zeros_like(self.logits)
        (found,) = torch.autograd.grad(self.loss, self.leaf, allow_unused=True)
        return torch.zeros_like(self.logits) if found is None else found

    def oracle(self) -> Tensor:
        u, p = self.drawn(), self.logits.sigmoid()
        return self.by(u - p, self.worth(u) - self.worth(self.greedy))

    @staticmethod
    def by(slope: Tensor, advantage: Tensor) -> Tensor:
        return -advantage[:, None] * slope / INPUTS


def draws_one_policy_and_takes_the_greedy(candidate: Candidate) -> str | None:
    """What the reward was asked for."""
    run = Run(candidate, seed=65)
    if run.loss is None:
        return "your function returns `None`. Let it end with `return` and the loss."
    if not isinstance(run.loss, Tensor) or run.loss.dim():
        found = tuple(run.loss.shape) if isinstance(run.loss, Tensor) else type(run.loss).__name__
        return f"your loss should be one number, the mean over the inputs; it is {found}."
    for policy in run.asked:
        if not isinstance(policy, Tensor) or policy.shape != run.logits.shape:
            return f"`reward` wants a policy of {INPUTS} x {BLOCKS} numbers."
        if not torch.isin(policy.detach().double(), torch.tensor([0.0, 1.0]).double()).all():
            return (
                "you ask `reward` for a policy that is not of 0s and 1s. A block is computed or "
                "not: draw, then ask."
            )
    return _how_it_was_drawn(run, candidate)


def _how_it_was_drawn(run: Run, candidate: Candidate) -> str | None:
    if len(run.asked) > 2:
        return f"you call `reward` {len(run.asked)} times; once for u, once for v is enough."
    if all(torch.equal(policy.detach().double(), run.greedy) for policy in run.asked):
        return (
            "you ask only for the greedy policy. Without a draw nothing new is ever tried: u is "
            "drawn, block by block, with probability p."
        )
    means = torch.stack([_drawn_again(candidate, seed) for seed in range(30)])
    share, chance = means[:, 0].mean().item(), means[:, 1].mean().item()
    if abs(share - chance) > 0.05:
        return (
            f"where p is large, above 0.8, a block is drawn in {100 * share:.0f} % of the cases; "
            f"it should be {100 * chance:.0f} %. Draw every block by its own p."
        )
    return None


def _drawn_again(candidate: Candidate, seed: int) -> Tensor:
    """How often blocks with a large p are drawn, and how often they should be."""
    run = Run(candidate, seed=100 + seed)
    p = run.logits.sigmoid()
    return torch.stack([run.drawn()[p > 0.8].mean(), p[p > 0.8].mean()])


def has_the_gradient_of_reinforce(candidate: Candidate) -> str | None:
    """Against −(R(u) − R(v)) (u − p) / N."""
    run = Run(candidate, seed=66)
    found, right = run.gradient(), run.oracle()
    if _same(found, right):
        return _value(run)
    if not found.any():
        return (
            "no gradient reaches the logits. It must come from log P(u): is it detached, or is the "
            "loss made of rewards alone?"
        )
    for says, rival in _rivals(run):
        if _same(found, rival):
            return says
    return (
        "the gradient by the logits is not −(R(u) − R(v)) (u − p) / N: for input 0, block 0 it is "
        f"{found[0, 0]:.4f} and should be {right[0, 0]:.4f}.".replace("-", "−")
    )


def _value(run: Run) -> str | None:
    """The gradient is right; is the loss the product itself, and not something beside it?"""
    u, p = run.drawn(), run.logits.sigmoid()
    chance = (u * p.log() + (1 - u) * (1 - p).log()).sum(dim=1)
    wanted = -((run.worth(u) - run.worth(run.greedy)) * chance).mean().item()
    if abs(run.loss.item() - wanted) < 1e-4:
        return None
    return (
        f"the gradient is right, but the loss is {run.loss.item():.4f} instead of {wanted:.4f}. Is "
        "something added that has no gradient?"
    )


def _rivals(run: Run) -> Iterator[tuple[str, Tensor]]:
    """Wrong gradients, and what to say to each."""
    u, v, p = run.drawn(), run.greedy, run.logits.sigmoid()
    gain, slope = run.worth(u) - run.worth(v), u - p
    yield (
        "the sign is wrong: your step makes draws **less** likely that did well. A loss is "
        "minimised, so there is a minus before it.",
        -run.by(slope, gain),
    )
    yield (
        "your reward has no baseline: it should be R(u) − R(v). The greedy policy is what the "
        "network would do anyway.",
        run.by(slope, run.worth(u)),
    )
    yield (
        "your baseline is the mean of the batch. Here it is the greedy policy's reward for the "
        "**same** input.",
        run.by(slope, run.worth(u) - run.worth(u).mean()),
    )
    yield (
        "you take the log-probability of the **greedy** policy. It is the drawn one that was "
        "tried.",
        run.by(v - p, gain),
    )
    yield (
        "blocks that are skipped do not count in yours. Where u is 0 the term is log(1 − p).",
        run.by(u * (1 - p), gain),
    )
    yield (
        "you sum over the inputs. Take the mean, or a larger batch makes larger steps.",
        INPUTS * run.by(slope, gain),
    )
    yield (
        "you take the mean over the blocks as well. log P(u) is their **sum**: the probabilities "
        "of independent draws are multiplied.",
        run.by(slope, gain) / BLOCKS,
    )
    yield (
        "every draw is rewarded with the mean advantage of the batch. Multiply input by input, and "
        "take the mean after that.",
        run.by(slope, gain.mean().expand(INPUTS)),
    )
    yield (
        "you multiply by the **probability** of the draw, not by its logarithm.",
        run.by((2 * u - 1) * p * (1 - p), gain),
    )
    yield (
        "you put p through another sigmoid: `..._with_logits` takes the logits themselves.",
        run.by((u - p.sigmoid()) * p * (1 - p), gain),
    )


def _same(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, rtol=1e-3, atol=1e-7)


CHECKS = (draws_one_policy_and_takes_the_greedy, has_the_gradient_of_reinforce)
