"""BlockDrop: rewards by hand, the self-critical gradient by its formula, what is left untouched."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import meter, training
from nc_teach.dynamic import blockdrop
from nc_teach.dynamic.backbones import image_blocks
from nc_teach.dynamic.blockdrop import BlockDrop, PolicyNet, policy_loss, reward, with_first_kept
from tests.checks import refuses, same


class Fixed(nn.Module):
    """A policy network with one row of numbers for everybody."""

    def __init__(self, logits):
        super().__init__()
        self.row = nn.Parameter(torch.tensor(logits))

    def forward(self, inputs):
        return inputs.new_zeros(len(inputs), 1) + self.row


def batch(count=6):
    images = torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    return images, torch.arange(count) % 3


def small(logits=(0.3, -0.2, 0.9)):
    return BlockDrop(image_blocks(3, blocks=3, width=4, seed=0), Fixed(list(logits)))


class TestReward:
    def test_the_reward_is_the_papers_also_at_its_ends(self):
        policy = torch.tensor([[0, 0, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1], [0, 1, 0, 0]])
        right = torch.tensor([True, True, True, False])
        assert reward(policy, right, 5.0).tolist() == [1.0, 0.75, 0.0, -5.0]

    def test_the_first_blocks_stay_on_while_the_last_are_learned(self):
        policy = torch.zeros(2, 4)
        assert with_first_kept(policy, 1).tolist() == [[1, 1, 1, 0]] * 2
        assert torch.equal(with_first_kept(policy, None), policy)
        assert torch.equal(with_first_kept(policy, 4), policy)
        for last in (0, 5):
            refuses(f"last must be from 1 to 4, got {last}", with_first_kept, policy, last)

    def test_arguments_out_of_range_are_named(self):
        wrong = "right must be a bool tensor .*got torch.int64"
        refuses(wrong, reward, torch.ones(2, 2), torch.tensor([1, 0]), 1.0)
        known = "baseline must be one of self-critical, none, got 'mean'"
        refuses(known, policy_loss, 1.0, baseline="mean")
        refuses("alpha must be from 0.5 to 1, got 0.2", policy_loss, 1.0, alpha=0.2)


class TestForward:
    def test_forward_takes_the_greedy_policy_and_saves_the_rest(self):
        model = small().eval()
        images, _ = batch()
        assert model.policy(images[:1]).tolist() == [[True, False, True]]
        wanted = model.backbone(images, torch.tensor([[1.0, 0.0, 1.0]]).expand(6, -1))
        assert torch.allclose(model(images), wanted, atol=1e-5)
        block = 2 * 4 * 4 * 9 * 49
        whole = meter.count_macs(model.backbone, (1, 28, 28))
        assert meter.count_macs(model, (1, 28, 28)) == whole - block

    def test_the_policy_network_costs_what_it_says(self):
        assert meter.count_macs(PolicyNet(6), (1, 28, 28)) == 8 * 25 * 49 + 16 * 8 * 9 * 16 + 64 * 6


class TestLearning:
    @pytest.mark.parametrize("baseline", blockdrop.BASELINES)
    def test_the_gradient_is_the_exact_one_of_the_expected_reward(self, baseline):
        """All eight policies with their probabilities; a baseline changes the noise alone."""
        model = small()
        images, _ = batch(1)
        labels = model.eval().backbone(images).argmax(dim=1)
        s = blockdrop.bounded(model.policy_net.row.sigmoid(), 0.8)
        expected = torch.zeros(())
        rewards = {}
        with torch.no_grad():
            for number in range(8):
                u = torch.tensor([[number >> k & 1 for k in range(3)]], dtype=torch.bool)
                right = model.backbone(images, u).argmax(dim=1) == labels
                rewards[number] = reward(u, right, 2.0).item()
        for number, gain in rewards.items():
            u = torch.tensor([number >> k & 1 for k in range(3)])
            expected = expected + gain * torch.where(u == 1, s, 1 - s).prod()
        (wanted,) = torch.autograd.grad(-expected, model.policy_net.row)
        torch.manual_seed(1)
        loss = policy_loss(2.0, baseline=baseline)
        value = loss(model, images.expand(4000, -1, -1, -1), labels.expand(4000))
        (got,) = torch.autograd.grad(value, model.policy_net.row)
        assert torch.allclose(got, wanted, atol=0.02)
        assert wanted.abs().max() > 0.03

    def test_a_sure_greedy_policy_has_no_advantage_over_itself(self):
        """alpha = 1 and s of 0 or 1: what is drawn is what is greedy: there is nothing to learn."""
        model = small((40.0, -40.0, 40.0))
        value = policy_loss(2.0, alpha=1.0)(model, *batch())
        (gradient,) = torch.autograd.grad(value, model.policy_net.row)
        assert gradient.abs().max() == 0

    def test_blocks_that_are_not_learned_yet_get_no_gradient(self):
        model = small()
        torch.manual_seed(0)
        policy_loss(2.0, last=1, baseline="none")(model, *batch()).backward()
        assert model.policy_net.row.grad[:2].tolist() == [0.0, 0.0]
        assert model.policy_net.row.grad[2] != 0

    def test_learning_a_policy_does_not_touch_the_network_and_joint_training_does(self, large_rows):
        model = small()
        before = copy.deepcopy(model.backbone.state_dict())
        stages = []

        def train(net, loss):
            stages.append(loss)
            return training.fit(net, large_rows, epochs=1, loss=loss, lr=0.01)

        blockdrop.learn_with_curriculum(model, train, 1.0, stages=(1, 2, 3))
        assert len(stages) == 3
        assert same(before, model.backbone.state_dict())
        assert model.policy_net.row.grad is not None
        training.fit(model, large_rows, epochs=1, loss=policy_loss(1.0, joint=True), lr=0.01)
        after = model.backbone.state_dict()
        assert not torch.equal(before["stem.0.weight"], after["stem.0.weight"])
        steps = -(-len(large_rows.train) // 100)
        assert after["stem.1.num_batches_tracked"] == before["stem.1.num_batches_tracked"] + steps

    def test_useless_blocks_are_dropped(self, large_rows):
        """When every policy is right, the reward is highest without blocks."""

        class Knows(nn.Module):
            """Reads the class off the image; its blocks change nothing."""

            def forward(self, images):
                return 9 * F.one_hot(images[:, 0, :21:7, 0].argmax(dim=1), 3).float()

        net = blockdrop.Blocks(
            Knows(), nn.ModuleList([nn.Identity(), nn.Identity()]), nn.Identity()
        )
        model = BlockDrop(net, Fixed([2.0, 2.0]))
        training.fit(model, large_rows, epochs=60, lr=0.1, batch_size=30, loss=policy_loss(1.0))
        assert (model.policy_net.row < 2.0).all()
        assert training.accuracy(model, large_rows.test) == 1.0  # the stem alone knows
