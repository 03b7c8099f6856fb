"""Known wrong answers to card 3.5. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.classroom.old_card import WrongAnswer


def _train(
    learners: Iterable[nn.Module], listener: nn.Module, regressor: nn.Module, hints: Tensor,
    images: Tensor, epochs: int, sign: float = 1.0,
) -> nn.Module:  # fmt: skip
    parameters = [p for net in learners for p in net.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.02)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(20):
            loss = sign * F.mse_loss(regressor(listener(images[batch])), hints[batch]) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return listener


def _hints(speaker: nn.Module, images: Tensor) -> Tensor:
    with torch.no_grad():
        return speaker(images)


def everybody_learns(
    listener: nn.Module, regressor: nn.Module, speaker: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    nets = (listener, regressor, speaker)
    optimizer = torch.optim.Adam([p for net in nets for p in net.parameters()], lr=0.02)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(20):
            loss = F.mse_loss(regressor(listener(images[batch])), speaker(images[batch])) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return listener


def regressor_forgotten(
    listener: nn.Module, regressor: nn.Module, speaker: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    return _train([listener], listener, regressor, _hints(speaker, images), images, epochs)


def regressor_alone(
    listener: nn.Module, regressor: nn.Module, speaker: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    return _train([regressor], listener, regressor, _hints(speaker, images), images, epochs)


def speaker_gets_gradients(
    listener: nn.Module, regressor: nn.Module, speaker: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    F.mse_loss(regressor(listener(images)), speaker(images)).backward()
    hints = _hints(speaker, images)
    return _train([listener, regressor], listener, regressor, hints, images, epochs)


def one_epoch(
    listener: nn.Module, regressor: nn.Module, speaker: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    hints = _hints(speaker, images)
    return _train([listener, regressor], listener, regressor, hints, images, 1)


def shuffled_hints(
    listener: nn.Module, regressor: nn.Module, speaker: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    hints = _hints(speaker, images).roll(1, dims=0)
    return _train([listener, regressor], listener, regressor, hints, images, epochs)


def uphill(
    listener: nn.Module, regressor: nn.Module, speaker: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    hints = _hints(speaker, images)
    return _train([listener, regressor], listener, regressor, hints, images, 2, sign=-1.0)


def keeps_the_regressor(
    listener: nn.Module, regressor: nn.Module, speaker: nn.Module, images: Tensor, epochs: int
) -> nn.Module:
    hints = _hints(speaker, images)
    _train([listener, regressor], listener, regressor, hints, images, epochs)
    return nn.Sequential(listener, regressor)


def forgets_to_return(
    listener: nn.Module, regressor: nn.Module, speaker: nn.Module, images: Tensor, epochs: int
) -> None:
    pass


WRONG_ANSWERS = {
    "everybody learns": WrongAnswer(everybody_learns, "your teacher learns"),
    "regressor forgotten": WrongAnswer(regressor_forgotten, "a random translation"),
    "regressor alone": WrongAnswer(regressor_alone, "the listener is as it was"),
    "speaker gets gradients": WrongAnswer(speaker_gets_gradients, "gets gradients"),
    "one epoch": WrongAnswer(one_epoch, "Is every image seen"),
    "shuffled hints": WrongAnswer(shuffled_hints, "its own hint"),
    "uphill": WrongAnswer(uphill, "Which way does your loss push"),
    "keeps the regressor": WrongAnswer(keeps_the_regressor, "has done its work"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
