"""The three controls of a live figure: a slider, a choice and a toggle.

Each one is a finite list of values with a text for every value: that is what makes it possible to
draw the whole grid of pictures ahead of the hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any


class Control:
    """A named list of values, one of which is chosen.

    `compute` finds the value under `name`; the reader sees `label` beside the control, and `texts`,
    units included, for the `values`. `start` is the position of the first value shown.
    """

    kind = ""

    def __init__(self, name: str, label: str, values: Sequence[Any], texts: Sequence[str]) -> None:
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(f"name must be a Python identifier such as 'sparsity', got {name!r}")
        if not isinstance(label, str) or not label.strip():
            raise ValueError(f"label of {name!r} must say what the control does, got {label!r}")
        if not values:
            raise ValueError(f"{name!r} must have at least one value, got none")
        self.name, self.label = name, label
        self.values, self.texts = tuple(values), tuple(texts)
        self.start = 0

    def position(self, value: Any) -> int:
        """Where `value` is in `values`; ``ValueError`` if it is not one of them.

        Floats may differ by rounding (1e-9 of the range).
        """
        for place, known in enumerate(self.values):
            if known is value or _equal(known, value):
                return place
        allowed = ", ".join(self.texts[:4]) + (" ..." if len(self.texts) > 4 else "")
        raise ValueError(f"{self.name} must be one of {allowed}, got {value!r}")

    def spec(self) -> dict[str, Any]:
        """What the player in the browser needs to know: texts only, never the values."""
        return {
            "kind": self.kind,
            "label": self.label,
            "texts": list(self.texts),
            "start": self.start,
        }

    def thinned(self, places: Sequence[int]) -> Control:
        """The same control with only the values at `places`; the start moves to the nearest."""
        twin = object.__new__(type(self))
        twin.name, twin.label = self.name, self.label
        twin.values = tuple(self.values[p] for p in places)
        twin.texts = tuple(self.texts[p] for p in places)
        twin.start = min(range(len(places)), key=lambda k: abs(places[k] - self.start))
        return twin


class Slider(Control):
    """A grid of numbers, evenly spaced on the screen whatever their spacing in value.

    `values` are all of them in order, e.g. `range(0, 101, 5)` or `np.geomspace(0.1, 10, 41)`;
    `start` is the one shown first, by default the first; or the one nearest to `near` is. The
    reader sees each number in `format` (`".2f"`, `"T = {:.2f}"` or a function of the number; `"g"`
    by default) and its `unit`, e.g. `"%"`. ``ValueError`` if `name`, `label` or `values` is empty,
    or `start` is not one of the values.

    >>> temperature = Slider("t", "Temperature", [0.5, 1, 2, 4], start=2, format=".1f")
    >>> temperature.texts[temperature.start]
    '2.0'
    >>> removed = Slider("s", "Removed", range(0, 100, 5), unit="%", near=16)
    >>> removed.texts[removed.start]
    '15 %'
    """

    kind = "slider"

    def __init__(
        self,
        name: str,
        label: str,
        values: Iterable[float],
        start: float | None = None,
        unit: str = "",
        format: str | Callable[[float], str] | None = None,
        near: float | None = None,
    ) -> None:
        numbers = [v.item() if hasattr(v, "item") else v for v in values]
        say = _formatter("g" if format is None else format)
        super().__init__(name, label, numbers, [f"{say(v)} {unit}".strip() for v in numbers])
        if near is not None:
            start = min(numbers, key=lambda number: abs(number - near))
        self.start = 0 if start is None else self.position(start)


class Choice(Control):
    """One of a few named things: radio buttons up to four, a drop-down list above.

    `options` are names, or a dict from what the reader sees to the value; `start` is the value, or
    its name, chosen first.

    >>> Choice("scope", "Prune", {"everywhere": "global", "by layer": "layer"}).values
    ('global', 'layer')
    """

    kind = "choice"

    def __init__(
        self,
        name: str,
        label: str,
        options: Sequence[str] | Mapping[str, Any],
        start: Any = None,
    ) -> None:
        pairs = dict(options) if isinstance(options, Mapping) else {str(o): o for o in options}
        super().__init__(name, label, list(pairs.values()), list(pairs))
        if start is not None:
            known = isinstance(start, str) and start in pairs
            self.start = self.texts.index(start) if known else self.position(start)


class Toggle(Control):
    """On or off: a checkbox. Its values are `False` and `True`.

    >>> Toggle("log", "Logarithmic axis", start=True).start
    1
    """

    kind = "toggle"

    def __init__(self, name: str, label: str, start: bool = False) -> None:
        super().__init__(name, label, [False, True], ["off", "on"])
        self.start = int(bool(start))


def _formatter(format: str | Callable[[float], str]) -> Callable[[float], str]:
    if callable(format):
        return lambda value: str(format(value))
    if "{" in format:
        return format.format
    return lambda value: f"{value:{format}}"


def _equal(known: Any, value: Any) -> bool:
    numbers = (int, float)
    if isinstance(known, numbers) and not isinstance(known, bool):
        try:
            return abs(float(value) - known) <= 1e-9 * max(1.0, abs(known))
        except (TypeError, ValueError):
            return False
    same = known == value
    return same is True or bool(getattr(same, "all", lambda: False)())
