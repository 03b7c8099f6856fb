"""Known wrong answers to card 5.5. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import WrongAnswer


def not_cut(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    computed = primary(maps)
    return torch.cat([computed, cheap(computed)], dim=1)


def ghosts_first(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    computed = primary(maps)
    return torch.cat([cheap(computed), computed], dim=1)[:, :out]


def cut_at_the_front(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    return not_cut(maps, primary, cheap, out)[:, -out:]


def computed_alone(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    return primary(maps)


def ghosts_alone(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    return cheap(primary(maps))


def computed_twice(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    computed = primary(maps)
    return torch.cat([computed, computed], dim=1)[:, :out]


def ghosts_of_the_input(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    return torch.cat([primary(maps), cheap(maps)], dim=1)[:, :out]


def added(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    computed = primary(maps)
    return computed + cheap(computed)


def along_the_batch(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    computed = primary(maps)
    return torch.cat([computed, cheap(computed)])


def cut_from_the_batch(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    return not_cut(maps, primary, cheap, out)[:1]


def relu_on_the_ghosts(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    computed = primary(maps)
    return torch.cat([computed, cheap(computed).relu()], dim=1)[:, :out]


def relu_between(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    computed = primary(maps).relu()
    return torch.cat([computed, cheap(computed)], dim=1)[:, :out]


def primary_twice(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    return torch.cat([primary(maps), cheap(primary(maps))], dim=1)[:, :out]


def detached(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    computed = primary(maps)
    return torch.cat([computed, cheap(computed.detach())], dim=1)[:, :out]


def without_gradient(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Tensor:
    return not_cut(maps, primary, cheap, out)[:, :out].detach()


def a_pair(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> Any:
    computed = primary(maps)
    return computed, cheap(computed)


def forgets_to_return(maps: Tensor, primary: nn.Module, cheap: nn.Module, out: int) -> None:
    not_cut(maps, primary, cheap, out)


WRONG_ANSWERS = {
    "not cut": WrongAnswer(not_cut, "the last is one too many"),
    "ghosts first": WrongAnswer(ghosts_first, "The computed maps should"),
    "cut at the front": WrongAnswer(cut_at_the_front, "a computed map instead of a ghost"),
    "computed alone": WrongAnswer(computed_alone, "Where are their ghosts?"),
    "ghosts alone": WrongAnswer(ghosts_alone, "the ghosts alone"),
    "computed twice": WrongAnswer(computed_twice, "`cheap` has not been used"),
    "ghosts of the input": WrongAnswer(ghosts_of_the_input, "to have 4 channels"),
    "added": WrongAnswer(added, "you return the shape (2, 4, 5, 5)"),
    "along the batch": WrongAnswer(along_the_batch, "you return the shape (4, 4, 5, 5)"),
    "cut from the batch": WrongAnswer(cut_from_the_batch, "you return the shape (1, 8, 5, 5)"),
    "ReLU on the ghosts": WrongAnswer(relu_on_the_ghosts, "gone through a ReLU"),
    "ReLU between": WrongAnswer(relu_between, "as they come"),
    "primary twice": WrongAnswer(primary_twice, "runs 2 times"),
    "detached": WrongAnswer(detached, "has been detached"),
    "without gradient": WrongAnswer(without_gradient, "needs no gradient"),
    "a pair": WrongAnswer(a_pair, "return a tuple"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
