"""The figures of the line between two networks, of teachers' sizes, and of the hint cable."""

from types import SimpleNamespace

import numpy as np
import pytest

from nc_teach.claims.claim import Provenance
from nc_teach.figures import knowledge_distillation as figures
from nc_teach.figures.knowledge_distillation.hint_cable import MOMENTS, say
from tests.figure_rules import assert_keeps_the_rules

PROVENANCE = Provenance("by hand", "2026-11-24", "here", 3.0)


def paths(pairs=2):
    alphas = (0.0, 0.25, 0.5, 0.75, 1.0)
    valley = np.array([[0.9, 0.8, 0.5, 0.8, 0.94]] * pairs) + np.arange(pairs)[:, None] / 50
    flat = np.array([[0.9, 0.91, 0.9, 0.92, 0.94]] * pairs)
    units = np.random.default_rng(0).normal(size=(4, 2, 8, 8)).astype(np.float32)
    twins = np.stack([units[:, 0], 2 * units[:, 0]], axis=1)
    return SimpleNamespace(
        alphas=alphas, test={"as it came": valley, "matched by weights": flat, "fork": flat},
        filters={"as it came": units, "matched by weights": twins}, provenance=PROVENANCE,
    )  # fmt: skip


def relay():
    numbers = {
        "taught": {
            "12": {"20": [0.86, 0.88], "50": [0.9, 0.87], "800": [0.85, 0.88]},
            "5": {"20": [0.7, 0.71], "50": [0.72, 0.73], "800": [0.69, 0.7]},
        },
        "alone": {"12": [0.87, 0.88], "5": [0.7, 0.71]},
        "relayed": {"12": [0.86, 0.87], "5": [0.7, 0.7]},
    }
    return SimpleNamespace(numbers=numbers, provenance=PROVENANCE)


def cable(layers=6):
    def falling(base):
        return [float(f"{base**k:.3g}") for k in range(1, layers + 1)]

    variance = {
        "teacher": [0.2, 1.3],
        "start": falling(1e-3),
        "plain": falling(2e-3),
        "He": [1.0] * layers,
    }
    for n in (2, 4):
        variance[f"hint {n}"] = [1.0] * n + falling(1e-2)[: layers - n]
        variance[f"hint {n}, then labels"] = [2e4] * layers
    numbers = {
        "variance": variance,
        "guided": {"2": [0.5, 0.6], "4": [0.8, 0.7]},
        "deep": {"plain": [0.11, 0.11], "He start, plain": [0.9, 0.91]},
    }
    return SimpleNamespace(numbers=numbers, provenance=PROVENANCE)


FIGURES = {
    "interpolation": lambda: figures.interpolation(paths(), 60),
    "teacher_size": lambda: figures.teacher_size(relay(), 100),
    "hint_cable": lambda: figures.hint_cable(cable(), start=2),
}


@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    assert_keeps_the_rules(FIGURES[name]())


# --- interpolation ---


def test_the_mixture_is_the_mean_of_the_filters_and_says_how_alike_they_are():
    figure = figures.interpolation(paths())
    a, mixture, b = figure.state({"alpha": 0.25})["filters"]
    np.testing.assert_allclose(mixture, 0.75 * a + 0.25 * b)
    assert figure.state({"matched": True})["alike"] == pytest.approx([1.0] * 4)
    one, other = paths().filters["as it came"][1]
    cosine = (one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum())
    assert figure.state()["alike"][1] == pytest.approx(float(cosine), abs=1e-6)


def test_the_walk_s_sentence_by_hand():
    figure = figures.interpolation(paths(pairs=1), 60)
    assert figure.sentence() == (
        "50 % A and 50 % B, B as it came: test accuracy 50.0 %, 42.0 points below the mean of A "
        "and B. You guessed 60 % half-way without matching; it is 50.0 %."
    )
    assert "units of B in the order of A's: test accuracy 90.0 %, 2.0 points below" in (
        figure.sentence({"matched": True})
    )


def test_lines_that_do_not_fit_are_told():
    missing = paths()
    del missing.test["matched by weights"]
    with pytest.raises(ValueError, match="result must have the line 'matched by weights'"):
        figures.interpolation(missing)
    short = paths()
    short.test["as it came"] = short.test["as it came"][:, 1:]
    with pytest.raises(ValueError, match="a number for each of 5 alphas, got 4"):
        figures.interpolation(short)


# --- teacher size ---


def test_gains_are_paired_and_against_the_largest_teacher():
    figure = figures.teacher_size(relay())
    state = figure.state({"size": 50, "student": "12"})
    assert state["gain"] == pytest.approx([5.0, -1.0])
    assert state["best"] == 50
    sentence = figure.sentence({"size": 50, "student": "12"})
    assert "better than with 800-800 in 1 of 2 seeds, the median is +2.0 points" in sentence
    assert "An assistant wins 1 of 2 against the direct way, median +0.0 points." in sentence
    assert "better than" not in figure.sentence({"size": 800, "student": "12"})


def test_one_teacher_is_no_comparison():
    lonely = relay()
    lonely.numbers["taught"] = {"12": {"50": [0.9, 0.9]}}
    with pytest.raises(ValueError, match=r"two teachers or more, got \[50\]"):
        figures.teacher_size(lonely)


# --- hint cable ---


def test_every_moment_shows_its_own_numbers():
    figure = figures.hint_cable(cable(), start=2)
    numbers = cable().numbers
    keys = {"start": "start", "stage 1": "hint 4", "stage 2": "hint 4, then labels",
            "plain": "plain", "he": "He"}  # fmt: skip
    for moment in MOMENTS.values():
        state = figure.state({"layer": 4, "moment": moment})
        assert state["variance"].tolist() == numbers["variance"][keys[moment]]
        assert state["cable"] == (moment in ("stage 1", "stage 2"))
    assert figure.state({"layer": 4, "moment": "stage 2"})["accuracy"] == pytest.approx([80, 70])
    assert "test accuracy" not in figure.sentence({"moment": "stage 1"})
    assert "test accuracy 11.0 ± 0.0 %" in figure.sentence({"moment": "plain"})


def test_variances_in_words():
    assert [say(v) for v in (1.0, 0.0104, 9.6e-18, 0.0, 5270.0)] == [
        "1", "0.01", "10⁻¹⁷", "0", "10⁴"
    ]  # fmt: skip


def test_no_hint_is_told():
    none = cable()
    none.numbers["guided"] = {}
    with pytest.raises(ValueError, match="at least one guided layer, got none"):
        figures.hint_cable(none)
