"""Take a network through a plan, and put what every step left on the meter.

First the plan is rehearsed, without training, so that what cannot be is refused before an hour is
spent. After each step accuracy and MACs are those on *validation* images. The test images are
looked at once, for the certificate.

Some networks compute more for one image than for another. So MACs and latency are those of an
average image; of a network that computes the same for all it is what one image takes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from nc_teach import dynamic, meter, training
from nc_teach.budget.reach import label_of
from nc_teach.budget.state import DryRun, FineTuning, State
from nc_teach.budget.steps import Step, label
from nc_teach.common.kinds import Count, Natural, Seed, Share
from nc_teach.data import Dataset, Split
from nc_teach.quantization import deep_compression
from nc_teach.table import Table


@dataclass(frozen=True)
class Stage:
    """One network on the way, with what the meter says: bytes of its file, and on the validation
    images mean MACs and accuracy in [0, 1]."""

    name: str
    model: nn.Module
    params: Natural
    nonzero: Natural
    macs: Natural
    stored_bytes: Natural
    accuracy: Share


@dataclass(frozen=True)
class Stack:
    """All stages, the network one began with first."""

    stages: tuple[Stage, ...]
    dataset: Dataset

    @property
    def first(self) -> nn.Module:
        return self.stages[0].model

    @property
    def last(self) -> nn.Module:
        return self.stages[-1].model

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(stage.name for stage in self.stages)

    def latencies(self, *, images: Natural = 50, repeats: Count = 20) -> meter.Latencies:
        """All stages timed in turn on the first test images, one by one, one thread; by place.

        Names are "0" for the network one began with, "1" after the first step, and so on.
        """
        models = {str(place): stage.model for place, stage in enumerate(self.stages)}
        shown = self.dataset.test.images[:images]
        return meter.mean_latencies(models, shown, repeats=repeats)

    def save(self, path: str | Path) -> int:
        """Write the last network's file; return its size in bytes."""
        return deep_compression.save(self.last, path)

    def table(self, times: meter.Latencies | None = None) -> Table:
        """A row per stage; with ``times`` (of :meth:`latencies`) how fast it is as well."""
        columns = ("stage", "not zero", "MACs", "file", "validation accuracy")
        rows = [
            (
                s.name,
                f"{s.nonzero:,}",
                f"{s.macs:,}",
                f"{s.stored_bytes:,} B",
                f"{100 * s.accuracy:.2f} %",
            )
            for s in self.stages
        ]
        if times is None:
            return Table(columns, tuple(rows))
        timed = [
            (*row, f"{time.median:.3f} ms", _faster(times, place) if k else "-")
            for k, (row, (place, time)) in enumerate(zip(rows, times.items(), strict=True))
        ]
        note = (
            f"Latency of the first: {times['0']}. Times as fast as it: the median of the ratios of "
            "pairs, with an interval; not known where that contains 1."
        )
        return Table((*columns, "latency", "times as fast"), tuple(timed), (note,))


def _faster(times: meter.Latencies, place: str) -> str:
    """For a cell: "undecided" is said of limits alone."""
    return times.speedup(place, "0").short().replace("undecided", "not known")


def fit(
    model: nn.Module,
    dataset: Dataset,
    plan: Sequence[Step],
    *,
    seed: Seed = 0,
    teacher: nn.Module | None = None,
    name: str = "begin",
) -> Stack:
    """Take copies of ``model`` through the steps of ``plan``.

    - ``model``: A trained network; unchanged.
    - ``teacher``: The network that every step heals by; `model` itself by default.
    - ``dataset``: Trained on and measured on; its test split gives nothing but the images that are
      timed.
    - ``plan``: Steps of :mod:`nc_teach.budget.steps`, or any ``(state, tuning) -> state``.

    Raises
    ------
    ValueError
        For an empty plan, or a step that does not suit the network or its place in the plan; the
        message names every such step. The plan is rehearsed before: see :func:`rehearse`.
    KeyboardInterrupt
        When the reader stops it.
    """
    if not plan:
        raise ValueError("plan must hold at least one step, got none")
    tuning = FineTuning(dataset, training.predictions(teacher or model, dataset.train), seed)
    rehearse(model, tuning, plan)
    state, stages = State(model), [staged(name, model, dataset)]
    for step, after in zip(plan, walk(state, plan, tuning), strict=True):
        stages.append(staged(label_of(step, state, after), after.model, dataset))
        state = after
    return Stack(tuple(stages), dataset)


def walk(state: State, plan: Sequence[Step], tuning: FineTuning) -> Iterator[State]:
    """What each step of a plan leaves behind: a state after every step.

    A step takes something away and *heals* what is left (``tuning.heal``) before it returns; the
    next step begins with the healed network, and everything that was decided before still holds.
    """
    for number, step in enumerate(plan, 1):
        state = take(number, step, state, tuning)
        yield state


def rehearse(
    model: nn.Module, tuning: FineTuning, plan: Sequence[Step], images: Natural = 200
) -> None:
    """Go through the whole plan once with two batches of images, an epoch at most for each step.

    Raises ``ValueError`` that names every step that fails. What the rehearsal leaves behind is
    thrown away, and torch's random state is as it was.
    """
    whole = tuning.dataset
    train, validation = first(whole.train, images), first(whole.validation, images)
    dataset = replace(whole, train=train, validation=validation)
    dry, state = DryRun(dataset, tuning.logits[:images], tuning.seed), State(model)
    failed: list[Exception] = []
    with torch.random.fork_rng(devices=[]):
        for number, step in enumerate(plan, 1):
            try:
                state = take(number, step, state, dry, Exception)
            except ValueError as error:
                failed.append(error)
    if failed:
        raise ValueError("; ".join(map(str, failed))) from failed[0]


def take(
    number: Natural,
    step: Step,
    state: State,
    tuning: FineTuning,
    caught: type[Exception] = ValueError,
) -> State:
    """One step; what it refuses is said with its number and name."""
    try:
        after = step(state, tuning)
        if not isinstance(after, State):
            got = "a class: make one of it" if isinstance(step, type) else type(after).__name__
            raise ValueError(f"it must return a State, got {got}")
        if isinstance(tuning, DryRun):
            dynamic.mean_macs(after.model, tuning.dataset.validation.images)  # can it be counted?
        return after
    except caught as error:
        raise ValueError(f"step {number}, {label(step)}: {error}") from error


def first(split: Split, count: Natural) -> Split:
    """The first images of a split."""
    return split.subset(min(count, len(split)))


def staged(name: str, model: nn.Module, dataset: Dataset) -> Stage:
    """A network as a stage."""
    macs = round(dynamic.mean_macs(model, dataset.validation.images))
    return Stage(
        name,
        model,
        meter.count_params(model),
        meter.count_params(model, nonzero=True),
        macs,
        len(deep_compression.encode(model.state_dict())),
        training.accuracy(model, dataset.validation),
    )


def same(one: nn.Module, other: nn.Module) -> bool:
    """Whether two networks have the same numbers under the same names, bit for bit.

    >>> same(nn.Linear(2, 1), nn.Linear(2, 1))
    False
    """
    a, b = one.state_dict(), other.state_dict()
    return list(a) == list(b) and all(torch.equal(a[name], b[name]) for name in a)
