"""The course as a static book: chapters whose figures move, questions, terms, reference, search."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from nc_teach import course, handbook
from nc_teach.course import Chapter

from . import address, api, front
from .chapters import folder_of, heading, role
from .played import played
from .split import Page, split

HERE = Path(__file__).parent


def build(out: Path, repository: str = "", *, still: bool = False) -> int:
    """Build the site into a folder.

    Parameters
    ----------
    out : Path
        Where the pages go; what an earlier build left there is replaced.
    repository : str
        The repository's address for the links to Binder and Colab; by default the setting in
        `nc_teach.publish.address`.
    still : bool
        From the stored outputs, so that no chapter is run and no figure moves.

    Returns
    -------
    int
        Sphinx's exit code, 0 if all went well.

    Raises
    ------
    ValueError
        If the address is not one of GitHub's, a chapter fails, or `out` holds something else.
    """
    place = address.repository(repository)
    if out.exists() and any(out.iterdir()) and not (out / "searchindex.js").exists():
        raise ValueError(f"--out must be a new folder or one with an older site, got {out}")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        write(source, place, still=still)
        words = [sys.executable, "-m", "sphinx", "-q", "-b", "html"]
        code = subprocess.run([*words, str(source), str(Path(folder) / "html")]).returncode
        if code == 0:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(Path(folder) / "html", out, ignore=shutil.ignore_patterns(".doctrees"))
    return code


def write(source: Path, place: str, *, still: bool) -> None:
    """Write all that Sphinx reads; `place` is the repository as ``owner/name``, or empty."""
    (source / "_static").mkdir(parents=True)
    shutil.copy(HERE / "sphinx_conf.py", source / "conf.py")
    for name in ("site.css", "site.js", "search.js"):
        shutil.copy(HERE / name, source / "_static" / name)
    chapters = course.chapters()
    for chapter in chapters:
        _write_chapter(source, chapter, place, still)
    for name, text in api.pages().items():
        _write(source / "api" / f"{name}.rst", text)
    for name, text in handbook.pages().items():
        _write(source / f"{name}.md", text)
    picture = course.notebooks() / "pictures" / "course.png"
    shutil.copy(picture, source / picture.name)
    _write(source / "index.md", front.page(chapters, place, picture.name))


def _write_chapter(source: Path, chapter: Chapter, place: str, still: bool) -> None:
    folder = source / folder_of(chapter)
    pages = split(played(chapter, still=still), heading(chapter))
    begun(pages, opens(chapter, place))
    for page in pages:
        _write(folder / f"{page.name}.ipynb", nbformat.writes(page.notebook()))


def begun(pages: list[Page], links: str) -> None:
    """Put the links below the chapter's title, and the list of its pages before its first code."""
    first, *others = pages
    new = nbformat.v4.new_markdown_cell
    titles = ["title" in c.metadata.get("tags", []) for c in first.cells]
    if others:
        listed = "\n".join(page.entry() for page in others)
        tree = f"## In this chapter\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```"
        roles = [role(cell) in ("title", "picture") for cell in first.cells]
        first.cells.insert([*roles, False].index(False), new(tree))
    minutes = ["minutes" in c.metadata.get("tags", []) for c in first.cells]
    first.cells.insert(1 + minutes.index(True) if any(minutes) else sum(titles), new(links))


def opens(chapter: Chapter, place: str) -> str:
    """A line of links that open the notebook; how to run it here, where there are none."""
    shown = [f"[{name}]({url})" for name, url in address.links(place, chapter.file).items()]
    if not shown:
        return "To run this chapter on your own machine: `nc-teach lab`. [How?](../index.md)"
    colab = f"In Colab, run `%pip install git+https://github.com/{place}` first."
    own = "or on your own machine with `nc-teach lab`"
    return f"Open this chapter in {' · '.join(shown)}, {own}. {colab}"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
