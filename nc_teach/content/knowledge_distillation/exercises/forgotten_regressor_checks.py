"""The checks of card 3.5: a hint that the student can learn exactly, if the right ones learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
IMAGES, PIXELS, THIN, WIDE, EPOCHS = 120, 8, 3, 6, 60
ENOUGH = 0.9  # share of the hint's variance


class Run:
    """Three networks, the reader's training, and what each was before it."""

    def __init__(self, seed: int = 35) -> None:
        torch.manual_seed(seed)
        self.listener = nn.Sequential(nn.Linear(PIXELS, THIN), nn.Tanh())
        self.regressor = nn.Linear(THIN, WIDE)
        self.speaker = nn.Sequential(nn.Linear(PIXELS, THIN), nn.Tanh(), nn.Linear(THIN, WIDE))
        self.images = torch.randn(IMAGES, PIXELS)
        with torch.no_grad():
            self.speaker[2].weight.mul_(2)
            self.hints = self.speaker(self.images)
        self.before = self.explained()
        self.start = {name: _copy(net) for name, net in self.everyone().items()}

    def everyone(self) -> dict[str, nn.Module]:
        return {"listener": self.listener, "regressor": self.regressor, "speaker": self.speaker}

    def moved(self, name: str) -> bool:
        pairs = zip(self.start[name], self.everyone()[name].parameters(), strict=True)
        return not all(torch.equal(old, new) for old, new in pairs)

    def explained(self) -> float:
        """The share of the hint's variance that the listener now says, through its regressor."""
        with torch.no_grad():
            off = (self.regressor(self.listener(self.images)) - self.hints).square().sum()
            spread = (self.hints - self.hints.mean(dim=0)).square().sum()
        return 1 - (off / spread).item()


def the_right_ones_learn(candidate: Candidate) -> str | None:
    """Listener and regressor have moved, and the listener comes back."""
    run, given = _run(candidate)
    if given is None:
        return "your function returns `None`. Let it end with `return listener`."
    if given is not run.listener:
        return (
            "return the `listener` that you are given, trained in place and alone: the regressor "
            "has done its work."
        )
    if not run.moved("listener"):
        return "the listener is as it was. It is the student; it should learn."
    if not run.moved("regressor"):
        return (
            "the regressor is as it was: a random translation. Are its parameters in the "
            "optimizer's list?"
        )
    return None


def the_teacher_stays(candidate: Candidate) -> str | None:
    """The speaker is as it was and has no gradients."""
    run, _ = _run(candidate)
    if run.moved("speaker"):
        return (
            "the speaker has changed: your teacher learns to say what the student says already. "
            "Take its parameters off the list."
        )
    if any(p.grad is not None for p in run.speaker.parameters()):
        return (
            "the speaker gets gradients, though nobody uses them. Ask it under `torch.no_grad()`; "
            "it costs half as much, too."
        )
    return None


def the_hint_is_learned(candidate: Candidate) -> str | None:
    """What can be learned exactly is learned."""
    run, _ = _run(candidate)
    share = run.explained()
    if share >= ENOUGH:
        return None
    if share < run.before:
        return (
            "listener and regressor are further from the hint after the training than before it. "
            "Which way does your loss push them?"
        )
    return (
        f"after {EPOCHS} epochs listener and regressor say {100 * max(share, 0):.0f} % of the "
        f"hint's variance; they could say at least {100 * ENOUGH:.0f} %. Is every image seen, in "
        "every epoch, and compared with its own hint as it is?"
    )


def _run(candidate: Candidate) -> tuple[Run, Any]:
    with torch.random.fork_rng(devices=[]):
        run = Run()
        given = ask(
            candidate, "on a small teacher and a small student",
            run.listener, run.regressor, run.speaker, run.images.clone(), EPOCHS,
        )  # fmt: skip
    return run, given


def _copy(net: nn.Module) -> list[Tensor]:
    return [p.detach().clone() for p in net.parameters()]


CHECKS = (the_right_ones_learn, the_teacher_stays, the_hint_is_learned)
