"""A network that the reader brings: looked at before an hour is spent on it.

Everything that would break a step later, or make its result worthless, is said here, in words, with
what to change.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from nc_teach import training
from nc_teach.budget import reach
from nc_teach.budget.stack import first, rehearse
from nc_teach.budget.state import FineTuning
from nc_teach.budget.steps import PruneWeights, RemoveUnits, Step, WeightSharing
from nc_teach.data import Dataset, Samples, Split
from nc_teach.dynamic import mean_macs
from nc_teach.pruning import prunable_weights
from nc_teach.storage.container import DTYPES
from nc_teach.training.checks import are_probabilities
from nc_teach.training.evaluate import evaluating, outputs_of

Pair = Split | tuple[Tensor, Tensor]
IMAGES = 200  # two batches
USUAL = (RemoveUnits(0.5, 1), PruneWeights(0.5, 3), WeightSharing(4, 1))


@dataclass(frozen=True)
class CheckedModel:
    """A network and its data that can be compressed, and what gives cause for thought."""

    model: nn.Module
    dataset: Dataset
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join([f"{type(self.model).__name__} on {self.dataset!r}", *self.notes])


def check_model(
    model: nn.Module,
    train: Pair,
    validation: Pair,
    test: Pair,
    *,
    classes: tuple[str, ...] | None = None,
    name: str = "yours",
    plan: Sequence[Step] = (),
) -> CheckedModel:
    """Check a network of yours and its data, and rehearse a plan with it.

    Raises ``ValueError`` when something cannot work: no module, no layer to compress, inputs or
    labels of another kind, outputs that are no logits for these classes, numbers that are not
    finite, an operator that the meter does not know, steps of the plan that fail. What gives cause
    for thought is in ``notes``.

    - ``model``: A trained classifier, whose outputs are logits N x classes; unchanged.
    - ``train``, ``validation``, ``test``: :class:`~nc_teach.data.Split`, or a pair (inputs, labels
      int64). Train on the first, choose by the second, report on the third. Inputs are images
      (float32 from 0 to 1, N x C x H x W); tables or series (float32, N x features or N x channels
      x length); or sequences of tokens (int64, N x length).
    - ``classes``: A name for each label; by default their numbers.
    - ``plan``: Steps that :func:`.fit` is to take. Each is taken on a copy, with an epoch of two
      batches, and all that fails is said. Without a plan one step of each usual kind is tried, and
      what it refuses is a note.
    """
    prunable_weights(model)  # raises when there is no layer, or a computed weight
    given = {"train": train, "validation": validation, "test": test}
    splits = {part: as_split(part, one) for part, one in given.items()}
    count = 1 + max(int(split.labels.max()) for split in splits.values())
    names = classes or tuple(map(str, range(count)))
    dataset = Dataset(name, "your own", classes=names, source="brought by you", **splits)
    check_numbers(model)
    check_outputs(model, dataset)
    mean_macs(model, first(dataset.validation, IMAGES).images)  # raises for what nobody can count
    said = [untaught(model, dataset), shared(dataset), *reach.notes(model)]
    tuning = FineTuning(dataset, training.predictions(model, first(dataset.train, IMAGES)))
    if plan:
        rehearse(model, tuning, plan, IMAGES)
    else:
        said += [refused(step, model, tuning) for step in USUAL]
    return CheckedModel(model, dataset, tuple(filter(None, said)))


def as_split(name: str, given: Pair) -> Split:
    """A split, whichever way it was given; an error names which one it is."""
    if isinstance(given, Split):
        return given
    pair = isinstance(given, tuple | list) and len(given) == 2
    if not pair or not all(isinstance(part, Tensor) for part in given):
        raise ValueError(
            f"{name} must be a Split or a pair of tensors (inputs, labels), got "
            f"{type(given).__name__}; from a DataLoader, torch.cat its batches first"
        )
    images = given[0].ndim == 4
    try:
        return Split(*given) if images else Samples(*given)
    except ValueError as error:
        hint = " (a network's normalisation belongs into it, as its first layer)"
        hint = hint if "from 0 to 1" in str(error) else ""
        raise ValueError(f"{name}: {error}{hint}") from error


def check_numbers(model: nn.Module) -> None:
    """Raise ``ValueError`` for a tensor that is not finite, or of a kind no file here can hold."""
    for name, tensor in model.state_dict().items():
        if str(tensor.dtype).removeprefix("torch.") not in DTYPES:
            raise ValueError(
                f"{name!r} of the model is {tensor.dtype}, which no file here can hold"
            )
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise ValueError(
                f"{name!r} of the model must be finite; was the training stopped late?"
            )


def check_outputs(model: nn.Module, dataset: Dataset) -> None:
    """Raise ``ValueError`` unless two inputs give two rows of finite logits, one per class."""
    images = dataset.train.images[:2]
    with evaluating(model):
        outputs = outputs_of(model, images, dataset.train.what)
    shape = tuple(outputs.shape)
    wanted = f"{len(images)} x at least {len(dataset.classes)} logits"
    if outputs.ndim != 2 or len(outputs) != len(images):
        raise ValueError(f"model must return {wanted}, got {shape}")
    if outputs.shape[1] < len(dataset.classes):
        raise ValueError(f"model must return {wanted}, one for each class, got {shape}")
    outputs = training.predictions(model, first(dataset.train, IMAGES))
    if not outputs.isfinite().all():
        raise ValueError("model must return finite logits, got some that are not")
    if are_probabilities(outputs):
        raise ValueError(
            "model must return logits, got probabilities (rows from 0 that sum to 1): leave the "
            "softmax at its end out; the loss takes it"
        )


def refused(step: Step, model: nn.Module, tuning: FineTuning) -> str:
    """A note when the step fails with this network."""
    try:
        rehearse(model, tuning, (step,), IMAGES)
    except ValueError as error:
        why = str(error).partition(": ")[2]
        return f"{type(step).__name__} cannot be a step for it: {why}."
    return ""


def untaught(model: nn.Module, dataset: Dataset) -> str:
    """A note when the network is hardly better than a guess."""
    try:
        right, chance = training.accuracy(model, dataset.validation), 1 / len(dataset.classes)
    except FloatingPointError as error:
        raise ValueError(f"model must return finite logits for validation: {error}") from error
    spread = math.sqrt(chance * (1 - chance) / len(dataset.validation))
    if right > chance + 3 * spread:
        return ""
    return (
        f"It reads {100 * right:.1f} % of the validation {dataset.train.what}, and guessing reads "
        f"{100 * chance:.1f} %: train it first, or its certificate will say nothing."
    )


def shared(dataset: Dataset) -> str:
    """A note when images of the test split were trained on."""
    seen = {hash(row) for row in rows(dataset.train)}
    count, what = sum(hash(row) in seen for row in rows(dataset.test)), dataset.test.what
    return (
        f"{count:,} of the {len(dataset.test):,} test {what} are training {what} too: accuracy on "
        "them is memory."
        if count
        else ""
    )


def rows(split: Split) -> list[bytes]:
    """Every image as bytes."""
    flat = split.images.detach().cpu().contiguous().flatten(1)
    return [row.numpy().tobytes() for row in flat]
