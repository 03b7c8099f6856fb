"""An ensemble distilled into one network of the size of its members.

The control is a student of *one* member: if it does as well, it is distillation that helps, and not
what the members know together. Every network is the same MLP with the same epochs; students of one
seed share their initial weights and the order of the images. The criterion was set before the runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import Tensor

from nc_teach import distillation, training
from nc_teach.claims import Check, Claim, Result, check, each_seed, measured
from nc_teach.claims.knowledge_distillation.averaging import (
    EPOCHS,
    new_network,
    train_network,
    train_on,
)
from nc_teach.claims.knowledge_distillation.networks import soft_targets_at, taught
from nc_teach.common.spread import percent, points
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


@dataclass(frozen=True, kw_only=True)
class EnsembleInOne(Result):
    """Test accuracy in [0, 1], one per seed, by the keys of ``NAMES``."""

    test: dict[str, np.ndarray]

    def table(self) -> Table:
        """A row per network, with its distance to the one on labels."""
        rows = tuple(
            (
                NAMES[name],
                percent(values),
                points((values - self.test["labels"]).mean()) if name != "labels" else "",
            )
            for name, values in self.test.items()
        )
        note = f"Test accuracy of {len(self.test['member'])} seeds. {self.provenance.line()}"
        return Table(("network", "accuracy", "against labels"), rows, (note,))


@measured
def ensemble_in_one(
    dataset: Dataset, seeds: Sequence[int], *, members: int = MEMBERS, epochs: int = EPOCHS
) -> EnsembleInOne:
    """Train the members and the three students of every seed and measure on the test split."""
    one = partial(_one_seed, dataset, members=members, epochs=epochs)
    test = each_seed(one, seeds)
    return EnsembleInOne(test=test)


def _one_seed(dataset: Dataset, seed: int, members: int, epochs: int) -> dict[str, float]:
    first = 100 + (members + 1) * seed  # the student's seed; its members have the next ones
    nets = [train_network(dataset, first + 1 + k, epochs=epochs) for k in range(members)]
    said = [training.predictions(net, dataset.test) for net in nets]
    together = distillation.average_outputs(said).argmax(dim=1) == dataset.test.labels
    lessons = [training.predictions(net, dataset.train) for net in nets]
    student = partial(_student, dataset, first, epochs)
    labels = train_on(new_network(dataset, first), dataset, first, epochs)
    return {
        "member": float(np.mean([training.accuracy(net, dataset.test) for net in nets])),
        "ensemble": together.double().mean().item(),
        "labels": training.accuracy(labels, dataset.test),
        "of one": student(lessons[0]),
        "of all": student(distillation.ensemble_logits(lessons, TEMPERATURE)),
    }


def _student(dataset: Dataset, seed: int, epochs: int, teacher_logits: Tensor) -> float:
    """Test accuracy of a student that sees soft targets alone."""
    net, loss = new_network(dataset, seed), soft_targets_at(TEMPERATURE)
    student = taught(net, teacher_logits, dataset, loss, epochs=epochs, seed=seed)
    return training.accuracy(student, dataset.test)


def judge(result: EnsembleInOne) -> tuple[Check, ...]:
    """What was fixed before the runs."""
    test = result.test
    lead, gain = test["ensemble"] - test["member"], test["of all"] - test["labels"]
    return (
        check("the ensemble above its members", lead, above=0, every="seed", of_paper=True),
        check(
            "its student above the same network on labels",
            gain,
            above=0,
            every="seed",
            of_paper=True,
        ),
        check("its student's gain, less half of the ensemble's lead", gain - lead / 2, least=0),
        check("its student above one of a single member", test["of all"] - test["of one"], above=0),
    )


ENSEMBLE_IN_ONE = Claim("ensemble_in_one", EnsembleInOne, ensemble_in_one, judge)
