"""The typefaces of pictures: the usual one, then one with Chinese characters where there is one.

matplotlib takes each character from the first typeface that has it. One that is not installed is
never asked for, because matplotlib would warn of it at every word.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

LATIN = "DejaVu Sans"  # comes with matplotlib: the same everywhere
CHINESE = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN"),
    *("PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "Songti SC"),  # macOS
    *("Microsoft YaHei", "DengXian", "SimHei", "SimSun"),  # Windows
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "AR PL UMing CN"),
    # a collection of several goes by the name of its first: it has the simplified ones too
    *("Noto Sans CJK JP", "Noto Sans CJK TC", "PingFang HK", "Heiti TC", "Arial Unicode MS"),
)
ANY = "Last Resort High-Efficiency"  # a sign for each kind of script; with matplotlib 3.11
ONE_WEIGHT = "findfont: Failed to find font weight"  # which is how it looks, and no fault
MISSING = r"Glyph \d+ .*missing from"  # how matplotlib begins to say that there is none


@cache
def families() -> tuple[str, ...]:
    """The typefaces that there are, in the order in which they are asked for a character.

    >>> families()[0]
    'DejaVu Sans'
    """
    from matplotlib import font_manager

    there = set(font_manager.get_font_names())
    chinese = [name for name in CHINESE if name in there][:1]
    logging.getLogger(font_manager.__name__).addFilter(_is_of_other_typefaces)
    return (LATIN, *chinese, *(name for name in (ANY,) if name in there))


def _is_of_other_typefaces(record: logging.LogRecord) -> bool:
    """Whether a message is not about a typeface of ours that has no bold letters."""
    said = record.getMessage()
    return not (said.startswith(ONE_WEIGHT) and any(name in said for name in (*CHINESE, ANY)))


@contextmanager
def quiet() -> Iterator[None]:
    """A context without a warning for each character that no typeface has."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", MISSING)
        yield


@contextmanager
def typefaces() -> Iterator[None]:
    """A context, or a decorator, in which matplotlib writes what a reader writes: Chinese too."""
    from matplotlib import rc_context

    with rc_context({"font.family": list(families())}), quiet():
        yield
