"""Lottery tickets taken apart, first part: by which criterion is the mask drawn?

A weight begins at w_i and training moves it to w_f: a point in the plane (w_i, w_f). Every
criterion here scores that point, higher = keep, so it cuts the plane along a line of its own.
Unlike magnitude, which sees where a weight has arrived, these may also ask where it came from.
What is then done with the weights on either side is in :mod:`.mask_actions`.

Every function takes two tensors of one shape and returns scores of that shape:

>>> w_i, w_f = torch.tensor([0.5, -0.2, 0.3, -0.1]), torch.tensor([0.6, -0.9, -0.8, -0.1])
>>> large_final(w_i, w_f).tolist() == w_f.abs().tolist()
True
>>> [round(score, 1) for score in magnitude_increase(w_i, w_f).tolist()]
[0.1, 0.7, 0.5, 0.0]
>>> [round(score, 1) for score in movement(w_i, w_f).tolist()]
[0.1, 0.7, 1.1, 0.0]
>>> [round(score, 1) for score in large_final_same_sign(w_i, w_f).tolist()]
[0.6, 0.9, 0.0, 0.1]

Source: Zhou, Lan, Liu, Yosinski (2019), "Deconstructing Lottery Tickets: Zeros, Signs, and the
Supermask", the sections on mask criteria and on supermasks.
"""

from collections.abc import Callable, Mapping
from typing import Annotated

import torch
from torch import Tensor

from nc_teach.common.kinds import Finite, Floats, Like, MaskOf

Final = Annotated[Floats, Like("initial")]
PairCriterion = Callable[[Tensor, Tensor], Tensor]


def large_final(initial: Floats, final: Final) -> Tensor:
    """|w_f|: far from zero in the end. The criterion of the lottery tickets."""
    return final.abs()


def small_final(initial: Floats, final: Final) -> Tensor:
    """-|w_f|: close to zero in the end. The opposite, as a control."""
    return -final.abs()


def large_init(initial: Floats, final: Final) -> Tensor:
    """|w_i|: far from zero at the start. Needs no training."""
    return initial.abs()


def small_init(initial: Floats, final: Final) -> Tensor:
    """-|w_i|: close to zero at the start."""
    return -initial.abs()


def large_init_large_final(initial: Floats, final: Final, alpha: Finite = 1.0) -> Tensor:
    """min(alpha |w_f|, |w_i|): far from zero at both ends; alpha puts them on one scale."""
    return torch.minimum(alpha * final.abs(), initial.abs())


def small_init_small_final(initial: Floats, final: Final, alpha: Finite = 1.0) -> Tensor:
    """-max(alpha |w_f|, |w_i|): close to zero at both ends."""
    return -torch.maximum(alpha * final.abs(), initial.abs())


def magnitude_increase(initial: Floats, final: Final) -> Tensor:
    """|w_f| - |w_i|: has moved away from zero."""
    return final.abs() - initial.abs()


def movement(initial: Floats, final: Final) -> Tensor:
    """|w_f - w_i|: has moved, in whatever direction."""
    return (final - initial).abs()


def large_final_same_sign(initial: Floats, final: Final) -> Tensor:
    """max(0, w_f sign(w_i)): large in the end and still of its first sign, else 0."""
    return (final * initial.sign()).clamp(min=0)


def large_final_diff_sign(initial: Floats, final: Final) -> Tensor:
    """max(0, -w_f sign(w_i)): large in the end but of the other sign, else 0."""
    return (-final * initial.sign()).clamp(min=0)


def score(
    criterion: PairCriterion, initial: Mapping[str, Floats], final: Mapping[str, Floats]
) -> dict[str, Tensor]:
    """The criterion in every layer: name -> scores, for :func:`~nc_teach.pruning.select`.

    Raises ``ValueError`` when the two do not have the same names and shapes.

    >>> w = {"w": torch.tensor([1.0, -2.0])}
    >>> score(large_final, w, w)
    {'w': tensor([1., 2.])}
    """
    if list(initial) != list(final):
        raise ValueError(
            f"final must have the names of initial, {list(initial)}; got {list(final)}"
        )
    for name, weight in initial.items():
        if final[name].shape != weight.shape:
            raise ValueError(
                f"final[{name!r}] must have the shape {tuple(weight.shape)} of initial, "
                f"got {tuple(final[name].shape)}"
            )
    return {name: criterion(w.detach(), final[name].detach()) for name, w in initial.items()}


def same_sign_share(
    initial: Mapping[str, Floats], final: Mapping[str, Floats], masks: MaskOf
) -> float:
    """Of the weights kept by ``masks``, the share that training has left with its first sign.

    >>> first, last = {"w": torch.tensor([1.0, -1.0])}, {"w": torch.tensor([0.5, 2.0])}
    >>> same_sign_share(first, last, {"w": torch.tensor([True, True])})
    0.5
    """
    kept = sum(int(mask.sum()) for mask in masks.values())
    if not kept:
        raise ValueError("masks must keep at least one weight, got none")
    same = sum(int((initial[n].sign() == final[n].sign())[m].sum()) for n, m in masks.items())
    return same / kept
