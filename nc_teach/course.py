"""The course as its notebooks have it: where they are, and what each one asks of its reader.

Unlike :mod:`nc_teach.classroom`, which asks, this only reads: the keys of the guesses, exercises
and quiz stand in the notebooks' code, and nowhere twice.
"""

import ast
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

CHAPTERS = {
    "1": "network_pruning",
    "2": "why_pruning",
    "3": "knowledge_distillation",
    "4": "parameter_quantization",
    "5": "architecture_design",
    "6": "dynamic_computation",
    "7": "fit_the_budget",
}
"""The name of each chapter: of its notebook, and of its folders of claims, figures and content."""

ASKS = {"predictions": "predict", "exercises": "exercise", "quiz": "quiz"}
"""What a chapter asks, and the function of :mod:`nc_teach.classroom` that asks it."""


@dataclass(frozen=True)
class Chapter:
    """One notebook: its number (``"00"`` is the start), its file, its title, the keys it asks for.

    ``title`` is its first heading without the number: ``"Network pruning (网络剪枝)"``.
    """

    number: str
    file: str
    title: str
    predictions: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
    quiz: tuple[str, ...] = ()


def notebooks() -> Path:
    """The folder with the course's notebooks: beside the package, or inside it when installed.

    ``FileNotFoundError`` if there is none.
    """
    package = Path(__file__).resolve().parent
    for folder in (package.parent / "notebooks", package / "_notebooks"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise FileNotFoundError("the course's notebooks are not here; install nc-teach again")


def chapters(folder: Path | None = None) -> tuple[Chapter, ...]:
    """Every notebook of the course, in its order; or of another `folder`.

    >>> first = chapters()[1]
    >>> first.number, first.file, first.exercises[:2]
    ('1', '01_network_pruning.ipynb', ('1.1', '1.2'))
    """
    files = sorted((folder or notebooks()).glob("[0-9][0-9]_*.ipynb"))
    return tuple(_chapter(file, file.stat().st_mtime_ns) for file in files)


def calls(source: str, name: str) -> list[tuple[str, ast.Call]]:
    """The calls of ``classroom.NAME`` in code, from top to bottom, each behind its variable.

    The variable is an empty text where what the call returns is not kept. Code that a reader has
    left half-written calls nothing.

    >>> [name for name, call in calls('g = classroom.predict("key", "How many?", 0, 9)', "predict")]
    ['g']
    """
    if f"classroom.{name}(" not in source:
        return []
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return []
    kept = {n.value: ast.unparse(n.targets[0]) for n in nodes if isinstance(n, ast.Assign)}
    found = [
        n for n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func) == f"classroom.{name}"
    ]
    return [(kept.get(n, ""), n) for n in sorted(found, key=lambda n: n.lineno)]


def keys(source: str, name: str) -> list[str]:
    """The first argument of each such call: the key of what is asked.

    >>> keys('classroom.exercise("1.1")', "exercise")
    ['1.1']
    """
    return [ast.literal_eval(call.args[0]) for _, call in calls(source, name)]


def prose(chapter: Chapter, role: str, folder: Path | None = None) -> str:
    """The Markdown of a chapter's cells of one role, such as ``"glossary"``.

    >>> prose(chapters()[1], "glossary").splitlines()[0]
    '## Terms'
    """
    file = (folder or notebooks()) / chapter.file
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    wanted = [c for c in cells if role in c["metadata"].get("tags", [])[:1]]
    return _joined(wanted, "markdown")


@lru_cache(maxsize=64)
def _chapter(file: Path, changed: int) -> Chapter:
    """One notebook; read again only when it has changed."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    heading = re.search(r"^# +(?:\d+\. *)?(.+)$", _joined(cells, "markdown"), re.M)
    number = file.name[:2]
    title = heading[1].strip() if heading else file.stem[3:].replace("_", " ")
    asked = {
        kind: tuple(dict.fromkeys(key for source in code for key in keys(source, function)))
        for kind, function in ASKS.items()
    }
    return Chapter(number if number == "00" else number.lstrip("0"), file.name, title, **asked)


def _joined(cells: list[dict[str, Any]], kind: str) -> str:
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == kind)
