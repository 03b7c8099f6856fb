"""What a result means, in sentences that come out with its numbers.

A reader whose own run comes out the other way reads the other sentence.
"""

import textwrap
from collections.abc import Sequence

import numpy as np

from nc_teach.common.spread import interval

WIDTH = 80  # characters, so that a paragraph fits a page and a slide


def paragraph(*sentences: str) -> str:
    """The sentences that are not empty, as one paragraph for ``print``.

    >>> paragraph("One.", "", "Two.")
    'One. Two.'
    """
    return textwrap.fill(" ".join(filter(None, sentences)), WIDTH)


def which(gaps: Sequence[float] | np.ndarray, more: str, less: str, close: str) -> str:
    """``more`` or ``less`` where the 95 % interval of the mean says so, else ``close``.

    >>> which([0.1, 0.2, 0.15], "better", "worse", "too close to call")
    'better'
    >>> which([0.1, -0.2, 0.15], "better", "worse", "too close to call")
    'too close to call'
    """
    low, high = interval(gaps)
    return more if low > 0 else less if high < 0 else close
