"""The claims about soft targets, the unseen class and mimics: small runs, criteria by hand."""

import copy
import json
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nc_teach import claims, data, distillation, training
from nc_teach.claims import knowledge_distillation as chapter
from nc_teach.claims.claim import Provenance
from nc_teach.claims.knowledge_distillation import mimic, networks, soft_targets, unseen
from nc_teach.data import Dataset, Split

HERE = Provenance("by hand", "2026-11-24", "here", 1.0)


@pytest.fixture(scope="module")
def digits():
    """300 of the 8 x 8 digits, ten classes."""
    whole = data.load("digits")
    return Dataset("digits", "small", whole.train.subset(300), whole.validation, whole.test,
                   whole.classes, whole.source)  # fmt: skip


# --- networks ---


def test_the_networks_have_the_sizes_that_are_told():
    assert sum(p.numel() for p in networks.small_cnn().parameters()) == 34_178
    assert sum(p.numel() for p in networks.teacher_network().parameters()) == 837_610
    drops = [m.p for m in networks.teacher_network() if isinstance(m, torch.nn.Dropout)]
    assert drops == [0.1, 0.4, 0.4]


def test_jitter_moves_a_batch_by_one_step_of_at_most_two_pixels():
    images = torch.zeros(3, 1, 9, 9)
    images[:, :, 4, 4] = torch.tensor([1.0, 2.0, 3.0])[:, None]
    seen = set()
    for _ in range(100):
        moved = networks.jitter(images)
        assert moved.shape == images.shape
        places = [tuple(image[0].nonzero()[0].tolist()) for image in moved]
        assert len(set(places)) == 1
        assert [image.max().item() for image in moved] == [1, 2, 3]
        seen.add(places[0])
    assert {y for y, _ in seen} == {x for _, x in seen} == {2, 3, 4, 5, 6}


# --- soft targets ---


def test_students_differ_only_in_what_they_are_told(rows):
    told = ("labels", "T = 1", "T = 20 and labels", "label smoothing", "shuffled")
    teacher = networks.train_teacher(rows, 0, epochs=2)
    result = chapter.train_students(
        rows, (0,), teachers={0: teacher}, widths={8: told}, epochs={8: 2}
    )
    assert result.teacher.tolist() == [soft_targets.count_errors(teacher, rows)]
    assert list(result.errors[8]) == list(told)
    logits = training.predictions(teacher, rows.train)
    again = soft_targets.train_student(rows, logits, "T = 1", 0, 8, 2)
    for one, two in zip(result.networks[8]["T = 1"].parameters(), again.parameters(), strict=True):
        assert torch.equal(one, two)
    json.dumps(result.numbers())
    text = str(result.table())
    assert "T = 20 and labels" in text
    assert "T = 8" not in text


@pytest.mark.parametrize(
    ("told", "right"),
    [
        ("labels", lambda z, v, y: F.cross_entropy(z, y)),
        ("label smoothing", lambda z, v, y: F.cross_entropy(z, y, label_smoothing=0.1)),
        ("T = 8", lambda z, v, y: distillation.soft_target_loss(z, v, 8.0)),
        ("shuffled", lambda z, v, y: distillation.soft_target_loss(z, v, 20.0)),
        (
            "T = 20 and labels",
            lambda z, v, y: (distillation.soft_target_loss(z, v, 20.0) + F.cross_entropy(z, y)) / 2,
        ),
    ],
)
def test_a_student_is_told_what_its_name_says(told, right):
    generator = torch.Generator().manual_seed(0)
    student, teacher = torch.randn(2, 5, 4, generator=generator)
    labels = torch.tensor([0, 1, 2, 3, 0])
    ours = soft_targets.loss_of(told, 4)(student, teacher, labels)
    assert torch.allclose(ours, right(student, teacher, labels))


def numbers_of_students(**changed):
    large = {"labels": [450, 440, 430], "T = 1": [430, 430, 430], "T = 3": [400, 400, 400],
             "T = 8": [390, 390, 390], "T = 20": [380, 390, 400],
             "T = 20 and labels": [385, 386, 387], "label smoothing": [390, 400, 410],
             "shuffled": [470, 480, 490]}  # fmt: skip
    small = {"labels": [700] * 3, "T = 1": [690] * 3, "T = 20": [800, 731, 730]}
    large = {**large, **changed}
    return {"images": 10_000, "teacher": [230, 240, 250], "errors": {"300": large, "30": small}}


def test_the_criterion_of_soft_targets_by_hand():
    assert all(check.holds for check in soft_targets._judge(numbers_of_students()))
    smoothing = soft_targets._judge(numbers_of_students(**{"label smoothing": [300, 300, 300]}))
    assert [c.holds for c in smoothing] == [True, True, True, False, True, True]
    assert smoothing[3].measured == "-90"
    little = soft_targets._judge(numbers_of_students(labels=[450, 440, 419]))
    assert not little[0].holds
    assert little[0].measured == "+70, +50, +19"
    half = {**numbers_of_students(), "images": 20_000}
    assert soft_targets._judge(half)[0].measured == "+35, +25, +15"


# --- the unseen class ---


def test_the_students_have_never_seen_what_they_are_said_not_to_have(digits, monkeypatch):
    seen = {}

    def remember(less, logits, told, seed, width, epochs):
        seen[told, len(less.train)] = set(less.train.labels.tolist()), len(logits), epochs
        return "student"

    monkeypatch.setattr(unseen, "train_student", remember)
    teacher = chapter.teacher_network(64, 10, seed=0)
    for name in ("labels", unseen.ONLY):
        assert unseen.train_without(digits, teacher, name, 0, epochs=10) == "student"
    (one, two) = seen.values()
    assert one[0] == set(range(10)) - {3}
    assert two[0] == {7, 8}
    assert [len(images) for images in (one, two)] == [3, 3]
    (count_without, count_only) = (key[1] for key in seen)
    assert (one[1], two[1]) == (count_without, count_only)
    assert one[2] == 10
    assert two[2] == round(10 * 300 / count_only)


def test_the_unseen_class_is_measured_at_every_shift_and_by_every_rule(digits):
    teacher = networks.train_teacher(digits, 0, epochs=3)
    result = chapter.hide_a_class(digits, (0,), teachers={0: teacher}, epochs=3)
    labels = digits.test.labels
    student = unseen.train_without(digits, teacher, "labels", 0, 3)
    logits = training.predictions(student, digits.test)
    place = result.shifts.index(4.0)
    moved = distillation.shift_bias(logits, [3], 4.0).argmax(1)
    assert result.right["labels"][0, place] == pytest.approx((moved == labels).float().mean())
    assert result.of_unseen["labels"][0, place] == pytest.approx(
        (moved[labels == 3] == 3).float().mean()
    )
    assert result.rows["labels"][place].sum() == (labels == 3).sum()
    assert result.chosen["labels"]["none"].tolist() == [0]
    shift = result.chosen["labels"]["no labels"][0]
    valid = training.predictions(student, digits.validation)
    read = distillation.shift_bias(valid, [3], shift).argmax(1)
    assert (read == 3).sum() == round(len(valid) / 10)
    text = str(result.table())
    assert "only 7s and 8s, bias: validation" in text
    json.dumps(result.numbers())


def numbers_of_unseen():
    def after(validation, no_labels):
        return {"none": [[0.5, 0.0]] * 2, "validation": validation, "no labels": no_labels}

    return {
        "chosen": {},
        "results": {
            "soft targets": after([[0.95, 0.9], [0.95, 0.88]], [[0.9, 0.95], [0.9, 0.94]]),
            "labels": after([[0.86, 0.01], [0.86, 0.02]], [[0.8, 0.4], [0.8, 0.44]]),
            "shuffled": after([[0.86, 0.4], [0.86, 0.5]], [[0.8, 0.4], [0.8, 0.5]]),
            "only 7s and 8s": after([[0.87, 0.8], [0.86, 0.8]], [[0.8, 0.8], [0.8, 0.8]]),
        },
    }


def test_the_criterion_of_the_unseen_class_by_hand():
    numbers = numbers_of_unseen()
    assert all(check.holds for check in unseen._judge(numbers))
    worse = copy.deepcopy(numbers)
    worse["results"]["labels"]["no labels"][1][1] = 0.45
    worse["results"]["only 7s and 8s"]["validation"][1][0] = 0.85
    checks = unseen._judge(worse)
    assert [check.holds for check in checks] == [True, False, True, False]
    assert checks[1].measured == "40.0 %, 45.0 %"
    assert checks[3].measured == "13.0 %, 15.0 %"


# --- mimics ---


def test_mimics_see_images_without_labels_and_all_take_the_same_steps(large_rows):
    result = chapter.mimic_a_teacher(large_rows, (0,), labelled=60, images=(60, 90, 500), steps=4)
    assert result.images == (60, 90)
    assert result.mimics.shape == (1, 2)
    assert list(result.controls) == list(mimic.CONTROLS)
    teacher = networks.small_cnn(0, 3)
    one = mimic.train_mimic(large_rows, teacher, 60, 0, 3)
    other = Dataset("rows", "small", Split(large_rows.train.images, 0 * large_rows.train.labels),
                    large_rows.validation, large_rows.test, large_rows.classes, "")  # fmt: skip
    two = mimic.train_mimic(other, teacher, 60, 0, 3)
    for p, q in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(p, q)
    assert mimic._epochs(2000, 2000) == 100
    assert mimic._epochs(10_000, 2000) == 20
    assert "mimic of the teacher's logits" in str(result.table())


def test_the_criterion_of_mimics_by_hand():
    numbers = {"images": [2000, 5000], "teacher": [0.97, 0.97],
               "controls": {"labels": [0.91, 0.92], "labels, jittered": [0.95, 0.96],
                            "deep, labels": [0.90, 0.91]},
               "mimics": [[0.94, 0.965], [0.94, 0.965]]}  # fmt: skip
    assert all(check.holds for check in mimic._judge(numbers))
    numbers["controls"]["labels, jittered"][0] = 0.97
    numbers["mimics"][1][0] = 0.999
    assert [c.holds for c in mimic._judge(numbers)] == [True, True, False, True, False]


# --- digits that tell something ---


def test_telling_digits_are_sure_and_have_a_second_thought(digits):
    teacher, student = chapter.mlp(64, 64, 10, seed=0), chapter.mlp(64, 8, 10, seed=0)
    training.fit(teacher, digits, epochs=20, lr=0.01, seed=0)
    told = chapter.telling_digits(teacher, student, digits.test, (0, 6))
    assert told.labels.tolist() == [0, 6]
    assert (told.teacher.argmax(1) == told.labels).all()
    logits = training.predictions(teacher, digits.test)
    sure = distillation.softmax(logits)[:, 0] >= 0.98
    ours = sure & (digits.test.labels == 0)
    seconds = logits[ours][:, 1:].max(1).values - logits[ours][:, 0]
    second = np.sort(told.teacher[0])[-2] - told.teacher[0, 0]
    assert second == pytest.approx(seconds.max().item())
    with pytest.raises(ValueError, match="classes must have images that the teacher is sure of"):
        chapter.telling_digits(student, student, digits.test, (0,))


# --- what ships ---


@pytest.mark.parametrize("claim", [chapter.SOFT_TARGETS, chapter.UNSEEN_CLASS, chapter.MIMIC])
def test_the_shipped_result_is_judged_by_todays_criterion(claim):
    outcome = chapter.shipped(claim.key)
    assert outcome.checks == claim.judge(outcome.numbers)
    assert re.fullmatch(
        rf"nc-teach claims {claim.key} --seeds \d+ --scale small", outcome.provenance.command
    )
    assert claim.key in claims.all_claims()
    assert outcome.table().rows
