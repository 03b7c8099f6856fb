"""The parts that figures share: a series of several runs, and the reader's guess."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from nc_teach import live
from nc_teach.live import style
from tests.checks import refuses

X = [50, 80, 90]
RUNS = np.array([[98.0, 90.0, 80.0], [96.0, 80.0, 70.0]])


@pytest.fixture
def axes():
    return Figure().subplots()


def test_the_line_is_the_mean_and_every_run_has_its_dots(axes):
    runs = live.Runs(axes, X, RUNS, style.series(1), "random")
    assert runs.line.get_xydata().tolist() == [[50, 97], [80, 85], [90, 75]]
    assert runs.dots.get_xydata().tolist() == [
        [x, y] for run in RUNS for x, y in zip(X, run, strict=True)
    ]
    assert [t.get_text() for t in axes.legend().get_texts()] == ["random"]
    assert runs.line.get_linestyle() == style.series(1)["linestyle"]
    assert {runs.dots.get_linestyle(), runs.mark.get_linestyle()} == {"None"}
    low, high = axes.get_ylim()
    assert low < 70
    assert high > 98


def test_the_mark_goes_to_the_nearest_point_that_was_measured(axes):
    runs = live.Runs(axes, X, RUNS, style.series(0), mark={"markersize": 9})
    assert len(runs.mark.get_xydata()) == 0
    assert runs.at(79.0) is runs.mark
    assert runs.mark.get_xydata().tolist() == [[80, 85]]
    assert (runs.mark.get_markersize(), runs.mark.get_markeredgecolor()) == (9, "white")


def test_other_runs_take_the_place_of_the_first(axes):
    runs = live.Runs(axes, X, RUNS, style.series(0), antialiased=False)
    assert runs.redraw(RUNS[:1] / 2) == [runs.line, runs.dots]
    assert runs.at(90).get_xydata().tolist() == [[90, 40]]
    runs.redraw([[1.0, 3.0]], x=[10, 20])
    assert runs.at(11).get_xydata().tolist() == [[10, 1]]
    assert not runs.mark.get_antialiased()


def test_runs_that_do_not_fit_their_points_are_refused(axes):
    says = "runs must have a column for each of the 2 points of x, got 3 columns"
    refuses(says, live.Runs, axes, X[:2], RUNS, style.series(0))


@pytest.mark.parametrize(
    ("guess", "number"),
    [
        (80, 80.0),
        (np.int64(3), 3.0),
        (None, None),
        (SimpleNamespace(value=0.5), 0.5),
        (SimpleNamespace(value=None), None),
    ],
)
def test_a_guess_is_its_number(guess, number):
    assert live.guessed(guess) == number
    figure = live.LiveFigure(
        "A", [live.Toggle("a", "A")], dict, lambda f, s: None, str, guess=guess
    )
    assert figure.guessed == number


def test_a_guess_is_drawn_where_there_is_one(axes):
    live.draw_guess(axes, None)
    assert not axes.lines
    live.draw_guess(axes, 80.0)
    live.draw_guess(axes, 0.5, level=True)
    upright, level = axes.lines
    assert list(upright.get_xdata()) == [80, 80]
    assert list(level.get_ydata()) == [0.5, 0.5]
    assert upright.get_label() == "your guess"
