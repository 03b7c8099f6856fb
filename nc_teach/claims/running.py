"""What every experiment needs while it runs: the reader's stop, copies, seeds as a spread."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from tqdm.std import tqdm

from nc_teach.claims.provenance import measured_now
from nc_teach.claims.result import R
from nc_teach.common.still import still
from nc_teach.training.interrupt import as_a_whole

P = ParamSpec("P")
T = TypeVar("T")


class Stopped(KeyboardInterrupt):
    """The reader has stopped an experiment. A notebook shows one line instead of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return ["Stopped: nothing was measured. Run the cell again when there is time."]


@contextmanager
def stopping_as_a_whole() -> Iterator[None]:
    """Turn an interrupt anywhere inside into :class:`Stopped`; no training goes on after it."""
    try:
        with as_a_whole():
            yield
    except KeyboardInterrupt as interrupt:
        raise Stopped(str(interrupt)) from None


def measured(experiment: Callable[P, R]) -> Callable[P, R]:
    """The same experiment; its result says how long it took, when, and on which machine.

    An interrupt anywhere in it stops it as a whole.
    """

    @wraps(experiment)
    def run(*args: P.args, **options: P.kwargs) -> R:
        started = time.perf_counter()
        with stopping_as_a_whole():
            found = experiment(*args, **options)
        seconds = time.perf_counter() - started
        return replace(found, provenance=measured_now(experiment.__name__, seconds))

    return run


def with_bar(items: Sequence[T], unit: str) -> Iterator[T]:
    """The items one by one, with a text bar that is gone at the end (none in still mode)."""
    hidden = still()
    yield from tqdm(items, unit=unit, disable=hidden, leave=False, file=sys.stdout)


def each_seed(measure: Callable[[int], Any], seeds: Sequence[int]) -> Any:
    """What ``measure(seed)`` gives for every seed, gathered by :func:`together`."""
    return together([measure(seed) for seed in with_bar(seeds, "seed")])


def together(found: Sequence[Any]) -> Any:
    """Alike things, one per seed, as one: numbers as an array whose first axis is the seeds.

    Dictionaries of numbers, however deep, become dictionaries of such arrays.

    >>> together([{"a": 1, "b": {2: [3, 4]}}, {"a": 5, "b": {2: [6, 7]}}])
    {'a': array([1, 5]), 'b': {2: array([[3, 4],
           [6, 7]])}}
    """
    if isinstance(found[0], dict):
        return {key: together([one[key] for one in found]) for key in found[0]}
    return np.array(found)
