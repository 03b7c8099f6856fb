"""Run a notebook as its reader would, and know whether its outputs are still those of the code.

``python -m tests.notebook_tools [NAME ...]`` runs the notebooks anew in still mode and writes them
back with their outputs: do that after changing a notebook or what it shows.

Beside its outputs a committed notebook keeps what they were made from: a hash of its code cells,
and one of every module of ours that it had loaded. When either has changed, it is stale.
"""

import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path

import nbformat

from nc_teach.publish import execute
from nc_teach.publish.chapters import code_cells as codes

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"

LOADED = """
import json as _json, sys as _sys
print(_json.dumps(sorted(n for n in _sys.modules if n.split(".")[0] == "nc_teach")))
"""


def names() -> list[str]:
    """The names of all notebooks, in the order of the course."""
    return sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / name, as_version=4)


def run(name: str) -> tuple[nbformat.NotebookNode, list[str], list[float]]:
    """The executed notebook, our modules that it loaded, and the seconds of each code cell."""
    notebook = read(name)
    notebook.cells.append(nbformat.v4.new_code_cell(LOADED))
    execute.run(notebook, page=False)
    modules = json.loads(notebook.cells.pop().outputs[0].text)
    return notebook, modules, list(map(seconds_of, codes(notebook)))


def seconds_of(cell: nbformat.NotebookNode) -> float:
    """How long a code cell ran, by what the kernel noted in its metadata."""
    noted = cell.metadata.execution
    started, ended = noted["iopub.execute_input"], noted["shell.execute_reply"]
    return (_moment(ended) - _moment(started)).total_seconds()


def made_from(notebook: nbformat.NotebookNode, modules: list[str]) -> dict:
    """Hashes of the code cells and of the source of every module of ours."""
    code = "\n".join(cell.source for cell in codes(notebook))
    return {"cells": _hash(code.encode()), "modules": {m: module_hash(m) for m in modules}}


def module_hash(module: str) -> str | None:
    """Hash of a module's source file; None when there is no such file any more."""
    file = execute.file_of(module)
    return _hash(file.read_text(encoding="utf-8").encode()) if file.is_file() else None


def stale(notebook: nbformat.NotebookNode) -> list[str]:
    """What has changed since the notebook's outputs were made; empty when nothing has."""
    then = notebook.metadata.get("nc_teach", {}).get("made_from")
    if not then:
        return ["it was never run"]
    now = made_from(notebook, list(then["modules"]))
    changed = [m for m, value in then["modules"].items() if now["modules"][m] != value]
    return [*(["its own cells"] if now["cells"] != then["cells"] else []), *changed]


def refresh(name: str) -> None:
    """Run the notebook and write it back with its outputs."""
    notebook, modules, seconds = run(name)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    notebook.metadata["language_info"] = {"name": "python"}
    ours = notebook.metadata.setdefault("nc_teach", {})
    ours["made_from"] = made_from(notebook, modules)
    ours["seconds"] = round(sum(seconds), 1)
    nbformat.validate(notebook)
    nbformat.write(notebook, NOTEBOOKS / name)
    print(
        f"{name}: {len(notebook.cells)} cells, {sum(seconds):.0f} s, slowest {max(seconds):.0f} s"
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


if __name__ == "__main__":
    for chosen in sys.argv[1:] or names():
        refresh(chosen)
