"""The checks of card 2.1: a small trained network, its start, and random masks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Values = dict[str, Tensor]


def trained(seed: int = 31) -> tuple[nn.Module, Values, Values]:
    """A network away from its start, the start, and masks for its weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
        start = {name: p.detach().clone() for name, p in model.named_parameters()}
        masks = {n: torch.rand(p.shape) > 0.5 for n, p in start.items() if p.dim() == 2}
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn(parameter.shape))
    return model, start, masks


def is_the_ticket(candidate: Candidate) -> str | None:
    """Kept weights and biases as at the start, the others zero."""
    model, start, masks = trained()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    ask(candidate, "on a trained network", model, _copies(start), _copies(masks))
    after = {name: p.detach() for name, p in model.named_parameters()}
    for name, mask in masks.items():
        if told := _weights(name, after[name], before[name], start[name], mask):
            return told
    for name in start:
        if name not in masks and not torch.equal(after[name], start[name]):
            return (
                f"`{name}` is not as it was at the start. It has no mask, but it was trained, so "
                "it goes back as well."
            )
    return None


def _weights(name: str, after: Tensor, before: Tensor, start: Tensor, mask: Tensor) -> str | None:
    if torch.equal(after, start * mask):
        return None
    if torch.equal(after, before):
        return f"`{name}` is as it was. Change the `model` that you are given, in place."
    if torch.equal(after, before * mask):
        return f"`{name}` is mask times **trained** weights. That is pruning; a ticket goes back."
    if torch.equal(after, start):
        return f"`{name}` is back at its start, but nothing is removed. Where is the mask?"
    if torch.equal(after, start * ~mask):
        return f"`{name}` keeps what should go. True in a mask means kept."
    if torch.equal(after, torch.where(mask, before, start)):
        return (
            f"`{name}` keeps trained weights and puts back the others. It is the other way round."
        )
    if torch.equal(after, torch.where(mask, start, before)):
        return f"`{name}`: the kept weights are back, but the pruned ones are still trained ones."
    if not after[~mask].any() and after[mask].any():
        return f"`{name}`: the kept weights have values that are neither trained nor the start's."
    return f"`{name}` should be its start where the mask is True, and zero elsewhere."


def leaves_the_start_alone(candidate: Candidate) -> str | None:
    """The start serves for many rounds: neither the call nor later training may move it."""
    model, start, masks = trained()
    given, given_masks = _copies(start), _copies(masks)
    ask(candidate, "on a trained network", model, given, given_masks)
    for name, value in start.items():
        if not torch.equal(given[name], value):
            return f"your function changes `start[{name!r}]`. The next round needs it as it is."
    if any(not torch.equal(given_masks[name], mask) for name, mask in masks.items()):
        return "your function changes the masks that it was given. It should only read them."
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    for name, value in start.items():
        if not torch.equal(given[name], value):
            return (
                f"after one more step of training `start[{name!r}]` has moved too: the model and "
                "`start` share the same memory. Copy the numbers, do not hand over the tensor."
            )
    return None


def can_be_trained(candidate: Candidate) -> str | None:
    """The parameters are the same objects, and they still learn."""
    model, start, masks = trained()
    before = dict(model.named_parameters())
    copied = copy.deepcopy(start)
    ask(candidate, "on a trained network", model, copied, masks)
    for name, parameter in model.named_parameters():
        if parameter is not before[name]:
            return (
                f"your function puts a new Parameter in the place of `{name}`. An optimiser that "
                "holds the old one would train nothing. Change it in place."
            )
        if not parameter.requires_grad:
            return f"`{name}` no longer learns: it should still require a gradient."
    return None


def _copies(values: Values) -> Values:
    return {name: value.clone() for name, value in values.items()}


CHECKS = (is_the_ticket, leaves_the_start_alone, can_be_trained)
