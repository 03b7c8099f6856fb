"""Numbers as the figures' sentences and tables write them."""

from __future__ import annotations

import numpy as np

from nc_teach.common import spread as common


def spread(values: np.ndarray) -> str:
    """Mean and, for more than one number, the sample's standard deviation, to one decimal.

    >>> spread(np.array([94.0, 96.0])), spread(np.array([95.25]))
    ('95.0 ± 1.4', '95.2')
    """
    return common.spread(values, 1, scale=1)


def an(word: str) -> str:
    """A word with its article.

    >>> an("image"), an("point")
    ('an image', 'a point')
    """
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def reach(values: np.ndarray, form: str = "d") -> str:
    """The smallest and the largest number, or one of them where both read the same.

    >>> reach(np.array([23, 12, 25])), reach(np.array([99.96, 100.0]), ".1f")
    ('12 to 25', '100.0')
    """
    least, most = f"{values.min():{form}}", f"{values.max():{form}}"
    return least if least == most else f"{least} to {most}"
