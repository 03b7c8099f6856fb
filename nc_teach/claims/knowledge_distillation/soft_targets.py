"""Does a student learn more from soft targets, and at which temperature? With two controls.

One teacher per seed; each student of that seed starts from the same weights, sees the same images
in the same order and gets as many epochs. They differ only in what they learn from:

- ``labels``: hard labels, the baseline of equal budget;
- ``T = 1`` ... ``T = 20``: the teacher's soft targets at that temperature, no labels;
- ``T = 20 and labels``: half of each;
- ``label smoothing``: soft, but it knows nothing of the image;
- ``shuffled``: the teacher's own numbers at T = 20, those of the wrong classes drawn at random.

The criterion was set before the runs, from a trial on another machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach import distillation, training
from nc_teach.claims import Check, Claim, Result, Table, check, each_seed, local, measured
from nc_teach.common.spread import spread
from nc_teach.data import Dataset
from nc_teach.distillation.distil import Loss
from nc_teach.training import cosine

from .networks import mlp_for, taught, train_teacher

HIGH = 20
SMOOTHING = 0.1
EPOCHS = {300: 12, 30: 20}  # by the students' width; another width gets the first
FEW = ("labels", "T = 1", "T = 3", "T = 8", f"T = {HIGH}")
ALL = (*FEW, f"T = {HIGH} and labels", "label smoothing", "shuffled")
WIDTHS = {300: ALL, 30: FEW}


@dataclass(frozen=True, kw_only=True)
class Students(Result):
    """Test errors (of ``images``) per width and per what the students learned from, one per seed.

    ``teacher`` holds the teachers' errors. ``networks`` has the students of the first seed.
    """

    images: int
    teacher: np.ndarray
    errors: dict[int, dict[str, np.ndarray]]
    networks: dict[int, dict[str, nn.Module]] = local()

    def in_words(self) -> str:
        """What the widest students make of what they are told, with the teacher beside them."""
        width, errors = next(iter(self.errors.items()))
        means = sorted((of.mean(), name) for name, of in errors.items())
        told = ", ".join(f"{mean:.0f} with {name}" for mean, name in means)
        return (
            f"Students with {width} units a layer make these errors among {self.images:,}, the "
            f"fewest first: {told}; their teacher makes {self.teacher.mean():.0f}."
        )

    def table(self) -> Table:
        """A row for the teacher and for each thing that students learned from."""

        def cell(errors: np.ndarray | None) -> str:
            return "" if errors is None else spread(errors, digits=0, scale=1)

        rows = [("(the teacher itself)", cell(self.teacher), *[""] * (len(self.errors) - 1))]
        for name in ALL:
            if any(name in of for of in self.errors.values()):
                rows.append((name, *(cell(of.get(name)) for of in self.errors.values())))
        seeds = len(self.teacher)
        of = f"mean ± standard deviation of {seeds} seeds" if seeds > 1 else "one seed"
        note = f"Errors among {self.images:,} test images, {of}."
        columns = (
            "what the students learn from",
            *(f"errors, {w} units a layer" for w in self.errors),
        )
        return self.tabled(columns, rows, note)


@measured
def train_students(
    dataset: Dataset,
    seeds: Sequence[int],
    *,
    teachers: Mapping[int, nn.Module] | None = None,
    widths: Mapping[int, Sequence[str]] = WIDTHS,
    epochs: Mapping[int, int] = EPOCHS,
) -> Students:
    """Train a teacher for every seed (unless ``teachers`` has it) and all students, and count.

    ``widths`` says which students there are: two hidden layers of that many units, and what each
    of them learns from.
    """
    trained: list[dict[int, dict[str, nn.Module]]] = []  # of each seed

    def one(seed: int) -> dict[str, Any]:
        teacher = (teachers or {}).get(seed) or train_teacher(dataset, seed)
        logits = training.predictions(teacher, dataset.train)
        train = partial(train_student, dataset, logits, seed=seed)
        networks: dict[int, dict[str, nn.Module]] = {
            width: {name: train(name, width=width, epochs=epochs.get(width, 12)) for name in names}
            for width, names in widths.items()
        }
        trained.append(networks)
        errors = {
            width: {name: count_errors(net, dataset) for name, net in of_width.items()}
            for width, of_width in networks.items()
        }
        return {"teacher": count_errors(teacher, dataset), "errors": errors}

    found = each_seed(one, seeds)
    return Students(images=len(dataset.test), **found, networks=trained[0])


def train_student(
    dataset: Dataset, teacher_logits: Tensor, told: str, seed: int, width: int, epochs: int
) -> nn.Sequential:
    """One student of two hidden layers that learns from what its name says; Adam, cosine."""
    loss = loss_of(told, len(dataset.classes))
    if told == "shuffled":
        labels = dataset.train.labels
        teacher_logits = distillation.shuffle_wrong_classes(teacher_logits, labels, seed)
    student = mlp_for(dataset, width, width, seed=seed)
    return taught(student, teacher_logits, dataset, loss, epochs=epochs, seed=seed, schedule=cosine)


def loss_of(told: str, classes: int) -> Loss:
    """``(student_logits, teacher_logits, labels) -> loss`` for a student that is told this."""
    if told == "labels":
        return lambda z, v, labels: F.cross_entropy(z, labels)
    if told == "label smoothing":
        return lambda z, v, labels: F.cross_entropy(
            z, distillation.smoothed_labels(labels, classes, SMOOTHING)
        )
    temperature = HIGH if told == "shuffled" else float(told.split()[2])
    weight = 0.5 if told.endswith("labels") else 1.0
    return partial(distillation.kd_loss, temperature=temperature, soft_weight=weight)


def count_errors(model: nn.Module, dataset: Dataset) -> int:
    """How many test images the model gets wrong."""
    return round(len(dataset.test) * (1 - training.accuracy(model, dataset.test)))


def judge(result: Students) -> tuple[Check, ...]:
    """What was fixed before the runs; the margins are for 10,000 images."""
    scale = result.images / 10_000
    large, small = ({name: e / scale for name, e in result.errors[w].items()} for w in (300, 30))
    high, low = large[f"T = {HIGH}"], large["T = 1"]

    def errors(number: float) -> str:
        return f"{number:+.0f} errors"

    mean = partial(check, say=errors)
    all_seeds = partial(mean, every="seed")
    smoothing, shuffled = large["label smoothing"], large["shuffled"]
    both = large[f"T = {HIGH} and labels"]
    return (
        all_seeds("labels above soft targets (T = 20)", large["labels"] - high, least=20),
        all_seeds(
            "soft targets (T = 20) above their teacher",
            high - result.teacher / scale,
            least=0,
            of_paper=True,
        ),
        all_seeds("shuffled wrong classes above labels", shuffled - large["labels"], least=0),
        mean("label smoothing above soft targets (T = 20), on average", smoothing - high, least=0),
        all_seeds("30 units: T = 20 above T = 1", small[f"T = {HIGH}"] - small["T = 1"], least=40),
        mean("300 units: T = 1 above T = 20, on average", low - high, least=0),
        mean(
            "soft targets with labels: errors saved against label smoothing, on average",
            smoothing - both,
            least=0,
            post_hoc=True,
        ),
    )


SOFT_TARGETS = Claim("soft_targets", Students, train_students, judge)
