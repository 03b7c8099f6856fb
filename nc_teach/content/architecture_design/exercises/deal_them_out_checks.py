"""The checks of card 5.4, against a shuffle by counting out, channel by channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]


def dealt(channels: int, groups: int) -> list[int]:
    """The oracle: which channel comes to each place.

    >>> dealt(6, 2)
    [0, 3, 1, 4, 2, 5]
    """
    size = channels // groups
    return [group * size + member for member in range(size) for group in range(groups)]


def deals_a_square(candidate: Candidate) -> str | None:
    """As many groups as channels in each: the shuffle and its inverse are the same."""
    return _compare(candidate, ((4, 2), (9, 3)))


def deals_any_number(candidate: Candidate) -> str | None:
    """Few large groups and many small ones; a single group; a group for each channel."""
    return _compare(candidate, ((6, 2), (6, 3), (12, 3), (8, 4), (5, 1), (5, 5)))


def keeps_images_apart(candidate: Candidate) -> str | None:
    """A batch of several images, with maps that are not square."""
    maps = _maps(3, 6, 2, 4)
    answer = ask(candidate, "on 3 images of 6 channels with 2 groups", maps.clone(), 2)
    wrong = _form(answer, maps)
    if wrong:
        return wrong
    right = maps[:, dealt(6, 2)]
    if torch.equal(answer, right):
        return None
    if all(torch.equal(a.flatten().sort()[0], b.flatten().sort()[0])
           for a, b in zip(answer, right, strict=True)):  # fmt: skip
        return "the channels are in the right images, but rows and columns of the maps are not."
    return "numbers of one image have gone to another. The batch is not part of the table."


def lets_gradients_through(candidate: Candidate) -> str | None:
    """The given maps stay as they are, and a gradient comes back to its channel."""
    maps = _maps(1, 6, 2, 2).requires_grad_()
    given = maps.detach().clone()
    answer = ask(candidate, "on maps that need a gradient", maps, 2)
    if not torch.equal(maps.detach(), given):
        return "your function changes the maps that it was given."
    if not answer.requires_grad:
        return "no gradient flows through your answer: it has been detached from the maps."
    (gradient,) = torch.autograd.grad((answer * torch.arange(6.0).view(6, 1, 1)).sum(), maps)
    places = [dealt(6, 2).index(channel) for channel in range(6)]
    if not torch.equal(gradient[0, :, 0, 0], torch.tensor(places, dtype=torch.float)):
        return "the gradient does not come back to the channel that it belongs to."
    return None


def _maps(images: int, channels: int, height: int, width: int) -> Tensor:
    """Random maps; whole numbers, so that they can be told apart exactly."""
    count = images * channels * height * width
    seeded = torch.Generator().manual_seed(58)
    return torch.randperm(count, generator=seeded).float().view(images, channels, height, width)


def _compare(candidate: Candidate, cases: tuple[tuple[int, int], ...]) -> str | None:
    for channels, groups in cases:
        maps = torch.arange(1.0, channels + 1).view(1, channels, 1, 1).repeat(1, 1, 2, 2)
        given = maps.clone()
        answer = ask(candidate, f"on {channels} channels with {groups} groups", given, groups)
        wrong = _form(answer, maps)
        if wrong:
            return wrong
        if not torch.equal(given, maps):
            return "your function changes the maps that it was given. Work on new ones."
        came = [int(number) for number in answer[0, :, 0, 0]]
        right = [place + 1 for place in dealt(channels, groups)]
        if came != right:
            return _why(came, right, channels, groups)
    return None


def _form(answer: Any, maps: Tensor) -> str | None:
    if answer is None:
        return "your function returns `None`. Let it end with `return` and the maps."
    if not isinstance(answer, Tensor):
        return f"you return a {type(answer).__name__}; return one tensor."
    if answer.dim() == maps.dim() + 1:
        return (
            f"your answer has {answer.dim()} dimensions: the table of groups is still in it. "
            "Reshape it back."
        )
    if answer.shape != maps.shape:
        return f"your answer has the shape {tuple(answer.shape)}, the maps {tuple(maps.shape)}."
    return None


def _why(came: list[int], right: list[int], channels: int, groups: int) -> str:
    size = channels // groups
    start = list(range(1, channels + 1))
    told = (
        f"{channels} channels in {groups} groups become {_say(came)}; it should be {_say(right)}."
    )
    if sorted(came) != start:
        return f"{told} Some channels are there twice, and others are gone."
    if came == start:
        return f"{told} Nothing has moved: a reshape alone keeps the order."
    if came == [place + 1 for place in dealt(channels, size)]:
        return f"{told} This is the way back: your table has a row for each place, not each group."
    if came == start[size:] + start[:size]:
        return f"{told} You move whole groups, and they stay among themselves."
    if came == start[::-1]:
        return f"{told} You turn the order round, and groups stay among themselves."
    if came == [n for k in range(groups) for n in start[k * size : (k + 1) * size][::-1]]:
        return f"{told} You turn each group round, and nobody leaves it."
    return told


def _say(channels: list[int]) -> str:
    return " ".join(map(str, channels))


CHECKS = (deals_a_square, deals_any_number, keeps_images_apart, lets_gradients_through)
