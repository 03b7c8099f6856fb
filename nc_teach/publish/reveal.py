"""reveal.js, taken at build time from the package that carries it; nothing of it is kept here."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

NAMES = {
    "reset": "dist/reset.css",
    "style": "dist/reveal.css",
    "script": "dist/reveal.js",
    "notes": "plugin/notes/notes.js",
    "licence": "LICENSE",
}


@cache
def part(name: str) -> str:
    """The text of one part of reveal.js: reset, style, script, notes or licence.

    Raises
    ------
    ModuleNotFoundError
        If sphinx-revealjs, which carries it, is not installed.
    ValueError
        If the part could end the element that it will stand in.
    """
    spec = find_spec("sphinx_revealjs")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'sphinx_revealjs'", name="sphinx-revealjs")
    folder = Path(spec.origin).parent / "_static" / "revealjs"
    text = (folder / NAMES[name]).read_text(encoding="utf-8")
    if name in ("reset", "style") and "</style" in text.lower():
        raise ValueError(f"{NAMES[name]} must not hold </style")
    return text.replace("</script", "<\\/script") if name in ("script", "notes") else text
