"""The references of the whole course, each with a link that stays.

To edit them, open ``nc_teach/content/papers.md``. One entry a paper, by year:
``- key: Authors (year). Title. place``, where place is ``arXiv:NUMBER``, ``doi:NUMBER`` or the
proceedings' address. Which chapters cite a paper is read from the notebooks.
"""

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from nc_teach import course
from nc_teach.common.words import CONTENT, entries, refuse_twice

FILE = CONTENT / "papers.md"
ENTRY = re.compile(r"(\w+): (.+?) \((\d{4})\)\. (.+?)\.? ((?:arXiv:|doi:|https:)\S+)")
WANTED = "- key: Authors (year). Title. arXiv:NUMBER (or doi:NUMBER, or an address)"
PLACES = {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}


@dataclass(frozen=True)
class Reference:
    """One paper; `place` is ``arXiv:NUMBER``, ``doi:NUMBER`` or the proceedings' address."""

    key: str
    authors: str
    year: int
    title: str
    place: str

    @property
    def url(self) -> str:
        """Where it is found.

        >>> find("han2015").url
        'https://arxiv.org/abs/1506.02626'
        """
        kind, _, number = self.place.partition(":")
        return PLACES[kind] + number if kind in PLACES else self.place

    @property
    def anchor(self) -> str:
        """Its place on the site's page: ``ref-han2015``."""
        return f"ref-{self.key}"

    def cited_in(self) -> tuple[str, ...]:
        """The numbers of the chapters whose notebooks name it, by its place or its title.

        >>> find("han2016").cited_in()[:2]
        ('1', '4')
        """
        needle = self.title if self.place.startswith("https") else self.place
        files = {c.number: course.notebooks() / c.file for c in course.chapters()}
        return tuple(n for n, f in files.items() if needle in _text(f, f.stat().st_mtime_ns))


@cache
def references() -> tuple[Reference, ...]:
    """Every paper, by year.

    Raises ``ValueError`` if the file is malformed or has a paper twice.

    >>> references()[0].title
    'A Method for the Construction of Minimum-Redundancy Codes'
    """
    found = entries(FILE, ENTRY, WANTED)
    refuse_twice((name, part) for part, (key, *_, place) in found for name in (key, place))
    return tuple(
        Reference(key, who, int(year), title, at) for _, (key, who, year, title, at) in found
    )


def find(key: str) -> Reference:
    """The paper with that key.

    Raises ``ValueError`` if there is none.
    """
    known = {reference.key: reference for reference in references()}
    if key not in known:
        raise ValueError(f"key must be that of a reference, got {key!r}")
    return known[key]


@lru_cache(maxsize=64)
def _text(file: Path, changed: int) -> str:
    """What a notebook says, in its cells and below them; read again only when it has changed."""
    parts = []
    for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
        shown = [output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", [])]
        parts += ["".join(part) for part in (cell["source"], *shown)]
    return "\n".join(parts)
