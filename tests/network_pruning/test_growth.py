"""Growing a layer: the function stays, the new neurons learn, and what cannot grow is named."""

import pytest
import torch
from torch import nn

from nc_teach import models, pruning
from tests.checks import refuses, unchanged


def test_growing_changes_nothing_yet_and_leaves_the_original():
    net = models.LeNet300100(seed=0)
    with unchanged(net):
        images = torch.rand(5, 1, 28, 28)
        large = pruning.grow_neurons(pruning.grow_neurons(net, "fc1", 310), "fc2", 100)
        assert large.fc1.weight.shape == (310, 784)
        assert large.fc2.in_features == large.fc2.weight.shape[1] == 310
        torch.testing.assert_close(large(images), net(images))
    assert torch.equal(large.fc1.weight[:300], net.fc1.weight)
    assert not large.fc2.weight[:, 300:].any()


def test_new_neurons_begin_to_speak_with_the_first_step():
    net = pruning.grow_neurons(models.LeNet300100(seed=0), "fc1", 304, seed=3)
    loss = nn.functional.cross_entropy(net(torch.rand(8, 1, 28, 28)), torch.arange(8))
    loss.backward()
    assert net.fc2.weight.grad[:, 300:].any()
    assert not net.fc1.weight.grad[300:].any()  # nobody has listened to them so far


def test_the_same_seed_draws_the_same_and_torch_s_own_state_stays():
    net = nn.Sequential(nn.Linear(3, 2, bias=False), nn.ReLU(), nn.Linear(2, 1))
    state = torch.get_rng_state()
    one, two = (pruning.grow_neurons(net, "0", 6, seed=4) for _ in range(2))
    assert torch.equal(one[0].weight, two[0].weight)
    assert one[0].bias is None
    assert torch.equal(state, torch.get_rng_state())
    assert not torch.equal(one[0].weight, pruning.grow_neurons(net, "0", 6, seed=5)[0].weight)


def test_what_cannot_grow_is_named():
    net = models.LeNet300100(seed=0)
    refuses("layer must be one of fc1, fc2, fc3, got 'fc4'", pruning.grow_neurons, net, "fc4", 400)
    with pytest.raises(ValueError, match="one other linear layer reads directly, got 'fc3'"):
        pruning.grow_neurons(net, "fc3", 20)
    with pytest.raises(ValueError, match="units must be an integer of at least 300, got 299"):
        pruning.grow_neurons(net, "fc1", 299)
    conv = models.LeNet5Caffe(seed=0)
    with pytest.raises(ValueError, match="one other linear layer reads directly, got 'conv2'"):
        pruning.grow_neurons(conv, "conv2", 60)
    normed = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.ReLU(), nn.Linear(2, 1))
    refuses("one other linear layer reads directly, got '0'", pruning.grow_neurons, normed, "0", 4)
