"""The figures of soft targets, the unseen class, students and mimics: state, sentence, no fault."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nc_teach import distillation
from nc_teach.claims.claim import Provenance
from nc_teach.figures import knowledge_distillation as figures
from nc_teach.figures.knowledge_distillation.temperature import (
    entropy_bits,
    gradient_lengths,
    soften,
)
from tests.figure_rules import assert_keeps_the_rules

PROVENANCE = Provenance("by hand", "2026-11-24", "here", 3.0)
LOGITS = np.array([[0.0, 9, 1, 5, 0, 0, 0, 6, 2, 0], [3.0, 0, 12, 8, 1, 0, 4, 2, 2, 0]])


def digits():
    images = np.zeros((2, 1, 28, 28), dtype=np.float32)
    images[:, 0, 4:24, 12:16] = 1
    return SimpleNamespace(
        images=images, labels=np.array([1, 2]), teacher=LOGITS, student=0.1 * LOGITS[::-1],
        provenance=PROVENANCE,
    )  # fmt: skip


def unseen():
    """Two seeds; the bias lifts the 3s from 40 % to all of them, and costs the others."""
    shifts = (-1.0, *(k / 2 for k in range(41)))
    lifted = np.linspace(0.4, 1, len(shifts))
    rows = np.zeros((len(shifts), 10), dtype=int)
    rows[:, 3] = (1000 * lifted).astype(int)
    rows[:, 5] = 1000 - rows[:, 3]
    names = ("soft targets", "labels", "shuffled")
    return SimpleNamespace(
        shifts=shifts,
        right={name: np.array([1 - lifted / 2, 0.98 - lifted / 2]) for name in names},
        of_unseen={name: np.array([lifted, 0.9 * lifted]) for name in names},
        rows={name: rows for name in names},
        chosen={name: {"no labels": np.array([2.0, 3.0])} for name in names},
        provenance=PROVENANCE,
    )


def errors():
    large = {"labels": [450, 440], "T = 1": [430, 420], "T = 20": [380, 390],
             "T = 20 and labels": [385, 386], "label smoothing": [350, 360],
             "shuffled": [470, 480]}  # fmt: skip
    small = {"labels": [700, 710], "T = 1": [690, 680], "T = 20": [800, 810]}
    return {"images": 10_000, "teacher": [230, 240], "errors": {"300": large, "30": small}}


def mimics():
    return {"images": [2000, 5000], "teacher": [0.975, 0.977],
            "controls": {"labels": [0.91, 0.92], "labels, jittered": [0.95, 0.96],
                         "deep, labels": [0.90, 0.91]},
            "mimics": [[0.93, 0.95], [0.94, 0.96]]}  # fmt: skip


FIGURES = {
    "temperature": lambda: figures.temperature(digits()),
    "unseen_class": lambda: figures.unseen_class(unseen()),
    "students": lambda: figures.students(errors(), PROVENANCE.line(), 300),
    "mimic": lambda: figures.mimic(mimics(), PROVENANCE.line(), 97),
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
        figures.temperature(SimpleNamespace(labels=[], teacher=LOGITS))


def test_the_dragged_bias_tells_the_row_and_both_shares():
    figure = figures.unseen_class(unseen())
    assert "40.3 ± 2.9 % of the 3s" not in figure.sentence()  # the grid begins below zero
    sentence = figure.sentence({"shift": 20, "student": "labels"})
    assert "Told by hard labels and never shown a 3, with +20 added" in sentence
    assert "95.0 ± 7.1 % of the 3s are read right, 49.0 ± 1.4 % of all digits" in sentence
    state = figure.state({"shift": 0})
    assert state["row"].sum() == pytest.approx(100)
    assert state["rule"] == 2.5
    assert min(state["grid"]) == 0
    only = unseen()
    only.rows = {"only 7s and 8s": 1}
    with pytest.raises(ValueError, match="must have one of soft targets, labels, shuffled"):
        figures.unseen_class(only)


def test_the_students_of_both_sizes_stand_beside_their_controls():
    figure = figures.students(errors(), "here", SimpleNamespace(value=300))
    large = figure.sentence()
    assert "T = 20, make 385 errors among 10,000 (380, 390)" in large
    assert "labels 445, label smoothing 355, shuffled 475, teacher 235" in large
    assert "You guessed 300." in large
    small = figure.sentence({"width": "30", "temperature": 1})
    assert "make 685 errors" in small
    assert "smoothing" not in small
    assert "guessed" not in small
    with pytest.raises(ValueError, match="errors at a temperature"):
        figures.students({**errors(), "errors": {"300": {"labels": [1]}}}, "here")


def test_a_mimic_is_told_with_what_it_has_to_beat():
    sentence = figures.mimic(mimics(), "here", 97).sentence({"images": 5000})
    assert "from 5,000 images without labels reads 95.5 ± 0.7 %" in sentence
    assert "labels, jittered 95.5 ± 0.7 %" in sentence
    assert "teacher 97.6 ± 0.1 %" in sentence
    assert sentence.endswith("You guessed 97 %.")
