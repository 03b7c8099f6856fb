"""The commands of the whole course: ``nc-teach instructor``, ``pages``, ``claims --report``.

Only the words of the commands are here; what they need is loaded when one of them runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def add(commands: argparse._SubParsersAction) -> None:
    """Add the commands to those of ``nc-teach``."""
    copy = commands.add_parser("instructor", help="a chapter's notebook with the solutions in it")
    copy.add_argument("chapter", metavar="N", help="the chapter's number")
    copy.add_argument("--out", type=Path, metavar="FILE", help="default: instructor_N.ipynb")
    copy.set_defaults(run=_instructor)
    pages = commands.add_parser(
        "pages", help="write results, questions, glossary, references and teaching guide"
    )
    pages.add_argument("--out", type=Path, default=Path("pages"), metavar="FOLDER")
    pages.set_defaults(run=_pages)


def report(file: Path) -> None:
    """Write the page "the paper says, we measured" over all claims, as Markdown."""
    from .results import page

    _write(file, page())
    print(f"{file}: every claim, from the results that ship and the chapters' own tables.")


def _instructor(arguments: argparse.Namespace) -> None:
    import nbformat
    import torch

    from nc_teach.publish.chapters import chapter, read

    from . import instructor

    chosen = chapter(arguments.chapter)
    out = arguments.out or Path(f"instructor_{chosen.number}.ipynb")
    instructor.check_place(out)
    torch.set_num_threads(1)
    print("Trying the known wrong answers: some seconds, or a minute.", flush=True)
    _write(out, nbformat.writes(instructor.copy(read(chosen))) + "\n")
    print(f"{out}: with the solutions of {len(chosen.exercises)} exercises. Keep it to yourself.")


def _pages(arguments: argparse.Namespace) -> None:
    from nc_teach import handbook
    from nc_teach.publish.commands import check_installed

    check_installed()
    found = handbook.pages()
    for name, text in found.items():
        _write(arguments.out / f"{name}.md", text)
    print(f"{arguments.out}: {len(found)} pages in Markdown.")


def _write(file: Path, text: str) -> None:
    from nc_teach.storage import write_whole

    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, text.encode())
