"""Huang et al. (2018), "MSDNet": do early exits hurt the last one, and does MSDNet cure it?

A plain chain of six blocks and an MSDNet of nearly its cost, each trained twice from the same
start: with all exits together, and with the last exit alone. For the chain also with one early exit
beside the last, at every place, as in the paper's figure on intermediate classifiers.

The criteria were set before the first run: from the paper's direction, at sizes that six epochs of
Fashion-MNIST could show.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nc_teach import dynamic
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import interval, percent, points
from nc_teach.data import Dataset

from .networks import DEEP, EPOCHS, half_size, train_exits

NETS: dict[str, Callable[[int, int], dynamic.EarlyExitNet | dynamic.MSDNet]] = {
    "MSDNet": lambda classes, seed: dynamic.MSDNet.small(classes, seed=seed),
    "plain chain": lambda classes, seed: dynamic.EarlyExitNet.small(classes, DEEP, seed=seed),
}


@dataclass(frozen=True, kw_only=True)
class ExitsHurt(Result):
    """Test accuracy of the *last* exit in [0, 1], one number per seed.

    ``joint`` is with all exits trained together, ``alone`` with the last one only, by network;
    ``beside`` is the chain with one early exit beside the last, seeds x place of that exit.
    """

    joint: dict[str, np.ndarray]
    alone: dict[str, np.ndarray]
    beside: np.ndarray

    def in_words(self) -> str:
        """What all exits together change about the last one, with intervals."""
        changes = {name: 100 * (self.joint[name] - self.alone[name]) for name in self.joint}
        parts = [
            f"{runs.mean():+.2f} points in {name.replace('plain', 'the')} (95 % interval "
            f"{interval(runs)[0]:+.1f} to {interval(runs)[1]:+.1f})"
            for name, runs in changes.items()
        ]
        return f"Training with all exits changes the last one by {' and by '.join(parts)}."

    def table(self) -> Table:
        """A row per network, then one per place of a single early exit in the chain."""
        alone = self.alone["plain chain"]
        pairs = {f"{name}, all exits": (self.alone[name], a) for name, a in self.joint.items()}
        for place, runs in enumerate(self.beside.T, 1):
            pairs[f"plain chain, one exit at {place}"] = (alone, runs)
        rows = tuple(
            (name, percent(before), percent(after), points((after - before).mean()))
            for name, (before, after) in pairs.items()
        )
        heads = ("exits", "last exit, trained alone", "trained with the others", "difference")
        note = f"{len(alone)} networks each, from the same starts."
        return self.tabled(heads, rows, note)


@measured
def last_exit_with_and_without(
    dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS
) -> ExitsHurt:
    """Train every network with its exits and without them, from every seed."""
    half, places = half_size(dataset), range(len(DEEP) - 1)

    def one(seed: int) -> dict[str, Any]:
        return {
            "joint": {name: _last(name, half, seed, epochs, None) for name in NETS},
            "alone": {name: _last(name, half, seed, epochs, ()) for name in NETS},
            "beside": [_last("plain chain", half, seed, epochs, (k,)) for k in places],
        }

    return ExitsHurt(**each_seed(one, seeds))


def _last(name: str, half: Dataset, seed: int, epochs: int, early: tuple[int, ...] | None) -> float:
    """Accuracy of the last exit when it is trained with all exits (None) or the ``early`` ones."""
    net = NETS[name](len(half.classes), seed)
    weights = None
    if early is not None:
        weights = [float(k in early or k == net.exits - 1) for k in range(net.exits)]
    train_exits(net, half, seed, weights, epochs)
    return dynamic.last_exit_accuracy(net, half.test)


def _judge(result: ExitsHurt) -> tuple[Check, ...]:
    ours, plain = (result.joint[name] - result.alone[name] for name in NETS)
    early = result.beside[:, 0] - result.alone["plain chain"]
    single = "plain chain: a single exit after the first block changes the last one by"
    return (
        check("plain chain: joint training changes the last exit by", plain, most=-0.003),
        check(single, early, most=-0.003),
        check("MSDNet: joint training changes the last exit by", ours, least=-0.005),
        check("and compared with the plain chain by", ours - plain, above=0, of_paper=True),
    )


EARLY_EXITS_HURT = Claim(
    "early_exits_hurt", ExitsHurt, last_exit_with_and_without, _judge, dataset="fashion"
)
