"""Certificates made and verified: a network's file is read and measured, and measured again.

What is measured is the file on disk, not the network that was written. Of what is found again,
bytes, counts and the checksum must be the same. Accuracy may differ by a few images, because
another processor adds in another order. A time is compared with that of the full-sized network,
here and now.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nc_teach.table import Table

from .certificate import Certificate, load_certificate

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.budget import Budget, Stack
    from nc_teach.data import Split

REPEATS = 5  # timed runs of each image
TIMED = 60  # held-out images, one by one
POINTS = 0.001  # by which an accuracy may differ on another machine
SETS = ("mnist", "fashion", "digits")
Line = tuple[str, str, str, bool]  # what it is, what is said of it, what was found, do they agree


def certify(
    stack: Stack, path: str | Path, budget: Budget, *, title: str, repeats: int = REPEATS
) -> Certificate:
    """Write the last network of `stack` to `path`, read it back, and measure what was read.

    `stack` is what `nc_teach.budget.fit` returned, and `title` says whose it is, in a few words. A
    file that is at `path` is replaced. Both networks are timed on each of the first held-out images
    `repeats` times, in turn: batch 1, one thread. The certificate says which limits are met.
    """
    import torch

    stack.save(path)
    data, test = stack.dataset, stack.dataset.test
    found = measured(stack.last, path, test, first=stack.first, repeats=repeats)
    before = counted(stack.first, test)
    found["before"] = {
        "params": before["params"],
        "macs": before["macs"],
        "stored_bytes": stack.stages[0].stored_bytes,
        **found["before"],
        "accuracy": before["right"] / len(test),
    }
    found["data"] = {"name": data.name, "scale": data.scale, "split": "test", **found["data"]}
    torch_version = torch.__version__.split("+")[0]
    return Certificate(
        title=title,
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

    `form` is a network of the class that the file is of; `first` is the one to be faster than.
    """
    from nc_teach import meter
    from nc_teach.budget import load_into

    content, loaded = Path(path).read_bytes(), load_into(form, path)
    models = {"before": first, "now": loaded}
    times = meter.mean_latencies(models, held_out.images[:TIMED], repeats=repeats)
    return {
        **counted(loaded, held_out),
        "sha256": sha256(content).hexdigest(),
        "stored_bytes": len(content),
        "nonzero_params": meter.count_params(loaded, nonzero=True),
        "images": len(held_out),
        "latency": asdict(times["now"]),
        "before": {"latency": asdict(times["before"])},
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


class Verification(Table):
    """A row for each thing: what the certificate says, what was found now, whether that agrees."""

    @property
    def holds(self) -> bool:
        """Whether every line agrees."""
        return all(agrees == "yes" for *_, agrees in self.rows)


def verify(path: str | Path, form: nn.Module, held_out: Split) -> Verification:
    """Measure again what the certificate at `path` says of the network's file beside it.

    `path` is that of its JSON, and `held_out` are the images on which accuracy was measured. `form`
    is a full-sized network of the class that the file is of, trained or not: it gives the form, the
    file the sizes and the numbers. It is also the one to be faster than.

    Raises ``ValueError`` when the certificate or the file cannot be read, or the file is of another
    class.
    """
    said = load_certificate(path)
    file = Path(path).with_name(said.file)
    if not file.is_file():
        raise ValueError(f"{path} is about {said.file}, which is not beside it")
    found = measured(form, file, held_out, first=form)
    found |= {part: getattr(said, part) | found[part] for part in ("before", "data")}
    lines = tuple(_lines(said, replace(said, **found)))
    holds = all(agrees for *_, agrees in lines)
    return Verification(
        ("what", "certificate", "measured again", "agrees"),
        tuple((*words, "yes" if agrees else "NO") for *words, agrees in lines),
        (f"The certificate {'holds' if holds else 'does not hold'}.",),
    )


def _lines(said: Certificate, now: Certificate) -> Iterator[Line]:
    yield _same("file", said.sha256, now.sha256)
    yield _same("bytes", said.stored_bytes, now.stored_bytes)
    yield _same("held-out images", said.data["sha256"], now.data["sha256"])
    yield _same("parameters", said.params, now.params)
    yield _same("MACs", said.macs, now.macs)
    then, found = (f"{100 * one.accuracy:.2f} %" for one in (said, now))
    close = abs(now.accuracy - said.accuracy) <= POINTS + 1e-9
    yield "accuracy", then, found, close
    wanted = said.budget["times_faster"]
    claimed = f"{said.times_faster:.2f} (budget {wanted:g})"
    as_fast = both_meet_or_miss(now.times_faster, said.times_faster, wanted)
    yield "times as fast", claimed, f"{now.times_faster:.2f}", as_fast


def both_meet_or_miss(now: float, then: float, wanted: float) -> bool:
    """Whether the certificate's word on the latency, met or not, is true here as well."""
    return (now >= wanted) == (then >= wanted)


def _same(what: str, said: str | int, found: str | int) -> Line:
    says, now = (f"{x:,}" if isinstance(x, int) else f"{x[:16]}..." for x in (said, found))
    return what, says, now, said == found


def run_command(path: str | Path) -> int:
    """``nc-teach verify``: rebuild the network and the images by their names in the course.

    Returns 0 if the certificate holds, 1 if not. Raises ``ValueError`` for a network or data of the
    reader's own; the message says how to verify those.
    """
    import torch

    from nc_teach import data, models

    said = load_certificate(path)
    names = {"network": (said.network, models.__all__), "data": (said.data["name"], SETS)}
    for what, (name, known) in names.items():
        if name not in known:
            how = "classroom.verify(PATH, NETWORK, IMAGES) in Python, with your own"
            raise ValueError(f"the {what} {name!r} is none of the course's; use {how}")
    dataset = data.load(said.data["name"], said.data["scale"])
    form: nn.Module = getattr(models, said.network)(num_classes=len(dataset.classes))
    torch.set_num_threads(1)
    found = verify(path, form, dataset.test)
    print(said.text(), found, sep="\n\n")
    return 0 if found.holds else 1
