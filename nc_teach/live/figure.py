"""The live figure itself: its definition, its pictures, and all the places where it can appear."""

from . import notebook, page
from .pictures import Pictures


class LiveFigure(Pictures):
    """A picture with controls that moves at once, with or without a kernel.

    `title` is the heading above it and `controls` what the reader can move: sliders, choices and
    toggles, with different names. Three functions make the rest:

    - `compute(values) -> state`: plain numbers from what was measured before; never trains.
      `values` maps each control's name to its value.
    - `build(figure, state) -> update`: draws once on a `matplotlib.figure.Figure`; then
      `update(state)` moves the artists and returns all that it moved, the same ones every time,
      as for `FuncAnimation(blit=True)`. Ticks, limits and labels stay unless returned too.
    - `describe(state) -> str`: one sentence that says in numbers what the picture shows.

    `guess` is what the reader guessed, a number, a prediction or None; the figure's own functions
    find the number in `guessed`. `size` is width and height in CSS pixels, `source` one line under
    the figure: measured now, shipped, or from the paper. `table(points) -> rows` gives a dict from
    column heading to cell for each row, where `points` is a list of values dicts, one per grid
    point; by default one row per point: controls and sentence. ``ValueError`` if two controls share
    a name, or there is none.

    >>> def build(figure, state):
    ...     line, = figure.subplots().plot([0, 1], [0, state["slope"]])
    ...     def update(state):
    ...         line.set_ydata([0, state["slope"]])
    ...         return [line]
    ...     return update
    >>> from nc_teach.live import Slider
    >>> figure = LiveFigure(
    ...     "A line", [Slider("slope", "Slope", [0, 0.5, 1])],
    ...     dict, build, lambda state: f"The line climbs by {state['slope']}.",
    ... )
    >>> figure.sentence({"slope": 0.5})
    'The line climbs by 0.5.'
    """

    def page(self, standalone: bool = True) -> str:
        """HTML that holds every picture and moves with no kernel and no network.

        A whole document; or, if not `standalone`, a fragment for a book or a slide. Any number of
        fragments can share a page. ``ValueError`` if the controls other than sliders alone make
        more pictures than a page can hold.
        """
        return page.render(self, standalone)

    def show(self) -> None:
        """Show the figure here: live in a notebook, still in still mode or without a kernel."""
        notebook.show(self)

    def _ipython_display_(self) -> None:
        self.show()
