"""Drawing a figure once and then only what moves, with matplotlib's Agg and no window.

The still parts are drawn a single time with the layout frozen. Each picture then costs the moving
artists alone (about 3-10 ms), and is the same, pixel for pixel, as if all had been drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from nc_teach.common import typefaces

from . import style

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.transforms import Bbox

    from .artists import Artist, Axes, Figure
    from .kinds import Build, State

CSS_DPI = 96  # one CSS pixel is 1/96 inch, so 12 pt in the figure are 12 pt on the page
SCALE = 2.0  # device pixels per CSS pixel: sharp on a HiDPI screen and on a projector
Returned: TypeAlias = "Artist | Iterable[Returned] | None"


def blank(size: tuple[int, int]) -> tuple[Figure, FigureCanvasAgg]:
    """An empty figure of that many CSS pixels with its canvas, without a window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    inches = (size[0] / CSS_DPI, size[1] / CSS_DPI)
    figure = Figure(inches, dpi=CSS_DPI * SCALE, layout="constrained")
    return figure, FigureCanvasAgg(figure)


class Drawing:
    """One matplotlib figure with its still parts drawn and its moving artists known.

    `build(figure, state)` draws and returns `update(state)`, which returns the moving artists:
    ``TypeError`` if not. `states` are the one to start from, then some extreme ones: the layout has
    room for all of them. `size` is in CSS pixels; the picture has `SCALE` times as many.
    """

    def __init__(self, build: Build, states: Sequence[State], size: tuple[int, int]) -> None:
        with style.context():
            self.figure, self.canvas = blank(size)
            self._update = build(self.figure, states[0])
            if not callable(self._update):
                raise TypeError(f"build must return the function update, got {self._update!r}")
            self.moving = self._freeze(states)
            self._known = frozenset(self.moving)
            self._drawn = _in_order(self.figure, self.moving)
            self._draw_background()

    def _freeze(self, states: Sequence[State]) -> list[Artist]:
        """Lay out for each state; give every axes the box that fits all; then keep it so."""
        layouts = []
        for state in states[1:]:
            with suppress(Exception):  # raised, or shown, when the reader gets there
                self._move(state)
                layouts.append(self._layout())
        moving = self._move(states[0])  # the start comes last, so that its picture stays
        layouts.append(self._layout())
        if self.figure.get_layout_engine() is not None:
            self.figure.set_layout_engine("none")
            for axes, *boxes in zip(self.figure.axes, *layouts, strict=True):
                _fit_all(axes, boxes)
        return moving

    def _layout(self) -> list[Bbox]:
        """Where the axes are, laid out anew, which takes half as long as drawing on top of it."""
        if self.figure.axes and (engine := self.figure.get_layout_engine()):
            engine.execute(self.figure)
        return [axes.get_position(original=True) for axes in self.figure.axes]

    def _move(self, state: State) -> list[Artist]:
        return list(_artists(self._update(state)))

    def _draw_background(self) -> None:
        from matplotlib.image import AxesImage

        for artist in self._drawn:
            artist.set_animated(True)
        images = [a for a in self._drawn if isinstance(a, AxesImage) and a.get_visible()]
        for image in images:
            image.set_visible(False)  # before matplotlib 3.11, animated ones are drawn all the same
        self.canvas.draw()
        for image in images:
            image.set_visible(True)
        self.background = self._pixels().copy()

    def photos(self) -> list[list[int]]:
        """The boxes of images and colour bars: left, top, width and height in device pixels.

        Their shades mean something, so they are the same on dark paper; but not those of an image
        with the `gid` ``style.GROUND``.
        """
        from matplotlib.collections import QuadMesh
        from matplotlib.image import AxesImage
        from matplotlib.transforms import Bbox

        found = []
        for image in self.figure.findobj(lambda a: isinstance(a, AxesImage | QuadMesh)):
            if image.axes is None or image.get_gid() == style.GROUND:
                continue
            box = Bbox.intersection(image.get_window_extent(), image.axes.bbox)
            if box is not None:
                left, bottom, right, top = (round(end) for end in box.extents)
                high = round(self.figure.bbox.height)
                found.append([left, high - top, right - left, top - bottom])
        return found

    def _pixels(self) -> np.ndarray:
        """The canvas as H x W packed uint32, a view that drawing writes to."""
        return np.asarray(self.canvas.buffer_rgba()).view(np.uint32)[..., 0]

    def pixels(self, state: State) -> np.ndarray:
        """The picture of `state`, H x W packed uint32; a view, valid until the next call.

        ``ValueError`` if `update` returns an artist that it did not return at the start.
        """
        stranger = next((a for a in self._move(state) if a not in self._known), None)
        if stranger is not None:
            raise ValueError(
                f"update must return the same artists every time, got a new {stranger!r}; "
                "make it in build and hide it with set_visible(False)"
            )
        pixels = self._pixels()
        np.copyto(pixels, self.background)
        renderer = self.canvas.get_renderer()
        with typefaces.quiet():
            for artist in self._drawn:
                artist.draw(renderer)
        return pixels

    def redrawn(self, state: State) -> np.ndarray:
        """The same picture with every artist drawn anew (slow; what `pixels` must equal)."""
        self._move(state)
        for artist in self._drawn:
            artist.set_animated(False)
        try:
            with style.context():  # the number of ticks depends on it
                self.canvas.draw()
            return self._pixels().copy()
        finally:
            for artist in self._drawn:
                artist.set_animated(True)


def _artists(returned: Returned) -> Iterator[Artist]:
    """All artists in what `update` returned: artists, containers such as `bar`'s, lists of them."""
    from matplotlib.artist import Artist

    if isinstance(returned, Artist):
        yield returned
    elif returned is None or isinstance(returned, str):
        raise TypeError(f"update must return the artists that it moves, got {returned!r}")
    else:
        for item in returned:
            if item is not None:
                yield from _artists(item)


def _in_order(figure: Figure, moving: Sequence[Artist]) -> list[Artist]:
    """The moving artists, and the still ones that lie over them, from back to front."""
    wanted, found = set(moving), []
    for child in sorted(figure.get_children(), key=lambda a: a.get_zorder()):
        if child in wanted:
            found.append(child)
        elif child in figure.axes:
            found += _over(child, wanted)
    placed = set(found)
    return found + [artist for artist in dict.fromkeys(moving) if artist not in placed]


def _over(axes: Axes, wanted: set[Artist]) -> list[Artist]:
    found: list[Artist] = []
    for child in sorted(axes.get_children(), key=lambda a: a.get_zorder()):
        if child in wanted or (found and child is not axes.patch and _touches(child, axes)):
            found.append(child)
    return found


def _touches(artist: Artist, axes: Axes) -> bool:
    """Whether a visible still artist reaches into the inside of the axes."""
    frame = (axes.xaxis, axes.yaxis, *axes.spines.values())  # what `set_axis_off` hides
    if not artist.get_visible() or (not axes.axison and artist in frame):
        return False
    box = artist.get_window_extent()
    if not np.isfinite(box.extents).all():
        return True
    empty = getattr(artist, "get_text", lambda: "text")() == ""
    return box.overlaps(axes.get_window_extent()) and not empty


def _fit_all(axes: Axes, boxes: Sequence[Bbox]) -> None:
    """Give the axes the part that all its boxes have in common, if they differ."""
    from matplotlib.transforms import Bbox

    ends = np.array([box.extents for box in boxes])
    if np.ptp(ends, axis=0).max() > 1e-6:
        left, bottom = ends[:, :2].max(axis=0)
        right, top = ends[:, 2:].min(axis=0)
        axes.set_position(Bbox.from_extents(left, bottom, right, top))
