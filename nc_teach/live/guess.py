"""The reader's guess, as a figure takes it and as its picture shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, SupportsFloat, TypeAlias

from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class HasValue(Protocol):
    """What `classroom.predict` returns: its `value` is None until the reader has guessed."""

    @property
    def value(self) -> float | None: ...


Guess: TypeAlias = "SupportsFloat | HasValue | None"


def guessed(guess: Guess) -> float | None:
    """The number that was guessed, or None where there is none.

    >>> guessed(80), guessed(None)
    (80.0, None)
    """
    number = guess if guess is None or isinstance(guess, SupportsFloat) else guess.value
    return None if number is None else float(number)


def draw_guess(axes: Axes, number: float | None, *, level: bool = False) -> None:
    """A dotted line named "your guess" at `number` on the x axis, or on the y axis if `level`.

    Draws nothing where nothing was guessed.
    """
    if number is not None:
        draw = axes.axhline if level else axes.axvline
        draw(number, color=style.COLOURS["purple"], linestyle=":", label="your guess")


def draw_star(axes: Axes, x: float | None, y: float | None) -> None:
    """A star named "your guess", where it belongs to one place; nothing if `x` or `y` is None."""
    if x is not None and y is not None:
        (star,) = axes.plot(x, y, "*", color=style.COLOURS["purple"], label="your guess")
        star.set(markersize=17, markeredgecolor="white", zorder=6)
