"""Known wrong answers to card 3.2. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.classroom.old_card import WrongAnswer

Target = Callable[[Tensor], Tensor]


def _train(
    student: nn.Module, parameters: Iterable[nn.Parameter], images: Tensor, epochs: int,
    loss: Callable[[Tensor], Tensor],
) -> nn.Module:  # fmt: skip
    optimizer = torch.optim.Adam(parameters, lr=0.02)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(20):
            optimizer.zero_grad()
            loss(batch).backward()
            optimizer.step()
    return student


def _asked(teacher: nn.Module, images: Tensor) -> Tensor:
    teacher.eval()
    with torch.no_grad():
        return teacher(images)


def relu_only_gone(
    student: nn.Module, teacher: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    targets = _asked(teacher, images).split(20)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.02)
    for _ in range(epochs):
        for batch, target in zip(torch.randperm(len(images)).split(20), targets, strict=True):
            loss = F.mse_loss(student(images[batch]), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student


def relu_still_there(
    student: nn.Module, teacher: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    targets = _asked(teacher, images)
    return _train(student, student.parameters(), images, epochs,
                  lambda b: F.mse_loss(F.relu(student(images[b])), targets[b]))  # fmt: skip


def teacher_in_training_mode(
    student: nn.Module, teacher: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    with torch.no_grad():
        targets = teacher(images)
    return _train(student, student.parameters(), images, epochs,
                  lambda b: F.mse_loss(student(images[b]), targets[b]))  # fmt: skip


def softmax_between(
    student: nn.Module, teacher: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    targets = _asked(teacher, images).softmax(1)
    return _train(student, student.parameters(), images, epochs,
                  lambda b: F.mse_loss(student(images[b]).softmax(1), targets[b]))  # fmt: skip


def teacher_learns_too(
    student: nn.Module, teacher: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    teacher.eval()
    both = [*student.parameters(), *teacher.parameters()]
    return _train(student, both, images, epochs,
                  lambda b: F.mse_loss(student(images[b]), teacher(images[b])))  # fmt: skip


def teacher_gets_gradients(
    student: nn.Module, teacher: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    teacher.eval()
    return _train(student, student.parameters(), images, epochs,
                  lambda b: F.mse_loss(student(images[b]), teacher(images[b])))  # fmt: skip


def no_step(student: nn.Module, teacher: nn.Module, images: Tensor, epochs: int) -> nn.Module:
    targets = _asked(teacher, images)
    for batch in torch.randperm(len(images)).split(20):
        F.mse_loss(student(images[batch]), targets[batch]).backward()
    return student


def another_student(
    student: nn.Module, teacher: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    return nn.Linear(6, 4)


def forgets_to_return(student: nn.Module, teacher: nn.Module, images: Tensor, epochs: int) -> None:
    pass


WRONG_ANSWERS = {
    "ReLU only gone": WrongAnswer(relu_only_gone, "nearly the same of every image"),
    "ReLU still there": WrongAnswer(relu_still_there, "never told how firmly to say no"),
    "teacher in training mode": WrongAnswer(teacher_in_training_mode, "in training mode"),
    "softmax between": WrongAnswer(softmax_between, "Is anything between the two"),
    "teacher learns too": WrongAnswer(teacher_learns_too, "weights have changed"),
    "teacher gets gradients": WrongAnswer(teacher_gets_gradients, "has gradients"),
    "no step": WrongAnswer(no_step, "as it was before"),
    "another student": WrongAnswer(another_student, "return that one"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
