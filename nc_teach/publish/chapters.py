"""The chapters that slides and site are made of: whatever notebooks there are."""

from __future__ import annotations

import nbformat

from nc_teach import course
from nc_teach.course import Chapter


def chapter(number: str | int) -> Chapter:
    """The chapter with that number.

    Raises
    ------
    ValueError
        If there is none; the message names those that there are.

    Examples
    --------
    >>> chapter(1).file
    '01_network_pruning.ipynb'
    """
    known = {c.number: c for c in course.chapters()}
    if str(number) not in known:
        raise ValueError(f"chapter must be one of {', '.join(known)}, got {str(number)!r}")
    return known[str(number)]


def read(chapter: Chapter) -> nbformat.NotebookNode:
    """The notebook as it is stored, with its still outputs."""
    return nbformat.read(course.notebooks() / chapter.file, as_version=4)


def section(cell: nbformat.NotebookNode) -> str:
    """The technique that a cell belongs to; empty before the first and after the last one."""
    found = (t.split(":")[1] for t in cell.metadata.get("tags", []) if t.startswith("section:"))
    return next(found, "")


def role(cell: nbformat.NotebookNode) -> str:
    """What a cell is there for: the first of its tags."""
    return next(iter(cell.metadata.get("tags", [])), "")


def heading(chapter: Chapter) -> str:
    """Number and title: ``"1. Network pruning (網路剪枝)"``; the start page has no number."""
    return chapter.title if chapter.number == "00" else f"{chapter.number}. {chapter.title}"


def folder_of(chapter: Chapter) -> str:
    """The name of a chapter's folder on the site."""
    return chapter.file.removesuffix(".ipynb")
