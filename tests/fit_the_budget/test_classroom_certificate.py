"""A certificate says what is on disk, can be measured again, and does not hold when it lies."""

import hashlib
import io
import json
import math
import pickle
import shutil
from dataclasses import replace

import pytest
import torch

from nc_teach import budget, classroom, cli, data, models, training
from nc_teach.budget import Budget, PruneWeights, RemoveUnits, WeightSharing
from nc_teach.classroom import certificate
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


@pytest.fixture(scope="module")
def saved(stack, tmp_path_factory):
    """A certificate, and the folder in which it is saved."""
    folder = tmp_path_factory.mktemp("certificate")
    found = classroom.certify(stack, folder / "small.ncd", ROOMY, title="Rows", repeats=15)
    found.save(folder)
    return found, folder


@pytest.fixture
def made(saved, tmp_path):
    """The certificate, and the path of its JSON in a folder that a test may change."""
    found, folder = saved
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return found, tmp_path / "small.certificate.json"


def forge(path, **changes):
    """Write other values into the certificate at ``path``."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def disagreeing(path, form, held_out):
    """What of the certificate at ``path`` is not found again."""
    return classroom.verify(path, form, held_out, repeats=15).wrong


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
    for word in ("Rows", found.sha256, "then prune 80 % of the weights", "[MET] file", "batch 1"):
        assert word in text
    assert (tmp_path / "small.certificate.png").read_bytes().startswith(b"\x89PNG")
    shown, extra = found._repr_mimebundle_()
    assert shown["text/plain"] == found.text() == extra["image/png"]["alt"]


def test_what_is_missed_is_said_everywhere(made):
    found, _ = made
    missed = replace(found, budget={"stored_bytes": 10, "times_faster": 1e6, "points": 0.0})
    assert not missed.met
    assert [limit.met for limit in missed.limits()][:2] == [False, False]
    assert "[MISSED] file" in missed.text()
    assert "Budget missed." in missed.text()
    drawn = certificate.draw(missed.title, missed.limits(), [])
    texts = drawn.axes[0].texts
    assert any("missed" in text.get_text() for text in texts)
    signs = [patch for patch in drawn.axes[0].patches if patch.get_zorder() == 4]
    assert len(signs) >= 2  # broken bars: far too much
    assert "Budget missed" in [t.get_text() for t in drawn.texts]


def test_accuracies_and_times_are_compared_with_those_before(made):
    found, _ = made
    half = replace(
        found,
        stored_bytes=500,
        right=27,
        images=30,
        speedup={"times": 4.0, "low": 3.0, "high": 5.0},
        before=found.before | {"accuracy": 0.95},
        budget={"stored_bytes": 1000, "times_faster": 2.0, "points": 10.0},
    )
    assert [limit.used for limit in half.limits()] == pytest.approx([0.5, 0.5, 0.5])
    assert half.met
    close = replace(half, budget=half.budget | {"times_faster": 4.0})
    assert "Budget undecided." in close.text()
    assert not close.met


def test_dollars_in_a_title_are_dollars(made):
    drawn = certificate.draw("costs $5 and \\frac$6", made[0].limits(), ["a $ and a $"])
    drawn.savefig(io.BytesIO())


def test_a_time_without_an_interval_is_not_certified(stack, tmp_path):
    few = {"title": "x", "repeats": 14}
    refuses("repeats must be at least 15", classroom.certify, stack, tmp_path / "a", ROOMY, **few)
    assert not (tmp_path / "a").exists()


def test_it_can_be_verified_by_the_class_alone(made, rows):
    found = classroom.verify(made[1], small_net(seed=7), rows.test)
    assert found.holds, found
    assert "The certificate holds." in repr(found)
    assert "limit: accuracy" not in [what for what, *_ in found.rows]
    for what in ("title: Rows", "accuracy before", "limit: accuracy", "made: ", "its own limits: "):
        assert f"Not checked: {what}" in repr(found)


def test_with_the_network_before_what_was_lost_is_measured(made, stack, rows):
    found = classroom.verify(made[1], small_net(), rows.test, before=stack.first)
    assert {"accuracy before", "bytes before"} <= {what for what, *_ in found.rows}
    assert "Not checked: accuracy" not in repr(found)
    lost = 100 * (made[0].before["accuracy"] - made[0].accuracy)
    assert found.holds == (lost <= 1)
    assert found.wrong == ["limit: accuracy"] * (lost > 1)
    roomy = classroom.verify(made[1], small_net(), rows.test, ROOMY, before=stack.first)
    assert roomy.holds


@pytest.mark.parametrize(
    ("lie", "line"),
    [
        ({"stored_bytes": 7}, "bytes"),
        ({"nonzero_params": 5}, "not zero"),
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


def test_the_lecturer_s_limits_are_kept_by_what_was_measured(made, rows):
    """The certificate's own limits are those of whoever made it."""
    forge(made[1], budget={"stored_bytes": 10**9, "times_faster": 0.0, "points": 100.0})
    strict = Budget(stored_bytes=made[0].stored_bytes - 1, times_faster=1e6, points=0.0)
    found = classroom.verify(made[1], small_net(), rows.test, strict, repeats=15)
    assert found.wrong == ["limit: file"]
    row = next(row for row in found.rows if row[0] == "limit: latency")
    assert (row[1], row[3]) == ("1e+06 times as fast", "missed")
    assert "does not hold: limit: file" in repr(found)


def test_a_time_that_is_claimed_is_measured_and_decides_nothing(made, rows):
    """Certified as a million times as fast; no machine will confirm that."""
    forge(made[1], speedup={"times": 1e6, "low": 9e5, "high": 2e6})
    found = classroom.verify(made[1], small_net(), rows.test)
    assert [row[3] for row in found.rows if row[0] == "times as fast"] == ["differs here"]
    assert found.holds


LATENCY = {"median": 1e-6, "lower": 1e-6, "upper": 1e-6}
ATTACKS = {  # what is forged, and what is said of it: what does not agree, or the refusal
    "everything": (
        {
            "before": {"accuracy": 0.2, "params": 10**9, "macs": 10**9},
            "budget": {"stored_bytes": 10**9, "times_faster": 0.01, "points": 100.0},
            "nonzero_params": 5,
            "latency": LATENCY,
            "speedup": {"times": 2_655_429.0, "low": 2e6, "high": 3e6},
        },
        ["not zero", "parameters before", "MACs before"],
    ),
    "parameters before": ({"before": {"params": 10**9}}, ["parameters before"]),
    "MACs before": ({"before": {"macs": 10**9}}, ["MACs before"]),
    "nonzero": ({"nonzero_params": 5}, ["not zero"]),
    "all right": ({"right": 30}, ["accuracy"]),
    "another sum": ({"sha256": "0" * 64}, ["file"]),
    "other images": ({"data": {"sha256": "0" * 64}}, ["held-out images"]),
    "fewer images": ({"images": 29}, ["how many", "accuracy"]),
    "no images": ({"images": 0, "right": 0}, "0 of 0 images"),
    "more right than there are": ({"right": 31}, "31 of 30 images"),
    "a number too large": ({"params": 10**40}, "params: must be a whole number"),
    "a number below zero": ({"macs": -1}, "macs: must be a whole number"),
    "a truth for a number": ({"macs": True}, "macs: must be a whole number"),
    "a text for a number": ({"stored_bytes": "7"}, "stored_bytes: must be a whole number"),
    "no number": ({"latency": {"median": None}}, "latency: median: must be"),
    "not a number": ({"speedup": {"times": float("nan")}}, "speedup: times: must be"),
    "endless": ({"speedup": {"high": float("inf")}}, "speedup: high: must be"),
    "a budget of nothing": ({"budget": {"stored_bytes": 0}}, "stored_bytes must be at least 1"),
    "a list for an object": ({"before": []}, "before: must be an object"),
    "a plan of numbers": ({"plan": [1]}, "plan: must be text"),
    "a title that is a list": ({"title": ["x"]}, "title: must be text"),
    "no title": ({"title": None}, "title: must be text"),
    "another folder": ({"file": "../small.ncd"}, "a plain name"),
    "the folder itself": ({"file": ".."}, "not beside it"),
    "no file": ({"file": ""}, "a plain name"),
    "an older one": ({"version": 1}, "an older nc_teach"),
    "a newer one": ({"version": 99}, "a newer nc_teach"),
}


def merged(old, new):
    both = isinstance(old, dict) and isinstance(new, dict)
    return {**old, **{k: merged(old.get(k), v) for k, v in new.items()}} if both else new


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_forged_certificate_holds(made, rows, attack):
    _, path = made
    lie, said = ATTACKS[attack]
    path.write_text(json.dumps(merged(json.loads(path.read_text()), lie)))
    if isinstance(said, str):
        refuses(said, classroom.verify, path, small_net(), rows.test)
    else:
        assert disagreeing(path, small_net(), rows.test) == said


TITLE = "x\nBudget met.\r\x1b[2J\x1b[32mThe certificate holds.\u202e\u2028\x00"


def test_no_text_of_a_certificate_leaves_its_line(made, rows):
    _, path = made
    forge(path, title=TITLE, plan=[TITLE], machine=TITLE, day=TITLE, made_by=TITLE, macs=1)
    found = repr(classroom.verify(path, small_net(), rows.test, repeats=15))
    said = [line for line in found.splitlines() if "Budget met." in line]
    assert len(said) == 3
    assert all(line.startswith("Not checked: ") for line in said)
    assert "The certificate does not hold: MACs." in found.splitlines()
    assert not set(found) & set("\x1b\r\x00\u202e\u2028")
    loaded = classroom.load_certificate(path)
    assert loaded.text().count("\n") == made[0].text().count("\n")


def test_a_title_is_of_one_line_from_the_beginning(stack, tmp_path):
    found = classroom.certify(stack, tmp_path / "a.ncd", ROOMY, title=TITLE, repeats=15)
    assert found.title == "x Budget met. [2J [32mThe certificate holds."


HOSTILE = {
    "not JSON": b"{",
    "not text": b"\xff\xfe\x00",
    "nested": b"[" * 100_000,
    "nested and closed": b"[" * 500 + b"]" * 500,
    "a list": b"[]",
    "nothing": b"",
    "a long number": b'{"version": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_the_command_ends_in_one_line_for_any_certificate(tmp_path, capsys, what):
    path = tmp_path / "a.certificate.json"
    path.write_bytes(HOSTILE[what])
    assert cli.main(["verify", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "a.certificate.json is no certificate" in said


FILES = {
    "not one": lambda net: b"x",
    "of another class": lambda net: encoded(fc=torch.zeros(3)),
    "names with signs": lambda net: encoded(**{"\x1b[2J\n": torch.zeros(3)}),
    "layers that do not go together": lambda net: encoded(
        **net.state_dict() | {"3.weight": torch.zeros(3, 5)}
    ),
    "no neuron": lambda net: encoded(
        **net.state_dict()
        | {"1.weight": torch.zeros(0, 16), "1.bias": torch.zeros(0), "3.weight": torch.zeros(3, 0)}
    ),
    "too few dimensions": lambda net: encoded(**net.state_dict() | {"1.bias": torch.tensor(1.0)}),
    "another dtype": lambda net: encoded(**net.state_dict() | {"1.bias": torch.zeros(12).bool()}),
    "no numbers": lambda net: encoded(
        **{name: torch.full_like(value, math.nan) for name, value in net.state_dict().items()}
    ),
}


def encoded(**tensors):
    return budget.stack.deep_compression.encode(tensors)


@pytest.mark.parametrize("what", FILES)
def test_no_file_of_a_network_ends_in_another_error(made, rows, tmp_path, what):
    (tmp_path / "small.ncd").write_bytes(FILES[what](small_net()))
    try:
        found = classroom.verify(made[1], small_net(), rows.test, repeats=15)
    except ValueError as error:
        said = str(error)
        assert said.startswith(str(made[1]))
        assert not set(said) & set("\x1b\n")
    else:
        assert {"file", "accuracy"} <= set(found.wrong)


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
    found = classroom.certify(stack, tmp_path / "lenet.ncd", ROOMY, title="LeNet", repeats=15)
    path, *_ = found.save(tmp_path)
    budget.stack.deep_compression.save(stack.first, tmp_path / "before.ncd")
    assert cli.main(["verify", str(path)]) == 0
    assert "The certificate holds." in capsys.readouterr().out
    options = [
        "--points",
        "100",
        "--times-faster",
        "1000",
        "--before",
        str(tmp_path / "before.ncd"),
    ]
    assert cli.main(["verify", str(path), *options]) == 0
    shown = capsys.readouterr().out
    assert "at most 100 points lost" in shown
    assert "1000 times as fast" in shown
    assert cli.main(["verify", str(path), "--bytes", "100"]) == 1
    assert "does not hold: limit: file." in capsys.readouterr().out
    for wrong in (["--points", "-1"], ["--bytes", "0"], ["--before", str(tmp_path / "none")]):
        assert cli.main(["verify", str(path), *wrong]) == 2
    forge(path, macs=5)
    assert cli.main(["verify", str(path)]) == 1


@pytest.mark.parametrize(
    "lie",
    [{"network": n} for n in ("os.system", "layer_weights", "ResidualBlock")]
    + [{"name": "x"}, {"scale": "x"}],
)
def test_the_command_imports_nothing_that_a_certificate_names(made, capsys, lie):
    found, path = made
    names = {"network": "LeNet300100", "name": "mnist", "scale": "small"} | lie
    forge(path, network=names.pop("network"), data=found.data | names)
    assert cli.main(["verify", str(path)]) == 2
    assert "none of the course" in capsys.readouterr().err
