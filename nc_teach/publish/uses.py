"""Where the course uses what: each name of the package, and each claim, with its sections.

Read from the code of the notebooks, so a reference that links to them is as true as they are.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType

from nbformat import NotebookNode

from nc_teach import course
from nc_teach.claims.experiment import Claim, all_claims

from .chapters import code_cells, folder_of, heading, read, role, section


@dataclass(frozen=True)
class Place:
    """A page of a chapter: its folder and file on the site, and its title."""

    folder: str
    page: str
    title: str

    def link(self, up: str = "") -> str:
        """A Markdown link to it; `up` leads from the page that has the link to the site's top.

        >>> Place("01_a", "b", "1.1 Why?").link("../")
        '[1.1 Why?](../01_a/b.ipynb)'
        """
        return f"[{self.title}]({up}{self.folder}/{self.page}.ipynb)"


@cache
def of_names() -> dict[str, tuple[Place, ...]]:
    """The places of each function and class by its full name, in the order of the course.

    >>> [place.page for place in of_names()["nc_teach.pruning.magnitude.magnitude"]][:1]
    ['magnitude']
    """
    found: dict[str, dict[Place, None]] = {}
    for modules, place, tree in _cells():
        for node in ast.walk(tree):
            if name := _full_name(node, modules):
                found.setdefault(name, {})[place] = None
    return {name: tuple(places) for name, places in found.items()}


@cache
def of_claims() -> dict[str, tuple[Place, ...]]:
    """The places of each claim by its key: those that measure it, or show its shipped result."""
    keys = set(all_claims())
    found: dict[str, list[Place]] = {}
    made: dict[tuple[str, str], Place] = {}  # a chapter's variable -> where it was measured
    for modules, place, tree in _cells():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                made |= {(place.folder, ast.unparse(target)): place for target in node.targets}
            if isinstance(node, ast.Constant) and node.value in keys:
                found.setdefault(node.value, []).append(place)
            for key, variable in _judged(node, modules):
                found.setdefault(key, []).append(made.get((place.folder, variable), place))
            for key in _measured(node, modules):
                found.setdefault(key, []).append(place)
    return {key: tuple(dict.fromkeys(_sections_first(places))) for key, places in found.items()}


def _sections_first(places: list[Place]) -> list[Place]:
    """Without the table at the chapter's end, where a section has it as well."""
    return [place for place in places if place.page != "results"] or places


Modules = dict[str, ModuleType]


def _cells() -> Iterator[tuple[Modules, Place, ast.Module]]:
    """Every code cell of the course: what its notebook imports, its place, its parsed code."""
    for chapter in course.chapters():
        notebook = read(chapter)
        modules, titles = _modules(notebook), _titles(notebook)
        for cell in code_cells(notebook):
            name = section(cell)
            end = {"claims": "results", "passport": "results", "quiz": "questions"}
            page = re.sub(r"\W+", "_", name) if name else end.get(role(cell), "index")
            place = Place(folder_of(chapter), page, titles.get(name, heading(chapter)))
            try:
                yield modules, place, ast.parse(cell.source)
            except SyntaxError:
                continue  # a stub that its reader completes


def _titles(notebook: NotebookNode) -> dict[str, str]:
    """The heading of each section by its name."""
    found: dict[str, str] = {}
    for cell in notebook.cells:
        head = re.search(r"^## +(.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
        if section(cell) and head:
            found.setdefault(section(cell), head[1])
    return found


def _modules(notebook: NotebookNode) -> Modules:
    """The parts of the package that a notebook imports, by the names that they have there."""
    code = "\n".join(cell.source for cell in code_cells(notebook))
    lines = re.findall(r"^from (nc_teach[\w.]*) import (.+)$", code, re.M)
    found = {}
    for package, names in lines:
        for name, _, known_as in (one.strip().partition(" as ") for one in names.split(",")):
            try:
                found[known_as or name] = import_module(f"{package}.{name}")
            except ImportError:
                continue  # a class or a function
    return found


def _full_name(node: ast.AST, modules: Modules) -> str:
    """The full name of ``pruning.magnitude`` in a notebook's code; empty for anything else."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return ""
    thing = getattr(modules.get(node.value.id), node.attr, None)
    module, name = getattr(thing, "__module__", ""), getattr(thing, "__qualname__", "")
    return f"{module}.{name}" if name and str(module).startswith("nc_teach.") else ""


def _judged(node: ast.AST, modules: Modules) -> Iterator[tuple[str, str]]:
    """The claim's key and the variable in a call such as ``claims.FREE_LUNCH.outcome(curve)``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        at = node.func.value
        if node.func.attr == "outcome" and isinstance(at, ast.Attribute):
            claim = getattr(modules.get(ast.unparse(at.value)), at.attr, None)
            if isinstance(claim, Claim):
                yield claim.key, ast.unparse(node.args[0])


def _measured(node: ast.AST, modules: Modules) -> Iterator[str]:
    """The claims that a call such as ``claims.time_bits(seeds=(0,))`` measures.

    It stands beside their criterion, and returns their kind of result.
    """
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        called = getattr(modules.get(ast.unparse(node.func.value)), node.func.attr, None)
        if inspect.isfunction(called):
            returned = called.__annotations__.get("return")
            for key, claim in all_claims().items():
                kinds = (claim.result, claim.result.__name__)
                if called.__module__ == claim.judge.__module__ and returned in kinds:
                    yield key
