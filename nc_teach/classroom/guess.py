"""One guess of the reader's: its value, what is recorded of it, and what is said about it."""

from __future__ import annotations

import math
from typing import Any

from nc_teach.common.still import still

from . import progress
from .output import number


class Prediction:
    """One guess of the reader's.

    Attributes
    ----------
    key, question, unit : str
    low, high, step : float
        The scale on which to guess.
    value : float or None
        The guess, in `unit`; None as long as there is none.
    """

    def __init__(
        self, key: str, question: str, low: float, high: float, unit: str = "", step: float = 1
    ) -> None:
        _require(key, question, low, high, step)
        self.key, self.question, self.unit = key, question, unit
        self.low, self.high, self.step = float(low), float(high), float(step)
        self.record: dict[str, Any] = {}
        self.problem = ""
        self.form: Any = None
        if not still():
            self._recall()

    @property
    def value(self) -> float | None:
        """The guess in `unit`, or None."""
        return self.record.get("value")

    @property
    def answered(self) -> bool:
        """Whether there is a guess."""
        return self.value is not None

    def set(self, value: float) -> None:
        """Make the guess (the form's button does the same).

        Raises
        ------
        ValueError
            If `value` is not a number from `low` to `high`.
        """
        value = float(value)
        if not self.low <= value <= self.high:
            raise ValueError(
                f"value must be from {self.number(self.low)} to {self.number(self.high)}, "
                f"got {value:g}"
            )
        self._change(value)

    def skip(self) -> None:
        """Go on without a guess."""
        self._change(None)

    def number(self, value: float) -> str:
        """Write a value with its unit, to one digit more than the guess's step has."""
        return f"{number(value, self.digits)} {self.unit}".strip()

    @property
    def digits(self) -> int:
        """Digits after the point: one more than the guess's step has."""
        return max(0, math.ceil(-math.log10(self.step))) + 1

    def status(self) -> str:
        """One sentence: what is recorded so far."""
        if self.record.get("changed_after_scoring"):
            return f"Your guess: {self.number(self.value or 0)}, made after the measurement."
        if self.answered:
            return f"Your guess: {self.number(self.value or 0)}. You can still change it."
        if self.record.get("skipped"):
            return "Skipped. You can still guess."
        return "Already measured. You can still guess." if self.record else "No guess yet."

    def __repr__(self) -> str:
        value = "no guess" if self.value is None else self.number(self.value)
        return f"<Prediction {self.key}: {value}>"

    def _recall(self) -> None:
        try:
            found = progress.load()["predictions"].get(self.key, {})
        except progress.ProgressError as error:
            self.problem = str(error)
            return
        value = found.get("value")
        if value is None or (_is_number(value) and self.low <= value <= self.high):
            self.record = found

    def _change(self, value: float | None) -> None:
        before = self.record
        entry = {**before, "question": self.question, "unit": self.unit, "value": value}
        entry.update(skipped=value is None, time=progress.now())
        if "measured" in before and value is not None and value != before.get("value"):
            entry.setdefault("guess_when_scored", before.get("value"))
            entry["changed_after_scoring"] = True
        self.store(entry)

    def store(self, entry: dict[str, Any]) -> None:
        """Keep an entry, and record it in the progress file unless the mode is still."""
        self.record = entry
        if still():
            return
        try:
            progress.update(lambda state: state["predictions"].update({self.key: entry}))
            self.problem = ""
        except progress.ProgressError as error:
            self.problem = str(error)
        self.refresh()

    def refresh(self, reply: str = "") -> None:
        """Tell the form, where there is one, what is recorded now."""
        if self.form is not None:
            text = reply or self.status()
            self.form.reply = {"text": f"{text} {self.problem}".strip(), "value": self.value}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _require(key: str, question: str, low: float, high: float, step: float) -> None:
    for name, text in (("key", key), ("question", question)):
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{name} must be a text that is not empty, got {text!r}")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"low must be less than high, both finite, got {low} and {high}")
    if not (math.isfinite(step) and step > 0):
        raise ValueError(f"step must be more than 0, got {step}")
