"""The checks of card 5.2, against the nearest matrix found by eigenvectors, without an SVD."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
OUTPUTS, INPUTS = 12, 20  # break-even between rank 7 and 8


def layer_of(outputs: int = OUTPUTS, inputs: int = INPUTS, bias: bool = True) -> nn.Linear:
    """A linear layer with random numbers and well-separated singular values."""
    seeded = torch.Generator().manual_seed(54)
    with torch.random.fork_rng(devices=[]):
        layer = nn.Linear(inputs, outputs, bias=bias)
    left, _ = torch.linalg.qr(torch.randn(outputs, outputs, generator=seeded))
    right, _ = torch.linalg.qr(torch.randn(inputs, outputs, generator=seeded))
    sizes = 3.0 * 0.8 ** torch.arange(outputs)
    with torch.no_grad():
        layer.weight.copy_(left * sizes @ right.T)
        if bias:
            layer.bias.copy_(1.0 + torch.rand(outputs, generator=seeded))
    return layer


def nearest(weight: Tensor, rank: int) -> Tensor:
    """The oracle: W projected on the leading eigenvectors of W W^T; no SVD in it."""
    matrix = weight.detach().double()
    _, vectors = torch.linalg.eigh(matrix @ matrix.T)  # smallest first
    kept = vectors[:, -rank:]
    return (kept @ kept.T @ matrix).float()


def gives_two_thin_layers(candidate: Candidate) -> str | None:
    """Form and shapes, without a bias to get in the way."""
    layer = layer_of(bias=False)
    return _form(_answer(candidate, layer, 3), 3) or _nearness(candidate, layer, 3)


def adds_the_bias_once(candidate: Candidate) -> str | None:
    """With a bias, the outputs are those of the nearest matrix plus the bias."""
    inputs = torch.randn(9, INPUTS, generator=torch.Generator().manual_seed(55))
    for rank in (1, 4):
        layer = layer_of()
        with torch.no_grad():
            right = inputs @ nearest(layer.weight, rank).T + layer.bias
        pair = _answer(candidate, layer, rank)
        wrong = _form(pair, rank) or _bias(pair, layer)
        if wrong:
            return wrong
        with torch.no_grad():
            off = pair(inputs) - right
        if off.abs().max() > 1e-3:
            return f"with rank {rank} the outputs are off by up to {off.abs().max():.2g}."
    return None


def knows_break_even(candidate: Candidate) -> str | None:
    """Two factors only where they hold fewer weights; at equality the layer itself."""
    for outputs, inputs, rank, saves in (
        (12, 20, 7, True), (12, 20, 8, False), (8, 8, 4, False), (8, 8, 3, True), (6, 3, 2, False),
    ):  # fmt: skip
        layer = layer_of(outputs, inputs) if outputs <= inputs else _tall(outputs, inputs)
        answer = _answer(candidate, layer, rank)
        two = rank * (outputs + inputs)
        told = f"for {outputs} × {inputs} and rank {rank}, two factors hold {two} weights, one "
        told += f"matrix {outputs * inputs}"
        if saves and answer is layer:
            return f"{told}: that is fewer, but you return the layer."
        if not saves and answer is not layer:
            return f"{told}: nothing is saved. Return `layer` itself."
    return None


def leaves_the_given_alone(candidate: Candidate) -> str | None:
    """The layer keeps its numbers, shares none, and the pair can be trained."""
    layer = layer_of()
    before = copy.deepcopy(layer.state_dict())
    pair = _answer(candidate, layer, 3)
    if any(not torch.equal(before[name], t) for name, t in layer.state_dict().items()):
        return "your function changes the layer that it was given. Copy into new ones."
    if not all(p.is_leaf and p.requires_grad for p in pair.parameters()):
        return "your layers cannot be trained: their parameters must require a gradient."
    with torch.no_grad():
        for parameter in pair.parameters():
            parameter.add_(1.0)
    if any(not torch.equal(before[name], t) for name, t in layer.state_dict().items()):
        return "your layers share numbers with the given one. Copy them, as in `copy_`."
    return None


def _tall(outputs: int, inputs: int) -> nn.Linear:
    layer = nn.utils.skip_init(nn.Linear, inputs, outputs)
    seeded = torch.Generator().manual_seed(56)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=seeded))
    return layer


def _answer(candidate: Candidate, layer: nn.Linear, rank: int) -> Any:
    """New layers draw random numbers: the same ones each time, and not the reader's."""
    context = f"on a layer of {layer.in_features} to {layer.out_features} with rank {rank}"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(57)
        return ask(candidate, context, layer, rank)


def _form(pair: Any, rank: int) -> str | None:
    if pair is None:
        return "your function returns `None`. Let it end with `return torch.nn.Sequential(...)`."
    if isinstance(pair, nn.Linear):
        return f"with rank {rank} two factors hold fewer weights, but you return one layer."
    if not isinstance(pair, nn.Sequential):
        return f"you return a {type(pair).__name__}; return `torch.nn.Sequential(first, second)`."
    kinds = [type(part).__name__ for part in pair]
    if kinds != ["Linear", "Linear"]:
        return f"your Sequential holds {', '.join(kinds)}; it should hold two Linear alone."
    shapes = tuple(tuple(part.weight.shape) for part in pair)
    right = ((rank, INPUTS), (OUTPUTS, rank))
    if shapes != right:
        return f"your weights have the shapes {shapes}; they should be {right}."
    return None


def _bias(pair: nn.Sequential, layer: nn.Linear) -> str | None:
    first, second = pair
    if first.bias is not None:
        also = "too" if second.bias is not None else "and the second has none"
        return f"your first layer has a bias, {also}. The bias belongs to the outputs."
    if second.bias is None:
        return "neither of your layers has the bias."
    if not torch.equal(second.bias, layer.bias):
        return "the bias of your second layer is not that of the given one; it was drawn at random."
    return None


def _nearness(candidate: Candidate, layer: nn.Linear, rank: int) -> str | None:
    pair = _answer(candidate, layer, rank)
    if any(part.bias is not None for part in pair):
        return "the given layer has no bias, but one of yours has."
    product, right = (pair[1].weight @ pair[0].weight).detach(), nearest(layer.weight, rank)
    if torch.allclose(product, right, atol=1e-3):
        return None
    u, s, v = torch.linalg.svd(layer.weight.detach(), full_matrices=False)
    told = (
        (u[:, :rank] @ v[:rank], "the singular values are missing from it."),
        (u[:, :rank] * s[:rank] ** 2 @ v[:rank], "the singular values are in it twice."),
        (u[:, -rank:] * s[-rank:] @ v[-rank:], "you keep the smallest singular values; the "
                                               "largest come first."),
    )  # fmt: skip
    for wrong, message in told:
        if torch.allclose(product, wrong, atol=1e-3):
            return f"the product of your weights is not near to the layer's: {message}"
    off, best = ((p - layer.weight).norm().item() for p in (product, right))
    return (
        f"the product of your weights is {off:.2f} away from the layer's (Frobenius norm); with "
        f"rank {rank} it could be {best:.2f}."
    )


CHECKS = (gives_two_thin_layers, adds_the_bias_once, knows_break_even, leaves_the_given_alone)
