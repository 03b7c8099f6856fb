"""The checks of card 6.1, against an oracle that walks from exit to exit, image by image."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]


def some_logits(exits: int, images: int, classes: int, seed: int, size: float) -> Tensor:
    """Random logits; later exits are surer on the whole, and not for every image."""
    random = torch.Generator().manual_seed(seed)
    logits = size * torch.randn(exits, images, classes, generator=random)
    return logits * torch.linspace(0.7, 1.3, exits).reshape(-1, 1, 1)


def walk(logits: Tensor, threshold: float) -> tuple[list[int], list[int]]:
    """Each image on its own, exit after exit."""
    classes, exits = [], []
    for image in range(logits.shape[1]):
        for k in range(len(logits)):
            said = logits[k, image].tolist()
            weights = [math.exp(z - max(said)) for z in said]
            if max(weights) / sum(weights) >= threshold or k == len(logits) - 1:
                classes.append(said.index(max(said)))
                exits.append(k)
                break
    return classes, exits


def somebody_is_sure(candidate: Candidate) -> str | None:
    """The third exit is sure of every image that is left."""
    logits = some_logits(5, 40, 5, seed=61, size=1.5)
    logits *= torch.tensor([1.0, 3.0, 1000.0, 1.5, 1000.0]).reshape(-1, 1, 1)
    return _compared(candidate, logits, 0.7)


def nobody_is_sure(candidate: Candidate) -> str | None:
    """Some images are left at the end, and the last exit takes them."""
    for seed, threshold in ((1, 0.8), (2, 0.95), (3, 1.1)):
        message = _compared(candidate, some_logits(4, 30, 4, seed, size=1.5), threshold)
        if message:
            return message
    return None


def exactly_as_sure(candidate: Candidate) -> str | None:
    """Two equal logits are 1/2 each, exactly the threshold."""
    logits = torch.tensor([[[0.0, 0.0], [3.0, 0.0]], [[2.0, 0.0], [0.0, 4.0]]])
    answer = ask(candidate, "on two classes with equal logits", logits.clone(), 0.5)
    if answer[1].tolist()[0] == 1:
        return (
            "an image whose largest probability is exactly the threshold should leave: **at "
            "least** that sure is `>=`."
        )
    return None


def _compared(candidate: Candidate, logits: Tensor, threshold: float) -> str | None:
    given = logits.clone()
    shape = " x ".join(map(str, logits.shape))
    answer = ask(candidate, f"on logits of {shape}", given, threshold)
    if not torch.equal(given, logits):
        return "your function changes the logits that it was given. Work on what `softmax` returns."
    message = _form(answer, logits.shape[1])
    if message:
        return message
    classes, exits = (t.tolist() for t in answer)
    right = walk(logits, threshold)
    if (classes, exits) == right:
        return None
    for says, rival in _rivals(logits, threshold, right):
        if (classes, exits) == rival:
            return says
    return _first_difference(logits, threshold, (classes, exits), right)


def _form(answer: Any, images: int) -> str | None:
    if answer is None:
        return "your function returns `None`. Let it end with `return classes, exits`."
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        return "your function should return two tensors, the classes and the exits."
    for name, tensor in zip(("classes", "exits"), answer, strict=True):
        if not isinstance(tensor, Tensor) or tensor.shape != (images,):
            found = tuple(tensor.shape) if isinstance(tensor, Tensor) else type(tensor).__name__
            return (
                f"`{name}` should be a tensor with one number for each of the {images} images; "
                f"yours is {found}."
            )
        if tensor.is_floating_point():
            return f"`{name}` should be whole numbers; yours are {tensor.dtype}."
    return None


def _first_difference(logits: Tensor, threshold: float, answer: Any, right: Any) -> str:
    pairs = zip(*answer, *right, strict=True)
    image, (said, exit_, true, wanted) = next(
        (n, pair) for n, pair in enumerate(pairs) if pair[:2] != pair[2:]
    )
    sure = logits[:, image].softmax(dim=1).max(dim=1).values
    seen = ", ".join(f"{v:.2f}" for v in sure.tolist())
    return (
        f"for threshold {threshold:g}, image {image} (the exits are {seen} sure) leaves by exit "
        f"{exit_} with class {said} in yours; it should leave by exit {wanted} with class {true}."
    )


def _rivals(
    logits: Tensor, threshold: float, right: tuple[list[int], list[int]]
) -> Iterator[tuple[str, tuple[list[int], list[int]]]]:
    """Wrong rules, and what to say to each."""
    confidence, classes = logits.softmax(dim=2).max(dim=2)
    images, last = torch.arange(logits.shape[1]), len(logits) - 1

    def at(exits: Tensor) -> tuple[list[int], list[int]]:
        return classes[exits, images].tolist(), exits.tolist()

    sure = confidence >= threshold
    yield "you return the two the other way round: first the classes, then the exits.", right[::-1]
    yield (
        "your exits are right, but the class is always the **last** exit's. An image that has left "
        "is not looked at any more: take what its own exit said.",
        (classes[-1].tolist(), right[1]),
    )
    yield (
        "your exits are right, but the class is always the **first** exit's. Take what the image's "
        "own exit said.",
        (classes[0].tolist(), right[1]),
    )
    yield "you count the exits from 1. Count from 0.", (right[0], [k + 1 for k in right[1]])
    yield (
        "images that no exit is sure of leave by the **first** exit in yours: the `argmax` of "
        "nothing but zeros is 0. The last exit takes all that are left.",
        at(sure.int().argmax(dim=0)),
    )
    yield (
        "you take the exit that is **surest**. That can only be known after all of them have been "
        "computed; take the first one that is sure enough.",
        at(confidence.argmax(dim=0)),
    )
    sure[-1] = True
    latest = last - sure[:-1].flip(0).int().argmax(dim=0) - 1
    yield (
        "you take the **latest** exit that is sure. The first one would have done, and cheaper.",
        at(torch.where(sure[:-1].any(dim=0), latest, last)),
    )
    yield (
        "you compare the **logits** with the threshold. A probability is what `softmax` makes of "
        "them.",
        at(_first(logits.max(dim=2).values >= threshold)),
    )
    yield (
        "your `softmax` runs over the images. The probabilities of one image's **classes** add up "
        "to 1: that is dimension 2.",
        at(_first(logits.softmax(dim=1).max(dim=2).values >= threshold)),
    )
    whole = int(_first((confidence.mean(dim=1) >= threshold)[:, None])[0])
    yield (
        "all images leave together in yours, when they are sure **on average**. Every image leaves "
        "on its own.",
        at(torch.full_like(images, whole)),
    )
    every = int(_first((confidence >= threshold).all(dim=1)[:, None])[0])
    yield (
        "all images wait until the last of them is sure. Every image leaves on its own.",
        at(torch.full_like(images, every)),
    )
    yield (
        "the **unsure** leave and the sure go on in yours. Turn the comparison round.",
        at(_first(confidence < threshold)),
    )


def _first(sure: Tensor) -> Tensor:
    sure = sure.clone()
    sure[-1] = True
    return sure.int().argmax(dim=0)


CHECKS = (somebody_is_sure, nobody_is_sure, exactly_as_sure)
