"""How fast is a network? Measured so that the answer can be trusted.

Warm-up first; several variants in turn, so that a machine that slows down slows all of them, each
turn in a newly drawn order, so that none always runs after the same one and finds what that left in
the processor's caches; a fixed number of threads; the median, and the quartiles as the spread.
Which of two is faster is asked of the pairs: :mod:`nc_teach.meter.speedup`.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Natural, NotNegative
from nc_teach.meter.speedup import Speedup, paired_speedup
from nc_teach.training.evaluate import device_of, evaluating


@dataclass(frozen=True)
class Latency:
    """Time of one forward pass, in milliseconds: the median and the two quartiles.

    Over several ``images`` (:func:`mean_latencies`) all three are the means of each input's own.

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


@dataclass(frozen=True)
class Latencies(Mapping[str, Latency]):
    """The times of several models that ran in turn: by name a :class:`Latency`.

    ``ms[name]`` is repeats x inputs, in milliseconds; the same row and column are of one pair.
    """

    ms: Mapping[str, np.ndarray]
    batch_size: Count
    threads: Count

    def __getitem__(self, name: str) -> Latency:
        ms = self.ms[name]
        lower, median, upper = np.percentile(ms, [25, 50, 75], axis=0).mean(axis=1).tolist()
        return Latency(median, lower, upper, self.batch_size, self.threads, *ms.shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self.ms)

    def __len__(self) -> int:
        return len(self.ms)

    def speedup(self, name: str, than: str) -> Speedup:
        """How many times as fast as ``than`` the model ``name`` is, over all inputs together."""
        return paired_speedup(self.ms[than].sum(axis=1), self.ms[name].sum(axis=1))


def latency(
    model: nn.Module,
    batch: Tensor,
    *,
    repeats: Count = 100,
    warm_up: Natural = 10,
    threads: Count = 1,
) -> Latency:
    """Time of ``model(batch)`` in evaluation mode, without gradients. See :func:`latencies`."""
    return latencies({"": model}, batch, repeats=repeats, warm_up=warm_up, threads=threads)[""]


def latencies(
    models: Mapping[str, nn.Module],
    batch: Tensor,
    *,
    repeats: Count = 100,
    warm_up: Natural = 10,
    threads: Count = 1,
) -> Latencies:
    """Time several models on the same ``batch``, one run of each in turn, in a drawn order.

    The first size of ``batch`` is the batch size; it is copied to each model's device beforehand.
    ``warm_up`` runs that do not count come before the ``repeats`` that do. torch may use
    ``threads`` CPU threads meanwhile; the number from before is restored. Raises ``ValueError`` for
    no models, an empty batch, or a number out of range.

    >>> found = latencies({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)}, torch.zeros(1, 2))
    >>> found["a"].repeats, found.speedup("a", than="b").verdict
    (100, 'undecided')
    """
    if batch.numel() == 0:
        raise ValueError(f"batch must hold at least one input, got shape {tuple(batch.shape)}")
    return _in_turn(models, [batch], repeats, warm_up, threads)


def mean_latencies(
    models: Mapping[str, nn.Module],
    images: Tensor,
    *,
    batch_size: Count = 1,
    repeats: Count = 20,
    warm_up: Natural = 1,
    threads: Count = 1,
) -> Latencies:
    """Time several models on many ``images``, one by one, the models in turn on each of them.

    Unlike :func:`latencies`, which repeats one input, this tells the time of a network that
    computes more for one image than for another: of each image the median of its ``repeats``, and
    then the mean over the images, because what all of them take is the sum. A network that computes
    the same for every image has the same latency by both. With a ``batch_size`` the images go
    through in batches, and the times are those of a batch.

    Raises ``ValueError`` for no models, no images, or a number out of range.

    >>> time = mean_latencies({"net": nn.Linear(2, 1)}, torch.zeros(3, 2), repeats=4)["net"]
    >>> time.images, time.repeats, time.batch_size
    (3, 4, 1)
    """
    if not len(images):
        raise ValueError("images must be at least one, got none")
    return _in_turn(models, images.split(batch_size), repeats, warm_up, threads)


def _in_turn(
    models: Mapping[str, nn.Module],
    batches: Sequence[Tensor],
    repeats: int,
    warm_up: int,
    threads: int,
) -> Latencies:
    """Go through all ``batches`` once for every repeat; on each the models in a drawn order."""
    if not models:
        raise ValueError("models must name at least one model, got none")
    ms = {name: np.empty((warm_up + repeats, len(batches))) for name in models}
    inputs = {name: [b.to(device_of(model)) for b in batches] for name, model in models.items()}
    order = random.Random()  # its own: nobody else's random numbers move
    with _thread_count(threads):
        for run, place in np.ndindex(warm_up + repeats, len(batches)):
            for name in order.sample(list(models), len(models)):
                ms[name][run, place] = 1000 * _time_once(models[name], inputs[name][place])
    counted = {name: times[warm_up:] for name, times in ms.items()}
    return Latencies(counted, len(batches[0]), threads)


def _time_once(model: nn.Module, batch: Tensor) -> float:
    with evaluating(model):
        _wait_for(batch)
        started = time.perf_counter()
        model(batch)
        _wait_for(batch)
        return time.perf_counter() - started


def _wait_for(batch: Tensor) -> None:
    """A GPU, CUDA's or Apple's, returns before it has finished: wait until it has."""
    if batch.device.type != "cpu":
        torch.accelerator.synchronize(batch.device)


@contextmanager
def _thread_count(threads: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
