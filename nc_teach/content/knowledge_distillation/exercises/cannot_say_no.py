"""Card 3.2: a training in which the student cannot learn what the teacher says: three flaws."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from nc_teach.classroom.old_card import Exercise

from .cannot_say_no_checks import CHECKS
from .cannot_say_no_wrong import WRONG_ANSWERS


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


CARD = Exercise(
    key="3.2",
    title="Find the flaws: a training",
    difficulty=2,
    minutes=8,
    task=(
        "A student should learn the logits of a teacher that has dropout. The teacher is asked "
        "once, before the loop, which is fine. Yet the student ends far from its teacher: there "
        "are **three** flaws. What belongs together, what can a student say, and in which mode "
        "is the teacher? Mend it; `student` is trained in place and returned."
    ),
    stub="""\
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
""",
    checks=CHECKS,
    hints=(
        "Print `batch` in the first round: which images are these, and of which images are the "
        "numbers in `target`? Then: what is the smallest number that `F.relu` can give?",
        "Keep `targets = teacher(images)` whole and pick `targets[batch]`; compare the student's "
        "logits as they are; and call `teacher.eval()` before you ask.",
    ),
    near_miss=(
        "`targets[batch]`, with ReLU still there. Image and logits belong together now, and all "
        "logits above zero are learned. What the teacher rejects, the student never hears."
    ),
    solution=distil,
    reasoning=(
        "A list of cached batches and a shuffled loader are two orders; an index into one tensor "
        "is one. Behind ReLU a student can say yes, but not no: where it is below zero it gets no "
        "gradient, and most logits of a teacher are below zero. And in training mode a teacher "
        "with dropout says something else each time it is asked. Nothing of this crashes; the "
        "loss even falls."
    ),
    wrong_answers=WRONG_ANSWERS,
)
