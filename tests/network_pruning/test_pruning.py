"""Masks, selection, schedules, the loop: exact counts and nothing comes back."""

import copy
from fractions import Fraction
from functools import partial
from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from nc_teach import models, pruning, training
from nc_teach.pruning.selection import count_to_remove
from tests.checks import refuses, same, unchanged
from tests.nets import small_net


def conv_net(seed=0):
    return models.FashionConvNet(seed=seed)


class TestCriteria:
    def test_magnitude_scores_every_prunable_weight_and_changes_nothing(self):
        net = conv_net()
        with unchanged(net):
            scores = pruning.magnitude(net)
        assert list(scores) == ["conv1.weight", "conv2.weight", "conv3.weight", "fc.weight"]
        assert all(torch.equal(scores[n], net.get_parameter(n).abs()) for n in scores)
        assert not any(score.requires_grad for score in scores.values())

    def test_random_is_seeded_independent_of_the_weights_and_of_the_global_state(self):
        torch.manual_seed(0)
        first = pruning.random(small_net(0), seed=3)
        torch.manual_seed(1)
        second = pruning.random(small_net(1), seed=3)
        assert same(first, second)
        other = pruning.random(small_net(0), seed=4)
        assert not torch.equal(first["1.weight"], other["1.weight"])

    def test_a_model_without_weights_is_refused(self):
        refuses("must have a linear or convolutional layer, got ReLU", pruning.magnitude, nn.ReLU())


def rounded_down(sparsity, weights):
    """The floor of the product, with the share as the decimal number that was written."""
    return int(Fraction(str(sparsity)) * weights)


class TestSelection:
    def test_a_layer_without_weights_gets_a_word(self):
        scores = {"a": torch.tensor([1.0, 2.0]), "b": torch.tensor([3.0, 4.0])}
        with pytest.warns(UserWarning, match="no weight is left of a, so nothing gets through"):
            masks = pruning.select(scores, 0.5)
        assert pruning.masks.emptied(masks) == ("a",)
        assert pruning.masks.emptied(pruning.select(scores, 0.5, "layer")) == ()

    @pytest.mark.filterwarnings("ignore:no weight is left")
    @pytest.mark.parametrize("scope", ["global", "layer"])
    @pytest.mark.parametrize("sparsity", [0.0, 0.1, 0.29, 0.5, 0.9, 0.999])
    def test_the_count_is_exact(self, scope, sparsity):
        net = models.LeNet300100(seed=0)
        masks = pruning.select(pruning.magnitude(net), sparsity, scope)
        removed = {name: int((~mask).sum()) for name, mask in masks.items()}
        if scope == "global":
            assert sum(removed.values()) == rounded_down(sparsity, 266_200)
        else:
            assert removed == {n: rounded_down(sparsity, m.numel()) for n, m in masks.items()}

    @pytest.mark.parametrize("weights", [1, 7, 25, 99, 100, 1000])
    @pytest.mark.parametrize("sparsity", [0.0, 0.07, 0.29, 0.5, 0.57, 0.58, 0.9, 0.999])
    def test_the_count_is_rounded_down(self, sparsity, weights):
        assert count_to_remove(sparsity, weights) == rounded_down(sparsity, weights)

    def test_a_share_for_each_layer_must_name_every_layer(self):
        scores = {"a": torch.arange(4.0), "b": torch.arange(4.0)}
        for shares in ({"a": 0.5}, {"a": 0.5, "b": 0.5, "c": 0.5}):
            refuses("one share for each of a, b; got", pruning.select, scores, shares, "layer")

    @pytest.mark.parametrize("scope", ["global", "layer"])
    def test_selection_agrees_with_torch(self, scope):
        net, twin = conv_net(), conv_net()
        masks = pruning.select(pruning.magnitude(net), 0.35, scope)
        layers = {name: (twin.get_submodule(name[: -len(".weight")]), "weight") for name in masks}
        counts = {name: count_to_remove(0.35, mask.numel()) for name, mask in masks.items()}
        total = count_to_remove(0.35, sum(mask.numel() for mask in masks.values()))
        if scope == "global":
            prune.global_unstructured(layers.values(), prune.L1Unstructured, amount=total)
        else:
            for name, layer in layers.items():
                prune.l1_unstructured(*layer, amount=counts[name])
        theirs = pruning.from_torch_prune(twin)
        assert list(theirs) == list(masks)
        assert same(masks, theirs)

    def test_of_equal_scores_exactly_as_many_go_as_asked_for(self):
        masks = pruning.select({"a": torch.ones(10), "b": torch.ones(10)}, 0.35)
        assert masks["a"].tolist() == [False] * 7 + [True] * 3
        assert masks["b"].all()

    def test_one_share_per_layer(self):
        scores = {"a": torch.arange(10.0), "b": torch.arange(10.0)}
        masks = pruning.select(scores, {"a": 0.2, "b": 0.5}, "layer")
        assert [int((~m).sum()) for m in masks.values()] == [2, 5]

    def test_what_was_removed_stays_removed_whatever_its_score(self):
        before = {"w": torch.tensor([True, False, True, True])}
        masks = pruning.select({"w": torch.tensor([0.1, 9.0, 0.2, 0.3])}, 0.5, within=before)
        assert masks["w"].tolist() == [False, False, True, True]
        infinite = {"w": torch.tensor([-torch.inf, 9.0, 0.2, 0.3])}
        assert pruning.select(infinite, 0.25, within=before)["w"].tolist() == before["w"].tolist()

    @pytest.mark.parametrize("sparsity", [1.2, 1.0, -0.1, float("nan"), "half", True + 1])
    def test_a_sparsity_out_of_range_is_named(self, sparsity):
        with pytest.raises(
            ValueError, match="sparsity must be at least 0 and less than 1, or .* got"
        ):
            pruning.select({"w": torch.rand(4)}, sparsity)

    def test_other_wrong_input_to_select_is_named(self):
        scores, select = {"w": torch.arange(4.0)}, pruning.select
        removed = torch.tensor([False, False, False, True])
        refuses("scope must be one of global, layer, got 'channel'", select, scores, 0.5, "channel")
        nan = {"w": torch.tensor([1.0, torch.nan])}
        refuses("scores of 'w' must be numbers, got NaN", select, nan, 0.5)
        refuses("scores must be a mapping .* got torch.float32", select, torch.rand(4), 0.5)
        refuses("scores must be a mapping .* got a Linear", select, nn.Linear(2, 2), 0.5)
        refuses("scores must hold at least one tensor, got none", select, {}, 0.5)
        for within, message in (
            ({"v": torch.ones(4, dtype=torch.bool)}, r"within names \['v'\]; scores has w"),
            ({"w": torch.ones(3, dtype=torch.bool)}, r"'w' must have shape \(4,\), got \(3,\)"),
            ({"w": removed}, "within has removed 3 already"),
        ):
            refuses(message, select, scores, 0.5, within=within)
        refuses("may be a dict only with scope='layer'", select, scores, {"w": 0.5}, "global")
        message = "sparsity must be at least 0 .* got {'w': 2}"
        refuses(message, select, scores, {"w": 2}, "layer")


class TestMasks:
    def test_masks_survive_every_optimizer(self, rows):
        """Trap: momentum, Adam and weight decay move weights whose gradient is masked."""
        optimizers = [
            partial(torch.optim.SGD, lr=0.05, momentum=0.9, weight_decay=0.01),
            partial(torch.optim.Adam, lr=0.01),
            partial(torch.optim.AdamW, lr=0.01),
        ]
        for optimizer in optimizers:
            net = small_net()
            training.fit(net, rows, epochs=2)
            masks = pruning.select(pruning.magnitude(net), 0.8)
            pruning.apply_masks(net, masks)
            bias = net[1].bias.detach().clone()
            training.fit(
                net, rows, epochs=2, optimizer=optimizer, after_step=pruning.mask_hook(masks)
            )
            found = pruning.masks_of(net)
            assert same(found, masks)
            assert not torch.equal(bias, net[1].bias)

    def test_a_removed_weight_is_plus_zero(self):
        layer = nn.Linear(2, 1)
        layer.weight.data.fill_(-1.0)
        pruning.apply_masks(layer, {"weight": torch.tensor([[False, True]])})
        assert not torch.signbit(layer.weight[0, 0])

    @pytest.mark.parametrize(
        ("masks", "message"),
        [
            (
                {"2.weight": torch.ones(1, dtype=torch.bool)},
                "masks names '2.weight'; the model has 1.weight",
            ),
            ({"3.weight": torch.ones(12, 3, dtype=torch.bool)}, r"shape \(3, 12\), got \(12, 3\)"),
            ({"3.weight": torch.ones(3, 12)}, r"must be a bool tensor .* got torch.float32"),
            ({"3.weight": [[True] * 12] * 3}, r"must be a bool tensor .* got ..True"),
        ],
    )
    @pytest.mark.parametrize("use", [pruning.apply_masks, pruning.to_torch_prune])
    def test_a_wrong_mask_is_named_and_changes_nothing(self, use, masks, message):
        net = small_net()
        good = {"1.weight": torch.zeros(12, 16, dtype=torch.bool)}
        with unchanged(net):
            refuses(message, use, net, {**good, **masks})

    def test_masks_go_to_torch_prune_and_come_back(self):
        net = conv_net()
        masks = pruning.select(pruning.magnitude(net), 0.5)
        expected = pruning.apply_masks(copy.deepcopy(net), masks)
        pruning.to_torch_prune(net, masks)
        assert prune.is_pruned(net)
        image = torch.rand(2, 1, 28, 28)
        assert torch.equal(net.eval()(image), expected.eval()(image))
        back = pruning.from_torch_prune(net, remove=True)
        assert not prune.is_pruned(net)
        assert same(back, masks)
        assert same(net, expected)
        assert pruning.from_torch_prune(expected) == {}

    def test_a_single_layer_is_a_model_too(self):
        layer = nn.Linear(4, 2)
        masks = pruning.select(pruning.magnitude(layer), 0.5)
        pruning.to_torch_prune(layer, masks)
        assert torch.equal(pruning.from_torch_prune(layer)["weight"], masks["weight"])


class TestLoop:
    @pytest.mark.parametrize("schedule", [pruning.geometric_schedule, pruning.cubic_schedule])
    def test_schedules_rise_and_end_exactly(self, schedule):
        for rounds in (1, 2, 7):
            steps = schedule(0.93, rounds)
            assert len(steps) == rounds
            assert steps[-1] == 0.93
            assert steps == sorted(steps)
        refuses("final must be at least 0 and less than 1, got 1.5", schedule, 1.5, 3)
        refuses("rounds must be an integer of at least 1, got 0", schedule, 0.5, 0)

    def test_geometric_schedule_keeps_the_same_share_of_the_survivors(self):
        kept = [1 - s for s in pruning.geometric_schedule(0.9, 4)]
        ratios = [b / a for a, b in zip([1.0, *kept], kept, strict=False)]
        assert ratios == pytest.approx([0.1**0.25] * 4)

    def test_the_loop_judges_removes_and_trains_in_turn(self, rows):
        net, seen = small_net(), []

        def train(model, after_step):
            masks = pruning.masks_of(model)
            seen.append(pruning.sparsity(masks))
            return training.fit(model, rows, epochs=1, after_step=after_step)

        result = pruning.prune_iteratively(net, train, [0.25, 0.5, 0.75])
        total = 16 * 12 + 12 * 3
        assert seen == [count_to_remove(s, total) / total for s in (0.25, 0.5, 0.75)]
        assert len(result.histories) == 3
        assert same(pruning.masks_of(net), result.masks)

    def test_masks_of_later_rounds_lie_within_the_earlier_ones(self, rows):
        net, rounds = small_net(), []

        def train(model, after_step):
            rounds.append(pruning.masks_of(model))
            return training.fit(model, rows, epochs=1, after_step=after_step)

        control = partial(pruning.random, seed=1)
        pruning.prune_iteratively(net, train, [0.2, 0.5, 0.8], criterion=control, scope="layer")
        for earlier, later in pairwise(rounds):
            assert all(not (later[n] & ~earlier[n]).any() for n in later)

    def test_the_loop_stops_when_the_reader_stops_the_training(self, rows):
        history = training.History(interrupted=True)
        result = pruning.prune_iteratively(small_net(), lambda m, after_step: history, [0.2, 0.5])
        assert result.interrupted
        assert len(result.histories) == 1

    @pytest.mark.parametrize(
        ("sparsities", "scope", "message"),
        [
            ([0.5, 1.2], "layer", "sparsities.* must be at least 0 and less than 1, got 1.2"),
            ([0.5, 0.2], "layer", r"sparsities must not fall, got \[0.5, 0.2\]"),
            ([], "layer", "sparsities must hold at least one number"),
            ([0.5], "row", "scope must be one of global, layer, got 'row'"),
        ],
    )
    def test_wrong_input_to_the_loop_is_named_before_anything_changes(
        self, sparsities, scope, message
    ):
        net = small_net()
        with unchanged(net):
            refuses(message, pruning.prune_iteratively, net, print, sparsities, scope=scope)
