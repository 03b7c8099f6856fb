"""Runtime Neural Pruning: slices against masks, Q-learning against an exhaustive table."""

import itertools

import pytest
import torch
from torch import nn

from nc_teach import meter, training
from nc_teach.data import Dataset, Split
from nc_teach.dynamic import runtime_pruning as rnp
from nc_teach.dynamic.channel_groups import computed, group_mask, masked, sliced
from nc_teach.dynamic.runtime_pruning import RuntimePruningNet
from tests.checks import refuses, unchanged
from tests.conftest import training_loss
from tests.nets import images


def small(**options):
    return RuntimePruningNet(3, layers=2, width=8, groups=4, seed=0, **options)


class TestGroups:
    def test_a_mask_keeps_the_first_groups(self):
        mask = group_mask(torch.tensor([0, 3, 1]), channels=8, groups=4)
        assert mask.sum(dim=1).tolist() == [2, 8, 4]
        assert mask[2].tolist() == [True] * 4 + [False] * 4
        refuses(
            "groups must divide the 8 channels evenly, got 3", group_mask, torch.tensor([0]), 8, 3
        )
        refuses("groups must divide the 32 channels evenly, got 5", RuntimePruningNet, groups=5)

    def test_slices_are_the_masked_convolution(self):
        layer, x = nn.Conv2d(8, 8, 3, padding=1), torch.randn(6, 8, 5, 5)
        actions = torch.tensor([0, 1, 2, 3, 1, 0])
        wanted = masked(layer, x, actions, 4)
        assert torch.allclose(computed(layer, x, actions, 4), wanted, atol=1e-6)
        for place, action in enumerate(actions.tolist()):
            one = computed(layer, x[place : place + 1], actions[place : place + 1], 4)
            assert one.shape[1] == 2 * (action + 1)
            assert torch.allclose(one, wanted[place : place + 1, : one.shape[1]], atol=1e-6)

    def test_channels_that_are_missing_count_as_zeros(self):
        layer, x = nn.Conv2d(8, 4, 3, padding=1, bias=False), torch.randn(2, 8, 5, 5)
        x[:, 3:] = 0
        assert torch.allclose(sliced(layer, x[:, :3], 2), layer(x)[:, :2].relu(), atol=1e-6)


class TestNetwork:
    def test_one_image_a_batch_and_masks_agree(self):
        net, batch = small(), images(9)
        with torch.no_grad():
            net.agent.decoder.weight.mul_(30)
            in_training = net.train().run_gated(batch, rnp.best)
            at_once = net.eval().run_gated(batch, rnp.best)
            one_by_one = torch.cat([net(image[None]) for image in batch])
        assert torch.equal(in_training.actions, at_once.actions)
        assert torch.allclose(in_training.logits, at_once.logits, atol=1e-5)
        assert torch.allclose(at_once.logits, one_by_one, atol=1e-5)
        assert torch.equal(rnp.actions_of(net, batch), at_once.actions)
        assert torch.allclose(net.run(batch, at_once.actions), at_once.logits, atol=1e-5)

    @pytest.mark.parametrize("actions", [(0, 0), (3, 3), (0, 2), (2, 1)])
    def test_what_is_not_needed_is_not_computed(self, actions):
        class Under(nn.Module):
            def __init__(self, net):
                super().__init__()
                self.net = net

            def forward(self, image):
                return self.net.run(image, torch.tensor([actions]))

        used = [8, *(2 * (a + 1) for a in actions)]
        stem, places = 8 * 25 * 49, 9 * 49
        layers = sum(i * o * places for i, o in itertools.pairwise(used))
        wanted = stem + layers + 3 * used[-1]
        assert meter.count_macs(Under(small()), (1, 28, 28)) == wanted


class TestLearning:
    def test_exploring_draws_any_action_as_often_as_it_says(self):
        torch.manual_seed(0)
        values = torch.tensor([[0.0, 1.0, 0.0, 0.0]]).expand(20_000, -1)
        share = (rnp.exploring(0.4)(values) == 1).float().mean().item()
        assert share == pytest.approx(0.6 + 0.4 / 4, abs=0.015)
        assert (rnp.exploring(0.0)(values) == 1).all()

    def test_rewards_and_targets_by_hand(self):
        got = rnp.rewards(torch.tensor([[0, 3], [1, 0]]), torch.tensor([0.5, 2.0]), 0.1, 1.0)
        assert torch.allclose(got, torch.tensor([[0.0, -0.8], [-0.1, -2.0]]))
        values = torch.tensor([[[9.0, 9.0], [0.5, 0.2]], [[9.0, 9.0], [-1.0, -3.0]]])
        wanted = torch.tensor([[0.5, -0.8], [-1.1, -2.0]])
        assert torch.allclose(rnp.q_targets(values, got), wanted)

    def test_q_learning_finds_the_best_actions_of_all(self):
        """One image, sixteen courses: the agent takes the one with the highest reward."""
        net, image, label = small(), images(1), torch.tensor([1])
        price = 0.02
        table = {}
        with torch.no_grad():
            net.eval()
            for actions in itertools.product(range(4), repeat=2):
                error = nn.functional.cross_entropy(net.run(image, torch.tensor([actions])), label)
                table[actions] = -price * sum(actions) - error.item()
        torch.manual_seed(0)
        optimizer = torch.optim.Adam(net.agent.parameters(), lr=0.01)
        loss = rnp.q_loss(price, chance=0.5)
        for _ in range(250):
            optimizer.zero_grad()
            loss(net, image.expand(16, -1, -1, -1), label.expand(16)).backward()
            optimizer.step()
        found = tuple(rnp.actions_of(net, image)[0].tolist())
        assert table[found] >= max(table.values()) - 0.01
        assert max(table.values()) - min(table.values()) > 0.05

    def test_each_turn_trains_its_own_part(self):
        net, batch, labels = small().train(), images(9), torch.arange(9) % 3
        rnp.network_loss(rnp.exploring(1.0))(net, batch, labels).backward()
        assert all(p.grad is None for p in net.agent.parameters())
        assert net.layers[0].weight.grad is not None
        net.zero_grad(set_to_none=True)
        rnp.q_loss(0.1)(net, batch, labels).backward()
        assert net.layers[0].weight.grad is None
        assert net.agent.decoder.weight.grad is not None

    def test_it_learns_with_fit(self):
        """Dark or light, for which one group is enough: with a price, no more is used."""
        labels = torch.arange(60) % 2
        split = Split((labels[:, None, None, None] + 0.5).expand(-1, 1, 28, 28) / 2, labels)
        shades = Dataset("shades", "small", split, split, split, ("dark", "light"), "made here")
        net = RuntimePruningNet(2, layers=2, width=16, groups=2, seed=0)
        turn = {"batch_size": 10, "lr": 5e-3}
        before = training_loss(net, shades)
        training.fit(net, shades, epochs=6, loss=rnp.network_loss(rnp.exploring(1.0)), **turn)
        assert training_loss(net, shades) < before
        with unchanged(net.layers):
            history = training.fit(net, shades, epochs=6, loss=rnp.q_loss(0.5), **turn)
        assert (
            history.train_loss[-1] < history.train_loss[0]
        )  # the agent learns what its choices earn
