"""An ensemble distilled into one network of the size of its members.

The control is a student of *one* member: if it does as well, it is distillation that helps, and not
what the members know together. Every network is the same MLP with the same epochs; students of one
seed share their initial weights and the order of the images. The criterion was set before the runs.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from torch import Tensor

from nc_teach import distillation, training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.knowledge_distillation.averaging import (
    EPOCHS,
    new_network,
    train_network,
    train_on,
)
from nc_teach.claims.running import (
    points,
    raise_if_interrupted,
    spread,
    stopping_as_a_whole,
    with_bar,
)
from nc_teach.data import Dataset
from nc_teach.table import Table

MEMBERS = 5
TEMPERATURE = 4.0
NAMES = {
    "member": f"a member (mean of {MEMBERS})",
    "ensemble": f"the ensemble: {MEMBERS} networks at every image",
    "labels": "one network, on labels",
    "of one": "one network, taught by one member",
    "of all": "one network, taught by the ensemble",
}


@dataclass(frozen=True)
class EnsembleInOne:
    """Test accuracy in [0, 1], one number a seed, by the keys of ``NAMES``."""

    test: dict[str, np.ndarray]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """The accuracies as plain lists, for a file."""
        return {"test": {name: values.round(4).tolist() for name, values in self.test.items()}}

    def table(self) -> Table:
        """A row per network, with its distance to the one on labels."""
        rows = tuple(
            (
                NAMES[name],
                spread(values),
                points((values - self.test["labels"]).mean()) if name != "labels" else "",
            )
            for name, values in self.test.items()
        )
        note = f"Test accuracy of {len(self.test['member'])} seeds. {self.provenance.line()}"
        return Table(("network", "accuracy", "against labels"), rows, (note,))


def ensemble_in_one(
    dataset: Dataset, seeds: Sequence[int], *, members: int = MEMBERS, epochs: int = EPOCHS
) -> EnsembleInOne:
    """Train the members and the three students of every seed and measure on the test split."""
    started = time.perf_counter()
    with stopping_as_a_whole():
        found = [_one_seed(dataset, seed, members, epochs) for seed in with_bar(seeds, "seed")]
    test = {name: np.array([one[name] for one in found]) for name in NAMES}
    return EnsembleInOne(test, measured_now("ensemble_in_one", time.perf_counter() - started))


def _one_seed(dataset: Dataset, seed: int, members: int, epochs: int) -> dict[str, float]:
    first = 100 + (members + 1) * seed  # the student's seed; its members have the next ones
    nets = [train_network(dataset, first + 1 + k, epochs=epochs) for k in range(members)]
    said = [training.predictions(net, dataset.test) for net in nets]
    together = distillation.average_outputs(said).argmax(dim=1) == dataset.test.labels
    taught = [training.predictions(net, dataset.train) for net in nets]
    student = partial(_student, dataset, first, epochs)
    labels = train_on(new_network(dataset, first), dataset, first, epochs)
    return {
        "member": float(np.mean([training.accuracy(net, dataset.test) for net in nets])),
        "ensemble": together.double().mean().item(),
        "labels": training.accuracy(labels, dataset.test),
        "of one": student(taught[0]),
        "of all": student(distillation.ensemble_logits(taught, TEMPERATURE)),
    }


def _student(dataset: Dataset, seed: int, epochs: int, teacher_logits: Tensor) -> float:
    """Test accuracy of a student that sees soft targets alone."""

    def loss(student: Tensor, teacher: Tensor, labels: Tensor) -> Tensor:
        return distillation.soft_target_loss(student, teacher, TEMPERATURE)

    net = new_network(dataset, seed)
    raise_if_interrupted(distillation.distil(
        net, teacher_logits, dataset, loss, epochs=epochs, seed=seed, progress=False
    ))  # fmt: skip
    return training.accuracy(net, dataset.test)


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    test = {name: np.array(values) for name, values in numbers["test"].items()}
    lead = test["ensemble"] - test["member"]
    gain, beyond = test["of all"] - test["labels"], test["of all"] - test["of one"]
    return (
        Check(
            "the ensemble above its members, every seed",
            f"least {points(lead.min())}",
            bool(lead.min() > 0),
        ),
        Check(
            "its student above the same network on labels, every seed",
            f"least {points(gain.min())}",
            bool(gain.min() > 0),
        ),
        Check(
            "its student gains at least half of the ensemble's lead, mean",
            f"{points(gain.mean())} of {points(lead.mean())}",
            bool(gain.mean() >= lead.mean() / 2),
        ),
        Check(
            "and is above a student of one member, mean",
            points(beyond.mean()),
            bool(beyond.mean() > 0),
        ),
    )


ENSEMBLE_IN_ONE = Claim(
    key="ensemble_in_one",
    title="What an ensemble knows fits into one network",
    paper="Hinton et al. 2015, arXiv:1503.02531, section on speech recognition",
    says="ten acoustic models together reach 61.1 % of frames instead of 58.9 %; one network of "
    "the same size, distilled from them, 60.8 %.",
    dataset="mnist",
    experiment=ensemble_in_one,
    judge=_judge,
)
