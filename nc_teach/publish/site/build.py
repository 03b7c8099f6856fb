"""The course as a static book: chapters whose figures move, questions, terms, reference, search."""

import filecmp
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import nbformat
from filelock import FileLock, Timeout

from nc_teach import course
from nc_teach.course import Chapter

from .. import colab, pages as whole_course
from ..chapters import folder_of, heading, read, role, tags
from ..execute import PACKAGE, cache, execute
from ..on_dark import on_dark
from . import reference_pages, repository_address
from .chapter_cards import card
from .chapter_pages import Page, split
from .index_page import PICTURES, card_files, index_page, pad

HERE = Path(__file__).parent
PAD = "pad.html"  # beside the first page, which includes it
MACHINERY = (
    *("sphinx_conf", "folds", "search_texts", "search_words", "formulas", "formula_reader"),
    "../markdown",
)
STATIC = ("../formulas.css", "site.css", "reference.css", "site.js", "results.js", "search.js")


def build(out: Path, repository: str = "", *, still: bool = False, teacher: bool = False) -> int:
    """Build the site into the folder `out`; returns Sphinx's exit code, 0 if all went well.

    What an earlier build left there is replaced. `repository` is the address for the links to
    Binder and Colab, by default the setting in `repository_address`. With `still`, no chapter is
    run and no figure moves. For a `teacher` the guide has the answers, too. Pages, and what Sphinx
    read, are kept in the user's cache: if nothing has changed they are only copied, and otherwise
    only what changed is read again. Raises
    ``ValueError`` if the address is not one of GitHub's, a chapter fails, or `out` holds something
    else.
    """
    place = repository_address.repository(repository)
    if out.exists() and any(out.iterdir()) and not (out / "searchindex.js").exists():
        raise ValueError(f"--out must be a new folder or one with an older site, got {out}")
    kept = cache().parent / "site" / made_by(still, teacher)
    kept.mkdir(parents=True, exist_ok=True)
    forget_others(kept)
    with FileLock(kept / "lock"):  # who comes second finds the pages of the first
        code = make(kept, place, still=still, teacher=teacher)
        if code == 0:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(kept / "html", out)
    return code


def make(kept: Path, place: str, *, still: bool, teacher: bool = False) -> int:
    """Bring the pages in the folder `kept` up to date; returns Sphinx's exit code."""
    mark, state = kept / "made_from", f"{made_from()} {place}"
    if mark.is_file() and mark.read_text(encoding="utf-8") == state:
        return 0
    mark.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), place, still=still, teacher=teacher)
        bring(Path(folder), kept / "source")
    shutil.rmtree(kept / "html", ignore_errors=True)  # its pages hold each other's titles
    words = [sys.executable, "-m", "sphinx", "-q", "-a", "-j", str(min(os.cpu_count() or 1, 4))]
    words += ["-D", f"nc_repository={place}", "-b", "html", "-d", str(kept / "trees")]
    code = subprocess.run([*words, str(kept / "source"), str(kept / "html")]).returncode
    if code == 0:
        mark.write_text(state, encoding="utf-8")
    return code


def forget_others(kept: Path) -> None:
    """Remove what another version of the site's machinery has kept, unless it is at work."""
    for other in kept.parent.glob(f"{kept.name.partition('-')[0]}-*"):
        if other != kept:
            with suppress(Timeout), FileLock(other / "lock", timeout=0):
                shutil.rmtree(other, ignore_errors=True)


def made_by(still: bool, teacher: bool = False) -> str:
    """The name of the kept folder: this copy of the course, its site's machinery, its libraries."""
    libraries = ("sphinx", "furo", "myst-nb", "myst-parser", "docutils", "latex2mathml")
    told = [str(PACKAGE), sys.version, *map(version, libraries)]
    total = hashlib.sha256("\n".join(told).encode())
    for name in MACHINERY:  # which Sphinx calls, and does not watch
        total.update((HERE / name).with_suffix(".py").read_bytes())
    kind = f"{'still' if still else 'moving'}{'_teacher' if teacher else ''}"
    return f"{kind}-{total.hexdigest()[:16]}"


def made_from() -> str:
    """Hash of all that the site is made from: the package and the notebooks."""
    total = hashlib.sha256()
    for folder in (PACKAGE, course.notebooks()):
        for file in sorted(f for f in folder.rglob("*") if f.is_file() and f.suffix != ".pyc"):
            total.update(file.relative_to(folder).as_posix().encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def bring(new: Path, source: Path) -> None:
    """Make `source` what `new` is, touching only files whose text differs: Sphinx reads times."""
    wanted = {file.relative_to(new) for file in new.rglob("*") if file.is_file()}
    for file in list(source.rglob("*")):
        if file.is_file() and file.relative_to(source) not in wanted:
            file.unlink()
    for name in wanted:
        target = source / name
        if not target.is_file() or not filecmp.cmp(new / name, target, shallow=False):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(new / name, target)


def write(source: Path, place: str, *, still: bool, teacher: bool = False) -> None:
    """Write all that Sphinx reads; `place` is the repository as ``owner/name``, or empty.

    Only for a `teacher` it holds answers: the keys, what was measured of each prediction, and the
    flaws of solutions that are almost right.
    """
    (source / "_static").mkdir(parents=True)
    shutil.copy(HERE / "sphinx_conf.py", source / "conf.py")
    for name in STATIC:
        shutil.copy(HERE / name, source / "_static" / Path(name).name)
    picture = (course.notebooks() / "pictures" / PICTURES[0]).read_bytes()
    _pictures(source, PICTURES, picture)
    chapters = course.chapters()
    whole = whole_course.pages(answers=teacher, pictures=True)
    texts = {f"{name}.md": text for name, text in whole.items()}
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
        (source / name).parent.mkdir(parents=True, exist_ok=True)
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
    told = f"Open this chapter in {shown}, or on your own machine with `nc-teach lab`."
    if colab.there(chapter.file):
        return f"{told} In Colab the first code cell installs the course."
    return f"{told} In Colab, run `%pip install git+https://github.com/{place}` first."
