"""The commands that make something of the chapters: slides, site, pages and lecturer's copies.

Only the words of the commands are here; what they need is loaded when one of them runs.
"""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

NEEDED = ("furo", "latex2mathml", "myst_nb", "sphinx", "sphinx_revealjs")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to those of ``nc-teach``."""
    slides = commands.add_parser("slides", help="turn a chapter into slides: one HTML file")
    site = commands.add_parser("site", help="build the course as a static book with search")
    copy = commands.add_parser("instructor", help="a chapter's notebook with the solutions in it")
    handout = commands.add_parser("handout", help="a chapter's slides on paper, with blanks")
    for command, out in (
        (slides, "slides_N.html"),
        (handout, "handout_N.html"),
        (copy, "instructor_N.ipynb"),
    ):
        command.add_argument("chapter", metavar="N", help="the chapter's number")
        command.add_argument("--out", type=Path, metavar="FILE", help=f"default: {out}")
    copy.set_defaults(run=_instructor)
    for command in (slides, handout):
        command.add_argument("--minutes", type=int, default=90, help="of the lecture (default: 90)")
    slides.set_defaults(run=_slides)
    handout.set_defaults(run=_handout)
    site.add_argument("--out", type=Path, default=Path("site"), metavar="FOLDER")
    site.add_argument(
        "--repository", default="", metavar="URL", help="for the links to Binder and Colab"
    )
    site.add_argument(
        "--teacher",
        action="store_true",
        help="with the answers in the teaching guide: a site to keep to yourself",
    )
    site.set_defaults(run=_site)
    for command in (slides, site):
        command.add_argument(
            "--still",
            action="store_true",
            help="at once, from the stored outputs: the figures do not move",
        )
    colab = commands.add_parser("colab", help="write notebooks that install the course in Colab")
    colab.add_argument("--out", type=Path, default=Path("colab"), metavar="FOLDER")
    colab.add_argument("--repository", default="", metavar="URL", help="from which they install it")
    colab.set_defaults(run=_colab)
    pages = commands.add_parser(
        "pages", help="write results, questions, glossary, references and teaching guide"
    )
    pages.add_argument("--out", type=Path, default=Path("pages"), metavar="FOLDER")
    pages.set_defaults(run=_pages)


def report(file: Path) -> None:
    """Write the page "the paper says, we measured" over all claims, as Markdown."""
    from .pages.results import page

    _write(file, page())
    print(f"{file}: every claim, from the results that ship and the chapters' own tables.")


def _check_installed() -> None:
    """Raise ``ValueError`` if packages that pages and slides need are missing."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise ValueError(
            f"{', '.join(missing)} not installed; slides and site need a few packages more: "
            f"{sys.executable} -m pip install {' '.join(missing)}"
        )


def _slides(arguments: argparse.Namespace) -> None:
    _check_installed()
    from .chapters import chapter, read
    from .execute import execute
    from .slides.deck import deck

    chosen, minutes = chapter(arguments.chapter), _minutes(arguments)
    out = arguments.out or Path(f"slides_{chosen.number}.html")
    live = None if arguments.still else execute(chosen, slide=True)
    size = _write(out, deck(read(chosen), chosen.number, chosen.title, minutes, live))
    print(f"{out}: {size / 1e6:.1f} MB. Open it in a browser; S opens the presenter's window.")


def _handout(arguments: argparse.Namespace) -> None:
    _check_installed()
    from .chapters import chapter, read
    from .slides.handout import handout

    chosen, minutes = chapter(arguments.chapter), _minutes(arguments)
    out = arguments.out or Path(f"handout_{chosen.number}.html")
    _write(out, handout(read(chosen), chosen.number, chosen.title, minutes))
    print(f"{out}: open it in a browser and print it; students fill in what is blank.")


def _minutes(arguments: argparse.Namespace) -> int:
    if arguments.minutes < 1:
        raise ValueError(f"--minutes must be at least 1, got {arguments.minutes}")
    return int(arguments.minutes)


def _site(arguments: argparse.Namespace) -> int:
    _check_installed()
    from .site.build import build

    print("Building the site: some minutes, and seconds if nothing has changed.", flush=True)
    code = build(
        arguments.out, arguments.repository, still=arguments.still, teacher=arguments.teacher
    )
    if code == 0:
        print(f"Open {arguments.out / 'index.html'} in a browser; it needs no server.")
        if arguments.teacher:
            print("Its teaching guide has the answers. Keep it to yourself.")
    return code


def _instructor(arguments: argparse.Namespace) -> None:
    import nbformat
    import torch

    from .chapters import chapter, read
    from .pages import instructor

    chosen = chapter(arguments.chapter)
    out = arguments.out or Path(f"instructor_{chosen.number}.ipynb")
    instructor.check_place(out)
    torch.set_num_threads(1)
    print("Trying the known wrong answers: some seconds, or a minute.", flush=True)
    _write(out, nbformat.writes(instructor.copy(read(chosen))) + "\n")
    print(f"{out}: with the solutions of {len(chosen.exercises)} exercises. Keep it to yourself.")


def _colab(arguments: argparse.Namespace) -> None:
    import nbformat

    from . import colab
    from .site.repository_address import repository

    place = repository(arguments.repository)
    if not place:
        raise ValueError("no address of a repository is known: name one with --repository URL")
    for name, notebook in colab.copies(place).items():
        _write(arguments.out / name, nbformat.writes(notebook) + "\n")
    print(f"{arguments.out}: notebooks that install {place} in Colab. Commit them as they are.")


def _pages(arguments: argparse.Namespace) -> None:
    _check_installed()
    from . import pages

    found = pages.pages(answers=True)
    for name, text in found.items():
        _write(arguments.out / f"{name}.md", text)
    print(f"{arguments.out}: {len(found)} pages in Markdown.")


def _write(file: Path, text: str) -> int:
    """Write a text whole or not at all; return its size in bytes."""
    from nc_teach.common.files import write_whole

    file.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(file, text.encode())
