"""The grid of a figure's controls: every combination of their values, numbered.

The last control changes fastest, as in `itertools.product`. Pure arithmetic, no drawing.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from .controls import Control, Slider


def shape(controls: Sequence[Control]) -> tuple[int, ...]:
    """How many values each control has."""
    return tuple(len(c.values) for c in controls)


def flat(places: Sequence[int], sizes: Sequence[int]) -> int:
    """Number of the grid point at `places`.

    >>> flat((1, 2), (3, 4))
    6
    """
    number = 0
    for place, size in zip(places, sizes, strict=True):
        number = number * size + place
    return number


def places(number: int, sizes: Sequence[int]) -> tuple[int, ...]:
    """The position of every control at grid point `number`; undoes `flat`.

    Raises ``ValueError`` for a number that no grid point has.

    >>> places(6, (3, 4))
    (1, 2)
    """
    if not 0 <= number < prod(sizes):
        raise ValueError(f"number must be from 0 to {prod(sizes) - 1:,}, got {number!r}")
    found = []
    for size in reversed(sizes):
        number, place = divmod(number, size)
        found.append(place)
    return tuple(reversed(found))


def values_at(controls: Sequence[Control], number: int) -> dict[str, Any]:
    """The values of all controls at grid point `number`, keyed by name."""
    spots = places(number, shape(controls))
    return {c.name: c.values[p] for c, p in zip(controls, spots, strict=True)}


def number_of(controls: Sequence[Control], values: Mapping[str, Any] | None) -> int:
    """Grid point of `values`; controls that are not named are at their start.

    ``ValueError`` if a name is unknown or a value is not on the grid.
    """
    values = {} if values is None else dict(values)
    unknown = sorted(set(values) - {c.name for c in controls})
    if unknown:
        known = ", ".join(c.name for c in controls)
        raise ValueError(f"values must name the controls {known or '(none)'}, got {unknown[0]!r}")
    spots = [c.position(values[c.name]) if c.name in values else c.start for c in controls]
    return flat(spots, shape(controls))


def from_start(controls: Sequence[Control]) -> Iterator[int]:
    """All grid points, those that a hand reaches first from the start first.

    A hand moves one control at a time, so points that differ in fewer controls come first, and
    among them the nearer ones. Found one after the other: of a large grid take the first few.

    >>> list(from_start([Slider("a", "A", range(3), start=1), Slider("b", "B", range(2))]))
    [2, 0, 3, 4, 1, 5]
    """
    sizes, start = shape(controls), [c.start for c in controls]
    far = [max(place, size - 1 - place) for size, place in zip(sizes, start, strict=True)]
    for moved in range(len(far) + 1):
        for steps in range(moved, sum(sorted(far)[len(far) - moved :]) + 1):
            yield from (flat(spots, sizes) for spots in _away(sizes, start, moved, steps))


def _away(
    sizes: Sequence[int], start: Sequence[int], moved: int, steps: int
) -> Iterator[tuple[int, ...]]:
    """In order, all places that differ from the start in so many controls, by so many steps."""
    if not sizes:
        if moved == steps == 0:
            yield ()
        return
    if not 0 <= moved <= min(steps, len(sizes)) or (steps and not moved):
        return
    furthest = steps - moved + 1  # each of the others moves by at least one
    for place in range(max(0, start[0] - furthest), min(sizes[0], start[0] + furthest + 1)):
        step = abs(place - start[0])
        for rest in _away(sizes[1:], start[1:], moved - (step > 0), steps - step):
            yield (place, *rest)


def fit(controls: Sequence[Control], most: int) -> tuple[list[Control], str]:
    """Thin the longest sliders until the grid has at most `most` points, and say so.

    Both ends and the start of a slider always stay. The sentence about what was left out is empty
    if nothing was. ``ValueError`` if the grid is still too large with three values a slider.
    """
    fitted = list(controls)
    while prod(shape(fitted)) > most:
        sliders = [k for k, c in enumerate(fitted) if isinstance(c, Slider) and len(c.values) > 3]
        if not sliders:
            raise ValueError(f"controls must make at most {most} pictures, got {_size(fitted)}")
        longest = max(sliders, key=lambda k: len(fitted[k].values))
        rest = _size(fitted) // len(fitted[longest].values)
        others = [len(fitted[k].values) for k in sliders if k != longest]
        count = max(most // rest, min(max(others, default=3), len(fitted[longest].values) - 1), 3)
        fitted[longest] = fitted[longest].thinned(_evenly(fitted[longest], count))
    kept = [
        f"{len(few.values)} of the {len(all_.values)} values of “{all_.label}”"
        for few, all_ in zip(fitted, controls, strict=True)
        if len(few.values) < len(all_.values)
    ]
    return fitted, f"This page holds {' and '.join(kept)}." if kept else ""


def _size(controls: Sequence[Control]) -> int:
    return prod(shape(controls))


def _evenly(control: Control, count: int) -> list[int]:
    """`count` places from first to last, as even as can be, with the start among them."""
    last = len(control.values) - 1
    spots = [round(k * last / (count - 1)) for k in range(count)]
    if control.start not in spots:
        inner = min(range(1, count - 1), key=lambda k: abs(spots[k] - control.start))
        spots[inner] = control.start
    return sorted(set(spots))
