"""Supermasks and edge-popup: exact masks, the gradient by its formula, weights that stay."""

import copy
import math
from functools import partial

import pytest
import torch
from torch import nn

from nc_teach import pruning, training
from nc_teach.common.straight_through import straight_through
from nc_teach.pruning import edge_popup as edge_popup_function, supermask
from nc_teach.pruning.edge_popup import EdgePopup, top_share
from nc_teach.pruning.supermask import Supermask, masked
from tests.checks import refuses, unchanged
from tests.conftest import training_loss
from tests.nets import perceptron

make_net = partial(perceptron, 16, 30, 3)


def train_on(rows, epochs=3, lr=0.1, **options):
    def train(model):
        return training.fit(model, rows, epochs=epochs, lr=lr, batch_size=30, **options)

    return train


class TestMasked:
    def test_a_masked_copy_leaves_the_network_alone(self):
        net = make_net()
        masks = pruning.select(pruning.magnitude(net), 0.6, "layer")
        with unchanged(net):
            found = masked(net, masks, constant=True)
        for name, mask in masks.items():
            weight, first = found.get_parameter(name), net.get_parameter(name)
            size = first.detach().std(correction=0)
            assert torch.allclose(weight, mask * first.sign() * size)
        assert torch.equal(found[1].bias, net[1].bias)

    def test_a_mask_that_does_not_fit_is_refused(self):
        mask = torch.ones(2, 2, dtype=torch.bool)
        refuses("must have shape", masked, make_net(), {"1.weight": mask})
        refuses("masks names '9.weight'", masked, make_net(), {"9.weight": mask}, constant=True)


class TestMaskLogits:
    def test_straight_through_is_exact_forward_and_the_identity_backward(self):
        soft = torch.tensor([1e-3, 0.3, 1e4], requires_grad=True)
        hard = torch.tensor([0.0, 1.0, 0.0])
        out = straight_through(hard, soft)
        assert torch.equal(out.detach(), hard)
        out.backward(torch.tensor([2.0, -3.0, 5.0]))
        assert soft.grad.tolist() == [2.0, -3.0, 5.0]

    def test_the_gradient_of_a_mask_logit_by_its_formula(self):
        """dL/dm = dL/dw_eff * w * (n / kept) * p (1 - p), for those in and those out."""
        net = nn.Linear(6, 1, bias=False)
        model = Supermask(net).train()
        with torch.no_grad():
            model.logits[0].copy_(torch.tensor([[-2.0, -1.0, 0.0, 0.5, 1.0, 2.0]]))
        x = torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]])
        torch.manual_seed(5)
        model(x).backward()
        torch.manual_seed(5)
        p = model.logits[0].detach().sigmoid()
        kept = torch.bernoulli(p)
        assert 0 < kept.sum() < 6
        wanted = x * net.weight.detach() * (6 / kept.sum()) * p * (1 - p)
        assert torch.allclose(model.logits[0].grad, wanted, atol=1e-5)

    def test_in_training_masks_are_drawn_and_in_evaluation_they_stand(self):
        model = Supermask(nn.Linear(400, 1, bias=False), start=1.0)
        weights = [model.drawn_weights()["weight"] for _ in range(2)]
        shares = [(w != 0).float().mean().item() for w in weights]
        assert not torch.equal(*weights)
        assert shares == pytest.approx([1 / (1 + math.exp(-1))] * 2, abs=0.12)
        assert torch.equal(model.eval().weights()["weight"], model.network.weight)

    def test_the_rescale_is_by_layer_and_can_be_left_out(self):
        net = nn.Linear(4, 1, bias=False)
        model = Supermask(net)
        with torch.no_grad():
            model.logits[0].copy_(torch.tensor([[1.0, -1.0, -1.0, -1.0]]))
        assert torch.allclose(model.weights()["weight"][0, 0], 4 * net.weight[0, 0])
        model.rescale = False
        assert torch.equal(model.weights()["weight"][0, 0], net.weight[0, 0])


class TestSupermask:
    def test_learning_a_mask_beats_chance_and_moves_no_weight(self, rows):
        net = make_net()
        handed = []

        def optimizer(parameters):
            handed.extend(parameters)
            return torch.optim.SGD(handed, lr=50.0, weight_decay=0.01)

        with unchanged(net):
            found = supermask.learn(net, train_on(rows, epochs=15, optimizer=optimizer))
        shapes = [weight.shape for weight in pruning.prunable_weights(net).values()]
        assert [parameter.shape for parameter in handed] == shapes
        assert all(torch.equal(found.masks[n], m > 0) for n, m in found.scores.items())
        for name, mask in found.masks.items():
            wanted = mask * (mask.numel() / mask.sum()) * net.get_parameter(name)
            assert torch.allclose(found.model.get_parameter(name), wanted)
        assert torch.equal(found.model[1].bias, net[1].bias)
        assert training_loss(found.model, rows) < training_loss(net, rows)

    def test_the_learned_model_is_an_ordinary_network(self, rows):
        found = supermask.learn(make_net(), train_on(rows, epochs=1))
        again = make_net(seed=1)
        again.load_state_dict(found.model.state_dict())
        assert torch.equal(again(rows.test.images), copy.deepcopy(found.model)(rows.test.images))
        assert all(p.requires_grad for p in found.model.parameters())


class TestEdgePopup:
    @pytest.mark.parametrize("keep", [0.05, 0.29, 0.5, 1.0])
    def test_the_top_share_has_an_exact_count(self, keep):
        scores = torch.randn(7, 43, generator=torch.Generator().manual_seed(0))
        mask = top_share(scores, keep)
        assert int(mask.sum()) == 301 - math.floor((1 - keep) * 301 + 1e-6)
        if keep < 1:
            assert scores.abs()[mask].min() > scores.abs()[~mask].max()

    def test_equal_scores_do_not_change_the_count(self):
        assert int(top_share(torch.ones(10), 0.3).sum()) == 3

    def test_the_gradient_of_a_score_by_its_formula(self):
        """dL/ds = dL/dw_eff * w * sqrt(1 / keep) * sign(s), for edges in and out."""
        net = nn.Linear(6, 1, bias=False)
        model = EdgePopup(net, 0.5)
        x = torch.tensor([[1.0, -2.0, 3.0, -4.0, 5.0, -6.0]])
        model(x).sum().backward()
        scores = model.scores[0].detach()
        wanted = x * net.weight.detach() * math.sqrt(2) * scores.sign()
        assert torch.allclose(model.scores[0].grad, wanted, atol=1e-5)
        assert not model.masks()["weight"].all()

    def test_the_rescale_keeps_the_variance_of_the_outputs(self):
        generator = torch.Generator().manual_seed(0)
        net = nn.Linear(2000, 500, bias=False)
        net.weight.data.normal_(generator=generator)
        x = torch.randn(1, 2000, generator=generator)
        used = EdgePopup(net, 0.25)(x).var() / net(x).var()
        assert used.item() == pytest.approx(1, abs=0.2)

    def test_edge_popup_finds_a_subnetwork_and_moves_no_weight(self, rows):
        net = make_net()
        with unchanged(net):
            found = edge_popup_function(net, train_on(rows, epochs=30, lr=0.01), 0.5)
        for name, mask in found.masks.items():
            first = net.get_parameter(name)
            assert int(mask.sum()) == mask.numel() - mask.numel() // 2
            assert torch.allclose(found.model.get_parameter(name), mask * first * math.sqrt(2))
        assert training_loss(found.model, rows) < training_loss(net, rows)

    @pytest.mark.parametrize("keep", [0, -0.5, 1.5, None])
    def test_a_share_out_of_range_is_refused(self, keep):
        message = "keep must be above 0 and at most 1"
        refuses(message, edge_popup_function, make_net(), pytest.fail, keep)

    @pytest.mark.parametrize("technique", [supermask.learn, partial(edge_popup_function, keep=0.5)])
    def test_a_network_without_weights_is_refused(self, technique):
        refuses("must have a linear or convolutional layer", technique, nn.ReLU(), pytest.fail)
