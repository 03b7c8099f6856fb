"""The reference: a page for every room of the package and for each part of it.

The words are the docstrings of the modules. Beside them stand the sections of the course that use
a function, read from the notebooks, and the module's source, folded.
"""

import ast
from pathlib import Path

import nc_teach

from .. import uses

PACKAGE = Path(nc_teach.__file__).parent
ROOMS = nc_teach._PARTS
OPENING = """The package
===========

A page for each part of the package. Every function says its formula, its shapes and its source,
most with a worked example. A part imports only from those above it in this list, never from below.
"""
SOURCE = """.. raw:: html

   <details class="nc-source" id="source-{module}"><summary>Source: {file}</summary>

.. code-block:: python
   :class: no-search

{code}

.. raw:: html

   </details>
"""
SHOWN = 4  # sections that are named for one function


def pages() -> dict[str, str]:
    """The reference's pages in reStructuredText, by name; rooms that are not there are left out."""
    rooms = [room for room in ROOMS if modules(room)]
    listed = "\n".join(f"- :doc:`nc_teach.{room} <{room}>`: {_says(room)}" for room in rooms)
    entries = "\n".join(f"   {room}" for room in rooms)
    index = f"{OPENING}\n{listed}\n\n.. toctree::\n   :hidden:\n\n{entries}\n"
    found = {"index": index}
    for room in rooms:
        found[room] = _room(room)
        found |= {f"{room}/{part}": _part(room, part) for part in parts(room)}
    return found


def modules(room: str) -> list[str]:
    """The modules of a room by their full names, the room itself first.

    >>> modules("storage")[:3]
    ['nc_teach.storage', 'nc_teach.storage.container', 'nc_teach.storage.encodings']
    """
    files = [PACKAGE / f"{room}.py", *(PACKAGE / room).rglob("*.py")]
    paths = [f.relative_to(PACKAGE.parent).with_suffix("").parts for f in files if f.is_file()]
    return sorted(".".join(parts).removesuffix(".__init__") for parts in paths)


def parts(room: str) -> list[str]:
    """What is directly below a room: modules, and packages of them, which have one page each.

    >>> parts("pruning")[:2], parts("table")
    (['curvature', 'depth'], [])
    """
    below = (name.removeprefix(f"nc_teach.{room}.") for name in modules(room)[1:])
    return list(dict.fromkeys(name.split(".")[0] for name in below))


def _says(room: str) -> str:
    """The first line of a room's docstring, read without importing it."""
    return _first_line(f"nc_teach.{room}")


def _room(room: str) -> str:
    """A room's page: what it is, and its parts; all of it where it is a single module."""
    title = f"nc_teach.{room}"
    if not parts(room):
        return f"{_heading(title, '=')}\n{_module(title)}"
    listed = [f"- :doc:`{p} <{room}/{p}>`: {_first_line(f'{title}.{p}')}" for p in parts(room)]
    return "\n".join([_heading(title, "="), f".. automodule:: {title}\n", *listed, ""])


def _part(room: str, part: str) -> str:
    """The page of a module, or of a package with all its modules."""
    name = f"nc_teach.{room}.{part}"
    inside = [m for m in modules(room) if m == name or m.startswith(f"{name}.")]
    text = [
        ":orphan:\n",
        _heading(name.removeprefix("nc_teach."), "="),
        f"A part of :doc:`../{room}`.\n",
    ]
    for module in inside:
        if module != name:
            text.append(_heading(module.removeprefix(f"{name}."), "-"))
        text.append(_module(module, members=len(inside) == 1 or module != name))
    return "\n".join(text)


def _module(name: str, *, members: bool = True) -> str:
    """What the course does with a module, its docstring with its members, its source.

    A package is a door: what it offers is said in its modules, and not here again.
    """
    file = _file(name)
    code = "\n".join(
        f"   {line}".rstrip() for line in file.read_text(encoding="utf-8").splitlines()
    )
    shown = file.relative_to(PACKAGE.parent).as_posix()
    source = SOURCE.format(module=name, file=shown, code=code) if members else ""
    automodule = f".. automodule:: {name}\n" + ("   :members:\n" if members else "")
    return "\n".join(filter(None, [_used(name), automodule, source]))


def _used(module: str) -> str:
    """The sections of the course that use a module's functions, each of them by its name."""
    lines = []
    for name, places in uses.of_names().items():
        if name.rpartition(".")[0] == module:
            links = [f":doc:`{p.title} </{p.folder}/{p.page}>`" for p in places[:SHOWN]]
            more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
            lines.append(f"- ``{name.rpartition('.')[2]}``: {', '.join(links)}{more}")
    return "\n".join(["In the course:\n", *lines, ""]) if lines else ""


def _heading(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}\n"


def _file(module: str) -> Path:
    path = PACKAGE.parent.joinpath(*module.split("."))
    file = path.with_suffix(".py")
    return file if file.is_file() else path / "__init__.py"


def _first_line(module: str) -> str:
    docstring = ast.get_docstring(ast.parse(_file(module).read_text(encoding="utf-8")))
    return (docstring or "").partition("\n")[0]
