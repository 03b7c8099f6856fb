"""The figures of chapter 3: state, the numbers in the sentence, and no fault."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nc_teach import distillation
from nc_teach.claims import knowledge_distillation as claims
from nc_teach.claims.provenance import Provenance
from nc_teach.figures import knowledge_distillation as figures
from nc_teach.figures.knowledge_distillation.hint_cable import MOMENTS, say
from nc_teach.figures.knowledge_distillation.temperature import (
    entropy_bits,
    gradient_lengths,
    soften,
)
from tests.figure_rules import assert_keeps_the_rules

HERE = Provenance("by hand", "2026-11-24", "here", 3.0)
LOGITS = np.array([[0.0, 9, 1, 5, 0, 0, 0, 6, 2, 0], [3.0, 0, 12, 8, 1, 0, 4, 2, 2, 0]])


def arrays(numbers):
    return {name: np.array(values) for name, values in numbers.items()}


def digits():
    images = np.zeros((2, 1, 28, 28), dtype=np.float32)
    images[:, 0, 4:24, 12:16] = 1
    return claims.TellingDigits(
        images=images,
        labels=np.array([1, 2]),
        teacher=LOGITS,
        student=0.1 * LOGITS[::-1],
        provenance=HERE,
    )


def unseen(names=("soft targets", "labels", "shuffled")):
    """Two seeds; the bias lifts the 3s from 40 % to all of them, and costs the others."""
    shifts = (-1.0, *(k / 2 for k in range(41)))
    lifted = np.linspace(0.4, 1, len(shifts))
    rows = np.zeros((len(shifts), 10), dtype=int)
    rows[:, 3] = (1000 * lifted).astype(int)
    rows[:, 5] = 1000 - rows[:, 3]
    return claims.Unseen(
        shifts=shifts,
        right={name: np.array([1 - lifted / 2, 0.98 - lifted / 2]) for name in names},
        of_unseen={name: np.array([lifted, 0.9 * lifted]) for name in names},
        rows={name: rows for name in names},
        chosen={name: {"no labels": np.array([2.0, 3.0])} for name in names},
        results={},
        provenance=HERE,
    )


def students(large=None):
    large = large or {
        "labels": [450, 440],
        "T = 1": [430, 420],
        "T = 20": [380, 390],
        "T = 20 and labels": [385, 386],
        "label smoothing": [350, 360],
        "shuffled": [470, 480],
    }
    small = {"labels": [700, 710], "T = 1": [690, 680], "T = 20": [800, 810]}
    return claims.Students(
        images=10_000,
        teacher=np.array([230, 240]),
        errors={300: arrays(large), 30: arrays(small)},
        provenance=HERE,
    )


def mimics():
    controls = {
        "labels": [0.91, 0.92],
        "labels, jittered": [0.95, 0.96],
        "deep, labels": [0.9, 0.9],
    }
    return claims.Mimics(
        images=(2000, 5000),
        teacher=np.array([0.975, 0.977]),
        controls=arrays(controls),
        mimics=np.array([[0.93, 0.95], [0.94, 0.96]]),
        provenance=HERE,
    )


def paths(pairs=2):
    valley = np.array([[0.9, 0.8, 0.5, 0.8, 0.94]] * pairs) + np.arange(pairs)[:, None] / 50
    flat = np.array([[0.9, 0.91, 0.9, 0.92, 0.94]] * pairs)
    units = np.random.default_rng(0).normal(size=(4, 2, 8, 8)).astype(np.float32)
    twins = np.stack([units[:, 0], 2 * units[:, 0]], axis=1)
    return claims.Paths(
        alphas=(0.0, 0.25, 0.5, 0.75, 1.0),
        test={"as it came": valley, "matched by weights": flat, "fork": flat},
        filters={"as it came": units, "matched by weights": twins},
        provenance=HERE,
    )


def relay(taught=None):
    taught = taught or {
        12: {20: [0.86, 0.88], 50: [0.9, 0.87], 800: [0.85, 0.88]},
        5: {20: [0.7, 0.71], 50: [0.72, 0.73], 800: [0.69, 0.7]},
    }
    return claims.Relay(
        teacher={},
        assistant=np.zeros(2),
        taught={student: arrays(by) for student, by in taught.items()},
        alone=arrays({12: [0.87, 0.88], 5: [0.7, 0.71]}),
        relayed=arrays({12: [0.86, 0.87], 5: [0.7, 0.7]}),
        provenance=HERE,
    )


def cable(guided=(2, 4), layers=6):
    def falling(base):
        return [float(f"{base**k:.3g}") for k in range(1, layers + 1)]

    variance = {"teacher": [0.2, 1.3], "start": falling(1e-3), "plain": falling(2e-3)}
    variance |= {"He": [1.0] * layers}
    for n in guided:
        variance[f"hint {n}"] = [1.0] * n + falling(1e-2)[: layers - n]
        variance[f"hint {n}, then labels"] = [2e4] * layers
    return claims.Hints(
        teacher=np.zeros(2),
        variance=variance,
        guided={n: np.array([0.2 * n, 0.2 * n - 0.1]) for n in guided},
        deep=arrays({"plain": [0.11, 0.11], "He start, plain": [0.9, 0.91]}),
        flat={},
        provenance=HERE,
    )


FIGURES = {
    "temperature": lambda: figures.temperature(digits()),
    "unseen_class": lambda: figures.unseen_class(unseen()),
    "students": lambda: figures.students(students(), 300),
    "mimic": lambda: figures.mimic(mimics(), 97),
    "interpolation": lambda: figures.interpolation(paths(), 60),
    "teacher_size": lambda: figures.teacher_size(relay(), 100),
    "hint_cable": lambda: figures.hint_cable(cable(), start=2),
}


@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    assert_keeps_the_rules(FIGURES[name]())


def test_the_figures_arithmetic_is_that_of_the_techniques():
    teacher, student = (torch.tensor(z) for z in (LOGITS, LOGITS[::-1].copy()))
    for t in (0.5, 1, 20, 100):
        soft = distillation.softmax(teacher, t)
        assert np.allclose([soften(z, t) for z in LOGITS], soft)
        assert entropy_bits(soft[0].numpy()) == pytest.approx(distillation.entropy(soft[0]).item())
        squared, plain = gradient_lengths(LOGITS[0], LOGITS[1], (t,))[:, 0]
        ours = distillation.soft_target_gradient(student[:1], teacher[:1], t).norm()
        assert squared == pytest.approx(ours.item())
        assert plain == pytest.approx(ours.item() / t**2)


def test_the_temperature_tells_the_second_thought():
    figure = figures.temperature(digits())
    cold, warm = (figure.sentence({"temperature": t, "digit": 1}) for t in (1, 4))
    assert "says of this 2: 2: 0.98, 3: 0.02" in cold
    assert "2: 0.50, 3: 0.19" in warm
    state = figure.state({"temperature": 100})
    assert state["soft"].max() - state["soft"].min() < 0.02
    assert state["bits"] == pytest.approx(np.log2(10), abs=0.01)
    with pytest.raises(ValueError, match="got 2 rows for 0 images"):
        figures.temperature(replace(digits(), labels=np.array([])))


def test_the_dragged_bias_tells_the_row_and_both_shares():
    figure = figures.unseen_class(unseen())
    assert "40.3 ± 2.9 %" not in figure.sentence()  # the grid begins below zero
    sentence = figure.sentence({"shift": 20, "student": "labels"})
    for part in ("hard labels", "+20", "95.0 ± 7.1 %", "49.0 ± 1.4 %"):
        assert part in sentence
    state = figure.state({"shift": 0})
    assert state["row"].sum() == pytest.approx(100)
    assert state["rule"] == 2.5
    assert min(state["grid"]) == 0
    with pytest.raises(ValueError, match="must have one of soft targets, labels, shuffled"):
        figures.unseen_class(unseen(["only 7s and 8s"]))
    with pytest.raises(ValueError, match="measured just now"):
        figures.unseen_class(claims.shipped("unseen_class"))


def test_the_students_of_both_sizes_are_shown_beside_their_controls():
    figure = figures.students(students(), SimpleNamespace(value=300))
    large = figure.sentence()
    assert "385 errors among 10,000 (380, 390)" in large
    for part in ("labels 445", "label smoothing 355", "shuffled 475", "teacher 235", "guessed 300"):
        assert part in large
    small = figure.sentence({"width": 30, "temperature": 1})
    assert "685 errors" in small
    assert "smoothing" not in small
    assert "guessed" not in small
    with pytest.raises(ValueError, match="errors at a temperature"):
        figures.students(students({"labels": [1, 2]}))


def test_a_mimic_is_shown_with_what_it_has_to_beat():
    sentence = figures.mimic(mimics(), 97).sentence({"images": 5000})
    for part in ("5,000 images", "95.5 ± 0.7 %", "jittered 95.5 ± 0.7", "97.6 ± 0.1", "97 %."):
        assert part in sentence


# --- interpolation ---


def test_the_mixture_is_the_mean_of_the_filters_and_says_how_alike_they_are():
    figure = figures.interpolation(paths())
    a, mixture, b = figure.state({"alpha": 0.25})["filters"]
    np.testing.assert_allclose(mixture, 0.75 * a + 0.25 * b)
    assert figure.state({"matched": True})["alike"] == pytest.approx([1.0] * 4)
    one, other = paths().filters["as it came"][1]
    cosine = (one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum())
    assert figure.state()["alike"][1] == pytest.approx(float(cosine), abs=1e-6)


def test_the_walk_s_numbers_by_hand():
    figure = figures.interpolation(paths(pairs=1), 60)
    sentence = figure.sentence()
    for part in ("50 % A and 50 % B, B as it came", "50.0 %", "42.0 points below", "60 %"):
        assert part in sentence
    matched = figure.sentence({"matched": True})
    assert "90.0 %" in matched
    assert "2.0 points below" in matched


def test_lines_that_do_not_fit_are_refused():
    test = dict(paths().test)
    missing = replace(paths(), test={"as it came": test["as it came"]})
    with pytest.raises(ValueError, match="result must have the line 'matched by weights'"):
        figures.interpolation(missing)
    short = replace(paths(), test=test | {"as it came": test["as it came"][:, 1:]})
    with pytest.raises(ValueError, match="a number for each of 5 alphas, got 4"):
        figures.interpolation(short)


# --- teacher size ---


def test_gains_are_paired_and_against_the_largest_teacher():
    figure = figures.teacher_size(relay())
    state = figure.state({"size": 50, "student": 12})
    assert state["gain"] == pytest.approx([5.0, -1.0])
    assert state["best"] == 50
    sentence = figure.sentence({"size": 50, "student": 12})
    for part in ("800-800 in 1 of 2", "+2.0 points", "wins 1 of 2", "+0.0 points"):
        assert part in sentence
    assert "better than" not in figure.sentence({"size": 800, "student": 12})


def test_one_teacher_is_no_comparison():
    with pytest.raises(ValueError, match=r"two teachers or more, got \[50\]"):
        figures.teacher_size(relay({12: {50: [0.9, 0.9]}}))


# --- hint cable ---


def test_every_moment_shows_its_own_numbers():
    figure = figures.hint_cable(cable(), start=2)
    keys = {
        "start": "start",
        "stage 1": "hint 4",
        "stage 2": "hint 4, then labels",
        "plain": "plain",
        "he": "He",
    }
    for moment in MOMENTS.values():
        state = figure.state({"layer": 4, "moment": moment})
        assert state["variance"].tolist() == cable().variance[keys[moment]]
        assert state["cable"] == (moment in ("stage 1", "stage 2"))
    assert figure.state({"layer": 4, "moment": "stage 2"})["accuracy"] == pytest.approx([80, 70])
    assert "test accuracy" not in figure.sentence({"moment": "stage 1"})
    assert "test accuracy 11.0 ± 0.0 %" in figure.sentence({"moment": "plain"})


def test_variances_in_words():
    assert [say(v) for v in (1.0, 0.0104, 9.6e-18, 0.0, 5270.0)] == [
        "1",
        "0.01",
        "10⁻¹⁷",
        "0",
        "10⁴",
    ]


def test_a_result_without_a_hint_is_refused():
    with pytest.raises(ValueError, match="at least one guided layer, got none"):
        figures.hint_cable(cable(guided=()))
