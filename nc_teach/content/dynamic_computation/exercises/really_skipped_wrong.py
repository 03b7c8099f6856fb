"""Known wrong answers to card 6.4. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer

Block = Callable[[Tensor], Tensor]


def _wide(x: Tensor, chosen: Tensor) -> Tensor:
    return chosen.reshape(-1, *[1] * (x.dim() - 1))


def computes_all(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    return torch.where(_wide(x, chosen), block(x), x)


def a_call_each(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    rows = [block(x[n : n + 1]) if chosen[n] else x[n : n + 1] for n in range(len(x))]
    return torch.cat(rows)


def an_empty_call(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    result = x.clone()
    result[chosen] = block(x[chosen])
    return result


def in_place(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    if chosen.any():
        x[chosen] = block(x[chosen])
    return x


def mixed_up(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    return torch.cat([block(x[chosen]), x[~chosen]])


def zeros_for_the_rest(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    result = torch.zeros_like(x)
    result[chosen] = block(x[chosen])
    return result


def shortcut_twice(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    result = x.clone()
    result[chosen] = x[chosen] + block(x[chosen])
    return result


def turned_round(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    result = x.clone()
    result[~chosen] = block(x[~chosen])
    return result


def by_place(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    result = x.clone()
    result[chosen.long()] = block(x[chosen.long()])
    return result


def all_as_soon_as_one(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    return block(x) if chosen.any() else x


def only_the_chosen(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    return block(x[chosen])


def nothing(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    return x


def detached(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    with torch.no_grad():
        result = x.clone()
        if chosen.any():
            result[chosen] = block(x[chosen])
    return result


def half_detached(block: Block, x: Tensor, chosen: Tensor) -> Tensor:
    if not chosen.any():
        return x
    result = x.clone()
    result[chosen] = block(x[chosen].detach())
    return result


def a_list(block: Block, x: Tensor, chosen: Tensor) -> list[Tensor]:
    return [block(row[None])[0] if takes else row for row, takes in zip(x, chosen, strict=True)]


def forgets_to_return(block: Block, x: Tensor, chosen: Tensor) -> None:
    block(x[chosen])


WRONG_ANSWERS = {
    "computes all": WrongAnswer(computes_all, "nothing is saved"),
    "a call each": WrongAnswer(a_call_each, "a call each is slow"),
    "an empty call": WrongAnswer(an_empty_call, "an empty batch"),
    "in place": WrongAnswer(in_place, "Write into a `clone`"),
    "mixed up": WrongAnswer(mixed_up, "changed places"),
    "zeros for the rest": WrongAnswer(zeros_for_the_rest, "as **zeros**"),
    "shortcut twice": WrongAnswer(shortcut_twice, "add `x` once more"),
    "turned round": WrongAnswer(turned_round, "Turn `chosen`"),
    "by place": WrongAnswer(by_place, "**by their place**"),
    "all as soon as one": WrongAnswer(all_as_soon_as_one, "decides for itself"),
    "only the chosen": WrongAnswer(only_the_chosen, "only those that took"),
    "nothing": WrongAnswer(nothing, "compute nothing"),
    "detached": WrongAnswer(detached, "no gradient flows"),
    "half detached": WrongAnswer(half_detached, "the gradients are not"),
    "a list": WrongAnswer(a_list, "returns a list"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
