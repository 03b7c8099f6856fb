"""What every experiment needs while it runs: the reader's stop, copies, seeds as a spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nc_teach.training import History


def finished(history: History) -> History:
    """The history itself, or ``KeyboardInterrupt`` when the reader has stopped the training.

    ``fit`` returns politely when it is stopped; an experiment of many trainings must stop as a
    whole, or it would report a half-trained network as a result.
    """
    if history.interrupted:
        raise KeyboardInterrupt(history.note)
    return history


def spread(values: Sequence[float]) -> str:
    """Mean and sample standard deviation of shares in [0, 1], in per cent.

    >>> spread([0.95, 0.96, 0.97]), spread([0.5])
    ('96.0 ± 1.0 %', '50.0 %')
    """
    mean = f"{100 * np.mean(values):.1f}"
    return f"{mean} ± {100 * np.std(values, ddof=1):.1f} %" if len(values) > 1 else f"{mean} %"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign.

    >>> points(-0.0123), points(-0.0001)
    ('-1.2 points', '+0.0 points')
    """
    return f"{round(100 * difference, 1) + 0.0:+.1f} points"
