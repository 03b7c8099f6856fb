"""What people commonly believe, as ``nc_teach/content/<chapter>/misconceptions.md`` has it.

To edit it, open that file: ``## `` begins a misconception in the words in which people say it, what
to answer follows, then a list: ``- section:`` the tag of the part of the chapter that shows it
and, where a claim measured it, ``- claim:`` its key and ``- check:`` how that claim's check begins.
"""

from dataclasses import dataclass
from pathlib import Path

from nc_teach.common.words import Part, of_chapter, sections

FACTS = ("section", "claim", "check")


@dataclass(frozen=True)
class Misconception:
    """One misconception.

    `says` can be read to a room, which raises its hands for or against. `section` is the tag of
    the part of the chapter that shows it. `claim` is the key of the claim that measured it (nothing
    where the section itself or an exercise shows it), `check` how that claim's check begins
    (nothing: all of them).
    """

    says: str
    answer: str
    section: str
    claim: str = ""
    check: str = ""


def misconceptions(chapter: str) -> tuple[Misconception, ...]:
    """Those of a chapter, by its number.

    Raises ``ValueError`` if there is no such chapter, or its file is malformed.

    >>> misconceptions("1")[0].section
    'magnitude'
    """
    return read(of_chapter(chapter, "misconceptions.md"))


def read(file: Path) -> tuple[Misconception, ...]:
    """Those in a file; ``ValueError`` names file, line and reason if it is malformed."""
    return sections(file, _misconception, "says")


def _misconception(part: Part) -> Misconception:
    head, facts = part.facts(FACTS)
    says = head.lines[0].strip()
    if not says or not head.below:
        raise part.wrong("a misconception must have a heading and an answer")
    for name, needs in (("section", ()), ("claim", ("check",))):
        if name not in facts and facts.keys() >= set(needs):
            raise part.wrong(f"the line - {name}: is missing")
    return Misconception(says, head.below, **facts)
