"""What a live figure is: three pure functions, some controls, and where its numbers come from."""

import threading
from collections.abc import Callable, Mapping, Sequence

from . import grid
from .controls import Control
from .guess import Guess, guessed
from .kinds import Build, State, Table, Values


class Definition:
    """A figure's parts, with nothing drawn yet.

    :class:`~nc_teach.live.figure.LiveFigure` says what each parameter is.
    """

    fewest = 1  # controls

    def __init__(
        self,
        title: str,
        controls: Sequence[Control],
        compute: Callable[[Values], State],
        build: Build,
        describe: Callable[[State], str],
        *,
        guess: Guess = None,
        size: tuple[int, int] = (720, 400),
        source: str = "",
        table: Table | None = None,
    ) -> None:
        names = [c.name for c in controls]
        if len(names) < self.fewest or len(set(names)) < len(names):
            raise ValueError(f"controls must have different names, at least one, got {names}")
        self.title, self.controls, self.source = title, list(controls), source
        self.compute, self.build, self.describe = compute, build, describe
        self.guessed = guessed(guess)
        self.size, self.table = size, table
        self.lock = threading.RLock()  # callbacks run in another thread, also while a cell is busy

    def state(self, values: Mapping[str, object] | None = None) -> State:
        """The numbers behind the picture; controls that are not named are at their start.

        ``ValueError`` if a name is unknown or a value is not on its control's grid.
        """
        number = grid.number_of(self.controls, values)
        return self.compute(grid.values_at(self.controls, number))

    def sentence(self, values: Mapping[str, object] | None = None) -> str:
        """What the picture shows, in one sentence."""
        return str(self.describe(self.state(values)))

    def extremes(self) -> list[Values]:
        """The start, and for each control its first and last value with the others at start."""
        start = {c.name: c.values[c.start] for c in self.controls}
        ends = [(c, k) for c in self.controls for k in (0, len(c.values) - 1) if k != c.start]
        return [start, *({**start, c.name: c.values[k]} for c, k in ends)]
