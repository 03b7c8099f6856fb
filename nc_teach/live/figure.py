"""The live figure itself: three pure parts, some controls, and all the places it can appear."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from . import encode, grid
from .controls import Control
from .guess import Guess, guessed

if TYPE_CHECKING:
    import numpy as np

    from .drawing import Drawing

SCALE = 2.0  # device pixels per CSS pixel: sharp on a HiDPI screen and on a projector


class LiveFigure:
    """A picture with controls that moves at once, with or without a kernel.

    Parameters
    ----------
    title : str
        Heading above the figure.
    controls : sequence of Slider, Choice or Toggle
        What the reader can move.
    compute : callable
        `compute(values) -> state`: plain numbers from what was measured before; never trains.
        `values` maps each control's name to its value.
    build : callable
        `build(figure, state) -> update`: draws once on a `matplotlib.figure.Figure`; then
        `update(state)` moves the artists and returns all that it moved, the same ones every time,
        as for `FuncAnimation(blit=True)`. Ticks, limits and labels stay unless returned too.
    describe : callable
        `describe(state) -> str`: one sentence that says in numbers what the picture shows.
    guess : number, prediction or None
        What the reader guessed; the figure's own functions find the number in `guessed`.
    size : tuple of int
        Width and height in CSS pixels.
    source : str
        One line under the figure: measured now, shipped, or from the paper.
    table : callable, optional
        `table(points) -> rows`: `points` is a list of values dicts, one a grid point; each row is
        a dict from column heading to cell. By default one row a point: controls and sentence.

    Raises
    ------
    ValueError
        If two controls share a name, there is none, or `size` is not positive.

    Examples
    --------
    >>> def build(figure, state):
    ...     line, = figure.subplots().plot([0, 1], [0, state])
    ...     def update(state):
    ...         line.set_ydata([0, state])
    ...         return [line]
    ...     return update
    >>> from nc_teach.live import Slider
    >>> figure = LiveFigure(
    ...     "A line", [Slider("slope", "Slope", [0, 0.5, 1])],
    ...     lambda values: values["slope"], build, lambda slope: f"The line climbs by {slope}.",
    ... )
    >>> figure.sentence({"slope": 0.5})
    'The line climbs by 0.5.'
    """

    def __init__(
        self,
        title: str,
        controls: Sequence[Control],
        compute: Callable[[dict[str, Any]], Any],
        build: Callable[[Any, Any], Callable[[Any], Any]],
        describe: Callable[[Any], str],
        *,
        guess: Guess = None,
        size: tuple[int, int] = (720, 400),
        source: str = "",
        table: Callable[[list[dict[str, Any]]], Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        names = [c.name for c in controls]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"controls must have different names, at least one, got {names}")
        if min(size) <= 0:
            raise ValueError(f"size must be two positive numbers of CSS pixels, got {size}")
        self.title, self.controls, self.source = title, list(controls), source
        self.compute, self.build, self.describe = compute, build, describe
        self.guessed = guessed(guess)
        self.size, self.table = (int(size[0]), int(size[1])), table
        self._lock = threading.RLock()  # callbacks run in another thread, also while a cell is busy
        self._drawing: Drawing | None = None

    def state(self, values: Mapping[str, Any] | None = None) -> Any:
        """The numbers behind the picture; controls that are not named stand at their start.

        Raises
        ------
        ValueError
            If a name is unknown or a value is not on its control's grid.
        """
        number = grid.number_of(self.controls, values)
        return self.compute(grid.values_at(self.controls, number))

    def sentence(self, values: Mapping[str, Any] | None = None) -> str:
        """What the picture shows, in one sentence."""
        return str(self.describe(self.state(values)))

    def picture(self, values: Mapping[str, Any] | None = None) -> np.ndarray:
        """The picture itself, H x W x 4 uint8 RGBA, at twice the CSS size."""
        state = self.state(values)
        with self._lock:
            pixels = self.drawing().pixels(state).copy()
        return pixels[..., None].view("uint8")

    def still(self, values: Mapping[str, Any] | None = None) -> bytes:
        """The picture as PNG bytes."""
        return encode.still(self.picture(values))

    def page(self, standalone: bool = True) -> str:
        """HTML that holds every picture and moves with no kernel and no network.

        Parameters
        ----------
        standalone : bool
            A whole document; or, if false, a fragment for a book or a slide. Any number of
            fragments can share a page.

        Raises
        ------
        ValueError
            If the controls other than sliders alone make more pictures than a page can hold.
        """
        from . import page

        return page.render(self, standalone)

    def show(self) -> None:
        """Show the figure here: live in a notebook, still in still mode or without a kernel."""
        from . import notebook

        notebook.show(self)

    def _ipython_display_(self) -> None:
        self.show()

    def drawing(self) -> Drawing:
        """The matplotlib side, made on first use. Hold no picture of it: the next one overwrites.

        Raises
        ------
        Exception
            Whatever `compute` or `build` raises.
        """
        from .drawing import Drawing

        with self._lock:
            if self._drawing is None:
                self._drawing = Drawing(self.build, self._states(), self.size, SCALE)
            return self._drawing

    def _states(self) -> list[Any]:
        """States to lay the figure out for; the first must be computable, the others need not."""
        start, *ends = self._extremes()
        states = [self.compute(start)]
        for values in ends:
            with suppress(Exception):  # raised, or shown, when the reader gets there
                states.append(self.compute(values))
        return states

    def _extremes(self) -> list[dict[str, Any]]:
        """The start, and for each control its first and last value with the others at start."""
        start = {c.name: c.values[c.start] for c in self.controls}
        ends = [(c, k) for c in self.controls for k in (0, len(c.values) - 1) if k != c.start]
        return [start, *({**start, c.name: c.values[k]} for c, k in ends)]

    def patch(self, number: int, tight: bool = False) -> tuple[encode.Patch, str]:
        """The picture of one grid point as a patch on the background, and its sentence.

        `tight` takes longer and packs smaller: for a page.
        """
        state = self.compute(grid.values_at(self.controls, number))
        with self._lock:
            drawing = self.drawing()
            patch = encode.patch(drawing.pixels(state), drawing.background, tight)
        return patch, str(self.describe(state))

    def background(self, tight: bool = False) -> bytes:
        """The still parts as PNG bytes; if `tight`, as WebP where that is smaller."""
        with self._lock:
            pixels = self.drawing().background
        return encode.whole(pixels) if tight else encode.still(pixels[..., None].view("uint8"))

    def clone(self, controls: Sequence[Control]) -> LiveFigure:
        """The same figure with other controls (a thinned grid); shares the drawing and its lock."""
        twin = LiveFigure(
            self.title,
            controls,
            self.compute,
            self.build,
            self.describe,
            guess=self.guessed,
            size=self.size,
            source=self.source,
            table=self.table,
        )
        twin._lock, twin._drawing = self._lock, self.drawing()
        return twin
