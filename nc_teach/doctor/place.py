"""The machine and the folders: room, cores, the data's bytes, and may the reader write here?"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from nc_teach.common.foreign import parse
from nc_teach.doctor.finding import Finding, pip

GIGA = 1e9
DATA = {  # sha256 of the files in nc_teach/data/small
    "digits.npz": "2896df9c31fc542255acf20f39f59dc487a7f6663e0b44e1cefbcd769a74f722",
    "fashion.npz": "dad31b02c54f1bc78eded92af98e1ec1656172d6b9db1bf4bc94539d6db54ca9",
    "mnist.npz": "d7daaf3fe0105b8f5cad2649e717c651f68a651fa3335c04e3821557d7fe0d05",
}


def memory() -> Finding:
    """Memory that is free: a chapter takes a good gigabyte."""
    try:
        import psutil

        free = psutil.virtual_memory().available
    except ImportError:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return _room("free memory", free, 1.5 * GIGA, 0.5 * GIGA, "close other programs")


def disk(folder: Path) -> Finding:
    """Room on the disk that `folder` is, or will be, on."""
    there = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(there).free
    return _room("free disk", free, 0.5 * GIGA, 0.05 * GIGA, "delete something large")


def threads() -> Finding:
    """Cores that may be used, and a setting that would give each of them too much to do."""
    usable = getattr(os, "sched_getaffinity", None)
    cores = len(usable(0)) if usable else os.cpu_count() or 1
    set_to = os.environ.get("OMP_NUM_THREADS", "")
    if set_to and (not set_to.isdecimal() or not 1 <= int(set_to) <= cores):
        how = "unset OMP_NUM_THREADS" if os.name != "nt" else "set OMP_NUM_THREADS="
        return Finding("threads", f"OMP_NUM_THREADS={set_to} on {cores} cores", "warning", how)
    return Finding("threads", f"{cores} cores; what is timed uses one")


def small_data() -> Finding:
    """The data inside the package, byte for byte."""
    place = Path(__file__).resolve().parent.parent / "data" / "small"
    for name, wanted in DATA.items():
        try:
            given = hashlib.sha256((place / name).read_bytes()).hexdigest()
        except OSError as error:
            return Finding("data", f"{name}: {error.strerror}", "problem", _fetch(place))
        if given != wanted:
            found = f"{name} is damaged: another checksum"
            return Finding("data", found, "problem", _fetch(place))
    return Finding("data", f"{', '.join(DATA)}: checksums as they should be")


def _fetch(place: Path) -> str:
    """How to get the data's files again: from the history, the download, or the package."""
    folder = place.parents[2]
    if (folder / ".git").exists():
        return f'git -C "{folder}" checkout -- nc_teach/data/small'
    if (folder / "pyproject.toml").is_file():
        return "download the course again, and take nc_teach/data/small from it"
    return pip("nc-teach", again=True)


def full_data() -> Finding:
    """Where the complete data sets are looked for; nobody needs them to read the course."""
    named = os.environ.get("NC_TEACH_DATA", "")
    if not named:
        return Finding("full data", "optional; downloaded when first asked for")
    if not os.path.isdir(os.path.expanduser(named)):
        found = f"NC_TEACH_DATA names {named}: no such folder"
        return Finding("full data", found, "warning", "make it, or set NC_TEACH_DATA to another")
    return Finding("full data", f"looked for in {named} (NC_TEACH_DATA)")


def working_copy(folder: Path) -> Finding:
    """Whether the reader's copy can be written, by writing: permissions alone do not say it."""
    if folder.exists() and not folder.is_dir():
        return Finding("your copy", f"{folder} is a file", "problem", "nc-teach lab ANOTHER_FOLDER")
    there = next(p for p in (folder, *folder.parents) if p.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        found = f"{there} cannot be written: {error.strerror}"
        return Finding("your copy", found, "problem", "nc-teach lab FOLDER_OF_YOURS")
    return Finding("your copy", "can be written" if folder.exists() else "not made yet; can be")


def progress(folder: Path) -> Finding:
    """The reader's own file of guesses and exercises: whole, or not begun."""
    named = os.environ.get("NC_TEACH_PROGRESS", "")
    file = Path(named).expanduser() if named else folder / "nc_teach_progress.json"
    try:
        found = parse(file.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not isinstance(found.get("version"), int):
            raise ValueError("no version")
    except FileNotFoundError:
        return Finding("your progress", "not begun")
    except OSError as error:
        mend = "set NC_TEACH_PROGRESS to a file of yours"
        return Finding("your progress", f"cannot be read: {error.strerror}", "problem", mend)
    except ValueError:
        mend = f"rename {file.name}, and a new one is begun"
        return Finding("your progress", f"{file.name} is damaged", "problem", mend)
    return Finding("your progress", "kept")


def _room(what: str, free: float, little: float, none: float, how: str) -> Finding:
    state = "problem" if free < none else "warning" if free < little else "ok"
    return Finding(what, f"{free / GIGA:.1f} GB", state, how if state != "ok" else "")
