"""The claims about lottery tickets: on tiny data, against the techniques, and judged by hand."""

import pickle
from functools import partial

import numpy as np
import pytest
import torch

from nc_teach import pruning, training
from nc_teach.claims import why_pruning as chapter
from nc_teach.claims.provenance import Provenance
from nc_teach.claims.why_pruning import (
    from_scratch,
    learning_rate,
    lottery_ticket,
    networks,
    taken_apart,
)
from nc_teach.pruning import lottery, mask_criteria
from tests import claim_rules
from tests.conftest import bars_of

CLOSE, PROVENANCE = "too close to call", Provenance("by hand", "", "", 1.0)
ANSWERS = {
    "lottery_ticket": f"{CLOSE}, yes, yes, yes, {CLOSE}, yes",
    "lottery_signs": "yes, yes, yes, no, yes",
    "ticket_learning_rate": f"{CLOSE}, {CLOSE}, yes",
    "train_from_scratch": f"{CLOSE}, yes, {CLOSE}",
    "supermasks": f"yes, yes, {CLOSE}",
    "learned_masks": f"yes, yes, {CLOSE}, yes, yes",
    "weight_agnostic": f"{CLOSE}, {CLOSE}, yes, yes",
}


@pytest.mark.parametrize("key", ANSWERS)
def test_a_shipped_result(key, tmp_path):
    claim_rules.check_shipped(key, ANSWERS[key], tmp_path)


def test_every_shipped_result_is_recorded():
    assert set(ANSWERS) == claim_rules.keys("why_pruning") == {c.key for c in chapter.CLAIMS}


@pytest.fixture(scope="module")
def bars():
    return bars_of((120, 30, 60), noise=0.8, bar=0.2)


@pytest.fixture(scope="module")
def small_race(bars):
    return chapter.race(bars, (0, 1), rounds=2, epochs=2)


# --- the race ---


def test_the_network_is_drawn_as_in_the_paper(bars):
    net = networks.glorot_lenet(bars, 3)
    assert net.fc1.weight.std().item() == pytest.approx((2 / (784 + 300)) ** 0.5, rel=0.02)
    assert not net.fc2.bias.any()
    assert net.fc3.out_features == 3
    twin = networks.glorot_lenet(bars, 3)
    assert torch.equal(net.fc2.weight, twin.fc2.weight)


def test_a_race_is_what_the_technique_gives(bars, small_race):
    """Oracle: the second seed's ticket, found and trained again step by step."""
    coach = networks.Coach(bars, 2, 1)
    ticket = lottery.find_ticket(
        lambda: networks.glorot_lenet(bars, 1), coach.train, lottery.prune_share(0.5), 2
    )
    starts = {
        "ticket": (networks.glorot_lenet(bars, 1), ticket.masks),
        "re-init": (networks.glorot_lenet(bars, 1001), ticket.masks),
        "random mask": (networks.glorot_lenet(bars, 1), lottery.random_like(ticket.masks, 1)),
    }
    for name, (net, masks) in starts.items():
        coach.train(pruning.apply_masks(net, masks), pruning.mask_hook(masks))
        assert small_race.curves[name][1, 1, -1] == training.accuracy(net, bars.test), name
    densities = [pruning.density(masks) for masks in ticket.path]
    assert small_race.densities == pytest.approx(densities, abs=1e-6)


def test_the_shapes_of_a_race(small_race):
    assert small_race.dense.shape == (2, 8)
    for name in ("ticket", "re-init", "random mask"):
        assert small_race.curves[name].shape == (2, 2, 8)
    assert small_race.curves["late"].shape == (2, 2, 1)
    assert small_race.left.shape == (2, 28, 28)
    total = 784 * 300
    assert small_race.left.sum(axis=(1, 2)).tolist() == [total / 2, total / 4]
    assert "random mask" in repr(small_race.table())


def test_results_survive_their_files(small_race, apart, tmp_path):
    for claim, result in ((chapter.LOTTERY_TICKET, small_race), (chapter.LOTTERY_SIGNS, apart)):
        result.save(tmp_path / "it.json", claim.key)
        again = claim.load(tmp_path / "it.json")
        assert again.numbers() == result.numbers()
        assert again.provenance.shipped


def test_a_run_can_be_sent_to_another_process(bars, small_race):
    """What a sweep hands to its executor, there and back."""
    one = partial(lottery_ticket.race_once, bars, 2, 2, ("ticket", "re-init"))
    there = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(one))(seed=1)))
    assert set(there.curves) == {"ticket", "re-init"}
    for name, curve in there.curves.items():
        assert curve == small_race.curves[name][1].tolist()


def test_unknown_parts_are_named(bars):
    with pytest.raises(ValueError, match=r"variants must be among .*, got \['best'\]"):
        chapter.race(bars, (0,), variants=("best",))
    with pytest.raises(ValueError, match=r"kept must be among .*, got \['luck'\]"):
        chapter.take_apart(bars, (0,), kept=("luck",))


# --- taken apart ---


@pytest.fixture(scope="module")
def apart(bars):
    return chapter.take_apart(bars, (0,), epochs=1)


def test_every_part_is_changed_and_named(apart):
    assert set(apart.criteria) == {*taken_apart.CRITERIA, "random"}
    assert tuple(apart.kept) == taken_apart.KEPT
    assert tuple(apart.removed) == taken_apart.REMOVED
    assert apart.kept["rewind"][0] == apart.criteria["large_final"][0] == apart.removed["zero"][0]
    assert 0 <= apart.same_sign["all"][0] <= 1
    for group in ("criteria", "kept", "removed"):
        assert "tenth of every layer" in repr(apart.table(group))
    with pytest.raises(ValueError, match="group must be one of criteria, kept, removed"):
        apart.table("other")
    assert len(chapter.LOTTERY_SIGNS.outcome(apart).checks) == 5


def test_starts_are_what_they_are_called(bars):
    initial = taken_apart.weights_of(networks.glorot_lenet(bars, 0))
    masks = pruning.select({n: w.abs() for n, w in initial.items()}, 0.9, "layer")
    found = {n: start(initial, masks, bars, 0) for n, start in taken_apart.STARTS.items()}
    for name, start in found.items():
        signs = [(start[n].sign() == w.sign()).float().mean().item() for n, w in initial.items()]
        if name.endswith("random signs"):
            kept = (start["fc1.weight"].sign() == initial["fc1.weight"].sign())[masks["fc1.weight"]]
            assert 0.45 < kept.float().mean().item() < 0.55, name
        else:
            assert min(signs) == 1.0, name
    sizes = found["constant, same signs"]["fc2.weight"].abs().unique()
    assert len(sizes) == 1
    assert torch.equal(
        found["rewind, random signs"]["fc1.weight"].abs(), initial["fc1.weight"].abs()
    )


def test_the_plane_shows_what_is_kept(bars):
    plane = chapter.weight_plane(bars, 0, epochs=1, kept=0.2)
    for name, kept in plane.kept.items():
        assert kept.shape == plane.initial.shape
        assert kept.mean() == pytest.approx(0.2, abs=0.03), name
        score = getattr(mask_criteria, name)
        values = score(torch.from_numpy(plane.initial), torch.from_numpy(plane.final)).numpy()
        assert values[kept].min() >= values[~kept].max() - 1e-7, name
    middle = len(plane.regions["large_final"]) // 2
    assert not plane.regions["large_final"][middle].any()
    assert plane.regions["large_final"][0].all()
    assert plane.regions["large_init"][:, 0].all()


# --- learning rates, from scratch ---


def test_rates_are_kept_apart(bars):
    result = chapter.race_at_rates(bars, (0, 1), rates=(0.001, 0.1), rounds=1, epochs=1)
    assert result.ticket[0.1].shape == (2, 1)
    assert result.dense[0.1].mean() > result.dense[0.001].mean()
    again = learning_rate.race_at_rate(bars, 1, 1, 0.1, 1)
    assert result.dense[0.1][1] == again.dense
    assert result.reinit[0.1][1].tolist() == again.reinit
    assert chapter.Rates.of(result.numbers(), PROVENANCE).reinit[0.1].shape == (2, 1)
    assert "ticket ahead by" in repr(result.table())


def test_budgets_by_hand(bars):
    budget, cost = from_scratch.plan(bars, 256, 8)
    large, small = 784 * 256 + 256 * 256 + 256 * 3, 784 * 64 + 64 * 64 + 64 * 3
    assert budget["scratch-B"] == 8 * large // small == 39
    assert cost["large"] == 8 * large
    assert cost["scratch-B"] == 39 * small <= cost["large"]
    assert cost["scratch-E"] == 8 * small
    assert cost["fine-tuned"] == 8 * large + 2 * small


def test_every_way_ends_small(bars):
    result = chapter.train_from_scratch(bars, (0,), hidden=16, epochs=1)
    assert tuple(result.test) == tuple(from_scratch.NAMES)
    large = from_scratch.mlp(bars, 16, 0)
    scores = pruning.l1_norm(large)
    small = from_scratch.cut(large, scores)
    assert [m.out_features for m in small if hasattr(m, "out_features")] == [4, 4, 3]
    best = scores["1"].topk(4).indices.sort().values
    assert torch.equal(small[1].weight, large[1].weight[best])
    back = chapter.FromScratch.of(result.numbers(), result.provenance)
    assert back.numbers() == result.numbers()
    assert "scratch-B" in repr(back.table())
    assert "on Fashion-MNIST" in repr(back.table())


# --- the criteria ---


def holds(claim, result):
    """The answers; with one seed the interval has no width, so each is a yes or a no."""
    return [check.holds for check in claim.judge(result)]


def race_by_hand(ticket, reinit, random, early, last):
    """One network, two densities, three moments; dense has 0.96 at the end and 0.9 early."""

    def curve(end, start=0.9):
        return np.array([[[0.5, start, end], [0.5, start, last]]])

    return chapter.Race(
        densities=(0.126, 0.016),
        moments=(0.03, 0.1, 1.0),
        dense=np.array([[0.5, 0.9, 0.96]]),
        curves={
            "ticket": curve(ticket, early),
            "re-init": curve(reinit),
            "random mask": curve(random),
        },
        left=np.zeros((2, 1, 1)),
        provenance=PROVENANCE,
    )


def test_the_criterion_of_the_ticket_by_hand():
    claim = chapter.LOTTERY_TICKET
    good = race_by_hand(0.959, 0.948, 0.94, 0.95, 0.95)
    assert holds(claim, good) == [True] * 6
    assert claim.judge(good)[0].wanted == "13 % left: ticket minus dense: at least -0.20 points"
    assert holds(claim, race_by_hand(0.957, 0.95, 0.95, 0.91, 0.97)) == [False] * 6


def apart_by_hand(small_final, same):
    """large_final 0.95, random 0.92, random signs 0.93."""
    criteria = {"large_final": 0.95, "random": 0.92, "small_final": small_final}
    kept = {f"{name}{signs}": value for name in taken_apart.SIGNED
            for signs, value in ((taken_apart.OTHER, 0.93), (taken_apart.SAME, same))}  # fmt: skip
    return chapter.TakenApart(
        dense=np.array([0.96]),
        criteria={name: np.array([value]) for name, value in criteria.items()},
        kept={name: np.array([value]) for name, value in kept.items()},
        removed={},
        same_sign={},
        provenance=PROVENANCE,
    )


def test_the_criterion_of_signs_by_hand():
    assert holds(chapter.LOTTERY_SIGNS, apart_by_hand(0.91, 0.949)) == [True] * 5
    assert holds(chapter.LOTTERY_SIGNS, apart_by_hand(0.93, 0.935)) == [False] * 5


def rates_by_hand(dense, reinit):
    """Tickets of one network at both rates, at the densities 1/2, 1/4, 1/8 and 1/16."""
    ticket = {0.01: [[0.9, 0.94, 0.9, 0.92]], 0.1: [[0.9, 0.96, 0.9, 0.96]]}
    reinit = {0.01: [reinit], 0.1: [[0.9, 0.955, 0.9, 0.95]]}
    return chapter.Rates(
        rates=(0.01, 0.1),
        densities=(0.5, 0.25, 0.13, 0.063),
        dense={0.01: np.array([dense]), 0.1: np.array([0.96])},
        ticket={rate: np.array(rows) for rate, rows in ticket.items()},
        reinit={rate: np.array(rows) for rate, rows in reinit.items()},
        provenance=PROVENANCE,
    )


def test_the_criterion_of_learning_rates_by_hand():
    claim = chapter.TICKET_LEARNING_RATE
    assert holds(claim, rates_by_hand(0.93, [0.9, 0.9, 0.9, 0.8])) == [True] * 3
    assert holds(claim, rates_by_hand(0.95, [0.9, 0.93, 0.9, 0.91])) == [False] * 3


def test_the_criterion_of_training_from_scratch_by_hand():
    def result(**test):
        ways = {name.replace("_", "-"): np.array([value]) for name, value in test.items()}
        ways["fine-tuned long"] = ways.pop("long")
        return chapter.FromScratch(test=ways, cost={}, epochs={}, provenance=PROVENANCE)

    good = result(fine_tuned=0.85, scratch_E=0.855, scratch_B=0.86, long=0.861)
    assert holds(chapter.TRAIN_FROM_SCRATCH, good) == [True] * 3
    bad = result(fine_tuned=0.85, scratch_E=0.84, scratch_B=0.845, long=0.86)
    assert holds(chapter.TRAIN_FROM_SCRATCH, bad) == [False] * 3
