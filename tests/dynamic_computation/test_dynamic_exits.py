"""Networks with exits: they really stop, the costs are those that run, thresholds keep budgets."""

import math
from functools import partial

import pytest
import torch
from torch import nn

from nc_teach import dynamic, meter, training
from nc_teach.data import Dataset, Split
from nc_teach.dynamic.exits import ExitNet
from nc_teach.dynamic.msdnet import split_layers
from nc_teach.training.evaluate import evaluating
from tests.checks import refuses
from tests.nets import Counted, images as toy_images

NETS = {
    "chain": lambda seed: dynamic.EarlyExitNet.small(seed=seed),
    "msdnet": lambda seed: dynamic.MSDNet.small(seed=seed),
}


images = partial(toy_images, size=14)


@pytest.fixture(params=NETS)
def net(request) -> ExitNet:
    return NETS[request.param](seed=1).eval()


class TestLeaving:
    def test_each_image_gets_the_logits_of_the_exit_it_left_by(self, net):
        batch = images()
        with torch.no_grad():
            every = torch.stack(net(batch))
            sure = dynamic.max_softmax(every)
            bars = [sure[k].median().item() for k in range(net.exits - 1)]
            answers = dynamic.early_exit(net, batch, bars)
        assert answers.exit.equal(dynamic.leaves_at(sure, bars))
        wanted = every[answers.exit, torch.arange(len(batch))]
        torch.testing.assert_close(answers.logits, wanted)
        assert len(answers.exit.unique()) > 1

    def test_one_at_a_time_is_the_same_as_a_batch(self, net):
        batch = images(8)
        with torch.no_grad():
            bars = [dynamic.max_softmax(z).mean().item() for z in net(batch)[:-1]]
            together = dynamic.early_exit(net, batch, bars)
            alone = [dynamic.early_exit(net, image[None], bars) for image in batch]
        assert together.exit.tolist() == [a.exit.item() for a in alone]
        torch.testing.assert_close(together.logits, torch.cat([a.logits for a in alone]))

    def test_those_who_have_left_are_not_computed(self):
        net = dynamic.EarlyExitNet.small(seed=0).eval()
        net.blocks = nn.ModuleList(map(Counted, net.blocks))
        batch = images(10)
        with torch.no_grad():
            answers = dynamic.early_exit(net, batch, [0.0, 1.1, 1.1])
            assert (answers.exit == 0).all()
            assert [block.seen for block in net.blocks] == [[10], [], [], []]
            sure = dynamic.max_softmax(net(batch)[0])
            for block in net.blocks:
                block.seen.clear()
            dynamic.early_exit(net, batch, [sure.sort().values[6].item(), 1.1, 1.1])
        assert [block.seen for block in net.blocks] == [[10], [6], [6], [6]]

    def test_the_last_exit_takes_everybody_even_without_an_opinion(self, net):
        with torch.no_grad():
            answers = dynamic.early_exit(
                net, images(3), [2.0] * (net.exits - 1), lambda z: z[:, 0] * math.nan
            )
        assert (answers.exit == net.exits - 1).all()
        assert answers.logits.isfinite().all()

    def test_an_empty_batch_is_answered_emptily(self, net):
        with torch.no_grad():
            answers = dynamic.early_exit(net, images(3)[:0], [0.5] * (net.exits - 1))
        assert answers.logits.shape == (0, 10)
        assert len(answers.exit) == 0

    def test_a_threshold_too_few_is_told(self, net):
        refuses(r"thresholds must be 3, .* got 2", dynamic.early_exit, net, images(2), [0.5, 0.5])

    def test_anytime_computes_only_what_is_asked_for(self):
        net = dynamic.EarlyExitNet.small(seed=0).eval()
        net.blocks = nn.ModuleList(map(Counted, net.blocks))
        with torch.no_grad():
            answers = dynamic.anytime(net, images(5))
            first, second = next(answers), next(answers)
        assert [block.seen for block in net.blocks] == [[5], [5], [], []]
        assert first.shape == second.shape == (5, 10)


class TestCosts:
    def test_the_chain_by_hand(self):
        costs = dynamic.exit_costs(dynamic.EarlyExitNet.small(), (1, 14, 14))
        convs = [9 * 16 * 49, 9 * 16 * 16 * 49, 9 * 16 * 32 * 16, 9 * 32 * 32 * 16]
        exits = [640, 640, 1280, 1280]
        assert costs == [sum(convs[: k + 1]) + sum(exits[: k + 1]) for k in range(4)]

    def test_all_earlier_classifiers_are_in_the_cost(self, net):
        whole = meter.count_macs(net, (1, 14, 14))
        costs = dynamic.exit_costs(net, (1, 14, 14))
        assert costs[-1] == whole
        assert costs == sorted(set(costs))

    def test_up_to_is_that_exit(self, net):
        with torch.no_grad():
            every = net(images(4))
            for k in range(net.exits):
                torch.testing.assert_close(dynamic.UpTo(net, k)(images(4)), every[k])
        refuses("k must be from 0 to 3, got 4", dynamic.UpTo, net, 4)


class TestJointLoss:
    def test_it_is_the_sum_of_the_exits_cross_entropies(self, net):
        batch, labels = images(6), torch.arange(6)
        errors = [nn.functional.cross_entropy(z, labels) for z in net(batch)]
        torch.testing.assert_close(dynamic.sum_of_exits()(net, batch, labels), sum(errors))
        weighted = dynamic.sum_of_exits([0, 0.5, 0, 2])(net, batch, labels)
        torch.testing.assert_close(weighted, 0.5 * errors[1] + 2 * errors[3])

    def test_the_last_exit_alone_sends_no_gradient_into_the_others(self):
        net = dynamic.EarlyExitNet.small(seed=0)
        dynamic.sum_of_exits([0, 0, 0, 1])(net, images(6), torch.arange(6)).backward()
        assert all(p.grad is None for p in net.classifiers[0].parameters())
        assert net.blocks[0][0].weight.grad.abs().sum() > 0

    def test_wrong_weights_are_told(self, net):
        one_each, two = "weights must be one for each of 4 exits", dynamic.sum_of_exits([1, 1])
        refuses(one_each, two, net, images(2), torch.arange(2))
        refuses(r"weights .*each a number of at least 0", dynamic.sum_of_exits, [1, -1, 1, 1])
        refuses("weights must not all be 0", dynamic.sum_of_exits, [0, 0, 0, 0])

    def test_it_trains_every_exit(self):
        labels = torch.arange(200) % 2
        split = Split(images(200, size=8) * 0.2 + 0.8 * labels.float()[:, None, None, None], labels)
        dataset = Dataset("two", "toy", split, split, split, ("dark", "light"), "")
        net = dynamic.EarlyExitNet.small(2, seed=0)
        before = [nn.functional.cross_entropy(z, labels) for z in dynamic.exit_logits(net, split)]
        how = {"loss": dynamic.sum_of_exits(), "measure": dynamic.last_exit_accuracy}
        training.fit(net, dataset, epochs=3, batch_size=20, lr=3e-3, progress=False, **how)
        logits = dynamic.exit_logits(net, split)
        after = [nn.functional.cross_entropy(z, labels) for z in logits]
        assert all(error < old for error, old in zip(after, before, strict=True))
        accuracies = dynamic.exit_accuracies(logits, labels)
        assert dynamic.last_exit_accuracy(net, split) == accuracies[-1]


class TestThresholds:
    costs = (10.0, 20.0, 50.0)

    def confidences(self, n=500, seed=0):
        sure = torch.rand(3, n, generator=torch.Generator().manual_seed(seed))
        return sure.sort(dim=0).values

    @pytest.mark.parametrize("budget", [10, 12, 20, 26, 35, 49, 50, 80])
    @pytest.mark.parametrize("choose", [dynamic.exit_thresholds, dynamic.shared_threshold])
    def test_the_budget_is_kept_and_nearly_spent(self, choose, budget):
        sure = self.confidences()
        leaving = dynamic.leaves_at(sure, choose(sure, self.costs, budget))
        spent = dynamic.mean_cost(leaving, self.costs)
        assert spent <= budget + 50 / len(sure[0])
        assert spent >= min(budget, 50) - 0.5

    def test_equal_confidences_leave_together_and_below_the_budget(self):
        sure = torch.ones(2, 10)
        for choose in (dynamic.exit_thresholds, dynamic.shared_threshold):
            leaving = dynamic.leaves_at(sure, choose(sure, (10, 50), 30))
            assert dynamic.mean_cost(leaving, (10, 50)) <= 30

    def test_shares_are_geometric_and_cost_the_budget(self):
        shares = dynamic.exit_shares(self.costs, 17)
        assert sum(shares) == pytest.approx(1)
        assert shares[1] / shares[0] == pytest.approx(shares[2] / shares[1])
        spent = sum(q * cost for q, cost in zip(shares, self.costs, strict=True))
        assert spent == pytest.approx(17)

    def test_the_shared_threshold_is_the_strictest_that_fits(self):
        sure = self.confidences(60)
        (bar, _) = dynamic.shared_threshold(sure, self.costs, 25)
        stricter = [b for b in sure[:-1].flatten().tolist() if b > bar]
        cost = [dynamic.mean_cost(dynamic.leaves_at(sure, [b, b]), self.costs) for b in stricter]
        assert min(cost) > 25

    def test_random_exits_cost_the_same(self):
        leaving = torch.tensor([0] * 5 + [1] * 3 + [2] * 2)
        drawn = dynamic.random_exits(leaving, seed=0)
        assert drawn.bincount().equal(leaving.bincount())
        assert not drawn.equal(leaving)
        assert drawn.equal(dynamic.random_exits(leaving, seed=0))

    def test_answers_are_those_of_the_chosen_exits(self):
        logits = torch.eye(3)[torch.tensor([[0, 1], [2, 2]])]
        assert dynamic.answers_at(logits, torch.tensor([1, 0])).tolist() == [2, 1]

    def test_wrong_budgets_and_costs_are_told(self):
        sure = self.confidences(4)
        choose, one_each = dynamic.exit_thresholds, "costs must be one for each of 3 exits, got 2"
        refuses("budget must be at least the first exit's 10.0", choose, sure, self.costs, 9)
        refuses(one_each, choose, sure, (10, 20), 15)
        refuses("costs must grow", dynamic.shared_threshold, sure, (10, 10, 20), 15)
        refuses("budget", dynamic.exit_within, self.costs, math.nan)

    def test_low_entropy_orders_two_classes_like_the_softmax(self):
        logits = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
        by_softmax = dynamic.max_softmax(logits).argsort()
        assert dynamic.low_entropy(logits).argsort().equal(by_softmax)


class TestMSDNet:
    def test_a_later_exit_sees_all_scales_and_an_early_one_no_fine_late_map(self):
        net = dynamic.MSDNet.small()
        keys = set(net.horizontal) | set(net.vertical)
        assert "scale 0, layer 3" in keys  # feeds the coarsest scale of layer 5
        assert "scale 0, layer 4" not in keys  # would feed layer 6, which there is not
        assert "scale 2, layer 5" in keys

    def test_channels_are_those_of_the_paper_s_rule(self):
        net = dynamic.MSDNet((2, 4), channels=16, growth=6, bottleneck=None)
        for scale, factor in enumerate((1, 2, 4)):
            assert net.channels[scale, 1] == 16 * factor
            assert net.channels[scale, 2] == (16 + 6) * factor
        half = net.vertical["scale 2, layer 2"][0].weight
        assert half.shape == (12, 32, 3, 3)  # half the growth comes from the finer scale

    def test_dense_connection_by_hand(self):
        net = dynamic.MSDNet((2,), factors=(1, 2), channels=2, growth=2, bottleneck=None).eval()
        x = images(3)
        with torch.no_grad():
            fine = net.horizontal["scale 0, layer 1"](x)
            coarse = net.vertical["scale 1, layer 1"](fine)
            down = net.vertical["scale 1, layer 2"](fine)
            across = net.horizontal["scale 1, layer 2"](coarse)
            wanted = net.classifiers[0](torch.cat([coarse, down, across], dim=1))
            torch.testing.assert_close(net(x)[0], wanted)

    def test_no_weight_is_idle(self):
        for net in (dynamic.MSDNet.small(), dynamic.MSDNet((3, 6, 9), reduction=True, growth=4)):
            dynamic.sum_of_exits()(net, images(4, size=16), torch.arange(4)).backward()
            assert all(p.grad is not None for p in net.parameters())

    def test_network_reduction_drops_scales_and_halves_channels(self):
        net = dynamic.MSDNet((3, 6, 9), reduction=True)
        assert [net.finest(layer) for layer in (1, 3, 4, 6, 7, 9)] == [0, 0, 1, 1, 2, 2]
        assert net.channels[2, 3] == (64 + 24 + 24) // 2
        costs = dynamic.exit_costs(net, (1, 28, 28))
        assert costs[-1] < dynamic.exit_costs(dynamic.MSDNet((3, 6, 9)), (1, 28, 28))[-1]
        with evaluating(net):
            assert [z.shape for z in net(images(2, size=28))] == [(2, 10)] * 3

    def test_lazy_walk_gives_what_a_walk_without_memory_gives(self):
        net = dynamic.MSDNet((2, 3, 5), bottleneck=2, seed=3).eval()
        with torch.no_grad():
            walked = net(images(3))
            for k, layer in enumerate(net.exits_at):
                afresh = net._maps(net.begin(images(3)), 2, layer)
                torch.testing.assert_close(walked[k], net.classifiers[k](afresh))

    def test_wrong_shapes_are_told(self):
        one_each = "classifiers must be one for each block, got 0 for 1"
        refuses(one_each, dynamic.EarlyExitNet, [nn.Identity()], [])
        refuses("classifiers", dynamic.EarlyExitNet, [], [])
        refuses("exits_at must be layers that grow", dynamic.MSDNet, (3, 3))
        refuses("growth must be an integer of at least 1, got 0", dynamic.MSDNet, (3,), growth=0)
        refuses("factors", dynamic.MSDNet, (3,), factors=())

    @pytest.mark.parametrize(("layers", "blocks"), [(7, 1), (7, 3), (3, 3), (10, 4)])
    def test_blocks_end_with_the_last_layer(self, layers, blocks):
        ends = split_layers(layers, blocks)
        assert ends[-1] == layers
        assert sorted(set(ends)) == ends


def test_a_short_chain_begins_as_a_long_one():
    long = dynamic.EarlyExitNet.small(seed=4)
    short = dynamic.EarlyExitNet.small(layers=((16, 2), (16, 1)), seed=4)
    assert short.blocks[1][0].weight.equal(long.blocks[1][0].weight)


class TestSpent:
    def test_what_leaves_is_not_counted(self, net):
        batch = images(12)
        with torch.no_grad():
            bars = [dynamic.max_softmax(z).median().item() for z in net(batch)[:-1]]
            leaving = dynamic.early_exit(net, batch, bars).exit
        model = dynamic.Leaving(net, bars)
        wanted = dynamic.mean_cost(leaving, dynamic.exit_costs(net, (1, 14, 14)))
        assert dynamic.mean_macs(model, batch) == pytest.approx(wanted)
        assert dynamic.mean_macs(dynamic.InBatches(model, 1), batch) == pytest.approx(wanted)

    def test_an_ordinary_network_spends_what_the_meter_counts(self):
        net = dynamic.SlimmableNet()
        assert dynamic.mean_macs(net, images(3)) == meter.count_macs(net, (1, 14, 14))

    def test_no_images_and_no_batch_are_told(self, net):
        refuses("images must be at least one", dynamic.mean_macs, net, images(3)[:0])
        refuses("size must be an integer of at least 1, got 0", dynamic.InBatches, net, 0)
        refuses("thresholds", dynamic.Leaving, net, [0.5])
