"""A certificate says what is on disk, can be measured again, and does not hold when it lies."""

import hashlib
import json
import pickle
from dataclasses import replace

import pytest
import torch
from matplotlib.text import Annotation

from nc_teach import budget, classroom, cli, data, models, training
from nc_teach.budget import Budget, PruneWeights, RemoveUnits, WeightSharing
from nc_teach.classroom import certificate
from nc_teach.classroom.verification import both_meet_or_miss
from nc_teach.data import Split
from tests.checks import refuses
from tests.nets import small_net

PLAN = (
    RemoveUnits(0.5, 0),
    PruneWeights(0.8, 0),
    WeightSharing(4, 0),
)  # unhealed, and so it is worse
ROOMY = Budget(stored_bytes=4000, times_faster=0.0, points=100.0)


@pytest.fixture(scope="module")
def stack(rows):
    net = small_net()
    training.fit(net, rows, epochs=10, batch_size=10, lr=0.01, progress=False)
    return budget.fit(net, rows, PLAN)


@pytest.fixture
def made(stack, tmp_path):
    """A certificate that is saved, and the path of its JSON."""
    found = classroom.certify(stack, tmp_path / "small.ncd", ROOMY, title="Rows", repeats=5)
    path, *_ = found.save(tmp_path)
    return found, path


def forge(path, **changes):
    """Write other values into the certificate at ``path``."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def disagreeing(path, form, held_out):
    """What of the certificate at ``path`` is not found again."""
    return [
        what for what, *_, agrees in classroom.verify(path, form, held_out).rows if agrees == "NO"
    ]


def test_it_says_what_the_file_says(made, stack, rows, tmp_path):
    found, _ = made
    content = (tmp_path / "small.ncd").read_bytes()
    assert found.stored_bytes == len(content)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.accuracy == training.accuracy(stack.last, rows.test)
    assert found.before["accuracy"] == training.accuracy(stack.first, rows.test)
    assert found.latency != found.before["latency"]
    assert (found.latency["batch_size"], found.latency["threads"]) == (1, 1)
    assert (found.macs, found.before["macs"]) == (16 * 6 + 6 * 3, 16 * 12 + 12 * 3)
    assert found.params == 6 * 17 + 3 * 7 > found.nonzero_params > 0
    assert found.met


def test_text_json_and_picture_are_one(made, tmp_path):
    found, path = made
    assert classroom.load_certificate(path) == found
    text = (tmp_path / "small.certificate.txt").read_text()
    assert text == found.text() + "\n"
    for word in ("Rows", found.sha256, "then prune 80 % of the weights", "[met] file", "batch 1"):
        assert word in text
    assert (tmp_path / "small.certificate.png").read_bytes().startswith(b"\x89PNG")
    shown, extra = found._repr_mimebundle_()
    assert shown["text/plain"] == found.text() == extra["image/png"]["alt"]


def test_what_is_missed_is_said_everywhere(made):
    found, _ = made
    missed = replace(found, budget={"stored_bytes": 10, "times_faster": 1e6, "points": 0.0})
    assert not missed.met
    assert [limit.met for limit in missed.limits()][:2] == [False, False]
    assert "[NOT MET] file" in missed.text()
    assert "Budget not met." in missed.text()
    drawn = certificate.draw(missed.title, missed.limits(), [])
    texts = drawn.axes[0].texts
    assert any("not met" in text.get_text() for text in texts)
    assert sum(isinstance(text, Annotation) for text in texts) >= 2  # arrows: far too much
    assert "Budget not met" in [t.get_text() for t in drawn.texts]


def test_times_and_accuracies_are_compared_with_those_before(made):
    found, _ = made
    half = replace(
        found,
        stored_bytes=500,
        right=27,
        images=30,
        latency={"median": 1.0},
        before={"latency": {"median": 4.0}, "accuracy": 0.95},
        budget={"stored_bytes": 1000, "times_faster": 2.0, "points": 10.0},
    )
    assert [limit.used for limit in half.limits()] == pytest.approx([0.5, 0.5, 0.5])


def test_it_can_be_verified_by_the_class_alone(made, rows):
    found = classroom.verify(made[1], small_net(seed=7), rows.test)
    assert found.holds, found
    assert len(found.rows) == 7
    assert "The certificate holds." in repr(found)


@pytest.mark.parametrize(
    ("lie", "line"),
    [
        ({"stored_bytes": 7}, "bytes"),
        ({"right": 3}, "accuracy"),
        ({"macs": 1}, "MACs"),
        ({"params": 1}, "parameters"),
        ({"sha256": "0" * 64}, "file"),
    ],
)
def test_a_lie_is_found(made, rows, lie, line):
    forge(made[1], **lie)
    assert disagreeing(made[1], small_net(), rows.test) == [line]


def test_another_file_and_other_images_are_found(made, rows, tmp_path):
    _, path = made
    other = Split(rows.test.images.flip(3), rows.test.labels)
    assert "held-out images" in disagreeing(path, small_net(), other)
    budget.stack.deep_compression.save(small_net(3), tmp_path / "small.ncd")
    assert {"file", "bytes"} <= set(disagreeing(path, small_net(), rows.test))


def test_a_time_that_is_claimed_but_not_true_is_found(made, rows):
    """Certified as a million times as fast; no machine will confirm that."""
    found, path = made
    latency = {**found.latency, "median": found.before["latency"]["median"] / 1e6}
    forge(path, budget={**found.budget, "times_faster": 1e5}, latency=latency)
    assert disagreeing(path, small_net(), rows.test) == ["times as fast"]


@pytest.mark.parametrize("damage", ["{", "[]", "{}", '{"version": 99}', '{"title": "x"}'])
def test_what_is_no_certificate_is_refused_by_name(tmp_path, damage):
    path = tmp_path / "a.certificate.json"
    path.write_text(damage)
    refuses(r"a\.certificate\.json is no certificate", classroom.load_certificate, path)


@pytest.mark.parametrize(
    ("file", "says"),
    [("../../secret", "a plain name"), ("gone.ncd", r"about gone\.ncd, which is not beside it")],
)
def test_a_certificate_cannot_reach_out_of_its_folder(made, rows, file, says):
    forge(made[1], file=file)
    refuses(says, classroom.verify, made[1], small_net(), rows.test)


def test_nothing_is_unpickled(made, rows, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("something was unpickled")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr(torch, "load", refuse)
    assert classroom.verify(made[1], small_net(), rows.test).holds


def test_the_command_verifies_the_course_s_own(tmp_path, capsys, monkeypatch):
    digits = data.load("mnist")
    small = replace(digits, test=digits.test.subset(200), validation=digits.validation.subset(50))
    monkeypatch.setattr(data, "load", lambda name, scale: small)
    plan = (RemoveUnits({"fc1": 20, "fc2": 10}, 0), WeightSharing(4, 0))
    stack = budget.fit(models.LeNet300100(seed=0), small, plan)
    limits = replace(ROOMY, stored_bytes=100_000)
    found = classroom.certify(stack, tmp_path / "lenet.ncd", limits, title="LeNet", repeats=20)
    path, *_ = found.save(tmp_path)
    assert cli.main(["verify", str(path)]) == 0
    assert "The certificate holds." in capsys.readouterr().out
    forge(path, macs=5)
    assert cli.main(["verify", str(path)]) == 1


@pytest.mark.parametrize("lie", [{"network": "os.system"}, {"data": "x"}])
def test_the_command_imports_nothing_that_a_certificate_names(made, capsys, lie):
    found, path = made
    names = {"network": "LeNet300100", "data": "mnist"} | lie
    forge(path, network=names["network"], data=found.data | {"name": names["data"]})
    assert cli.main(["verify", str(path)]) == 2
    assert "none of the course" in capsys.readouterr().err


def test_times_agree_when_both_meet_or_both_miss():
    assert both_meet_or_miss(2.0, 1.6, 1.5)
    assert both_meet_or_miss(1.1, 1.4, 1.5)
    assert not both_meet_or_miss(1.4, 1.6, 1.5)
