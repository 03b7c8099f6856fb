"""Group lasso: the step by hand and by search, exact zeros, and what gives none."""

import copy
import math
from functools import partial

import pytest
import torch
from torch import nn

from nc_teach import models, pruning, training
from tests.checks import refuses, unchanged
from tests.conftest import training_loss
from tests.nets import perceptron


def small_net(seed=0):
    with models.seeded_init(seed):
        return nn.Sequential(nn.Conv2d(1, 8, 2), nn.ReLU(), *perceptron(72, 10, 3))


BOTH = {"0.weight": "filters", "3.weight": "filters"}


# Two filters that read two channels, 1 x 2 places each. By hand: the filters are 3 and sqrt(185)
# long, the channels 5 and 13, the four shapes 5, 0, 13 and 0, the layer sqrt(194).
BY_HAND = torch.tensor([[[[3.0, 0.0]], [[0.0, 0.0]]], [[[4.0, 0.0]], [[13.0, 0.0]]]])


class TestStep:
    @pytest.mark.parametrize(
        ("kind", "dims"),
        [("filters", (1, 2, 3)), ("channels", (0, 2, 3)), ("shapes", 0), ("layer", (0, 1, 2, 3))],
    )
    def test_the_norms_are_those_of_the_slices(self, kind, dims):
        weight = torch.randn(4, 3, 2, 2)
        by_hand = weight.square().sum(dim=dims).sqrt().flatten()
        torch.testing.assert_close(pruning.group_norms(weight, kind), by_hand)

    @pytest.mark.parametrize(
        ("kind", "lengths", "shape"),
        [
            ("filters", [3.0, math.sqrt(185)], (2, 1, 1, 1)),
            ("channels", [5.0, 13.0], (1, 2, 1, 1)),
            ("shapes", [5.0, 0.0, 13.0, 0.0], (1, 2, 1, 2)),
            ("layer", [math.sqrt(194)], (1, 1, 1, 1)),
        ],
    )
    @pytest.mark.parametrize("weighted", [True, False])
    def test_a_step_by_hand(self, kind, lengths, shape, weighted):
        """Every group gets shorter by the step, times sqrt(size) or not; no other number moves."""
        step, factor = 2.0, math.sqrt(BY_HAND.numel() / len(lengths)) if weighted else 1.0
        left = [max(0.0, 1 - step * factor / length) if length else 0.0 for length in lengths]
        wanted = BY_HAND * torch.tensor(left).view(shape)
        stepped = pruning.shrink_groups(BY_HAND, step, kind, weighted=weighted)
        torch.testing.assert_close(stepped, wanted)
        assert pruning.group_norms(BY_HAND, kind).tolist() == pytest.approx(lengths)
        conv = nn.Conv2d(2, 2, (1, 2))
        conv.weight.data.copy_(BY_HAND)
        pruning.proximal_step({"weight": kind}, 0.5, step / 0.5, weighted=weighted)(conv)
        torch.testing.assert_close(conv.weight.detach(), wanted)
        conv.weight.data.copy_(BY_HAND)
        found = pruning.group_lasso(conv, {"weight": kind}, weighted=weighted)
        assert found.item() == pytest.approx(sum(lengths) * factor)


class TestTraining:
    def test_a_group_of_zeros_has_no_nan_anywhere(self):
        layer = nn.Linear(3, 2)
        nn.init.zeros_(layer.weight)
        pruning.group_lasso(layer, {"weight": "filters"}).backward()
        assert layer.weight.grad.abs().sum() == 0
        assert pruning.shrink_groups(torch.zeros(2, 3), 0.0).tolist() == [[0.0] * 3] * 2

    def test_no_number_is_left_that_slows_a_processor(self):
        """A silent weight beside a loud one is halved for ever; 200 halvings leave nothing."""
        conv = nn.Conv2d(1, 2, 1, bias=False)
        hook = pruning.proximal_step({"weight": "shapes"}, lr=0.5, strength=1.0, weighted=False)
        layer = pruning.proximal_step({("weight",): "layer"}, lr=0.5, strength=1.0, weighted=False)
        for step in (hook, layer):
            conv.weight.data = torch.tensor([1.0, 1e-30]).reshape(2, 1, 1, 1)
            for _ in range(200):
                conv.weight.data[0] = 1.0  # what the gradient gives back
                step(conv)
            assert conv.weight.flatten().tolist() == [0.5, 0.0]

    @pytest.mark.parametrize(
        "optimizer",
        [partial(torch.optim.SGD, lr=0.05, momentum=0.9), partial(torch.optim.Adam, lr=0.005)],
    )
    def test_the_proximal_step_gives_exact_zeros_that_can_be_removed(self, rows, optimizer):
        net = small_net()
        hook = pruning.proximal_step(BOTH, lr=0.05, strength=0.02)
        before = training_loss(net, rows)
        training.fit(net, rows, epochs=3, batch_size=10, optimizer=optimizer, after_step=hook)
        with torch.no_grad():  # one filter and one neuron so short that the step takes them whole
            for name in ("0", "3"):
                net.get_submodule(name).weight[1].mul_(1e-4)
        hook(net)
        for name, remove in (("0", pruning.remove_channels), ("3", pruning.remove_neurons)):
            layer = net.get_submodule(name)
            keep = pruning.group_norms(layer.weight.detach()) > 0
            assert 0 < keep.sum() < len(keep)
            assert (layer.bias[~keep] == 0).all()
            smaller = remove(net, name, keep)
            images = rows.test.images
            torch.testing.assert_close(smaller(images), net(images))
        assert training_loss(net, rows) < before

    def test_a_branch_is_one_group(self):
        net = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.BatchNorm2d(2))
        nn.init.constant_(net[0].weight, 0.5)
        groups = {("0.weight", "1.weight", "1.bias"): "layer"}
        norm = math.sqrt(2 * 0.25 + 2)
        assert pruning.group_lasso(net, groups).item() == pytest.approx(math.sqrt(6) * norm)
        weak, strong = copy.deepcopy(net), copy.deepcopy(net)
        pruning.proximal_step(groups, 0.1, 1.0)(weak)
        left = 1 - 0.1 * math.sqrt(6) / norm
        assert weak[0].weight.flatten().tolist() == pytest.approx([0.5 * left] * 2)
        pruning.proximal_step(groups, 1.0, 1.0)(strong)
        assert strong.eval()(torch.rand(1, 1, 2, 2)).abs().sum() == 0


class TestErrors:
    @pytest.mark.parametrize(
        ("groups", "message"),
        [
            ({"9.weight": "filters"}, "groups names '9.weight'; the model has 0.weight"),
            ({"3.weight": "rows"}, "must be one of filters, channels, shapes, layer, got 'rows'"),
            ({("0.weight", "3.weight"): "filters"}, "several tensors must be one 'layer'"),
            ({"3.bias": "filters"}, "groups of '3.bias' must be 'layer'"),
        ],
    )
    def test_wrong_groups_are_named_and_change_nothing(self, groups, message):
        net = small_net()
        with unchanged(net):
            for use in (
                lambda: pruning.group_lasso(net, groups),
                lambda: pruning.proximal_step({"0.weight": "filters", **groups}, 0.1, 0.1)(net),
            ):
                refuses(message, use)

    @pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
    def test_wrong_numbers_are_named(self, value):
        step = pruning.proximal_step
        refuses("strength must be a number of at least 0, got", step, {}, 0.1, value)
        refuses("lr must be a number of at least 0, got", step, {}, value, 0.1)
        message = "step must be a number of at least 0, got"
        refuses(message, pruning.shrink_groups, torch.ones(2, 2), value)

    def test_an_unknown_kind_of_group_is_named(self):
        message = "groups must be one of filters, .* got 'rows'"
        refuses(message, pruning.group_norms, torch.ones(2, 2), "rows")
