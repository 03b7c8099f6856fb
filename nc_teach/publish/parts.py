"""The pieces of slides and pages as HTML: each is a macro of `parts.html`."""

import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from nc_teach.common.templates import template

CELL = re.compile(r"(?<=>)[^<]{1,40}(?=</td>)")
BESIDE_NUMBER = re.compile(r"(?<=[\d%±]) (?!\()| (?=[-+\d%±])")
FILE = Path(__file__).with_suffix(".html")


def part(macro: str, /, **values: Any) -> str:
    """The macro of this name with its values."""
    return str(getattr(template(FILE).module, macro)(**values))


def stored_picture(output: NotebookNode) -> tuple[str, str, int, int]:
    """A stored picture: its PNG in base64, its words, its width and height in CSS pixels."""
    size = output.get("metadata", {}).get("image/png", {})
    says = size.get("alt") or " ".join(output.data.get("text/plain", "").split())
    png = "".join(output.data["image/png"].split())
    return png, says, size.get("width", 720), size.get("height", 400)


def unbroken(table: str) -> str:
    """An HTML table in whose cells no number is parted from what stands beside it.

    A line may still end before what is in brackets.

    >>> unbroken("<td>7 % (6 to 8)</td><td>a long one</td>")
    '<td>7\\xa0% (6\\xa0to\\xa08)</td><td>a long one</td>'
    """
    return CELL.sub(lambda cell: BESIDE_NUMBER.sub("\N{NO-BREAK SPACE}", cell[0]), table)
