"""Chapter 6's claims about depth, width and time: controls, criteria by hand, what ships."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from nc_teach import data, dynamic, live, training
from nc_teach.claims import dynamic_computation as chapter
from nc_teach.claims.criterion import CLOSE
from nc_teach.claims.dynamic_computation import (
    any_width,
    battery,
    exits_hurt,
    multi_scale,
    networks,
    saved_time,
    slimmable,
    static_depth,
)
from nc_teach.claims.provenance import measured_now
from nc_teach.figures import dynamic_computation as figures
from tests import claim_rules
from tests.dynamic_computation.results import answers, back


@pytest.fixture(scope="module")
def fashion():
    """Enough to run everything, far too little to hold anything."""
    whole = data.load("fashion")
    sizes = {"train": 150, "validation": 60, "test": 60}
    return replace(whole, **{name: getattr(whole, name).subset(n) for name, n in sizes.items()})


ANSWERS = {
    "early_exit": f"yes, yes, {CLOSE}, yes, {CLOSE}",
    "early_exits_hurt": f"{CLOSE}, no, {CLOSE}, {CLOSE}",
    "msdnet": f"yes, {CLOSE}, {CLOSE}, {CLOSE}",
    "slimmable": f"{CLOSE}, yes, {CLOSE}, yes",
    "universally_slimmable": f"{CLOSE}, {CLOSE}, {CLOSE}, {CLOSE}",
    "skip_plane": f"{CLOSE}, yes, yes, yes, yes, {CLOSE}",
    "skipnet": f"yes, yes, yes, {CLOSE}, {CLOSE}, {CLOSE}",
    "skipnet_images": f"{CLOSE}, {CLOSE}, {CLOSE}, no, {CLOSE}, {CLOSE}",
    "block_drop": f"yes, yes, yes, yes, yes, {CLOSE}, {CLOSE}",
    "block_drop_images": f"yes, {CLOSE}, yes, no, no, {CLOSE}, {CLOSE}",
    "runtime_pruning": f"{CLOSE}, {CLOSE}, {CLOSE}, {CLOSE}, {CLOSE}",
    "path_time": "no, yes, no, yes, yes, no, no",
    "saved_time": f"yes, {CLOSE}, yes, yes, {CLOSE}",
    "battery": "yes, no, no",
}


@pytest.mark.parametrize("key", ANSWERS)
def test_a_shipped_result(key, tmp_path):
    claim_rules.check_shipped(key, ANSWERS[key], tmp_path)


def test_every_shipped_result_is_recorded():
    assert set(ANSWERS) == claim_rules.keys("dynamic_computation")


class TestNetworks:
    def test_half_the_size_is_the_mean_of_four_pixels(self, fashion):
        half = networks.half_size(fashion)
        assert half.train.images.shape == (150, 1, 14, 14)
        image = fashion.test.images[3, 0]
        assert half.test.images[3, 0, 6, 7] == image[12:14, 14:16].mean()
        assert half.test.labels is fashion.test.labels

    def test_weight_0_trains_the_last_exit_alone(self, fashion):
        net = dynamic.EarlyExitNet.small(seed=0)
        before = net.classifiers[0][2].weight.detach().clone()
        networks.train_exits(net, networks.half_size(fashion), 0, [0, 0, 0, 1], epochs=1)
        assert net.classifiers[0][2].weight.equal(before)


class TestEarlyExit:
    @pytest.fixture(scope="class")
    @classmethod
    def result(cls, fashion):
        nets = {
            seed: dynamic.EarlyExitNet.small(seed=seed).eval() for seed in (0, 1)
        }  # untrained: the arithmetic is what is tested
        return chapter.leave_early(fashion, (0, 1), networks=nets)

    def test_shapes_and_figure(self, result):
        assert result.accuracy.shape == result.cost.shape == result.random.shape == (2, 12)
        assert result.exits.shape == (2, 4)
        assert result.gallery.images.shape == (40, 28, 28)
        assert result.gallery.confidence.shape == result.gallery.predicted.shape == (40, 4)
        assert live.faults(figures.exit_gallery(result)) == []
        assert "random exits" in repr(result.table())
        assert "exit 4" in repr(result.exits_table())

    def test_a_threshold_of_1_goes_to_the_end_and_costs_all(self, result):
        assert result.thresholds[-1] == 1.0
        np.testing.assert_allclose(result.cost[:, -1], 1)
        np.testing.assert_allclose(result.accuracy[:, -1], result.exits[:, -1])
        assert (np.diff(result.cost, axis=1) >= 0).all()

    def test_the_way_back_from_a_file(self, result, tmp_path):
        again = back(chapter.EARLY_EXIT, result, tmp_path)
        np.testing.assert_allclose(again.accuracy, result.accuracy, atol=1e-4)
        assert again.chosen == pytest.approx(result.chosen, abs=1e-4)
        assert again.gallery is None

    def test_the_control_is_a_short_network_of_its_own(self, fashion, monkeypatch):
        monkeypatch.setattr(static_depth, "SMALL", ((4, 2), (4, 1)))
        half = networks.half_size(fashion)
        trained = {0: dynamic.EarlyExitNet.small(layers=((4, 2), (4, 1)), seed=0)}
        fixed, same_cost, costs = static_depth.static_networks(half, (0,), trained)
        assert np.array(fixed).shape == np.array(same_cost).shape == (1, 2)
        assert costs == [9 * 4 * 49 + 160, 9 * 4 * 49 + 9 * 16 * 49 + 160]

    def test_the_criteria_by_hand(self):
        good = {"share": [0.56], "right": [0.84], "at random": [0.80], "overthinking": [0.05]}
        numbers = {
            "at_budget": good,
            "exits": [[0.7, 0.84]],
            "static": [[0.7, 0.8, 0.83, 0.84]],
            "dynamic": [[0.7, 0.81, 0.835, 0.84]],
        }
        assert answers(chapter.EARLY_EXIT, **numbers) == ["yes"] * 5
        bad = {"share": [0.61], "right": [0.829], "at random": [0.81], "overthinking": [0.01]}
        numbers |= {"at_budget": bad, "dynamic": [[0.7, 0.81, 0.82, 0.84]]}
        assert answers(chapter.EARLY_EXIT, **numbers) == ["no"] * 5
        assert len(answers(chapter.EARLY_EXIT, **{**numbers, "static": []})) == 4

    def test_overthinking_by_hand(self):
        said = torch.tensor([[0, 1, 2, 0], [1, 1, 0, 0]])  # exits x images
        share = chapter.overthinking(torch.eye(3)[said], torch.tensor([0, 1, 1, 2]))
        assert share == 0.25  # only the first image was right and then was not


class TestExitsHurt:
    def test_the_same_start_with_and_without_exits(self, fashion, monkeypatch, tmp_path):
        kept = {}

        def remember(net, dataset, seed, weights, epochs):
            kept[type(net).__name__, tuple(weights or ())] = net.blocks[0][0].weight.clone()
            return net

        monkeypatch.setattr(exits_hurt, "train_exits", remember)
        plain = {"plain chain": exits_hurt.NETS["plain chain"]}
        monkeypatch.setattr(exits_hurt, "NETS", plain)
        result = exits_hurt.last_exit_with_and_without(fashion, (0,), epochs=0)
        assert result.beside.shape == (1, 5)
        assert ("EarlyExitNet", (1.0, 0, 0, 0, 0, 1.0)) in kept
        starts = list(kept.values())
        assert len(starts) == 7
        assert all(start.equal(starts[0]) for start in starts)

    def test_the_criteria_by_hand(self):
        numbers = {
            "joint": {"plain chain": [0.84], "MSDNet": [0.85]},
            "alone": {"plain chain": [0.85], "MSDNet": [0.85]},
            "beside": [[0.845, 0, 0, 0, 0]],
        }
        assert answers(chapter.EARLY_EXITS_HURT, **numbers) == ["yes"] * 4
        numbers["joint"] = {"plain chain": [0.85], "MSDNet": [0.84]}
        numbers["beside"] = [[0.849, 0, 0, 0, 0]]
        assert answers(chapter.EARLY_EXITS_HURT, **numbers) == ["no"] * 4


class TestMultiScale:
    @pytest.fixture(scope="class")
    @classmethod
    def result(cls, fashion):
        return chapter.compare_networks(fashion, (0,), epochs=1)

    def test_both_networks_at_every_budget(self, result, tmp_path):
        for curve in (result.anytime, result.batch, result.at_random):
            assert set(curve) == {"plain chain", "MSDNet"}
            assert all(values.shape == (1, 7) for values in curve.values())
        again = back(chapter.MSDNET, result, tmp_path)
        np.testing.assert_allclose(again.batch["MSDNet"], result.batch["MSDNet"], atol=1e-4)
        assert live.faults(figures.any_budget(again)) == []
        assert live.faults(figures.msdnet_grid(chapter.grid(again))) == []

    def test_the_networks_cost_about_the_same(self, result):
        ours, plain = (costs[-1] for costs in result.costs.values())
        assert abs(plain / ours - 1) < 0.1

    def test_anytime_is_read_between_two_exits(self, result):
        costs, exits = result.costs["MSDNet"], result.exits["MSDNet"][0]
        share = (150_000 - costs[0]) / (costs[1] - costs[0])
        wanted = exits[0] + share * (exits[1] - exits[0])
        place = multi_scale.BUDGETS.index(150_000)
        assert result.anytime["MSDNet"][0, place] == pytest.approx(wanted)

    def test_the_grid_is_computed_only_as_far_as_it_is_needed(self, result):
        assert chapter.grid(result).first == (0, 0, 0, 1, 2)

    def test_the_criteria_by_hand(self):
        flat = {"plain chain": [[0.8] * 7], "MSDNet": [[0.83] * 7]}
        numbers = {"anytime": flat, "batch": flat, "at_random": {"MSDNet": [[0.82] * 7]}}
        assert answers(chapter.MSDNET, **numbers) == ["yes"] * 4
        turned = {"plain chain": [[0.83] * 7], "MSDNet": [[0.8] * 7]}
        numbers |= {"anytime": turned, "batch": turned}
        assert answers(chapter.MSDNET, **numbers) == ["no"] * 4


class TestWidths:
    @pytest.fixture(scope="class")
    @classmethod
    def result(cls, fashion):
        return chapter.train_widths(fashion, (0, 1), epochs=1)

    def test_variants_and_figure(self, result, tmp_path):
        assert tuple(result.accuracy) == slimmable.VARIANTS
        assert all(values.shape == (2, 4) for values in result.accuracy.values())
        assert result.running["naive"].shape == result.true["switchable"].shape == (4, 8)
        again = back(chapter.SLIMMABLE, result, tmp_path)
        assert live.faults(figures.width_slider(again)) == []
        assert again.networks is None

    def test_at_full_width_the_cut_network_is_the_individual_one(self, result):
        np.testing.assert_allclose(
            result.accuracy["cut"][:, -1], result.accuracy["individual"][:, -1]
        )

    def test_without_controls_only_what_shares_weights(self, fashion):
        result = chapter.train_widths(fashion, (0,), controls=False, epochs=0)
        assert tuple(result.accuracy) == slimmable.VARIANTS[:3]
        assert len(chapter.SLIMMABLE.outcome(result).checks) == 2

    def test_the_true_means_are_those_of_the_layer_s_inputs(self, fashion):
        half = networks.half_size(fashion)
        net = dynamic.SlimmableNet(norm=dynamic.SharedBatchNorm2d, seed=0)
        dynamic.recalibrate_bn(net, half.test)  # at full width
        running, true = slimmable._means(net, half)
        np.testing.assert_allclose(running[-1], true[-1], atol=0.05)
        assert np.abs(running[0] - true[0]).max() > 0.05

    def test_reading_at_widths_changes_nothing(self, fashion):
        half = networks.half_size(fashion)
        net = dynamic.SlimmableNet(norm=dynamic.SharedBatchNorm2d, seed=0)
        before = {name: t.clone() for name, t in net.state_dict().items()}
        slimmable.at_widths(net, half, recalibrated=True)
        assert net.width == 1.0
        assert all(t.equal(before[name]) for name, t in net.state_dict().items())

    def test_the_criteria_by_hand(self):
        accuracy = {
            "naive": [[0.4, 0, 0, 0]],
            "recalibrated": [[0.55, 0, 0, 0]],
            "switchable": [[0.66, 0, 0, 0]],
            "individual": [[0.69, 0, 0, 0]],
            "cut": [[0.1, 0.29, 0.9, 0.9]],
        }
        assert answers(chapter.SLIMMABLE, accuracy=accuracy) == ["yes"] * 4
        accuracy |= {"naive": [[0.5, 0, 0, 0]], "individual": [[0.71, 0, 0, 0]]}
        accuracy["cut"] = [[0.1, 0.31, 0.9, 0.9]]
        assert answers(chapter.SLIMMABLE, accuracy=accuracy) == ["no"] * 4

    def test_any_width(self, fashion, tmp_path):
        result = chapter.train_any_width(fashion, (0,), epochs=0)
        assert tuple(result.accuracy) == tuple(any_width.WAYS)
        first, *others = result.accuracy.values()
        assert all(np.array_equal(first, other) for other in others)  # untrained twins
        assert result.alone.shape == (1, 4)
        again = back(chapter.UNIVERSALLY_SLIMMABLE, result, tmp_path)
        assert repr(again.table()).count("0.45") == 1

    def test_the_criteria_of_any_width_by_hand(self):
        def curve(low, high):
            return [np.linspace(low, high, 9).tolist()]

        numbers = {
            "widths": any_width.WIDTHS,
            "alone_at": any_width.ALONE,
            "accuracy": {
                "four random widths": curve(0.6, 0.8),
                "sandwich": curve(0.65, 0.82),
                "sandwich, distilled": curve(0.66, 0.83),
            },
            "as_trained": curve(0.3, 0.83),
            "alone": [[0.68, 0.69, 0.7, 0.84]],
        }
        assert answers(chapter.UNIVERSALLY_SLIMMABLE, **numbers) == ["yes"] * 4
        numbers["accuracy"]["four random widths"] = curve(0.6, 0.83)
        numbers["accuracy"]["sandwich, distilled"] = curve(0.64, 0.8)
        numbers |= {"as_trained": curve(0.6, 0.8), "alone": [[0.68, 0.69, 0.7, 0.84]]}
        assert answers(chapter.UNIVERSALLY_SLIMMABLE, **numbers) == ["no"] * 4


class TestSavedTime:
    def test_what_is_counted_and_timed(self, fashion, monkeypatch, tmp_path):
        monkeypatch.setattr(saved_time, "SIZES", {"small": (((8, 4), (8, 1)), 8, 4)})
        run = {
            "exits": saved_time.exits_pair(((8, 4), (8, 1)), fashion.test.images, 0),
            "width": saved_time.width_pair(8, fashion.test.images, 0),
            "blocks": saved_time.blocks_pair(4, fashion.test.images, 0),
        }
        result = saved_time.time_pairs([run, run], batches=(1, 60), repeats=1)
        assert 0.3 < result.macs_saved["exits"] < 0.5
        assert 0.69 < result.macs_saved["width"] < 0.76
        assert 0.4 < result.macs_saved["blocks"] < 0.5
        assert all(len(runs) == 2 for runs in result.time_saved[60].values())
        assert all(max(runs) < 1 for runs in result.time_saved[1].values())
        assert live.faults(figures.saved_time(result)) == []
        assert "ms per image, batch 60" in repr(result.table())

    def test_every_place_in_a_batch_keeps_three_blocks(self):
        model = saved_time.WithPolicy(saved_time.image_blocks(seed=0), 3, seed=1)
        assert model.policy.shape == (saved_time.TIMED, 6)
        assert (model.policy.sum(dim=1) == 3).all()
        assert len(model.policy.unique(dim=0)) > 10

    def test_the_criteria_by_hand_and_the_way_back(self):
        names = [
            f"{m}, {s}"
            for s in ("small", "large")
            for m in ("exits", "half width", "3 of 6 blocks")
        ]
        one = dict(zip(names, ([-0.2], [0.1], [0.2], [0.3], [0.5], [0.45]), strict=True))
        many = dict(zip(names, ([0.1], [0.6], [0.1], [0.3], [0.7], [0.4]), strict=True))
        numbers = {
            "names": names,
            "macs_saved": dict.fromkeys(names, 0.5),
            "time_saved": {1: one, 100: many},
            "milliseconds": {1: {}, 100: {}},
        }
        assert answers(chapter.SAVED_TIME, **numbers) == ["yes"] * 5
        numbers["time_saved"] = {1: many, 100: one}
        numbers["time_saved"][1]["exits, small"] = [0.3]
        numbers["time_saved"][1]["exits, large"] = [0.2]
        numbers["time_saved"][1]["3 of 6 blocks, large"] = [0.2]
        assert answers(chapter.SAVED_TIME, **numbers) == ["no"] * 5


class TestBattery:
    options = (
        battery.Configuration("width", "0.25", [0.25], 100.0, 0.30, [0.70, 0.72], [0.69, 0.71]),
        battery.Configuration("depth", "early", [1, 0], 200.0, 0.10, [0.75, 0.75], [0.8, 0.8]),
        battery.Configuration("width", "1", [1.0], 400.0, 0.31, [0.80, 0.80], [0.81, 0.81]),
    )

    def result(self, options=options):
        return battery.BatteryResult(options=options, provenance=measured_now("test", 1.0))

    def test_it_picks_by_validation_under_either_budget(self):
        result = self.result()
        assert result.picked(100).name == "1"
        assert result.picked(50).name == "early"
        assert result.picked(25).name == "0.25"
        assert result.picked(10) is None
        assert result.picked(50, "latency_ms").name == "early"
        assert live.faults(figures.battery(result)) == []

    def test_the_figure_picks_what_the_technique_picks(self):
        result = self.result()
        for charge in (30, 50, 80, 100):
            for kind in ("macs", "latency_ms"):
                chosen = result.picked(charge, kind)
                values = {"charge": charge, "kind": kind, "method": "whatever is best"}
                shown = figures.battery(result).compute(values)["option"]
                assert chosen is None or shown is chosen

    def test_the_way_back_and_the_criteria(self, tmp_path):
        again = back(chapter.BATTERY, self.result(), tmp_path)
        assert again.options[1].option == self.options[1].option
        assert [check.answer for check in chapter.BATTERY.judge(again)] == ["yes", "no", "yes"]
        narrow, _, full = (replace(option, test=option.test[:1]) for option in self.options)
        alone = self.result((narrow, replace(full, latency_ms=0.9)))
        assert [check.answer for check in chapter.BATTERY.judge(alone)] == ["no"] * 3

    def test_ways_of_a_chain(self, fashion, monkeypatch):
        monkeypatch.setattr(battery, "train_exits", lambda net, dataset, seed: net.eval())
        ways = battery.depth_ways(fashion, 0)
        assert [way.parts(fashion.test.images)[-1] for way in (ways[0], ways[-1])] == [0, 1]
        assert dynamic.mean_macs(ways[0].model, fashion.test.images) == 28_864
        spent = [dynamic.mean_macs(way.model, fashion.validation.images) for way in ways]
        assert spent == sorted(spent)
        assert 0 <= training.accuracy(ways[3].model, fashion.test) <= 1

    def test_ways_of_width_and_blocks_are_the_networks_own(self, fashion, monkeypatch):
        monkeypatch.setattr(battery, "train_plain", lambda net, *a, **more: net.eval())
        widths, blocks = battery.width_ways(fashion, 0), battery.block_ways(fashion, 0)
        assert [way.parts(None)[0] for way in widths] == list(slimmable.WIDTHS)
        assert [way.model.width for way in widths] == list(slimmable.WIDTHS)
        assert blocks[-1].parts(None) == [1.0] * 6
        assert isinstance(blocks[-1].model, nn.Module)
        assert len(blocks[0].parts(fashion.test.images)) == 6


@pytest.mark.parametrize("claim", chapter.CLAIMS, ids=lambda claim: claim.key)
def test_every_claim_says_what_whose_and_where(claim):
    assert claim.words.title
    assert claim.words.says
    assert any(year in claim.words.paper for year in ("2016", "2017", "2018", "2019"))
