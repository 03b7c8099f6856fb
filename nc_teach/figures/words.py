"""Numbers as the figures' sentences and tables write them."""

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


def short(count: float) -> str:
    """A count in thousands or millions, with a decimal where it is short.

    >>> short(980), short(1_440), short(34_944), short(7_902_720), short(104e6)
    ('980', '1.4 k', '35 k', '7.9 M', '104 M')
    """
    if count < 1e3:
        return f"{count:.0f}"
    number, unit = (count / 1e6, "M") if count >= 1e6 else (count / 1e3, "k")
    digits = 1 if number < (100 if unit == "M" else 10) else 0
    return f"{number:,.{digits}f} {unit}"


def ratio(times: float) -> str:
    """How many times: two decimals below 1, one above.

    >>> ratio(0.983), ratio(11.84)
    ('0.98', '11.8')
    """
    return f"{times:.2f}" if times < 1 else f"{times:.1f}"
