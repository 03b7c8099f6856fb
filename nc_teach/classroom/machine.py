"""Is this machine ready for the course? One line per thing, and the command that mends it."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from nc_teach.table import Table

from .output import emit

PARTS = ("torch", "numpy", "matplotlib", "ipywidgets", "anywidget", "jupyterlab")
PIP = "python -m pip install"


@dataclass(frozen=True)
class Line:
    """One thing looked at: what was found, ``ok`` / ``missing`` / ``note``, and what mends it."""

    what: str
    found: str
    state: str = "ok"
    mend: str = ""


def check_machine() -> None:
    """Show a table of what the course needs and what this machine has.

    Works also where torch, or anything else of the course, is missing.
    """
    lines = look()
    missing = sum(line.state == "missing" for line in lines)
    total = "All is there." if not missing else f"{missing} missing: run what stands beside it."
    rows = tuple((n.what, n.found, n.state, n.mend) for n in lines)
    emit(Table(("what", "found", "state", "what mends it"), rows, (total,)))


def look() -> list[Line]:
    """All lines of the table; a look that fails becomes a line of its own."""
    lines = [_python(), *(package(name, wanted()) for name in PARTS)]
    looks: tuple[tuple[str, Callable[[], Line]], ...] = (
        ("free memory", _memory),
        ("free disk", _disk),
        ("cores", _cores),
        ("GPU", _gpu),
        ("small data", _small_data),
        ("full data", _full_data),
    )
    for what, one in looks:
        try:
            lines.append(one())
        except Exception as error:
            lines.append(Line(what, f"unknown ({type(error).__name__}: {error})", "note"))
    return lines


def wanted() -> dict[str, str]:
    """What the installed package asks for, such as ``{"torch": ">=2.6"}``; empty if unknown."""
    try:
        asked = metadata.requires("nc-teach") or []
    except metadata.PackageNotFoundError:
        return {}
    pairs = (re.match(r"([\w.-]+)\s*([^;\[]*)(;?)", text) for text in asked)
    return {p[1].lower(): p[2].strip(" ()") for p in pairs if p and not p[3]}


def package(name: str, asked: dict[str, str]) -> Line:
    """Look at one package: is it there, and is it new enough?"""
    want = asked.get(name, "")
    mend = f'{PIP} "{name}{want}"'
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Line(name, "not installed", "missing", mend)
    least = re.search(r">=\s*([\d.]+)", want)
    if least and _parts(found) < _parts(least[1]):
        return Line(name, f"{found}, wanted {want}", "missing", mend)
    return Line(name, found)


def _parts(version: str) -> tuple[int, ...]:
    numbers = [int(n) for n in re.findall(r"\d+", version.split("+")[0])[:3]]
    return tuple([*numbers, 0, 0, 0][:3])


def _python() -> Line:
    return Line("Python", platform.python_version())


def _memory() -> Line:
    try:
        import psutil

        free = psutil.virtual_memory().available
    except ImportError:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    low = free < 1.5e9
    return Line("free memory", _giga(free), "note" if low else "ok", "close a program" * low)


def _disk() -> Line:
    free = shutil.disk_usage(".").free
    low = free < 0.5e9
    return Line("free disk", _giga(free), "note" if low else "ok", "delete something" * low)


def _cores() -> Line:
    usable = getattr(os, "sched_getaffinity", None)
    return Line("cores", str(len(usable(0)) if usable else os.cpu_count()))


def _gpu() -> Line:
    try:
        torch = import_module("torch")
    except ImportError:
        return Line("GPU", "unknown without torch", "note")
    if torch.cuda.is_available():
        return Line("GPU", torch.cuda.get_device_name(0))
    mps = getattr(torch.backends, "mps", None)
    if mps is not None and mps.is_available():
        return Line("GPU", "Apple (mps)")
    return Line("GPU", "none; the course needs none")


def _small_data() -> Line:
    try:
        data = import_module("nc_teach.data")
        sizes = {name: len(data.load(name).train.labels) for name in ("digits", "mnist", "fashion")}
    except ImportError as error:
        return Line("small data", f"cannot be read: {error}", "missing", f"{PIP} torch numpy")
    except Exception as error:
        mend = f"{PIP} --force-reinstall --no-deps nc-teach"
        return Line("small data", f"cannot be read: {error}", "missing", mend)
    return Line("small data", ", ".join(f"{name} {size:,}" for name, size in sizes.items()))


def _full_data() -> Line:
    named = os.environ.get("NC_TEACH_DATA", "")
    if not named:
        folder = import_module("platformdirs").user_cache_path("nc_teach", appauthor=False)
        place = str(folder).replace(str(Path.home()), "~", 1)
        return Line("full data", f"optional; would be kept in {place}")
    if not os.path.isdir(os.path.expanduser(named)):
        mend = "make the folder, or set NC_TEACH_DATA to another"
        return Line("full data", f"NC_TEACH_DATA names {named}: no such folder", "note", mend)
    return Line("full data", f"looked for in {named} (NC_TEACH_DATA)")


def _giga(count: float) -> str:
    return f"{count / 1e9:.1f} GB"
