"""Known wrong answers to card 4.2. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer


def _sums(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return torch.bincount(index.flatten() + 1, gradient.flatten(), minlength=k + 1)[1:]


def mean(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return torch.stack([gradient[index == c].mean() for c in range(k)])


def mean_only_of_some(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    if (index == 1).any():
        return _sums(gradient, index, k)
    return mean(gradient, index, k)


def over_all_weights(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return _sums(gradient, index, k) / gradient.numel()


def the_step(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return -_sums(gradient, index, k)


def sizes(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return _sums(gradient.abs(), index, k)


def counts(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return torch.stack([(index == c).sum() for c in range(k)])


def the_last_takes_the_pruned(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return _sums(gradient, index % k, k)


def the_first_takes_the_pruned(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return _sums(gradient, index.clamp(min=0), k)


def one_too_many(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return torch.bincount(index.flatten() + 1, gradient.flatten(), minlength=k + 1)


def for_every_weight(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return _sums(gradient, index, k)[index]


def without_the_length(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return torch.bincount(index.flatten() + 1, gradient.flatten())[1:]


def the_last_one_wins(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    out = torch.zeros(k + 1)
    out[index.flatten()] += gradient.flatten()
    return out[:k]


def in_place(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    index += 1
    return torch.bincount(index.flatten(), gradient.flatten(), minlength=k + 1)[1:]


def a_list(gradient: Tensor, index: Tensor, k: int) -> list[float]:
    return [gradient[index == c].sum().item() for c in range(k)]


def as_numpy(gradient: Tensor, index: Tensor, k: int) -> np.ndarray:
    return _sums(gradient, index, k).numpy()


def takes_no_minus_one(gradient: Tensor, index: Tensor, k: int) -> Tensor:
    return torch.bincount(index.flatten(), gradient.flatten(), minlength=k)


def forgets_to_return(gradient: Tensor, index: Tensor, k: int) -> None:
    _sums(gradient, index, k)


WRONG_ANSWERS = {
    "the mean": WrongAnswer(mean, "you take the mean"),
    "the mean of nobody": WrongAnswer(mean_only_of_some, "NaN"),
    "over all weights": WrongAnswer(over_all_weights, "Nothing is divided"),
    "the step": WrongAnswer(the_step, "the sign is turned round"),
    "sizes": WrongAnswer(sizes, "you add up sizes"),
    "counts": WrongAnswer(counts, "you count the weights"),
    "the last takes the pruned": WrongAnswer(the_last_takes_the_pruned, "land on the last"),
    "the first takes the pruned": WrongAnswer(the_first_takes_the_pruned, "land on value 0"),
    "one too many": WrongAnswer(one_too_many, "the shape (5,)"),
    "for every weight": WrongAnswer(for_every_weight, "a gradient for every weight"),
    "without the length": WrongAnswer(without_the_length, "the shape (3,)"),
    "the last one wins": WrongAnswer(the_last_one_wins, "writes each place once"),
    "in place": WrongAnswer(in_place, "Work on new tensors"),
    "a list": WrongAnswer(a_list, "return one tensor"),
    "as numpy": WrongAnswer(as_numpy, "torch.from_numpy"),
    "takes no -1": WrongAnswer(takes_no_minus_one, "where some weights are pruned (index −1)"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
