"""The claims about lottery tickets: on tiny data, against the techniques, and judged by hand."""

import pickle
from functools import partial

import pytest
import torch

from nc_teach import pruning, training
from nc_teach.claims import why_pruning as chapter
from nc_teach.claims.why_pruning import from_scratch, learning_rate, networks, starts, taken_apart
from nc_teach.pruning import lottery, mask_criteria
from tests.checks import refuses
from tests.claim_rules import check_shipped, keys, made
from tests.conftest import bars_of

CLOSE = "too close to call"
ANSWERS = {
    "lottery_ticket": f"yes, yes, yes, yes, {CLOSE}, yes",
    "lottery_signs": "yes, yes, yes, no, yes",
    "ticket_learning_rate": f"{CLOSE}, {CLOSE}, yes",
    "train_from_scratch": f"yes, yes, {CLOSE}",
    "supermasks": f"yes, yes, {CLOSE}",
    "learned_masks": f"yes, yes, {CLOSE}, yes, yes",
    "weight_agnostic": f"yes, {CLOSE}, yes, yes",
}


@pytest.mark.parametrize("key", sorted(keys("why_pruning")))
def test_a_shipped_result(key, tmp_path):
    check_shipped(key, ANSWERS[key], tmp_path)


@pytest.fixture(scope="module")
def bars():
    return bars_of((120, 30, 60), noise=0.8, bar=0.2)


@pytest.fixture(scope="module")
def small_race(bars):
    return chapter.race(bars, (0, 1), rounds=2, epochs=2)


class TestRace:
    def test_the_network_is_drawn_as_in_the_paper(self, bars):
        net, twin = (networks.glorot_lenet(bars, 3) for _ in range(2))
        assert net.fc1.weight.std().item() == pytest.approx((2 / (784 + 300)) ** 0.5, rel=0.02)
        assert not net.fc2.bias.any()
        assert net.fc3.out_features == 3
        assert torch.equal(net.fc2.weight, twin.fc2.weight)

    def test_a_race_is_what_the_technique_gives(self, bars, small_race):
        """Oracle: the second seed's ticket, found and trained again step by step."""
        coach = networks.Coach(bars, 2, 1)
        make = partial(networks.glorot_lenet, bars, 1)
        ticket = lottery.find_ticket(make, coach.train, lottery.prune_share(0.5), 2)
        drawn = lottery.random_like(ticket.masks, 1)
        for name, net, masks in (
            ("ticket", make(), ticket.masks),
            ("re-init", networks.glorot_lenet(bars, 1001), ticket.masks),
            ("random mask", make(), drawn),
        ):
            coach.train(pruning.apply_masks(net, masks), pruning.mask_hook(masks))
            assert small_race.curves[name][1, 1, -1] == training.accuracy(net, bars.test), name
        densities = [pruning.density(masks) for masks in ticket.path]
        assert small_race.densities == pytest.approx(densities, abs=1e-6)

    def test_every_pixel_s_weights_are_counted(self, small_race):
        assert small_race.left.sum(axis=(1, 2)).tolist() == [784 * 300 / 2, 784 * 300 / 4]

    def test_a_late_ticket_begins_after_the_first_epoch(self, bars, small_race):
        first, rest = networks.Coach(bars, 1, 0), networks.Coach(bars, 1, 2000)
        make = partial(networks.glorot_lenet, bars, 0)
        halve = lottery.prune_share(0.5)
        found = lottery.find_ticket(make, rest.train, halve, 2, warm_up=first.train)
        rest.train_masked(net := lottery.rewind(make(), found.start, found.masks), found.masks)
        assert small_race.curves["late"][0, 1, 0] == training.accuracy(net, bars.test)

    def test_unknown_parts_are_named(self, bars):
        with pytest.raises(ValueError, match=r"variants must be among .*, got \['best'\]"):
            chapter.race(bars, (0,), variants=("best",))
        with pytest.raises(ValueError, match=r"kept must be among .*, got \['luck'\]"):
            chapter.take_apart(bars, (0,), kept=("luck",))


class TestTakenApart:
    def test_every_part_is_changed_and_named(self, bars):
        apart = chapter.take_apart(bars, (0,), epochs=1)
        assert set(apart.criteria) == {*taken_apart.CRITERIA, "random"}
        assert tuple(apart.kept) == tuple(starts.STARTS)
        assert tuple(apart.removed) == tuple(starts.RESTS)
        rewound = apart.criteria["large_final"][0]
        assert apart.kept["rewind"][0] == apart.removed["zero"][0] == rewound
        refuses("group must be one of criteria, kept, removed", apart.table, "other")

    def test_starts_are_what_they_are_called(self, bars):
        initial = starts.weights_of(networks.glorot_lenet(bars, 0))
        masks = pruning.select({n: w.abs() for n, w in initial.items()}, 0.9, "layer")
        found = {name: starts.started(name, initial, masks, bars, 0) for name in starts.STARTS}
        for name, start in found.items():
            same = {n: start[n].sign() == w.sign() for n, w in initial.items()}
            if name.endswith("random signs"):
                kept = same["fc1.weight"][masks["fc1.weight"]]
                assert 0.45 < kept.float().mean().item() < 0.55, name
            else:
                assert all(signs.all() for signs in same.values()), name
        assert len(found["constant, same signs"]["fc2.weight"].abs().unique()) == 1
        flipped, first = found["rewind, random signs"]["fc1.weight"], initial["fc1.weight"]
        assert torch.equal(flipped.abs(), first.abs())

    def test_the_plane_shows_what_is_kept(self, bars):
        plane = chapter.weight_plane(bars, 0, epochs=1)
        for name, kept in plane.kept.items():
            assert kept.shape == plane.initial.shape
            assert kept.mean() == pytest.approx(0.1, abs=0.03), name
            score = getattr(mask_criteria, name)
            values = score(torch.from_numpy(plane.initial), torch.from_numpy(plane.final)).numpy()
            assert values[kept].min() >= values[~kept].max() - 1e-7, name
        final = plane.regions["large_final"]
        assert not final[len(final) // 2].any()
        assert final[0].all()
        assert plane.regions["large_init"][:, 0].all()


def test_rates_are_kept_apart(bars):
    result = chapter.race_at_rates(bars, (0, 1), rates=(0.001, 0.1), rounds=1, epochs=1)
    assert result.ticket[0.1].shape == (2, 1)
    assert result.dense[0.1].mean() > result.dense[0.001].mean()
    # what a sweep hands to its executor, sent to another process and back
    one = pickle.loads(pickle.dumps(partial(learning_rate.race_at_rate, bars, 1, 1)))
    again = pickle.loads(pickle.dumps(one(rate=0.1, seed=1)))
    coach = networks.Coach(bars, 1, 1, moments=(1.0,), **networks.sgd(0.1))
    *_, (masks,) = coach.find_ticket(partial(networks.glorot_lenet, bars, 1), 1)
    assert coach.train_masked(networks.glorot_lenet(bars, 1001), masks) == again["reinit"]
    assert result.dense[0.1][1] == again["dense"]
    assert result.ticket[0.1][1].tolist() == again["ticket"]
    assert result.reinit[0.1][1].tolist() == again["reinit"]


class TestFromScratch:
    def test_budgets_by_hand(self, bars):
        budget, cost = from_scratch.plan(bars, 256, 8)
        large, small = 784 * 256 + 256 * 256 + 256 * 3, 784 * 64 + 64 * 64 + 64 * 3
        assert budget["scratch-B"] == 8 * large // small == 39
        assert cost["large"] == 8 * large
        assert cost["scratch-B"] == 39 * small <= cost["large"]
        assert cost["scratch-E"] == 8 * small
        assert cost["fine-tuned"] == 8 * large + 2 * small

    def test_every_way_ends_small(self, bars):
        result = chapter.train_from_scratch(bars, (0,), hidden=16, epochs=1)
        assert tuple(result.test) == tuple(from_scratch.NAMES)
        large = from_scratch.mlp(bars, 16, 0)
        scores = pruning.l1_norm(large)
        small = from_scratch.cut(large, scores)
        assert [m.out_features for m in small if hasattr(m, "out_features")] == [4, 4, 3]
        best = scores["1"].topk(4).indices.sort().values
        assert torch.equal(small[1].weight, large[1].weight[best])
        # The ticket and its control pay for the training that chose their neurons.
        assert result.cost["rewound"] == result.cost["redrawn"] == result.cost["fine-tuned long"]
        some = result.only("scratch-E")
        assert list(some.test) == ["large", "fine-tuned", "scratch-E"]


# --- the criteria; with one seed the interval has no width, so each answer is a yes or a no ---


def a_race(ticket, reinit, random, early, last):
    """One network, two densities, three moments; dense has 0.96 at the end and 0.9 early."""
    ends = {"ticket": (early, ticket), "re-init": (0.9, reinit), "random mask": (0.9, random)}
    curves = {n: [[[0.5, soon, end], [0.5, soon, last]]] for n, (soon, end) in ends.items()}
    return made(
        chapter.Race,
        densities=(0.126, 0.016),
        moments=(0.03, 0.1, 1.0),
        dense=[[0.5, 0.9, 0.96]],
        curves=curves,
    )


def parts(small_final, same):
    """large_final 0.95, random 0.92, random signs 0.93."""
    names = ("re-init", "reshuffle", "constant")
    kept = {
        f"{n}{signs}": [v]
        for n in names
        for signs, v in ((starts.OTHER, 0.93), (starts.SAME, same))
    }
    criteria = {"large_final": [0.95], "random": [0.92], "small_final": [small_final]}
    return made(chapter.TakenApart, criteria=criteria, kept=kept)


def rates(dense, reinit):
    """Tickets of one network at both rates, at the densities 1/2, 1/4, 1/8 and 1/16."""
    return made(
        chapter.Rates,
        rates=(0.01, 0.1),
        densities=(0.5, 0.25, 0.13, 0.063),
        dense={0.01: [dense], 0.1: [0.96]},
        ticket={0.01: [[0.9, 0.94, 0.9, 0.92]], 0.1: [[0.9, 0.96, 0.9, 0.96]]},
        reinit={0.01: [reinit], 0.1: [[0.9, 0.955, 0.9, 0.95]]},
    )


def ways(equal, work, long):
    test = {"fine-tuned": 0.85, "scratch-E": equal, "scratch-B": work, "fine-tuned long": long}
    return made(chapter.FromScratch, test={name: [value] for name, value in test.items()})


@pytest.mark.parametrize(
    ("claim", "good", "bad"),
    [
        (
            chapter.LOTTERY_TICKET,
            a_race(0.959, 0.948, 0.94, 0.95, 0.95),
            a_race(0.957, 0.95, 0.95, 0.91, 0.97),
        ),
        (chapter.LOTTERY_SIGNS, parts(0.91, 0.949), parts(0.93, 0.935)),
        (
            chapter.TICKET_LEARNING_RATE,
            rates(0.93, [0.9, 0.9, 0.9, 0.8]),
            rates(0.95, [0.9, 0.93, 0.9, 0.91]),
        ),
        (chapter.TRAIN_FROM_SCRATCH, ways(0.855, 0.86, 0.861), ways(0.84, 0.845, 0.86)),
    ],
)
def test_a_criterion_by_hand(claim, good, bad):
    assert {check.answer for check in claim.judge(good)} == {"yes"}
    assert {check.answer for check in claim.judge(bad)} == {"no"}
