"""The checks of card 1.2: a tiny network, Adam with momentum from before the cut, a few steps."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nc_teach.classroom.old_card import ask

Candidate = Callable[..., Any]
STEPS = 4


class Run:
    """A small network under training, pruned after three dense steps."""

    def __init__(self, seed: int = 21) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.model = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
            self.x, self.y = torch.randn(32, 6), torch.randint(0, 3, (32,))
            shapes = {n: p.shape for n, p in self.model.named_parameters() if "weight" in n}
            self.masks = {name: torch.rand(shape) > 0.5 for name, shape in shapes.items()}
        self.adam = torch.optim.Adam(self.model.parameters(), lr=0.05)
        for _ in range(3):
            self.step()
        with torch.no_grad():
            for name, mask in self.masks.items():
                self.model.get_parameter(name).mul_(mask)

    def step(self) -> None:
        self.adam.zero_grad()
        nn.functional.cross_entropy(self.model(self.x), self.y).backward()
        self.adam.step()

    def values(self) -> dict[str, Tensor]:
        return {name: p.detach().clone() for name, p in self.model.named_parameters()}

    def alive(self) -> int:
        """How many pruned weights are not zero."""
        return sum(int((self.values()[n][~m] != 0).sum()) for n, m in self.masks.items())


def holds_the_zeros(candidate: Candidate) -> str | None:
    """After every step the pruned weights are zero."""
    run = Run()
    hook = _hook(candidate, run)
    if isinstance(hook, str):
        return hook
    for number in range(1, STEPS + 1):
        run.step()
        before = _objects(run.model)
        ask(hook, f"after step {number}", run.model)
        wrong = _replaced(before, _objects(run.model)) or _alive(run, number)
        if wrong:
            return wrong
    return None


def leaves_the_rest(candidate: Candidate) -> str | None:
    """Biases, kept weights and the masks themselves stay as they were."""
    run = Run()
    given = _copies(run.masks)
    hook = ask(candidate, "given the masks", given)
    run.step()
    before = run.values()
    ask(hook, "after a step", run.model)
    for name, after in run.values().items():
        kept = run.masks.get(name, torch.ones_like(after, dtype=torch.bool))
        if torch.equal(after[kept], before[name][kept]):
            continue
        if name not in run.masks:
            return f"your hook changes `{name}`, which has no mask. Leave what is not in `masks`."
        return f"your hook changes weights of `{name}` that are kept. Only the pruned ones go."
    if given.keys() != run.masks.keys() or any(
        not torch.equal(given[name], mask) for name, mask in run.masks.items()
    ):
        return "your hook changes the masks that it was given. It should only read them."
    return None


def serves_any_model(candidate: Candidate) -> str | None:
    """The same hook works on the model that it is given, not on one that it remembers."""
    first = Run()
    hook = ask(candidate, "given the masks", _copies(first.masks))
    first.step()
    second = copy.deepcopy(first)
    ask(hook, "on a first model", first.model)
    ask(hook, "on a second model", second.model)
    if second.alive():
        return (
            "your hook holds the zeros of the first model that it met, but not of a second one. "
            "Work on the `model` that `after_step` is given."
        )
    return None


def _hook(candidate: Candidate, run: Run) -> Any:
    hook = ask(candidate, "given the masks", _copies(run.masks))
    if hook is None:
        return "`make_hook` returns `None`. Let it end with `return after_step`, without brackets."
    if not callable(hook):
        kind = type(hook).__name__
        return f"`make_hook` returns a {kind}; it should return the function `after_step` itself."
    return hook


def _copies(masks: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: mask.clone() for name, mask in masks.items()}


def _objects(model: nn.Module) -> dict[str, nn.Parameter]:
    return dict(model.named_parameters())


def _replaced(before: dict[str, nn.Parameter], after: dict[str, nn.Parameter]) -> str | None:
    for name, parameter in before.items():
        if after.get(name) is not parameter:
            return (
                f"your hook puts a new Parameter in the place of `{name}`. The optimiser still "
                "holds the old one, so this layer stops learning. Change it in place: `mul_`."
            )
    return None


def _alive(run: Run, number: int) -> str | None:
    if not run.alive():
        return None
    total = sum(int((~mask).sum()) for mask in run.masks.values())
    told = f"after step {number}, {run.alive()} of {total} pruned weights are not zero."
    values = run.values()
    if not any(values[name][mask].any() for name, mask in run.masks.items()):
        return f"{told} The kept ones are: your mask is upside down. True means kept."
    grads = [run.model.get_parameter(n).grad for n in run.masks]
    still = zip(grads, run.masks.values(), strict=True)
    if all(g is None or not g[~m].any() for g, m in still):
        return f"{told} You mask the gradient; what does Adam's momentum do with a zero gradient?"
    if number > 1:
        return f"{told} They were zero after step {number - 1}: every step needs it again."
    return told


CHECKS = (holds_the_zeros, leaves_the_rest, serves_any_model)
