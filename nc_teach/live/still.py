"""A figure that has nothing to move: one picture with its sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import notebook
from .pictures import Pictures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .kinds import State, Update


class StillFigure(Pictures):
    """A picture without controls, shown, described and exported like a live one.

    `draw(figure)` draws on a `matplotlib.figure.Figure` of that `size` in CSS pixels, and `says` is
    one sentence that says in numbers what the picture shows. `source` is the line under it:
    measured now, shipped, or from the paper.
    """

    fewest = 0

    def __init__(
        self,
        title: str,
        draw: Callable[[Figure], object],
        says: str,
        *,
        size: tuple[int, int] = (480, 360),
        source: str = "",
    ) -> None:
        def build(figure: Figure, state: State) -> Update:
            draw(figure)
            return lambda state: []

        super().__init__(title, [], dict, build, lambda state: says, size=size, source=source)

    def _ipython_display_(self) -> None:
        notebook.show(self)
