"""Asking for a guess before measuring, and comparing it with the measurement afterwards.

A guess never locks anything. Where none was made its value is None, and all that uses it works.
"""

import math
from dataclasses import dataclass, field

from nc_teach.common.still import still

from . import progress
from .forms import FormLike, show_form
from .output import emit, note, number


@dataclass(eq=False, repr=False)
class Prediction:
    """One guess of the reader's: its value, what is recorded of it, and what is said about it.

    The scale from `low` to `high` and its `step` are in `unit`.
    """

    key: str
    question: str
    low: float
    high: float
    unit: str = ""
    step: float = 1
    record: progress.Entry = field(default_factory=dict, init=False)
    problem: str = field(default="", init=False)
    form: FormLike | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        for name in ("key", "question"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"{name} must be a text that is not empty, got {text!r}")
        self.low, self.high, self.step = float(self.low), float(self.high), float(self.step)
        if not -math.inf < self.low < self.high < math.inf:
            ends = f"{self.low:g} and {self.high:g}"
            raise ValueError(f"low must be less than high, both finite, got {ends}")
        if not 0 < self.step < math.inf:
            raise ValueError(f"step must be more than 0, got {self.step:g}")
        found, self.problem = progress.recall("predictions", self.key)
        value = found.get("value")
        sound = isinstance(value, int | float) and not isinstance(value, bool)
        if value is None or (sound and self.low <= value <= self.high):
            self.record = found

    @property
    def value(self) -> float | None:
        """The guess in `unit`; None as long as there is none."""
        return self.record.get("value")

    def set(self, value: float) -> None:
        """Make the guess (the form's button does the same).

        Raises ``ValueError`` if `value` is not a number from `low` to `high`.
        """
        value = float(value)
        if not self.low <= value <= self.high:
            ends = f"from {self.number(self.low)} to {self.number(self.high)}"
            raise ValueError(f"value must be {ends}, got {value:g}")
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
        if self.value is not None:
            noted = "noted. You can change it until the measurement."
            if "measured" in self.record:
                late = self.record.get("changed_after_scoring")
                noted = f"made {'after' if late else 'before'} the measurement."
            return f"Your guess: {self.number(self.value)}, {noted}"
        if self.record.get("skipped"):
            return "Skipped. You can still guess."
        return "Already measured. You can still guess." if self.record else "No guess yet."

    def __repr__(self) -> str:
        value = "no guess" if self.value is None else self.number(self.value)
        return f"<Prediction {self.key}: {value}>"

    def store(self, entry: progress.Entry, reply: str = "") -> None:
        """Keep an entry, record it in the progress file, and tell the form."""
        self.record = entry
        self.problem = progress.record(lambda s: s["predictions"].update({self.key: entry}))
        self.refresh(reply)

    def refresh(self, reply: str = "") -> None:
        """Tell the form, where there is one, what is recorded now."""
        if self.form is not None:
            text = reply or self.status()
            self.form.reply = {"text": f"{text} {self.problem}".strip(), "value": self.value}

    def _change(self, value: float | None) -> None:
        before = self.record
        entry = {**before, "question": self.question, "unit": self.unit, "value": value}
        entry.update(skipped=value is None, time=progress.now())
        if "measured" in before and value is not None and value != before.get("value"):
            entry.setdefault("guess_when_scored", before.get("value"))
            entry["changed_after_scoring"] = True
        self.store(entry)


def predict(
    key: str, question: str, low: float, high: float, unit: str = "", step: float = 1
) -> Prediction:
    """Ask for a guess, and show the form for it.

    `question` says in a few words what is guessed, on the scale from `low` to `high` in `unit`;
    `step` is the form's, not a limit on the answer. `key` is the guess's name in the progress file,
    such as ``"pruning.free_lunch"``: a guess made earlier is kept. In still mode there is none.

    Raises ``ValueError`` if `key` or `question` is empty, `low` is not below `high`, or `step` is
    not above 0.
    """
    guess = Prediction(key, question, low, high, unit, step)
    low_text, high_text = guess.number(guess.low), guess.number(guess.high)
    text = f"**Your guess:** {question} (from {low_text} to {high_text})"
    if still():
        emit(note(f"{text}\nRun this cell to make it."))
        return guess

    def answered(answer: progress.Entry) -> None:
        if answer.get("skip"):
            guess.skip()
        else:
            guess.set(answer["value"])

    by_hand = f"In code: `guess.set({(guess.low + guess.high) / 2:g})`"
    twin = note(f"{text}\n{f'{guess.status()} {guess.problem}'.strip()}\n{by_hand}")
    content = {name: getattr(guess, name) for name in ("question", "unit", "low", "high", "step")}
    guess.form = show_form(twin, "guess", content, answered)
    guess.refresh()
    return guess


def score(prediction: Prediction, measured: float) -> None:
    """Compare a guess with what was measured: record both, and say it in one sentence.

    `measured` is in the prediction's unit; ``ValueError`` if it is no finite number.
    """
    measured = float(measured)
    if not math.isfinite(measured):
        raise ValueError(f"measured must be a finite number, got {measured}")
    sentence = comparison(prediction, measured)
    asked = {"question": prediction.question, "unit": prediction.unit}
    entry = {"value": None, **prediction.record, **asked}
    entry.update(measured=measured, scored_at=progress.now())
    # the form is above the measurement: without a guess it must not give it away
    prediction.store(entry, "" if prediction.value is None else sentence)
    emit(note(f"{sentence} {prediction.problem}".strip()))


def comparison(prediction: Prediction, measured: float) -> str:
    """Say how far a guess is from the truth.

    >>> guess = Prediction("doc.example", "weights removed", 0, 100, unit="%")
    >>> guess.record = {"value": 60.0}
    >>> comparison(guess, 84)
    'You guessed 60 %, measured 84 %: off by 24 points.'
    """
    truth = prediction.number(measured)
    if prediction.value is None:
        return f"Measured {truth}. You made no guess, and that is fine."
    digits = prediction.digits
    gap = abs(round(prediction.value, digits) - round(measured, digits))
    far = number(gap, digits)
    point = "point" if far == "1" else "points"
    off = f"off by {far} {point if prediction.unit == '%' else prediction.unit}".rstrip()
    close = " Close!" if gap <= 0.05 * (prediction.high - prediction.low) else ""
    said = "spot on!" if far == "0" else f"{off}.{close}"
    late = ""
    if prediction.record.get("changed_after_scoring"):
        first = prediction.record.get("guess_when_scored")
        before = "there was none" if first is None else f"it was {prediction.number(first)}"
        late = f" (This guess came after the measurement; before that, {before}.)"
    return f"You guessed {prediction.number(prediction.value)}, measured {truth}: {said}{late}"
