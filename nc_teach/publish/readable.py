"""A cell as it reads on a page where nothing can be run."""

from __future__ import annotations

import copy
import html
import re

from nbformat import NotebookNode

from nc_teach.classroom import glossary

from . import guess
from .chapters import role

NOTEBOOK = re.compile(r"\]\((\d\d_\w+)\.ipynb\)")
NAME = re.compile(r"\*\*(.+?)\*\*")
NO_GUESS = re.compile(r" You made no guess, and that is fine\.")
TALKS = ("classroom.check(", "classroom.quiz(", "classroom.predict(")
NUMBER = re.compile(r'<td style="([^"]*)">(?=[-+±\d][^<]{0,23}</td>)')
RUN_IT = re.compile(r"\s*(?:<br>)?\s*Run this cell to make it(?: move)?\.")
PICTURE = (
    '<img class="nc-picture" src="data:image/png;base64,{png}" alt="{alt}" '
    'width="{width}" height="{height}">'
)


def readable(cell: NotebookNode) -> NotebookNode:
    """The cell with outputs for a page: pictures with their words, no talk of running it."""
    cell = copy.deepcopy(cell)
    if cell.cell_type != "code":
        cell.source = NOTEBOOK.sub(r"](../\1/index.ipynb)", cell.source)
        if role(cell) == "glossary":
            cell.source = NAME.sub(_linked, cell.source)
        return cell
    if role(cell) == "exercise" or any(call in cell.source for call in TALKS):
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), "remove-input"]
    if "classroom.check(" in cell.source:
        cell.outputs = []
    guess.marked(cell)
    for output in cell.outputs:
        if output.output_type != "stream" and "data" in output:
            output.data = _data(output)
    return cell


def _linked(name: re.Match[str]) -> str:
    """A term of a chapter's list, with a link to its entry in the glossary where it has one."""
    try:
        return f"[{name[0]}](#{glossary.find(name[1]).anchor})"
    except ValueError:
        return name[0]


def _data(output: NotebookNode) -> dict[str, str]:
    data = dict(output.data)
    if "image/png" in data and "text/html" not in data:
        return {"text/html": _picture(output), "text/plain": data.get("text/plain", "")}
    for kind in ("text/html", "text/markdown", "text/plain"):
        if kind in data and "nc-live" not in data[kind]:
            data[kind] = RUN_IT.sub("", NO_GUESS.sub("", data[kind]))
    if "text/html" in data:  # a number stays on one line, on a telephone too
        data["text/html"] = NUMBER.sub(r'<td style="white-space:nowrap;\1">', data["text/html"])
    return data


def _picture(output: NotebookNode) -> str:
    size = output.get("metadata", {}).get("image/png", {})
    alt = size.get("alt") or " ".join(output.data.get("text/plain", "").split())
    return PICTURE.format(
        png="".join(output.data["image/png"].split()),
        alt=html.escape(alt, quote=True),
        width=size.get("width", 720),
        height=size.get("height", 400),
    )
