"""Cells and notebooks that the tests of slides and site are made of."""

import nbformat
from nbformat import NotebookNode

MEASURED = "Measured 65 %. You made no guess, and that is fine."


def prose(source: str, *tags: str, **metadata: object) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags), **metadata})


def code(
    source: str, *tags: str, data: dict[str, str] | None = None, **metadata: object
) -> NotebookNode:
    """A code cell; with ``data``, it has displayed that."""
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags), **metadata})
    cell.outputs = [nbformat.v4.new_output("display_data", data)] if data else []
    return cell


def notebook(*cells: NotebookNode) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


def says(sentence: str = "It is so.", **more: object) -> dict[str, object]:
    """The metadata of a cell with one slide."""
    return {"nc_teach": {"slides": [{"says": sentence, **more}]}}
