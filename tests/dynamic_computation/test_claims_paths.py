"""The claims about paths of one's own on tiny data: what is measured, and its controls."""

from functools import partial

import numpy as np
import pytest
import torch

from nc_teach import dynamic
from nc_teach.claims import dynamic_computation as chapter
from nc_teach.claims.dynamic_computation import (
    block_drop,
    path_time,
    priced,
    routes,
    routing,
    runtime_pruning,
    skipnet,
    turned_clothes,
)
from nc_teach.claims.dynamic_computation.networks import Called
from nc_teach.claims.dynamic_computation.points import coordinates, is_hard, points
from tests.checks import unchanged
from tests.claim_rules import made
from tests.dynamic_computation.results import FEW, QUICK, fashion, fresh
from tests.nets import images


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


class TestMixture:
    def test_half_are_clothes_turned_by_every_angle_and_half_are_one_class_more(self):
        split = turned_clothes.mixed(fashion(), 0, FEW).train
        assert (split.labels == 10).float().mean() == 0.5
        spot = torch.zeros(400, 1, 15, 15)
        spot[:, :, 2, 7] = 1  # north of the middle
        found = turned_clothes.turned(spot, torch.Generator().manual_seed(0))
        y, x = torch.meshgrid(torch.arange(15) - 7.0, torch.arange(15) - 7.0, indexing="ij")
        weight = found[:, 0] / found.sum(dim=(1, 2, 3))[:, None, None]
        places = torch.stack([(weight * x).sum(dim=(1, 2)), (weight * y).sum(dim=(1, 2))], dim=1)
        assert torch.allclose(places.norm(dim=1), torch.tensor(5.0), atol=0.2)
        quarters = torch.atan2(places[:, 1], places[:, 0]).div(torch.pi / 2).floor().long()
        assert (quarters.unique(return_counts=True)[1] > 70).all()

    @pytest.mark.parametrize(
        ("right", "blocks", "chosen"),
        [((0.9, 0.895, 0.88), (6, 3, 1), 2.0), ((0.7, 0.8, 0.75), (1, 6, 2), 2.0)],
    )
    def test_validation_data_choose_few_blocks_or_else_accuracy(
        self, monkeypatch, right, blocks, chosen
    ):
        """Prices 1, 2, 3; all blocks have 0.9 right, so 0.89 is enough."""

        def path_of(net, images):
            return torch.arange(6).expand(4, -1) < blocks[int(net) - 1]

        def accuracy(net, split):
            return 0.9 if net == "whole" else right[int(net) - 1]

        monkeypatch.setattr(priced, "path_of", path_of)
        monkeypatch.setattr(priced.training, "accuracy", accuracy)
        monkeypatch.setattr(
            priced, "learn", lambda way, price, setting: lambda start, some, seed: price
        )
        price, _ = priced.cheapest("x", None, "whole", fashion(), 0, QUICK, (1.0, 2.0, 3.0))
        assert price == chosen

    def test_a_half_takes_the_blocks_that_the_figure_shows(self):
        result = fresh("mixed_images")
        for way, used in result.used.items():
            means = [used[result.labels == kind].sum(axis=1).mean() for kind in (0, 1)]
            assert result.measures["easy"][way][0] == pytest.approx(means[0])
            assert result.measures["hard"][way][0] == pytest.approx(means[1])
        assert [runs.shape for runs in result.by_depth.values()] == [(1, 4)] * 3
        assert len(result.depth_table().rows) == 3


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


def test_the_plane_is_measured_at_every_price():
    plane = fresh("skip_plane")
    assert plane.accuracy[0.03].shape == (2,)
    assert plane.count[0.5].shape == (61, 61)
    assert np.allclose(plane.used[0.5], (plane.easy[0.5] + plane.hard[0.5]) / 2)
    with pytest.raises(ValueError, match=r"lambdas must be .* at least 0, got \[-1\]"):
        chapter.gate_the_plane((0,), lambdas=(-1,))


class TestSkipNet:
    def test_every_way_has_its_controls(self):
        gates = fresh("skipnet")
        assert set(gates.measures) == set(routes.COLUMNS) - {"subset", "easy", "hard"}
        assert all(v.shape == (2,) for ways in gates.measures.values() for v in ways.values())
        assert gates.used["straight-through"].shape == (40, 6)
        assert sorted(set(gates.labels.tolist())) == [0, 1]
        assert "another's" in repr(gates.table())

    def test_an_unknown_way_is_refused_and_one_alone_is_enough(self):
        with pytest.raises(ValueError, match=r"ways must be among SP \+ REINFORCE"):
            chapter.race_gates(None, (0,), setting=QUICK, ways=["luck"])
        alone = chapter.race_gates(None, (0,), setting=QUICK, ways=skipnet.WAYS[:1])
        assert list(alone.accuracy) == ["SP + REINFORCE"]

    def test_the_network_with_all_blocks_stays_as_it_was_for_the_next_way(self):
        data = QUICK.data(None, 0)
        start = routes.all_blocks(QUICK, data, 0)
        with unchanged(start):
            skipnet.learn(QUICK, "straight-through", start, data, 0)
            block_drop.learn(QUICK, 1, "self-critical", start, data, 0)


class TestBlockDrop:
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
            block_drop.learn(QUICK, 1, way, start, data, 0)
        assert seen == [
            ([1, 2, 3, 4, 5, 6], {"baseline": "self-critical"}),
            ([1, 2, 3, 4, 5, 6], {"baseline": "none"}),
            ([6] * 6, {"baseline": "self-critical"}),
        ]

    def test_the_reward_from_the_means(self):
        measures = {"accuracy": {"x": [0.5]}, "blocks": {"x": [3.0]}}
        result = made(chapter.Routes, measures=measures, depth=6)
        assert block_drop.reward_of(result, "x").item() == pytest.approx(0.5 * 0.75 - 0.5)


def test_controls_have_as_many_blocks_as_are_used_rounded_up():
    depths = []

    def learn(way, start, data, seed):
        policy = torch.arange(6) < torch.tensor([[2], [3]]).repeat(20, 1)  # 2.5 in the mean
        return dynamic.SkipNet(start, dynamic.FeedForwardGates(6, 32)), policy

    def also(start, data, seed, depth):
        depths.append(depth)
        return {"subset": 0.5}

    found = routes.race(learn, None, (0,), QUICK, ("halves", "again"), 1, also)
    assert depths == [3]  # both ways cost the same, which is measured once
    assert found.measures["blocks"]["again"] == [2.5]


class TestRuntimePruning:
    def test_macs_are_those_that_the_counter_sees(self):
        net = dynamic.RuntimePruningNet()
        for course in ((0, 0, 0, 0), (3, 3, 3, 3), (2, 0, 1, 3)):
            actions = torch.tensor([course])
            run = Called(net, lambda net, image, actions=actions: net.run(image, actions))
            assert dynamic.mean_macs(run, images(1)) == runtime_pruning.macs_of(actions).item()

    def test_fixed_actions_keep_to_the_budget(self):
        net = dynamic.RuntimePruningNet(10)
        for most in (236_848.0, 700_000.0):
            fixed = runtime_pruning.best_fixed(net, fashion().validation, most)
            assert runtime_pruning.macs_of(torch.tensor([fixed])).item() <= most


class TestTime:
    def test_half_of_the_images_open_every_gate(self):
        some = images(40)
        net = dynamic.SkipNet(
            dynamic.image_blocks(blocks=3, width=4, seed=0), dynamic.FeedForwardGates(3, 4, seed=0)
        )
        used = dynamic.paths(path_time.half_open(net, some), some)
        assert ((used.float().mean(dim=0) - 0.5).abs() < 0.1).all()
        drop = dynamic.BlockDrop(dynamic.image_blocks(seed=0), dynamic.PolicyNet(6, seed=0))
        policy = path_time.half_dropped(drop, some).policy(some)
        assert ((policy.float().mean(dim=0) - 0.5).abs() < 0.1).all()

    def test_every_method_is_timed_and_says_what_it_saves(self, monkeypatch):
        monkeypatch.setattr(path_time, "WIDTHS", {"small": 4, "large": 8})
        result = chapter.time_paths(fashion(), (0,), images=8, repeats=1)
        assert len(result.names) == 8
        assert result.macs_saved["SkipNet, masked, small"] < 0
        assert result.macs_saved["BlockDrop, large"] > 0
        assert len(chapter.PATH_TIME.outcome(result).checks) == 7
