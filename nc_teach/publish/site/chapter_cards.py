"""A chapter's own picture for its card on the first page, for light paper and for dark."""

import base64
from dataclasses import dataclass

import numpy as np
from nbformat import NotebookNode

from nc_teach.live import encode

from ..chapters import code_cells, role
from ..on_dark import pixels
from ..parts import stored_picture

PAPER = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True)
class Card:
    """A picture as PNG, and the words that say what is on it."""

    png: bytes
    says: str


def card(notebook: NotebookNode) -> Card:
    """From the notebook's stored pictures: that of the chapter's `picture` cell, else the first.

    Without the empty paper around it.
    """
    cells = sorted(code_cells(notebook), key=lambda cell: role(cell) != "picture")
    outputs = (output for cell in cells for output in cell.outputs)
    shown = next(output for output in outputs if "image/png" in output.get("data", {}))
    png, says, _, _ = stored_picture(shown)
    found = pixels(base64.b64decode(png))
    rows, columns = (np.flatnonzero((found != PAPER).any(axis=k)) for k in (1, 0))
    drawn = found[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Card(encode.still(np.ascontiguousarray(drawn)[..., None].view(np.uint8)), says)
