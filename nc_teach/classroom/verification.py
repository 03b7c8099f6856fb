"""Certificates verified: what is said of a network's file is measured again, and compared.

Of what is found again, bytes, counts and the checksum must be the same. Accuracy may differ by a
few images, because another processor adds in another order. A time is told, with its interval: it
is that of this machine, here and now, and decides nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nc_teach.common.foreign import one_line
from nc_teach.table import Table

from .certificate import Certificate, load_certificate
from .certifying import REPEATS, measured

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.budget import Budget
    from nc_teach.data import Split

POINTS = 0.001  # by which an accuracy may differ on another machine
SETS, SCALES = ("mnist", "fashion", "digits"), ("small", "full")
Line = tuple[str, str, str, str]  # what it is, what is said of it, what was found, do they agree


class Verification(Table):
    """A row for each thing that was measured: what was said of it, what was found now, and whether
    that agrees. Below it, what was not checked."""

    @property
    def wrong(self) -> list[str]:
        """What does not agree."""
        return [what for what, *_, agrees in self.rows if agrees == "NO"]

    @property
    def holds(self) -> bool:
        """Whether all that can be measured agrees, and keeps the limits. No time decides it."""
        return not self.wrong


def verify(
    path: str | Path,
    form: nn.Module,
    held_out: Split,
    budget: Budget | None = None,
    *,
    before: nn.Module | None = None,
    repeats: int = REPEATS,
) -> Verification:
    """Measure again what the certificate at `path` says of the network's file beside it.

    Nothing in it is believed. Its numbers are compared with those found now, which alone are held
    to your limits; its words, and its own limits, are not checked, and said to be so.

    - `path`: Of its JSON.
    - `form`: A full-sized network of the class that the file is of, trained or not: it gives the
      form, the file the sizes and the numbers. It is also the one to be faster than.
    - `held_out`: The images on which accuracy was measured.
    - `budget`: Your limits; the course's by default.
    - `before`: The trained network that one began with. Without it nobody can say how much accuracy
      was lost, and that limit is not checked either.
    - `repeats`: Timed runs of each of the first images. A time is told, and decides nothing.

    Raises ``ValueError`` when the certificate or the file cannot be read, or the file is of another
    class.
    """
    from nc_teach.budget import Budget

    said, name = load_certificate(path), one_line(str(path))
    file = Path(path).with_name(said.file)
    if not file.is_file():
        raise ValueError(f"{name} is about {said.file}, which is not beside it")
    try:
        first = form if before is None else before
        found = measured(form, file, held_out, first=first, repeats=repeats)
    except (ValueError, RuntimeError) as error:  # what torch says of sizes that do not go together
        raise ValueError(f"{name} holds no network that runs: {one_line(str(error))}") from error
    claimed = ("accuracy", "stored_bytes") if before is None else ()
    found["before"] |= {part: said.before[part] for part in claimed}
    now = replace(said, **found, budget=asdict(budget or Budget()))
    rows = (*_numbers(said, now, claimed), *_limits(now, claimed))
    wrong = [what for what, *_, agrees in rows if agrees == "NO"]
    verdict = f"does not hold: {', '.join(wrong)}" if wrong else "holds"
    notes = (f"The certificate {verdict}.", *_not_checked(said, claimed))
    return Verification(("what", "said", "measured again", "agrees"), rows, notes)


def _numbers(said: Certificate, now: Certificate, claimed: Sequence[str]) -> Iterator[Line]:
    """What the certificate says, beside what was found."""
    yield _same("file", said.sha256, now.sha256)
    yield _same("bytes", said.stored_bytes, now.stored_bytes)
    yield _same("held-out images", said.data["sha256"], now.data["sha256"])
    yield _same("how many", said.images, now.images)
    yield _same("parameters", said.params, now.params)
    yield _same("not zero", said.nonzero_params, now.nonzero_params)
    yield _same("MACs", said.macs, now.macs)
    yield _close("accuracy", said.accuracy, now.accuracy)
    yield _same("parameters before", said.before["params"], now.before["params"])
    yield _same("MACs before", said.before["macs"], now.before["macs"])
    if not claimed:
        yield _same("bytes before", said.before["stored_bytes"], now.before["stored_bytes"])
        yield _close("accuracy before", said.before["accuracy"], now.before["accuracy"])
    then, here = said.times_faster, now.times_faster
    meet = then.low <= here.high and here.low <= then.high
    yield "times as fast", then.short(), here.short(), "yes" if meet else "differs here"


def _limits(now: Certificate, claimed: Sequence[str]) -> Iterator[Line]:
    """What was found, beside what is allowed."""
    for limit in now.limits():
        if limit.what not in claimed:
            decides = limit.what != "latency"
            word = "yes" if limit.met else "NO" if decides else limit.verdict
            yield f"limit: {limit.what}", limit.allowed, limit.measured, word


def _not_checked(said: Certificate, claimed: Sequence[str]) -> Iterator[str]:
    """What the certificate says and nobody can measure here."""
    words = {
        "title": said.title,
        "plan": "; then ".join(said.plan),
        "its own limits": ", ".join(f"{name} {value:g}" for name, value in said.budget.items()),
        "made": f"{said.day}, {said.machine}, {said.made_by}",
        "times": f"{said.latency['median']:.3f} of {said.before['latency']['median']:.3f} ms",
    }
    if claimed:
        words["bytes before"] = f"{said.before['stored_bytes']:,}"
        words["accuracy before"] = f"{100 * said.before['accuracy']:.2f} %"
        words["limit: accuracy"] = "what was lost is known beside the network before"
    yield from (f"Not checked: {what}: {one_line(told)}" for what, told in words.items())


def _close(what: str, said: float, found: float) -> Line:
    close = abs(found - said) <= POINTS + 1e-9
    return what, f"{100 * said:.2f} %", f"{100 * found:.2f} %", "yes" if close else "NO"


def _same(what: str, said: str | int, found: str | int) -> Line:
    says, now = (f"{x:,}" if isinstance(x, int) else f"{x[:16]}..." for x in (said, found))
    return what, says, now, "yes" if said == found else "NO"


def run_command(
    path: str | Path, budget: Budget | None = None, before: str | Path | None = None
) -> int:
    """``nc-teach verify``: rebuild the network and the images by their names in the course.

    `before` is the file of the network that one began with. Returns 0 if all that can be measured
    agrees and keeps the limits, 1 if not. Raises ``ValueError``, of one line, for a file that
    cannot be read, and for a network or data of the reader's own; the message says how to verify
    those.
    """
    import torch

    from nc_teach import data
    from nc_teach.budget import load_into

    said, networks = load_certificate(path), _networks()
    names = {
        "network": (said.network, networks),
        "data": (said.data["name"], SETS),
        "scale": (said.data["scale"], SCALES),
    }
    for what, (name, known) in names.items():
        if name not in known:
            how = "classroom.verify(PATH, NETWORK, IMAGES) in Python, with your own"
            raise ValueError(f"the {what} {name!r} is none of the course's; use {how}")
    dataset = data.load(said.data["name"], said.data["scale"])
    form = networks[said.network](num_classes=len(dataset.classes))
    torch.set_num_threads(1)
    first = None if before is None else load_into(form, before)
    found = verify(path, form, dataset.test, budget, before=first)
    print(f"{one_line(str(path))}: {said.network} on {said.data['name']}", found, sep="\n\n")
    return 0 if found.holds else 1


def _networks() -> dict[str, type[nn.Module]]:
    """The course's networks by name; of what else stands beside them nothing is called."""
    from torch import nn

    from nc_teach import models

    found = {name: getattr(models, name) for name in models.__all__}
    return {
        name: kind
        for name, kind in found.items()
        if isinstance(kind, type)
        and issubclass(kind, nn.Module)
        and "num_classes" in inspect.signature(kind).parameters
    }
