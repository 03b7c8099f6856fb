"""The course's words are Markdown files below ``nc_teach/content``, which anyone may edit.

This cuts a file at its headings or list entries for the modules that know what the parts mean. A
file that breaks its own form is refused with its name, the line, and what is wrong there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nc_teach.course import CHAPTERS

T = TypeVar("T")
CONTENT = Path(__file__).resolve().parent.parent / "content"


@dataclass(frozen=True)
class Part:
    """Some lines of a file; the first has the number ``line``, counted from 1."""

    file: Path
    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it as one line."""
        return one_line(self.lines)

    @property
    def below(self) -> str:
        """The lines after the first as one line; a heading among them is refused."""
        for k, line in enumerate(self.lines[1:], 1):
            if line.startswith("#"):
                raise self.wrong(f"there is no such section: {line!r}", k)
        return one_line(self.lines[1:])

    def cut(self, mark: str) -> list[Part]:
        """What is before the first line that begins with ``mark``, then a part for each one.

        >>> [part.lines for part in Part(Path("a.md"), 1, ("# T", "- a", "  b", "- c")).cut("- ")]
        [('# T',), ('a', '  b'), ('c',)]
        """
        starts = [k for k, line in enumerate(self.lines) if line.startswith(mark)]
        ends = [*starts, len(self.lines)]
        parts = [Part(self.file, self.line, self.lines[: ends[0]])]
        for start, end in zip(starts, ends[1:], strict=True):
            first = self.lines[start].removeprefix(mark)
            parts.append(Part(self.file, self.line + start, (first, *self.lines[start + 1 : end])))
        return parts

    def facts(self, names: Sequence[str]) -> tuple[Part, dict[str, str]]:
        """What stands before the ``- name: value`` entries, and the values by their names.

        An entry of another name, or of the same one again, is refused.
        """
        head, *entries = self.cut("- ")
        facts: dict[str, str] = {}
        for entry in entries:
            name, colon, value = entry.indented().text.partition(": ")
            if not colon or name not in names or name in facts:
                wanted = f"must be one of {', '.join(names)}, each once"
                raise entry.wrong(f"{wanted}, got {entry.text!r}")
            facts[name] = value
        return head, facts

    def indented(self) -> Part:
        """The same part, refused where a line after the first is neither blank nor indented."""
        for k, line in enumerate(self.lines[1:], 1):
            if line and not line.startswith("  "):
                raise self.wrong(f"must be indented by two spaces or begin an entry: {line!r}", k)
        return self

    def wrong(self, why: str, after: int = 0) -> ValueError:
        """The error that names the file and the line ``after`` lines below the part's first."""
        place = self.file.relative_to(CONTENT) if CONTENT in self.file.parents else self.file
        return ValueError(f"{place}, line {self.line + after}: {why}")


def one_line(lines: Iterable[str]) -> str:
    """Lines as one, with single spaces: where a line ends in the file means nothing."""
    return " ".join(" ".join(lines).split())


def whole(file: Path) -> Part:
    """All of a file."""
    return Part(file, 1, tuple(file.read_text(encoding="utf-8").splitlines()))


def of_chapter(chapter: str, name: str) -> Path:
    """A chapter's file: ``of_chapter("1", "quiz.md")``.

    Raises ``ValueError`` if there is no such chapter.
    """
    if str(chapter) not in CHAPTERS:
        raise ValueError(f"chapter must be one of {', '.join(CHAPTERS)}, got {chapter!r}")
    return CONTENT / CHAPTERS[str(chapter)] / name


def sections(file: Path, read: Callable[[Part], T], name: str) -> tuple[T, ...]:
    """What ``read`` makes of each ``## `` section of a file; no two have one ``name``."""
    parts = whole(file).cut("## ")[1:]
    found = tuple(map(read, parts))
    refuse_twice((getattr(one, name), part) for one, part in zip(found, parts, strict=True))
    return found


def refuse_twice(named: Iterable[tuple[str, Part]]) -> None:
    """Raise ``ValueError`` where two parts have the same name."""
    seen: set[str] = set()
    for name, part in named:
        if name in seen:
            raise part.wrong(f"{name!r} is there already")
        seen.add(name)


def entries(file: Path, form: re.Pattern[str], wanted: str) -> list[tuple[Part, tuple[str, ...]]]:
    """Each ``- `` entry of a file with the groups of ``form``, which the whole entry must have."""
    found = []
    for part in whole(file).cut("- ")[1:]:
        match = form.fullmatch(part.indented().text)
        if match is None:
            raise part.wrong(f"an entry must look like {wanted}, got {part.text!r}")
        found.append((part, tuple(group or "" for group in match.groups())))
    return found
