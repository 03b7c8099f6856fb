"""The reference: a page for every room of the package, from the docstrings of its modules."""

import ast
from pathlib import Path

import nc_teach

PACKAGE = Path(nc_teach.__file__).parent
ROOMS = nc_teach._PARTS
OPENING = """The package
===========

A page for each part of the package. Every function says its formula, its shapes and its source,
most with a worked example. A part imports only from those above it in this list, never from below.
"""


def pages() -> dict[str, str]:
    """The reference's pages in reStructuredText, by name; rooms that are not there are left out."""
    rooms = [room for room in ROOMS if modules(room)]
    listed = "\n".join(f"- :doc:`nc_teach.{room} <{room}>`: {_says(room)}" for room in rooms)
    entries = "\n".join(f"   {room}" for room in rooms)
    index = f"{OPENING}\n{listed}\n\n.. toctree::\n   :hidden:\n\n{entries}\n"
    return {"index": index, **{room: _page(room) for room in rooms}}


def modules(room: str) -> list[str]:
    """The modules of a room by their full names, the room itself first.

    >>> modules("storage")[:3]
    ['nc_teach.storage', 'nc_teach.storage.container', 'nc_teach.storage.encodings']
    """
    files = [PACKAGE / f"{room}.py", *(PACKAGE / room).rglob("*.py")]
    paths = [f.relative_to(PACKAGE.parent).with_suffix("").parts for f in files if f.is_file()]
    return sorted(".".join(parts).removesuffix(".__init__") for parts in paths)


def _says(room: str) -> str:
    """The first line of a room's docstring, read without importing it."""
    file = PACKAGE / f"{room}.py"
    file = file if file.is_file() else PACKAGE / room / "__init__.py"
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").splitlines()[0]


def _page(room: str) -> str:
    title = f"nc_teach.{room}"
    parts = [f"{title}\n{'=' * len(title)}\n"]
    for module in modules(room):
        if module != title:
            heading = module.removeprefix(f"{title}.")
            parts.append(f"{heading}\n{'-' * len(heading)}\n")
        alone = any(m.startswith(f"{module}.") for m in modules(room))  # they have the names
        parts.append(f".. automodule:: {module}\n" + ("" if alone else "   :members:\n"))
    return "\n".join(parts)
