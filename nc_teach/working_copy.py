"""The reader's copy of the notebooks: handed out without outputs, never overwriting their work.

A hidden manifest keeps, for each notebook, the fingerprint of the cells as they were handed out.
A copy whose cells still have it is unedited and may be updated; any other is the reader's.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

HIDDEN = ".nc_teach"


def hand_out(source: Path, folder: Path) -> list[str]:
    """Copy or update every notebook of `source` in `folder`.

    Parameters
    ----------
    source
        The folder with the course's notebooks; only read.
    folder
        Of the reader's copy.

    Returns
    -------
    list of str
        One note for each notebook that was handed out, updated or left alone because it differs.

    Raises
    ------
    ValueError
        If `folder` is a file, or `source` itself.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"FOLDER must be a folder, got the file {folder}")
    if folder.resolve() == source.resolve():
        raise ValueError(f"FOLDER must not be the course's own notebooks, got {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    manifest = _read_manifest(folder)
    notes = []
    for file in sorted(source.glob("*.ipynb")):
        note = _one(cleared(_read(file)), folder / file.name, manifest)
        notes += [note] if note else []
    _write_json(folder / HIDDEN / "manifest.json", {"version": 1, "notebooks": manifest})
    return notes


def cleared(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without outputs, execution counts, execution times and widget state."""
    result = json.loads(json.dumps(notebook))
    result.get("metadata", {}).pop("widgets", None)
    for cell in result.get("cells", []):
        cell.get("metadata", {}).pop("execution", None)
        if cell.get("cell_type") == "code":
            cell.update(outputs=[], execution_count=None)
    return result


def fingerprint(notebook: dict[str, Any]) -> str:
    """SHA-256 of the cells' kinds and sources; outputs and metadata do not count.

    Examples
    --------
    >>> one = {"cells": [{"cell_type": "code", "source": ["a = 1\\n", "b = 2"]}]}
    >>> two = {"cells": [{"cell_type": "code", "source": "a = 1\\nb = 2", "outputs": [3]}]}
    >>> fingerprint(one) == fingerprint(two)
    True
    """
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _one(course: dict[str, Any], target: Path, manifest: dict[str, Any]) -> str:
    """Hand out one notebook; `manifest` learns of it. Return a note, or nothing to say."""
    new, entry = fingerprint(course), manifest.get(target.name, {})
    if not target.exists():
        _write_json(target, course)
        manifest[target.name] = {"handed_out": new}
        return f"{target.name}: handed out"
    here = _fingerprint_of(target)
    if here == new:
        manifest[target.name] = {"handed_out": new}
        return ""
    if here is not None and here == entry.get("handed_out"):
        _write_json(target, course)
        manifest[target.name] = {"handed_out": new}
        return f"{target.name}: updated"
    if new in (entry.get("handed_out"), entry.get("offered")):
        return f"{target.name}: you have edited it, left as it is"
    return _offer(course, target, manifest)


def _offer(course: dict[str, Any], target: Path, manifest: dict[str, Any]) -> str:
    """Put the course's new version beside an edited copy, unless that one was edited as well."""
    beside = target.with_suffix(".new.ipynb")
    offered = manifest.get(beside.name, {}).get("handed_out")
    told = f"{target.name}: you have edited it, left as it is; the course's new version is"
    if beside.exists() and _fingerprint_of(beside) not in (offered, fingerprint(course)):
        return f"{told} not shown, for {beside.name} is edited too. Rename that one and start again"
    _write_json(beside, course)
    new = fingerprint(course)
    manifest[beside.name] = {"handed_out": new}
    manifest[target.name] = {**manifest.get(target.name, {}), "offered": new}
    return f"{told} {beside.name}"


def _fingerprint_of(file: Path) -> str | None:
    try:
        return fingerprint(_read(file))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not a notebook any more: the reader's, so it is never overwritten


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        entries = _read(folder / HIDDEN / "manifest.json")["notebooks"]
        return {name: entry for name, entry in entries.items() if isinstance(entry, dict)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # without it every copy that differs counts as edited: nothing is lost


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _write_json(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(temporary, file)
