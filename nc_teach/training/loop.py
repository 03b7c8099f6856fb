"""One training loop for the whole course.

Unlike the usual loop there is no loader that fetches image by image: the whole split is one tensor
in memory, and a batch is an index into it. The order of the images, dropout, and everything else
that is random come from ``seed``, so the same call gives the same network, bit for bit, on the
same machine with the same number of threads.
"""

import copy
import math
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer
from tqdm.std import tqdm

from nc_teach.common.kinds import Count, Finite, Floats, Labels, Natural, Positive, Seed
from nc_teach.common.still import still
from nc_teach.data import Dataset, Split
from nc_teach.training.adam import adam
from nc_teach.training.evaluate import accuracy, device_of, evaluating, preserve_modes
from nc_teach.training.history import Epoch, History
from nc_teach.training.interrupt import StopRequest, deferred_interrupt

Loss = Callable[[Any, Tensor, Tensor], Tensor]  # of the network that it was made for


def cross_entropy(model: nn.Module, images: Floats, labels: Labels) -> Tensor:
    """Mean cross-entropy of ``model(images)`` against ``labels``: a scalar, in nats."""
    return F.cross_entropy(model(images), labels)


def cosine(progress: Finite) -> float:
    """Learning-rate factor (1 + cos(pi progress)) / 2: 1 at the start, 0 at the end.

    >>> [round(cosine(p), 3) for p in (0.0, 0.5, 1.0)]
    [1.0, 0.5, 0.0]
    """
    return (1 + math.cos(math.pi * progress)) / 2


def fit(
    model: nn.Module,
    dataset: Dataset,
    *,
    epochs: Natural,
    seed: Seed = 0,
    batch_size: Count = 100,
    lr: Positive = 1.2e-3,
    optimizer: Callable[[Iterable[nn.Parameter]], Optimizer] | None = None,
    schedule: Callable[[float], float] | None = None,
    loss: Loss = cross_entropy,
    after_step: Callable[[nn.Module], object] | None = None,
    patience: Count | None = None,
    measure: Callable[[nn.Module, Split], float] = accuracy,
    progress: bool | None = None,
) -> History:
    """Train ``model`` in place on ``dataset.train`` and return what happened, epoch by epoch.

    Parameters
    ----------
    model
        Any module. The data follow it to its device, so a model on a GPU is trained there.
    dataset
        Training data, and the validation data measured after every epoch. The test split is never
        looked at.
    epochs
        Passes over the training data, 0 or more.
    seed
        Fixes the order of the images and every random number inside the model (dropout).
    batch_size
        Images a step; the last batch of an epoch may be smaller.
    lr
        Learning rate of Adam, the optimizer when no other is given.
    optimizer
        Makes another one from the parameters: ``partial(torch.optim.SGD, lr=0.1, momentum=0.9)``.
        Only parameters that require a gradient are handed to it.
    schedule
        Factor on the learning rate as a function of progress in [0, 1), for example
        :func:`cosine`. Default: constant.
    loss
        ``(model, images, labels) -> scalar tensor``. Default: :func:`cross_entropy`.
    after_step
        Called with the model after every update. Masks are put back here.
    patience
        Stop when validation has not improved for this many epochs, and end with the weights of
        the best one. Default: train to the end and keep the last weights.
    measure
        ``(model, split) -> float``, higher = better. Default: accuracy.
    progress
        Show a progress bar. Default: yes, except in still mode (``NC_TEACH_STILL=1``).

    Returns
    -------
    History
        Also after Ctrl-C or the stop button: then the model is what the last whole step left,
        ``history.interrupted`` is true and ``history.note`` says where it stopped.

    Raises
    ------
    ValueError
        For an argument out of range, or a model with fewer outputs than the data have classes;
        nothing has changed then.
    FloatingPointError
        When the loss is no longer finite. The step that would have spread it is not taken.
    """
    _check(model, dataset, loss)
    device = device_of(model)
    trainable = [p for p in model.parameters() if p.requires_grad]
    opt = optimizer(trainable) if optimizer else adam(trainable, lr)
    count = math.ceil(len(dataset.train) / batch_size)
    steps = _Steps(model, dataset.train.to(device), loss, opt, schedule, after_step, epochs * count)
    history, best = History(), _Best(patience)
    with (
        torch.random.fork_rng(devices=[device] if device.type == "cuda" else []),
        preserve_modes(model),
        deferred_interrupt() as stop,
        _bar(epochs, progress) as bar,
    ):
        torch.manual_seed(seed)
        order = torch.Generator().manual_seed(seed)
        for epoch in range(1, epochs + 1):
            started = time.perf_counter()
            places = torch.randperm(len(dataset.train), generator=order).to(device)
            train_loss = steps.run(places.split(batch_size), stop)
            if steps.done == epoch * count:
                score = measure(model, dataset.validation)
                seconds = time.perf_counter() - started
                history.epochs.append(Epoch(epoch, train_loss, score, seconds))
                bar.set_postfix_str(f"validation {100 * score:.2f} %", refresh=False)
                bar.update()
            if stop:
                history.interrupted = True
                history.note = f"stopped by you in epoch {epoch}, after step {steps.done} in all"
                return history
            if best.is_long_ago(history, model):
                history.note = f"stopped early: nothing better since epoch {history.best_epoch}"
                break
        best.restore(model)
    return history


@dataclass
class _Steps:
    """The steps of one run: how one is taken, and how many have been."""

    model: nn.Module
    train: Split
    loss: Loss
    opt: Optimizer
    schedule: Callable[[float], float] | None
    after_step: Callable[[nn.Module], object] | None
    total: int
    done: int = 0

    def __post_init__(self) -> None:
        self.rates = [group["lr"] for group in self.opt.param_groups]

    def run(self, batches: Sequence[Tensor], stop: StopRequest) -> float:
        """A step for every batch, until the reader stops; the mean loss."""
        self.model.train()
        sum_of_losses, images = 0.0, 0
        for places in batches:
            if stop:
                break
            sum_of_losses += self.take(places) * len(places)
            images += len(places)
        return sum_of_losses / max(images, 1)

    def take(self, places: Tensor) -> float:
        """One step on the images at ``places``; their loss before it."""
        if self.schedule is not None:
            for group, rate in zip(self.opt.param_groups, self.rates, strict=True):
                group["lr"] = rate * self.schedule(self.done / self.total)
        images = self.train.images.index_select(0, places)  # three times as fast as [places]
        loss = self.loss(self.model, images, self.train.labels[places])
        value = loss.item()
        if not math.isfinite(value):
            raise FloatingPointError(
                f"the loss became {value} at step {self.done + 1}: the learning rate "
                f"{self.opt.param_groups[0]['lr']:g} is probably too large"
            )
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        self.opt.step()
        if self.after_step is not None:
            self.after_step(self.model)
        self.done += 1
        return value


@dataclass
class _Best:
    """The weights of the best epoch so far; keeps nothing when there is no patience to run out."""

    patience: int | None
    state: dict[str, Tensor] | None = None

    def is_long_ago(self, history: History, model: nn.Module) -> bool:
        """Whether the best epoch is ``patience`` epochs ago; if it is the last one, keep it."""
        if self.patience is None:
            return False
        if history.best_epoch == len(history):
            self.state = copy.deepcopy(model.state_dict())
        return len(history) - history.best_epoch >= self.patience

    def restore(self, model: nn.Module) -> None:
        if self.state is not None:
            model.load_state_dict(self.state)


def _bar(epochs: int, progress: bool | None) -> tqdm:
    """A text bar on stdout (stderr would be red in a notebook), gone when the run is over."""
    hidden = still() if progress is None else not progress
    return tqdm(total=epochs, disable=hidden, unit="epoch", leave=False, file=sys.stdout)


def _check(model: nn.Module, dataset: Dataset, loss: Loss) -> None:
    if loss is cross_entropy:
        with evaluating(model):
            outputs = model(dataset.train.images[:1].to(device_of(model))).shape[-1]
        if outputs < len(dataset.classes):
            classes = f"{dataset.name} has {len(dataset.classes)} classes"
            raise ValueError(f"model has {outputs} outputs, but {classes}")
