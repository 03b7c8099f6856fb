"""The claims about lottery tickets: on tiny data, against the techniques, and judged by hand."""

import json
import pickle
from functools import partial

import numpy as np
import pytest
import torch

from nc_teach import claims, pruning, training
from nc_teach.claims import why_pruning as chapter
from nc_teach.claims.why_pruning import (
    from_scratch,
    learning_rate,
    lottery_ticket,
    networks,
    taken_apart,
)
from nc_teach.pruning import lottery, mask_criteria
from tests.conftest import bars_of


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


def test_a_race_survives_its_file(small_race):
    numbers = json.loads(json.dumps(small_race.numbers()))
    back = chapter.Race.from_numbers(numbers, small_race.provenance)
    assert np.array_equal(back.left, small_race.left)
    for name, curve in small_race.curves.items():
        assert np.allclose(back.curves[name], curve, atol=1e-4)
    assert back.numbers() == small_race.numbers()


def test_a_run_can_be_sent_to_another_process(bars, small_race):
    """What a sweep hands to its executor, there and back."""
    one = partial(lottery_ticket.race_once, bars, 2, 2, ("ticket", "re-init"))
    there = pickle.loads(pickle.dumps(one))(seed=1)
    assert there["ticket"] == small_race.curves["ticket"][1].tolist()
    assert pickle.loads(pickle.dumps(there))["re-init"] == small_race.curves["re-init"][1].tolist()


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
    numbers = json.loads(json.dumps(apart.numbers()))
    assert chapter.TakenApart.from_numbers(numbers, apart.provenance).numbers() == numbers
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
            kept = [(start[n].sign() == w.sign())[masks[n]].float().mean().item()
                    for n, w in initial.items()]  # fmt: skip
            assert 0.45 < kept[0] < 0.55, name
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
    assert result.dense[0.1][1] == again["dense"]
    assert result.reinit[0.1][1].tolist() == again["reinit"]
    numbers = json.loads(json.dumps(result.numbers()))
    assert chapter.Rates.from_numbers(numbers, result.provenance).numbers() == result.numbers()
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
    numbers = json.loads(json.dumps(result.numbers()))
    back = chapter.FromScratch.from_numbers(numbers, result.provenance)
    assert back.numbers() == numbers
    assert "scratch-B" in repr(back.table())


# --- the criteria ---


def race_numbers(ticket, reinit, random, early, last):
    """One network, two densities, three moments; dense has 0.96 at the end and 0.9 early."""

    def curve(end, start=0.9):
        return [[[0.5, start, end], [0.5, start, last]]]

    return {
        "densities": [0.126, 0.016],
        "moments": [0.03, 0.1, 1.0],
        "dense": [[0.5, 0.9, 0.96]],
        "curves": {
            "ticket": curve(ticket, early),
            "re-init": curve(reinit, 0.9),
            "random mask": curve(random),
        },
    }


def test_the_criterion_of_the_ticket_by_hand():
    judge = chapter.LOTTERY_TICKET.judge
    good = judge(race_numbers(0.959, 0.948, 0.94, 0.95, 0.95))
    assert all(check.holds for check in good)
    assert good[0].wanted == "13 % left: ticket at most 0.2 points below dense"
    bad = judge(race_numbers(0.957, 0.95, 0.95, 0.91, 0.97))
    assert not any(check.holds for check in bad)


def test_the_criterion_of_signs_by_hand():
    judge = chapter.LOTTERY_SIGNS.judge
    criteria = {"large_final": [0.95], "random": [0.92], "small_final": [0.91]}
    kept = {"re-init, random signs": [0.93], "re-init, same signs": [0.949],
            "reshuffle, random signs": [0.93], "reshuffle, same signs": [0.95],
            "constant, random signs": [0.93], "constant, same signs": [0.945]}  # fmt: skip
    assert all(c.holds for c in judge({"criteria": criteria, "kept": kept}))
    criteria = {"large_final": [0.95], "random": [0.92], "small_final": [0.93]}
    kept = {name: [0.93 + 0.005 * name.endswith("same signs")] for name in kept}
    assert not any(c.holds for c in judge({"criteria": criteria, "kept": kept}))


def test_the_criterion_of_learning_rates_by_hand():
    judge = chapter.TICKET_LEARNING_RATE.judge
    levels = {"rates": [0.01, 0.1], "densities": [0.5, 0.25, 0.13, 0.063]}
    good = {
        **levels,
        "dense": {"0.01": [0.93], "0.1": [0.96]},
        "ticket": {"0.01": [[0.9, 0.94, 0.9, 0.92]], "0.1": [[0.9, 0.96, 0.9, 0.96]]},
        "reinit": {"0.01": [[0.9, 0.9, 0.9, 0.8]], "0.1": [[0.9, 0.955, 0.9, 0.95]]},
    }
    assert all(c.holds for c in judge(good))
    reinit = {"0.01": [[0.9, 0.93, 0.9, 0.91]], "0.1": good["reinit"]["0.1"]}
    bad = {**good, "dense": {"0.01": [0.95], "0.1": [0.96]}, "reinit": reinit}
    assert not any(c.holds for c in judge(bad))


def test_the_criterion_of_training_from_scratch_by_hand():
    judge = chapter.TRAIN_FROM_SCRATCH.judge
    good = {"fine-tuned": [0.85], "scratch-E": [0.855], "scratch-B": [0.86],
            "fine-tuned long": [0.861]}  # fmt: skip
    assert all(c.holds for c in judge({"test": good}))
    bad = {"fine-tuned": [0.85], "scratch-E": [0.84], "scratch-B": [0.845],
           "fine-tuned long": [0.86]}  # fmt: skip
    assert not any(c.holds for c in judge({"test": bad}))


def test_the_command_knows_them():
    known = claims.all_claims()
    for claim in chapter.CLAIMS:
        assert known[claim.key] is claim
    assert lottery_ticket.LOTTERY_TICKET.key == "lottery_ticket"
