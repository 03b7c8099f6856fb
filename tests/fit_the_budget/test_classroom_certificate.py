"""A certificate says what is on disk, can be measured again, and does not hold when it lies."""

import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from nc_teach import budget, classroom, cli, data, models, training
from nc_teach.budget import Budget, PruneWeights, RemoveUnits, WeightSharing
from nc_teach.classroom import certificate_drawing, measuring
from nc_teach.classroom.verification import both_meet_or_miss
from nc_teach.data import Split

PLAN = (RemoveUnits(0.5, 1), PruneWeights(0.5, 3), WeightSharing(4, 1))
ROOMY = Budget(stored_bytes=4000, times_faster=0.0, points=100.0)


def mlp(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 3))


@pytest.fixture(scope="module")
def stack(rows):
    net = mlp()
    training.fit(net, rows, epochs=10, batch_size=10, lr=0.01, progress=False)
    return budget.fit(net, rows, PLAN)


@pytest.fixture
def made(stack, tmp_path):
    """A certificate that is saved, and the path of its JSON."""
    found = classroom.certify(stack, tmp_path / "small.ncd", ROOMY, title="Rows", repeats=5)
    path, *_ = found.save(tmp_path)
    return found, path


def test_it_says_what_the_file_says(made, stack, rows, tmp_path):
    found, _ = made
    content = (tmp_path / "small.ncd").read_bytes()
    assert found.stored_bytes == len(content)
    assert found.sha256 == measuring.sha256_of(tmp_path / "small.ncd")
    assert found.accuracy == training.accuracy(stack.last, rows.test)
    assert found.before["accuracy"] == training.accuracy(stack.first, rows.test)
    assert (found.latency["batch_size"], found.latency["threads"]) == (1, 1)
    assert found.macs == 16 * 6 + 6 * 3
    assert found.network == "Sequential"
    assert found.met


def test_text_json_and_picture_are_one(made, tmp_path):
    found, path = made
    again = classroom.load_certificate(path)
    assert again == found
    text = (tmp_path / "small.certificate.txt").read_text()
    assert text == found.text() + "\n"
    for word in ("Rows", found.sha256, "then prune 50 % of the weights", "[met] file", "batch 1"):
        assert word in text
    png = (tmp_path / "small.certificate.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    shown, extra = found._repr_mimebundle_()
    assert shown["text/plain"] == found.text() == extra["image/png"]["alt"]


def test_what_is_missed_is_said_everywhere(made):
    found, _ = made
    missed = replace(found, budget={"stored_bytes": 10, "times_faster": 1e6, "points": 0.0})
    assert not missed.met
    assert [limit.met for limit in missed.limits()][:2] == [False, False]
    assert "[NOT MET] file" in missed.text()
    assert "Budget not met." in missed.text()
    drawn = certificate_drawing.draw(missed.title, missed.bars(), [])
    assert any("not met" in text.get_text() for text in drawn.axes[0].texts)
    assert "Budget not met" in [t.get_text() for t in drawn.texts]


def test_shares_of_the_limits(made):
    found, _ = made
    half = replace(
        found, stored_bytes=500, right=27, images=30,
        latency={**found.latency, "median": 1.0},
        before={**found.before, "latency": {**found.latency, "median": 4.0}, "accuracy": 0.95},
        budget={"stored_bytes": 1000, "times_faster": 2.0, "points": 10.0},
    )  # fmt: skip
    assert [bar.name for bar in half.bars()] == ["file", "latency", "accuracy"]
    assert [bar.share for bar in half.bars()] == pytest.approx([0.5, 0.5, 0.5])
    strict = replace(half, budget={**half.budget, "points": 0.0})
    assert strict.bars()[2].share > certificate_drawing.MOST
    better = replace(strict, right=30)
    assert better.bars()[2].share == 0


def test_it_can_be_verified_by_the_class_alone(made, rows):
    _, path = made
    found = classroom.verify(path, mlp(seed=7), rows.test)
    assert found.holds, found
    assert [line.what for line in found.lines] == [
        "file", "bytes", "held-out images", "parameters", "MACs", "accuracy", "times as fast",
    ]  # fmt: skip
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
    _, path = made
    raw = json.loads(path.read_text()) | lie
    path.write_text(json.dumps(raw))
    found = classroom.verify(path, mlp(), rows.test)
    assert not found.holds
    assert [x.what for x in found.lines if not x.agrees] == [line]


def test_another_file_and_other_images_are_found(made, rows, tmp_path):
    _, path = made
    other = Split(rows.test.images.flip(3), rows.test.labels)
    found = classroom.verify(path, mlp(), other)
    assert "held-out images" in [x.what for x in found.lines if not x.agrees]
    budget.stack.deep_compression.save(mlp(3), tmp_path / "small.ncd")
    found = classroom.verify(path, mlp(), rows.test)
    assert {"file", "bytes"} <= {x.what for x in found.lines if not x.agrees}


def test_a_time_that_is_claimed_but_not_true_is_found(made, rows):
    """Certified as a million times as fast; no machine will confirm that."""
    _, path = made
    raw = json.loads(path.read_text())
    raw["budget"]["times_faster"] = 1e5
    raw["latency"]["median"] = raw["before"]["latency"]["median"] / 1e6
    path.write_text(json.dumps(raw))
    found = classroom.verify(path, mlp(), rows.test)
    assert [x.what for x in found.lines if not x.agrees] == ["times as fast"]


@pytest.mark.parametrize("damage", ["{", "[]", "{}", '{"version": 99}', '{"title": "x"}'])
def test_what_is_no_certificate_is_refused_by_name(tmp_path, damage):
    path = tmp_path / "a.certificate.json"
    path.write_text(damage)
    with pytest.raises(ValueError, match=r"a\.certificate\.json is no certificate"):
        classroom.load_certificate(path)


def test_a_certificate_cannot_reach_out_of_its_folder(made, rows):
    _, path = made
    path.write_text(json.dumps(json.loads(path.read_text()) | {"file": "../../secret"}))
    with pytest.raises(ValueError, match="file"):
        classroom.verify(path, mlp(), rows.test)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"file": "gone.ncd"}))
    with pytest.raises(ValueError, match=r"about gone\.ncd, which is not beside it"):
        classroom.verify(path, mlp(), rows.test)


def test_nothing_is_unpickled(made, rows, monkeypatch):
    import pickle

    def refuse(*arguments, **options):
        raise AssertionError("something was unpickled")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr(torch, "load", refuse)
    _, path = made
    assert classroom.verify(path, mlp(), rows.test).holds


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
    path.write_text(json.dumps(json.loads(path.read_text()) | {"macs": 5}))
    assert cli.main(["verify", str(path)]) == 1


@pytest.mark.parametrize("field", ["network", "data"])
def test_the_command_imports_nothing_that_a_certificate_names(made, capsys, field):
    _, path = made
    raw = json.loads(path.read_text()) | {"network": "LeNet300100"}
    raw["data"]["name"] = "mnist"
    raw |= {"network": "os.system"} if field == "network" else {"data": raw["data"] | {"name": "x"}}
    path.write_text(json.dumps(raw))
    assert cli.main(["verify", str(path)]) == 2
    assert "none of the course" in capsys.readouterr().err


def test_times_agree_when_both_meet_or_both_miss():
    assert both_meet_or_miss(2.0, 1.6, 1.5)
    assert both_meet_or_miss(1.1, 1.4, 1.5)
    assert not both_meet_or_miss(1.4, 1.6, 1.5)
