"""The types that every figure's functions share, each with one name; updates joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

Values: TypeAlias = dict[str, Any]
"""What `compute` receives: each control's name and its value."""

State: TypeAlias = dict[str, Any]
"""What `compute` returns: the numbers behind one picture, by name."""

Update: TypeAlias = Callable[[State], "Sequence[Artist]"]
"""What `build` returns: moves the artists to a state and returns all that it moved."""

Table: TypeAlias = Callable[[list[Values]], Sequence[Mapping[str, object]]]
"""From grid points to rows, each from column heading to cell."""

Build: TypeAlias = Callable[["Figure", State], Update]
"""Draws once on a matplotlib figure, and returns the function that moves the artists."""


def together(*updates: Update) -> Update:
    """One update that moves all parts of a picture."""
    return lambda state: [artist for update in updates for artist in update(state)]
