"""Claims: the form, the experiments on a tiny data set, the verdicts, the command."""

import argparse
import importlib
import pkgutil
from dataclasses import dataclass, replace

import pytest
import torch
from torch import nn

from nc_teach import claims, models, pruning, training
from nc_teach.claims import network_pruning as chapter
from nc_teach.claims.criterion import CLOSE, Check, fact
from nc_teach.claims.experiment import Claim
from nc_teach.claims.network_pruning import regularisers
from nc_teach.claims.provenance import Provenance, measured_now
from nc_teach.claims.result import Result
from nc_teach.claims.running import Stopped
from nc_teach.claims.words import Words, all_words
from nc_teach.table import Table
from tests import claim_rules
from tests.checks import refuses
from tests.nets import perceptron


@pytest.fixture(scope="module")
def nets(rows):
    found = {seed: perceptron(16, 24, 3, seed=seed) for seed in (0, 1)}
    for seed, net in found.items():
        training.fit(net, rows, epochs=15, seed=seed, batch_size=10, lr=0.01)
    return found


# --- the form ---


@dataclass(frozen=True, kw_only=True)
class Three(Result):
    """A result to be judged."""

    x: int

    def table(self):
        return Table(("x",), ((str(self.x),),), ())


def three(seconds=2.0):
    return Three(x=3, provenance=measured_now("made by hand", seconds))


def claim(*holds, paper="Someone 2001, somewhere", scope=""):
    class Told(Claim):
        words = Words("key", "title", "says", paper, scope)

    def judge(result):
        return tuple(fact(f"part {i}", result.x, h) for i, h in enumerate(holds))

    return Told("key", Three, lambda dataset, seeds: three(), judge)


@pytest.mark.parametrize(
    ("holds", "verdict"),
    [
        ((True, True), "holds"),
        ((True, False), "holds in part (1 of 2 checks held)"),
        ((False,), "does not hold"),
    ],
)
def test_the_verdict_comes_from_the_checks(rows, holds, verdict):
    one = claim(*holds)
    outcome = one.outcome(one.run(rows, (0,)))
    assert outcome.verdict == verdict
    assert f"Here: {verdict}." in repr(outcome.table())
    assert [row[3] for row in outcome.table().rows] == ["yes" if h else "no" for h in holds]


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        (("yes", "yes", CLOSE), "holds (1 of 3 checks too close to call)"),
        (("yes", "no", CLOSE, CLOSE), "holds in part (1 of 4 checks held, 2 too close to call)"),
        (("yes", CLOSE, CLOSE), "too close to call (1 of 3 checks held)"),
        ((CLOSE, CLOSE), "too close to call"),
    ],
)
def test_where_most_checks_are_undecided_so_is_the_claim(answers, verdict):
    checks = tuple(Check("bound", "1", answer) for answer in answers)
    one = replace(claim(True), judge=lambda result: checks)
    assert one.outcome(three()).verdict == verdict


def test_a_verdict_about_less_than_the_paper_s_words_says_so():
    outcome = claim(True, scope="counts alone").outcome(three())
    assert (outcome.verdict, outcome.verdict_with_scope) == ("holds", "holds (counts alone)")
    assert "Here: holds (counts alone)." in repr(outcome.table())
    assert chapter.overview([outcome]).table().rows[0][3] == "holds (counts alone)"


def test_a_result_is_saved_and_read_back_as_shipped(rows, tmp_path):
    one = claim(True, False)
    result = one.run(rows)
    result.save(tmp_path / "key.json", "key")
    back = one.load(tmp_path / "key.json")
    assert (back.x, one.outcome(back).checks) == (3, one.outcome(result).checks)
    assert 0 < result.provenance.seconds != 2  # of the whole run, not what the result said
    assert back.provenance.line().startswith("Shipped: made by hand, 20")


@pytest.mark.parametrize("seeds", [(), (1, 1)])
def test_seeds_are_checked(rows, seeds):
    refuses("seeds must be at least one number and none twice", claim(True).run, rows, seeds)


def test_every_claim_is_complete_and_has_its_own_key():
    """No chapter is forgotten, and no key is used twice."""
    every = claims.all_claims()
    names = [m.name for m in pkgutil.iter_modules(claims.__path__) if m.ispkg]
    chapters = [importlib.import_module(f"nc_teach.claims.{name}") for name in names]
    assert len(every) == sum(len(one.CLAIMS) for one in chapters)
    assert set(every) == set(all_words())
    for key, one in every.items():
        assert key == one.key
        assert any(where in one.words.paper for where in ("arXiv", "doi", "NIPS", "NeurIPS"))
        assert one.words.title
        assert one.words.says.endswith(".")


ANSWERS = {
    "free_lunch": "yes, yes, yes, too close to call",
    "iterative_pruning": "yes, yes, yes, no",
    "gentle_repair": "too close to call, too close to call, no",
    "l1_or_l2": ", ".join(["too close to call"] * 3 + ["yes"]),
    "optimal_brain_damage": "no, yes, yes, yes",
    "optimal_brain_surgeon": "yes, yes, too close to call, no",
    "raw_or_squared": "yes, yes, yes, yes, yes, yes, no",
    "network_trimming": "yes, yes, yes, too close to call",
    "structured_sparsity": "yes, yes, yes, yes, yes",
    "structured_learning": "yes, yes, too close to call, too close to call, too close to call, "
    "yes, too close to call, yes, yes",
    "structured_shapes": "yes, yes, too close to call, too close to call, too close to call, "
    "yes, yes, no, yes",
    "structured_depth": "too close to call, yes, too close to call, no, too close to call, yes, "
    "yes, too close to call, yes",
    "small_at_once": "yes, yes, too close to call, yes",
}


@pytest.mark.parametrize("key", sorted(claim_rules.keys("network_pruning")))
def test_a_shipped_result(key, tmp_path):
    claim_rules.check_shipped(key, ANSWERS[key], tmp_path)


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


def test_the_curve_starts_dense_and_its_levels_are_exact(nets, rows):
    criteria = {"mine": lambda net, seed: pruning.magnitude(net), "random": pruning.random}
    how = {"sparsities": (0.0, 0.5, 0.9), "criteria": criteria, "examples": 30}
    for remove in (chapter.single_weights, chapter.whole_neurons):
        curve = chapter.one_shot_curve(nets, rows, remove=remove, **how)
        for criterion in criteria:
            dense = [training.accuracy(net, rows.test) for net in nets.values()]
            assert curve.test[criterion][:, 0].tolist() == dense
            assert curve.read[criterion].shape == (3, 30)
        cut = remove(nets[1], pruning.magnitude(nets[1]), 0.5)
        assert curve.test["mine"][1, 1] == training.accuracy(cut, rows.test)
        assert curve.validation["mine"][1, 1] == training.accuracy(cut, rows.validation)
        cuts = [remove(net, pruning.magnitude(net), 0.9) for net in nets.values()]
        first, second = (training.predictions(cut, rows.test).argmax(dim=1) for cut in cuts)
        assert curve.read["mine"][2].tolist() == first.tolist() != second.tolist()
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


def test_a_budget_that_does_not_divide_is_refused(nets, rows):
    with pytest.raises(ValueError, match=r"epochs must be a multiple of rounds \(3\), got 4"):
        chapter.iterative_or_one_shot(nets, rows, rounds=3, epochs=4)


def test_an_unknown_name_is_told(nets, rows):
    refuses("key must be one of .*free_lunch.*, got 'x'", chapter.shipped, "x")
    with pytest.raises(ValueError, match="criterion must be one of magnitude, random, got 'obd'"):
        chapter.one_shot_curve(nets, rows, criteria=("obd",))


def test_the_penalty_by_hand():
    layer = nn.Linear(2, 2)
    layer.weight.data = torch.tensor([[1.0, -2.0], [0.5, 0.0]])
    images, labels = torch.zeros(1, 2), torch.tensor([0])
    plain = regularisers.penalised(0.0, 0.0)(layer, images, labels)
    both = regularisers.penalised(0.1, 0.01)(layer, images, labels)
    assert (both - plain).item() == pytest.approx(0.1 * 3.5 + 0.01 * 5.25)


def answers(claim, **fields):
    """The different answers of a claim to a result with these fields."""
    return {one.answer for one in claim.judge(claim_rules.made(claim.result, **fields))}


def test_the_criteria_by_hand():
    levels = {"sparsities": (0.0, 0.5, 0.65, 0.9)}
    good = {"magnitude": [[0.95, 0.945, 0.94, 0.8]], "random": [[0.95, 0.5, 0.4, 0.1]]}
    assert answers(chapter.FREE_LUNCH, **levels, test=good) == {"yes"}
    bad = {"magnitude": [[0.95, 0.93, 0.925, 0.92]], "random": [[0.95, 0.8, 0.5, 0.1]]}
    assert answers(chapter.FREE_LUNCH, **levels, test=bad) == {"no"}
    test = {"iterative": [0.95], "one-shot": [0.94], "random": [0.9], "dense": [0.955]}
    assert answers(chapter.ITERATIVE_PRUNING, before=[0.955], test=test) == {"yes"}
    worse = {"iterative": [0.93], "one-shot": [0.93], "random": [0.92], "dense": [0.955]}
    assert answers(chapter.ITERATIVE_PRUNING, before=[0.95], test=worse) == {"no"}


# --- the command ---


def arguments(**changed):
    usual = {"names": [], "seeds": 1, "scale": "small", "all": False, "list": False, "save": None}
    return argparse.Namespace(**{**usual, **changed})


def test_a_check_that_was_set_after_a_first_look_says_so_in_every_table():
    late = Check("later", "1", "yes", post_hoc=True)
    one = replace(claim(True), key="b", judge=lambda result: (late, late))
    outcomes = [claim(True).outcome(three()), one.outcome(three())]
    assert "before the runs. Every" in chapter.overview(outcomes[:1]).table().notes[0]
    (note,) = chapter.overview(outcomes).table().notes
    assert "before the runs, except 2 of b: set after a first" in note
    assert "(set after a first look)" in outcomes[1].table().rows[0][0]


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
    saved = known["key"].load(tmp_path / "new" / "key.json")
    assert saved.provenance.command == "nc-teach claims key --seeds 3 --scale small"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"names": ["nothing"]}, "claim must be one of free_lunch, .* got 'nothing'"),
        ({"seeds": 0}, "seeds must be at least 1, got 0"),
    ],
)
def test_wrong_input_to_the_command_is_named(wrong, message):
    refuses(message, claims.run_command, arguments(**wrong))


@pytest.mark.parametrize(
    ("still", "shipped", "line"),
    [
        ("0", False, "Measured just now on this machine in 61 s."),  # said to the one who runs it
        ("1", False, "Measured on 2026-11-23 (Linux) in 61 s."),
        ("1", True, "Shipped: nc-teach claims x, 2026-11-23, Linux, 61 s."),
    ],
)
def test_provenance_says_where_the_numbers_are_from(monkeypatch, still, shipped, line):
    monkeypatch.setenv("NC_TEACH_STILL", still)
    found = Provenance("nc-teach claims x", "2026-11-23", "Linux", 61.4, shipped=shipped)
    assert found.line() == line


def test_the_overview_says_what_was_seen_and_folds_the_margins():
    one, two = chapter.judged("raw_or_squared"), claim(True, False).outcome(three())
    seen = replace(two, seen="Nine of ten <weights> went.")
    overview = chapter.overview([one, two, seen])
    rows = overview.table().rows
    assert rows[0][2:] == (one.seen, "holds in part (6 of 7 checks held)")
    assert one.seen.startswith("30 % of every layer kept")
    assert rows[1] == (
        two.claim.words.title,
        "Someone 2001",
        "1 of 2 checks held",
        "holds in part (1 of 2 checks held)",
    )
    assert rows[2][2] == "Nine of ten <weights> went."
    assert repr(overview) == repr(overview.table())
    page = overview._repr_html_()
    assert page.count("<details>") == 3
    assert one.table()._repr_html_() in page
    assert "Nine of ten &lt;weights&gt; went." in page
