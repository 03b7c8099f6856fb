"""Teacher assistants: does the student learn less from a teacher that is far above it?

Paired throughout: with one seed, every variant of a student has the same initial weights and the
same order of the images; only who teaches it differs. Two questions: what a student gets from
teachers of many sizes, and whether a step in between (800 -> 50 -> student) beats the direct way.

The paper's numbers are the best test accuracies of 120 trials with different hyper-parameters.
Here there is one setting for all, chosen in a trial on another machine with the criterion, and
every seed is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from torch import Tensor, nn

from nc_teach import distillation, training
from nc_teach.claims import Check, Claim, Result, check, each_seed, measured, raise_if_interrupted
from nc_teach.claims.knowledge_distillation.hints import IMAGES
from nc_teach.claims.knowledge_distillation.mlp import mlp
from nc_teach.claims.knowledge_distillation.networks import fitted
from nc_teach.common.spread import percent, points
from nc_teach.data import Dataset
from nc_teach.table import Table

EPOCHS = 12
TEMPERATURE, SOFT_WEIGHT = 4.0, 0.1
TEACHERS = (20, 50, 100, 200, 400, 800)  # units in each of two hidden layers
LARGE, ASSISTANT = 800, 50
STUDENTS = (12, 5)


@dataclass(frozen=True, kw_only=True)
class Relay(Result):
    """Test accuracy in [0, 1], one per seed.

    ``teacher`` has it per size of a teacher trained on labels. For every student (units in each of
    its two hidden layers): ``alone`` on labels, ``taught[student][size]`` by that teacher, and
    ``relayed`` by an assistant that the largest teacher has taught.
    """

    teacher: dict[int, np.ndarray]
    assistant: np.ndarray
    alone: dict[int, np.ndarray]
    taught: dict[int, dict[int, np.ndarray]]
    relayed: dict[int, np.ndarray]

    def table(self) -> Table:
        """A row per student and way, with the paired difference to the direct way."""
        rows = []
        for student, taught in self.taught.items():
            direct = taught[max(taught)]
            ways = {
                "alone, on labels": self.alone[student],
                **{f"taught by {size}-{size}": taught[size] for size in taught},
                f"{max(taught)}, assistant {ASSISTANT}, student": self.relayed[student],
            }
            rows += [
                (f"{student}-{student}", name, percent(v), points((v - direct).mean()))
                for name, v in ways.items()
            ]
        note = (
            f"Test accuracy of {len(self.assistant)} seeds; the last column is the mean of the "
            f"paired differences to the largest teacher's student. {self.provenance.line()}"
        )
        return Table(("student", "way", "accuracy", "against direct"), tuple(rows), (note,))


@measured
def run_relay(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    teachers: Sequence[int] = TEACHERS,
    students: Sequence[int] = STUDENTS,
    epochs: int = EPOCHS,
) -> Relay:
    """Train teachers, assistant and students of every seed and measure them on the test split."""
    some = replace(dataset, train=dataset.train.subset(min(IMAGES, len(dataset.train))))
    one = partial(_one_seed, some, teachers=teachers, students=students, epochs=epochs)
    found = each_seed(one, seeds)
    return Relay(**found)


def _one_seed(
    dataset: Dataset, seed: int, teachers: Sequence[int], students: Sequence[int], epochs: int
) -> dict[str, Any]:
    accuracy = partial(training.accuracy, split=dataset.test)
    fresh = partial(_fresh, dataset, seed=seed)
    train = partial(teach, dataset=dataset, seed=seed, epochs=epochs)
    trained = {size: _alone(fresh(size), dataset, seed, epochs) for size in teachers}
    assistant = fresh(ASSISTANT)
    distillation.distil_in_steps(trained[max(teachers)], [assistant], train)
    taught: dict[int, dict[int, float]] = {}
    relayed = {}
    for student in students:
        taught[student] = {}
        for size, teacher in trained.items():
            distillation.distil_in_steps(teacher, [net := fresh(student)], train)
            taught[student][size] = accuracy(net)
        distillation.distil_in_steps(assistant, [net := fresh(student)], train)
        relayed[student] = accuracy(net)
    alone = {n: accuracy(_alone(fresh(n), dataset, seed, epochs)) for n in students}
    return {
        "teacher": {size: accuracy(net) for size, net in trained.items()},
        "assistant": accuracy(assistant),
        "alone": alone,
        "taught": taught,
        "relayed": relayed,
    }


def _fresh(dataset: Dataset, units: int, *, seed: int) -> nn.Sequential:
    pixels = dataset.train.images[0].numel()
    return mlp(pixels, units, units, len(dataset.classes), seed=seed)


def _alone(net: nn.Sequential, dataset: Dataset, seed: int, epochs: int) -> nn.Sequential:
    return fitted(net, dataset, epochs=epochs, seed=seed)


def teach(
    student: nn.Module, teacher: nn.Module, *, dataset: Dataset, seed: int, epochs: int = EPOCHS
) -> training.History:
    """One step of the relay: 0.9 cross-entropy + 0.1 soft targets at T = 4 (times T^2)."""

    def loss(said: Tensor, target: Tensor, labels: Tensor) -> Tensor:
        return distillation.kd_loss(
            said, target, labels, temperature=TEMPERATURE, soft_weight=SOFT_WEIGHT
        )

    history = distillation.distil(
        student, teacher, dataset, loss, epochs=epochs, seed=seed, progress=False
    )
    return raise_if_interrupted(history)


def judge(result: Relay) -> tuple[Check, ...]:
    """What was chosen in a trial on another machine, before the runs here."""
    taught = result.taught
    middle = taught[STUDENTS[0]][ASSISTANT] - taught[STUDENTS[0]][LARGE]
    relay = np.concatenate([result.relayed[s] - taught[s][LARGE] for s in taught])

    def wins(of: np.ndarray, what: str) -> dict[str, Any]:
        return {
            "runs": (of > 0).mean(),
            "say": lambda share: f"{share * len(of):g} of {len(of)} {what}",
        }

    return (
        check(
            "the 12-12 student: a teacher of 50 better than one of 800",
            least=0.8,
            **wins(middle, "seeds"),
        ),
        check("the same, by how much on average", middle, least=0.004),
        check("with the assistant better than without", least=0.7, **wins(relay, "paired runs")),
    )


ASSISTANTS = Claim("assistants", Relay, run_relay, judge)
