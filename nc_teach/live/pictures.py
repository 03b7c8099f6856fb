"""A figure's pictures: drawn on first use, whole or as patches on what never moves."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING

from . import encode, grid, style
from .controls import Control
from .definition import Definition
from .drawing import SCALE, Drawing

if TYPE_CHECKING:
    import numpy as np

    from .kinds import State


class Pictures(Definition):
    """A definition that draws. Its lock is held while a picture is used: the next overwrites it."""

    _known: Drawing | None = None
    _taller = 0.0  # by that factor, where the figure is drawn narrow

    scale = SCALE  # device pixels per CSS pixel

    def drawing(self) -> Drawing:
        """The matplotlib side, made on first use; raises whatever `compute` or `build` raises."""
        with self.lock:
            if self._known is None:
                self._known = Drawing(self.build, self._states(), self.size, self._taller)
            return self._known

    def _states(self) -> list[State]:
        """States to lay the figure out for; the first must be computable, the others need not."""
        start, *ends = self.extremes()
        states = [self.compute(start)]
        for values in ends:
            with suppress(Exception):  # raised, or shown, when the reader gets there
                states.append(self.compute(values))
        return states

    def picture(self, values: Mapping[str, object] | None = None) -> np.ndarray:
        """The picture itself, H x W x 4 uint8 RGBA, of `scale` times the CSS size."""
        state = self.state(values)
        with self.lock:
            pixels = self.drawing().pixels(state).copy()
        return pixels[..., None].view("uint8")

    def still(self, values: Mapping[str, object] | None = None) -> bytes:
        """The picture as PNG bytes."""
        return encode.still(self.picture(values))

    def patch(self, number: int, tight: bool = False) -> tuple[encode.Patch, str]:
        """The picture of one grid point as a patch on the background, and its sentence.

        `tight` takes longer and packs smaller: for a page.
        """
        state = self.compute(grid.values_at(self.controls, number))
        with self.lock:
            drawing = self.drawing()
            pixels = drawing.pixels(state).copy()  # others may draw while this one is packed
        return encode.patch(pixels, drawing.background, tight), str(self.describe(state))

    def background(self, tight: bool = False) -> bytes:
        """The still parts as PNG bytes; if `tight`, as WebP where that is smaller."""
        with self.lock:
            pixels = self.drawing().background
        return encode.whole(pixels) if tight else encode.still(pixels[..., None].view("uint8"))

    def thinned(self, controls: Sequence[Control]) -> Pictures:
        """The same figure with other controls (a thinned grid); shares the drawing and its lock."""
        self.drawing()
        twin = copy(self)
        twin.controls = list(controls)
        return twin

    def resized(self, size: tuple[int, int]) -> Pictures:
        """The same figure drawn anew in another size, in CSS pixels; its letters stay as large."""
        twin = copy(self)
        twin.size, twin.lock, twin._known = size, threading.RLock(), None
        return twin

    def narrow(self, taller: float = 1) -> Pictures:
        """The same figure for a telephone, drawn on its own: its panels stand in a column.

        It is `taller` than a usual one by a factor, where its texts need the room.
        """
        twin = self.resized(self.size)
        twin._taller = taller
        drawn = twin.drawing().figure
        width, height = drawn.get_size_inches() * style.CSS_DPI
        twin.size, twin.scale = (round(width), round(height)), drawn.dpi / style.CSS_DPI
        return twin
