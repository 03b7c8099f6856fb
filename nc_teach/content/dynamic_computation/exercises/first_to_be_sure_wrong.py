"""Known wrong answers to card 6.1. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer

Answer = tuple[Tensor, Tensor]


def _leave(sure: Tensor, classes: Tensor) -> Answer:
    sure = sure.clone()
    sure[-1] = True
    exits = sure.int().argmax(dim=0)
    return classes[exits, torch.arange(len(exits))], exits


def _said(logits: Tensor) -> Answer:
    return logits.softmax(dim=2).max(dim=2)


def last_class(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    return classes[-1], _leave(confidence >= threshold, classes)[1]


def first_class(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    return classes[0], _leave(confidence >= threshold, classes)[1]


def from_one(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    answer, exits = _leave(confidence >= threshold, classes)
    return answer, exits + 1


def other_way_round(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    return _leave(confidence >= threshold, classes)[::-1]


def unsure_at_the_first(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    exits = (confidence >= threshold).int().argmax(dim=0)
    return classes[exits, torch.arange(len(exits))], exits


def surest(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    exits = confidence.argmax(dim=0)
    return classes[exits, torch.arange(len(exits))], exits


def latest(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    exits = torch.full((logits.shape[1],), len(logits) - 1)
    for k in range(len(logits) - 1):
        exits[confidence[k] >= threshold] = k
    return classes[exits, torch.arange(len(exits))], exits


def by_logits(logits: Tensor, threshold: float) -> Answer:
    return _leave(logits.max(dim=2).values >= threshold, logits.argmax(dim=2))


def over_the_images(logits: Tensor, threshold: float) -> Answer:
    confidence = logits.softmax(dim=1).max(dim=2).values
    return _leave(confidence >= threshold, logits.argmax(dim=2))


def together_on_average(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    return _leave((confidence.mean(dim=1, keepdim=True) >= threshold).expand_as(classes), classes)


def together_at_last(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    sure = (confidence >= threshold).all(dim=1, keepdim=True)
    return _leave(sure.expand_as(classes), classes)


def unsure_leave(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    return _leave(confidence < threshold, classes)


def more_than(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    return _leave(confidence > threshold, classes)


def in_place(logits: Tensor, threshold: float) -> Answer:
    logits -= logits.logsumexp(dim=2, keepdim=True)
    confidence, classes = _said(logits)
    return _leave(confidence >= threshold, classes)


def exits_only(logits: Tensor, threshold: float) -> Tensor:
    confidence, classes = _said(logits)
    return _leave(confidence >= threshold, classes)[1]


def probabilities(logits: Tensor, threshold: float) -> Answer:
    confidence, classes = _said(logits)
    exits = _leave(confidence >= threshold, classes)[1]
    return confidence[exits, torch.arange(len(exits))], exits


def by_entropy(logits: Tensor, threshold: float) -> Answer:
    p = logits.softmax(dim=2)
    entropy = -(p * p.log()).sum(dim=2)
    return _leave(entropy <= 1 - threshold, logits.argmax(dim=2))


def forgets_to_return(logits: Tensor, threshold: float) -> None:
    _said(logits)


WRONG_ANSWERS = {
    "the last exit's class": WrongAnswer(last_class, "always the **last** exit's"),
    "the first exit's class": WrongAnswer(first_class, "always the **first** exit's"),
    "counted from 1": WrongAnswer(from_one, "count the exits from 1"),
    "the other way round": WrongAnswer(other_way_round, "the other way round"),
    "the unsure at the first": WrongAnswer(unsure_at_the_first, "takes all that are left"),
    "the surest": WrongAnswer(surest, "**surest**"),
    "the latest": WrongAnswer(latest, "**latest**"),
    "by logits": WrongAnswer(by_logits, "compare the **logits**"),
    "softmax over the images": WrongAnswer(over_the_images, "runs over the images"),
    "together on average": WrongAnswer(together_on_average, "**on average**"),
    "together at last": WrongAnswer(together_at_last, "wait until the last of them"),
    "the unsure leave": WrongAnswer(unsure_leave, "**unsure** leave"),
    "more than": WrongAnswer(more_than, "is `>=`"),
    "in place": WrongAnswer(in_place, "changes the logits"),
    "exits only": WrongAnswer(exits_only, "two tensors"),
    "probabilities": WrongAnswer(probabilities, "whole numbers"),
    "by entropy": WrongAnswer(by_entropy, "it should leave by exit"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
