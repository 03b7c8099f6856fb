"""A sweep: one function at every point of a grid, here, in other processes, or on a cluster.

Seeds x densities x learning rates are independent runs. Who runs them is up to the reader: any
:class:`concurrent.futures.Executor` will do. To its ``map`` this adds the grid, and an error that
names its point::

    sweep.run(train_once, {"seed": [0, 1, 2], "lr": [0.01, 0.1]})            # here, one by one

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:    # on two cores
        sweep.run(train_once, grid, pool)

    with Client("scheduler:8786") as client:                                 # on a Dask cluster
        sweep.run(train_once, grid, client.get_executor())

Another process can only be sent a function that it can import: one from a module, or a
``functools.partial`` of one, not one that was written in a notebook's cell. (Dask sends those too.)
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any

from nc_teach.common import declared

Point = Mapping[str, Any]
Grid = Mapping[str, Sequence[Any]] | Iterable[Point]


class SweepError(RuntimeError):
    """The function failed at one point; the message names it, ``__cause__`` is the error."""


def run(function: Callable[..., Any], grid: Grid, executor: Executor | None = None) -> list[Any]:
    """Call ``function(**point)`` at every point and return the results in the grid's order.

    ``grid`` maps a name to its values (every combination is a point), or holds the points
    themselves. ``executor`` stays open; without one, the points run here, one after the other.

    Raises ``ValueError`` for a grid that has no point or no names, before anything runs, and
    :class:`SweepError` when the function fails; points that have not begun are then cancelled.

    >>> run(pow, [{"base": 2, "exp": 3}, {"base": 3, "exp": 2}])
    [8, 9]
    """
    call = partial(_call, function)
    return list((executor.map if executor else map)(call, points(grid)))


def points(grid: Grid) -> list[Point]:
    """The points of a grid, the last name running fastest.

    >>> points({"seed": [0, 1], "lr": [0.1]})
    [{'seed': 0, 'lr': 0.1}, {'seed': 1, 'lr': 0.1}]
    """
    if isinstance(grid, Mapping):
        combinations = itertools.product(*grid.values())
        todo: list[Point] = [dict(zip(grid, values, strict=True)) for values in combinations]
    else:
        todo = list(grid)
    if not todo or not all(isinstance(point, Mapping) and point for point in todo):
        raise ValueError(f"grid must have at least one point, each with a name, got {grid!r}")
    return todo


def _call(function: Callable[..., object], point: Point) -> object:
    try:
        return function(**point)
    except Exception as error:
        where = ", ".join(f"{name}={value!r}" for name, value in point.items())
        message = f"the sweep failed at {where}: {type(error).__name__}: {error}"
        raise SweepError(message) from error


declared.hold(__name__)
