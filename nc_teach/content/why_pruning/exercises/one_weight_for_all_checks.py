"""The checks of card 2.5, against an oracle that computes one image and one node at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
Pairs = Sequence[tuple[int, int]]
SHALLOW: Pairs = ((0, 3), (1, 3), (2, 4), (0, 4))
DEEP: Pairs = ((0, 3), (1, 3), (3, 4), (2, 4), (3, 5), (4, 5), (1, 5))
KINDS = (torch.tanh, torch.cos, torch.relu)
WORDS = {SHALLOW: "no hidden node", DEEP: "hidden nodes"}


def images() -> Tensor:
    """Five rows of three numbers, some below zero."""
    return torch.randn(5, 3, generator=torch.Generator().manual_seed(25))


def by_node(inputs: Tensor, connections: Pairs, activations: Sequence[Any], w: float) -> Tensor:
    """The oracle."""
    rows = []
    for image in inputs.tolist():
        sent = list(image)
        for node, activation in enumerate(activations, start=len(image)):
            total = math.fsum(sent[a] for a, b in connections if b == node and a < node)
            sent.append(activation(torch.tensor(w * total)).item())
        rows.append(sent[len(image) :])
    return torch.tensor(rows)


def reads_inputs(candidate: Candidate) -> str | None:
    """Two nodes that hear inputs alone, at a positive weight."""
    return _compared(candidate, SHALLOW, KINDS[:2], 0.7)


def reads_hidden_nodes(candidate: Candidate) -> str | None:
    """Nodes that hear nodes, at a negative weight."""
    return _compared(candidate, DEEP, KINDS, -1.5)


def hears_nothing(candidate: Candidate) -> str | None:
    """A node without a connection, and weight 0."""
    return _compared(candidate, ((0, 3), (2, 3)), KINDS[:2], 0.7) or _compared(
        candidate, DEEP, KINDS, 0.0
    )


def _compared(
    candidate: Candidate, connections: Pairs, activations: Sequence[Any], w: float
) -> str | None:
    where = f"on a graph with {WORDS.get(connections, 'a node that hears nothing')}"
    inputs = images()
    given = inputs.clone()
    found = ask(candidate, where, given, connections, activations, w)
    if not torch.equal(given, inputs):
        return "your function changes the inputs that it was given."
    right = by_node(inputs, connections, activations, w)
    wrong = _form(found, right, inputs)
    if wrong or torch.allclose(found, right, atol=1e-5):
        return wrong
    for says, rival in _rivals(inputs, connections, activations, w):
        if torch.allclose(found, rival, atol=1e-5):
            return says
    place = int((found - right).abs().nan_to_num(torch.inf).amax(dim=0).argmax())
    return (
        f"{where}, at w = {w:g}, node {place + inputs.shape[1]} sends {found[0, place]:.3g} for "
        f"the first image; it should be {right[0, place]:.3g}."
    )


def _form(found: Any, right: Tensor, inputs: Tensor) -> str | None:
    if found is None:
        return "your function returns `None`. Let it end with `return` and the signals."
    if not isinstance(found, Tensor):
        return f"you return a {type(found).__name__}; return one tensor."
    if found.shape == right.T.shape:
        return "your answer is nodes × images. Return a row for each image: `stack(..., dim=1)`."
    if found.shape == (len(inputs), inputs.shape[1] + right.shape[1]):
        return "your answer has the inputs in it as well. Return only the nodes after them."
    if found.shape == right[:, -1:].shape or found.shape == right[:, -1].shape:
        return "you return the last node alone. All nodes after the inputs are wanted."
    if found.shape != right.shape:
        return f"your answer has the shape {tuple(found.shape)}; it should be {tuple(right.shape)}."
    return None


def _rivals(
    inputs: Tensor, connections: Pairs, activations: Sequence[Any], w: float
) -> list[tuple[str, Tensor]]:
    """Wrong networks, and what to say to each."""
    plain = [lambda x: x] * len(activations)
    outside = [lambda x, f=f: w * f(x) for f in activations]
    first = [(a, b) for a, b in connections if a < inputs.shape[1]]
    backward = [(b, a) for a, b in connections]
    return [
        ("the activations do nothing in your network: it is linear.",
         by_node(inputs, connections, plain, w)),
        ("you multiply after the activation. The weight belongs to the connection: it comes "
         "before.", by_node(inputs, connections, outside, 1.0)),
        ("your network does not know `w`: it computes with weight 1.",
         by_node(inputs, connections, activations, 1.0)),
        ("you use the size of the weight without its sign.",
         by_node(inputs, connections, activations, abs(w))),
        ("hidden nodes are deaf to each other in your network: only inputs are heard.",
         by_node(inputs, first, activations, w)),
        ("you have swapped the ends of the connections: a pair is (from, to).",
         by_node(inputs, backward, activations, w)),
        ("you take the mean of what a node hears. It is the sum that `w` multiplies.",
         _averaged(inputs, connections, activations, w)),
        ("you multiply by `w` once too often: an input does not carry the weight, a connection "
         "does.", by_node(w * inputs, connections, activations, w)),
    ]  # fmt: skip


def _averaged(inputs: Tensor, connections: Pairs, activations: Sequence[Any], w: float) -> Tensor:
    sent = list(inputs.T)
    for node, activation in enumerate(activations, start=len(sent)):
        heard = [sent[a] for a, b in connections if b == node]
        total = torch.stack(heard).mean(dim=0) if heard else torch.zeros(len(inputs))
        sent.append(activation(w * total))
    return torch.stack(sent[inputs.shape[1] :], dim=1)


CHECKS = (reads_inputs, reads_hidden_nodes, hears_nothing)
