"""Still mode: no bars, no widgets, and "measured on this day" in place of "measured just now"."""

import os

VARIABLE = "NC_TEACH_STILL"


def still() -> bool:
    """Whether the environment asks for still outputs: ``NC_TEACH_STILL`` is 1, true or yes.

    >>> os.environ[VARIABLE] = "TRUE"
    >>> still()
    True
    >>> os.environ[VARIABLE] = "0"
    >>> still()
    False
    >>> os.environ[VARIABLE] = "1"
    """
    return os.environ.get(VARIABLE, "").strip().lower() in ("1", "true", "yes")
