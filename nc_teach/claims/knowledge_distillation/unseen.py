"""A student that never saw a 3, and one that saw only 7s and 8s.

For every seed one teacher, which has seen all digits. Its students see no 3 at all (or no image of
another class that is asked for), neither an image nor a label; what differs is what they learn of
the other digits:

- ``soft targets``: the teacher's, at T = 20;
- ``labels``: hard labels, which never name a 3: the control;
- ``shuffled``: the teacher's soft targets with the wrong classes drawn at random: they do name 3s,
  but not in the digits that look like one.

Afterwards one number is changed, the output bias of the 3: chosen on validation data, and by a
rule without labels (every tenth digit is a 3). The paper chose it on the test set. A fourth student
learns by soft targets from 7s and 8s alone, in as many steps as the others (with as many epochs,
which are a fifth of the steps, it is not done learning); there the biases of the two are lowered.

The criterion was set before the runs, from a trial on another machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach import distillation, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured, rounded
from nc_teach.common.spread import percent, points, share
from nc_teach.data import Dataset, Split

from .networks import train_teacher
from .soft_targets import HIGH, train_student

UNSEEN = 3
SEEN = (7, 8)
LEARNED = {"soft targets": f"T = {HIGH}", "labels": "labels", "shuffled": "shuffled"}
ONLY = "only 7s and 8s"
RULES = {
    "none": "as trained",
    "validation": "fewest errors on validation",
    "no labels": "rule: no labels",
}
SHIFTS = tuple((np.arange(-40, 81) / 4).tolist())  # what is added to the bias, in logits
WIDTH, EPOCHS = 300, 12


@dataclass(frozen=True, kw_only=True)
class Unseen(Result):
    """What every student reads, for every shift of the bias.

    ``chosen`` has the shifts per student and rule ("none", "validation", "no labels"), one per
    seed; ``results`` (seeds x 2) what is then read right of all test images and of those of the
    unseen class. For ``only 7s and 8s`` the unseen are the other eight classes.

    The rest is there only where it was measured just now. ``digit`` is the class that was hidden
    (:attr:`unseen` says it in any case). ``right`` and ``of_unseen`` are per
    student seeds x shifts: both shares again, for each of ``shifts``. ``rows`` is the confusion row
    of the unseen class for the first seed, per student shifts x classes, in counts.
    """

    chosen: dict[str, dict[str, np.ndarray]] = rounded(17)
    results: dict[str, dict[str, np.ndarray]]
    digit: int | None = local()
    shifts: tuple[float, ...] = local()
    right: dict[str, np.ndarray] = local()
    of_unseen: dict[str, np.ndarray] = local()
    rows: dict[str, np.ndarray] = local()

    @property
    def unseen(self) -> int:
        """The class that the students never saw: the 3, as in the paper, where no other is said."""
        return UNSEEN if self.digit is None else self.digit

    def only(self, *rules: str) -> "Unseen":
        """The same, with these rules for the bias alone."""
        kept = {s: {rule: of[rule] for rule in rules} for s, of in self.results.items()}
        return replace(self, results=kept)

    def in_words(self) -> str:
        """How much of the hidden class is read once a rule without labels has moved the bias."""
        read = {s: share(of["no labels"][:, 1].mean()) for s, of in self.results.items()}
        seen = ", ".join(f"{read[s]} with {s}" for s in LEARNED if s in read)
        return f"Of the {self.unseen}s that it never saw, a student reads right: {seen}."

    def table(self) -> Table:
        """A row for every student and rule."""
        rows = [
            (
                student,
                RULES[rule],
                f"{self.chosen[student][rule].mean():+.2f}",
                percent(shares[:, 0]),
                percent(shares[:, 1]),
            )
            for student, rules in self.results.items()
            for rule, shares in rules.items()
        ]
        seeds = len(next(iter(next(iter(self.results.values())).values())))
        last = f" (the last: that saw {ONLY})" * (ONLY in self.results)
        note = (
            f"Test images read right by students that never saw a {self.unseen}{last}, "
            f"{seeds} seed{'s' * (seeds > 1)}."
        )
        columns = (
            "taught by",
            "bias",
            "moved by",
            "all digits",
            f"the {self.unseen}s" if not last else "the unseen",
        )
        return self.tabled(columns, rows, note)


@measured
def hide_a_class(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    teachers: Mapping[int, nn.Module] | None = None,
    students: Sequence[str] = (*LEARNED, ONLY),
    unseen: int = UNSEEN,
    epochs: int = EPOCHS,
) -> Unseen:
    """Train a teacher for every seed (unless ``teachers`` has it) and its students, and measure.

    ``unseen`` is the class that is hidden; ``ValueError`` when the data set has no such class.
    """
    if unseen not in range(len(dataset.classes)):
        raise ValueError(f"unseen must be from 0 to {len(dataset.classes) - 1}, got {unseen!r}")

    def one(seed: int) -> dict[str, dict[str, Any]]:
        teacher = (teachers or {}).get(seed) or train_teacher(dataset, seed)
        read = {
            name: _read(
                train_without(dataset, teacher, name, seed, epochs, unseen),
                dataset,
                SEEN if name == ONLY else (unseen,),
                unseen,
            )
            for name in students
        }
        return {what: {name: read[name][what] for name in read} for what in read[students[0]]}

    found = each_seed(one, seeds)
    rows = {name: of[0] for name, of in found.pop("rows").items()}
    return Unseen(**found, rows=rows, shifts=SHIFTS, digit=unseen)


def train_without(
    dataset: Dataset,
    teacher: nn.Module,
    name: str,
    seed: int,
    epochs: int = EPOCHS,
    unseen: int = UNSEEN,
) -> nn.Module:
    """The student of that name. Its transfer set has no image of the classes that it misses."""
    hidden = set(range(len(dataset.classes))) - set(SEEN) if name == ONLY else {unseen}
    less = replace(dataset, train=distillation.without_classes(dataset.train, hidden))
    logits = training.predictions(teacher, less.train)
    if name == ONLY:
        epochs = round(epochs * len(dataset.train) / len(less.train))
    return train_student(less, logits, LEARNED.get(name, f"T = {HIGH}"), seed, WIDTH, epochs)


def _read(
    student: nn.Module, dataset: Dataset, classes: tuple[int, ...], unseen: int
) -> dict[str, Any]:
    """Measure one student at every shift, and at the shifts that the rules choose."""
    test = training.predictions(student, dataset.test)
    validation = training.predictions(student, dataset.validation)
    labels = dataset.validation.labels
    part = len(classes) / len(dataset.classes)
    chosen = {
        "none": 0.0,
        "validation": distillation.best_shift(validation, labels, classes, SHIFTS),
        "no labels": distillation.shift_for_share(validation, classes, part),
    }
    shares = partial(_shares, test, dataset.test, classes)
    by_shift = np.array([shares(shift) for shift in SHIFTS])
    moved = (distillation.shift_bias(test, classes, shift) for shift in SHIFTS)
    return {
        "right": by_shift[:, 0],
        "of_unseen": by_shift[:, 1],
        "rows": [distillation.read_as(m, dataset.test.labels, unseen).tolist() for m in moved],
        "chosen": chosen,
        "results": {rule: shares(shift) for rule, shift in chosen.items()},
    }


def _shares(
    logits: Tensor, split: Split, classes: tuple[int, ...], shift: float
) -> tuple[float, float]:
    """Share read right of all images, and of those that the student never saw."""
    right = distillation.shift_bias(logits, classes, shift).argmax(dim=1) == split.labels
    ours = torch.isin(split.labels, torch.tensor(classes))
    unseen = ~ours if classes == SEEN else ours
    return right.double().mean().item(), right[unseen].double().mean().item()


def judge(result: Unseen) -> tuple[Check, ...]:
    """What was fixed before the runs."""
    after = {
        student: {rule: shares[:, 1] for rule, shares in rules.items()}
        for student, rules in result.results.items()
    }
    true, labels, shuffled = (after[name] for name in LEARNED)
    rules = ("validation", "no labels")
    behind = np.min([true[rule] - shuffled[rule] for rule in rules], axis=0)
    all_seeds = partial(check, say=share, every="seed")
    return (
        all_seeds(
            "soft targets: 3s read right once the bias is moved", true["validation"], least=0.88
        ),
        all_seeds(
            "labels: 3s read right, by the better rule for the bias",
            np.max([labels[rule] for rule in rules], axis=0),
            below=0.45,
        ),
        all_seeds(
            "3s read right: true soft targets above shuffled ones, by the worse rule",
            behind,
            above=0,
            say=points,
        ),
        all_seeds(
            "only 7s and 8s: errors once two biases are moved",
            1 - result.results[ONLY]["validation"][:, 0],
            most=0.14,
        ),
    )


UNSEEN_CLASS = Claim("unseen_class", Unseen, hide_a_class, judge)
