"""The capstone's figures: state and sentence for given values, and no fault in any picture."""

from types import SimpleNamespace

import numpy as np
import pytest

from nc_teach.budget import Budget
from nc_teach.claims import fit_the_budget as claims
from nc_teach.claims.provenance import Provenance
from nc_teach.figures import fit_the_budget as figures
from tests.figure_rules import assert_keeps_the_rules

HERE = Provenance("by hand", "2026-11-24", "here", 3.0)


def stages():
    rows = [
        ("dense", 1_066_571, 266_200, 0.96),
        ("keep 64 of fc1", 210_740, 52_544, 0.955),
        ("prune 60 %", 90_440, 52_544, 0.965),
        ("share 16 values a layer", 16_054, 52_544, 0.945),
    ]
    names = ("name", "stored_bytes", "macs", "accuracy")
    return SimpleNamespace(
        stages=[SimpleNamespace(**dict(zip(names, r, strict=True))) for r in rows]
    )


TIMES = [SimpleNamespace(median=ms) for ms in (0.06, 0.03, 0.03, 0.03)]


def orders():
    """Two networks, three sparsities, two numbers of values; the second order falls off."""
    base = np.array([[0.95, 0.96], [0.94, 0.95], [0.90, 0.92]])
    worse = np.array([[0.01, 0.0], [0.02, 0.01], [0.2, 0.1]])
    sizes = np.array([[20_000, 30_000], [14_000, 21_000], [6_000, 9_000]])
    return claims.Orders(
        sparsities=(0.4, 0.6, 0.9),
        values=(4, 16),
        dense=np.array([0.96, 0.96]),
        accuracy={
            "prune, share": np.array([base, base - 0.01]),
            "share, prune": np.array([base - worse] * 2),
        },
        stored_bytes={
            "prune, share": np.array([sizes] * 2),
            "share, prune": np.array([sizes - 1000] * 2),
        },
        provenance=HERE,
    )


def board():
    """Two networks and three ways; their accuracy is above that of dense once."""
    return claims.Board(
        accuracy={
            "dense": np.array([0.95, 0.96]),
            "stack": np.array([0.95, 0.95]),
            "separable": np.array([0.97, 0.97]),
        },
        stored_bytes={
            "dense": np.array([1_066_571] * 2),
            "stack": np.array([16_000, 16_101]),
            "separable": np.array([5_000] * 2),
        },
        ms={
            "dense": np.array([0.06, 0.05]),
            "stack": np.array([0.03, 0.025]),
            "separable": np.array([0.6, 0.5]),
        },
        params={},
        macs={"dense": 266_200, "stack": 52_544, "separable": 186_000},
        provenance=HERE,
    )


FIGURES = {
    "budget_ways": lambda: figures.budget_ways(board(), Budget(times_faster=1.5)),
    "budget_stages": lambda: figures.budget_stages(
        stages(), TIMES, Budget(times_faster=1.5), source="Now."
    ),
    "step_order": lambda: figures.step_order(orders(), 3),
}


@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    assert_keeps_the_rules(FIGURES[name]())


def test_every_limit_in_parts_of_itself():
    figure = figures.budget_stages(stages(), TIMES, Budget(10_000, 1.5, 2.0))
    used = figure.compute({"step": 3})["used"]
    assert used == pytest.approx([1.6054, 0.75, 0.75])
    assert figure.compute({"step": 2})["used"][2] == 0  # better than before: nothing is used
    assert figure.describe(figure.compute({"step": 3})).endswith("Not yet: file.")


def test_it_fits_when_no_limit_is_crossed():
    figure = figures.budget_stages(stages(), TIMES, Budget(times_faster=1.5, points=2.0))
    assert figure.describe(figure.compute({"step": 3})).endswith("It fits.")
    assert "file, latency" in figure.describe(figure.compute({"step": 0}))
    assert len(figure.table([])) == 4


def test_a_way_is_compared_with_dense():
    figure = figures.budget_ways(board(), Budget(times_faster=1.5))
    state = figure.compute({"way": "stack"})
    assert state["used"] == pytest.approx([16_050 / 20_480, 0.75, 0.5], abs=1e-4)
    slow = figure.compute({"way": "separable"})
    assert slow["used"][1] == pytest.approx(15)
    text = figure.describe(slow)
    assert text.startswith("Separable: 5,000 of 20,480 bytes; 0.10 times as fast")
    assert "nothing lost (+1.50)" in text
    assert text.endswith("Not yet: latency.")
    assert figures.budget_ways(board(), Budget(), start="dense").state()["name"] == "dense"


@pytest.mark.parametrize(
    ("times", "budget", "says"),
    [(TIMES[:2], Budget(), "times must be 4"), (TIMES, Budget(points=0.0), "points must be above")],
)
def test_what_cannot_be_drawn_is_refused(times, budget, says):
    with pytest.raises(ValueError, match=says):
        figures.budget_stages(stages(), times, budget)


def test_the_gap_of_the_orders_and_the_guess():
    figure = figures.step_order(orders(), 3)
    state = figure.compute({"pruned": 90, "values": 4})
    assert state["gap"] == pytest.approx(19.5)
    text = figure.describe(state)
    assert "Pruning first is 19.5 points ahead. You guessed 3." in text
    behind = figure.describe(figure.compute({"pruned": 40, "values": 16}))
    assert "0.5 points behind" in behind


def test_a_start_that_was_not_measured_is_refused():
    with pytest.raises(ValueError, match="50"):
        figures.step_order(orders(), start=(0.5, 16))
