"""The checks of card 7.2: one codebook by hand, and random ones against the weights themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Case = tuple[Tensor, Tensor, Tensor]
HAND = (
    torch.tensor([-2.0, -0.1, 0.2, 3.0]),
    torch.tensor([[0, 1, 3], [2, -1, 3]], dtype=torch.int16),
    torch.tensor([[True, False, True], [True, True, False]]),
)


def random_case(seed: int, values: int, shape: tuple[int, ...], share: float) -> Case:
    """Any codebook with some zeros, from which a share of the weights is to go."""
    generator = torch.Generator().manual_seed(seed)
    centroids = torch.rand(values, generator=generator).mul(4).sub(2)
    index = torch.randint(-1, values, shape, generator=generator).to(torch.int16)
    return centroids, index, torch.rand(shape, generator=generator) >= share


def weights(centroids: Tensor, index: Tensor) -> Tensor:
    """What indices and centroids stand for."""
    table = torch.cat([centroids, centroids.new_zeros(1)])
    return table[torch.where(index >= 0, index.long(), len(centroids))]


def cuts_one_by_hand(candidate: Candidate) -> str | None:
    """Four values, six weights: one of the values empties."""
    return _examined(candidate, HAND, "for four values and six weights")


def cuts_any(candidate: Candidate) -> str | None:
    """Random ones, of one to three dimensions, in which values empty or not."""
    for seed, shape in enumerate(((40,), (5, 8), (3, 4, 5))):
        for share in (0.5, 0.9):
            case = random_case(seed, 16, shape, share)
            if told := _examined(candidate, case, f"for 16 values and {shape} weights"):
                return told
    return None


def cuts_all_and_nothing(candidate: Candidate) -> str | None:
    """Every weight kept, and none."""
    centroids, index, keep = random_case(7, 4, (6, 6), 0.0)
    if told := _examined(candidate, (centroids, index, keep), "when everything is kept"):
        return told
    return _examined(candidate, (centroids, index, ~keep), "when nothing is kept")


def leaves_the_tensors_alone(candidate: Candidate) -> str | None:
    """What was given is read only."""
    given = tuple(tensor.clone() for tensor in HAND)
    ask(candidate, "for four values", *given)
    if all(torch.equal(a, b) for a, b in zip(given, HAND, strict=True)):
        return None
    return "your function changes the tensors that it was given; make new ones."


def _examined(candidate: Candidate, case: Case, what: str) -> str | None:
    centroids, index, keep = (tensor.clone() for tensor in case)
    answer = ask(candidate, what, centroids, index, keep)
    if told := _form(answer, case, what):
        return told
    wanted, found = torch.where(keep, weights(*case[:2]), 0.0), weights(*answer)
    alive = int(((case[1] >= 0) & keep).sum())
    if int((answer[1] >= 0).sum()) != alive:
        return (
            f"{what}, {int((answer[1] >= 0).sum())} weights have an index after the cut, but "
            f"{alive} are left: what is gone, or was zero before, has -1."
        )
    if not torch.equal(found, wanted):
        return _moved(answer, case, what)
    used = answer[1][answer[1] >= 0].unique()
    if len(answer[0]) > len(used):
        return (
            f"{what}, every weight has its value, but of your {len(answer[0])} centroids only "
            f"{len(used)} are shared by anybody: the others are stored for nothing."
        )
    return _order(answer[0], case, what)


def _form(answer: Any, case: Case, what: str) -> str | None:
    pair = isinstance(answer, tuple | list) and len(answer) == 2
    if not pair or not all(isinstance(part, Tensor) for part in answer):
        return "return two tensors: `return centroids, index`."
    centroids, index = answer
    if index.shape != case[1].shape:
        return (
            f"{what}, your index has shape {tuple(index.shape)} and not {tuple(case[1].shape)}: a "
            "weight that is gone keeps its place, with index -1."
        )
    if index.is_floating_point() or index.dtype == torch.bool:
        return f"your index is {index.dtype}; indices are whole numbers."
    if len(index[index >= 0]) and int(index.max()) >= len(centroids):
        return (
            f"{what}, an index is {int(index.max())}, but your table ends at {len(centroids) - 1}: "
            "when a centroid is left out, those behind it move up, and so must their indices."
        )
    return None


def _moved(answer: tuple, case: Case, what: str) -> str:
    """Some weight has another value than it had."""
    found, wanted = weights(*answer), torch.where(case[2], weights(*case[:2]), 0.0)
    places = (found != wanted).nonzero()
    first = tuple(places[0].tolist())
    return (
        f"{what}, {len(places)} weights have changed: the one at {first} was "
        f"{float(wanted[first]):.2f} and is {float(found[first]):.2f}. Does its index still point "
        "to its centroid?"
    )


def _order(centroids: Tensor, case: Case, what: str) -> str | None:
    left = torch.where(case[2], case[1], -1)
    if torch.equal(centroids, case[0][left[left >= 0].unique().long()]):
        return None
    return f"{what}, your centroids are the right ones in another order; let them keep theirs."


CHECKS = (cuts_one_by_hand, cuts_any, cuts_all_and_nothing, leaves_the_tensors_alone)
