"""A few runs as one number: their mean, how far they lie apart, and how sure the mean is.

    interval = mean ± t s / sqrt(n),   s² = Σ (x - mean)² / (n - 1)

with t the 97.5 % quantile of Student's distribution with n - 1 degrees of freedom (Student 1908,
"The Probable Error of a Mean"). If the runs are drawn from a normal distribution, 95 of 100 such
intervals contain its true mean. Three runs have t = 4.30, five 2.78 and ten 2.26: a few seeds say
little.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np

_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
      2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
      2.052, 2.048, 2.045)  # fmt: skip


def student_t(freedom: int) -> float:
    """The two-sided 95 % quantile of Student's t; beyond 29 degrees of freedom an expansion.

    Raises ``ValueError`` below one degree.

    >>> student_t(2), student_t(4), round(student_t(60), 3)
    (4.303, 2.776, 2.0)
    """
    if freedom < 1:
        raise ValueError(f"freedom must be at least 1, got {freedom}")
    if freedom <= len(_T):
        return _T[freedom - 1]
    z = 1.959964
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def interval(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the mean of ``values``; both ends are the value where there is one.

    >>> low, high = interval([1.0, 2.0, 3.0])
    >>> round(low, 2), round(high, 2)
    (-0.48, 4.48)
    """
    runs = np.asarray(values, dtype=float)
    mean = float(runs.mean())
    if len(runs) < 2:
        return mean, mean
    half = student_t(len(runs) - 1) * float(runs.std(ddof=1)) / sqrt(len(runs))
    return mean - half, mean + half


def spread(values: Sequence[float] | np.ndarray, digits: int = 2, scale: float = 100.0) -> str:
    """Mean and sample standard deviation, of shares in [0, 1] in per cent unless ``scale`` is 1.

    >>> spread([0.95, 0.96, 0.97]), spread([0.5]), spread([94.0, 96.0], digits=1, scale=1)
    ('96.00 ± 1.00', '50.00', '95.0 ± 1.4')
    """
    runs = scale * np.asarray(values, dtype=float)
    deviation = f" ± {runs.std(ddof=1):.{digits}f}" if len(runs) > 1 else ""
    return f"{runs.mean():.{digits}f}{deviation}"


def between(values: Sequence[float] | np.ndarray, digits: int = 3) -> str:
    """Mean and :func:`interval`, which a single run has not.

    >>> between([0.95, 0.96, 0.97]), between([0.5])
    ('0.960 (0.935 to 0.985)', '0.500')
    """
    low, high = interval(values)
    ends = f" ({low:.{digits}f} to {high:.{digits}f})" if len(values) > 1 else ""
    return f"{np.mean(values):.{digits}f}{ends}"


def percent(values: Sequence[float] | np.ndarray) -> str:
    """:func:`spread` of shares in [0, 1], with its unit.

    >>> percent([0.95, 0.96, 0.97]), percent([0.5])
    ('96.00 ± 1.00 %', '50.00 %')
    """
    return f"{spread(values)} %"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign.

    >>> points(-0.0123), points(-0.0001), points(-0.000001)
    ('-1.23 points', '-0.01 points', '+0.00 points')
    """
    return f"{round(100 * difference, 2) + 0.0:+.2f} points"


def times(factor: float) -> str:
    """A ratio.

    >>> times(2.1)
    '2.10 times'
    """
    return f"{factor:.2f} times"


def share(part: float) -> str:
    """A share of 1 in per cent.

    >>> share(0.125)
    '12.5 %'
    """
    return f"{100 * part:.1f} %"


def count(number: float) -> str:
    """A number of things, with a decimal only where it is no integer.

    >>> count(1234.0), count(2.5)
    ('1,234', '2.5')
    """
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"
