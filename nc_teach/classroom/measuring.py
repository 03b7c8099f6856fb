"""Measuring what a certificate says, of the file on disk and not of the network that was written.

:mod:`.verification` measures the same again, with the network's class and the held-out images.
"""

from __future__ import annotations

import hashlib
import platform
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from .certificate import Certificate

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.budget import Budget, Stack
    from nc_teach.data import Split
    from nc_teach.meter import Latency

REPEATS = 5  # timed runs of each image
TIMED = 60  # held-out images, one by one


@dataclass(frozen=True)
class Numbers:
    """Of one network on a split: parameters, MACs of an average image, images it reads right."""

    params: int
    macs: int
    right: int


def certify(
    stack: Stack, path: str | Path, budget: Budget, *, title: str, repeats: int = REPEATS
) -> Certificate:
    """Write the last network of `stack` to `path`, read it back, and measure what was read.

    Parameters
    ----------
    stack
        What `nc_teach.budget.fit` returned.
    path
        Of the file; one that is there is replaced.
    budget
        What it may cost.
    title
        Whose it is, in a few words.
    repeats
        Timed runs of each network on each of the first held-out images, in turn: batch 1, one
        thread.

    Returns
    -------
    Certificate
        Whether the budget is met or not: it says which.
    """
    from nc_teach import meter
    from nc_teach.budget import load_into

    stack.save(path)
    loaded, test = load_into(stack.last, path), stack.dataset.test
    before, now = numbers_of(stack.first, test), numbers_of(loaded, test)
    times_before, times_now = timed(stack.first, loaded, test, repeats)
    return Certificate(
        title=title,
        network=type(stack.first).__name__,
        file=Path(path).name,
        sha256=sha256_of(path),
        stored_bytes=Path(path).stat().st_size,
        params=now.params,
        nonzero_params=meter.count_params(loaded, nonzero=True),
        macs=now.macs,
        latency=asdict(times_now),
        right=now.right,
        images=len(test),
        before={
            "params": before.params,
            "macs": before.macs,
            "stored_bytes": stack.stages[0].stored_bytes,
            "latency": asdict(times_before),
            "accuracy": before.right / len(test),
        },
        data={
            "name": stack.dataset.name,
            "scale": stack.dataset.scale,
            "split": "test",
            "sha256": sha256_of_split(test),
        },
        budget=asdict(budget),
        plan=stack.names[1:],
        machine=_machine(),
        day=date.today().isoformat(),
    )


def numbers_of(model: nn.Module, split: Split) -> Numbers:
    """What is counted of a network."""
    from nc_teach import dynamic, meter, training

    right = training.predictions(model, split).argmax(dim=1) == split.labels.cpu()
    macs = round(dynamic.mean_macs(model, split.images))
    return Numbers(meter.count_params(model), macs, int(right.sum()))


def timed(
    first: nn.Module, last: nn.Module, split: Split, repeats: int = REPEATS
) -> tuple[Latency, Latency]:
    """The latencies of two networks, in turn, over the split's first images."""
    from nc_teach import meter

    models = {"first": first, "last": last}
    found = meter.mean_latencies(models, split.images[:TIMED], repeats=repeats)
    return found["first"], found["last"]


def sha256_of(path: str | Path) -> str:
    """Of a file, as 64 hexadecimal digits."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def sha256_of_split(split: Split) -> str:
    """Of the images and labels, so that the same held-out images can be known again."""
    sha = hashlib.sha256()
    for tensor in (split.images, split.labels):
        sha.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return sha.hexdigest()


def _machine() -> str:
    import torch

    return f"{platform.system()} {platform.machine()}, torch {torch.__version__.split('+')[0]}"
