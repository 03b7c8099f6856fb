"""Card 3.5: a training with a hint, in which the wrong two of three networks learn."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from nc_teach.classroom.old_card import Exercise

from .forgotten_regressor_checks import CHECKS
from .forgotten_regressor_wrong import WRONG_ANSWERS


def learn_from_hint(listener, regressor, speaker, images, epochs):
    with torch.no_grad():
        hints = speaker(images)
    optimizer = torch.optim.Adam([*listener.parameters(), *regressor.parameters()], lr=0.02)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(20):
            loss = F.mse_loss(regressor(listener(images[batch])), hints[batch]) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return listener


CARD = Exercise(
    key="3.5",
    title="Find the flaw: a hint",
    difficulty=2,
    minutes=8,
    task=(
        "`listener` is a student up to its guided layer, `speaker` a teacher up to its hint layer, "
        "and `regressor` a linear layer that translates from one width to the other. The hint "
        "should teach the student. The loss does fall here, even to nearly 0, and the student "
        "learns next to nothing: one line has **two** flaws. Who is learning, and who should be? "
        "Mend it, and ask the speaker without a gradient."
    ),
    stub="""\
def learn_from_hint(listener, regressor, speaker, images, epochs):
    optimizer = torch.optim.Adam([*listener.parameters(), *speaker.parameters()], lr=0.02)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(20):
            hints = speaker(images[batch])
            loss = F.mse_loss(regressor(listener(images[batch])), hints) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return listener
""",
    checks=CHECKS,
    hints=(
        "Three networks take part. Whose parameters does the optimizer move? A loss can fall "
        "because the student comes to the hint, or because the hint comes to the student.",
        "The optimizer gets the parameters of `listener` and of `regressor`. The speaker is asked "
        "under `torch.no_grad()`: once before the loop is enough, then pick `hints[batch]`.",
    ),
    near_miss=(
        "the regressor added and the speaker left in. Now everybody learns, and the loss is lower "
        "than ever: teacher and student meet where it is easiest."
    ),
    solution=learn_from_hint,
    reasoning=(
        "A regressor that nobody trains is a random translation: the student must learn to be "
        "understood through it, which is possible only as far as its random rows allow. And a "
        "teacher that is trained on its student's loss says what the student says already. Both "
        "come from a list of parameters, which no error message ever reads. After the first stage "
        "the regressor is thrown away: it was the student's layers that we wanted."
    ),
    wrong_answers=WRONG_ANSWERS,
)
