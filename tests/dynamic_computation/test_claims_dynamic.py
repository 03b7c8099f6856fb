"""Claims about depth, width and time on tiny data: what is measured, and its controls."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from nc_teach import dynamic, training
from nc_teach.claims import dynamic_computation as chapter
from nc_teach.claims.dynamic_computation import (
    any_width,
    battery,
    exit_measures,
    exits_hurt,
    multi_scale,
    networks,
    saved_time,
    slimmable,
)
from tests.checks import unchanged
from tests.claim_rules import made
from tests.dynamic_computation.results import back, fashion, fresh


class TestNetworks:
    def test_half_the_size_is_the_mean_of_four_pixels(self):
        half = networks.half_size(fashion())
        assert half.train.images.shape == (150, 1, 14, 14)
        image = fashion().test.images[3, 0]
        assert half.test.images[3, 0, 6, 7] == image[12:14, 14:16].mean()
        assert half.test.labels is fashion().test.labels

    def test_weight_0_trains_the_last_exit_alone(self):
        net = dynamic.EarlyExitNet.small(seed=0)
        before = net.classifiers[0][2].weight.detach().clone()
        networks.train_exits(net, networks.half_size(fashion()), 0, [0, 0, 0, 1], epochs=1)
        assert net.classifiers[0][2].weight.equal(before)


class TestEarlyExit:
    def test_shapes_and_the_way_back(self, tmp_path):
        result = fresh("early_exit")
        assert result.gallery.images.shape == (40, 28, 28)
        assert result.gallery.confidence.shape == result.gallery.predicted.shape == (40, 4)
        assert "exit 4" in repr(result.exits_table())
        again = back("early_exit", result, tmp_path)
        assert again.chosen == pytest.approx(result.chosen, abs=1e-4)
        assert again.gallery is None

    def test_a_threshold_of_1_goes_to_the_end_and_costs_all(self):
        result = fresh("early_exit")
        assert result.thresholds[-1] == 1.0
        np.testing.assert_allclose(result.cost[:, -1], 1)
        np.testing.assert_allclose(result.accuracy[:, -1], result.exits[:, -1])
        assert (np.diff(result.cost, axis=1) >= 0).all()

    def test_the_control_is_a_short_network_of_its_own(self, monkeypatch):
        monkeypatch.setattr(exit_measures, "SMALL", ((4, 2), (4, 1)))
        net = dynamic.EarlyExitNet.small(layers=((4, 2), (4, 1)), seed=0)
        found = exit_measures.against_static(net, networks.half_size(fashion()), 0)
        assert len(found["static"]) == len(found["dynamic"]) == 2
        assert found["static_costs"] == [9 * 4 * 49 + 160, 9 * 4 * 49 + 9 * 16 * 49 + 160]

    def test_overthinking_by_hand(self):
        said = torch.tensor([[0, 1, 2, 0], [1, 1, 0, 0]])  # exits x images
        share = chapter.overthinking(torch.eye(3)[said], torch.tensor([0, 1, 1, 0]))
        assert share == 0.25  # only the first image was right and then was not


def test_last_exits_start_alike_with_and_without_others(monkeypatch):
    kept = {}

    def remember(net, dataset, seed, weights, epochs):
        kept[type(net).__name__, tuple(weights or ())] = net.blocks[0][0].weight.clone()
        return net

    monkeypatch.setattr(exits_hurt, "train_exits", remember)
    plain = {"plain chain": exits_hurt.NETS["plain chain"]}
    monkeypatch.setattr(exits_hurt, "NETS", plain)
    result = chapter.last_exit_with_and_without(fashion(), (0,), epochs=0)
    assert result.beside.shape == (1, 5)
    assert ("EarlyExitNet", (1.0, 0, 0, 0, 0, 1.0)) in kept
    starts = list(kept.values())
    assert len(starts) == 7
    assert all(start.equal(starts[0]) for start in starts)


class TestMultiScale:
    def test_both_networks_cost_about_the_same(self):
        result = fresh("msdnet")
        ours, plain = (costs[-1] for costs in result.costs.values())
        assert abs(plain / ours - 1) < 0.1

    def test_anytime_is_read_between_two_exits(self):
        result = fresh("msdnet")
        costs, exits = result.costs["MSDNet"], result.exits["MSDNet"][0]
        share = (150_000 - costs[0]) / (costs[1] - costs[0])
        wanted = exits[0] + share * (exits[1] - exits[0])
        place = multi_scale.BUDGETS.index(150_000)
        assert result.anytime["MSDNet"][0, place] == pytest.approx(wanted)

    def test_the_grid_is_computed_only_as_far_as_it_is_needed(self):
        assert chapter.grid(fresh("msdnet")).first == (0, 0, 0, 1, 2)


class TestWidths:
    def test_variants(self):
        result = fresh("slimmable")
        assert tuple(result.accuracy) == slimmable.VARIANTS
        full = (result.accuracy[way][:, -1] for way in ("cut", "individual"))
        np.testing.assert_allclose(*full)

    def test_without_controls_only_what_shares_weights(self):
        result = chapter.train_widths(fashion(), (0,), controls=False, epochs=0)
        assert tuple(result.accuracy) == slimmable.VARIANTS[:3]

    def test_the_true_means_are_those_of_the_layer_s_inputs(self):
        half = networks.half_size(fashion())
        net = dynamic.SlimmableNet(norm=dynamic.SharedBatchNorm2d, seed=0)
        dynamic.recalibrate_bn(net, half.test)  # at full width
        running, true = slimmable._means(net, half)
        np.testing.assert_allclose(running[-1], true[-1], atol=0.05)
        np.testing.assert_allclose(running[-1], net.norms[1].running_mean[:8])
        assert np.abs(running[0] - true[0]).max() > 0.05

    def test_reading_at_widths_changes_nothing(self):
        net = dynamic.SlimmableNet(norm=dynamic.SharedBatchNorm2d, seed=0)
        with unchanged(net):
            slimmable.at_widths(net, networks.half_size(fashion()), recalibrated=True)
        assert net.width == 1.0

    def test_any_width(self):
        result = fresh("universally_slimmable")
        assert tuple(result.accuracy) == tuple(any_width.WAYS)
        first, *others = result.accuracy.values()
        assert all(np.array_equal(first, other) for other in others)  # untrained twins
        assert repr(result.table()).count("0.45") == 1


class TestSavedTime:
    def test_what_is_counted_and_timed(self):
        result = fresh("saved_time")
        assert 0.3 < result.macs_saved["exits"] < 0.5
        assert 0.69 < result.macs_saved["width"] < 0.76
        assert 0.4 < result.macs_saved["blocks"] < 0.5
        for times in result.time_saved.values():
            assert all(len(runs) == 2 and max(runs) < 1 for runs in times.values())
        assert "ms per image, batch 60" in repr(result.table())

    def test_a_quarter_of_the_time_is_three_quarters_saved(self, monkeypatch):
        monkeypatch.setattr(saved_time, "time_in_turn", lambda *a: {"static": 4.0, "dynamic": 1.0})
        pair = saved_time.width_pair(4, fashion().test.images[:2], 0)
        result = saved_time.time_pairs([{"half": pair}], batches=(1,))
        assert result.time_saved[1]["half"].tolist() == [0.75]
        assert result.milliseconds[1]["half"] == (4.0, 1.0)

    def test_every_place_in_a_batch_keeps_three_blocks(self):
        images = fashion().test.images
        seen = []
        pair = saved_time.blocks_pair(4, images, seed=1)
        pair.dynamic.net.forward = lambda images, policy: seen.append(policy)
        pair.dynamic(images)
        assert seen[0].shape == (60, 6)
        assert (seen[0].sum(dim=1) == 3).all()
        assert len(seen[0].unique(dim=0)) > 10


class TestBattery:
    options = (
        battery.Configuration(
            "width", "0.25", [0.25], 100.0, [0.2, 0.4], [0.70, 0.72], [0.69, 0.71]
        ),
        battery.Configuration("depth", "early", [1, 0], 200.0, [0.10], [0.75, 0.75], [0.8, 0.8]),
        battery.Configuration("width", "1", [1.0], 400.0, [0.31], [0.80, 0.80], [0.81, 0.81]),
    )

    def test_it_picks_by_validation_under_either_budget(self):
        result = made(battery.BatteryResult, options=self.options)
        names = {100: "1", 50: "early", 25: "0.25"}
        assert {charge: result.picked(charge).name for charge in names} == names
        assert result.picked(10) is None
        assert result.picked(50, "latency_ms").name == "early"
        assert result.table().rows[0][3] == "0.300 (-0.971 to 1.571)"  # t = 12.7, two runs
        assert result.picked(60, method="width").name == "0.25"
        assert result.picked(30, method="depth") is None

    def test_the_way_back_and_the_criteria(self, tmp_path):
        again = back("battery", made(battery.BatteryResult, options=self.options), tmp_path)
        assert again.options[1].option == self.options[1].option
        assert [check.answer for check in chapter.BATTERY.judge(again)] == ["yes", "no", "yes"]
        narrow, _, full = (replace(option, test=option.test[:1]) for option in self.options)
        alone = replace(again, options=(narrow, replace(full, ms=[0.9])))
        assert [check.answer for check in chapter.BATTERY.judge(alone)] == ["no"] * 3

    def test_ways_of_a_chain(self, monkeypatch):
        monkeypatch.setattr(battery, "train_exits", lambda net, dataset, seed: net.eval())
        ways = battery.depth_ways(fashion(), 0)
        images = fashion().test.images
        assert [way.parts(images)[-1] for way in (ways[0], ways[-1])] == [0, 1]
        assert dynamic.mean_macs(ways[0].model, images) == 28_864
        spent = [dynamic.mean_macs(way.model, fashion().validation.images) for way in ways]
        assert spent == sorted(spent)
        assert 0 <= training.accuracy(ways[3].model, fashion().test) <= 1

    def test_ways_of_width_and_blocks_are_the_networks_own(self, monkeypatch):
        monkeypatch.setattr(battery, "train", lambda net, *a, **more: net.eval())
        widths, blocks = battery.width_ways(fashion(), 0), battery.block_ways(fashion(), 0)
        assert [way.parts(None)[0] for way in widths] == list(slimmable.WIDTHS)
        assert [way.model.width for way in widths] == list(slimmable.WIDTHS)
        assert blocks[-1].parts(None) == [1.0] * 6
        assert isinstance(blocks[-1].model, nn.Module)
        assert len(blocks[0].parts(fashion().test.images)) == 6
