"""Scores of whole units: by hand, against the loss itself, and nothing left behind."""

import copy
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import models, pruning, training
from nc_teach.data import Split
from nc_teach.pruning.unit_statistics import unit_statistics
from tests.checks import refuses, same
from tests.nets import Residual, perceptron

DATA = {
    "apoz": pruning.nonzero_share,
    "share_of_zeros": pruning.apoz,
    "mean_activation": pruning.mean_activation,
    "output_std_times_norm": pruning.output_std_times_norm,
    "taylor_neurons": pruning.taylor_neurons,
}
PLAIN = {"l1": pruning.l1_norm, "l2": pruning.l2_norm, "random": pruning.random_units}


def small_net():
    head = perceptron(54, 8, 3, dropout=0.5)
    head[2] = nn.ReLU(inplace=True)
    with models.seeded_init(0):
        return nn.Sequential(nn.Conv2d(1, 6, 2), nn.BatchNorm2d(6), nn.ReLU(), *head)


@pytest.fixture(scope="module")
def net(rows):
    net = small_net()
    training.fit(net, rows, epochs=6, batch_size=10, lr=0.01)
    return net


def after_relu(net, images):
    """Outputs of the two hidden layers after ReLU, computed step by step."""
    net = copy.deepcopy(net).eval()
    with torch.no_grad():
        maps = F.relu(net[1](net[0](images)))
        return {"0": maps, "4": F.relu(net[4](maps.flatten(1)))}


def test_zeros_mean_nothing_behind_another_activation(rows):
    for activation in (nn.GELU(), nn.Tanh()):
        other = nn.Sequential(nn.Flatten(), nn.Linear(16, 4), activation, nn.Linear(4, 3))
        kind = type(activation).__name__.lower()
        for criterion in (pruning.apoz, pruning.nonzero_share):
            refuses(f"a ReLU behind '1', got '{kind}'", criterion, other, rows.train)
        assert pruning.output_std_times_norm(other, rows.train)["1"].shape == (4,)


class TestScores:
    @pytest.mark.parametrize("name", [*DATA, *PLAIN])
    def test_one_score_per_unit_and_the_model_is_left_as_it_was(self, net, rows, name):
        net = copy.deepcopy(net).train()
        for parameter in net.parameters():
            parameter.grad = None
        net[0].weight.requires_grad_(False)
        net[4].weight.grad = torch.ones_like(net[4].weight)
        before, mode = copy.deepcopy(net.state_dict()), net.training
        criterion = partial(DATA[name], split=rows.train) if name in DATA else PLAIN[name]
        scores = criterion(net)
        assert {n: s.shape for n, s in scores.items()} == {"0": (6,), "4": (8,)}
        assert not any(s.requires_grad or s.isnan().any() for s in scores.values())
        assert net.training == mode
        assert same(before, net)
        assert not any(m._forward_hooks for m in net.modules())
        assert (net[4].weight.grad == 1).all()
        assert all(p.grad is None for n, p in net.named_parameters() if n != "4.weight")
        pruning.select(scores, 0.5, "layer")
        net[0].weight.requires_grad_(True)
        net[4].weight.grad = None
        with torch.no_grad():
            again = criterion(net)
        assert same(scores, again)

    def test_the_statistics_are_those_of_the_outputs_after_relu(self, net, rows):
        seen = unit_statistics(net, rows.train)
        for name, outputs in after_relu(net, rows.train.images).items():
            flat = outputs.double().transpose(0, 1).flatten(1)
            torch.testing.assert_close(seen[name].zeros, (flat == 0).double().mean(1))
            torch.testing.assert_close(seen[name].mean, flat.mean(1))
            torch.testing.assert_close(seen[name].std, flat.std(1, correction=0))
            assert torch.equal(pruning.apoz(net, rows.train)[name], seen[name].zeros)
            assert torch.equal(pruning.nonzero_share(net, rows.train)[name], 1 - seen[name].zeros)

    def test_chunks_make_no_difference(self, net, rows, monkeypatch):
        every = {name: criterion(net, rows.train) for name, criterion in DATA.items()}
        for module in ("unit_statistics", "neurons"):
            monkeypatch.setattr(f"nc_teach.pruning.{module}.CHUNK", 7)
        for name, criterion in DATA.items():
            for layer, scores in criterion(net, rows.train).items():
                torch.testing.assert_close(scores, every[name][layer])

    def test_std_times_norm_by_hand(self, net, rows):
        outputs = after_relu(net, rows.train.images)
        scores = pruning.output_std_times_norm(net, rows.train)
        for unit in (0, 5):
            std = outputs["0"][:, unit].double().std(correction=0)
            weights = net[4].weight[:, unit * 9 : (unit + 1) * 9].detach().double()
            torch.testing.assert_close(scores["0"][unit], std * weights.norm())
        std = outputs["4"][:, 3].double().std(correction=0)
        torch.testing.assert_close(
            scores["4"][3], std * net[7].weight[:, 3].detach().double().norm()
        )

    def test_taylor_is_the_gradient_image_by_image(self, net, rows):
        """Oracle: one image at a time, with the outputs after ReLU as leaves."""
        net, total = copy.deepcopy(net).eval(), {"0": 0, "4": 0}
        for image, label in zip(rows.train.images[:20], rows.train.labels[:20], strict=True):
            a = F.relu(net[1](net[0](image[None])))
            b = F.relu(net[4](a.flatten(1)))
            loss = F.cross_entropy(net[7](b), label[None])
            for name, output in (("0", a), ("4", b)):
                (gradient,) = torch.autograd.grad(loss, output, retain_graph=True)
                change = (output * gradient)[0].reshape(output.shape[1], -1).sum(1)
                total[name] = total[name] + change.abs() / 20
        scores = pruning.taylor_neurons(net, Split(rows.train.images[:20], rows.train.labels[:20]))
        for name in total:
            torch.testing.assert_close(scores[name], total[name].detach())


class TestNetworks:
    def test_one_relu_for_two_layers_does_not_mix_them(self, rows):
        relu = nn.ReLU()
        net = nn.Sequential(
            nn.Flatten(), nn.Linear(16, 5), relu, nn.Linear(5, 5), relu, nn.Linear(5, 3)
        )
        net[1].bias.data.fill_(-99.0)
        net[3].bias.data.fill_(99.0)
        zeros = pruning.apoz(net, rows.test)
        assert (zeros["1"].tolist(), zeros["3"].tolist()) == ([1.0] * 5, [0.0] * 5)

    def test_functional_networks_and_shortcuts_are_read_too(self):
        images = Split(torch.rand(6, 1, 28, 28), torch.arange(6) % 3)
        for model, layers in (
            (models.LeNet5Caffe(), ["conv1", "conv2", "fc1"]),
            (models.FashionConvNet(), ["conv1", "conv2", "conv3"]),
            (Residual(), ["stem", "conv1", "conv2"]),
        ):
            for criterion in DATA.values():
                assert list(criterion(model, images)) == layers

    def test_random_units_are_seeded(self):
        net = small_net()
        first, second = pruning.random_units(net, seed=3), pruning.random_units(net, seed=3)
        assert same(first, second)
        assert not torch.equal(first["4"], pruning.random_units(net, seed=4)["4"])

    def test_hooks_go_even_when_the_network_fails(self, rows):
        net = nn.Sequential(nn.Flatten(), nn.Linear(9, 5), nn.ReLU(), nn.Linear(5, 3))
        with pytest.raises(RuntimeError):
            pruning.nonzero_share(net, rows.test)
        assert not any(m._forward_hooks for m in net.modules())
        assert net.training


def test_the_units_of_a_linear_layer_over_words_are_its_last_axis(rows):
    words = nn.Sequential(
        nn.Flatten(1, 2), nn.Linear(4, 7), nn.ReLU(), nn.Flatten(), nn.Linear(28, 3)
    )
    images = torch.rand(9, 1, 4, 4)
    split = Split(images, torch.arange(9) % 3)
    hidden = words[1](images.flatten(1, 2)).relu()  # N x words x units
    by_hand = hidden.double().mean((0, 1))
    torch.testing.assert_close(pruning.mean_activation(words, split)["1"], by_hand)
    outgoing = words[4].weight.view(3, 4, 7).square().sum((0, 1)).sqrt()
    score = hidden.double().std((0, 1), unbiased=False) * outgoing.double()
    torch.testing.assert_close(pruning.output_std_times_norm(words, split)["1"], score)
    hidden = hidden.detach().requires_grad_()
    F.cross_entropy(words[3:](hidden), split.labels, reduction="sum").backward()
    change = (hidden * hidden.grad).sum(1).abs().mean(0)
    torch.testing.assert_close(pruning.taylor_neurons(words, split)["1"], change)
