"""A certificate: what was measured of one network's file, so that anyone can measure it again.

Everything in it is read back from the file on disk, not from the network that was written. It holds
numbers and words only; to verify it, bring the network's class and the held-out images, and nothing
is unpickled.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nc_teach import __version__

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.budget import Budget, Limit, Stack
    from nc_teach.data import Split

VERSION = 1
TIMED = 60  # held-out images, one by one


@dataclass(frozen=True)
class Certificate:
    """What was measured. Bytes are bytes, accuracy is in [0, 1], times are in milliseconds.

    ``before`` has the same four numbers of the network that one began with. MACs and ``latency``
    are those of an average image: a network may leave early. The latency is the mean over images of
    each one's median and quartiles, with batch, threads and repeats, as the meter gives them.
    """

    title: str
    network: str
    file: str
    sha256: str
    stored_bytes: int
    params: int
    nonzero_params: int
    macs: int
    latency: dict[str, float]
    right: int
    images: int
    before: dict[str, Any]
    data: dict[str, str]
    budget: dict[str, float]
    plan: tuple[str, ...]
    machine: str
    day: str
    made_by: str = f"nc_teach {__version__}"
    version: int = VERSION

    @property
    def accuracy(self) -> float:
        """Share of the held-out images that are read right, in [0, 1]."""
        return self.right / self.images

    def limits(self) -> tuple[Limit, ...]:
        """The account: what the budget allows, what was measured, whether that is enough."""
        from nc_teach.budget import Budget

        return Budget(**self.budget).limits(
            self.stored_bytes, self.latency["median"], self.before["latency"]["median"],
            self.accuracy, self.before["accuracy"],
        )  # fmt: skip

    @property
    def met(self) -> bool:
        """Whether every limit is kept."""
        return all(limit.met for limit in self.limits())

    def text(self) -> str:
        """All of it in words, for a terminal, a screen reader, and print."""
        before, data = self.before, self.data
        lines = [
            f"CERTIFICATE: {self.title}",
            f"{self.network}, {self.params:,} parameters ({self.nonzero_params:,} not zero), "
            f"{self.macs:,} MACs; before: {before['params']:,} parameters, {before['macs']:,} MACs",
            f"by: {'; then '.join(self.plan)}",
            f"file {self.file}: {self.stored_bytes:,} bytes, sha256 {self.sha256}",
            f"latency {_time(self.latency)}; before: {before['latency']['median']:.3f} ms",
            f"accuracy {100 * self.accuracy:.2f} % ({self.right:,} of {self.images:,} images of "
            f"{data['name']}, {data['split']} split); before: {100 * before['accuracy']:.2f} %",
            "",
            *(
                f"[{'met' if x.met else 'NOT MET'}] {x.what}: {x.measured}; allowed: {x.allowed}"
                for x in self.limits()
            ),
            "",
            f"Budget {'met' if self.met else 'not met'}. {self.day}, {self.machine}, "
            f"{self.made_by}.",
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.text()

    def picture(self) -> Any:
        """The account as a picture, with :meth:`text` as its alternative."""
        from .certificate_drawing import picture

        return picture(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Any:
        return self.picture()._repr_mimebundle_()

    def save(self, folder: str | Path = ".") -> list[Path]:
        """Write it as JSON, text and picture beside the network's file; return the three paths."""
        from nc_teach.storage import write_whole

        stem = Path(folder) / Path(self.file).stem
        parts = {
            ".certificate.json": (json.dumps(asdict(self), indent=1) + "\n").encode(),
            ".certificate.txt": (self.text() + "\n").encode(),
            ".certificate.png": self.picture().png,
        }
        for end, content in parts.items():
            write_whole(stem.with_suffix(end), content)
        return [stem.with_suffix(end) for end in parts]


def certify(
    stack: Stack, path: str | Path, budget: Budget, *, title: str, repeats: int = 5
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
    from nc_teach.budget import load_into

    stack.save(path)
    return measure(load_into(stack.last, path), path, stack, budget, title, repeats)


def measure(
    loaded: nn.Module, path: str | Path, stack: Stack, budget: Budget, title: str, repeats: int
) -> Certificate:
    """The certificate of a network that was read from `path`."""
    from nc_teach import meter

    test = stack.dataset.test
    models = {"before": stack.first, "now": loaded}
    times = meter.mean_latencies(models, test.images[:TIMED], repeats=repeats)
    now = numbers_of(loaded, test)
    first = numbers_of(stack.first, test)
    return Certificate(
        title, type(stack.first).__name__, Path(path).name, sha256_of(path),
        Path(path).stat().st_size, now["params"], meter.count_params(loaded, nonzero=True),
        now["macs"], asdict(times["now"]), now["right"], len(test),
        {
            "params": first["params"], "macs": first["macs"],
            "stored_bytes": stack.stages[0].stored_bytes,
            "latency": asdict(times["before"]), "accuracy": first["right"] / len(test),
        },
        {"name": stack.dataset.name, "scale": stack.dataset.scale, "split": "test",
         "sha256": sha256_of_split(test)},
        asdict(budget), stack.names[1:], _machine(), date.today().isoformat(),
    )  # fmt: skip


def numbers_of(model: nn.Module, split: Split) -> dict[str, int]:
    """Parameters, MACs of an average image, and how many images it reads right."""
    from nc_teach import dynamic, meter, training

    right = training.predictions(model, split).argmax(dim=1) == split.labels.cpu()
    macs = round(dynamic.mean_macs(model, split.images))
    return {"params": meter.count_params(model), "macs": macs, "right": int(right.sum())}


def load_certificate(path: str | Path) -> Certificate:
    """Read what :meth:`Certificate.save` wrote as JSON.

    Raises ``ValueError`` naming the file when it is no certificate, or one of a newer nc_teach.
    """
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
        if raw.get("version", 0) > VERSION:
            raise ValueError("it was made by a newer nc_teach")
        names = {field.name for field in fields(Certificate)}
        found = Certificate(**{k: v for k, v in raw.items() if k in names})
        found = replace(found, plan=tuple(found.plan))
        found.text()  # every number that it needs is there
        if Path(found.file).name != found.file:
            raise ValueError(f"its file must be a plain name, got {found.file!r}")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} is no certificate that can be read: {error}") from error
    return found


def sha256_of(path: str | Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def sha256_of_split(split: Split) -> str:
    """Of the images and labels, so that the same held-out images can be known again."""
    sha = hashlib.sha256()
    for tensor in (split.images, split.labels):
        sha.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return sha.hexdigest()


def _time(latency: dict[str, float]) -> str:
    from nc_teach.meter import Latency

    return str(Latency(**latency))


def _machine() -> str:
    import torch

    return f"{platform.system()} {platform.machine()}, torch {torch.__version__.split('+')[0]}"
