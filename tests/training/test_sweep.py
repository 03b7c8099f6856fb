"""Sweeps: the grid, the order, errors that name their point, and three kinds of executor."""

import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from nc_teach import sweep
from tests.checks import refuses

GRID = {"base": [2, 3], "exp": [0, 1, 4]}
POWERS = [1, 2, 16, 1, 3, 81]


class TestGrid:
    def test_every_combination_the_last_name_fastest(self):
        assert sweep.points({"a": [1, 2], "b": ["x"]}) == [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]
        assert sweep.run(pow, GRID) == POWERS

    def test_a_grid_that_is_none_is_refused_before_anything_runs(self):
        def never(**point):
            raise AssertionError("it ran")

        for none in ({}, {"a": []}, []):
            refuses("at least one point", sweep.run, never, none)
        refuses(r"grid must be a mapping .* got \[3\]", sweep.run, never, [3])


def inverse(number):
    return 1 / number


class TestExecutors:
    def test_results_come_in_the_order_of_the_grid_whoever_is_first(self):
        last = threading.Event()

        def late_first(number):
            if number == 0:
                assert last.wait(timeout=30)
            if number == 3:
                last.set()
            return number

        with ThreadPoolExecutor(4) as pool:
            assert sweep.run(late_first, {"number": range(4)}, pool) == [0, 1, 2, 3]

    @pytest.mark.parametrize("workers", [0, 1])
    def test_an_error_names_its_point_and_cancels_the_rest(self, workers):
        ran, raised = [], threading.Event()

        def inverse_noted(number):
            ran.append(number)
            if number > 1:  # it may have begun before the error was seen; it waits until it was
                assert raised.wait(timeout=30)
            return inverse(number)

        grid = {"number": [1, 0, *range(2, 50)]}
        pool = ThreadPoolExecutor(1) if workers else None
        message = "the sweep failed at number=0: ZeroDivisionError: "
        with pytest.raises(sweep.SweepError, match=message) as caught:
            sweep.run(inverse_noted, grid, pool)
        raised.set()
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
        if pool:
            pool.shutdown()
        assert ran[:2] == [1, 0]
        assert len(ran) <= 4  # those that an executor had taken already

    def test_a_readers_stop_is_no_error_of_a_point(self):
        def stop(number):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sweep.run(stop, {"number": [1]})

    def test_names_that_mean_something_to_an_executor_are_only_names(self):
        grid = {"fn": [1], "self": [2], "key": [3], "retries": [4]}
        with ThreadPoolExecutor(1) as pool:
            assert sweep.run(dict, grid, pool) == [{"fn": 1, "self": 2, "key": 3, "retries": 4}]

    def test_in_other_processes(self):
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            assert sweep.run(pow, GRID, pool) == POWERS
            with pytest.raises(sweep.SweepError, match="at base=2, exp=None: TypeError"):
                sweep.run(pow, {"base": [2], "exp": [None]}, pool)

    def test_on_a_dask_cluster(self):
        """A real one, in this process: what counts is that its executor is one like the others."""
        distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
        with (
            distributed.LocalCluster(
                n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            executor = client.get_executor()
            assert sweep.run(pow, GRID, executor) == POWERS
            assert sweep.run(dict, {"key": [1], "pure": [2]}, executor) == [{"key": 1, "pure": 2}]
            with pytest.raises(sweep.SweepError, match="at number=0: ZeroDivisionError"):
                sweep.run(inverse, {"number": [0]}, executor)
