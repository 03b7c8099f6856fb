"""Differences of accuracies and of errors, in words instead of signs."""

from __future__ import annotations

from collections.abc import Sequence


def lost_or_gained(difference: float) -> str:
    """A difference of two accuracies in [0, 1].

    >>> lost_or_gained(-0.0013), lost_or_gained(0.0003), lost_or_gained(-0.00001)
    ('0.13 points lost', '0.03 points gained', '0.00 points lost')
    """
    word = "gained" if difference > 0 else "lost"
    return f"{100 * abs(difference):.2f} points {word}"


def more_or_fewer(difference: float) -> str:
    """A difference of two shares of errors in [0, 1].

    >>> more_or_fewer(0.0041), more_or_fewer(-0.002)
    ('0.41 points more', '0.20 points fewer')
    """
    return f"{100 * abs(difference):.2f} points {'fewer' if difference < 0 else 'more'}"


def each_and_mean(differences: Sequence[float]) -> str:
    """Differences in percentage points, network by network, and their mean.

    >>> each_and_mean([0.0057, 0.0227, 0.0166])
    '+0.57, +2.27, +1.66: mean +1.50 points'
    """
    each = ", ".join(f"{100 * d:+.2f}" for d in differences)
    return f"{each}: mean {100 * sum(differences) / len(differences):+.2f} points"
