"""A chapter run once so that its figures move with no kernel, and kept for the next time.

The stored notebook holds still pictures only: every picture of every figure would make it many
megabytes large. So slides and site run it in page mode, in which a figure's output is the piece of
HTML that moves, and keep the result in the user's cache. It is run anew when its cells change or a
module that it loads.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

import nbformat

import nc_teach

from .chapters import Chapter, folder_of, read

PACKAGE = Path(nc_teach.__file__).parent
SECONDS = 600  # most for one cell, on a slow machine


def played(chapter: Chapter, *, still: bool = False) -> nbformat.NotebookNode:
    """The chapter's notebook with outputs for a page.

    Parameters
    ----------
    chapter : Chapter
        Which one.
    still : bool
        Take the stored outputs as they are: at once, but no figure moves.

    Raises
    ------
    ValueError
        If a cell fails; the message says how.
    """
    notebook = read(chapter)
    if still:
        return notebook
    file = cache() / f"{folder_of(chapter)}-{made_from(notebook)}.ipynb"
    if not file.exists():
        minutes = notebook.metadata.get("nc_teach", {}).get("minutes", {}).get("run", 4)
        long = f"{minutes} minute{'s' * (minutes != 1)} or more"
        print(f"Running {folder_of(chapter)} once, so that its figures move: {long}.", flush=True)
        run(notebook)
        file.parent.mkdir(parents=True, exist_ok=True)
        whole = file.with_suffix(f".{os.getpid()}.tmp")
        nbformat.write(notebook, whole)
        os.replace(whole, file)
        _forget(file, chapter)
    return nbformat.read(file, as_version=4)


def cache() -> Path:
    """Where chapters that were run are kept: ``NC_TEACH_CACHE``, else the user's cache folder."""
    from platformdirs import user_cache_path

    named = os.environ.get("NC_TEACH_CACHE", "")
    return (Path(named) if named else user_cache_path("nc_teach")) / "played"


def made_from(notebook: nbformat.NotebookNode) -> str:
    """Hash of the code cells and of the source of every module of ours that they load."""
    modules = notebook.metadata.get("nc_teach", {}).get("made_from", {}).get("modules", {})
    files = map(_file_of, modules) if modules else sorted(PACKAGE.rglob("*.py"))
    player = sorted(PACKAGE.glob("live/*.*"))  # a page needs more of it than a stored notebook
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    return _hash([code.encode(), *_contents([*files, *player])])


def run(notebook: nbformat.NotebookNode) -> None:
    """Run every cell in page mode, in an empty folder, on one thread; fills in the outputs."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "NC_TEACH_STILL": "1",
            "NC_TEACH_PAGE": "1",
            "NC_TEACH_PROGRESS": str(Path(folder) / "progress.json"),
            "OMP_NUM_THREADS": "1",
        }
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],  # its warnings are not for who makes slides
            resources={"metadata": {"path": folder}},
        )
        try:
            client.execute(env={**os.environ, **environment})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise ValueError(f"a cell of the notebook failed: {_last_line(error)}") from error
    for cell in notebook.cells:
        if cell.cell_type == "code":  # what libraries mutter is not for a page
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]


def _last_line(error: Exception) -> str:
    """What went wrong, without the traceback and its colours."""
    lines = re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip().splitlines()
    return lines[-1] if lines else type(error).__name__


def _file_of(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _contents(files: Iterable[Path]) -> list[bytes]:
    return [file.read_bytes() if file.is_file() else b"" for file in files]


def _hash(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()[:16]


def _forget(newest: Path, chapter: Chapter) -> None:
    """Remove what older cells or modules of this chapter had given."""
    for file in newest.parent.glob(f"{folder_of(chapter)}-*.ipynb"):
        if file != newest:
            file.unlink(missing_ok=True)
