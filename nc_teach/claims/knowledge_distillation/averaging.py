"""Averaging outputs against averaging parameters, between runs and along one.

Everything is an MLP with two hidden layers, trained for as many epochs, so that rows can be
compared. Independent runs have their own initial weights and their own order of the images; a fork
shares both for its first epoch. The snapshots of SWA come from SGD with a high constant learning
rate, and its control is the same number of epochs with a rate that falls.

The criterion was set before the runs, from a trial on another machine. SGD was tried in two
settings on the first seed: without momentum the run was still climbing when its snapshots were
taken, and their mean was no better than the last; the momentum of 0.9 was chosen after that.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn

from nc_teach import distillation, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent, share
from nc_teach.data import Dataset, Split

from .networks import fitted, gain, mlp_for, share_right

HIDDEN = (128, 128)
EPOCHS = 10
NETWORKS = 4  # for each seed
SNAPSHOTS = 5  # one per epoch, in the second half of the run
SEEN = 2000  # training images that units are matched on
SGD = partial(torch.optim.SGD, lr=0.1, momentum=0.9)
SGD_ROWS = ("snapshots", "swa", "falling rate")
NAMES = {
    "single": "one network (mean of 4)",
    "outputs": "outputs of 4, arithmetic mean",
    "logits": "outputs of 4, mean of the logits",
    "parameters of 2": "parameters of 2",
    "parameters of 4": "parameters of 4",
    "matched by weights": "parameters of 2, units matched by weights",
    "matched by activations": "parameters of 2, units matched by activations",
    "fork": "parameters of 2 that shared their first epoch",
    "snapshots": "one run of SGD: a snapshot (mean of 5)",
    "swa": "one run of SGD: parameters of its 5 snapshots",
    "falling rate": "one run of SGD, as long, with a falling rate",
}


@dataclass(frozen=True, kw_only=True)
class Averages(Result):
    """Test accuracy in [0, 1], one per seed, by what was averaged (the keys of ``NAMES``)."""

    test: dict[str, np.ndarray]

    def in_words(self) -> str:
        """What two ways of averaging give, and what they are to be compared with."""
        ways = {
            "one network": "single",
            "the mean of four networks' outputs": "outputs",
            "the mean of two networks' parameters": "parameters of 2",
            "the same for two networks that shared their first epoch": "fork",
            "the mean of five snapshots of one run": "swa",
        }
        read = ", ".join(f"{percent(self.test[key])} for {way}" for way, key in ways.items())
        return f"Test accuracy: {read}."

    def table(self) -> Table:
        """A row per kind of mean, with its distance to one network."""
        rows = []
        for name, values in self.test.items():
            beside = self.test["snapshots" if name in SGD_ROWS else "single"]
            rows.append((NAMES[name], percent(values), gain(values, beside)))
        note = (
            f"Test accuracy, {len(self.test['single'])} seeds with new networks each; rows of SGD "
            f"are compared with a snapshot."
        )
        return self.tabled(("averaged", "accuracy", "against one"), rows, note)


@measured
def average_networks(dataset: Dataset, seeds: Sequence[int], *, epochs: int = EPOCHS) -> Averages:
    """Train the networks of every seed and average them in every way."""
    return Averages(test=each_seed(partial(_one_seed, dataset, epochs=epochs), seeds))


def new_network(dataset: Dataset, seed: int) -> nn.Sequential:
    """The untrained MLP of that seed."""
    return mlp_for(dataset, *HIDDEN, seed=seed)


def train_network(dataset: Dataset, seed: int, epochs: int = EPOCHS) -> nn.Sequential:
    """The MLP trained with Adam; ``seed`` fixes its first weights and the order of the images."""
    return fitted(new_network(dataset, seed), dataset, epochs=epochs, seed=seed)


def matched(a: nn.Module, b: nn.Module, split: Split | None = None) -> nn.Module:
    """``b`` with its units in the order of ``a``'s: by weights, or by activations on ``split``."""
    return distillation.permute_units(b, distillation.match_permutation(a, b, split))


def fork(dataset: Dataset, seed: int, epochs: int) -> list[nn.Module]:
    """Two networks with the same first epoch, and each its own order of the images after it."""
    stem = train_network(dataset, seed, epochs=1)
    return [
        fitted(copy.deepcopy(stem), dataset, epochs=epochs - 1, seed=1000 + 2 * seed + branch)
        for branch in range(2)
    ]


def _one_seed(dataset: Dataset, seed: int, epochs: int) -> dict[str, float]:
    accuracy = partial(training.accuracy, split=dataset.test)
    nets = [train_network(dataset, NETWORKS * seed + k, epochs=epochs) for k in range(NETWORKS)]
    a, b = nets[:2]
    some = dataset.train.subset(min(SEEN, len(dataset.train)))
    said = [training.predictions(net, dataset.test) for net in nets]
    labels = dataset.test.labels
    half = partial(distillation.interpolate, a, alpha=0.5)
    return {
        "single": float(np.mean([accuracy(net) for net in nets])),
        "outputs": share_right(distillation.average_outputs(said), labels),
        "logits": share_right(distillation.average_logits(said), labels),
        "parameters of 2": accuracy(half(b)),
        "parameters of 4": accuracy(distillation.average_parameters(nets)),
        "matched by weights": accuracy(half(matched(a, b))),
        "matched by activations": accuracy(half(matched(a, b, some))),
        "fork": accuracy(distillation.average_parameters(fork(dataset, NETWORKS * seed, epochs))),
        **_along_one_run(dataset, NETWORKS * seed, epochs),
    }


def _along_one_run(dataset: Dataset, seed: int, epochs: int) -> dict[str, float]:
    """SWA over the last epochs of a run, and the same run with a rate that falls to zero."""
    fit = partial(fitted, dataset=dataset, optimizer=SGD)
    net = fit(new_network(dataset, seed), epochs=max(epochs - SNAPSHOTS, 1), seed=seed)

    def cycle(model: nn.Module, number: int) -> training.History:
        order = 2000 + seed + number
        return training.fit(model, dataset, optimizer=SGD, epochs=1, seed=order, progress=False)

    run = distillation.swa(net, cycle, SNAPSHOTS)
    longer = max(epochs, SNAPSHOTS + 1)
    falling = fit(new_network(dataset, seed), epochs=longer, seed=seed, schedule=training.cosine)
    accuracy = partial(training.accuracy, split=dataset.test)
    return {
        "snapshots": float(np.mean([accuracy(snapshot) for snapshot in run.snapshots])),
        "swa": accuracy(run.average),
        "falling rate": accuracy(falling),
    }


def judge(result: Averages) -> tuple[Check, ...]:
    """What was fixed before the runs; a distance is to one network of the same seed."""
    test = result.test
    gap = {name: values - test["single"] for name, values in test.items()}
    all_seeds = partial(check, every="seed")
    return (
        all_seeds("outputs of 4, against one network", gap["outputs"], least=0),
        all_seeds(
            "parameters of 2 independent runs, against one network",
            gap["parameters of 2"],
            most=-0.2,
        ),
        all_seeds(
            "parameters of 4 independent runs: accuracy",
            test["parameters of 4"],
            most=0.5,
            say=share,
        ),
        *(
            all_seeds(f"the same, units {name} first", gap[name], least=-0.04)
            for name in ("matched by weights", "matched by activations")
        ),
        all_seeds(
            "parameters of 2 after a shared first epoch, against one network",
            gap["fork"],
            least=-0.01,
        ),
        check("SWA above its snapshots", test["swa"] - test["snapshots"], least=0.008),
    )


AVERAGING = Claim("averaging", Averages, average_networks, judge)
