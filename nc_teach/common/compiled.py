"""Loops that numba compiles, where it is installed: ``pip install "nc-teach[fast]"``.

Nothing is imported and nothing compiled before the first call, which takes a second or a few: what
is worth while for one large product, file or search, and not for a small one.
"""

from collections.abc import Callable
from functools import cache, wraps
from importlib.util import find_spec
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def available() -> bool:
    """Whether numba is installed here."""
    return find_spec("numba") is not None


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """``function``, a loop over arrays and numbers, compiled when it is first called.

    Calling it raises ``ModuleNotFoundError`` without numba; ``__wrapped__`` is the loop itself.

    >>> compiled(lambda x: x + 1).__wrapped__(2)
    3
    """

    @cache
    def fast() -> Any:
        import numba

        return numba.njit(nogil=True)(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return fast()(*args, **kwargs)

    return call
