"""Wiring and removal: smaller networks that compute the same numbers."""

import pytest
import torch
from torch import nn

from nc_teach import meter, models, pruning
from nc_teach.surgery import groups, hidden_layers
from tests.checks import refuses, unchanged
from tests.nets import Residual, experienced


def mlp():
    hidden = (nn.Linear(784, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Linear(12, 9))
    return nn.Sequential(nn.Flatten(), *hidden, nn.ReLU(), nn.Dropout(), nn.Linear(9, 3))


def made(make):
    """A network with known weights, whichever class it is."""
    with models.seeded_init(0):
        return make()


LAYERS = {
    mlp: ["1", "4"],
    models.LeNet300100: ["fc1", "fc2"],
    models.FashionConvNet: ["conv1", "conv2", "conv3"],
    models.LeNet5Caffe: ["conv1", "conv2", "fc1"],
    Residual: ["conv1", ("stem", "conv2")],
}
CASES = [(make, layer) for make, layers in LAYERS.items() for layer in layers]


def remove(model, layer, keep):
    first = model.get_submodule(layer if isinstance(layer, str) else layer[0])
    linear = isinstance(first, nn.Linear)
    return (pruning.remove_neurons if linear else pruning.remove_channels)(model, layer, keep)


def some(model, layer):
    first = model.get_submodule(layer if isinstance(layer, str) else layer[0])
    return torch.rand(len(first.weight), generator=torch.Generator().manual_seed(1)) > 0.6


class Odd(nn.Module):
    def __init__(self, how):
        super().__init__()
        self.how, self.a, self.b = how, nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)
        self.group = nn.Conv2d(4, 4, 1, groups=2)

    def forward(self, x):
        y = self.a(x)
        if self.how == "branches":
            return self.b(y) if y.sum() > 0 else y
        if self.how == "twice":
            return self.b(self.a(y))
        if self.how == "input":
            return self.b(y + x)
        if self.how == "channels":
            return self.b(y.mean(dim=1, keepdim=True).expand(-1, 4, -1, -1))
        if self.how == "shuffled":
            return self.b(torch.roll(y, 1, 1))
        return self.group(y)


class TestRemoval:
    @pytest.mark.parametrize(("make", "layer"), CASES)
    def test_without_its_silent_units_a_network_computes_the_same(self, make, layer):
        net = experienced(made(make)).double()
        with unchanged(net):
            keep, images = some(net, layer), torch.rand(4, 1, 28, 28, dtype=torch.float64)
            silent, small = pruning.zero_units(net, layer, keep), remove(net, layer, keep)
            torch.testing.assert_close(small(images), silent(images), rtol=1e-12, atol=1e-12)
            assert (small(images) - net(images)).abs().max() > 1e-6
            assert meter.count_params(small) < meter.count_params(net) == meter.count_params(silent)
        assert not small.training

    def test_everything_kept_is_the_same_network_and_twice_removed_is_removed_at_once(self):
        net = experienced(models.FashionConvNet(seed=0)).double()
        images = torch.rand(3, 1, 28, 28, dtype=torch.float64)
        whole = pruning.remove_channels(net, "conv2", torch.ones(32, dtype=torch.bool))
        assert torch.equal(whole(images), net(images))
        first = torch.arange(32) % 2 == 0
        second = torch.arange(16) % 2 == 0
        at_once = pruning.remove_channels(net, "conv2", torch.arange(32) % 4 == 0)
        twice = pruning.remove_channels(
            pruning.remove_channels(net, "conv2", first), "conv2", second
        )
        assert torch.equal(twice(images), at_once(images))

    def test_the_sizes_by_hand(self):
        small = pruning.remove_channels(models.LeNet5Caffe(), "conv2", torch.arange(50) < 10)
        assert small.conv2.weight.shape == (10, 20, 5, 5)
        assert small.conv2.bias.shape == (10,)
        assert small.fc1.weight.shape == (500, 160)
        assert (small.conv2.out_channels, small.fc1.in_features) == (10, 160)
        assert meter.count_params(small) == 431_080 - 40 * (500 + 1) - 40 * 16 * 500


class TestWiring:
    def test_the_wiring_of_a_shortcut(self):
        both, alone, last = groups(Residual())
        assert both.layers == ("stem", "conv2")
        assert set(both.readers) == {"conv1", "fc"}
        assert both.keepers == ("bn2",)
        assert (alone.layers, alone.norm) == (("conv1",), {"conv1": "bn1"})
        assert (last.layers, last.why_not) == (("fc",), "its units are the network's output")
        assert list(hidden_layers(Residual())) == ["stem", "conv1", "conv2"]
        with pytest.raises(ValueError, match="must have a hidden layer, got Sequential with none$"):
            hidden_layers(nn.Sequential(nn.Linear(3, 2)))

    def test_a_frozen_layer_stays_frozen_and_no_affine_norm_is_shortened(self):
        net = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4, affine=False), nn.ReLU(), nn.Conv2d(4, 2, 3)
        )
        net[0].weight.requires_grad_(False)
        small = pruning.remove_channels(net, "0", torch.arange(4) < 2)
        assert not small[0].weight.requires_grad
        assert small[1].num_features == len(small[1].running_mean) == 2
        assert small(torch.rand(2, 1, 8, 8)).shape == (2, 2, 4, 4)

    @pytest.mark.parametrize(
        ("how", "message"),
        [
            ("branches", "must have a forward that torch.fx can follow, got Odd"),
            ("twice", "got 'a': 'a' is called twice, and not always with units that can go"),
            ("input", "got 'a': 'add' in forward joins them with what cannot be cut"),
            ("channels", "got 'a': 'expand' in forward is not among what can be followed"),
            ("shuffled", "got 'a': 'roll' in forward is not among what can be followed"),
        ],
    )
    def test_what_cannot_be_followed_is_refused(self, how, message):
        refuses(message, pruning.remove_channels, Odd(how), "a", torch.arange(4) < 2)

    def test_wrong_input_is_named(self):
        def refused(message, layer, keep):
            refuses(message, pruning.remove_channels, Residual(), layer, keep)

        three, five, six = (torch.ones(n).bool() for n in (3, 5, 6))
        refused("must be a convolution here, got 'fc', a Linear", "fc", three)
        refused("layer must be one of stem, conv1, conv2, fc, got 'conv9'", "conv9", three)
        refused("they keep the same units: conv2, stem; got stem", "stem", six)
        refused("got conv1, conv2", ("conv1", "conv2"), five)
        refused("at least one layer, got none", (), five)
        refused(r"must be a bool tensor .* got torch.float32", "conv1", torch.ones(5))
        refused(r"must have shape \(5,\), got \(6,\)", "conv1", six)
        refused("must keep at least one of the 5 units, got none", "conv1", ~five)

    def test_the_output_layer_stays(self):
        with pytest.raises(ValueError, match="must not be the output layer, got 'fc3'"):
            pruning.remove_neurons(models.LeNet300100(), "fc3", torch.arange(10) < 5)
