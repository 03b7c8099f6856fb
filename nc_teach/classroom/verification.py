"""Is a certificate true? Its file is read and measured again, line by line.

Bytes, counts and the checksum must be the same. Accuracy may differ by a few images, because
another processor adds in another order. A time is compared with that of the full-sized network,
here and now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nc_teach.table import Table

from .certificate import Certificate, load_certificate
from .measuring import measured

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.data import Split

POINTS = 0.001  # by which an accuracy may differ on another machine
SETS = ("mnist", "fashion", "digits")
Line = tuple[str, str, str, bool]  # what it is, what is said of it, what was found, do they agree


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
