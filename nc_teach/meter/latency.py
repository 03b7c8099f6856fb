"""How fast is a network? Measured so that the answer can be trusted.

Warm-up first; several variants in turn, so that a machine that slows down slows all of them, each
turn in a newly drawn order, so that none always runs after the same one and finds what that left in
the processor's caches; a fixed number of threads; the median, and the quartiles as the spread.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from nc_teach.common.kinds import Count, Floats, Natural, NotNegative
from nc_teach.training.evaluate import device_of, evaluating


@dataclass(frozen=True)
class Latency:
    """Time of one forward pass, in milliseconds: the median and the two quartiles.

    Over several ``images`` (:func:`mean_latencies`) all three are the means of each image's own.

    >>> print(Latency(median=0.5, lower=0.45, upper=0.6, batch_size=1, threads=1, repeats=100))
    0.500 ms (half of 100 runs between 0.450 and 0.600; batch 1, 1 thread)
    """

    median: NotNegative
    lower: NotNegative
    upper: NotNegative
    batch_size: Count
    threads: Count
    repeats: Count
    images: Natural = 1

    def __str__(self) -> str:
        mean = f"mean of {self.images} images, of each " if self.images > 1 else ""
        return (
            f"{self.median:.3f} ms ({mean}half of {self.repeats} runs between {self.lower:.3f} and "
            f"{self.upper:.3f}; batch {self.batch_size}, {self.threads} thread"
            f"{'s' * (self.threads > 1)})"
        )


def latency(
    model: nn.Module,
    batch: Floats,
    *,
    repeats: Count = 100,
    warm_up: Natural = 10,
    threads: Count = 1,
) -> Latency:
    """Time of ``model(batch)`` in evaluation mode, without gradients. See :func:`latencies`."""
    return latencies({"": model}, batch, repeats=repeats, warm_up=warm_up, threads=threads)[""]


def latencies(
    models: Mapping[str, nn.Module],
    batch: Floats,
    *,
    repeats: Count = 100,
    warm_up: Natural = 10,
    threads: Count = 1,
) -> dict[str, Latency]:
    """Time several models on the same ``batch``, one run of each in turn, in a drawn order.

    The first size of ``batch`` is the batch size; it is copied to each model's device beforehand.
    ``warm_up`` runs that do not count come before the ``repeats`` that do. torch may use
    ``threads`` CPU threads meanwhile; the number from before is restored. Raises ``ValueError`` for
    no models, an empty batch, or a number out of range.
    """
    if not models:
        raise ValueError("models must name at least one model, got none")
    if batch.numel() == 0:
        raise ValueError(f"batch must hold at least one input, got shape {tuple(batch.shape)}")
    times: dict[str, list[float]] = {name: [] for name in models}
    inputs = {name: batch.to(device_of(model)) for name, model in models.items()}
    order = random.Random()  # its own: nobody else's random numbers move
    with _thread_count(threads):
        for run in range(-warm_up, repeats):
            for name in order.sample(list(models), len(models)):
                seconds = _time_once(models[name], inputs[name])
                if run >= 0:
                    times[name].append(1000 * seconds)
    return {name: _summary(values, len(batch), threads) for name, values in times.items()}


def mean_latencies(
    models: Mapping[str, nn.Module],
    images: Floats,
    *,
    repeats: Count = 5,
    warm_up: Natural = 1,
    threads: Count = 1,
) -> dict[str, Latency]:
    """Time several models on many ``images``, one by one, the models in turn on each of them.

    Unlike :func:`latencies`, which repeats one input, this tells the time of a network that
    computes more for one image than for another: of each image the median of its ``repeats``, and
    then the mean over the images, because what all of them take is the sum. A network that computes
    the same for every image has the same latency by both.

    Raises ``ValueError`` for no models, no images, or a number out of range.

    >>> time = mean_latencies({"net": nn.Linear(2, 1)}, torch.zeros(3, 2), repeats=4)["net"]
    >>> time.images, time.repeats, time.batch_size
    (3, 4, 1)
    """
    if not len(images):
        raise ValueError("images must be at least one, got none")
    options = {"repeats": repeats, "warm_up": warm_up, "threads": threads}
    each = [latencies(models, image, **options) for image in images.split(1)]
    return {name: _mean([times[name] for times in each]) for name in models}


def _mean(times: Sequence[Latency]) -> Latency:
    median, lower, upper = np.mean([(t.median, t.lower, t.upper) for t in times], axis=0).tolist()
    return replace(times[0], median=median, lower=lower, upper=upper, images=len(times))


def _time_once(model: nn.Module, batch: Floats) -> float:
    with evaluating(model):
        _wait_for(batch)
        started = time.perf_counter()
        model(batch)
        _wait_for(batch)
        return time.perf_counter() - started


def _wait_for(batch: Floats) -> None:
    """A GPU returns before it has finished: wait until it has."""
    if batch.is_cuda:
        torch.cuda.synchronize(batch.device)


def _summary(milliseconds: list[float], batch_size: int, threads: int) -> Latency:
    lower, median, upper = np.percentile(milliseconds, [25, 50, 75]).tolist()
    return Latency(median, lower, upper, batch_size, threads, len(milliseconds))


@contextmanager
def _thread_count(threads: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
