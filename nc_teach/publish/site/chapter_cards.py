"""A chapter's own picture for its card on the first page, for light paper and for dark."""

import base64
import io
from dataclasses import dataclass

import numpy as np
from nbformat import NotebookNode

from nc_teach.live import dark, encode

from ..chapters import code_cells, role
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
    pixels = _pixels(base64.b64decode(png))
    rows, columns = (np.flatnonzero((pixels != PAPER).any(axis=k)) for k in (1, 0))
    drawn = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Card(encode.still(np.ascontiguousarray(drawn)[..., None].view(np.uint8)), says)


def on_dark(png: bytes) -> bytes:
    """A picture in the course's colours as it is on dark paper; without photographs in it."""
    pixels = _pixels(png)
    colours, which = np.unique(pixels, return_inverse=True)
    parts = colours.view(np.uint8).reshape(-1, 4).copy()
    parts[:, :3] = (255 * dark.swapped(parts[:, :3] / 255)).round()
    return encode.still(parts[which.reshape(pixels.shape)])


def _pixels(png: bytes) -> np.ndarray:
    """A picture as H x W packed uint32."""
    from PIL import Image

    return encode.packed(np.array(Image.open(io.BytesIO(png)).convert("RGBA")))
