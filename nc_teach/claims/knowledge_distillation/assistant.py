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
from torch import nn

from nc_teach import distillation, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, measured
from nc_teach.common.spread import percent, points
from nc_teach.data import Dataset

from .hints import IMAGES
from .networks import fitted, mlp_for

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

    def in_words(self) -> str:
        """The first student: what its teachers give, and what it reaches with none."""
        student, taught = next(iter(self.taught.items()))
        best = max(taught, key=lambda size: taught[size].mean())
        return (
            f"A student with {student} units a layer reaches {percent(taught[max(taught)])} with a "
            f"teacher of {max(taught)}, {percent(self.relayed[student])} by way of an assistant of "
            f"{ASSISTANT}, {percent(taught[best])} with its best teacher, of {best}, and "
            f"{percent(self.alone[student])} on labels alone."
        )

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
            f"paired differences to the largest teacher's student."
        )
        return self.tabled(("student", "way", "accuracy", "against direct"), rows, note)


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
    return Relay(**each_seed(one, seeds))


def _one_seed(
    dataset: Dataset, seed: int, teachers: Sequence[int], students: Sequence[int], epochs: int
) -> dict[str, Any]:
    accuracy = partial(training.accuracy, split=dataset.test)
    teach_below = partial(teach, dataset=dataset, seed=seed, epochs=epochs)

    def fresh(units: int) -> nn.Sequential:
        return mlp_for(dataset, units, units, seed=seed)

    def on_labels(units: int) -> nn.Sequential:
        return fitted(fresh(units), dataset, epochs=epochs, seed=seed)

    def below(teacher: nn.Module, units: int) -> nn.Sequential:
        distillation.distil_in_steps(teacher, [student := fresh(units)], teach_below)
        return student

    trained = {size: on_labels(size) for size in teachers}
    assistant = below(trained[max(teachers)], ASSISTANT)
    return {
        "teacher": {size: accuracy(net) for size, net in trained.items()},
        "assistant": accuracy(assistant),
        "alone": {n: accuracy(on_labels(n)) for n in students},
        "taught": {
            n: {size: accuracy(below(net, n)) for size, net in trained.items()} for n in students
        },
        "relayed": {n: accuracy(below(assistant, n)) for n in students},
    }


def teach(
    student: nn.Module, teacher: nn.Module, *, dataset: Dataset, seed: int, epochs: int
) -> training.History:
    """One step of the relay: 0.9 cross-entropy + 0.1 soft targets at T = 4 (times T^2)."""
    loss = partial(distillation.kd_loss, temperature=TEMPERATURE, soft_weight=SOFT_WEIGHT)
    return distillation.distil(
        student, teacher, dataset, loss, epochs=epochs, seed=seed, progress=False
    )


def judge(result: Relay) -> tuple[Check, ...]:
    """What was chosen in a trial on another machine, before the runs here."""
    taught = result.taught
    middle = taught[STUDENTS[0]][ASSISTANT] - taught[STUDENTS[0]][LARGE]
    relay = np.concatenate([result.relayed[s] - taught[s][LARGE] for s in taught])
    alone = result.relayed[STUDENTS[0]] - result.alone[STUDENTS[0]]

    def wins(what: str, of: np.ndarray, least: float, each: str) -> Check:
        def say(share: float) -> str:
            return f"{share * len(of):g} of {len(of)} {each}"

        return check(what, (of > 0).mean(), least=least, say=say)

    return (
        wins("the 12-12 student: a teacher of 50 better than one of 800", middle, 0.8, "seeds"),
        check("the same, by how much on average", middle, least=0.004),
        wins("with the assistant better than without", relay, 0.7, "paired runs"),
        check(
            "an assistant better than no teacher at all, for the 12-12 student",
            alone,
            above=0,
            of_paper=True,
            post_hoc=True,
        ),
    )


ASSISTANTS = Claim("assistants", Relay, run_relay, judge)
