"""Does a student learn more from soft targets, and at which temperature? With two controls.

One teacher per seed; each student of that seed starts from the same weights, sees the same images
in the same order and gets as many epochs. They differ only in what they are told:

- ``labels``: hard labels, the baseline of equal budget;
- ``T = 1`` ... ``T = 20``: the teacher's soft targets at that temperature, no labels;
- ``T = 20 and labels``: half of each;
- ``label smoothing``: soft, but it knows nothing of the image;
- ``shuffled``: the teacher's own numbers at T = 20, those of the wrong classes dealt at random.

The criterion was set before the runs, from a trial on another machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach import distillation, training
from nc_teach.claims.claim import Check, Claim, Provenance, measured_now
from nc_teach.claims.knowledge_distillation.mlp import mlp
from nc_teach.claims.knowledge_distillation.networks import train_teacher
from nc_teach.claims.running import raise_if_interrupted, stopping_as_a_whole, with_bar
from nc_teach.data import Dataset
from nc_teach.table import Table
from nc_teach.training import cosine

TEMPERATURES = (1, 3, 8, 20)
HIGH = 20
SMOOTHING = 0.1
EPOCHS = {300: 12, 30: 20}  # by the students' width; another width gets the first
CONTROLS = (f"T = {HIGH} and labels", "label smoothing", "shuffled")
SOFT = tuple(f"T = {t}" for t in TEMPERATURES)
ALL = ("labels", *SOFT, *CONTROLS)
WIDTHS = {300: ALL, 30: ("labels", *SOFT)}

StudentLoss = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Students:
    """Test errors (of ``images``) per width and per what the students were told, one a seed.

    ``teacher`` holds the teachers' errors. ``networks`` has the students of the first seed.
    """

    images: int
    teacher: np.ndarray
    errors: dict[int, dict[str, np.ndarray]]
    networks: dict[int, dict[str, nn.Module]]
    provenance: Provenance

    def numbers(self) -> dict[str, Any]:
        """The errors as plain lists, for a file."""
        errors = {
            str(width): {name: e.tolist() for name, e in told.items()}
            for width, told in self.errors.items()
        }
        return {"images": self.images, "teacher": self.teacher.tolist(), "errors": errors}

    def table(self) -> Table:
        """A row for the teacher and for each thing that students were told."""
        return errors_table(self.numbers(), self.provenance)


def errors_table(numbers: Mapping[str, Any], provenance: Provenance) -> Table:
    """The table of :class:`Students`, also for numbers that came from a file."""
    widths = list(numbers["errors"])
    names = [name for name in ALL if any(name in told for told in numbers["errors"].values())]
    blank = [""] * (len(widths) - 1)
    rows = [("(the teacher itself)", _spread(numbers["teacher"]), *blank)]
    for name in names:
        cells = (numbers["errors"][w].get(name) for w in widths)
        rows.append((name, *("" if cell is None else _spread(cell) for cell in cells)))
    note = (
        f"Errors among {numbers['images']:,} test images, mean ± standard deviation of "
        f"{len(numbers['teacher'])} seed{'s' * (len(numbers['teacher']) > 1)}. {provenance.line()}"
    )
    columns = ("what the students are told", *(f"{w} units a layer" for w in widths))
    return Table(columns, tuple(rows), (note,))


def _spread(errors: Sequence[int]) -> str:
    mean = f"{np.mean(errors):.0f}"
    return f"{mean} ± {np.std(errors, ddof=1):.0f}" if len(errors) > 1 else mean


def train_students(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    teachers: Mapping[int, nn.Module] | None = None,
    widths: Mapping[int, Sequence[str]] = WIDTHS,
    epochs: Mapping[int, int] = EPOCHS,
) -> Students:
    """Train a teacher for every seed (unless ``teachers`` has it) and all students, and count.

    ``widths`` says which students there are: two hidden layers of so many units, told these things.
    """
    started = time.perf_counter()
    teacher_errors: list[int] = []
    errors: dict[int, dict[str, list[int]]] = {w: {n: [] for n in widths[w]} for w in widths}
    networks: dict[int, dict[str, nn.Module]] = {w: {} for w in widths}
    with stopping_as_a_whole():
        for seed in with_bar(seeds, "teacher"):
            teacher = (teachers or {}).get(seed) or train_teacher(dataset, seed)
            teacher_errors.append(count_errors(teacher, dataset))
            logits = training.predictions(teacher, dataset.train)
            for width, name in [(w, name) for w in widths for name in widths[w]]:
                student = train_student(dataset, logits, name, seed, width, epochs.get(width, 12))
                errors[width][name].append(count_errors(student, dataset))
                networks[width].setdefault(name, student)
    return Students(
        len(dataset.test), np.array(teacher_errors),
        {w: {name: np.array(e) for name, e in told.items()} for w, told in errors.items()},
        networks, measured_now("train_students", time.perf_counter() - started),
    )  # fmt: skip


def train_student(
    dataset: Dataset, teacher_logits: Tensor, told: str, seed: int, width: int, epochs: int
) -> nn.Sequential:
    """One student of two hidden layers, told what its name says; Adam, cosine schedule."""
    loss = loss_of(told, len(dataset.classes))
    if told == "shuffled":
        labels = dataset.train.labels
        teacher_logits = distillation.shuffle_wrong_classes(teacher_logits, labels, seed)
    pixels = dataset.train.images[0].numel()
    student = mlp(pixels, width, width, len(dataset.classes), seed=seed)
    raise_if_interrupted(
        distillation.distil(
            student, teacher_logits, dataset, loss, epochs=epochs, seed=seed, schedule=cosine,
            progress=False,
        )
    )  # fmt: skip
    return student


def loss_of(told: str, classes: int) -> StudentLoss:
    """``(student_logits, teacher_logits, labels) -> loss`` for a student that is told this."""
    if told == "labels":
        return lambda z, v, labels: F.cross_entropy(z, labels)
    if told == "label smoothing":
        return lambda z, v, labels: F.cross_entropy(
            z, distillation.smoothed_labels(labels, classes, SMOOTHING)
        )
    temperature = HIGH if told == "shuffled" else float(told.split()[2])
    weight = 0.5 if told.endswith("labels") else 1.0
    return lambda z, v, labels: distillation.kd_loss(
        z, v, labels, temperature=temperature, soft_weight=weight
    )


def count_errors(model: nn.Module, dataset: Dataset) -> int:
    """How many test images the model gets wrong."""
    return round(len(dataset.test) * (1 - training.accuracy(model, dataset.test)))


def _judge(numbers: dict[str, Any]) -> tuple[Check, ...]:
    scale = numbers["images"] / 10_000  # the margins are for 10,000 images
    large = {name: np.array(e) / scale for name, e in numbers["errors"]["300"].items()}
    small = {name: np.array(e) / scale for name, e in numbers["errors"]["30"].items()}
    teacher = np.array(numbers["teacher"]) / scale
    high, low = f"T = {HIGH}", "T = 1"
    gain = large["labels"] - large[high]
    return (
        _every("soft targets (T = 20) save at least 20 errors against labels", gain, 20),
        _every("the teacher is still better than its student", large[high] - teacher, 0),
        _every("shuffled wrong classes are no better than labels", large["shuffled"]
               - large["labels"], 0),
        _mean("soft targets make fewer errors than label smoothing", large["label smoothing"]
              - large[high], 0),
        _every("30 units: T = 20 makes at least 40 errors more than T = 1", small[high]
               - small[low], 40),
        _mean("300 units: T = 20 makes no more errors than T = 1", large[low] - large[high], 0),
    )  # fmt: skip


def _every(wanted: str, difference: np.ndarray, least: float) -> Check:
    measured = ", ".join(f"{d:+.0f}" for d in difference)
    return Check(f"{wanted}, every seed", measured, bool((difference >= least).all()))


def _mean(wanted: str, difference: np.ndarray, least: float) -> Check:
    mean = float(difference.mean())
    return Check(f"{wanted}, on average", f"{mean:+.0f}", bool(mean >= least))


SOFT_TARGETS = Claim(
    key="soft_targets",
    title="Soft targets teach a student, and which temperature is best depends on its size",
    paper="Hinton et al. 2015, arXiv:1503.02531, the section on MNIST",
    says="with 800 units a layer, 146 test errors from labels, 74 from soft targets at T = 20, "
    "67 the teacher itself; with 300 units or more, all T above 8 are alike; with 30 units, T from "
    "2.5 to 4 is best.",
    dataset="mnist",
    experiment=train_students,
    judge=_judge,
)
CLAIMS = (SOFT_TARGETS,)
