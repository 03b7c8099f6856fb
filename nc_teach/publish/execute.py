"""A chapter run once so that its figures move with no kernel, and kept for the next time.

The stored notebook holds still pictures only: every picture of every figure would make it many
megabytes large. So slides and site run it in page mode, in which a figure's output is the piece of
HTML that moves, and keep the result in the user's cache. It is run again when its cells change, or
a module that it loads.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

import nbformat
from filelock import FileLock
from nbformat import NotebookNode

import nc_teach
from nc_teach.common.files import write_whole

from .chapters import Chapter, code_cells, folder_of, read

PACKAGE = Path(nc_teach.__file__).parent
SECONDS = 600  # most for one cell, on a slow machine


def execute(chapter: Chapter, *, still: bool = False, slide: bool = False) -> NotebookNode:
    """The chapter's notebook with outputs for a page; ``ValueError`` says how a cell failed.

    ``still`` takes the stored outputs as they are: at once, but no figure moves. For a `slide`
    the figures are drawn with larger type.
    """
    notebook = read(chapter)
    if still:
        return notebook
    name = folder_of(chapter) + ("-slide" if slide else "")
    file = cache() / f"{name}-{made_from(notebook)}.ipynb"
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.parent / f"{name}.lock"):  # who comes second waits for the first one's run
        if not file.exists():
            minutes = notebook.metadata.get("nc_teach", {}).get("minutes", {}).get("run", 4)
            long = f"{minutes} minute{'s' * (minutes != 1)} or more"
            print(f"Running {name} once, so that its figures move: {long}.", flush=True)
            run(notebook, page=True, slide=slide)
            write_whole(file, nbformat.writes(notebook).encode())
            for older in file.parent.glob(f"{name}-{16 * '?'}.ipynb"):
                if older != file:
                    older.unlink(missing_ok=True)
    return nbformat.read(file, as_version=4)


def cache() -> Path:
    """Where chapters that were run are kept: ``NC_TEACH_CACHE``, else the user's cache folder."""
    from platformdirs import user_cache_path

    named = os.environ.get("NC_TEACH_CACHE", "")
    return (Path(named) if named else user_cache_path("nc_teach")) / "executed"


def made_from(notebook: NotebookNode) -> str:
    """Hash of the code cells and of the source of every module of ours that they load."""
    modules = notebook.metadata.get("nc_teach", {}).get("made_from", {}).get("modules", {})
    files = map(file_of, modules) if modules else sorted(PACKAGE.rglob("*.py"))
    player = sorted(PACKAGE.glob("live/*.*"))  # a page needs more of it than a stored notebook
    total = hashlib.sha256("\n".join(c.source for c in code_cells(notebook)).encode())
    for file in [*files, *player]:
        total.update(hashlib.sha256(file.read_bytes() if file.is_file() else b"").digest())
    return total.hexdigest()[:16]


def run(notebook: NotebookNode, *, page: bool, slide: bool = False) -> None:
    """Run every cell in an empty folder, on one thread; fills in the outputs.

    In page mode its figures move, drawn for a `slide` if that is wanted, and what libraries write
    to stderr is left out. Raises ``ValueError`` if a cell fails.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "NC_TEACH_STILL": "1",
            "NC_TEACH_PAGE": "slide" if slide else str(int(page)),
            "NC_TEACH_PROGRESS": str(Path(folder) / "progress.json"),
            "OMP_NUM_THREADS": "1",
        }
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],  # warnings of the kernel are of no use here
            resources={"metadata": {"path": folder}},
        )
        try:
            client.execute(env={**os.environ, **environment})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise ValueError(f"a cell of the notebook failed: {_last_line(error)}") from error
    for cell in code_cells(notebook) if page else ():
        cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]


def _last_line(error: Exception) -> str:
    """What went wrong, without the traceback and its colours."""
    lines = re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip().splitlines()
    return lines[-1] if lines else type(error).__name__


def file_of(module: str) -> Path:
    """The source file of a module of ours, there or not."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
