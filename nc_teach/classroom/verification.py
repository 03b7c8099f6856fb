"""Is a certificate true? Its file is read and measured again, line by line.

Bytes, counts and the checksum must be the same. Accuracy may differ by a few images, because
another processor adds in another order. A time is compared with that of the full-sized network,
here and now.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nc_teach.table import Table

from .certificate import (
    TIMED,
    Certificate,
    load_certificate,
    numbers_of,
    sha256_of,
    sha256_of_split,
)

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.data import Split

POINTS = 0.001  # by which an accuracy may differ on another machine
REPEATS = 5  # of each image


@dataclass(frozen=True)
class Line:
    """One thing: what the certificate says, what was found now, and whether that agrees."""

    what: str
    says: str
    found: str
    agrees: bool


@dataclass(frozen=True)
class Verification:
    """All lines, and whether the certificate holds."""

    lines: tuple[Line, ...]

    @property
    def holds(self) -> bool:
        return all(line.agrees for line in self.lines)

    def table(self) -> Table:
        rows = tuple((x.what, x.says, x.found, "yes" if x.agrees else "NO") for x in self.lines)
        verdict = "The certificate holds." if self.holds else "The certificate does not hold."
        return Table(("what", "certificate", "measured again", "agrees"), rows, (verdict,))

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def verify(path: str | Path, form: nn.Module, held_out: Split) -> Verification:
    """Measure again what the certificate at `path` says of the network's file beside it.

    Parameters
    ----------
    path
        Of the certificate's JSON.
    form
        A full-sized network of the class that the file is of, trained or not: it gives the form,
        the file the sizes and the numbers. It is also the one to be faster than.
    held_out
        The images on which accuracy was measured.

    Raises
    ------
    ValueError
        When the certificate or the file cannot be read, or the file is of another class.
    """
    from nc_teach.budget import load_into

    said = load_certificate(path)
    file = Path(path).with_name(said.file)
    if not file.is_file():
        raise ValueError(f"{path} is about {said.file}, which is not beside it")
    lines = [
        Line("file", f"{said.sha256[:16]}...", f"{sha256_of(file)[:16]}...",
             said.sha256 == sha256_of(file)),
        _same("bytes", said.stored_bytes, file.stat().st_size),
        Line("held-out images", f"{said.data['sha256'][:16]}...",
             f"{sha256_of_split(held_out)[:16]}...",
             said.data["sha256"] == sha256_of_split(held_out)),
    ]  # fmt: skip
    loaded = load_into(form, file)
    return Verification((*lines, *_measured(said, loaded, form, held_out)))


def _measured(said: Certificate, loaded: nn.Module, form: nn.Module, held_out: Split) -> list[Line]:
    from nc_teach import meter

    now = numbers_of(loaded, held_out)
    accuracy = now["right"] / len(held_out)
    models = {"form": form, "loaded": loaded}
    times = meter.mean_latencies(models, held_out.images[:TIMED], repeats=REPEATS)
    faster = times["form"].median / times["loaded"].median
    claimed = said.before["latency"]["median"] / said.latency["median"]
    return [
        _same("parameters", said.params, now["params"]),
        _same("MACs", said.macs, now["macs"]),
        Line("accuracy", f"{100 * said.accuracy:.2f} %", f"{100 * accuracy:.2f} %",
             abs(accuracy - said.accuracy) <= POINTS + 1e-9),
        Line("times as fast", f"{claimed:.2f} (budget {said.budget['times_faster']:g})",
             f"{faster:.2f}", _as_fast(faster, claimed, said.budget["times_faster"])),
    ]  # fmt: skip


def _as_fast(now: float, then: float, wanted: float) -> bool:
    """Whether the certificate's word on the latency, met or not, is true here as well."""
    return (now >= wanted) == (then >= wanted)


def _same(what: str, said: int, found: int) -> Line:
    return Line(what, f"{said:,}", f"{found:,}", said == found)


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
    form: Any = getattr(models, said.network)(num_classes=len(dataset.classes))
    torch.set_num_threads(1)
    found = verify(path, form, dataset.test)
    print(said.text(), found, sep="\n\n")
    return 0 if found.holds else 1


SETS = ("mnist", "fashion", "digits")
