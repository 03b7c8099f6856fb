"""The checks of card 3.1, against KL written out as a sum over classes and images."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
IMAGES, CLASSES = 6, 5

FLAWS = {
    "direction": "The two networks are the wrong way round: it is KL(q‖p). `F.kl_div` wants first "
    "the logarithm of the one that learns.",
    "reduction": "It is also divided by the number of classes. Which `reduction` divides by the "
    "images alone?",
    "square": "The factor T² is missing.",
}


def problem(seed: int = 31) -> tuple[Tensor, Tensor, Tensor]:
    """Logits of student and teacher (float64, both want a gradient) and labels."""
    seeded = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(2, IMAGES, CLASSES, generator=seeded, dtype=torch.float64)
    labels = torch.arange(IMAGES) % CLASSES
    return logits[0].clone().requires_grad_(), logits[1].clone().requires_grad_(), labels


def divergence(p: Tensor, q: Tensor) -> Tensor:
    """The oracle: sum of p (log p - log q), one image and one class after the other, per image."""
    total = torch.zeros((), dtype=p.dtype)
    for image, label in itertools.product(range(len(p)), range(p.shape[1])):
        total = total + p[image, label] * (p[image, label].log() - q[image, label].log())
    return total / len(p)


def right_at_temperature_one(candidate: Candidate) -> str | None:
    """Direction and reduction, where T² is 1."""
    return _soft_part(candidate, 1.0)


def right_at_any_temperature(candidate: Candidate) -> str | None:
    """The factor T², and T in both networks."""
    return _soft_part(candidate, 4.0)


def leaves_the_teacher_alone(candidate: Candidate) -> str | None:
    """No gradient to the teacher, the right one to the student."""
    student, teacher, labels = problem()
    ask(candidate, "at temperature 2", student, teacher, labels, 2.0, 1.0).backward()
    if teacher.grad is not None and teacher.grad.any():
        return "the teacher gets a gradient, so it may move to meet its student. `detach()` it."
    if student.grad is None or not student.grad.any():
        return "no gradient reaches the student. Whose logits did you detach?"
    return None


def keeps_the_weights(candidate: Candidate) -> str | None:
    """soft_weight is the share of the soft part; the hard part is at T = 1."""
    student, teacher, labels = problem()
    soft = 9 * divergence(_softmax(teacher, 3.0), _softmax(student, 3.0))
    hard = -_softmax(student, 1.0).log()[range(IMAGES), labels].mean()
    for weight in (0.0, 0.3):
        loss = ask(candidate, "at temperature 3", student, teacher, labels, 3.0, weight)
        if torch.isclose(loss, weight * soft + (1 - weight) * hard, rtol=1e-4):
            continue
        if torch.isclose(loss, (1 - weight) * soft + weight * hard, rtol=1e-4):
            return "`soft_weight` weighs the hard part now. It was right as it was handed out."
        return (
            f"with `soft_weight` {weight:g} your loss is {loss.item():.4f}; it should be "
            f"{(weight * soft + (1 - weight) * hard).item():.4f}. The hard part was right as it "
            "was handed out: labels, and no temperature."
        )
    return None


def _softmax(logits: Tensor, temperature: float) -> Tensor:
    powers = (logits.detach() / temperature).exp()
    return powers / powers.sum(dim=1, keepdim=True)


def _soft_part(candidate: Candidate, temperature: float) -> str | None:
    student, teacher, labels = problem()
    context = f"at temperature {temperature:g}"
    loss = ask(candidate, context, student, teacher, labels, temperature, 1.0)
    if loss is None:
        return "your function returns `None`. Let it end with `return` and the loss."
    if not isinstance(loss, Tensor) or loss.shape != ():
        shape = f"shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
        return f"a loss is one number, a tensor without dimensions; yours is a {shape}."
    p, q = _softmax(teacher, temperature), _softmax(student, temperature)
    right = temperature**2 * divergence(p, q)
    if torch.isclose(loss, right, rtol=1e-4):
        return None
    told = f"{context} your soft part is {loss.item():.4f}; it should be {right.item():.4f}."
    return f"{told} {_diagnosis(loss.detach(), p, q, student, temperature)}"


def _diagnosis(loss: Tensor, p: Tensor, q: Tensor, student: Tensor, t: float) -> str:
    """Which of the flaws are left; or which other slip gives this number."""
    for count in range(1, len(FLAWS) + 1):
        for flaws in itertools.combinations(FLAWS, count):
            one, two = (q, p) if "direction" in flaws else (p, q)
            value = divergence(one, two) / (CLASSES if "reduction" in flaws else 1)
            value = value * (1 if "square" in flaws else t**2)
            if (t != 1 or "square" not in flaws) and torch.isclose(loss, value, rtol=1e-4):
                return " ".join(FLAWS[flaw] for flaw in flaws)
    for says, value in _slips(p, q, student, t):
        if torch.isclose(loss, value, rtol=1e-4, equal_nan=True):
            return says
    return "Which network comes first, what is summed, and what is divided by what?"


def _slips(p: Tensor, q: Tensor, student: Tensor, t: float) -> tuple[tuple[str, Tensor], ...]:
    log_p, log_q = p.log(), q.log()
    square, entropy = t**2, -(p * p.log()).sum(dim=1).mean()
    no_log = (p * (log_p - q)).sum(dim=1).mean()
    forgotten = (log_p.exp() * log_p - p * log_q).sum(dim=1).mean()
    return (
        ("The first argument of `F.kl_div` has to be a logarithm.", square * no_log),
        (
            "The target is a probability, and `log_target=True` says that it is a logarithm.",
            square * (p.exp() * (p - log_q)).sum(dim=1).mean(),
        ),
        (
            "The target is a logarithm; `F.kl_div` must be told so, with `log_target=True`, or be "
            "given a probability.",
            torch.full_like(entropy, torch.nan),
        ),
        (
            "That is the sum over all images. A mean over images does not grow with the batch.",
            square * forgotten * len(p),
        ),
        ("The factor is T, not T².", t * forgotten),
        (
            "The student's logits are not divided by T. Both networks are softened.",
            square * divergence(p, _softmax(student, 1.0)),
        ),
        (
            "That is the cross-entropy with p. It differs from KL by the teacher's own entropy, "
            "so it is not zero for a perfect student.",
            square * (forgotten + entropy),
        ),
    )


CHECKS = (
    right_at_temperature_one,
    right_at_any_temperature,
    leaves_the_teacher_alone,
    keeps_the_weights,
)
