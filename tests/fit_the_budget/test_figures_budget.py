"""The capstone's figures: state and sentence for given values, and no fault in any picture."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from nc_teach.budget import Budget
from nc_teach.claims import experiment
from nc_teach.figures import fit_the_budget as figures
from nc_teach.meter import Latencies
from tests.checks import refuses
from tests.claim_rules import arrays
from tests.figure_rules import assert_keeps_the_rules

STACK = SimpleNamespace(
    stages=[
        SimpleNamespace(name=name, stored_bytes=size, macs=macs, accuracy=accuracy)
        for name, size, macs, accuracy in (
            ("dense", 1_066_571, 266_200, 0.96),
            ("keep 64 of fc1", 210_740, 52_544, 0.955),
            ("prune 60 %", 90_440, 52_544, 0.965),
            ("share 16 values a layer", 16_054, 52_544, 0.945),
        )
    ]
)
MS = {str(place): np.full((20, 1), ms) for place, ms in enumerate((0.06, 0.03, 0.03, 0.03))}
TIMES = Latencies(MS, batch_size=1, threads=1)
# Two networks; once a way is better than dense, and once it is slower.
BOARD = replace(
    experiment.shipped("fit_the_budget"),
    accuracy=arrays({"dense": [0.95, 0.96], "stack": [0.95, 0.95], "separable": [0.97, 0.97]}),
    stored_bytes=arrays({"dense": [1_066_571] * 2, "stack": [16_000, 16_101], "separable": [5000]}),
    ms=arrays({"dense": [0.06, 0.05], "stack": [0.03, 0.025], "separable": [0.6, 0.5]}),
    macs={"dense": 266_200, "stack": 52_544, "separable": 186_000},
)
ORDERS = experiment.shipped("order_of_steps")


@pytest.mark.everything
@pytest.mark.parametrize(
    "figure",
    [
        figures.budget_ways(BOARD, Budget(times_faster=1.5)),
        figures.budget_stages(STACK, TIMES, Budget(points=0.0), source="Now."),
        figures.step_order(ORDERS, 3),
    ],
    ids=lambda figure: figure.title,
)
def test_it_keeps_the_rules(figure):
    assert_keeps_the_rules(figure)


def test_every_limit_in_parts_of_itself():
    figure = figures.budget_stages(STACK, TIMES, Budget(10_000, 1.5, 2.0))
    assert figure.state()["used"] == pytest.approx([1.6054, 0.75, 0.75])
    assert figure.state({"step": 2})["used"][2] == 0  # better than before: nothing is used
    assert figure.sentence().endswith("Not yet: file.")


def test_it_fits_when_no_limit_is_crossed():
    figure = figures.budget_stages(STACK, TIMES, Budget(times_faster=1.5, points=2.0))
    assert figure.sentence().endswith("It fits.")
    assert "Not yet: file, latency." in figure.sentence({"step": 0})
    assert len(figure.table([])) == 4


def test_a_limit_inside_the_interval_is_undecided():
    figure = figures.budget_stages(STACK, TIMES, Budget(times_faster=2.0, points=2.0))
    assert figure.state()["ends"][1] == pytest.approx((1 / 1.05, 1.05))
    assert "2.00 times as fast (1.90 to 2.10), 2 wanted" in figure.sentence()
    assert figure.sentence().endswith("Undecided: latency.")


def test_a_way_is_compared_with_dense():
    figure = figures.budget_ways(BOARD, Budget(times_faster=1.5))
    assert figure.state()["used"] == pytest.approx([16_050 / 20_480, 0.75, 0.5], abs=1e-4)
    slow = {"way": "separable"}
    assert figure.state(slow)["used"][1] == pytest.approx(15)
    text = figure.sentence(slow)
    for said in (
        "5,000 of 20,480 bytes; 0.10 times as fast (0.10 to 0.10)",
        "1.50 points gained, a loss of 1 allowed",
    ):
        assert said in text
    assert text.endswith("Not yet: latency. Undecided: accuracy lost.")  # two networks say little
    assert figures.budget_ways(BOARD, Budget(), start="dense").state()["name"] == "dense"


def test_there_must_be_a_time_for_every_stage():
    refuses("times must be 4", figures.budget_stages, STACK, Latencies({}, 1, 1), Budget())


def test_the_gap_of_the_orders_and_the_guess():
    first = np.full((2, 3, 2), 0.9)
    fall = np.array([[-0.01, 0.0], [0.02, 0.01], [0.3, 0.1]])
    found = replace(
        ORDERS,
        sparsities=(0.4, 0.6, 0.9),
        values=(4, 16),
        accuracy={"prune, share": first, "share, prune": first - fall},
        stored_bytes={"prune, share": first, "share, prune": first},
    )
    figure = figures.step_order(found, 3)
    text = figure.sentence({"pruned": 90, "values": 4})
    assert "Pruning first is 30.0 points ahead. You guessed 3." in text
    assert "1.0 points behind" in figure.sentence({"pruned": 40, "values": 4})


def test_a_start_that_was_not_measured_is_refused():
    refuses("50", figures.step_order, ORDERS, start=(0.5, 16))


def test_a_bar_that_is_too_long_is_broken():
    """The sign is there for a file of many limits, and for nothing that fits."""
    figure = figures.budget_stages(STACK, TIMES, Budget(times_faster=1.5, points=2.0))
    drawn = Figure()
    update = figure.build(drawn, figure.state())
    signs = [artist for artist in update(figure.state()) if artist.get_zorder() in (4, 5)]
    assert len(signs) == 9
    assert not any(sign.get_visible() for sign in signs)
    update(figure.state({"step": 0}))
    assert [sign.get_visible() for sign in signs] == [True] * 3 + [False] * 6
