"""The pieces of slides and pages as HTML: each is a macro of `parts.html`."""

import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from nc_teach.common.templates import template

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


def unbroken(table: str, short: str) -> str:
    """An HTML table whose cells stay on one line where all of a cell matches `short`.

    >>> unbroken('<td style="a">7 %</td><td style="b">a long one</td>', r"\\d[^<]{,9}")
    '<td style="white-space:nowrap;a">7 %</td><td style="b">a long one</td>'
    """
    cell = re.compile(rf'<td style="([^"]*)">(?={short}</td>)')
    return cell.sub(r'<td style="white-space:nowrap;\1">', table)
