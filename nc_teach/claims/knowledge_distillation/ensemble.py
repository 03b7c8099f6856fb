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
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent
from nc_teach.data import Dataset

from .averaging import EPOCHS, new_network, train_network
from .networks import gain, share_right, taught

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

    def in_words(self) -> str:
        """Ensemble, its student, and the same network on labels."""
        ensemble, student, labels = (
            percent(self.test[name]) for name in ("ensemble", "of all", "labels")
        )
        return (
            f"The ensemble reads {ensemble} of the digits, one network that it taught {student}, "
            f"the same network on labels {labels}."
        )

    def table(self) -> Table:
        """A row per network, with its distance to the one on labels."""
        labels = self.test["labels"]
        rows = tuple(
            (NAMES[name], percent(values), gain(values, labels))
            for name, values in self.test.items()
        )
        note = f"Test accuracy of {len(self.test['member'])} seeds."
        return self.tabled(("network", "accuracy", "against labels"), rows, note)


@measured
def ensemble_in_one(
    dataset: Dataset, seeds: Sequence[int], *, members: int = MEMBERS, epochs: int = EPOCHS
) -> EnsembleInOne:
    """Train the members and the three students of every seed and measure on the test split."""
    one = partial(_one_seed, dataset, members=members, epochs=epochs)
    return EnsembleInOne(test=each_seed(one, seeds))


def _one_seed(dataset: Dataset, seed: int, members: int, epochs: int) -> dict[str, float]:
    first = 100 + (members + 1) * seed  # the student's seed; its members have the next ones
    nets = [train_network(dataset, first + 1 + k, epochs) for k in range(members)]
    said = [training.predictions(net, dataset.test) for net in nets]
    lessons = [training.predictions(net, dataset.train) for net in nets]
    accuracy = partial(training.accuracy, split=dataset.test)
    loss = partial(distillation.kd_loss, temperature=TEMPERATURE, soft_weight=1.0)

    def student(teacher_logits: Tensor) -> float:
        net = new_network(dataset, first)
        return accuracy(taught(net, teacher_logits, dataset, loss, epochs=epochs, seed=first))

    return {
        "member": float(np.mean([accuracy(net) for net in nets])),
        "ensemble": share_right(distillation.average_outputs(said), dataset.test.labels),
        "labels": accuracy(train_network(dataset, first, epochs)),
        "of one": student(lessons[0]),
        "of all": student(distillation.ensemble_logits(lessons, TEMPERATURE)),
    }


def judge(result: EnsembleInOne) -> tuple[Check, ...]:
    """What was fixed before the runs."""
    test = result.test
    lead, more = test["ensemble"] - test["member"], test["of all"] - test["labels"]
    of_paper = partial(check, every="seed", of_paper=True)
    return (
        of_paper("the ensemble above its members", lead, above=0),
        of_paper("its student above the same network on labels", more, above=0),
        check("its student's gain, less half of the ensemble's lead", more - lead / 2, least=0),
        check("its student above one of a single member", test["of all"] - test["of one"], above=0),
    )


ENSEMBLE_IN_ONE = Claim("ensemble_in_one", EnsembleInOne, ensemble_in_one, judge)
