"""The commands that make something of the chapters: ``slides`` and ``site``.

Only the words of the commands are here; what they need is loaded when one of them runs.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

NEEDED = ("furo", "latex2mathml", "myst_nb", "sphinx", "sphinx_revealjs")


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands to those of ``nc-teach``."""
    slides = commands.add_parser("slides", help="turn a chapter into slides: one HTML file")
    slides.add_argument("chapter", metavar="N", help="the chapter's number")
    slides.add_argument("--out", type=Path, metavar="FILE", help="default: slides_N.html")
    slides.add_argument("--minutes", type=int, default=90, help="of the lecture (default: 90)")
    _add_still(slides)
    slides.set_defaults(run=_slides)
    site = commands.add_parser("site", help="build the course as a static book with search")
    site.add_argument("--out", type=Path, default=Path("site"), metavar="FOLDER")
    site.add_argument(
        "--repository", default="", metavar="URL", help="for the links to Binder and Colab"
    )
    _add_still(site)
    site.set_defaults(run=_site)


def _add_still(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--still",
        action="store_true",
        help="at once, from the stored outputs: the figures do not move",
    )


def check_installed() -> None:
    """Raise ``ValueError`` if packages that pages and slides need are missing."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise ValueError(
            f"{', '.join(missing)} not installed; slides and site need a few packages more: "
            'python -m pip install -c requirements.lock -e ".[site]"'
        )


def _slides(arguments: argparse.Namespace) -> None:
    check_installed()
    from .chapters import chapter
    from .deck import deck
    from .played import played

    if arguments.minutes < 1:
        raise ValueError(f"--minutes must be at least 1, got {arguments.minutes}")
    chosen = chapter(arguments.chapter)
    out = arguments.out or Path(f"slides_{chosen.number}.html")
    text = deck(
        played(chosen, still=arguments.still), chosen.number, chosen.title, arguments.minutes
    )
    size = write(out, text)
    print(f"{out}: {size / 1e6:.1f} MB. Open it in a browser; S opens the presenter's window.")


def _site(arguments: argparse.Namespace) -> int:
    check_installed()
    from . import site

    print("Building the site: about three minutes, more if a chapter has to be run.", flush=True)
    code = site.build(arguments.out, arguments.repository, still=arguments.still)
    if code == 0:
        print(f"Open {arguments.out / 'index.html'} in a browser; it needs no server.")
    return code


def write(file: Path, text: str) -> int:
    """Write a text whole or not at all; return its size in bytes."""
    from nc_teach.storage import write_whole

    file.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(file, text.encode())
