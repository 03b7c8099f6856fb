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

from . import address, api
from .played import played
from .split import split

HERE = Path(__file__).parent
INDEX = """# Network compression, one technique at a time (網路壓縮)

A course on making neural networks small and fast. Predict, see what was measured, and move the
figures: they need no kernel here. The code runs in the notebooks themselves.

{chapters}

```{{toctree}}
:hidden:
:caption: Chapters

{tree}
```

```{{toctree}}
:hidden:
:caption: The whole course

{course}
```
"""


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
    for name in ("site.css", "site.js"):
        shutil.copy(HERE / name, source / "_static" / name)
    chapters = course.chapters()
    for chapter in chapters:
        _write_chapter(source, chapter, place, still)
    for name, text in api.pages().items():
        _write(source / "api" / f"{name}.rst", text)
    for name, text in handbook.pages().items():
        _write(source / f"{name}.md", text)
    _write(source / "index.md", _index(chapters))


def _write_chapter(source: Path, chapter: Chapter, place: str, still: bool) -> None:
    folder = source / folder_of(chapter)
    first, *others = split(played(chapter, still=still), heading(chapter))
    tree = "\n".join(page.name for page in others)
    ending = f"{opens(chapter, place)}\n\n```{{toctree}}\n:maxdepth: 1\n\n{tree}\n```"
    first.cells.append(nbformat.v4.new_markdown_cell(ending))
    for page in (first, *others):
        _write(folder / f"{page.name}.ipynb", nbformat.writes(page.notebook()))


def heading(chapter: Chapter) -> str:
    """Number and title: ``"1. Network pruning (網路剪枝)"``; the start page has no number."""
    return chapter.title if chapter.number == "00" else f"{chapter.number}. {chapter.title}"


def folder_of(chapter: Chapter) -> str:
    """The name of a chapter's folder on the site."""
    return chapter.file.removesuffix(".ipynb")


def opens(chapter: Chapter, place: str) -> str:
    """A line of links that open the notebook; how to run it here, where there are none."""
    shown = [f"[{name}]({url})" for name, url in address.links(place, chapter.file).items()]
    if not shown:
        return "To run this chapter: `nc-teach lab` on your own machine."
    colab = f"In Colab, run `%pip install git+https://github.com/{place}` first."
    return f"Open this chapter in {' · '.join(shown)}, or with `nc-teach lab` here. {colab}"


def _index(chapters: tuple[Chapter, ...]) -> str:
    listed = "\n".join(f"- [{heading(c)}]({folder_of(c)}/index.ipynb)" for c in chapters)
    tree = "\n".join(f"{folder_of(c)}/index" for c in chapters)
    pages = "\n".join([*handbook.TREE, "api/index"])
    return INDEX.format(chapters=listed, tree=tree, course=pages)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
