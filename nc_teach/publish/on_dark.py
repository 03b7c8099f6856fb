"""A still picture in the course's colours as it is on dark paper."""

import io
from collections.abc import Sequence

import numpy as np

from nc_teach.live import dark, encode


def on_dark(png: bytes, photos: Sequence[Sequence[int]] = ()) -> bytes:
    """A PNG as it is on dark paper; ``photos`` are boxes that stay as they are.

    A box is left, top, width and height in pixels: its shades mean something.
    """
    given = pixels(png)
    colours, which = np.unique(given, return_inverse=True)
    parts = colours.view(np.uint8).reshape(-1, 4).copy()
    parts[:, :3] = (255 * dark.swapped(parts[:, :3] / 255)).round()
    found = parts[which.reshape(given.shape)]
    for left, top, width, height in photos:
        box = np.s_[top : top + height, left : left + width]
        found[box] = given[box][..., None].view(np.uint8)
    return encode.still(found)


def pixels(png: bytes) -> np.ndarray:
    """A picture as H x W packed uint32."""
    from PIL import Image

    return encode.packed(np.array(Image.open(io.BytesIO(png)).convert("RGBA")))
