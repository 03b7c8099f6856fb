"""Is a certificate true? Its file is read and measured again, line by line.

Bytes, counts and the checksum must be the same. Accuracy may differ by a few images, because
another processor adds in another order. A time is compared with that of the full-sized network,
here and now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nc_teach.table import Table

from .certificate import Certificate, load_certificate
from .measuring import numbers_of, sha256_of, sha256_of_split, timed

if TYPE_CHECKING:
    from torch import nn

    from nc_teach.data import Split

POINTS = 0.001  # by which an accuracy may differ on another machine
SETS = ("mnist", "fashion", "digits")


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
        """Whether every line agrees."""
        return all(line.agrees for line in self.lines)

    def table(self) -> Table:
        """The lines as a table, with the verdict below."""
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
    said = load_certificate(path)
    file = Path(path).with_name(said.file)
    if not file.is_file():
        raise ValueError(f"{path} is about {said.file}, which is not beside it")
    return Verification(tuple(_lines(said, file, form, held_out)))


def _lines(said: Certificate, file: Path, form: nn.Module, held_out: Split) -> Iterator[Line]:
    from nc_teach.budget import load_into

    yield _same("file", said.sha256, sha256_of(file))
    yield _same("bytes", said.stored_bytes, file.stat().st_size)
    yield _same("held-out images", said.data["sha256"], sha256_of_split(held_out))
    loaded = load_into(form, file)
    now = numbers_of(loaded, held_out)
    yield _same("parameters", said.params, now.params)
    yield _same("MACs", said.macs, now.macs)
    then, accuracy = said.accuracy, now.right / len(held_out)
    close = abs(accuracy - then) <= POINTS + 1e-9
    yield Line("accuracy", f"{100 * then:.2f} %", f"{100 * accuracy:.2f} %", close)
    before, after = timed(form, loaded, held_out)
    faster, wanted = before.median / after.median, said.budget["times_faster"]
    claimed = f"{said.times_faster:.2f} (budget {wanted:g})"
    as_fast = both_meet_or_miss(faster, said.times_faster, wanted)
    yield Line("times as fast", claimed, f"{faster:.2f}", as_fast)


def both_meet_or_miss(now: float, then: float, wanted: float) -> bool:
    """Whether the certificate's word on the latency, met or not, is true here as well."""
    return (now >= wanted) == (then >= wanted)


def _same(what: str, said: str | int, found: str | int) -> Line:
    says, now = (f"{x:,}" if isinstance(x, int) else f"{x[:16]}..." for x in (said, found))
    return Line(what, says, now, said == found)


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
