"""Known wrong answers to card 6.5. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer

Reward = Callable[[Tensor], Tensor]


def _draw(logits: Tensor) -> Tensor:
    return torch.bernoulli(logits.detach().sigmoid())


def _greedy(logits: Tensor) -> Tensor:
    return (logits.detach() > 0).to(logits.dtype)


def _chances(logits: Tensor, policy: Tensor) -> Tensor:
    return -F.binary_cross_entropy_with_logits(logits, policy, reduction="none")


def _gain(logits: Tensor, drawn: Tensor, reward: Reward) -> Tensor:
    return reward(drawn) - reward(_greedy(logits))


def wrong_sign(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    return (_gain(logits, drawn, reward) * _chances(logits, drawn).sum(dim=1)).mean()


def no_baseline(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    return -(reward(drawn) * _chances(logits, drawn).sum(dim=1)).mean()


def mean_baseline(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    won = reward(drawn)
    return -((won - won.mean()) * _chances(logits, drawn).sum(dim=1)).mean()


def chance_of_the_greedy(logits: Tensor, reward: Reward) -> Tensor:
    chances = _chances(logits, _greedy(logits))
    return -(_gain(logits, _draw(logits), reward) * chances.sum(dim=1)).mean()


def skipped_do_not_count(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    chances = drawn * F.logsigmoid(logits)
    return -(_gain(logits, drawn, reward) * chances.sum(dim=1)).mean()


def summed(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    return -(_gain(logits, drawn, reward) * _chances(logits, drawn).sum(dim=1)).sum()


def mean_of_the_blocks(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    return -(_gain(logits, drawn, reward) * _chances(logits, drawn).mean(dim=1)).mean()


def means_multiplied(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    return -_gain(logits, drawn, reward).mean() * _chances(logits, drawn).sum(dim=1).mean()


def no_logarithm(logits: Tensor, reward: Reward) -> Tensor:
    drawn, p = _draw(logits), logits.sigmoid()
    chances = drawn * p + (1 - drawn) * (1 - p)
    return -(_gain(logits, drawn, reward) * chances.sum(dim=1)).mean()


def sigmoid_twice(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    chances = _chances(logits.sigmoid(), drawn)
    return -(_gain(logits, drawn, reward) * chances.sum(dim=1)).mean()


def greedy_alone(logits: Tensor, reward: Reward) -> Tensor:
    greedy = _greedy(logits)
    return -(_gain(logits, greedy, reward) * _chances(logits, greedy).sum(dim=1)).mean()


def fair_coins(logits: Tensor, reward: Reward) -> Tensor:
    drawn = torch.bernoulli(torch.full_like(logits, 0.5)).detach()
    return -(_gain(logits, drawn, reward) * _chances(logits, drawn).sum(dim=1)).mean()


def soft_policy(logits: Tensor, reward: Reward) -> Tensor:
    soft = logits.sigmoid()
    return -(reward(soft) - reward(_greedy(logits))).mean() + 0 * soft.sum()


def rewards_alone(logits: Tensor, reward: Reward) -> Tensor:
    return -_gain(logits, _draw(logits), reward).mean() + 0 * logits.sum()


def two_draws(logits: Tensor, reward: Reward) -> Tensor:
    draws = [_draw(logits) for _ in range(2)]
    losses = [-(reward(u) - reward(_greedy(logits))) * _chances(logits, u).sum(1) for u in draws]
    return torch.stack(losses).mean()


def a_number_each(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    return -_gain(logits, drawn, reward) * _chances(logits, drawn).sum(dim=1)


def the_reward_too(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    gain = _gain(logits, drawn, reward)
    return -(gain * _chances(logits, drawn).sum(dim=1)).mean() - gain.mean()


def second_draw(logits: Tensor, reward: Reward) -> Tensor:
    drawn = _draw(logits)
    gain = reward(drawn) - reward(_draw(logits))
    return -(gain * _chances(logits, drawn).sum(dim=1)).mean()


def forgets_to_return(logits: Tensor, reward: Reward) -> None:
    _gain(logits, _draw(logits), reward)


WRONG_ANSWERS = {
    "wrong sign": WrongAnswer(wrong_sign, "the sign is wrong"),
    "no baseline": WrongAnswer(no_baseline, "has no baseline"),
    "mean baseline": WrongAnswer(mean_baseline, "the mean of the batch. Here"),
    "chance of the greedy": WrongAnswer(chance_of_the_greedy, "of the **greedy** policy"),
    "skipped do not count": WrongAnswer(skipped_do_not_count, "Where u is 0 the term"),
    "summed": WrongAnswer(summed, "sum over the inputs"),
    "mean of the blocks": WrongAnswer(mean_of_the_blocks, "mean over the blocks as well"),
    "means multiplied": WrongAnswer(means_multiplied, "input by input"),
    "no logarithm": WrongAnswer(no_logarithm, "not by its logarithm"),
    "sigmoid twice": WrongAnswer(sigmoid_twice, "another sigmoid"),
    "greedy alone": WrongAnswer(greedy_alone, "nothing new is ever tried"),
    "fair coins": WrongAnswer(fair_coins, "by its own p"),
    "soft policy": WrongAnswer(soft_policy, "not of 0s and 1s"),
    "rewards alone": WrongAnswer(rewards_alone, "made of rewards alone"),
    "two draws": WrongAnswer(two_draws, "once for u, once for v"),
    "a number each": WrongAnswer(a_number_each, "should be one number"),
    "the reward too": WrongAnswer(the_reward_too, "something added"),
    "second draw": WrongAnswer(second_draw, "is not −(R(u) − R(v))"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
