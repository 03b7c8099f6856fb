"""A certificate: what was measured of one network's file, so that anyone can measure it again.

It holds numbers and words only, and is read from JSON: nothing is unpickled.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nc_teach import __version__
from nc_teach.common.break_sign import break_sign
from nc_teach.common.files import write_whole
from nc_teach.common.foreign import Form, one_line, parse, take
from nc_teach.common.palette import COLOURS
from nc_teach.common.typefaces import typefaces

from .output import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nc_teach.budget import Limit
    from nc_teach.meter import Latency, Speedup

VERSION = 2
LATENCY: Form = {
    **dict.fromkeys(("median", "lower", "upper"), float),
    **dict.fromkeys(("batch_size", "threads", "repeats", "images"), int),
}
FORM: Form = {
    **dict.fromkeys(("title", "network", "file", "sha256", "machine", "day", "made_by"), str),
    **dict.fromkeys(("stored_bytes", "params", "nonzero_params", "macs", "right", "images"), int),
    "latency": LATENCY,
    "speedup": dict.fromkeys(("times", "low", "high"), float),
    "before": {
        "latency": LATENCY,
        "accuracy": float,
        **dict.fromkeys(("params", "macs", "stored_bytes"), int),
    },
    "data": dict.fromkeys(("name", "scale", "split", "sha256"), str),
    "budget": {"stored_bytes": int, "times_faster": float, "points": float},
    "plan": [str],
    "version": int,
}
COLOUR = {
    "met": COLOURS["blue"],
    "undecided": COLOURS["black"],
    "missed": COLOURS["vermilion"],
}
MOST = 1.6  # times the limit that the picture shows; a longer bar is broken


@dataclass(frozen=True)
class Certificate:
    """What was measured. Bytes are bytes, accuracy is in [0, 1], times are in milliseconds.

    ``before`` has the same numbers of the network that one began with. MACs and ``latency`` are
    those of an average image: a network may leave early. The latency is the mean over images of
    each one's median and quartiles, with batch, threads and repeats, as the meter gives them, and
    ``speedup`` how often it goes into the one before, with its interval.
    """

    title: str
    network: str
    file: str
    sha256: str
    stored_bytes: int
    params: int
    nonzero_params: int
    macs: int
    latency: dict[str, Any]
    speedup: dict[str, float]
    right: int
    images: int
    before: dict[str, Any]
    data: dict[str, str]
    budget: dict[str, Any]
    plan: tuple[str, ...]
    machine: str
    day: str
    made_by: str = f"nc_teach {__version__}"
    version: int = VERSION

    @property
    def accuracy(self) -> float:
        """Share of the held-out images that are read right, in [0, 1]."""
        return self.right / self.images

    @property
    def times_faster(self) -> Speedup:
        """How many times as fast as the network one began with it is, and the interval."""
        from nc_teach.meter import Speedup

        return Speedup(**self.speedup)

    def limits(self) -> tuple[Limit, ...]:
        """The account: what the budget allows, what was measured, whether that is enough."""
        from nc_teach.budget import Budget

        accuracies = self.accuracy, self.before["accuracy"]
        return Budget(**self.budget).limits(self.stored_bytes, self.times_faster, *accuracies)

    @property
    def met(self) -> bool:
        """Whether every limit is kept for sure."""
        return _of_all(self.limits()) == "met"

    def text(self) -> str:
        """All of it in words, for a terminal, a screen reader, and print."""
        before, data = self.before, self.data
        lines = [
            f"CERTIFICATE: {self.title}",
            f"{self.network}, {self.params:,} parameters ({self.nonzero_params:,} not zero), "
            f"{self.macs:,} MACs; before: {before['params']:,} parameters, {before['macs']:,} MACs",
            f"by: {'; then '.join(self.plan)}",
            f"file {self.file}: {self.stored_bytes:,} bytes, sha256 {self.sha256}",
            f"latency {self._latency()}; before: {before['latency']['median']:.3f} ms",
            f"accuracy {100 * self.accuracy:.2f} % ({self.right:,} of {self.images:,} samples of "
            f"{data['name']}, {data['split']} split); before: {100 * before['accuracy']:.2f} %",
            "",
            *(
                f"[{x.verdict.upper()}] {x.what}: {x.measured}; allowed: {x.allowed}"
                for x in self.limits()
            ),
            "",
            f"Budget {_of_all(self.limits())}. {self.day}, {self.machine}, {self.made_by}.",
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.text()

    def picture(self) -> Picture:
        """The account as a picture, with :meth:`text` as its alternative."""
        foot = (
            f"{self.network}: {self.params:,} parameters, {self.macs:,} MACs "
            f"({self.before['macs']:,} before)",
            textwrap.shorten(f"by: {'; then '.join(self.plan)}", 112),
            f"latency: {self._latency()}",
            f"{self.images:,} held-out samples of {self.data['name']}; {self.day}, {self.machine}",
            f"{self.file}: sha256 {self.sha256[:32]}...",
        )
        return Picture.of(draw(self.title, self.limits(), foot), self.text())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> object:
        return self.picture()._repr_mimebundle_()

    def save(self, folder: str | Path = ".") -> list[Path]:
        """Write it as JSON, text and picture beside the network's file; return the three paths."""
        stem = Path(folder) / Path(self.file).stem
        parts = {
            ".certificate.json": (json.dumps(asdict(self), indent=1) + "\n").encode(),
            ".certificate.txt": (self.text() + "\n").encode(),
            ".certificate.png": self.picture().png,
        }
        for end, content in parts.items():
            write_whole(stem.with_suffix(end), content)
        return [stem.with_suffix(end) for end in parts]

    def _latency(self) -> Latency:
        from nc_teach.meter import Latency

        return Latency(**self.latency)


def load_certificate(path: str | Path) -> Certificate:
    """Read what :meth:`Certificate.save` wrote as JSON.

    Nothing that it says is believed, but it is a text of one line, or a number that can be. Raises
    ``ValueError`` naming the file when it is no certificate, or one of another nc_teach.
    """
    try:
        raw = parse(Path(path).read_bytes())
        version = raw.get("version") if isinstance(raw, dict) else None
        if version != VERSION and type(version) is int:
            raise ValueError(
                f"it was made by {'a newer' if version > VERSION else 'an older'} nc_teach"
            )
        taken = take(raw, FORM, "it")
        found = Certificate(**taken | {"plan": tuple(taken["plan"])})
        if not found.file or Path(found.file).name != found.file:
            raise ValueError(f"its file must be a plain name, got {found.file!r}")
        if not found.right <= found.images != 0:
            raise ValueError(f"{found.right:,} of {found.images:,} images cannot be read right")
        found.text()  # its budget is one
    except ValueError as error:
        name = one_line(str(path))
        raise ValueError(f"{name} is no certificate that can be read: {error}") from error
    return found


@typefaces()
def draw(title: str, limits: Sequence[Limit], foot: Sequence[str]) -> Figure:
    """A bar per limit, and the line that none may cross; the lines of ``foot`` stand below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 5.2), dpi=100, facecolor="white")
    axes = figure.add_axes((0.13, 0.36, 0.83, 0.45))
    axes.set(xlim=(0, MOST), ylim=(len(limits) - 0.25, -0.5))
    for row, limit in enumerate(limits):
        _bar(axes, row, limit)
    axes.text(1, -0.62, "limit", ha="center", fontsize=11)
    axes.set_yticks(range(len(limits)), [limit.what for limit in limits], fontsize=12)
    axes.set_xticks([0, 0.5, 1, 1.5], ["0", "half", "all of it", "half more"], fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    verdict = _of_all(limits)
    words: dict[str, Any] = {"parse_math": False}  # a dollar is a dollar
    figure.text(0.03, 0.93, textwrap.shorten(title, 60), fontsize=14, weight="bold", **words)
    figure.text(0.03, 0.865, f"Budget {verdict}", fontsize=13, color=COLOUR[verdict])
    for line, text in enumerate(foot):
        figure.text(0.03, 0.24 - 0.05 * line, text, fontsize=9.5, color="#333333", **words)
    return figure


def _bar(axes: Axes, row: int, limit: Limit) -> None:
    width, hatch = min(limit.used, MOST), None if limit.met else "//"
    colour = COLOUR[limit.verdict]
    axes.barh(row, width, 0.34, edgecolor="white", color=colour, hatch=hatch)
    axes.vlines(1, row - 0.28, row + 0.22, color="black", linewidth=2)  # none through the words
    words = f"{limit.measured}; allowed: {limit.allowed}; {limit.verdict}"
    axes.text(0.01, row + 0.42, words, va="center", fontsize=10.5)
    if limit.used > MOST:
        break_sign(axes, MOST - 0.14, row, 0.34)


def _of_all(limits: Sequence[Limit]) -> str:
    """Missed if one is; else undecided if one is; else met."""
    verdicts = {limit.verdict for limit in limits}
    return next((v for v in ("missed", "undecided") if v in verdicts), "met")
