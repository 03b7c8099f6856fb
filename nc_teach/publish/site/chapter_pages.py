"""A chapter's notebook as the pages of a book: one a technique, none too heavy to load."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import nbformat
from nbformat import NotebookNode

from ..chapters import role, section
from .folds import TOLD
from .render_cell import render_cell, told

HEAVIEST = 4_300_000  # bytes of cells on a page: with all around it, it stays under 5 MB
PYTHON = {
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
ENDS = {  # the pages at the end of a chapter: roles, title
    "results": (("claims", "passport", "summary"), "what came out"),
    "questions": (("quiz",), "questions"),
    "terms": (("glossary", "references"), "terms and references"),
}


@dataclass
class Page:
    """One page: its file's name, its title where its cells have none, and its cells."""

    name: str
    title: str = ""
    cells: list[NotebookNode] = field(default_factory=list)

    def entry(self) -> str:
        """The page in its chapter's table of contents: what ends a chapter has a short name."""
        words = ENDS[self.name][1] if self.name in ENDS else ""
        return f"{words.capitalize()} <{self.name}>" if words else self.name

    def notebook(self) -> NotebookNode:
        """As a notebook with one heading of the first level."""
        cells = [c if self.title and not section(c) else _raised(c) for c in self.cells]
        if self.title:
            cells.insert(0, nbformat.v4.new_markdown_cell(f"# {self.title}"))
        return nbformat.v4.new_notebook(cells=list(_marked(cells)), metadata=PYTHON)


def split(notebook: NotebookNode, title: str) -> list[Page]:
    """The pages of a chapter: its beginning, one a section, its end."""
    pages: dict[str, Page] = {}
    for cell in map(render_cell, told(notebook.cells)):
        name, heading = _place(cell, title)
        pages.setdefault(name, Page(name, heading)).cells.append(cell)
    return [part for page in pages.values() for part in _light(page)]


def _place(cell: NotebookNode, title: str) -> tuple[str, str]:
    """The page that a cell belongs to, and that page's title."""
    if section(cell):
        return re.sub(r"\W+", "_", section(cell)), ""
    for name, (roles, words) in ENDS.items():
        if role(cell) in roles:
            return name, f"{title}: {words}"
    return "index", ""


def _light(page: Page) -> list[Page]:
    """The page itself, or several where it is too heavy."""
    parts, weight = [Page(page.name, page.title)], 0
    for cell in page.cells:
        weight += len(json.dumps(cell))
        if weight > HEAVIEST and parts[-1].cells:
            number = len(parts) + 1
            parts.append(Page(f"{page.name}_{number}", f"{_heading(page)} ({number})"))
            weight = len(json.dumps(cell))
        parts[-1].cells.append(cell)
    return parts


def _marked(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells, with a comment before and behind those that tell: there the page is folded."""
    for guesses, run in groupby(cells, lambda cell: cell.metadata.get("told", "")):
        ends = (f"% {TOLD} {guesses}", f"% {TOLD}") if guesses else ("", "")
        start, end = map(nbformat.v4.new_markdown_cell, ends)
        yield from (start, *run, end)


def _heading(page: Page) -> str:
    found = re.search(r"^#+ +(.*)$", page.cells[0].source, re.M)
    return page.title or (found[1] if found else page.name)


def _raised(cell: NotebookNode) -> NotebookNode:
    """A cell with its headings one level higher: a page begins with one of the first level."""
    if cell.cell_type == "markdown":
        least = "##" if section(cell) else "###"  # outside sections, only what follows a title
        cell.source = re.sub(rf"^{least}(?=#* )", least[1:], cell.source, flags=re.M)
    return cell
