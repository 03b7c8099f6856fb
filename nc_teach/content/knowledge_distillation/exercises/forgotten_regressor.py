"""3.5 Find the flaw: a hint (difficulty 2, 8 minutes)

`listener` is a student up to its guided layer, `speaker` a teacher up to its hint layer, and
`regressor` a linear layer that translates from one width to the other. The hint should teach the
student. The loss does fall here, even to nearly 0, and the student learns next to nothing: one line
has **two** flaws. Who is learning, and who should be? Fix it, and ask the speaker without a
gradient.

## Stub
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

## Hint 1
Three networks take part. Whose parameters does the optimizer move? A loss can fall because the
student comes to the hint, or because the hint comes to the student.

## Hint 2
The optimizer gets the parameters of `listener` and of `regressor`. The speaker is asked under
`torch.no_grad()`: once before the loop is enough, then pick `hints[batch]`.

## Near miss
the regressor added and the speaker left in. Now everybody learns, and the loss is lower than ever:
teacher and student meet where it is easiest.

## Reasoning
A regressor that nobody trains is a random translation: the student must learn to be understood
through it, which is possible only as far as its random rows allow. And a teacher that is trained on
its student's loss says what the student says already. Both come from a list of parameters, which no
error message ever reads. After the first stage the regressor is thrown away: it was the student's
layers that we wanted.
"""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from nc_teach.classroom.card import Refused
from nc_teach.classroom.compare import same

from .cannot_say_no import Seen

IMAGES, PIXELS, THIN, WIDE, EPOCHS = 120, 8, 3, 6, 40
ENOUGH = 0.9  # share of the hint's variance


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


def cases():
    """One small teacher whose hint a student can learn exactly, if the right ones learn."""
    torch.manual_seed(35)
    listener = nn.Sequential(nn.Linear(PIXELS, THIN), nn.Tanh())
    regressor = nn.Linear(THIN, WIDE)
    wide = nn.Linear(THIN, WIDE)
    with torch.no_grad():
        wide.weight.mul_(2)
    speaker = nn.Sequential(nn.Linear(PIXELS, THIN), nn.Tanh(), wide)
    given = (listener, regressor, speaker, torch.randn(IMAGES, PIXELS), EPOCHS)
    yield "on a small teacher and a small student", given


def explained(listener, regressor, hints, images):
    """The share of the hint's variance that the listener says, through its regressor."""
    with torch.no_grad():
        off = (regressor(listener(images)) - hints).square().sum()
        return 1 - (off / (hints - hints.mean(dim=0)).square().sum()).item()


def play(function, listener, regressor, speaker, images, epochs):
    """Train, and look at who has changed and how much of the hint the listener says."""
    torch.manual_seed(35)
    before = copy.deepcopy((listener, regressor, speaker))
    with torch.no_grad():
        hints = speaker(images)
    given = function(listener, regressor, speaker, images, epochs)
    if given is None:
        raise Refused("your function returns `None`. Let it end with `return listener`.")
    share = explained(listener, regressor, hints, images)
    found = {
        "another network": given is not listener,
        "the listener is as it was": same(listener, before[0], 0.0),
        "the regressor is as it was": same(regressor, before[1], 0.0),
        "the speaker has changed": not same(speaker, before[2], 0.0),
        "the speaker has gradients": any(p.grad is not None for p in speaker.parameters()),
        "learned": share >= ENOUGH,
        "another image's hint": explained(listener, regressor, hints.roll(1, 0), images)
        > max(share, 0),
        "further off": share < explained(*before[:2], hints, images),
        "too little": True,
    }
    return Seen(next(what for what, true in found.items() if true), share)


def details(listener, regressor, speaker, images, epochs, seen):
    """How much of the hint is said, and how much could be."""
    share, enough = f"{100 * max(seen.number, 0):.0f} %", f"{100 * ENOUGH:.0f} %"
    return {"epochs": epochs, "share": share, "enough": enough}


def training(who, epochs=EPOCHS, sign=1, roll=0, gradient=False):
    """A wrong function: the networks that ``who`` picks learn, that many epochs, up or down hill,
    from hints moved on by ``roll`` images; the speaker may be asked with its gradient."""

    def wrong(listener, regressor, speaker, images, _):
        learners = nn.ModuleList(who(listener, regressor, speaker))
        optimizer = torch.optim.Adam(learners.parameters(), lr=0.02)
        for _ in range(epochs):
            for batch in torch.randperm(len(images)).split(20):
                with torch.set_grad_enabled(gradient):
                    hints = speaker(images.roll(roll, 0)[batch])
                loss = sign * F.mse_loss(regressor(listener(images[batch])), hints) / 2
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return listener

    return wrong


LITTLE = (
    "after {epochs} epochs listener and regressor say {share} of the hint's variance; they could "
    "say at least {enough}. Is every image seen, in every epoch, and compared with its own hint as "
    "it is?"
)
WRONG = {
    training(lambda listener, regressor, speaker: [listener, regressor, speaker], gradient=True): (
        "the speaker has changed: your teacher learns to say what the student says already. Take "
        "its parameters off the list."
    ),
    training(lambda listener, *others: [listener]): "the regressor is as it was: a random "
    "translation. Are its parameters in the optimizer's list?",
    training(lambda listener, regressor, speaker: [regressor]): "the listener is as it was. It is "
    "the student; it should learn.",
    training(lambda *nets: nets[:2], gradient=True): "the speaker gets gradients, though nobody "
    "uses them. Ask it under `torch.no_grad()`; it costs half as much, too.",
    training(lambda *nets: nets[:2], epochs=1): LITTLE,
    training(lambda *nets: nets[:2], roll=1): "after {epochs} epochs listener and regressor say "
    "{share} of the hint's variance. Is every image compared with its **own** hint, as it is?",
    training(lambda *nets: nets[:2], epochs=2, sign=-1): "listener and regressor are further from "
    "the hint after the training than before it. Which way does your loss push them?",
    lambda *given: nn.Sequential(learn_from_hint(*given), given[1]): "return the `listener` that "
    "you are given, trained in place and alone: the regressor has done its work.",
}

OTHERWISE = LITTLE
MAY_CHANGE = True
