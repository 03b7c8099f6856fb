"""The checks of card 1.6, against the whole pair with its neurons silenced."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Pair = tuple[nn.Linear, nn.Linear]
SIZES, BOTH = (5, 8, 3), (True, True)


def pair_of_layers(sizes: tuple[int, ...] = SIZES, biases: tuple[bool, ...] = BOTH) -> Pair:
    """Two linear layers whose numbers, biases too, lie well away from zero."""
    seeded = torch.Generator().manual_seed(51)
    into, neurons, out = sizes
    with torch.random.fork_rng(devices=[]):
        layers = nn.Linear(into, neurons, biases[0]), nn.Linear(neurons, out, biases[1])
    with torch.no_grad():
        for parameter in (p for layer in layers for p in layer.parameters()):
            numbers = torch.randn(parameter.shape, generator=seeded)
            parameter.copy_(numbers + 0.5 * numbers.sign())
    return layers


def some_kept() -> Tensor:
    """Five of eight, in no regular order: with the first and without the last."""
    return torch.tensor([True, False, True, True, False, True, True, False])


def silenced(pair: Pair, keep: Tensor, images: Tensor) -> Tensor:
    """The oracle: what the pair computes when the neurons not kept say nothing."""
    first, second = copy.deepcopy(pair)
    with torch.no_grad():
        for parameter in first.parameters():
            parameter[~keep] = 0.0
        return second(first(images).relu())


def gives_two_smaller_layers(candidate: Candidate) -> str | None:
    """Two linear layers and the shapes of their weights; also where all sizes are equal."""
    for sizes in ((8, 8, 8), SIZES):
        pair, keep = pair_of_layers(sizes), some_kept()
        layers = _answer(candidate, _context(sizes), copy.deepcopy(pair), keep)
        wrong = _form(layers) or _upside_down(layers, pair[0].weight[~keep])
        wrong = wrong or _shapes(layers, sizes)
        if wrong:
            return wrong
    return None


def computes_the_same(candidate: Candidate) -> str | None:
    """Biases and outputs, for random inputs and several choices of neurons."""
    for keep in (some_kept(), ~some_kept(), torch.ones(8, dtype=torch.bool)):
        wrong = _compare(candidate, pair_of_layers(), keep, "")
        if wrong:
            return wrong
    return None


def leaves_the_given_alone(candidate: Candidate) -> str | None:
    """The given layers keep their numbers, and share none of them with the new ones."""
    pair, before, keep = pair_of_layers(), pair_of_layers(), some_kept()
    layers = _answer(candidate, _context(SIZES), pair, keep)
    if not _equal(pair, before) or not torch.equal(keep, some_kept()):
        return "your function changes what it was given. Make new layers and copy into them."
    parameters = [p for layer in layers for p in layer.parameters()]
    if not all(p.requires_grad and p.is_leaf for p in parameters):
        return "your new layers cannot be trained: their parameters must require a gradient."
    with torch.no_grad():
        for parameter in parameters:
            parameter.add_(1.0)
    if not _equal(pair, before):
        return (
            "your new layers share numbers with the given ones: training them would change both. "
            "Copy the numbers, as in `copy_` or `clone`."
        )
    return None


def works_without_bias(candidate: Candidate) -> str | None:
    """Layers made with ``bias=False`` have no bias, before and after."""
    for biases, kind in (
        ((False, False), " without a bias"),
        ((False, True), ", the first without a bias"),
        ((True, False), ", the second without a bias"),
    ):
        wrong = _compare(candidate, pair_of_layers(SIZES, biases), some_kept(), kind)
        if wrong:
            return wrong
    return None


def _compare(candidate: Candidate, pair: Pair, keep: Tensor, kind: str) -> str | None:
    images = torch.randn(20, SIZES[0], generator=torch.Generator().manual_seed(52))
    right = silenced(pair, keep, images)
    layers = _answer(candidate, f"{_context(SIZES)}{kind}", copy.deepcopy(pair), keep)
    wrong = _biases(layers, pair)
    if wrong:
        return wrong
    with torch.no_grad():
        outputs = layers[1](layers[0](images).relu())
    if torch.allclose(outputs, right, atol=1e-4):
        return None
    return _why(layers, pair, keep, (outputs - right).abs().max().item())


def _answer(candidate: Candidate, context: str, pair: Pair, keep: Tensor) -> Any:
    """New layers draw random numbers: the same ones each time, and not the reader's."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(53)
        return ask(candidate, context, *pair, keep)


def _context(sizes: tuple[int, ...]) -> str:
    return "on layers of " + " to ".join(map(str, sizes)) + " neurons"


def _form(layers: Any) -> str | None:
    if layers is None:
        return "your function returns `None`. Let it end with `return small_first, small_second`."
    if isinstance(layers, nn.Sequential) or not isinstance(layers, tuple | list):
        return f"you return a {type(layers).__name__}; return the two layers, first and second."
    if len(layers) != 2:
        return f"you return {len(layers)} things; return the two layers, first and second."
    for name, layer in zip(("first", "second"), layers, strict=True):
        if not isinstance(layer, nn.Linear):
            kind = type(layer).__name__
            return f"your new {name} layer is a {kind}; it should be a `torch.nn.Linear`."
    return None


def _upside_down(layers: Pair, gone: Tensor) -> str | None:
    if torch.equal(layers[0].weight, gone):
        return "you keep the neurons that should go. True in `keep` means kept."
    return None


def _shapes(layers: Pair, sizes: tuple[int, ...]) -> str | None:
    into, neurons, out = sizes
    kept = int(some_kept().sum())
    for name, layer, right, whole, cut in (
        ("first", layers[0], (kept, into), (neurons, into), "rows"),
        ("second", layers[1], (out, kept), (out, neurons), "columns"),
    ):
        shape = tuple(layer.weight.shape)
        told = f"the weight of your {name} layer has the shape {shape}; it should be {right}."
        if shape == whole:
            return (
                f"{told} Zeros are multiplied like any other number: the {cut} of the silent "
                "neurons must be gone."
            )
        if shape != right:
            return f"{told} A neuron of `first` is one of the {cut} of `{name}.weight`."
        if (layer.out_features, layer.in_features) != right:
            return (
                f"your {name} layer says {layer}, but its weight has the shape {shape}. "
                "`in_features` and `out_features` must agree with it; a new `Linear` does so."
            )
    return None


def _biases(layers: Pair, pair: Pair) -> str | None:
    for name, layer, given in zip(("first", "second"), layers, pair, strict=True):
        if (layer.bias is None) != (given.bias is None):
            has, had = ("no", "a") if layer.bias is None else ("a", "no")
            return f"your {name} layer has {has} bias, but the given one has {had} bias."
        if layer.bias is not None and layer.bias.shape != layer.weight.shape[:1]:
            return (
                f"the bias of your {name} layer has {layer.bias.numel()} entries for "
                f"{len(layer.weight)} neurons. "
                + (
                    "The bias of a neuron goes with it."
                    if name == "first"
                    else "No neuron of `second` goes, so its bias stays whole."
                )
            )
    return None


def _why(layers: Pair, pair: Pair, keep: Tensor, off: float) -> str:
    """What to say of outputs that are not those of the silenced pair."""
    (first, second), told = pair, f"your pair's outputs are off by up to {off:.2g}."
    rows, columns = first.weight[keep], second.weight[:, keep]
    if layers[0].weight.shape != rows.shape:
        return f"with {int(keep.sum())} neurons kept, yours has {len(layers[0].weight)}."
    if not torch.equal(layers[0].weight, rows):
        return f"{told} The weights of your first layer are not the rows `first.weight[keep]`."
    if not torch.equal(layers[1].weight, columns):
        return (
            f"{told} The weights of your second layer are not the columns "
            "`second.weight[:, keep]`, as they were."
        )
    if first.bias is not None and not torch.equal(layers[0].bias, first.bias[keep]):
        return f"{told} The weights are right; the bias of your first layer is not."
    return f"{told} The weights are right; the bias of your second layer is not `second.bias`."


def _equal(one: Pair, other: Pair) -> bool:
    both = (
        zip(a.parameters(), b.parameters(), strict=True) for a, b in zip(one, other, strict=True)
    )
    return all(torch.equal(p, q) for pairs in both for p, q in pairs)


CHECKS = (gives_two_smaller_layers, computes_the_same, leaves_the_given_alone, works_without_bias)
