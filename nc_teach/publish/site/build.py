"""The course as a static book: chapters whose figures move, questions, terms, reference, search."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from nc_teach import course
from nc_teach.course import Chapter

from .. import pages as whole_course
from ..chapters import folder_of, heading, read, role, tags
from ..execute import execute
from . import reference_pages, repository_address
from .chapter_cards import card, on_dark
from .chapter_pages import Page, split
from .index_page import PICTURES, card_files, index_page, pad

HERE = Path(__file__).parent
PAD = "pad.html"  # beside the first page, which includes it


def build(out: Path, repository: str = "", *, still: bool = False, teacher: bool = False) -> int:
    """Build the site into the folder `out`; returns Sphinx's exit code, 0 if all went well.

    What an earlier build left there is replaced. `repository` is the address for the links to
    Binder and Colab, by default the setting in `repository_address`. With `still`, no chapter is
    run and no figure moves. For a `teacher` the guide has the answers, too. Raises
    ``ValueError`` if the address is not one of GitHub's, a chapter fails, or `out` holds something
    else.
    """
    place = repository_address.repository(repository)
    if out.exists() and any(out.iterdir()) and not (out / "searchindex.js").exists():
        raise ValueError(f"--out must be a new folder or one with an older site, got {out}")
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "source", Path(folder) / "html"
        write(source, place, still=still, teacher=teacher)
        words = [sys.executable, "-m", "sphinx", "-q", "-b", "html"]
        code = subprocess.run([*words, str(source), str(made)]).returncode
        if code == 0:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(made, out, ignore=shutil.ignore_patterns(".doctrees"))
    return code


def write(source: Path, place: str, *, still: bool, teacher: bool = False) -> None:
    """Write all that Sphinx reads; `place` is the repository as ``owner/name``, or empty.

    Only for a `teacher` it holds answers: the keys, what was measured of each prediction, and the
    flaws of solutions that are almost right.
    """
    (source / "_static").mkdir(parents=True)
    shutil.copy(HERE / "sphinx_conf.py", source / "conf.py")
    for name in ("site.css", "site.js", "search.js"):
        shutil.copy(HERE / name, source / "_static" / name)
    picture = (course.notebooks() / "pictures" / PICTURES[0]).read_bytes()
    _pictures(source, PICTURES, picture)
    chapters = course.chapters()
    texts = {f"{name}.md": text for name, text in whole_course.pages(answers=teacher).items()}
    texts |= {f"api/{name}.rst": text for name, text in reference_pages.pages().items()}
    for chapter in chapters:
        notebook = execute(chapter, still=still)
        if chapter is chapters[0]:
            texts |= {PAD: pad(notebook)}
            texts |= {"index.md": index_page(chapters, place, texts[PAD] and PAD)}
        _pictures(source, card_files(chapter), card(read(chapter)).png)
        pages = split(notebook, heading(chapter))
        begun(pages, opens(chapter, place))
        for page in pages:
            name = f"{folder_of(chapter)}/{page.name}.ipynb"
            texts[name] = nbformat.writes(page.notebook())
    for name, text in texts.items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")


def _pictures(folder: Path, names: tuple[str, str], png: bytes) -> None:
    """Write a picture for light paper and for dark."""
    for name, data in zip(names, (png, on_dark(png)), strict=True):
        (folder / name).write_bytes(data)


def begun(pages: list[Page], links: str) -> None:
    """Put the links below the chapter's title, and the list of its pages before its first code."""
    first, *others = pages
    new = nbformat.v4.new_markdown_cell
    titles = ["title" in tags(cell) for cell in first.cells]
    if others:
        listed = "\n".join(page.entry() for page in others)
        tree = f"## In this chapter\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```"
        roles = [role(cell) in ("title", "picture") for cell in first.cells]
        first.cells.insert([*roles, False].index(False), new(tree))
    minutes = ["minutes" in tags(cell) for cell in first.cells]
    first.cells.insert(1 + minutes.index(True) if any(minutes) else sum(titles), new(links))


def opens(chapter: Chapter, place: str) -> str:
    """A line of links that open the notebook; how to run it here, where there are none."""
    links = repository_address.links(place, chapter.file)
    if not links:
        return "To run this chapter on your own machine: `nc-teach lab`. [How?](../index.md)"
    shown = " · ".join(f"[{name}]({url})" for name, url in links.items())
    colab = f"In Colab, run `%pip install git+https://github.com/{place}` first."
    return f"Open this chapter in {shown}, or on your own machine with `nc-teach lab`. {colab}"
