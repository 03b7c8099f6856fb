"""The figures of chapter 3: state, the numbers in the sentence, and no fault."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nc_teach import distillation, live
from nc_teach.claims import knowledge_distillation as claims
from nc_teach.data import Dataset, Split
from nc_teach.figures import knowledge_distillation as figures
from nc_teach.figures.knowledge_distillation.hint_cable import say
from nc_teach.figures.knowledge_distillation.temperature import (
    entropy_bits,
    gradient_lengths,
    soften,
)
from nc_teach.figures.words import spread
from tests.checks import refuses
from tests.claim_rules import made
from tests.figure_rules import BY_HAND, assert_keeps_the_rules, texts_over_texts, titles

LOGITS = np.array([[0.0, 9, 1, 5, 0, 0, 0, 6, 2, 0], [3.0, 0, 12, 8, 1, 0, 4, 2, 2, 0]])


def digits():
    images = np.zeros((2, 1, 28, 28), dtype=np.float32)
    images[:, 0, 4:24, 12:16] = 1
    return claims.TellingDigits(
        images=images,
        labels=np.array([1, 2]),
        teacher=LOGITS,
        student=0.1 * LOGITS[::-1],
        provenance=BY_HAND,
    )


def unseen():
    """Two seeds; the bias lifts the 3s from 40 % to all of them, and costs the others."""
    names = ("soft targets", "labels", "shuffled")
    shifts = (-1.0, *(k / 2 for k in range(41)))
    lifted = np.linspace(0.4, 1, len(shifts))
    rows = np.zeros((len(shifts), 10), dtype=int)
    rows[:, 3] = (1000 * lifted).astype(int)
    rows[:, 5] = 1000 - rows[:, 3]
    return made(
        claims.Unseen,
        shifts=shifts,
        right={name: np.array([1 - lifted / 2, 0.98 - lifted / 2]) for name in names},
        of_unseen={name: np.array([lifted, 0.9 * lifted]) for name in names},
        rows={name: rows for name in names},
        chosen={name: {"no labels": [2.0, 3.0]} for name in names},
        provenance=BY_HAND,
    )


def paths(pairs=2):
    valley = np.array([[0.9, 0.8, 0.5, 0.8, 0.94]] * pairs) + np.arange(pairs)[:, None] / 50
    flat = np.array([[0.9, 0.91, 0.9, 0.92, 0.94]] * pairs)
    units = np.random.default_rng(0).normal(size=(4, 2, 8, 8)).astype(np.float32)
    twins = np.stack([units[:, 0], 2 * units[:, 0]], axis=1)
    return claims.Paths(
        alphas=(0.0, 0.25, 0.5, 0.75, 1.0),
        test={"as trained": valley, "matched by weights": flat, "fork": flat},
        filters={"as trained": units, "matched by weights": twins},
        provenance=BY_HAND,
    )


FIGURES = {
    "temperature": lambda: figures.temperature(digits()),
    "unseen_class": lambda: figures.unseen_class(unseen()),
    "students": lambda: figures.students(claims.shipped("soft_targets"), 300),
    "mimic": lambda: figures.mimic(claims.shipped("mimic"), 97),
    "interpolation": lambda: figures.interpolation(paths(), 60),
    "teacher_size": lambda: figures.teacher_size(claims.shipped("assistants"), 100),
    "hint_cable": lambda: figures.hint_cable(claims.shipped("hints")),
}


@pytest.mark.everything
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
    state = figure.state({"temperature": 100, "digit": 1})
    assert state["bits"] == pytest.approx(np.log2(10), abs=0.01)
    assert (
        state["now"].tolist() == gradient_lengths(LOGITS[1], 0.1 * LOGITS[0], (100,))[:, 0].tolist()
    )


def test_the_dragged_bias_tells_the_row_and_both_shares():
    figure = figures.unseen_class(unseen())
    sentence = figure.sentence({"shift": 20, "student": "labels"})
    for part in ("hard labels", "+20", "95.0 ± 7.1 % of the 3s", "49.0 ± 1.4 % of all"):
        assert part in sentence
    assert "mistake is 5 (59 %)" in figure.sentence()  # the grid begins below zero
    state = figure.state({"shift": 0})
    assert state["row"].sum() == pytest.approx(100)
    assert state["rule"] == 2.5
    assert state["curves"][0][0, 0] == pytest.approx(100 * np.linspace(0.4, 1, 42)[1])
    refuses("measured just now", figures.unseen_class, claims.shipped("unseen_class"))
    seven = figures.unseen_class(replace(unseen(), digit=7))
    assert seven.title == "A student that never saw a 7"
    assert "never shown a 7, with +0 added" in seven.sentence()


def test_the_students_of_both_sizes_are_shown_beside_their_controls():
    result = claims.shipped("soft_targets")
    figure, of = figures.students(result, SimpleNamespace(value=300)), result.errors
    said = figure.sentence()
    assert said.startswith("Of students of soft targets at T = 20, those with 300 units")
    for width in (300, 30):
        soft = of[width]["T = 20"]
        runs = f"{soft.mean():.0f} errors ({', '.join(map(str, soft))}), beside labels"
        assert f"{width} units a layer make {runs}" in said
    large, small = said.split("; ")
    for name in ("labels", "label smoothing", "shuffled", "T = 20 and labels"):
        assert f"{name} {of[300][name].mean():.0f}, " in large
    assert f"labels {of[30]['labels'].mean():.0f}, teacher {result.teacher.mean():.0f}." in small
    assert said.endswith(" You guessed 300.")


def test_a_mimic_is_shown_with_what_it_has_to_beat():
    result = claims.shipped("mimic")
    sentence = figures.mimic(result, 97).sentence({"images": 5000})
    assert f"5,000 images without labels reads {spread(100 * result.mimics[:, 1])} %" in sentence
    assert f"jittered {spread(100 * result.controls['labels, jittered'])} %" in sentence
    assert f"teacher {spread(100 * result.teacher)} %. You guessed 97 %." in sentence


def test_the_mixture_is_the_mean_of_the_filters_and_says_how_alike_they_are():
    figure = figures.interpolation(paths())
    a, mixture, b = figure.state({"alpha": 0.25})["filters"]
    np.testing.assert_allclose(mixture, 0.75 * a + 0.25 * b)
    assert figure.state({"matched": True})["alike"] == pytest.approx([1.0] * 4)
    one, other = paths().filters["as trained"][1]
    cosine = (one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum())
    assert figure.state()["alike"][1] == pytest.approx(float(cosine), abs=1e-6)


@pytest.mark.parametrize(
    ("matched", "says"), [(False, "4 units of A, and B's in their places"), (True, "match them")]
)
def test_units_are_called_matched_only_where_they_are(matched, says):
    figure, values = figures.interpolation(paths(), 60), {"matched": matched}
    assert any(says in title for title in titles(figure, values))
    assert texts_over_texts(figure, values) == []


def test_the_walk_s_numbers_by_hand():
    figure = figures.interpolation(paths(pairs=1), 60)
    for matched, parts in {
        False: ("50 % A and 50 % B, B as trained", "50.0 %", "42.0 points below", "60 %"),
        True: ("90.0 %", "2.0 points below", "it is 50.0 %"),
    }.items():
        for part in parts:
            assert part in figure.sentence({"matched": matched})


def test_gains_are_paired_and_against_the_largest_teacher():
    result = claims.shipped("assistants")
    figure, taught = figures.teacher_size(result), result.taught[12]
    sentence = figure.sentence({"size": 50, "student": 12})
    gain, relay = (100 * a - 100 * taught[800] for a in (taught[50], result.relayed[12]))
    assert figure.state({"size": 50, "student": 12})["gain"] == pytest.approx(gain)
    assert f"800-800 in {sum(gain > 0)} of 5" in sentence
    assert f"{np.median(gain):+.1f} points. An assistant wins {sum(relay > 0)} of 5" in sentence
    assert f"median {np.median(relay):+.1f} points." in sentence
    assert "better than" not in figure.sentence({"size": 800, "student": 12})
    best = max(taught, key=lambda size: taught[size].mean())
    assert f"the best mean here is at {best}" in FIGURES["teacher_size"]().sentence()


def test_every_moment_shows_its_own_numbers():
    result = claims.shipped("hints")
    figure = figures.hint_cable(result)
    for moment, key, accuracy in (
        ("start", "start", None),
        ("stage 1", "hint 4", None),
        ("stage 2", "hint 4, then labels", result.guided[4]),
        ("plain", "plain", result.deep["plain"]),
        ("he", "He", result.deep["He start, plain"]),
    ):
        values = {"layer": 4, "moment": moment}
        state, sentence = figure.state(values), figure.sentence(values)
        assert state["variance"] == result.variance[key]
        assert (f", {say(result.variance[key][3])} in layer 4" in sentence) == state["cable"]
        assert state["cable"] == ("hint 4" in key) == sentence.startswith("A hint to layer 4, ")
        said = "" if accuracy is None else f"{spread(100 * accuracy)} %."
        assert sentence.partition("; test accuracy ")[2] == said


def test_your_digit_offers_the_temperature_alone():
    """An untrained teacher, and six images: what it says is what PyTorch says."""
    teacher, images = claims.teacher_network(784, 10, seed=0), torch.rand(6, 1, 28, 28)
    split = Split(images, torch.arange(6))
    ten = Dataset("toy", "small", split, split, split, tuple("0123456789"), "made up")
    figure = figures.your_digit(teacher, ten)
    assert live.faults(figure) == []
    with torch.no_grad():
        read = int(teacher.eval()(images[:1]).argmax())
    assert f"reads the first test image, a 0, as {read} (" in figure.sentence()
    assert [knob.name for knob in figure.knobs] == ["temperature"]


def test_your_digit_sets_a_student_beside_the_teacher():
    images = torch.rand(6, 1, 28, 28)
    split = Split(images, torch.arange(6))
    ten = Dataset("toy", "small", split, split, split, tuple("0123456789"), "made up")
    teacher, student = claims.mlp(784, 40, 10, seed=0), claims.mlp(784, 10, 10, seed=1)
    figure = figures.your_digit(teacher, ten, student=student)
    assert live.faults(figure) == []
    assert figure.names == ["the teacher", "the student"]
    assert figure.sentence().startswith("The teacher reads the first test image, a 0, as ")
