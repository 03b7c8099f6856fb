"""Card 6.5: the loss of a policy that is its own baseline."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from nc_teach.classroom.old_card import Exercise

from .better_than_greedy_checks import CHECKS
from .better_than_greedy_wrong import WRONG_ANSWERS


def policy_loss(logits, reward):
    drawn = torch.bernoulli(logits.detach().sigmoid())
    greedy = (logits.detach() > 0).to(logits.dtype)
    advantage = reward(drawn) - reward(greedy)
    chance = -F.binary_cross_entropy_with_logits(logits, drawn, reduction="none")
    return -(advantage * chance.sum(dim=1)).mean()


CARD = Exercise(
    key="6.5",
    title="Better than greedy",
    difficulty=3,
    minutes=12,
    task=(
        "A policy says for each of N inputs and K blocks, with p = sigmoid(`logits`), how likely "
        "the block is computed. Draw a policy u of 0s and 1s, every block by its p, and take the "
        "greedy one v, 1 where p > ½. `reward(policy)` gives N numbers. Return the mean over the "
        "inputs of −(R(u) − R(v)) · log P(u), where log P(u) is the sum over the blocks of log p "
        "where u is 1 and log(1 − p) where u is 0. Call `reward` once for each of the two. Where "
        "may a gradient flow, and where not?"
    ),
    stub="""\
def policy_loss(logits, reward):
    drawn = ...
    return drawn
""",
    checks=CHECKS,
    hints=(
        "`torch.bernoulli(logits.detach().sigmoid())` draws u, `(logits.detach() > 0).float()` is "
        "v. The rewards are plain numbers: no gradient comes from them.",
        "log P(u) is minus a loss that you know: `-F.binary_cross_entropy_with_logits(logits, "
        'drawn, reduction="none").sum(dim=1)`. Multiply by the advantage, take the mean, change '
        "the sign.",
    ),
    near_miss=(
        "the same without `− R(v)`. On average the gradient is the same, so it learns in the end. "
        "But where all rewards are good, every draw is made more likely, and one must wait for the "
        "better ones to win the race."
    ),
    solution=policy_loss,
    reasoning=(
        "The draw has no slope, so nothing is learned through it. What is learned is its "
        "probability: more likely if it did better than what the network would have done anyway, "
        "less likely if worse. The gradient by a logit is −(R(u) − R(v)) (u − p) / N: where the "
        "greedy policy cannot be beaten it is zero."
    ),
    wrong_answers=WRONG_ANSWERS,
)
