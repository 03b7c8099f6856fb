"""The reader's copy of the notebooks: handed out without outputs, never overwriting their work.

A hidden record keeps, for each notebook, the fingerprints of the cells as they were handed out. A
copy whose cells still have one of them is unedited and may be updated; any other is the reader's.
A fingerprint is recorded *before* its notebook is written: whenever the power fails, what lies in
the folder is known as ours.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from nc_teach.common.files import absolute, write_whole
from nc_teach.common.foreign import parse

HIDDEN = ".nc_teach"
Record = dict[str, list[str]]  # notebook -> fingerprints handed out, the newest last


def sync_notebooks(source: Path, folder: Path) -> list[str]:
    """Copy or update every notebook of the course's folder `source` in the reader's `folder`.

    Nothing is ever deleted. What the course has no longer stays, with a note. Returns one note for
    each notebook that was handed out, updated or left alone because it differs.

    Raises ``ValueError`` if `folder` is a file, or `source` itself, and ``OSError`` if another
    `nc-teach lab` is updating the same folder, or it cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"FOLDER must be a folder, got the file {folder}")
    if absolute(folder) == absolute(source):
        raise ValueError(f"FOLDER must not be the course's own notebooks, got {folder}")
    (folder / HIDDEN).mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        _sweep(folder)
        record = _Recorded(folder)
        course = {file.name: cleared(_read(file)) for file in sorted(source.glob("*.ipynb"))}
        notes = [_one(notebook, folder / name, record) for name, notebook in course.items()]
        return [*filter(None, notes), *_gone(course, folder, record)]


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

    >>> one = {"cells": [{"cell_type": "code", "source": ["a = 1\\n", "b = 2"]}]}
    >>> two = {"cells": [{"cell_type": "code", "source": "a = 1\\nb = 2", "outputs": [3]}]}
    >>> fingerprint(one) == fingerprint(two)
    True
    """
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


class _Recorded:
    """What was handed out in this folder, and since when: the file behind it is always whole."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / HIDDEN / "manifest.json"
        self.given = _read_record(self.file)

    def knows(self, file: Path) -> bool:
        """Whether `file` is as we have written it: unedited, whatever was run in it."""
        return _fingerprint_of(file) in self.given.get(file.name, [])

    def knows_of(self, file: Path, notebook: dict[str, Any]) -> bool:
        """Whether this version was handed out under this name before."""
        return fingerprint(notebook) in self.given.get(file.name, [])

    def write(self, notebook: dict[str, Any], file: Path) -> None:
        """Record, then write."""
        self.note(notebook, file)
        _write_json(file, notebook)

    def note(self, notebook: dict[str, Any], file: Path) -> None:
        """Record that this version is the one that `file` has, or is about to have."""
        new, given = fingerprint(notebook), self.given.get(file.name, [])
        if given[-1:] != [new]:
            self.given[file.name] = [*(g for g in given if g != new), new]
            _write_json(self.file, {"version": 2, "notebooks": self.given})


def _one(course: dict[str, Any], target: Path, record: _Recorded) -> str:
    """Hand out one notebook. Return a note, or nothing to say."""
    if not target.exists() and not target.is_symlink():
        again = " again, for it was not here" if target.name in record.given else ""
        record.write(course, target)
        return f"{target.name}: handed out{again}"
    if _fingerprint_of(target) == fingerprint(course):
        record.note(course, target)
        return ""
    if record.knows(target):
        record.write(course, target)
        return f"{target.name}: updated; you had not edited it"
    beside = target.with_suffix(".new.ipynb")
    if record.knows_of(target, course) or record.knows_of(beside, course):
        return f"{target.name}: you have edited it, left as it is"
    return _offer(course, target, beside, record)


def _offer(course: dict[str, Any], target: Path, beside: Path, record: _Recorded) -> str:
    """Put the course's new version beside an edited copy, unless that one was edited as well."""
    told = f"{target.name}: you have edited it, left as it is; the course's new version is"
    same = _fingerprint_of(beside) == fingerprint(course)
    if beside.exists() and not same and not record.knows(beside):
        return f"{told} not shown, for {beside.name} is edited too. Rename that one and start again"
    _write_json(beside, course)
    record.note(course, beside)  # only now: what is recorded here counts as shown, for good
    return f"{told} {beside.name}"


def _gone(course: dict[str, Any], folder: Path, record: _Recorded) -> list[str]:
    """A note for each notebook of ours that the course has no longer, or under another name."""
    ours = (folder / name for name in sorted(record.given) if not name.endswith(".new.ipynb"))
    return [
        f"{file.name}: no longer part of the course (or renamed); left as it is"
        for file in ours
        if file.name not in course and file.exists()
    ]


def _fingerprint_of(file: Path) -> str | None:
    try:
        return fingerprint(_read(file))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not a notebook any more: the reader's, so it is never overwritten


def _read_record(file: Path) -> Record:
    try:
        given = _read(file)["notebooks"].items()
        return {n: [f for f in found if isinstance(f, str)] for n, found in given}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # without it every copy that differs counts as edited: nothing is lost


def _read(file: Path) -> Any:
    return parse(file.read_text(encoding="utf-8"))


def _write_json(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def _sweep(folder: Path) -> None:
    """Take away what a run that was killed has left: half a notebook under a hidden name."""
    for left in (*folder.glob(".*.ipynb.*.part"), *(folder / HIDDEN).glob(".*.json.*.part")):
        left.unlink(missing_ok=True)


def _alone(folder: Path, seconds: float = 10) -> Any:
    """A lock on the copy, so that two terminals do not update it at once."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / HIDDEN / "updating.lock", timeout=seconds)
    try:
        return lock.acquire()
    except Timeout as error:
        raise OSError(f"{folder} is being updated by another nc-teach lab; wait for it") from error
