"""The checks of card 3.2: linear teachers that a linear student can match to the last digit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
IMAGES, PIXELS, CLASSES, EPOCHS = 100, 6, 4, 80
CLOSE = 0.05  # share of the targets' spread


class Teacher(nn.Module):
    """Linear, with dropout behind it; remembers in which mode it was asked."""

    def __init__(self, bias: float, dropout: float) -> None:
        super().__init__()
        self.linear, self.dropout = nn.Linear(PIXELS, CLASSES), nn.Dropout(dropout)
        self.modes: list[bool] = []
        nn.init.normal_(self.linear.weight, std=0.2)
        nn.init.constant_(self.linear.bias, bias)

    def forward(self, images: Tensor) -> Tensor:
        self.modes.append(self.training)
        return self.dropout(self.linear(images))


class Student(nn.Linear):
    """Linear; remembers whether an output below zero was ever told anything (got a gradient)."""

    def __init__(self) -> None:
        super().__init__(PIXELS, CLASSES)
        self.below, self.told_below = False, False

    def forward(self, images: Tensor) -> Tensor:
        said = super().forward(images)
        if said.requires_grad:
            said.register_hook(lambda gradient: self._hear(said, gradient))
        return said

    def _hear(self, said: Tensor, gradient: Tensor) -> None:
        self.below |= bool((said < 0).any())
        self.told_below |= bool(gradient[said < 0].any())


def belong_together(candidate: Candidate) -> str | None:
    """Every logit is above zero and nothing is dropped: only the order can be wrong."""
    return _learned(candidate, bias=2.0, dropout=0.0)


def says_no(candidate: Candidate) -> str | None:
    """Logits on both sides of zero."""
    return _learned(candidate, bias=0.0, dropout=0.0)


def asks_a_teacher_that_is_awake(candidate: Candidate) -> str | None:
    """A teacher with dropout, in training mode as it comes."""
    return _learned(candidate, bias=0.0, dropout=0.5)


def _learned(candidate: Candidate, bias: float, dropout: float) -> str | None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(32)
        teacher, student = Teacher(bias, dropout), Student()
        images = torch.randn(IMAGES, PIXELS)
        before = [p.detach().clone() for p in teacher.parameters()]
        start = [p.detach().clone() for p in student.parameters()]
        context = "with dropout in the teacher" if dropout else "on a linear teacher"
        given = ask(candidate, context, student, teacher, images.clone(), EPOCHS)
    wrong = (
        _form(given, student)
        or _teacher(teacher, before, dropout)
        or (_student(student) if bias == 0 else None)
    )
    if wrong:
        return wrong
    with torch.no_grad():
        said, target = student(images), teacher.linear(images)
    moved = any(not torch.equal(p, old) for p, old in zip(student.parameters(), start, strict=True))
    return _compared(said, target, moved)


def _form(given: Any, student: nn.Module) -> str | None:
    if given is None:
        return "your function returns `None`. Let it end with `return student`."
    if given is not student:
        return "train the `student` that you are given, in place, and return that one."
    return None


def _teacher(teacher: Teacher, before: list[Tensor], dropout: float) -> str | None:
    if any(not torch.equal(p, old) for p, old in zip(teacher.parameters(), before, strict=True)):
        return "the teacher's weights have changed. Only the student learns here."
    if any(p.grad is not None for p in teacher.parameters()):
        return "the teacher has gradients after the training. Ask it under `torch.no_grad()`."
    if dropout and any(teacher.modes):
        return (
            "the teacher was in training mode when it was asked: half of what it said was "
            "dropped, another half each time. `teacher.eval()`."
        )
    return None


def _student(student: Student) -> str | None:
    if student.below and not student.told_below:
        return (
            "where your student says less than 0 it never gets a gradient, so it is never told "
            "how firmly to say no: behind ReLU all that is below zero is the same. Compare the "
            "logits as they are."
        )
    return None


def _compared(said: Tensor, target: Tensor, moved: bool) -> str | None:
    spread = (target - target.mean(dim=0)).square().mean().sqrt()
    off = (said - target).square()
    share = (off.mean().sqrt() / spread).item()
    if share < CLOSE:
        return None
    if not moved:
        return "the student is as it was before. Does every round end with `optimizer.step()`?"
    constant = (said - target.mean(dim=0)).square().mean().sqrt()
    if constant < 0.5 * spread:
        return (
            "your student says nearly the same of every image: the mean of all logits. That is "
            "what one learns when images and logits do not belong together. `batch` is shuffled; "
            "are the logits picked by it, too?"
        )
    return (
        f"the student is off by {100 * share:.0f} % of the spread of the teacher's logits; it "
        f"could be at 0 %. Is anything between the two but the difference, squared, for {EPOCHS} "
        "epochs?"
    )


CHECKS = (belong_together, says_no, asks_a_teacher_that_is_awake)
