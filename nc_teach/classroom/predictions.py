"""Asking for a guess before measuring, and comparing it with the measurement afterwards.

A guess never locks anything. Where none was made its value is None, and all that uses it works.
"""

from __future__ import annotations

import math
from typing import Any

from nc_teach.common.still import still

from . import progress
from .forms import show_form
from .guess import Prediction
from .output import emit, note, number


def predict(
    key: str, question: str, low: float, high: float, unit: str = "", step: float = 1
) -> Prediction:
    """Ask for a guess, and show the form for it.

    Parameters
    ----------
    key
        The guess's name in the progress file, such as ``"pruning.free_lunch"``.
    question
        What is guessed, in a few words.
    low, high, step
        The scale, in `unit`; `step` is the form's, not a limit on the answer.

    Returns
    -------
    Prediction
        Its `value` is None until the reader guesses, and always in still mode. A guess made
        earlier (in the progress file) is kept.

    Raises
    ------
    ValueError
        If `key` or `question` is empty, `low` is not below `high`, or `step` is not above 0.
    """
    prediction = Prediction(key, question, low, high, unit, step)
    low_text, high_text = prediction.number(prediction.low), prediction.number(prediction.high)
    text = f"**Your guess:** {question} (from {low_text} to {high_text})\n"
    if still():
        emit(note(text + "Run this cell to make it."))
        return prediction
    by_hand = f"In code: `guess.set({prediction.low + (prediction.high - prediction.low) / 2:g})`"
    status = f"{prediction.status()} {prediction.problem}".strip()
    twin = note(f"{text}{status}\n{by_hand}")
    prediction.form = show_form(twin, "guess", _content(prediction), _answered(prediction))
    prediction.refresh()
    return prediction


def score(prediction: Prediction, measured: float) -> None:
    """Compare a guess with what was measured: record both, and say it in one sentence.

    Parameters
    ----------
    prediction
        What `predict` returned, answered or not.
    measured
        The measured value, in the prediction's unit.

    Raises
    ------
    ValueError
        If `measured` is not a finite number.
    """
    measured = float(measured)
    if not math.isfinite(measured):
        raise ValueError(f"measured must be a finite number, got {measured}")
    entry = {**prediction.record, "question": prediction.question, "unit": prediction.unit}
    entry.setdefault("value", None)
    prediction.store({**entry, "measured": measured, "scored_at": progress.now()})
    sentence = comparison(prediction, measured)
    prediction.refresh(sentence if prediction.answered else "")  # the form stands above the answer
    emit(note(f"{sentence} {prediction.problem}".strip()))


def comparison(prediction: Prediction, measured: float) -> str:
    """Say how far a guess is from the truth.

    Examples
    --------
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
    sentence = f"You guessed {prediction.number(prediction.value)}, measured {truth}: "
    if far == "0":
        sentence += "spot on!"
    else:
        point = "point" if far == "1" else "points"
        sentence += f"off by {far} {point if prediction.unit == '%' else prediction.unit}".rstrip()
        sentence += "."
    if far != "0" and gap <= 0.05 * (prediction.high - prediction.low):
        sentence += " Close!"
    return sentence + _changed(prediction)


def _changed(prediction: Prediction) -> str:
    if not prediction.record.get("changed_after_scoring"):
        return ""
    first = prediction.record.get("guess_when_scored")
    before = "there was none" if first is None else f"it was {prediction.number(first)}"
    return f" (This guess came after the measurement; before that, {before}.)"


def _content(prediction: Prediction) -> dict[str, Any]:
    names = ("question", "unit", "low", "high", "step")
    return {name: getattr(prediction, name) for name in names}


def _answered(prediction: Prediction) -> Any:
    def answered(answer: dict[str, Any]) -> None:
        if answer.get("skip"):
            prediction.skip()
        else:
            prediction.set(answer["value"])

    return answered
