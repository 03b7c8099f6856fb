"""One training loop for the whole course.

Unlike the usual loop there is no loader that fetches image by image: the whole split is one tensor
in memory, and a batch is an index into it. The order of the images, dropout, and everything else
that is random come from ``seed``, so the same call gives the same network, bit for bit, on the
same machine with the same number of threads.
"""

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

from nc_teach.common.kinds import Count, Finite, Natural, Positive, Seed
from nc_teach.common.seeded import seeded
from nc_teach.common.still import still
from nc_teach.data import Dataset, Split
from nc_teach.training.best import Best
from nc_teach.training.checks import (
    are_finite,
    batches_of,
    check_batch_of_one,
    check_calls,
    check_numbers,
    check_outputs,
    odd_tensors,
    optimizer_for,
    trainable,
    why_not_finite,
)
from nc_teach.training.evaluate import (
    accuracy,
    as_input,
    check_data,
    device_of,
    preserve_modes,
)
from nc_teach.training.history import Epoch, History
from nc_teach.training.interrupt import StopRequest, deferred_interrupt
from nc_teach.training.settings import own_settings, restored

Loss = Callable[[Any, Tensor, Tensor], Tensor]  # of the network that it was made for


def cross_entropy(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
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
        Any module. The data follow it to its device and its dtype, so a model on a GPU is trained
        there.
    dataset
        Training data, and the validation data measured after every epoch. The test split is never
        looked at.
    epochs
        Passes over the training data, 0 or more.
    seed
        Fixes the order of the images and every random number inside the model (dropout).
    batch_size
        Images a step; the last batch of an epoch may be smaller. (A last image by itself joins the
        batch before it, if the network has batch normalisation.)
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
        For an argument out of range, a model with fewer outputs than the data have classes, or
        one that cannot be trained as it is (all frozen, float16, a batch of one image for batch
        normalisation).
    FloatingPointError
        When the loss or a gradient is no longer finite; it says what was not. The step that would
        have spread it is not taken.

    After any error, one that a function of yours raises too, the network is as it was before.
    """
    check_data("dataset", dataset, "train", "validation")
    check_numbers(epochs, batch_size, lr, patience)
    calls = {"schedule": schedule, "loss": loss, "after_step": after_step, "measure": measure}
    check_calls(**calls)
    parameters, device = trainable(model), device_of(model)
    with own_settings(device), preserve_modes(model), restored(model):
        with seeded(seed, device):
            if loss is cross_entropy:
                check_outputs(model, dataset)
            check_batch_of_one(model, dataset.train.images, batch_size)
            opt = optimizer_for(parameters.values(), optimizer, lr)
        count = len(batches_of(torch.arange(len(dataset.train)), batch_size, model))
        train, total = dataset.train.to(device), epochs * count
        steps = _Steps(model, parameters, train, loss, opt, schedule, after_step, total)
        history, best = History(), Best(patience)
        with (
            seeded(seed, device),
            deferred_interrupt() as stop,
            _bar(epochs, progress) as bar,
        ):
            order = torch.Generator("cpu").manual_seed(seed)
            for epoch in range(1, epochs + 1):
                started = time.perf_counter()
                places = torch.randperm(len(train), generator=order, device="cpu").to(device)
                train_loss = steps.run(batches_of(places, batch_size, model), stop)
                if steps.done == epoch * count:
                    score = measure(model, dataset.validation)
                    seconds = time.perf_counter() - started
                    history.epochs.append(Epoch(epoch, train_loss, score, seconds))
                    bar.set_postfix_str(f"validation {100 * score:.2f} %", refresh=False)
                    bar.update()
                if stop:
                    history.interrupted = True
                    done = f"in epoch {epoch}, after step {steps.done} in all"
                    history.note = f"stopped by you {done}"
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
    parameters: dict[str, nn.Parameter]
    train: Split
    loss: Loss
    opt: Optimizer
    schedule: Callable[[float], float] | None
    after_step: Callable[[nn.Module], object] | None
    total: int
    done: int = 0

    def __post_init__(self) -> None:
        self.rates = [group["lr"] for group in self.opt.param_groups]
        self.dtype = as_input(self.model, self.train.images[:1]).dtype

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
        images = images.to(self.dtype)
        loss = self.loss(self.model, images, self.train.labels[places])
        value = loss.item()
        if not math.isfinite(value):
            why = why_not_finite(self.model, images)
            raise FloatingPointError(f"the loss became {value} at step {self.done + 1}: {why}")
        for group in self.opt.param_groups:  # opt.zero_grad() takes ten times as long
            for parameter in group["params"]:
                parameter.grad = None
        loss.backward()
        if not are_finite([p.grad for p in self.parameters.values()]):
            odd = odd_tensors((name, p.grad) for name, p in self.parameters.items())
            raise FloatingPointError(
                f"the gradient of {odd} was not finite at step {self.done + 1}, though the loss "
                f"was {value:.4g}"
            )
        self.opt.step()
        if self.after_step is not None:
            self.after_step(self.model)
        self.done += 1
        return value


def _bar(epochs: int, progress: bool | None) -> tqdm:
    """A text bar on stdout (stderr would be red in a notebook), gone when the run is over."""
    hidden = still() if progress is None else not progress
    return tqdm(total=epochs, disable=hidden, unit="epoch", leave=False, file=sys.stdout)
