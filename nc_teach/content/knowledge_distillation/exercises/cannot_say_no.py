"""3.2 Find the flaws: a training (difficulty 2, 8 minutes)

A student should learn the logits of a teacher that has dropout. The teacher is asked once, before
the loop, which is fine. Yet the student ends far from its teacher: there are **three** flaws. What
belongs together, what can a student say, and in which mode is the teacher? Fix it; `student` is
trained in place and returned.

## Stub
    def distil(student, teacher, images, epochs):
        with torch.no_grad():
            targets = teacher(images).split(20)
        optimizer = torch.optim.Adam(student.parameters(), lr=0.02)
        for _ in range(epochs):
            batches = torch.randperm(len(images)).split(20)
            for batch, target in zip(batches, targets):
                loss = F.mse_loss(F.relu(student(images[batch])), target)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return student

## Hint 1
Print `batch` in the first round: which images are these, and of which images are the numbers in
`target`? Then: what is the smallest number that `F.relu` can give?

## Hint 2
Keep `targets = teacher(images)` whole and pick `targets[batch]`; compare the student's logits as
they are; and call `teacher.eval()` before you ask.

## Near miss
`targets[batch]`, with ReLU still there. Image and logits belong together now, and all logits above
zero are learned. What the teacher rejects, the student never hears.

## Reasoning
A list of cached batches and a shuffled loader are two orders; an index into one tensor is one.
Behind ReLU a student can say yes, but not no: where it is below zero it gets no gradient, and most
logits of a teacher are below zero. And in training mode a teacher with dropout says something else
each time it is asked. Nothing of this crashes; the loss even falls.
"""

import copy
from dataclasses import dataclass, field
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from nc_teach.classroom.card import Refused
from nc_teach.classroom.compare import same

IMAGES, PIXELS, CLASSES, EPOCHS = 100, 6, 4, 40
CLOSE = 0.05  # share of the targets' spread


def distil(student, teacher, images, epochs):
    teacher.eval()
    with torch.no_grad():
        targets = teacher(images)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.02)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(20):
            loss = F.mse_loss(student(images[batch]), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student


class Teacher(nn.Module):
    """Linear, so that the student can match it, with dropout; knows in which mode it was asked."""

    def __init__(self, bias, dropout):
        super().__init__()
        self.linear, self.dropout = nn.Linear(PIXELS, CLASSES), nn.Dropout(dropout)
        self.modes = []
        nn.init.normal_(self.linear.weight, std=0.2)
        nn.init.constant_(self.linear.bias, bias)

    def forward(self, images):
        self.modes.append(self.training)
        return self.dropout(self.linear(images))


class Student(nn.Linear):
    """Linear; knows whether an output below zero ever got a gradient."""

    below, heard_below = False, False

    def forward(self, images):
        said = super().forward(images)
        if said.requires_grad:
            said.register_hook(lambda gradient: self.hear(said, gradient))
        return said

    def hear(self, said, gradient):
        self.below |= bool((said < 0).any())
        self.heard_below |= bool(gradient[said < 0].any())


def cases():
    """Logits all above zero; on both sides of it; and a teacher with dropout, in training mode."""
    for bias, dropout, where in (
        (2.0, 0.0, "on a teacher whose logits are all above 0"),
        (0.0, 0.0, "on a teacher whose logits are above and below 0"),
        (0.0, 0.5, "with dropout in the teacher"),
    ):
        torch.manual_seed(32)
        teacher, student = Teacher(bias, dropout), Student(PIXELS, CLASSES)
        student.bias.data += bias / 2  # so that it has not far to go
        yield where, (student, teacher, torch.randn(IMAGES, PIXELS), EPOCHS)


@dataclass(frozen=True)
class Seen:
    """What is wrong after a training, the worst first; and a number that sentences tell."""

    what: str
    number: float = field(compare=False)


def play(function, student, teacher, images, epochs):
    """Train, and look at who has changed and how near the student has come."""
    torch.manual_seed(32)
    teacher_before, student_before = copy.deepcopy(teacher), copy.deepcopy(student)
    given = function(student, teacher, images, epochs)
    if given is None:
        raise Refused("your function returns `None`. Let it end with `return student`.")
    with torch.no_grad():
        said, target = student(images), teacher.linear(images)
    mean = target.mean(dim=0)
    spread = (target - mean).square().mean().sqrt()
    off = ((said - target).square().mean().sqrt() / spread).item()
    found = {
        "another network": given is not student,
        "the teacher has changed": not same(teacher, teacher_before, 0.0),
        "the teacher has gradients": any(p.grad is not None for p in teacher.parameters()),
        "dropout was on": teacher.dropout.p > 0 and any(teacher.modes),
        "no is never said": target.min() < 0 and student.below and not student.heard_below,
        "learned": off < CLOSE,
        "as before": same(student, student_before, 0.0),
        "the mean alone": (said - mean).square().mean().sqrt() < 0.5 * spread,
        "far off": True,
    }
    return Seen(next(what for what, true in found.items() if true), off)


def details(student, teacher, images, epochs, seen):
    """How far the student is from its teacher."""
    return {"off": f"{100 * seen.number:.0f} %", "epochs": epochs}


def training(target, loss, learners=lambda student, teacher: [*student.parameters()]):
    """A wrong function: ``loss(student, batch of images, of targets)``, with what is asked."""

    def wrong(student, teacher, images, epochs):
        targets = target(teacher, images)
        optimizer = torch.optim.Adam(learners(student, teacher), lr=0.02)
        for _ in range(epochs):
            for number, batch in enumerate(torch.randperm(len(images)).split(20)):
                optimizer.zero_grad()
                loss(student, images[batch], targets(batch, number)).backward()
                optimizer.step()
        return student

    return wrong


def asked(teacher, images, awake=False, in_its_own_order=False):
    with torch.no_grad():
        said = teacher.train(awake)(images)
    return lambda batch, number: said.split(20)[number] if in_its_own_order else said[batch]


def asked_with_gradient(teacher, images):
    teacher.eval()
    return lambda batch, number: teacher(images[batch])


def squared(student, images, targets):
    return F.mse_loss(student(images), targets)


def no_step(student, teacher, images, epochs):
    squared(student, images, asked(teacher, images)(slice(None), 0)).backward()
    return student


FAR = (
    "the student is off by {off} of the spread of the teacher's logits; it could be at 0 %. Is "
    "anything between the two but the difference, squared, for {epochs} epochs?"
)
WRONG = {
    training(partial(asked, in_its_own_order=True), squared): "your student says nearly the "
    "same of every image: the mean of all logits. That is what one learns when images and logits "
    "do not belong together. `batch` is shuffled; are the logits picked by it, too?",
    training(asked, lambda s, x, y: F.mse_loss(F.relu(s(x)), y)): "where your student says less "
    "than 0 it never gets a gradient, so it never learns how firmly to say no: behind ReLU all "
    "that is below zero is the same. Compare the logits as they are.",
    training(partial(asked, awake=True), squared): "the teacher was in training mode when it was "
    "asked: half of what it said was dropped, another half each time. `teacher.eval()`.",
    training(asked, lambda s, x, y: F.mse_loss(s(x).softmax(1), y.softmax(1))): FAR,
    training(asked_with_gradient, squared, lambda s, t: [*s.parameters(), *t.parameters()]): "the "
    "teacher's weights have changed. Only the student learns here.",
    training(asked_with_gradient, squared): "the teacher has gradients after the training. Ask it "
    "under `torch.no_grad()`.",
    no_step: "the student is as it was before. Does every round end with `optimizer.step()`?",
    lambda *given: nn.Linear(PIXELS, CLASSES): "train the `student` that you are given, in place, "
    "and return that one.",
}

OTHERWISE = FAR
MAY_CHANGE = True
