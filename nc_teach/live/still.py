"""A figure that has nothing to move: one picture with its sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from . import drawing, encode, notebook, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class StillFigure:
    """A picture without controls, shown, described and exported like a live one.

    `draw(figure)` draws on a `matplotlib.figure.Figure` of that `size` in CSS pixels, and `says` is
    one sentence that says in numbers what the picture shows. `source` is the line under it:
    measured now, shipped, or from the paper.
    """

    def __init__(
        self,
        title: str,
        draw: Callable[[Figure], object],
        says: str,
        *,
        size: tuple[int, int] = (480, 360),
        source: str = "",
    ) -> None:
        self.title, self.draw, self.says, self.size, self.source = title, draw, says, size, source

    def sentence(self) -> str:
        """What the picture shows."""
        return self.says

    def still(self) -> bytes:
        """The picture as PNG bytes, at twice the CSS size."""
        with style.context():
            figure, canvas = drawing.blank(self.size)
            self.draw(figure)
            canvas.draw()
        return encode.still(np.asarray(canvas.buffer_rgba()))

    def _ipython_display_(self) -> None:
        notebook.show_still(self)
