"""The checks of card 3.4, against a mean taken unit by unit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
INPUTS, CLASSES = 4, 3
PLACES = {
    "0.weight": "the rows of the first weight",
    "0.bias": "the first bias",
    "2.weight": "the columns of the second weight",
    "2.bias": "the second bias",
}


def two_networks(units: int, seed: int = 34) -> tuple[nn.Sequential, nn.Sequential, Tensor]:
    """Two networks, and an order in which no unit stays where it is and there and back differ."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        a, b = (
            nn.Sequential(nn.Linear(INPUTS, units), nn.ReLU(), nn.Linear(units, CLASSES))
            for _ in range(2)
        )
    return a, b, torch.arange(units).roll(2 if units > 4 else 1)


def twin_of(net: nn.Sequential, order: Tensor) -> nn.Sequential:
    """The same function, its unit ``order[i]`` the net's unit i."""
    twin = copy.deepcopy(net)
    with torch.no_grad():
        for unit, place in enumerate(order.tolist()):
            twin[0].weight[place] = net[0].weight[unit]
            twin[0].bias[place] = net[0].bias[unit]
            twin[2].weight[:, place] = net[2].weight[:, unit]
    return twin


def expected(a: nn.Sequential, b: nn.Sequential, order: Tensor) -> dict[str, Tensor]:
    """The oracle: every number of the mean by itself, unit after unit."""
    mean = {name: p.detach().clone() for name, p in a.named_parameters()}
    of_b = {name: p.detach() for name, p in b.named_parameters()}
    for unit, other in enumerate(order.tolist()):
        mean["0.weight"][unit] = (mean["0.weight"][unit] + of_b["0.weight"][other]) / 2
        mean["0.bias"][unit] = (mean["0.bias"][unit] + of_b["0.bias"][other]) / 2
        mean["2.weight"][:, unit] = (mean["2.weight"][:, unit] + of_b["2.weight"][:, other]) / 2
    mean["2.bias"] = (mean["2.bias"] + of_b["2.bias"]) / 2
    return mean


def means_of_one_unit(candidate: Candidate) -> str | None:
    """One hidden unit: only one order, so it is the mean alone that counts."""
    return _asked(candidate, 1)


def means_of_units_in_order(candidate: Candidate) -> str | None:
    """Five units, each with another partner."""
    return _asked(candidate, 5)


def finds_itself_in_its_twin(candidate: Candidate) -> str | None:
    """Half-way to its own permuted twin a network is itself."""
    a, _, order = two_networks(7, seed=43)
    mean = ask(candidate, "on a network and its twin in another order", a, twin_of(a, order), order)
    images = torch.linspace(-1, 1, 5 * INPUTS).reshape(5, INPUTS)
    if isinstance(mean, nn.Module) and torch.allclose(mean(images), a(images), atol=1e-5):
        return None
    return (
        "half-way between a network and its own twin in another order you are not where you began."
    )


def _asked(candidate: Candidate, units: int) -> str | None:
    a, b, order = two_networks(units)
    before = [p.detach().clone() for net in (a, b) for p in net.parameters()]
    kept = order.clone()
    mean = ask(candidate, f"on two networks of {units} hidden units", a, b, order)
    after = [p.detach() for net in (a, b) for p in net.parameters()]
    if not all(torch.equal(p, q) for p, q in zip(before, after, strict=True)):
        return "`a` or `b` is another network after your function. Work on a copy."
    if not torch.equal(kept, order):
        return "`order` has changed. Read it, and leave it as it is."
    return _form(mean, a, b) or _compared(mean, a, b, order)


def _form(mean: Any, a: nn.Sequential, b: nn.Sequential) -> str | None:
    if mean is None:
        return "your function returns `None`. Let it end with `return mean`."
    if not isinstance(mean, nn.Module):
        return f"you return a {type(mean).__name__}; return one network, such as a copy of `a`."
    shapes = {name: tuple(p.shape) for name, p in mean.named_parameters()}
    if sum(p.numel() for p in mean.parameters()) > sum(p.numel() for p in a.parameters()):
        return (
            "your network holds more parameters than `a`: an ensemble, which asks both networks. "
            "Half-way is *one* network of the old size."
        )
    if shapes != {name: tuple(p.shape) for name, p in a.named_parameters()}:
        return f"your network has the parameters {shapes}; it should have those of `a`."
    return None


def _compared(mean: nn.Module, a: nn.Sequential, b: nn.Sequential, order: Tensor) -> str | None:
    right, found = expected(a, b, order), dict(mean.named_parameters())
    wrong = [n for n in right if not torch.allclose(found[n].detach(), right[n], atol=1e-6)]
    if not wrong:
        return None
    for says, rival in _rivals(a, b, order):
        if all(torch.allclose(found[n].detach(), rival[n], atol=1e-6) for n in right):
            return says
    places = " and ".join(PLACES[name] for name in wrong)
    return (
        f"with {len(order)} hidden units, {places} "
        f"{'are' if len(wrong) > 1 or 'bias' not in wrong[0] else 'is'} not the mean that belongs "
        "there; the rest is right."
        if len(wrong) < len(right)
        else f"with {len(order)} hidden units, no parameter is the mean that belongs there."
    )


def _rivals(
    a: nn.Sequential, b: nn.Sequential, order: Tensor
) -> tuple[tuple[str, dict[str, Tensor]], ...]:
    """Wrong means, and what to say to each."""
    stay = torch.arange(len(order))
    mean = expected(a, b, order)
    return (
        (
            "you average without the order: unit 0 of `a` with unit 0 of `b`, two strangers.",
            expected(a, b, stay),
        ),
        (
            "you use the order backwards. `order[i]` is the unit of `b` that belongs to unit i of "
            "`a`; `weight[order]` reads, `weight[order] = ...` writes the other way.",
            expected(a, b, order.argsort()),
        ),
        (
            "your parameters are twice too large: the sum of the two, not their mean.",
            {name: 2 * value for name, value in mean.items()},
        ),
        (
            "that is `a` itself, as it was. Nothing of `b` has come in.",
            {name: p.detach() for name, p in a.named_parameters()},
        ),
        (
            "that is `b` in the order of `a`, all the way and not half of it.",
            {name: 2 * mean[name] - p.detach() for name, p in a.named_parameters()},
        ),
    )


CHECKS = (means_of_one_unit, means_of_units_in_order, finds_itself_in_its_twin)
