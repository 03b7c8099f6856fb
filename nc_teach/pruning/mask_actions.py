"""Lottery tickets taken apart, second part: what is done with the weights on either side of a mask?

The kept ones are rewound, drawn anew, shuffled, or all made equally large, each with or without the
signs that they had. The removed ones are zero, or held where they began. Unlike
:mod:`.mask_criteria`, which decides *who* is kept, this decides *with what value* the training
begins.

A value is a size and a sign, so the actions come in those two parts. Keep the sizes apart from
the signs and the lecture's question has one line: do the signs alone suffice?

>>> w = torch.tensor([0.9, 3.1, -1.0, 4.3])
>>> signed_constant(w, size=2.0)
tensor([ 2.,  2., -2.,  2.])
>>> same_signs(torch.tensor([-0.5, 0.1, 0.2, -0.7]), w)  # drawn anew, with the old signs
tensor([ 0.5000,  0.1000, -0.2000,  0.7000])

Source: Zhou, Lan, Liu, Yosinski (2019), "Deconstructing Lottery Tickets: Zeros, Signs, and the
Supermask", the sections on kept weights (signs) and on removed weights (zeros).
"""

from collections.abc import Callable, Mapping
from typing import Annotated

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Floats, Like, Mask, Positive, Seed
from nc_teach.pruning.masks import check_masks

Values = Mapping[str, Tensor]


def reshuffled(initial: Floats, mask: Annotated[Mask, Like("initial")], seed: Seed = 0) -> Tensor:
    """The kept weights change places among each other, signs and all; the others stay.

    >>> w, mask = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([True, False, True, True])
    >>> reshuffled(w, mask, seed=2)
    tensor([1., 2., 4., 3.])
    """
    values = initial.detach().clone()
    kept = values[mask]
    order = torch.randperm(len(kept), generator=torch.Generator().manual_seed(seed))
    values[mask] = kept[order.to(kept.device)]
    return values


def signed_constant(initial: Floats, size: Positive | None = None) -> Tensor:
    """Of every weight only the sign: size * sign(w).

    ``size`` is by default the standard deviation of the layer's initial weights, as in the paper.

    >>> signed_constant(torch.tensor([1.0, -1.0, 1.0, -1.0]), size=0.5)
    tensor([ 0.5000, -0.5000,  0.5000, -0.5000])
    """
    size = initial.detach().std(correction=0).item() if size is None else size
    if not size > 0:
        raise ValueError(f"size must be above 0, got {size}")
    return size * initial.detach().sign()


def same_signs(values: Floats, initial: Annotated[Floats, Like("values")]) -> Tensor:
    """|values| sign(w_i): the sizes of the one, the signs of the other."""
    return values.detach().abs() * initial.detach().sign()


def random_signs(values: Floats, seed: Seed = 0) -> Tensor:
    """|values| with signs that are drawn from ``seed``, plus and minus equally likely.

    >>> random_signs(torch.tensor([1.0, -2.0, 3.0]), seed=1).abs()
    tensor([1., 2., 3.])
    """
    generator = torch.Generator().manual_seed(seed)
    signs = 2 * torch.randint(0, 2, values.shape, generator=generator) - 1
    return values.detach().abs() * signs.to(values)


def towards_zero(initial: Floats, final: Annotated[Floats, Like("initial")]) -> Tensor:
    """What to hold a removed weight at: 0 if training moved it towards zero, else where it began.

    >>> towards_zero(torch.tensor([0.5, 0.5]), torch.tensor([0.1, -0.8]))
    tensor([0.0000, 0.5000])
    """
    return initial.detach().where(final.detach().abs() >= initial.detach().abs(), 0.0)


def set_weights(
    model: nn.Module, kept: Values, masks: Values, removed: Values | None = None
) -> nn.Module:
    """Give the kept weights the values ``kept``, the others ``removed`` (default: zero). In place.

    All are dicts from parameter name to tensor. Parameters without a mask stay as they are. Raises
    ``ValueError`` when a mask does not fit the model or a value is missing or of another shape;
    nothing has changed then.
    """
    check_masks(model, masks)
    for what, values in {"kept": kept, **({"removed": removed} if removed else {})}.items():
        for name, mask in masks.items():
            if name not in values or values[name].shape != mask.shape:
                found = tuple(values[name].shape) if name in values else "nothing"
                raise ValueError(
                    f"{what}[{name!r}] must have the mask's shape {tuple(mask.shape)}, got {found}"
                )
    with torch.no_grad():
        for name, mask in masks.items():
            rest = torch.zeros_like(kept[name]) if removed is None else removed[name]
            model.get_parameter(name).copy_(torch.where(mask, kept[name], rest))
    return model


def frozen_at(masks: Values, values: Values) -> Callable[[nn.Module], nn.Module]:
    """A hook for ``fit(..., after_step=...)``: removed weights are put back to ``values``.

    With zeros it is :func:`~nc_teach.pruning.mask_hook`; with the initial weights the removed ones
    are frozen where they began.

    >>> layer = nn.Linear(2, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[5.0, 6.0]]))
    >>> hook = frozen_at({"weight": torch.tensor([[True, False]])}, {"weight": torch.ones(1, 2)})
    >>> hook(layer).weight.tolist()
    [[5.0, 1.0]]
    """

    def put_back(model: nn.Module) -> nn.Module:
        with torch.no_grad():
            for name, mask in masks.items():
                weight = model.get_parameter(name)
                weight.copy_(torch.where(mask.to(weight.device), weight, values[name].to(weight)))
        return model

    return put_back
