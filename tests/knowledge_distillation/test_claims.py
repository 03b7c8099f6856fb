"""The claims of chapter 3: small runs, criteria by hand, and the results that ship."""

import re
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nc_teach import data, distillation, training
from nc_teach.claims import knowledge_distillation as chapter
from nc_teach.claims.criterion import CLOSE
from nc_teach.claims.knowledge_distillation import (
    assistant,
    averaging,
    ensemble,
    hints,
    interpolation,
    mimic,
    networks,
    soft_targets,
    unseen,
)
from nc_teach.claims.running import Stopped
from nc_teach.data import Split
from tests import claim_rules
from tests.checks import refuses, same
from tests.claim_rules import made

ANSWERS = {
    "soft_targets": f"yes, yes, {CLOSE}, {CLOSE}, {CLOSE}, yes, yes",
    "unseen_class": f"{CLOSE}, yes, yes, {CLOSE}",
    "mimic": "yes, yes, yes, yes, yes",
    "hints": f"yes, yes, yes, {CLOSE}",
    "assistants": "yes, yes, yes, no",
    "averaging": f"yes, {CLOSE}, {CLOSE}, yes, yes, yes, {CLOSE}",
    "ensemble_in_one": f"yes, {CLOSE}, {CLOSE}, {CLOSE}",
}


def test_a_teacher_whose_training_is_stopped_is_no_teacher(monkeypatch, rows):
    def press(model, images, labels):
        signal.raise_signal(signal.SIGINT)
        return training.cross_entropy(model, images, labels)

    monkeypatch.setattr(networks, "jittered_cross_entropy", press)
    with pytest.raises(Stopped):
        chapter.train_teacher(rows, 0, epochs=2)


@pytest.mark.parametrize("key", sorted(claim_rules.keys("knowledge_distillation")))
def test_a_shipped_result(key, tmp_path):
    claim_rules.check_shipped(key, ANSWERS[key], tmp_path)


def answers(checks):
    return ", ".join(check.answer for check in checks)


def steady(numbers, **changed):
    """Two seeds that agree, unless a list says otherwise."""
    both = {**numbers, **changed}
    return {name: value if isinstance(value, list) else [value] * 2 for name, value in both.items()}


@pytest.fixture(scope="module")
def digits():
    """300 of the 8 x 8 digits, ten classes."""
    whole = data.load("digits")
    return replace(whole, train=whole.train.subset(300))


@pytest.fixture(autouse=True, scope="module")
def thin():
    """Thinner networks than in the course, for speed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(averaging, "HIDDEN", (12, 12))
        patch.setattr(hints, "TEACHER", (12, 12))
        patch.setattr(hints, "WIDTH", 6)
        yield


# --- networks ---


def test_the_networks_have_their_sizes():
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


def test_he_s_start_has_his_variance_and_no_bias():
    net, usual = networks.mlp(400, 300, 10, seed=0, he=True), networks.mlp(400, 300, 10, seed=0)
    assert net[1].weight.var().item() == pytest.approx(2 / 400, rel=0.02)
    assert not net[1].bias.any()
    assert not networks.mlp_for(data.load("digits"), 4, seed=0, he=True)[1].bias.any()
    assert usual[1].weight.var().item() == pytest.approx(1 / 1200, rel=0.02)


# --- soft targets ---


def test_students_differ_only_in_what_they_learn_from(rows):
    told = ("labels", "T = 1", "T = 20 and labels", "label smoothing", "shuffled")
    teacher = networks.train_teacher(rows, 0, epochs=2)
    result = chapter.train_students(
        rows, (0,), teachers={0: teacher}, widths={8: told}, epochs={8: 2}
    )
    assert result.teacher.tolist() == [soft_targets.count_errors(teacher, rows)]
    assert list(result.errors[8]) == list(told)
    logits = training.predictions(teacher, rows.train)
    again = soft_targets.train_student(rows, logits, "T = 1", 0, 8, 2)
    assert same(result.networks[8]["T = 1"], again)


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
def test_a_student_learns_from_what_its_name_says(told, right):
    generator = torch.Generator().manual_seed(0)
    student, teacher = torch.randn(2, 5, 4, generator=generator)
    labels = torch.tensor([0, 1, 2, 3, 0])
    ours = soft_targets.loss_of(told, 4)(student, teacher, labels)
    assert torch.allclose(ours, right(student, teacher, labels))


def students(images=10_000, **changed):
    large = {"labels": 440, "T = 1": 430, "T = 20": 383, "T = 20 and labels": 360}
    large |= {"label smoothing": 400, "shuffled": 480}
    small = {"labels": 700, "T = 1": 690, "T = 20": 735}
    return made(
        chapter.Students,
        images=images,
        teacher=[235, 235],
        errors={300: steady(large, **changed), 30: steady(small)},
    )


def test_the_criterion_of_soft_targets_by_hand():
    assert answers(soft_targets.judge(students())) == "yes, yes, yes, yes, yes, yes, yes"
    smoothing = soft_targets.judge(students(**{"label smoothing": 300}))
    assert answers(smoothing) == "yes, yes, yes, no, yes, yes, no"
    assert smoothing[3].measured.startswith("-83 errors (runs -83, -83;")
    little = soft_targets.judge(students(labels=[453, 402]))[0]
    assert little.answer == CLOSE
    assert "(runs +70, +19;" in little.measured
    assert soft_targets.judge(students(20_000))[0].measured.startswith("+28 errors")


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


def test_the_reader_chooses_the_class_that_is_hidden(digits):
    teacher = networks.train_teacher(digits, 0, epochs=3)
    result = chapter.hide_a_class(
        digits, (0,), teachers={0: teacher}, students=("labels",), unseen=7, epochs=2
    )
    assert result.unseen == 7
    assert result.rows["labels"][0].sum() == (digits.test.labels == 7).sum()
    student = unseen.train_without(digits, teacher, "labels", 0, 2, 7)
    read = training.predictions(student, digits.test).argmax(1)[digits.test.labels == 7]
    assert result.results["labels"]["none"][0, 1] == (read == 7).double().mean()
    assert "never saw a 7, 1 seed." in result.table().notes[0]
    assert [row[:2] for row in result.only("none").table().rows] == [("labels", "as trained")]
    share = result.results["labels"]["no labels"][0, 1]
    assert result.in_words() == (
        f"Of the 7s that it never saw, a student reads right: {100 * share:.1f} % with labels."
    )
    assert chapter.shipped("unseen_class").unseen == 3
    refuses("unseen must be from 0 to 9, got 10", chapter.hide_a_class, digits, (0,), unseen=10)


@pytest.mark.parametrize("claim", chapter.CLAIMS, ids=lambda claim: claim.key)
def test_a_result_is_told_in_one_sentence(claim):
    said = chapter.shipped(claim.key).in_words()
    assert said.endswith(".")
    assert len(said.split()) < 75
    assert re.search(r"\d", said)


def test_the_criterion_of_the_unseen_class_by_hand():
    def after(validation, no_labels):
        return {"validation": [validation] * 2, "no labels": [no_labels] * 2}

    def judged(labels, only):
        shares = {
            "soft targets": after([0.95, 0.9], [0.9, 0.95]),
            "labels": after([0.86, 0.01], [0.8, labels]),
            "shuffled": after([0.86, 0.4], [0.8, 0.4]),
            "only 7s and 8s": after([only, 0.8], [0.8, 0.8]),
        }
        return unseen.judge(made(chapter.Unseen, results=shares))

    assert answers(judged(0.44, 0.87)) == "yes, yes, yes, yes"
    worse = judged(0.45, 0.85)
    assert answers(worse) == "yes, no, yes, no"
    assert worse[1].measured.startswith("45.0 % (runs 45.0, 45.0;")
    assert worse[3].measured.startswith("15.0 % (runs 15.0, 15.0;")


# --- mimics ---


def test_mimics_see_images_without_labels_and_all_take_the_same_steps(large_rows):
    result = chapter.mimic_a_teacher(large_rows, (0,), labelled=60, images=(60, 90, 500), steps=4)
    assert result.images == (60, 90)
    assert result.mimics.shape == (1, 2)
    assert list(result.controls) == list(mimic.CONTROLS)
    teacher = networks.small_cnn(0, 3)
    one = mimic.train_mimic(large_rows, teacher, 60, 0, 3)
    unlabelled = Split(large_rows.train.images, 0 * large_rows.train.labels)
    two = mimic.train_mimic(replace(large_rows, train=unlabelled), teacher, 60, 0, 3)
    assert same(one, two)
    assert mimic._epochs(2000, 2000) == 100
    assert mimic._epochs(10_000, 2000) == 20


def test_the_criterion_of_mimics_by_hand():
    def judged(jittered, first):
        controls = {"labels": 0.91, "labels, jittered": jittered, "deep, labels": 0.9}
        result = made(
            chapter.Mimics,
            images=(2000, 5000),
            teacher=[0.97, 0.97],
            controls=steady(controls),
            mimics=[[0.94, 0.965], [first, 0.965]],
        )
        return answers(mimic.judge(result))

    assert judged(0.955, 0.94) == "yes, yes, yes, yes, yes"
    assert judged([0.97, 0.96], 0.999) == f"yes, yes, {CLOSE}, yes, {CLOSE}"


# --- digits that tell something ---


def test_telling_digits_are_sure_and_have_a_second_thought(digits):
    teacher, student = networks.mlp(64, 64, 10, seed=0), networks.mlp(64, 8, 10, seed=0)
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


def test_a_fork_shares_its_first_epoch_and_no_more(rows):
    stem = averaging.train_network(rows, 3, epochs=1)
    short, long = averaging.fork(rows, 3, epochs=1), averaging.fork(rows, 3, epochs=3)
    assert all(same(net, stem) for net in short)
    assert not torch.equal(long[0][1].weight, long[1][1].weight)


# --- averaging ---


def test_averages_are_what_the_techniques_give(rows):
    result = chapter.average_networks(rows, (0, 1), epochs=2)
    assert list(result.test) == list(averaging.NAMES)
    nets = [averaging.train_network(rows, 4 + k, epochs=2) for k in range(4)]
    four = training.accuracy(distillation.average_parameters(nets), rows.test)
    assert result.test["parameters of 4"][1] == four
    said = [training.predictions(net, rows.test) for net in nets]
    right = distillation.average_outputs(said).argmax(1) == rows.test.labels
    assert result.test["outputs"][1] == right.double().mean().item()
    geometric = distillation.average_logits(said)
    assert result.test["logits"][1] == averaging.share_right(geometric, rows.test.labels)


def test_the_criterion_of_averaging_by_hand():
    test = {
        "single": 0.9,
        "outputs": 0.91,
        "parameters of 2": 0.69,
        "parameters of 4": 0.4,
        "matched by weights": 0.87,
        "matched by activations": 0.85,
        "fork": 0.895,
        "snapshots": 0.9,
        "swa": 0.9085,
    }

    def judged(**changed):
        return averaging.judge(made(chapter.Averages, test=steady(test, **changed)))

    assert answers(judged()) == "yes, yes, yes, yes, no, yes, yes"
    assert judged()[1].measured.startswith("-21.00 points")
    assert judged()[-1].measured.startswith("+0.85 points")
    assert judged(**{"parameters of 2": 0.72})[1].answer == "no"


def test_the_walk_ends_at_the_networks_and_matching_keeps_b(rows):
    paths = chapter.interpolation_paths(rows, (0, 1), alphas=(0.0, 0.5, 1.0), epochs=2)
    a, b = (averaging.train_network(rows, 2 + k, epochs=2) for k in range(2))
    assert paths.test["as trained"][1, 0] == training.accuracy(a, rows.test)
    for line in ("as trained", "matched by weights", "matched by activations"):
        assert paths.test[line][1, -1] == training.accuracy(b, rows.test)
    assert set(paths.test) == set(interpolation.LINES)
    shown = paths.filters["as trained"]
    assert shown.shape == (4, 2, 4, 4)
    np.testing.assert_array_equal(shown[:, 0], paths.filters["matched by weights"][:, 0])
    assert paths.table().rows[0][0] == "as trained"


# --- ensemble ---


def test_an_ensemble_and_its_students(rows):
    result = chapter.ensemble_in_one(rows, (0,), members=2, epochs=2)
    nets = [averaging.train_network(rows, 101 + k, epochs=2) for k in range(2)]
    mean = np.mean([training.accuracy(net, rows.test) for net in nets])
    assert result.test["member"][0] == pytest.approx(mean)
    assert list(result.test) == list(ensemble.NAMES)


def test_the_criterion_of_the_ensemble_by_hand():
    def judged(of_all):
        test = {"member": 0.9, "ensemble": 0.92, "labels": 0.9, "of one": 0.9, "of all": of_all}
        return answers(ensemble.judge(made(chapter.EnsembleInOne, test=steady(test))))

    assert judged(0.911) == "yes, yes, yes, yes"
    assert judged(0.908) == "yes, yes, no, yes"
    assert judged(0.899) == "yes, no, no, no"


# --- hints ---


def test_hints_are_compared_at_the_same_epochs(rows, monkeypatch):
    spent = []

    def counted(train):
        def run(*given, epochs, **options):
            spent.append(epochs)
            return train(*given, epochs=epochs, **options)

        return run

    monkeypatch.setattr(hints.training, "fit", counted(training.fit))
    monkeypatch.setattr(hints, "taught", counted(hints.taught))
    lab = hints.Lab(rows, 0, epochs=1)
    for way, epochs in {
        hints.PLAIN: [5],
        hints.LONGER: [10],
        hints.SOFT: [5],
        hints.HINTED: [2, 3],
    }.items():
        spent.clear()
        lab.trained(way, 2, 5)
        assert spent == epochs
    hints._one_seed(rows, 0, 2, 5, guided=(1,))
    assert spent[-2:] == [2, 3]


def test_hints_run_whole(rows):
    result = chapter.compare_hints(rows, (0, 1), deep=4, deep_epochs=2, guided=(1, 2))
    numbers = result.numbers()
    assert set(numbers["guided"]) == {"1", "2"}
    assert {len(v) for k, v in numbers["variance"].items() if k != "teacher"} == {4}
    assert len(numbers["variance"]["teacher"]) == 2
    assert {"hint 1", "hint 2, then labels", "start", "plain", "He", "He start"} <= set(
        numbers["variance"]
    )
    assert len(result.table().rows) == 1 + len(result.deep) + len(result.flat)


def test_the_criterion_of_hints_by_hand():
    def judged(longer, hinted):
        deep = {
            "plain": 0.11,
            "plain, twice the epochs": longer,
            "hint, then soft targets": 0.46,
            "He start, plain": 0.81,
        }
        flat = {"plain": 0.9, "hint, then soft targets": hinted}
        result = made(chapter.Hints, deep=steady(deep), flat=steady(flat))
        return answers(hints.judge(result))

    assert judged(0.12, 0.84) == "yes, yes, yes, yes"
    assert judged(0.2, 0.86) == "no, yes, yes, no"


# --- assistants ---


def test_the_relay_is_paired(rows):
    result = chapter.run_relay(rows, (0, 1), teachers=(6, 8), students=(4, 3), epochs=2)
    assert set(result.taught) == {4, 3}
    assert result.taught[4][8].shape == (2,)
    student, teacher = (networks.mlp_for(rows, n, n, seed=1) for n in (4, 8))
    networks.fitted(teacher, rows, epochs=2, seed=1)
    assistant.teach(student, teacher, dataset=rows, seed=1, epochs=2)
    assert result.taught[4][8][1] == training.accuracy(student, rows.test)
    middle, relayed = (networks.mlp_for(rows, n, n, seed=1) for n in (assistant.ASSISTANT, 4))
    for below, above in ((middle, teacher), (relayed, middle)):
        assistant.teach(below, above, dataset=rows, seed=1, epochs=2)
    assert result.relayed[4][1] == training.accuracy(relayed, rows.test)
    assert result.assistant[1] == training.accuracy(middle, rows.test)


def test_the_criterion_of_assistants_by_hand():
    def judged(first):
        taught = {12: {50: [0.89] * 5, 800: [0.88] * 5}, 5: {50: [0.7] * 5, 800: [0.7] * 5}}
        relayed = {12: [first] + [0.89] * 3 + [0.85], 5: [0.71] * 3 + [0.7] * 2}
        alone = {12: [0.8] * 5, 5: [0.9] * 5}
        result = made(chapter.Relay, taught=taught, relayed=relayed, alone=alone)
        return assistant.judge(result)

    assert answers(judged(0.89)) == "yes, yes, yes, yes"
    assert judged(0.89)[2].measured == "7 of 10 paired runs"
    assert answers(judged(0.88)) == "yes, yes, no, yes"  # a tie is no win
