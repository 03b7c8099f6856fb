"""Certificates made: a network's file is written, read again and measured.

What is measured is the file on disk, not the network that was written.
"""

from __future__ import annotations

import platform
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nc_teach.common.foreign import one_line

from .certificate import Certificate

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.budget import Budget, Stack
    from nc_teach.data import Split

REPEATS = 100  # timed runs of each image
FEWEST = 15  # of them that have an interval
TIMED = 60  # held-out images, one by one


def certify(
    stack: Stack, path: str | Path, budget: Budget, *, title: str, repeats: int = REPEATS
) -> Certificate:
    """Write the last network of `stack` to `path`, read it back, and measure what was read.

    `stack` is what `nc_teach.budget.fit` returned, and `title` says whose it is, in a few words. A
    file that is at `path` is replaced. Both networks are timed on each of the first held-out images
    `repeats` times, in turn: batch 1, one thread. The certificate says which limits are met.
    """
    import torch

    if repeats < FEWEST:
        raise ValueError(f"repeats must be at least {FEWEST}, or no time is known, got {repeats!r}")
    stack.save(path)
    data, test = stack.dataset, stack.dataset.test
    found = measured(stack.last, path, test, first=stack.first, repeats=repeats)
    found["data"] = {"name": data.name, "scale": data.scale, "split": "test", **found["data"]}
    torch_version = torch.__version__.split("+")[0]
    return Certificate(
        title=one_line(title),
        network=type(stack.first).__name__,
        file=Path(path).name,
        budget=asdict(budget),
        plan=stack.names[1:],
        machine=f"{platform.system()} {platform.machine()}, torch {torch_version}",
        day=date.today().isoformat(),
        **found,
    )


def measured(
    form: nn.Module, path: str | Path, held_out: Split, *, first: nn.Module, repeats: int = REPEATS
) -> dict[str, Any]:
    """What anybody can measure of a network's file: those fields of a certificate.

    `form` is a network of the class that the file is of; `first` is the one that one began with.
    """
    from nc_teach import meter
    from nc_teach.budget import load_into
    from nc_teach.quantization import deep_compression

    content, loaded = Path(path).read_bytes(), load_into(form, path)
    models = {"before": first, "now": loaded}
    times = meter.mean_latencies(models, held_out.images[:TIMED], repeats=repeats)
    before = counted(first, held_out)
    return {
        **counted(loaded, held_out),
        "sha256": sha256(content).hexdigest(),
        "stored_bytes": len(content),
        "nonzero_params": meter.count_params(loaded, nonzero=True),
        "images": len(held_out),
        "latency": asdict(times["now"]),
        "speedup": asdict(times.speedup("now", than="before")),
        "before": {
            "accuracy": before.pop("right") / len(held_out),
            "stored_bytes": len(deep_compression.encode(first.state_dict())),
            "latency": asdict(times["before"]),
            **before,
        },
        "data": {"sha256": sha256_of_split(held_out)},
    }


def counted(model: nn.Module, split: Split) -> dict[str, int]:
    """Parameters of a network, MACs of an average image, and how many images it reads right."""
    from nc_teach import dynamic, meter, training

    right = training.predictions(model, split).argmax(dim=1) == split.labels.cpu()
    macs = round(dynamic.mean_macs(model, split.images))
    return {"params": meter.count_params(model), "macs": macs, "right": int(right.sum())}


def sha256_of_split(split: Split) -> str:
    """Of the images and labels, so that the same held-out images can be known again."""
    tensors = (split.images, split.labels)
    parts = [tensor.detach().cpu().contiguous().numpy().tobytes() for tensor in tensors]
    return sha256(b"".join(parts)).hexdigest()
