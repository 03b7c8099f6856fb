"""FitNets' hints, where they help and where they do not.

The student of the paper is thinner and *deeper* than its teacher. Every variant has the same epochs
in all; with a hint, half of them go to the first stage. Two students: 24 thin layers with PyTorch's
usual initial weights, where plain training is stuck at the share of the largest class, and 8 layers
with the initial weights of He et al. (2015), where it is not. The control is the first student with
the second's initial weights: is it the hint that was missing, or the start?

The regime was *searched for* in a trial on another machine (seven settings), and the criterion set
from it before the runs here: a demonstration of when hints help, not evidence that they usually do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from torch import nn

from nc_teach import distillation, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured, rounded
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset

from .networks import fitted, gain, mlp_for, taught

IMAGES = 5000  # of the training split
TEACHER = (400, 400)
HINT = 5  # modules of the teacher to run: up to the ReLU of its second hidden layer
DEEP, DEEP_EPOCHS = 24, 30
FLAT, FLAT_EPOCHS = 8, 6
WIDTH = 32
TEMPERATURE = 4.0
GUIDED = (4, 8, 12, 16, 20)  # student layers that a hint may go to; the criterion looks at 12
SHOWN = 500  # validation images for the variances
PLAIN, LONGER, SOFT = "plain", "plain, twice the epochs", "soft targets"
HINTED = "hint, then soft targets"


@dataclass(frozen=True, kw_only=True)
class Hints(Result):
    """Test accuracy in [0, 1] per variant, one per seed; variances of the first seed.

    ``deep`` and ``flat`` are the two students. ``guided[layer]`` is the deep student with a hint to
    that layer, then labels. ``variance[moment]`` is, per hidden layer, the variance over images of
    what its ReLUs say, to 3 digits; the moments are "teacher", "start", "plain", "He start", "He",
    and "hint n" and "hint n, then labels" for every guided layer n.
    """

    teacher: np.ndarray
    deep: dict[str, np.ndarray]
    flat: dict[str, np.ndarray]
    guided: dict[int, np.ndarray]
    variance: dict[str, list[float]] = rounded(40)  # some are 1e-17

    def only_deep(self) -> "Hints":
        """The same, without the student that is not stuck."""
        return replace(self, flat={})

    def in_words(self) -> str:
        """The deep student's variants, the worst first."""
        means = sorted(self.deep.items(), key=lambda item: item[1].mean())
        read = ", ".join(f"{percent(accuracy)} ({name})" for name, accuracy in means)
        return f"{DEEP} thin layers reach {read}."

    def table(self) -> Table:
        """A row per variant and student."""
        rows = [("teacher", percent(self.teacher), "")]
        for what, found in ((f"{DEEP} layers", self.deep), (f"{FLAT} layers, He start", self.flat)):
            for name, values in found.items():
                rows.append((f"{what}: {name}", percent(values), gain(values, found[PLAIN])))
        other = f", {FLAT_EPOCHS} for the other" if self.flat else ""
        note = (
            f"Test accuracy of {len(self.teacher)} seeds; {DEEP_EPOCHS} epochs in all for the deep "
            f"student{other}, except where it says more."
        )
        return self.tabled(("student", "accuracy", "against plain"), rows, note)


@measured
def compare_hints(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    deep: int = DEEP,
    deep_epochs: int = DEEP_EPOCHS,
    guided: Sequence[int] = GUIDED,
) -> Hints:
    """Train teacher and students of every seed, in every variant, and measure on the test split."""
    one = partial(_one_seed, dataset, depth=deep, epochs=deep_epochs, guided=guided)
    found = each_seed(one, seeds)
    of_first = {name: of[0] for name, of in found.pop("variance").items()}
    first = {name: [float(f"{v:.3g}") for v in of] for name, of in of_first.items()}
    return Hints(**found, variance=first)


def _one_seed(
    dataset: Dataset, seed: int, depth: int, epochs: int, guided: Sequence[int]
) -> dict[str, Any]:
    lab = Lab(dataset, seed)
    deep = {way: lab.trained(way, depth, epochs) for way in (PLAIN, LONGER, SOFT, HINTED)}
    he = {way: lab.trained(way, depth, epochs, he=True) for way in (PLAIN, HINTED)}
    flat = {way: lab.trained(way, FLAT, FLAT_EPOCHS, he=True) for way in (PLAIN, SOFT, HINTED)}
    shown = {
        "teacher": lab.teacher,
        "start": lab.student([WIDTH] * depth),
        "He start": lab.student([WIDTH] * depth, he=True),
        "plain": deep[PLAIN],
        "He": he[PLAIN],
    }
    variance, accuracy = {name: lab.variances(net) for name, net in shown.items()}, {}
    for layer in guided:
        net = lab.hint(lab.student([WIDTH] * depth), layer, epochs // 2)
        variance[f"hint {layer}"] = lab.variances(net)
        accuracy[layer] = lab.accuracy(lab.plain(net, epochs - epochs // 2))
        variance[f"hint {layer}, then labels"] = lab.variances(net)
    deep |= {f"He start, {way}": net for way, net in he.items()}
    return {
        "teacher": lab.accuracy(lab.teacher),
        "deep": {way: lab.accuracy(net) for way, net in deep.items()},
        "flat": {way: lab.accuracy(net) for way, net in flat.items()},
        "guided": accuracy,
        "variance": variance,
    }


class Lab:
    """One seed's teacher, and the ways to train a student: plain, soft targets, hint."""

    def __init__(self, dataset: Dataset, seed: int, epochs: int = 10) -> None:
        some = dataset.train.subset(min(IMAGES, len(dataset.train)))
        self.dataset, self.seed = replace(dataset, train=some), seed
        self.shown = dataset.validation.images[:SHOWN]
        self.teacher = self.student(TEACHER)
        self.plain(self.teacher, epochs)
        self.says = training.predictions(self.teacher, some)

    def student(self, hidden: Sequence[int], *, he: bool = False) -> nn.Sequential:
        """An untrained network with those hidden layers."""
        return mlp_for(self.dataset, *hidden, seed=self.seed, he=he)

    def accuracy(self, net: nn.Module) -> float:
        return training.accuracy(net, self.dataset.test)

    def variances(self, net: nn.Sequential) -> list[float]:
        """For each hidden layer, the variance over images of what it says."""
        return distillation.variances(net, self.shown)

    def plain(self, net: nn.Sequential, epochs: int) -> nn.Sequential:
        """Labels only."""
        return fitted(net, self.dataset, epochs=epochs, seed=self.seed)

    def soft(self, net: nn.Sequential, epochs: int) -> nn.Sequential:
        """The teacher's soft targets only."""
        loss = partial(distillation.kd_loss, temperature=TEMPERATURE, soft_weight=1.0)
        return taught(net, self.says, self.dataset, loss, epochs=epochs, seed=self.seed)

    def hint(self, net: nn.Sequential, layer: int, epochs: int) -> nn.Sequential:
        """Stage 1 alone: the teacher's second hidden layer to hidden layer ``layer`` of ``net``."""
        images, guided = self.dataset.train, 1 + 2 * layer

        def train(model: nn.Module, loss: training.Loss) -> training.History:
            return training.fit(
                model,
                self.dataset,
                loss=loss,
                epochs=epochs,
                seed=1000 + self.seed,
                measure=lambda model, split: 0.0,
                progress=False,
            )

        distillation.train_on_hints(net, guided, self.teacher, HINT, images, train, seed=self.seed)
        return net

    def trained(self, way: str, depth: int, epochs: int, *, he: bool = False) -> nn.Sequential:
        """A new thin student, trained that way; with a hint, half of the epochs go to it."""
        net, half = self.student([WIDTH] * depth, he=he), epochs // 2
        if way == SOFT:
            return self.soft(net, epochs)
        if way == HINTED:
            return self.soft(self.hint(net, depth // 2, half), epochs - half)
        return self.plain(net, 2 * epochs if way == LONGER else epochs)


def judge(result: Hints) -> tuple[Check, ...]:
    """What was fixed before the runs here."""
    deep, flat = result.deep, result.flat
    all_seeds = partial(check, say=share, every="seed")
    return (
        all_seeds(
            "24 layers, usual start: accuracy of plain training, even with twice the epochs",
            np.maximum(deep[PLAIN], deep[LONGER]),
            most=0.15,
        ),
        all_seeds("with a hint, then soft targets: accuracy", deep[HINTED], least=0.45),
        all_seeds("control, He start and no teacher: accuracy", deep["He start, plain"], least=0.8),
        all_seeds(
            "8 layers, He start: with a hint, against plain",
            flat[HINTED] - flat[PLAIN],
            most=-0.05,
            say=points,
        ),
    )


HINTS = Claim("hints", Hints, compare_hints, judge)
