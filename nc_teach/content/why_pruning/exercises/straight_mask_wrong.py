"""Known wrong answers to card 2.4. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer


def _hard(scores: Tensor, k: int) -> Tensor:
    mask = torch.zeros_like(scores)
    mask.view(-1)[scores.detach().flatten().topk(k).indices] = 1.0
    return mask


def _through(hard: Tensor, scores: Tensor) -> Tensor:
    return hard + (scores - scores.detach())


def no_gradient(scores: Tensor, k: int) -> Tensor:
    return _hard(scores, k)


def only_those_in(scores: Tensor, k: int) -> Tensor:
    return _hard(scores, k) * (1 + scores - scores.detach())


def soft(scores: Tensor, k: int) -> Tensor:
    threshold = scores.flatten().topk(k).values[-1]
    return (scores - threshold).sigmoid()


def scores_where_in(scores: Tensor, k: int) -> Tensor:
    return _hard(scores, k) * scores


def smallest(scores: Tensor, k: int) -> Tensor:
    return _through(_hard(-scores, k), scores)


def all_but_k(scores: Tensor, k: int) -> Tensor:
    return _through(_hard(scores, scores.numel() - k), scores)


def inverted(scores: Tensor, k: int) -> Tensor:
    return _through(1 - _hard(scores, k), scores)


def by_absolute(scores: Tensor, k: int) -> Tensor:
    return _through(_hard(scores.abs(), k), scores)


def by_row(scores: Tensor, k: int) -> Tensor:
    places = scores.topk(max(1, k // len(scores)), dim=1).indices
    return _through(torch.zeros_like(scores).scatter(1, places, 1.0), scores)


def greater_than(scores: Tensor, k: int) -> Tensor:
    threshold = scores.flatten().topk(k).values[-1]
    return _through((scores > threshold).float(), scores)


def above_zero(scores: Tensor, k: int) -> Tensor:
    return _through((scores > 0).float(), scores)


def as_bool(scores: Tensor, k: int) -> Tensor:
    return _hard(scores, k).bool()


def flat(scores: Tensor, k: int) -> Tensor:
    return _through(_hard(scores, k), scores).flatten()


def a_list(scores: Tensor, k: int) -> list[float]:
    return _hard(scores, k).tolist()


def in_place(scores: Tensor, k: int) -> Tensor:
    hard = _hard(scores, k)
    with torch.no_grad():
        scores.copy_(hard)
    return scores


def wrong_sign(scores: Tensor, k: int) -> Tensor:
    return _hard(scores, k) - (scores - scores.detach())


def twice(scores: Tensor, k: int) -> Tensor:
    return _hard(scores, k) + 2 * (scores - scores.detach())


def through_a_sigmoid(scores: Tensor, k: int) -> Tensor:
    return _through(_hard(scores, k), scores.sigmoid())


def never_all(scores: Tensor, k: int) -> Tensor:
    return _through(_hard(scores, min(k, scores.numel() - 1)), scores)


def forgets_to_return(scores: Tensor, k: int) -> None:
    _through(_hard(scores, k), scores)


WRONG_ANSWERS = {
    "no gradient": WrongAnswer(no_gradient, "it has no gradient"),
    "only those in": WrongAnswer(only_those_in, "only the scores that are in"),
    "soft": WrongAnswer(soft, "24 of your mask's 24 numbers"),
    "scores where in": WrongAnswer(scores_where_in, "7 of your mask's 24 numbers"),
    "smallest": WrongAnswer(smallest, "the smallest scores"),
    "all but k": WrongAnswer(all_but_k, "how many stay in"),
    "inverted": WrongAnswer(inverted, "changed places"),
    "by absolute": WrongAnswer(by_absolute, "rank by |score|"),
    "by row": WrongAnswer(by_row, "the best of every row"),
    "greater than": WrongAnswer(greater_than, "Compare with `>=`"),
    "above zero": WrongAnswer(above_zero, "above zero, whatever"),
    "as bool": WrongAnswer(as_bool, "torch.bool"),
    "flat": WrongAnswer(flat, "the shape (24,)"),
    "a list": WrongAnswer(a_list, "return one tensor"),
    "in place": WrongAnswer(in_place, "changes the scores"),
    "wrong sign": WrongAnswer(wrong_sign, "the wrong sign"),
    "twice": WrongAnswer(twice, "arrives twice"),
    "through a sigmoid": WrongAnswer(through_a_sigmoid, "straight through it would be"),
    "never all": WrongAnswer(never_all, "Keep exactly k"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
