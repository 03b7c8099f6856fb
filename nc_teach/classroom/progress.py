"""The reader's progress file: guesses, exercises, quiz answers and the passport in one JSON file.

Every change reads the file again under a lock, changes it and swaps it in whole, so that several
open notebooks do no harm to each other. A file that cannot be understood is never overwritten.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from nc_teach.common.files import absolute, sweep, write_whole
from nc_teach.common.foreign import BELOW, parse
from nc_teach.common.still import still

State = dict[str, Any]  # what the file holds: JSON
Entry = dict[str, Any]  # what it holds of one guess, exercise, question or dot
VERSION = 1
SECTIONS: dict[str, type] = {"predictions": dict, "exercises": dict, "quiz": dict, "passport": list}


class ProgressError(RuntimeError):
    """The progress file cannot be used; the message names it and says how to fix it."""


def path() -> Path:
    """Where the progress file is: ``NC_TEACH_PROGRESS``, else the current folder.

    >>> path().suffix
    '.json'
    """
    named = os.environ.get("NC_TEACH_PROGRESS", "")
    return absolute(named or "nc_teach_progress.json")


def now() -> str:
    """The time of an entry: ISO 8601 in UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def load() -> State:
    """Read the progress; without a file, that of a reader who has just begun.

    Raises ``ProgressError`` if the file is damaged, or written by a newer nc_teach. It is left
    as it is.
    """
    file = path()
    try:
        state: object = parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        state = {"version": VERSION}
    except OSError as error:
        raise ProgressError(
            f"The progress file {file} cannot be read: {error.strerror}."
        ) from error
    except UnicodeDecodeError as error:
        raise _damaged(file, "it is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise _damaged(file, f"line {error.lineno} is not JSON") from error
    except ValueError as error:
        raise _damaged(file, str(error)) from error
    if not isinstance(state, dict) or not isinstance(state.get("version"), int):
        raise _damaged(file, 'it has no "version"')
    if state["version"] > VERSION:
        raise ProgressError(
            f"The progress file {file} was written by a newer nc_teach (version "
            f"{state['version']}; this one reads up to {VERSION}) and is left as it is. "
            "Update nc_teach, or set NC_TEACH_PROGRESS to another file."
        )
    for name, kind in SECTIONS.items():
        section = state.setdefault(name, kind())
        entries = section.values() if isinstance(section, dict) else section
        if not isinstance(section, kind) or not all(_is_entry(name, entry) for entry in entries):
            raise _damaged(file, f'its "{name}" is not what it should be')
    return state


def _is_entry(section: str, entry: object) -> bool:
    """Whether what is counted in an entry is a number, and each of a quiz's is an entry."""
    if not isinstance(entry, dict):
        return False
    if section == "quiz":
        return all(isinstance(answer, dict) for answer in entry.values())
    counts = [entry[name] for name in ("tries", "hints") if name in entry]
    return all(type(count) is int and 0 <= count < BELOW for count in counts)


def recall(section: str, key: str) -> tuple[Entry, str]:
    """What the file holds of one guess or exercise, and the problem where it cannot be read.

    In still mode there is neither.
    """
    try:
        return ({} if still() else load()[section].get(key, {})), ""
    except ProgressError as error:
        return {}, str(error)


def update(change: Callable[[State], None]) -> State:
    """Read the file again, let `change` alter what it holds, write it back in one step; return it.

    If `change` raises, nothing is written. Raises ``ProgressError`` if the file is damaged, newer,
    or cannot be written; then it is left as it is.
    """
    from filelock import FileLock, Timeout

    file = path()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_name(f".{file.name}.lock"), timeout=10):
            sweep(file)
            state = load()
            change(state)
            text = json.dumps(state, indent=1, ensure_ascii=False, allow_nan=False)
            write_whole(file, f"{text}\n".encode())
    except Timeout as error:
        raise ProgressError(
            f"The progress file {file} has been in use by another notebook for 10 s. "
            "Restart that notebook's kernel, then run this cell again."
        ) from error
    except OSError as error:
        raise ProgressError(
            f"The progress file {file} cannot be written: {error.strerror}. "
            "Set NC_TEACH_PROGRESS to a file in a folder that you may write to."
        ) from error
    return state


def record(change: Callable[[State], None]) -> str:
    """As :func:`update`, but nothing in still mode; return the problem, or an empty text."""
    try:
        if not still():
            update(change)
    except ProgressError as error:
        return str(error)
    return ""


def _damaged(file: Path, why: str) -> ProgressError:
    return ProgressError(
        f"The progress file {file} is damaged: {why}. It is left as it is. Fix it in a text "
        "editor, or rename it and a new one will be started."
    )
