"""A sweep: one function at every point of a grid, here, in other processes, or on a cluster.

Seeds x densities x learning rates are independent runs. Who runs them is not our business: any
:class:`concurrent.futures.Executor` will do. Unlike a scheduler of its own this only hands the
points out, and puts the answers back in order::

    sweep.run(train_once, {"seed": [0, 1, 2], "lr": [0.01, 0.1]})            # here, one by one

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:    # on two cores
        sweep.run(train_once, grid, pool)

    with Client("scheduler:8786") as client:                                 # on a Dask cluster
        sweep.run(train_once, grid, client.get_executor())

Another process can only be sent a function that it can import: one from a module, or a
``functools.partial`` of one, not one that was written in a notebook's cell. (Dask sends those too.)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from typing import Any

Point = dict[str, Any]
Grid = Mapping[str, Sequence[Any]] | Iterable[Mapping[str, Any]]


class SweepError(RuntimeError):
    """The function failed at one point; the message names it, ``__cause__`` is the error."""


def run(function: Callable[..., Any], grid: Grid, executor: Executor | None = None) -> list[Any]:
    """Call ``function(**point)`` at every point and return the results in the grid's order.

    Parameters
    ----------
    function
        Takes a point's values by name. It must not count on running in this process.
    grid
        Name -> values: every combination, see :func:`points`. Or the points themselves, one
        mapping each, where not every combination is wanted.
    executor
        Who runs them; it stays open. Default: nobody, one point after the other, right here.

    Raises
    ------
    ValueError
        For a grid that is empty, has a name without values, or is no grid; nothing has run then.
    SweepError
        When the function fails at a point. Those that have not begun are cancelled, as they are
        when the reader interrupts.

    >>> run(pow, [{"base": 2, "exp": 3}, {"base": 3, "exp": 2}])
    [8, 9]
    """
    todo = points(grid)
    if executor is None:
        return [_named(point, function, **point) for point in todo]
    futures = [executor.submit(_call, function, point) for point in todo]
    try:
        return [_named(p, future.result) for p, future in zip(todo, futures, strict=True)]
    finally:
        _cancel(futures)


def points(grid: Grid) -> list[Point]:
    """The points of a grid, the last name running fastest.

    >>> points({"seed": [0, 1], "lr": [0.1]})
    [{'seed': 0, 'lr': 0.1}, {'seed': 1, 'lr': 0.1}]

    Raises ``ValueError`` as :func:`run` does.
    """
    if isinstance(grid, Mapping):
        for name, values in grid.items():
            if isinstance(values, str) or not isinstance(values, Iterable):
                raise ValueError(f"grid[{name!r}] must be a sequence of values, got {values!r}")
        todo = [
            dict(zip(grid, combination, strict=True))
            for combination in itertools.product(*grid.values())
        ]
    else:
        todo = [_point(item) for item in grid]
    if not todo or not todo[0]:
        raise ValueError(f"grid must have at least one point with a name, got {grid!r}")
    return todo


def _point(item: Any) -> Point:
    if not isinstance(item, Mapping):
        raise ValueError(f"grid must be a mapping or hold one mapping a point, got {item!r}")
    return dict(item)


def _call(function: Callable[..., Any], point: Point) -> Any:
    """Unpack in the worker: names such as ``key`` mean something to an executor's ``submit``."""
    return function(**point)


def _named(point: Point, function: Callable[..., Any], **arguments: Any) -> Any:
    """Call the function; an error gets the point's name."""
    try:
        return function(**arguments)
    except Exception as error:
        where = ", ".join(f"{name}={value!r}" for name, value in point.items())
        message = f"the sweep failed at {where}: {type(error).__name__}: {error}"
        raise SweepError(message) from error


def _cancel(futures: list[Future]) -> None:
    for future in futures:
        future.cancel()  # no effect on those that are done
