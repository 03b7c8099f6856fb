"""The checks of card 1.5, against an oracle that counts one output after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
NEURONS, MAPS = (12, 5), (6, 4, 3, 2)


def outputs_before_relu(shape: tuple[int, ...]) -> Tensor:
    """Random outputs: a unit that never speaks, one that always does, some exact and near zeros."""
    seeded = torch.Generator().manual_seed(41)
    outputs = torch.randn(shape, generator=seeded)
    outputs[torch.rand(shape, generator=seeded) < 0.2] = 0.0
    outputs[torch.rand(shape, generator=seeded) < 0.1] = 0.001
    outputs[:, 0] = -outputs[:, 0].abs()
    outputs[:, 1] = 0.5 + outputs[:, 1].abs()
    return outputs


def count(outputs: Tensor) -> Tensor:
    """The oracle: for each unit, how many of its outputs are not positive, of how many."""
    shares = []
    for unit in range(outputs.shape[1]):
        spoken = [value > 0 for value in outputs[:, unit].flatten().tolist()]
        shares.append(spoken.count(False) / len(spoken))
    return torch.tensor(shares)


def counts_for_neurons(candidate: Candidate) -> str | None:
    """A linear layer: the form of the answer, and the shares."""
    outputs = outputs_before_relu(NEURONS)
    given = outputs.clone()
    shares = ask(candidate, f"on {_words(NEURONS)} outputs", given)
    if not torch.equal(given, outputs):
        return "your function changes the outputs that it was given. `relu()`, not `relu_()`."
    return _form(shares, NEURONS) or _compared(shares, outputs)


def counts_for_channels(candidate: Candidate) -> str | None:
    """A convolution: one number for each channel, over images and positions."""
    outputs = outputs_before_relu(MAPS)
    shares = ask(candidate, f"on {_words(MAPS)} outputs", outputs.clone())
    return _form(shares, MAPS) or _compared(shares, outputs)


def counts_for_one_image(candidate: Candidate) -> str | None:
    """One image is a data set too."""
    outputs = outputs_before_relu(NEURONS)[:1]
    shares = ask(candidate, "on a single image", outputs.clone())
    if isinstance(shares, Tensor) and shares.shape != (NEURONS[1],):
        return (
            f"for a single image your answer has the shape {tuple(shares.shape)}; it should still "
            f"be {(NEURONS[1],)}. `squeeze` takes away more than you think."
        )
    return _form(shares, (1, *NEURONS[1:])) or _compared(shares, outputs)


def _words(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _form(shares: Any, shape: tuple[int, ...]) -> str | None:
    if shares is None:
        return "your function returns `None`. Let it end with `return` and the shares."
    if not isinstance(shares, Tensor):
        return f"you return a {type(shares).__name__}; return one tensor."
    told = f"for {_words(shape)} outputs your answer has the shape {tuple(shares.shape)}"
    if shares.shape == shape[:1]:
        return (
            f"{told}: a number for each image. The question is what each unit does, whatever the "
            "image. Which dimension should be gone?"
        )
    if shares.shape == shape[1:] and len(shape) == 4:
        return f"{told}: a share for every position. A channel speaks at all of them; count all."
    if shares.shape != shape[1:2]:
        return f"{told}; it should be {shape[1:2]}, a number for each unit."
    if not shares.is_floating_point():
        return f"your answer holds {shares.dtype} numbers. A share is a float: `.float()`."
    return None


def _compared(shares: Tensor, outputs: Tensor) -> str | None:
    right = count(outputs)
    if torch.allclose(shares.float(), right, atol=1e-5):
        return None
    flat = outputs.transpose(0, 1).flatten(1)
    n = flat.shape[1]
    for says, rival in (*_simple(flat, right), *_of_maps(outputs)):
        if torch.allclose(shares.float(), rival.float(), atol=1e-5):
            return says
    unit = int((shares.float() - right).abs().nan_to_num(torch.inf).argmax())
    return (
        f"your answer for unit {unit} is {shares[unit].item():.3g}; {round(n * right[unit].item())}"
        f" of its {n} outputs are zero after ReLU, a share of {right[unit].item():.3g}."
    )


def _simple(flat: Tensor, right: Tensor) -> tuple[tuple[str, Tensor], ...]:
    """Wrong countings, and what to say to each."""
    return (
        (
            "you count the outputs that are **not** zero, so a dead unit gets a 0. Silence is the "
            "rest.",
            1 - right,
        ),
        (
            "you count the outputs below zero. An output of exactly 0 is a 0 after ReLU as well.",
            (flat < 0).float().mean(1),
        ),
        (
            "you count the zeros before ReLU. What does ReLU do with a negative output?",
            (flat == 0).float().mean(1),
        ),
        (
            "you count outputs that are nearly zero as silent. A small output still speaks; only "
            "an exact 0 does not.",
            (flat <= 0.01).float().mean(1),
        ),
        ("your shares are in per cent. Return numbers from 0 to 1.", 100 * right),
        (
            "you return how many, not which share. Divide by the number of outputs that a unit "
            "has.",
            flat.shape[1] * right,
        ),
        (
            "you return the mean output after ReLU: how loud a unit is, not how often it is "
            "silent.",
            flat.relu().mean(1),
        ),
    )


def _of_maps(outputs: Tensor) -> tuple[tuple[str, Tensor], ...]:
    """More wrong countings, where a unit has more than one position."""
    if outputs.dim() != 4:
        return ()
    silent = outputs <= 0
    return (
        (
            "you divide by the number of images, but a channel speaks at every position of each. "
            "Your shares exceed 1.",
            silent.float().sum((0, 2, 3)) / len(outputs),
        ),
        (
            "you count a map as silent only where all its positions are. Count each position.",
            silent.all(3).all(2).float().mean(0),
        ),
        (
            "you take the mean over a map first and count then. A map is silent here and loud "
            "there; its mean hides that.",
            (outputs.mean((2, 3)) <= 0).float().mean(0),
        ),
    )


CHECKS = (counts_for_neurons, counts_for_channels, counts_for_one_image)
