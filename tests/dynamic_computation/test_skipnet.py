"""Skipping blocks: the numbers of masked ones, blocks really not computed, gradients by hand."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import meter, models, training
from nc_teach.dynamic import skipnet
from nc_teach.dynamic.backbones import image_blocks, point_blocks
from nc_teach.dynamic.decisions import draw, hard, log_likelihood, noisy_gate, straight_through_gate
from nc_teach.dynamic.gates import FeedForwardGates, RecurrentGates, pooled
from nc_teach.dynamic.skipnet import SkipNet
from nc_teach.dynamic.skipping import Blocks, blend, compute_chosen
from tests.checks import refuses
from tests.conftest import training_loss
from tests.nets import Counted, images


def counted(net):
    """The same network, its blocks counting."""
    return Blocks(net.stem, nn.ModuleList(Counted(b) for b in net.blocks), net.head)


def some_policy(count=7, blocks=3):
    coins = torch.rand(count, blocks, generator=torch.Generator().manual_seed(2)) < 0.5
    coins[0], coins[1] = False, True
    return coins


def tiny(gates=FeedForwardGates):
    return SkipNet(image_blocks(blocks=3, width=4, seed=0), gates(3, 4, start=0.0, seed=1)).eval()


class TestSkipping:
    def test_the_three_parts_are_the_courses_network(self):
        net, twin = models.SmallResNet(seed=3).eval(), image_blocks(seed=3).eval()
        assert torch.allclose(net(images(7)), twin(images(7)), atol=1e-6)
        assert meter.count_params(net) == meter.count_params(twin)
        shape = (1, 28, 28)
        assert meter.count_macs(twin, shape) == meter.count_macs(net, shape) == 1_374_512

    def test_skipped_blocks_give_the_numbers_of_masked_ones_and_are_not_computed(self):
        net = counted(image_blocks(blocks=3, width=4, seed=0)).eval()
        batch, policy = images(7), some_policy()
        assert policy.any(0).all()
        assert not policy.all(0).any()
        masked = net(batch, policy.float())
        assert [sum(b.seen) for b in net.blocks] == [7, 7, 7]
        for block in net.blocks:
            block.seen.clear()
        skipped = net(batch, policy)
        assert torch.allclose(masked, skipped, atol=1e-5)
        assert [sum(b.seen) for b in net.blocks] == policy.sum(0).tolist()

    def test_with_one_input_a_skipped_block_is_an_if(self):
        net = counted(image_blocks(blocks=3, width=4, seed=0)).eval()
        policy = torch.tensor([[True, False, True]])
        one = net(images(1), policy)
        assert [sum(b.seen) for b in net.blocks] == [1, 0, 1]
        assert torch.allclose(one, net(images(1), policy.float()), atol=1e-6)

    def test_all_and_none_of_the_blocks(self):
        net, x = point_blocks(blocks=2, width=4, seed=0).eval(), torch.rand(3, 1, 1, 2)
        assert torch.equal(net(x, torch.ones(3, 2, dtype=torch.bool)), net(x))
        assert torch.equal(net(x, torch.zeros(3, 2, dtype=torch.bool)), net.head(net.stem(x)))

    def test_a_policy_that_does_not_fit_is_refused(self):
        net, x = point_blocks(blocks=2, width=4, seed=0), torch.rand(3, 1, 1, 2)
        fits = r"policy must have shape \(3, 2\), got \(2, 3\)"
        refuses(fits, net, x, torch.ones(2, 3, dtype=torch.bool))
        for chosen, got in ((torch.tensor([0, 1, 1]), "int64"), (torch.ones(2) > 0, "bool of")):
            wrong = rf"chosen must be bool of shape \(3,\), got torch.{got}"
            refuses(wrong, compute_chosen, nn.Identity(), torch.rand(3, 2), chosen)

    def test_a_blends_gradient_to_its_gate_is_what_the_block_changes(self):
        x, gate = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 0.0])
        gate.requires_grad_()
        blend(lambda v: v**2, x, gate).sum().backward()
        assert gate.grad.tolist() == [0.0 + 2.0, 6.0 + 12.0]  # the sum of F(x) - x


class TestGates:
    def test_straight_through_has_the_gradient_of_the_sigmoid(self):
        a = torch.tensor([-2.0, 0.0, 3.0], requires_grad=True)
        gates = straight_through_gate(a)
        gates.backward(torch.tensor([1.0, -2.0, 5.0]))
        p = a.detach().sigmoid()
        assert torch.allclose(a.grad, torch.tensor([1.0, -2.0, 5.0]) * p * (1 - p))
        assert gates.tolist() == [0.0, 0.0, 1.0]
        assert hard(a).tolist() == [False, False, True]

    @pytest.mark.parametrize("decide", [noisy_gate, draw])
    def test_drawn_decisions_are_yes_with_probability_p(self, decide):
        torch.manual_seed(0)
        for a in (-1.5, 0.0, 2.0):
            share = decide(torch.full((20_000,), a)).mean().item()
            assert share == pytest.approx(1 / (1 + math.exp(-a)), abs=0.015)

    def test_the_log_likelihood_is_torchs(self):
        a, drawn = torch.tensor([-3.0, 0.2, 1.0]), torch.tensor([1.0, 0.0, 1.0])
        wanted = torch.distributions.Bernoulli(logits=a).log_prob(drawn)
        assert torch.allclose(log_likelihood(a, drawn), wanted)

    def test_a_recurrent_gate_remembers_and_feed_forward_ones_do_not(self):
        x = torch.rand(2, 4, 3, 3)
        recurrent = RecurrentGates(3, 4, seed=0)
        first, state = recurrent(x, 0, None)
        again, _ = recurrent(x, 1, state)
        assert not torch.allclose(first, again)
        forward = FeedForwardGates(3, 4, seed=0)
        assert torch.equal(forward(x, 1, None)[0], forward(x, 1, "anything")[0])
        assert not torch.allclose(forward(x, 0, None)[0], forward(x, 1, None)[0])
        assert torch.allclose(pooled(x), x.mean(dim=(2, 3)))


class TestSkipNet:
    @pytest.mark.parametrize("gates", [FeedForwardGates, RecurrentGates])
    def test_in_evaluation_it_skips_and_computes_what_masks_would(self, gates):
        net = tiny(gates)
        with torch.no_grad():
            (net.gates.last if gates is RecurrentGates else net.gates.last[1]).bias -= 0.1
            masked = net.run_gated(images(40), lambda a: hard(a).float())
            net.backbone = counted(net.backbone)
            logits = net(images(40))
        assert torch.allclose(masked.logits, logits, atol=1e-5)
        used = skipnet.paths(net, images(40))
        assert torch.equal(used, masked.gates.bool())
        assert [sum(b.seen) for b in net.backbone.blocks] == (2 * used.sum(0)).tolist()

    def test_paths_leave_the_mode_as_it_was(self):
        net = tiny().train()
        skipnet.paths(net, images(2))
        assert net.training

    def test_the_reward_to_go_by_hand(self):
        gates = torch.tensor([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
        got = skipnet.reward_to_go(torch.tensor([0.5, 2.0]), gates, 0.1)
        wanted = torch.tensor([[-0.3, -0.3, -0.4], [-2.0, -2.0, -2.0]])
        assert torch.allclose(got, wanted)

    def test_the_hybrid_gradient_is_the_true_one_of_the_expected_objective(self):
        """All 2^K paths summed with their probabilities, against the mean over many draws."""
        torch.manual_seed(0)
        net = SkipNet(
            point_blocks(blocks=2, width=3, seed=0), FeedForwardGates(2, 3, 2, 0.0, seed=0)
        )
        x, label, weight = torch.tensor([[[[0.9, 0.2]]]]), torch.tensor([1]), 0.3
        bias = [layer.bias for layer in net.gates.last]

        def objective(policy):
            path = iter(policy)
            gated = net.run_gated(x, lambda a: a.new_full(a.shape, next(path)))
            chance = log_likelihood(gated.gate_logits, gated.gates).sum().exp()
            return chance * (F.cross_entropy(gated.logits, label) - weight * (2 - sum(policy)))

        exact = sum(objective((i, j)) for i in (0.0, 1.0) for j in (0.0, 1.0))
        wanted = torch.stack(torch.autograd.grad(exact, bias))
        many = 8000
        loss = skipnet.hybrid_loss(weight, baseline=False)
        drawn = loss(net, x.expand(many, -1, -1, -1), label.expand(many))
        got = torch.stack(torch.autograd.grad(drawn, bias))
        assert torch.allclose(got, wanted, atol=0.02)
        assert wanted.abs().max() > 0.05
        averaged = skipnet.hybrid_loss(weight)(net, x.expand(many, -1, -1, -1), label.expand(many))
        assert torch.allclose(torch.stack(torch.autograd.grad(averaged, bias)), wanted, atol=0.02)

    def test_warm_up_leaves_the_gates_alone_and_counting_pulls_them_down(self):
        net = tiny().train()
        labels = torch.arange(7) % 10
        skipnet.whole_network_loss(net, images(7), labels).backward()
        assert all(p.grad is None for p in net.gates.parameters())
        skipnet.counting_loss(100.0)(net, images(7), labels).backward()
        assert all(layer.bias.grad.item() > 0 for layer in net.gates.last)

    def test_with_a_price_fewer_blocks_run_and_the_loss_still_falls(self, rows):
        """The stem alone tells the three rows apart: with a price, nothing else is used."""
        parts = nn.ModuleList(nn.Sequential(nn.Linear(8, 8), nn.ReLU()) for _ in range(2))
        stem = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU())
        torch.manual_seed(0)
        net = SkipNet(
            Blocks(stem, parts, nn.Linear(8, 3)), FeedForwardGates(2, 8, start=1.0, seed=0)
        )
        before = skipnet.paths(net, rows.test.images).float().mean(), training_loss(net, rows)
        training.fit(net, rows, epochs=40, lr=0.02, batch_size=30, loss=skipnet.hybrid_loss(0.5))
        assert skipnet.paths(net, rows.test.images).float().mean() < before[0]
        assert training_loss(net, rows) < before[1]
