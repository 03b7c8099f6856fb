"""The claims about paths of one's own: on tiny data, their controls, and their criteria by hand."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from nc_teach import dynamic, live
from nc_teach.claims import dynamic_computation as chapter
from nc_teach.claims.dynamic_computation import (
    block_drop,
    path_time,
    routing,
    runtime_pruning,
    skipnet,
)
from nc_teach.claims.dynamic_computation.points import coordinates, is_hard, points
from nc_teach.claims.dynamic_computation.settings import IMAGES, PLANE
from nc_teach.data import Dataset, Split
from nc_teach.figures import dynamic_computation as figures
from tests.dynamic_computation.results import answers, back, made

FEW = (60, 20, 40)
QUICK = replace(PLANE, epochs=(1, 1, 1), data=lambda dataset, seed: points(seed, FEW))


def noise(count, seed):
    images = torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(seed))
    return Split(images, torch.arange(count) % 3)


@pytest.fixture(scope="module")
def pictures():
    """Three classes of noise: enough to go through every step."""
    splits = [noise(count, seed) for seed, count in enumerate((20, 10, 12))]
    return Dataset("noise", "small", *splits, ("a", "b", "c"), "made by the tests")


@pytest.fixture(scope="module")
def plane():
    return chapter.gate_the_plane((0, 1), lambdas=(0.03, 0.5), warm_up=1, epochs=1, counts=FEW)


@pytest.fixture(scope="module")
def gates():
    return chapter.race_gates(None, (0, 1), setting=QUICK)


@pytest.fixture(scope="module")
def drops():
    return chapter.drop_blocks(None, (0, 1), setting=QUICK, epochs_a_stage=1)


@pytest.fixture(scope="module")
def groups(pictures):
    return chapter.prune_at_runtime(pictures, (0, 1), epochs=(1, 1, 1))


class TestPoints:
    def test_half_of_them_are_hard_and_all_fit_into_the_square(self):
        data = points(0)
        assert is_hard(data.test).float().mean() == 0.5
        assert coordinates(data.test).abs().max() <= 2
        assert torch.equal(points(0).train.images, data.train.images)
        assert not torch.equal(points(1).train.images, data.train.images)

    def test_the_easy_ones_lie_on_either_side_of_a_line(self):
        split = points(3).train
        easy = ~is_hard(split)
        assert torch.equal(split.labels[easy] == 1, coordinates(split)[easy, 0] > 0)

    def test_no_line_tells_the_hard_ones_apart(self):
        split = points(3).train
        places, hard = coordinates(split), is_hard(split)
        right = (places[hard, 0] > 0) == (split.labels[hard] == 1)
        assert 0.4 < right.float().mean() < 0.6


class TestControls:
    policy = torch.tensor([[True, False, True], [True, True, False], [True, False, False]])

    def test_another_inputs_path_costs_the_same_block_by_block(self):
        policy = self.policy.repeat(20, 1)
        other = routing.of_another_input(policy, 1)
        assert torch.equal(other.sum(dim=0), policy.sum(dim=0))
        assert not torch.equal(other, policy)

    def test_random_paths_cost_the_same_in_the_mean(self):
        policy = self.policy.repeat(2000, 1)
        other = routing.random_like(policy, 1)
        assert other.float().mean() == pytest.approx(5 / 9, abs=0.01)
        assert other.float().mean(dim=0).std() < 0.02

    def test_one_path_for_everybody_does_not_differ(self):
        assert routing.differs(self.policy[:1].expand(9, -1)) == 0
        wanted = (0 + (2 / 9) ** 0.5 + (2 / 9) ** 0.5) / 3
        assert routing.differs(self.policy) == pytest.approx(wanted)
        assert routing.distinct(self.policy.repeat(2, 1)) == 3

    def test_layer_by_layer_keeps_every_layers_actions(self):
        actions = torch.arange(40).reshape(20, 2) % 4
        dealt = runtime_pruning.layer_by_layer(actions, 0)
        assert torch.equal(dealt.sort(dim=0).values, actions.sort(dim=0).values)
        assert not torch.equal(dealt, actions)

    def test_gates_and_network_learn_at_rates_of_their_own(self):
        net = dynamic.SkipNet(dynamic.point_blocks(), dynamic.FeedForwardGates(6, 32))
        optimizer = routing._two_rates(net, 0.1, 0.7, list(net.parameters()))
        gates, others = optimizer.param_groups
        assert (gates["lr"], others["lr"]) == (0.7, 0.1)
        assert len(gates["params"]) == len(list(net.gates.parameters()))
        assert len(others["params"]) == len(list(net.backbone.parameters()))


class TestPlane:
    def test_what_is_measured_and_the_way_back_from_a_file(self, plane, tmp_path):
        assert plane.accuracy[0.03].shape == (2,)
        assert plane.count[0.5].shape == (61, 61)
        assert np.allclose(plane.used[0.5], (plane.easy[0.5] + plane.hard[0.5]) / 2)
        again = back(chapter.SKIP_PLANE, plane, tmp_path)
        assert np.array_equal(again.count[0.5], plane.count[0.5])
        assert repr(again.table()).split("Measured")[0][:-1].startswith("lambda")
        assert live.faults(figures.plane_of_blocks(again)) == []

    def test_no_seeds_and_a_lambda_below_zero_are_refused(self):
        with pytest.raises(ValueError, match="seeds must be at least one number"):
            chapter.gate_the_plane(())
        with pytest.raises(ValueError, match=r"lambdas must be .* at least 0, got \[-1\]"):
            chapter.gate_the_plane((0,), lambdas=(-1,))

    def test_the_criteria_by_hand(self):
        good = {
            "accuracy": [0.99],
            "random": [0.93],
            "others": [0.9],
            "static": [0.99],
            "easy": [2.5],
            "hard": [3.4],
            "deviation": [0.1],
            "distinct": [5],
        }
        bad = {
            "accuracy": [0.989],
            "random": [0.94],
            "others": [0.9],
            "static": [0.99],
            "easy": [2.7],
            "hard": [3.4],
            "deviation": [0.09],
            "distinct": [1],
        }
        for numbers, wanted in ((good, "yes"), (bad, "no")):
            at = {name: {0.03: values} for name, values in numbers.items()}
            assert answers(chapter.SKIP_PLANE, **at, lambdas=(0.03,)) == [wanted] * 6


class TestSkipNet:
    def test_every_way_has_its_controls(self, gates):
        assert set(gates.measures) == {
            "blocks",
            "accuracy",
            "random",
            "others",
            "static",
            "deviation",
            "distinct",
        }
        assert all(v.shape == (2,) for ways in gates.measures.values() for v in ways.values())
        assert gates.used["straight-through"].shape == (40, 6)
        assert sorted(set(gates.labels.tolist())) == [0, 1]
        assert live.faults(figures.block_heat(gates)) == []

    def test_an_unknown_way_is_refused_and_one_alone_is_enough(self):
        with pytest.raises(ValueError, match=r"ways must be among SP \+ REINFORCE"):
            chapter.race_gates(None, (0,), setting=QUICK, ways=["luck"])
        alone = chapter.race_gates(None, (0,), setting=QUICK, ways=skipnet.WAYS[:1])
        assert list(alone.accuracy) == ["SP + REINFORCE"]

    def test_back_from_a_file_everything_is_the_same(self, gates, tmp_path):
        again = back(chapter.SKIPNET, gates, tmp_path)
        for way, values in gates.accuracy.items():
            np.testing.assert_allclose(again.accuracy[way], values, atol=1e-4)
        assert "another's" in repr(again.table())
        for way, used in gates.used.items():
            assert np.array_equal(again.used[way], used)

    def test_the_criteria_by_hand(self):
        both, _, alone = skipnet.WAYS
        measures = {
            "accuracy": {both: [0.9], alone: [0.88]},
            "blocks": {both: [4.0]},
            "random": {both: [0.8]},
            "others": {both: [0.88]},
            "static": {both: [0.9]},
            "deviation": {both: [0.2]},
        }
        numbers = {"measures": measures, "whole": [0.905], "depth": 6}
        assert answers(chapter.SKIPNET, **numbers) == ["yes"] * 6
        measures |= {"accuracy": {both: [0.85], alone: [0.845]}, "blocks": {both: [4.3]}}
        measures |= {"random": {both: [0.81]}, "others": {both: [0.845]}}
        assert answers(chapter.SKIPNET, **numbers) == ["no"] * 6

    def test_the_network_with_a_gate_stays_as_it_was_for_the_next_way(self):
        data = QUICK.data(None, 0)
        start = routing.all_blocks(QUICK, data, 0)
        before = {n: v.clone() for n, v in start.state_dict().items()}
        skipnet.learn("straight-through", start, QUICK, data, 0)
        assert all(torch.equal(v, before[n]) for n, v in start.state_dict().items())


class TestBlockDrop:
    def test_every_way_has_its_controls(self, drops, tmp_path):
        assert "subset" in drops.measures
        assert list(drops.accuracy) == list(block_drop.WAYS)
        assert "best subset" in repr(drops.table())
        again = back(chapter.BLOCK_DROP, drops, tmp_path)
        np.testing.assert_allclose(again.whole, drops.whole, atol=1e-4)
        assert live.faults(figures.paths(again)) == []

    def test_the_best_subset_is_the_best_of_all(self):
        data = points(0, FEW)
        net = dynamic.point_blocks(blocks=3, seed=0)
        subset = block_drop.best_subset(net, data.validation, 2)
        scores = {}
        for left_out in range(3):
            policy = torch.ones(3, dtype=torch.bool)
            policy[left_out] = False
            scores[left_out] = routing.accuracy_under(net, data.validation, policy.expand(20, -1))
        assert subset.sum() == 2
        assert scores[subset.tolist().index(False)] == max(scores.values())

    def test_stages_follow_the_way(self, monkeypatch):
        seen = []
        spy = partial(seen.append)
        monkeypatch.setattr(
            block_drop, "learn_with_curriculum", lambda *a, stages, **k: spy((list(stages), k))
        )
        data = QUICK.data(None, 0)
        start = QUICK.network(2, 6, 0)
        for way in block_drop.WAYS:
            block_drop.learn(way, start, QUICK, data, 0, 1)
        assert seen == [
            ([1, 2, 3, 4, 5, 6], {"baseline": "self-critical"}),
            ([1, 2, 3, 4, 5, 6], {"baseline": "none"}),
            ([6] * 6, {"baseline": "self-critical"}),
        ]

    def test_the_criteria_by_hand(self):
        way, bare, _ = block_drop.WAYS
        measures = {
            "accuracy": {way: [0.9], bare: [0.9]},
            "blocks": {way: [4.0], bare: [5.0]},
            "random": {way: [0.8]},
            "others": {way: [0.88]},
            "static": {way: [0.9]},
            "subset": {way: [0.89]},
            "distinct": {way: [3]},
        }
        numbers = {"measures": measures, "whole": [0.905], "depth": 6}
        assert answers(chapter.BLOCK_DROP, **numbers) == ["yes"] * 7
        measures |= {"accuracy": {way: [0.84], bare: [0.9]}, "blocks": {way: [5.0], bare: [5.0]}}
        measures["distinct"] = {way: [2]}
        assert answers(chapter.BLOCK_DROP, **numbers) == ["no"] * 7

    def test_the_reward_from_the_means(self):
        measures = {"accuracy": {"x": [0.5]}, "blocks": {"x": [3.0]}}
        routes = made(chapter.Routes, measures=measures, depth=6)
        assert block_drop.reward_of(routes, "x").item() == pytest.approx(0.5 * 0.75 - 0.5)


class TestRuntimePruning:
    def test_what_is_measured(self, groups, tmp_path):
        assert set(groups.measures) == set(runtime_pruning.MEASURES)
        assert groups.used["agent"].shape == (12, 16)
        first = groups.used["agent"].reshape(12, 4, 4)
        assert (first[:, :, 0] == 1).all()
        assert (np.diff(first, axis=2) <= 0).all()  # groups are computed from the first on
        again = back(chapter.RUNTIME_PRUNING, groups, tmp_path)
        assert np.array_equal(again.used["agent"], groups.used["agent"])
        for name, values in groups.measures.items():
            np.testing.assert_allclose(again.measures[name], values, atol=1e-4)
        assert live.faults(figures.block_heat(again)) == []

    def test_macs_are_those_that_the_counter_sees(self):
        net = dynamic.RuntimePruningNet()
        images = torch.rand(3, 1, 28, 28)
        for course in ((0, 0, 0, 0), (3, 3, 3, 3), (2, 0, 1, 3)):
            actions = torch.tensor([course])
            total = sum(dynamic.mean_macs(_With(net, actions), image[None]) for image in images)
            assert total / 3 == runtime_pruning.macs_of(actions).item()

    def test_fixed_actions_keep_to_the_budget(self, pictures):
        net = dynamic.RuntimePruningNet(3)
        for most in (236_848.0, 700_000.0):
            fixed = runtime_pruning.best_fixed(net, pictures.validation, most)
            assert runtime_pruning.macs_of(torch.tensor([fixed])).item() <= most

    def test_the_criteria_by_hand(self):
        measures = {
            "accuracy": [0.9],
            "whole": [0.915],
            "static": [0.9],
            "others": [0.885],
            "random": [0.88],
            "macs": [0.5],
            "deviation": [0.3],
            "distinct": [4],
        }
        assert answers(chapter.RUNTIME_PRUNING, measures=measures) == ["yes"] * 5
        measures |= {"accuracy": [0.888], "macs": [0.51]}
        assert answers(chapter.RUNTIME_PRUNING, measures=measures) == ["no"] * 5


class _With(torch.nn.Module):
    def __init__(self, net, actions):
        super().__init__()
        self.net, self.actions = net, actions

    def forward(self, images):
        return self.net.run(images, self.actions)


class TestTime:
    def test_half_of_the_images_open_every_gate(self):
        images = noise(40, 5).images
        net = dynamic.SkipNet(
            dynamic.image_blocks(blocks=3, width=4), dynamic.FeedForwardGates(3, 4)
        )
        used = dynamic.paths(path_time.half_open(net, images), images)
        assert ((used.float().mean(dim=0) - 0.5).abs() < 0.1).all()
        drop = dynamic.BlockDrop(dynamic.image_blocks(), dynamic.PolicyNet(6))
        policy = path_time.half_dropped(drop, images).policy(images)
        assert ((policy.float().mean(dim=0) - 0.5).abs() < 0.1).all()

    def test_every_method_is_timed_and_says_what_it_saves(self, pictures, monkeypatch):
        monkeypatch.setattr(path_time, "WIDTHS", {"small": 4, "large": 8})
        result = chapter.time_paths(pictures, (0,), images=8, repeats=1)
        assert len(result.names) == 8
        assert result.macs_saved["SkipNet, masked, small"] < 0
        assert result.macs_saved["BlockDrop, large"] > 0
        assert len(chapter.PATH_TIME.outcome(result).checks) == 7


def test_images_are_a_setting_of_their_own():
    assert chapter.SKIPNET_IMAGES.experiment.keywords["setting"] is IMAGES
    assert chapter.BLOCK_DROP_IMAGES.dataset == chapter.SKIPNET_IMAGES.dataset == "fashion"
    assert IMAGES.network(10, 2, 0).blocks[1].conv1.weight.shape == (16, 16, 3, 3)
