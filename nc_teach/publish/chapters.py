"""The chapters that slides and site are made of, and what each of their cells is for."""

import re

import nbformat
from nbformat import NotebookNode

from nc_teach import course
from nc_teach.course import Chapter

MEASURED = re.compile(r"Measured (on [\d-]+ \((?:[^()]|\([^()]*\))*\))")


def chapter(number: str | int) -> Chapter:
    """The chapter with that number; the ``ValueError`` for another names those that there are.

    >>> chapter(1).file
    '01_network_pruning.ipynb'
    """
    known = {c.number: c for c in course.chapters()}
    if str(number) not in known:
        raise ValueError(f"chapter must be one of {', '.join(known)}, got {str(number)!r}")
    return known[str(number)]


def read(chapter: Chapter) -> NotebookNode:
    """The notebook as it is stored, with its still outputs."""
    return nbformat.read(course.notebooks() / chapter.file, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells with code, in their order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> list[str]:
    """A cell's tags; the first is its role."""
    return list(cell.metadata.get("tags", []))


def section(cell: NotebookNode) -> str:
    """The technique that a cell belongs to; empty before the first and after the last one."""
    return next((t.split(":")[1] for t in tags(cell) if t.startswith("section:")), "")


def role(cell: NotebookNode) -> str:
    """What a cell is there for: the first of its tags."""
    return next(iter(tags(cell)), "")


def measured(notebook: NotebookNode) -> str:
    """When, and on which machine, a notebook's numbers were measured, as its own tables say it."""
    texts = (
        o.get("data", {}).get("text/plain", "") for c in code_cells(notebook) for o in c.outputs
    )
    found = [m[1] for m in map(MEASURED.search, texts) if m]
    return f"Numbers measured {found[-1]}." if found else ""


def heading(chapter: Chapter) -> str:
    """Number and title: ``"1. Network pruning (网络剪枝)"``; the start page has no number."""
    return chapter.title if chapter.number == "00" else f"{chapter.number}. {chapter.title}"


def folder_of(chapter: Chapter) -> str:
    """The name of a chapter's folder on the site."""
    return chapter.file.removesuffix(".ipynb")


def link_to(number: str, words: str = "") -> str:
    """A Markdown link to a chapter's first page; its words alone for one that is not there.

    >>> link_to("1"), link_to("99", "later")
    ('[1](01_network_pruning/index.ipynb)', 'later')
    """
    folders = {c.number: folder_of(c) for c in course.chapters()}
    shown = words or number
    return f"[{shown}]({folders[number]}/index.ipynb)" if number in folders else shown
