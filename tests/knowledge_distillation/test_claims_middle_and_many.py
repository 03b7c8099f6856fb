"""The claims about hints, assistants and averaging: small runs, criteria by hand."""

import json

import numpy as np
import pytest
import torch

from nc_teach import claims, distillation, training
from nc_teach.claims import knowledge_distillation as chapter
from nc_teach.claims.knowledge_distillation import (
    assistant,
    averaging,
    ensemble,
    hints,
    interpolation,
)
from nc_teach.claims.knowledge_distillation.mlp import mlp


@pytest.fixture(autouse=True, scope="module")
def thin():
    """Thinner networks than in the course, for speed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(averaging, "HIDDEN", (12, 12))
        patch.setattr(hints, "TEACHER", (12, 12))
        patch.setattr(hints, "WIDTH", 6)
        yield


def held(checks):
    return [check.holds for check in checks]


# --- networks ---


def test_he_s_start_has_his_variance_and_no_bias():
    net, usual = mlp(400, 300, 10, seed=0, he=True), mlp(400, 300, 10, seed=0)
    assert net[1].weight.var().item() == pytest.approx(2 / 400, rel=0.02)
    assert not net[1].bias.any()
    assert usual[1].weight.var().item() == pytest.approx(1 / 1200, rel=0.02)


def test_a_seed_fixes_everything(rows):
    one, other = (averaging.train_network(rows, 3, epochs=1) for _ in range(2))
    assert all(torch.equal(v, other.state_dict()[n]) for n, v in one.state_dict().items())


def test_a_fork_shares_its_first_epoch_and_no_more(rows):
    stem = averaging.train_network(rows, 3, epochs=1)
    short, long = averaging.fork(rows, 3, epochs=1), averaging.fork(rows, 3, epochs=3)
    for net in short:
        assert all(torch.equal(v, stem.state_dict()[n]) for n, v in net.state_dict().items())
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
    assert json.loads(json.dumps(result.numbers())) == result.numbers()
    assert len(result.table().rows) == len(averaging.NAMES)


def test_the_criterion_of_averaging_by_hand():
    test = {
        "single": [0.9, 0.9], "outputs": [0.9, 0.91], "logits": [0.9, 0.9],
        "parameters of 2": [0.69, 0.7], "parameters of 4": [0.5, 0.3],
        "matched by weights": [0.87, 0.865], "matched by activations": [0.9, 0.85],
        "fork": [0.9, 0.895], "snapshots": [0.9, 0.9], "swa": [0.905, 0.912],
        "falling rate": [0.95, 0.95],
    }  # fmt: skip
    checks = averaging.AVERAGING.judge({"test": test})
    assert held(checks) == [True, True, True, True, False, True, True]
    assert checks[1].measured == "least -20.00 points"
    assert checks[-1].measured == "+0.85 points"
    test["parameters of 2"][0] = 0.71
    assert held(averaging.AVERAGING.judge({"test": test}))[1] is False


def test_the_walk_ends_at_the_networks_and_matching_keeps_b(rows):
    paths = chapter.interpolation_paths(rows, (0, 1), alphas=(0.0, 0.5, 1.0), epochs=2)
    a, b = (averaging.train_network(rows, 2 + k, epochs=2) for k in range(2))
    assert paths.test["as it came"][1, 0] == training.accuracy(a, rows.test)
    for line in ("as it came", "matched by weights", "matched by activations"):
        assert paths.test[line][1, -1] == training.accuracy(b, rows.test)
    assert set(paths.test) == set(interpolation.LINES)
    shown = paths.filters["as it came"]
    assert shown.shape == (4, 2, 4, 4)
    np.testing.assert_array_equal(shown[:, 0], paths.filters["matched by weights"][:, 0])
    assert paths.table().rows[0][0] == "as it came"


# --- ensemble ---


def test_an_ensemble_and_its_students(rows):
    result = chapter.ensemble_in_one(rows, (0,), members=2, epochs=2)
    nets = [averaging.train_network(rows, 101 + k, epochs=2) for k in range(2)]
    mean = np.mean([training.accuracy(net, rows.test) for net in nets])
    assert result.test["member"][0] == pytest.approx(mean)
    assert list(result.test) == list(ensemble.NAMES)
    assert json.loads(json.dumps(result.numbers())) == result.numbers()


def test_the_criterion_of_the_ensemble_by_hand():
    test = {"member": [0.9, 0.9], "ensemble": [0.92, 0.92], "labels": [0.9, 0.9],
            "of one": [0.9, 0.91], "of all": [0.91, 0.91]}  # fmt: skip
    assert held(ensemble.ENSEMBLE_IN_ONE.judge({"test": test})) == [True] * 4
    test["of all"] = [0.908, 0.91]
    assert held(ensemble.ENSEMBLE_IN_ONE.judge({"test": test})) == [True, True, False, True]
    test["of all"] = [0.9, 0.91]
    assert held(ensemble.ENSEMBLE_IN_ONE.judge({"test": test})) == [True, False, False, False]


# --- hints ---


def test_hints_are_compared_at_the_same_epochs(rows, monkeypatch):
    spent = []
    fit = training.fit

    def counted(model, dataset=None, **options):
        spent.append(options["epochs"])
        return fit(model, dataset, **options)

    monkeypatch.setattr(hints.training, "fit", counted)
    lab = hints.Lab(rows, 0, epochs=1)
    spent.clear()
    hints._guided(lab, 4, 6, 2, {})
    assert spent == [3, 3]


def test_hints_run_whole(rows):
    result = chapter.compare_hints(rows, (0, 1), deep=4, deep_epochs=2, guided=(1, 2))
    numbers = result.numbers()
    assert json.loads(json.dumps(numbers)) == numbers
    assert set(numbers["guided"]) == {"1", "2"}
    assert {len(v) for k, v in numbers["variance"].items() if k != "teacher"} == {4}
    assert len(numbers["variance"]["teacher"]) == 2
    assert {"hint 1", "hint 2, then labels", "start", "plain", "He", "He start"} <= set(
        numbers["variance"]
    )
    assert len(result.table().rows) == 1 + len(result.deep) + len(result.flat)


def test_the_criterion_of_hints_by_hand():
    deep = {"plain": [0.11, 0.15], "plain, twice the epochs": [0.11, 0.12],
            "hint, then soft targets": [0.45, 0.6], "He start, plain": [0.8, 0.9]}  # fmt: skip
    flat = {"plain": [0.9, 0.9], "hint, then soft targets": [0.85, 0.84]}
    numbers = {"deep": deep, "flat": flat}
    assert held(hints.HINTS.judge(numbers)) == [True] * 4
    deep["plain, twice the epochs"][0] = 0.2
    flat["hint, then soft targets"][1] = 0.86
    assert held(hints.HINTS.judge(numbers)) == [False, True, True, False]


# --- assistants ---


def test_the_relay_is_paired(rows):
    result = chapter.run_relay(rows, (0, 1), teachers=(6, 8), students=(4, 3), epochs=2)
    assert set(result.taught) == {4, 3}
    assert result.taught[4][8].shape == (2,)
    student = assistant._fresh(rows, 4, seed=1)
    teacher = assistant._alone(assistant._fresh(rows, 8, seed=1), rows, 1, 2)
    assistant.teach(student, teacher, dataset=rows, seed=1, epochs=2)
    assert result.taught[4][8][1] == training.accuracy(student, rows.test)
    assert json.loads(json.dumps(result.numbers())) == result.numbers()
    assert len(result.table().rows) == 2 * 4


def test_the_criterion_of_assistants_by_hand():
    taught = {"12": {"50": [0.89] * 5, "800": [0.88] * 4 + [0.9]},
              "5": {"50": [0.7] * 5, "800": [0.7] * 5}}  # fmt: skip
    relayed = {"12": [0.89] * 4 + [0.85], "5": [0.71] * 3 + [0.7] * 2}
    checks = assistant.ASSISTANTS.judge({"taught": taught, "relayed": relayed})
    assert held(checks) == [True, True, True]
    assert checks[2].measured.startswith("7 of 10")
    relayed["12"][0] = 0.88  # a tie is no win
    checks = assistant.ASSISTANTS.judge({"taught": taught, "relayed": relayed})
    assert held(checks) == [True, True, False]


@pytest.mark.parametrize("key", ["averaging", "ensemble_in_one", "hints", "assistants"])
def test_what_ships_is_judged_by_the_criterion_that_ships(key):
    outcome = chapter.shipped(key)
    claim = claims.all_claims()[key]
    assert outcome.checks == claim.judge(outcome.numbers)
    assert (outcome.paper, outcome.says) == (claim.paper, claim.says)
    assert f"nc-teach claims {key} --seeds" in outcome.provenance.command
