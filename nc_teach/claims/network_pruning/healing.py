"""Can it heal? Iterative against one-shot pruning at the same training budget, with two controls.

Every variant starts from a copy of the same dense network and gets the same number of epochs of the
same training afterwards:

- ``iterative``: remove a little by magnitude, train, and so on;
- ``one-shot``: remove everything at once by magnitude, then train for as long;
- ``random``: like iterative, but what goes is drawn at random;
- ``dense``: remove nothing, train for as long. What the extra training alone is worth.
"""

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from torch import nn

from nc_teach import pruning, training
from nc_teach.claims import Result, Table, local, measured, with_bar
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset
from nc_teach.pruning.iterative import Criterion

from .sentences import paragraph, which

LR = 1.2e-3
NAMES = {  # what was removed
    "iterative": "by magnitude, in {} rounds",
    "one-shot": "by magnitude, all at once",
    "random": "at random, in {} rounds",
    "dense": "nothing (trained for just as long)",
}


@dataclass(frozen=True, kw_only=True)
class Healing(Result):
    """Test accuracy in [0, 1] per variant, one number per network, and the pruned networks.

    ``before`` is the accuracy of the dense networks as they came. ``path[variant]`` is the
    validation accuracy on the way, networks x moments: right after each cut and after each epoch
    of repair; ``moments[variant]`` says when: (epochs done, share removed).
    """

    sparsity: float
    rounds: int
    epochs: int
    before: np.ndarray
    test: dict[str, np.ndarray]
    path: dict[str, np.ndarray] = local()
    moments: dict[str, list[tuple[int, float]]] = local()
    networks: dict[str, dict[int, nn.Module]] = local()

    def in_words(self) -> str:
        """Every way's accuracy, and that of the networks before."""
        names = {
            "iterative": "in rounds",
            "one-shot": "all at once",
            "random": "at random",
            "dense": "with nothing removed",
        }
        read = ", ".join(f"{share(self.test[n].mean())} {names[n]}" for n in self.test)
        return (
            f"{100 * self.sparsity:.0f} % removed, test accuracy after {self.epochs} epochs of "
            f"repair: {read}; before it was {share(self.before.mean())}."
        )

    def meaning(self) -> str:
        """What the controls say of the repair, and whether rounds were needed."""
        cut, random, longer = (self.test[n] for n in ("iterative", "random", "dense"))
        rounds = self.test["iterative"] - self.test["one-shot"]
        change, gap = points(cut.mean() - self.before.mean()), points(rounds.mean())
        healed = which(
            cut - self.before,
            "The pruned networks are better than the dense ones were.",
            "The pruned networks do not quite come back.",
            "After the repair the pruned networks are as accurate as the dense ones were.",
        )
        fair = which(
            longer - cut,
            f"But the dense networks, trained for just as long, are better by "
            f"{points(longer.mean() - cut.mean())}: that is what pruning costs.",
            "Even compared with dense networks that were trained for just as long they are ahead.",
            "Compared with dense networks that were trained for just as long, we see no clear "
            "difference.",
        )
        order = which(
            rounds,
            f"Cutting in rounds was better than cutting at once ({gap}), as the lecture has it.",
            f"Cutting at once was better than cutting in rounds ({gap}), against the lecture.",
            f"Between rounds and one cut ({gap}) these runs cannot decide.",
        )
        return paragraph(
            f"{healed} In rounds the change is {change}.",
            fair,
            f"Random pruning, healed just the same, ends at {share(random.mean())}: even with a "
            "repair, it matters which weights are removed.",
            order,
        )

    def table(self) -> Table:
        """A row per variant: accuracy, and the difference to the dense network before."""
        rows = [("nothing (before)", percent(self.before), "")]
        for variant, accuracy in self.test.items():
            difference = points(accuracy.mean() - self.before.mean())
            rows.append((NAMES[variant].format(self.rounds), percent(accuracy), difference))
        note = (
            f"{100 * self.sparsity:.0f} % of the weights removed, {self.epochs} epochs of repair "
            f"each, test accuracy of {len(self.before)} networks, mean ± standard deviation."
        )
        return self.tabled(("removed", "accuracy", "against before"), rows, note)


@measured
def iterative_or_one_shot(
    networks: Mapping[int, nn.Module],
    dataset: Dataset,
    *,
    sparsity: float = 0.9,
    rounds: int = 5,
    epochs: int = 10,
    lr: float = LR,
    variants: Sequence[str] = tuple(NAMES),
) -> Healing:
    """Run every variant from every network (seed -> trained network) and measure on the test split.

    ``epochs`` is the whole budget of repair and must be a multiple of ``rounds``.
    """
    if epochs % rounds:
        raise ValueError(f"epochs must be a multiple of rounds ({rounds}), got {epochs}")
    steps = pruning.geometric_schedule(sparsity, rounds)
    cuts = {"iterative": steps, "one-shot": steps[-1:], "random": steps, "dense": [0.0]}
    done: dict[str, dict[int, nn.Module]] = {variant: {} for variant in variants}
    path: dict[str, list[list[Moment]]] = {variant: [] for variant in variants}
    for variant, seed in with_bar([(v, s) for v in variants for s in networks], "network"):
        model = done[variant][seed] = copy.deepcopy(networks[seed])
        criterion = _criterion(variant, seed)
        moments: list[Moment] = []
        train = repair(dataset, epochs // len(cuts[variant]), lr, seed, moments)
        pruning.prune_iteratively(model, train, cuts[variant], criterion=criterion)
        path[variant].append(moments)
    test = {v: [training.accuracy(net, dataset.test) for net in done[v].values()] for v in done}
    return Healing(
        sparsity=sparsity,
        rounds=rounds,
        epochs=epochs,
        before=np.array([training.accuracy(net, dataset.test) for net in networks.values()]),
        test={v: np.array(accuracies) for v, accuracies in test.items()},
        path={v: np.array([[m.validation for m in one] for one in path[v]]) for v in path},
        moments={v: [(m.epoch, m.sparsity) for m in path[v][0]] for v in path},
        networks=done,
    )


def _criterion(variant: str, seed: int) -> Criterion:
    if variant == "random":
        return lambda net: pruning.random(net, seed)
    return pruning.magnitude


class Moment(NamedTuple):
    """Validation accuracy after ``epoch`` epochs of repair, with a share ``sparsity`` removed."""

    epoch: int
    sparsity: float
    validation: float


def repair(
    dataset: Dataset, epochs: int, lr: float, seed: int, path: list[Moment] | None = None
) -> Callable[[nn.Module, Callable], training.History]:
    """The training after a cut, the same for every variant: Adam again, at learning rate ``lr``.

    Every round draws another order of the images, so that rounds do not see the same batches twice.
    The moments on the way are added to ``path``.
    """
    path = [] if path is None else path
    rounds = itertools.count(1)

    def train(model: nn.Module, after_step: Callable) -> training.History:
        done = path[-1].epoch if path else 0
        share = pruning.sparsity(pruning.masks_of(model))
        path.append(Moment(done, share, training.accuracy(model, dataset.validation)))
        order = 1000 * (seed + 1) + next(rounds)
        how: dict[str, Any] = {"epochs": epochs, "lr": lr, "seed": order, "progress": False}
        history = training.fit(model, dataset, after_step=after_step, **how)
        path.extend(Moment(done + e.number, share, e.validation) for e in history)
        return history

    return train
