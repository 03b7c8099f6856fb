"""Claims: the form, the experiments on a tiny data set, the verdicts, the command."""

import argparse
import importlib
import json
import pkgutil
from dataclasses import replace

import pytest
import torch
from torch import nn

from nc_teach import claims, models, pruning, training
from nc_teach.claims import network_pruning as chapter
from nc_teach.claims.claim import RESULTS, Check, Claim, Provenance, measured_now
from nc_teach.claims.network_pruning import regularisers
from nc_teach.claims.running import Stopped, raise_if_interrupted


def small_net(seed):
    with models.seeded_init(seed):
        return nn.Sequential(nn.Flatten(), nn.Linear(16, 24), nn.ReLU(), nn.Linear(24, 3))


@pytest.fixture(scope="module")
def nets(rows):
    found = {seed: small_net(seed) for seed in (0, 1)}
    for seed, net in found.items():
        training.fit(net, rows, epochs=15, seed=seed, batch_size=10, lr=0.01)
    return found


# --- the form ---


class Numbers:
    provenance = measured_now("made by hand", 2.0)

    def numbers(self):
        return {"x": 3}


def claim(*holds):
    return Claim(
        "key", "title", "paper", "says", "mnist",
        experiment=lambda dataset, seeds: Numbers(),
        judge=lambda numbers: tuple(Check(f"part {i}", "3", h) for i, h in enumerate(holds)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("holds", "verdict"),
    [((True, True), "holds"), ((True, False), "holds in part"), ((False,), "does not hold")],
)
def test_the_verdict_comes_from_the_checks(rows, holds, verdict):
    outcome = claim(*holds).run(rows, (0,))
    assert outcome.verdict == verdict
    assert f"Here: {verdict}." in repr(outcome.table())
    assert [row[2] for row in outcome.table().rows] == ["yes" if h else "no" for h in holds]


def test_a_verdict_about_less_than_the_paper_s_words_says_so(rows, tmp_path):
    outcome = replace(claim(True), scope="counts alone").run(rows, (0,))
    outcome.save(tmp_path / "key.json")
    for one in (outcome, claims.load_outcome(tmp_path / "key.json")):
        assert (one.verdict, one.verdict_with_scope) == ("holds", "holds (counts alone)")
        assert "Here: holds (counts alone)." in repr(one.table())
        assert chapter.overview([one]).rows[0][3] == "holds (counts alone)"


def test_an_outcome_is_saved_and_read_back_as_shipped(rows, tmp_path):
    outcome = claim(True, False).run(rows)
    outcome.save(tmp_path / "key.json")
    back = claims.load_outcome(tmp_path / "key.json")
    assert (back.numbers, back.checks, back.verdict) == ({"x": 3}, outcome.checks, "holds in part")
    assert 0 < outcome.provenance.seconds < 2  # of the whole run, not what the result said
    assert back.provenance.line().startswith("Shipped: made by hand, 20")


@pytest.mark.parametrize("seeds", [(), (1, 1)])
def test_seeds_are_checked(rows, seeds):
    with pytest.raises(ValueError, match="seeds must be at least one number and none twice"):
        claim(True).run(rows, seeds)


def test_every_claim_is_complete_and_has_its_own_key():
    """No chapter is forgotten, and no key is used twice."""
    every = claims.all_claims()
    names = [m.name for m in pkgutil.iter_modules(claims.__path__) if m.ispkg]
    chapters = [importlib.import_module(f"nc_teach.claims.{name}") for name in names]
    assert len(every) == sum(len(one.CLAIMS) for one in chapters)
    for key, one in every.items():
        assert key == one.key
        assert any(where in one.paper for where in ("arXiv", "doi", "NIPS", "NeurIPS"))
        assert one.title
        assert one.says.endswith(".")


def test_what_ships_names_the_command_that_made_it_and_is_still_judged_the_same():
    """The numbers are kept; the checks beside them are those of today's criterion."""
    keys = sorted(path.stem for path in RESULTS.glob("*.json"))
    assert {"gentle_repair", "l1_or_l2"} <= set(keys)
    for key in keys:
        outcome = chapter.shipped(key)
        *_, seeds, _, scale = outcome.provenance.command.split()
        assert outcome.provenance.command == (
            f"nc-teach claims {key} --seeds {seeds} --scale {scale}"
        )
        assert scale in ("small", "full")
        assert int(seeds) >= 3
        assert claims.all_claims()[key].judge(outcome.numbers) == outcome.checks
    with pytest.raises(ValueError, match=f"key must be one of {', '.join(keys)}, got 'x'"):
        chapter.shipped("x")


def test_a_stopped_training_stops_the_experiment():
    with pytest.raises(KeyboardInterrupt, match="by you"):
        raise_if_interrupted(training.History(interrupted=True, note="stopped by you"))


def test_a_stopped_experiment_is_one_line_in_a_notebook(nets, rows, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "accuracy", stop)
    with pytest.raises(Stopped) as caught:
        chapter.one_shot_curve(nets, rows, sparsities=(0.0,), examples=1)
    (line,) = caught.value._render_traceback_()
    assert line.startswith("Stopped: nothing was measured.")


# --- the experiments ---


def test_whole_neurons_take_the_share_of_the_weights():
    net = models.LeNet300100(seed=0)
    for sparsity in (0.0, 0.3, 0.9):
        small = chapter.whole_neurons(net, pruning.magnitude(net), sparsity)
        total = sum(w.numel() for w in pruning.prunable_weights(net).values())
        left = sum(w.numel() for w in pruning.prunable_weights(small).values())
        assert (1 - sparsity) * total <= left <= (1 - sparsity) * total + 0.01 * total
    strengths = net.fc1.weight.detach().abs().mean(dim=1)
    kept = small.fc1.weight.detach().abs().mean(dim=1)
    assert torch.equal(kept.sort().values, strengths.topk(len(kept)).values.sort().values)


def test_a_curve_of_neurons_with_a_criterion_of_ones_own(nets, rows):
    criteria = {"biased": lambda net, seed: pruning.magnitude(net)}
    curve = chapter.one_shot_curve(
        nets, rows, sparsities=(0.0, 0.5), criteria=criteria, examples=2,
        remove=chapter.whole_neurons,
    )  # fmt: skip
    by_hand = chapter.whole_neurons(nets[1], pruning.magnitude(nets[1]), 0.5)
    assert curve.test["biased"][1, 1] == training.accuracy(by_hand, rows.test)


def test_the_curve_starts_dense_and_its_levels_are_exact(nets, rows):
    curve = chapter.one_shot_curve(nets, rows, sparsities=(0.0, 0.5, 0.99), examples=5)
    for criterion in ("magnitude", "random"):
        dense = [training.accuracy(net, rows.test) for net in nets.values()]
        assert curve.test[criterion][:, 0].tolist() == dense
        assert curve.read[criterion].shape == (3, 5)
    assert curve.test["magnitude"][:, 1].mean() >= curve.test["random"][:, 1].mean()
    by_hand = small_net(9)
    by_hand.load_state_dict(nets[1].state_dict())
    pruning.apply_masks(by_hand, pruning.select(pruning.magnitude(by_hand), 0.5))
    assert curve.test["magnitude"][1, 1] == training.accuracy(by_hand, rows.test)
    assert pruning.sparsity(pruning.masks_of(nets[0])) == 0  # the networks are untouched


def test_the_free_lunch_ends_before_the_first_fall_on_validation_data(nets, rows):
    curve = chapter.one_shot_curve(nets, rows, sparsities=(0.0, 0.3, 0.6, 0.9), examples=2)
    curve.validation["magnitude"][:] = [[0.9, 0.9, 0.7, 0.9], [0.9, 0.9, 0.7, 0.9]]
    assert curve.free_lunch() == 0.3
    curve.validation["magnitude"][:] = 0.9
    assert curve.free_lunch() == 0.9


def test_every_variant_of_healing_has_the_same_budget_and_the_right_sparsity(nets, rows):
    result = chapter.iterative_or_one_shot(nets, rows, sparsity=0.8, rounds=2, epochs=4)
    total = 16 * 24 + 24 * 3
    for variant, networks in result.networks.items():
        share = 0.0 if variant == "dense" else int(0.8 * total) / total
        for net in networks.values():
            assert pruning.sparsity(pruning.masks_of(net)) == pytest.approx(share, abs=1e-9)
        epochs = [epoch for epoch, _ in result.moments[variant]]
        assert max(epochs) == 4
        assert result.path[variant].shape == (2, len(epochs))
    assert [e for e, _ in result.moments["iterative"]] == [0, 1, 2, 2, 3, 4]
    assert [e for e, _ in result.moments["one-shot"]] == [0, 1, 2, 3, 4]
    assert result.before.tolist() == [training.accuracy(n, rows.test) for n in nets.values()]
    json.dumps(result.numbers())


def test_a_budget_that_does_not_divide_is_refused(nets, rows):
    with pytest.raises(ValueError, match=r"epochs must be a multiple of rounds \(3\), got 4"):
        chapter.iterative_or_one_shot(nets, rows, rounds=3, epochs=4)


def test_an_unknown_criterion_is_named(nets, rows):
    with pytest.raises(ValueError, match="criterion must be one of magnitude, random, got 'obd'"):
        chapter.one_shot_curve(nets, rows, criteria=("obd",))


def test_the_penalty_by_hand():
    layer = nn.Linear(2, 2)
    layer.weight.data = torch.tensor([[1.0, -2.0], [0.5, 0.0]])
    images, labels = torch.zeros(1, 2), torch.tensor([0])
    plain = regularisers.penalised(0.0, 0.0)(layer, images, labels)
    both = regularisers.penalised(0.1, 0.01)(layer, images, labels)
    assert (both - plain).item() == pytest.approx(0.1 * 3.5 + 0.01 * 5.25)


def test_the_criteria_by_hand():
    levels = {"sparsities": [0.0, 0.5, 0.65, 0.9]}
    good = {"magnitude": [[0.95, 0.945, 0.94, 0.8]], "random": [[0.95, 0.5, 0.4, 0.1]]}
    assert all(c.holds for c in chapter.FREE_LUNCH.judge({**levels, "test": good}))
    bad = {"magnitude": [[0.95, 0.93, 0.925, 0.92]], "random": [[0.95, 0.8, 0.5, 0.1]]}
    assert not any(c.holds for c in chapter.FREE_LUNCH.judge({**levels, "test": bad}))
    test = {"iterative": [0.95], "one-shot": [0.94], "random": [0.9], "dense": [0.955]}
    assert all(c.holds for c in chapter.ITERATIVE_PRUNING.judge({"before": [0.955], "test": test}))
    worse = {"iterative": [0.93], "one-shot": [0.93], "random": [0.92], "dense": [0.955]}
    judged = chapter.ITERATIVE_PRUNING.judge({"before": [0.95], "test": worse})
    assert not any(c.holds for c in judged)


# --- the command ---


def arguments(**changed):
    usual = {"names": [], "seeds": 1, "scale": "small", "all": False, "list": False, "save": None}
    return argparse.Namespace(**{**usual, **changed})


def test_a_check_that_was_set_after_a_first_look_says_so_in_every_table():
    found = {key: chapter.shipped(key) for key in ("raw_or_squared", "skip_plane", "saved_time")}
    late = {key: sum(check.post_hoc for check in one.checks) for key, one in found.items()}
    assert late == {"raw_or_squared": 0, "skip_plane": 2, "saved_time": 5}
    (note,) = chapter.overview(list(found.values())).notes
    assert "before the runs, but for 2 of skip_plane and 5 of saved_time: set after a first" in note
    rows = found["skip_plane"].table().rows
    assert ["(set after a first look)" in row[0] for row in rows] == [False] * 4 + [True] * 2
    assert "before the runs. Each" in chapter.overview([found["raw_or_squared"]]).notes[0]


def test_the_command_runs_nothing_that_was_not_named(monkeypatch, capsys):
    ran, known = [], {"a": claim(True), "b": claim(False)}
    monkeypatch.setattr("nc_teach.claims.command.all_claims", lambda: known)
    monkeypatch.setattr("nc_teach.claims.command._run", lambda one, *how: ran.append(one))
    assert claims.run_command(arguments()) == claims.run_command(arguments(list=True)) == 0
    assert ran == []
    assert "nc-teach claims NAME" in capsys.readouterr().out
    assert claims.run_command(arguments(all=True)) == 0
    assert ran == list(known.values())
    with pytest.raises(ValueError, match="NAME must be left out beside --all, got a b"):
        claims.run_command(arguments(names=["a", "b"], all=True))


def test_the_command_lists_runs_and_saves(monkeypatch, capsys, tmp_path, rows):
    known = {"key": claim(True)}
    monkeypatch.setattr("nc_teach.claims.command.all_claims", lambda: known)
    monkeypatch.setattr("nc_teach.data.load", lambda name, scale: rows)
    assert claims.run_command(arguments(list=True)) == 0
    assert "title" in capsys.readouterr().out
    assert claims.run_command(arguments(names=["key"], seeds=None, save=str(tmp_path / "new"))) == 0
    assert "Here: holds." in capsys.readouterr().out
    saved = claims.load_outcome(tmp_path / "new" / "key.json")
    assert saved.provenance.command == "nc-teach claims key --seeds 3 --scale small"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"names": ["nothing"]}, "claim must be one of free_lunch, .* got 'nothing'"),
        ({"seeds": 0}, "seeds must be at least 1, got 0"),
    ],
)
def test_wrong_input_to_the_command_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        claims.run_command(arguments(**wrong))


def test_now_is_said_only_to_the_one_who_runs_it(monkeypatch):
    provenance = Provenance("nc-teach claims x", "2026-11-23", "Linux", 61.4)
    monkeypatch.setenv("NC_TEACH_STILL", "0")
    assert provenance.line() == "Measured just now on this machine in 61 s."
    monkeypatch.setenv("NC_TEACH_STILL", "1")
    assert provenance.line() == "Measured on 2026-11-23 (Linux) in 61 s."


def test_provenance_of_a_shipped_result():
    line = Provenance("nc-teach claims x", "2026-11-23", "Linux", 61.4, shipped=True).line()
    assert line == "Shipped: nc-teach claims x, 2026-11-23, Linux, 61 s."


def test_the_overview_counts_checks_and_says_where_the_numbers_are_from():
    shipped = chapter.shipped("raw_or_squared")
    now = Claim("a", "A", "Someone 2001, somewhere", "it works", "mnist", lambda d, s: None,
                lambda numbers: (Check("x", "y", True), Check("x", "z", False)))  # fmt: skip
    result = argparse.Namespace(numbers=dict, provenance=measured_now("a", 1.0))
    table = chapter.overview([shipped, now.outcome(result)])
    held = sum(check.holds for check in shipped.checks)
    assert table.rows[0][2:] == (f"{held} of {len(shipped.checks)}", "holds in part", "shipped")
    assert table.rows[1] == ("a", "Someone 2001", "1 of 2", "holds in part", "this notebook")
