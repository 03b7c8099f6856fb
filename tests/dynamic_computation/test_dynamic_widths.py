"""One set of weights at several widths: exact slices, statistics of their own, honest budgets."""

import copy
from functools import partial

import pytest
import torch
from torch import nn

from nc_teach import dynamic, meter
from nc_teach.data import Split
from nc_teach.dynamic.slimmable import active
from tests.checks import refuses, unchanged
from tests.nets import images as toy_images

naive = partial(dynamic.SlimmableNet, norm=dynamic.SharedBatchNorm2d)


images = partial(toy_images, size=14)


def split(n=40):
    return Split(images(n), torch.arange(n) % 10)


class TestWidths:
    @pytest.mark.parametrize("make", [dynamic.SlimmableNet, naive])
    @pytest.mark.parametrize("width", [0.25, 0.5, 1.0])
    def test_a_width_is_exactly_the_small_network_cut_out(self, make, width):
        net = make(seed=0)
        dynamic.recalibrate_bn(net.set_width(width), split())
        net.eval()
        small = dynamic.slim(net)
        with torch.no_grad():
            torch.testing.assert_close(net(images(3)), small(images(3)))
        assert small[0].out_channels == active(32, width)
        assert meter.count_macs(net, (1, 14, 14)) == meter.count_macs(small, (1, 14, 14))

    def test_macs_by_hand(self):
        net = dynamic.SlimmableNet().set_width(0.25)
        wanted = 9 * 8 * 196 + 9 * 8 * 8 * 49 + 9 * 8 * 8 * 16 + 8 * 10
        assert meter.count_macs(net, (1, 14, 14)) == wanted

    def test_the_cut_network_shares_nothing(self):
        net = dynamic.SlimmableNet().set_width(0.5)
        small = dynamic.slim(net)
        with torch.no_grad():
            for parameter in small.parameters():
                parameter.zero_()
        assert net.convs[0].weight.abs().sum() > 0
        assert net.norms[0].norms[1].weight.sum() == 16

    def test_only_the_used_weights_get_a_gradient(self):
        net = dynamic.SlimmableNet(seed=0).set_width(0.25)
        net(images(40)).sum().backward()
        gradient = net.convs[1].weight.grad
        assert gradient[:8, :8].abs().sum() > 0
        assert gradient[8:].abs().sum() == gradient[:, 8:].abs().sum() == 0
        assert net.norms[0].norms[-1].weight.grad is None

    def test_the_joint_loss_is_the_sum_over_widths_and_ends_at_the_full_one(self):
        net, labels = dynamic.SlimmableNet(seed=0), torch.arange(40) % 10
        twin = copy.deepcopy(net)
        total = dynamic.sum_of_widths(net, images(40), labels)
        each = [
            nn.functional.cross_entropy(twin.set_width(w)(images(40)), labels) for w in twin.widths
        ]
        torch.testing.assert_close(total, sum(each))
        assert net.width == 1.0

    def test_wrong_widths_are_told_and_change_nothing(self):
        net = dynamic.SlimmableNet()
        for width in (0.3, 0.0, 1.5):
            refuses("width must be", net.set_width, width)
        assert net.width == net.convs[0].width == 1.0
        assert naive().set_width(0.3)(images(2)).shape == (2, 10)
        assert active(3, 0.01) == 1
        refuses("widths.* must be above 0", dynamic.SlimmableNet, widths=(0, 1))
        strides = "strides must be one for each of 2"
        refuses(strides, dynamic.SlimmableNet, channels=(4, 4), strides=(1,))


class TestNormalisation:
    def test_each_width_keeps_statistics_of_its_own(self):
        norm = dynamic.SwitchableBatchNorm2d(8, (0.5, 1.0))
        maps = torch.randn(64, 8, 5, 5, generator=torch.Generator().manual_seed(0))
        norm.width = 0.5
        norm(3 + maps[:, :4])
        assert norm.norms[0].running_mean.mean() == pytest.approx(0.3, abs=0.02)
        assert norm.norms[1].running_mean.abs().sum() == 0
        norm.width = 0.75
        refuses(r"width must be one of \(0.5, 1.0\), got 0.75", norm, maps)

    def test_one_norm_for_two_widths_fits_neither(self):
        """Inputs of scale 1 and 3 in turn: own norms give variance 1, the shared one does not."""
        generator = torch.Generator().manual_seed(0)
        own = dynamic.SwitchableBatchNorm2d(4, (0.5, 1.0))
        shared = dynamic.SharedBatchNorm2d(4)
        for _ in range(60):
            for width, scale in ((0.5, 1.0), (1.0, 3.0)):
                maps = scale * torch.randn(50, active(4, width), 4, 4, generator=generator)
                own.width = width
                own(maps), shared(maps)
        maps = torch.randn(500, 2, 4, 4, generator=generator)
        own.width = 0.5
        own.eval(), shared.eval()
        assert own(maps).std().item() == pytest.approx(1, abs=0.05)
        assert shared(maps).std().item() < 0.7

    def test_the_shared_norm_at_full_width_is_the_ordinary_one(self):
        ours, theirs = dynamic.SharedBatchNorm2d(4), nn.BatchNorm2d(4)
        maps = torch.randn(9, 4, 3, 3)
        torch.testing.assert_close(ours(maps), theirs(maps))
        torch.testing.assert_close(ours.running_var, theirs.running_var)
        torch.testing.assert_close(ours.eval()(maps), theirs.eval()(maps))

    def test_recalibration_measures_plain_means_at_the_present_width(self):
        net = naive(seed=0).set_width(0.5)
        dynamic.recalibrate_bn(net, split(), batch_size=20)
        with torch.no_grad():
            first = [net.convs[0](part) for part in images(40).split(20)]
        means = torch.stack([maps.mean(dim=(0, 2, 3)) for maps in first]).mean(dim=0)
        variances = torch.stack([maps.var(dim=(0, 2, 3)) for maps in first]).mean(dim=0)
        torch.testing.assert_close(net.norms[0].running_mean[:16], means)
        torch.testing.assert_close(net.norms[0].running_var[:16], variances)
        assert net.norms[0].momentum == 0.1
        assert net.training

    def test_recalibration_leaves_weights_and_other_widths_alone(self):
        net = dynamic.SlimmableNet(seed=0).set_width(0.5).eval()
        others = [norm for layer in net.norms for i, norm in enumerate(layer.norms) if i != 1]
        with unchanged(dict(net.named_parameters()), *others):
            dynamic.recalibrate_bn(net, split())
        assert not net.training


class TestSandwich:
    def test_soft_targets_of_certainty_are_cross_entropy(self):
        logits, labels = torch.randn(5, 10), torch.arange(5)
        hard = nn.functional.one_hot(labels, 10).float()
        torch.testing.assert_close(
            dynamic.soft_cross_entropy(logits, hard), nn.functional.cross_entropy(logits, labels)
        )

    def test_the_loss_by_hand_and_the_teacher_gets_no_gradient_from_its_pupils(self):
        net, labels = naive(seed=0), torch.arange(40) % 10
        full, small = (naive(seed=0).set_width(w)(images(40)) for w in (1.0, 0.25))
        wanted = nn.functional.cross_entropy(full, labels)
        wanted = wanted + dynamic.soft_cross_entropy(small, full.softmax(dim=1))
        loss = dynamic.sandwich_loss(between=0)(net, images(40), labels)
        torch.testing.assert_close(loss, wanted)
        loss.backward()
        alone = naive(seed=0)
        nn.functional.cross_entropy(alone(images(40)), labels).backward()
        torch.testing.assert_close(net.convs[2].weight.grad[8:], alone.convs[2].weight.grad[8:])

    def test_widths_lie_between_and_come_from_torch_s_seed(self):
        seen = []

        class Watched(dynamic.SlimmableNet):
            def set_width(self, width):
                seen.append(width)
                return super().set_width(width)

        net = Watched(norm=dynamic.SharedBatchNorm2d, seed=0)
        for ends, distil in ((True, True), (False, False)):
            seen.clear()
            torch.manual_seed(3)
            loss = dynamic.sandwich_loss(ends=ends, distil=distil)
            loss(net, images(4), torch.arange(4))
            assert len(seen) == 5  # four of the step, then full again
            assert (seen[:2] == [1.0, 0.25]) is ends
            assert all(0.25 <= width <= 1 for width in seen)

    def test_wrong_ends_are_told(self):
        for low, high in ((0, 1), (0.5, 0.5), (0.5, 1.5)):
            refuses("low and high must be", dynamic.sandwich_loss, low, high)
        refuses("between", dynamic.sandwich_loss, between=-1)


class TestBattery:
    options = (
        dynamic.Option("width", "0.25", 10, 0.9, 0.70),
        dynamic.Option("depth", "exit 2", 30, 0.2, 0.75),
        dynamic.Option("blocks", "all", 90, 0.5, 0.80),
        dynamic.Option("depth", "worse", 95, 1.0, 0.60),
    )

    def test_both_budgets_count(self):
        assert dynamic.battery(self.options).name == "all"
        assert dynamic.battery(self.options, macs=50).name == "exit 2"
        assert dynamic.battery(self.options, latency_ms=0.3).name == "exit 2"
        assert dynamic.battery(self.options, macs=20, latency_ms=0.3) is None
        assert dynamic.battery([]) is None

    def test_equal_accuracy_goes_to_the_cheaper(self):
        twin = dynamic.Option("width", "cheap", 80, 0.5, 0.80)
        assert dynamic.battery([*self.options, twin]).name == "cheap"

    def test_the_frontier_is_what_some_budget_picks(self):
        names = [o.name for o in dynamic.frontier(self.options)]
        assert names == ["0.25", "exit 2", "all"]
        picked = {
            dynamic.battery(self.options, macs=m, latency_ms=t).name
            for m in (10, 30, 90, 95)
            for t in (0.2, 0.5, 0.9, 1.0)
            if dynamic.battery(self.options, macs=m, latency_ms=t)
        }
        assert picked == set(names)

    def test_a_budget_below_nothing_is_told(self):
        below = "macs must be a number of at least 0, or inf, got -1"
        refuses(below, dynamic.battery, self.options, macs=-1)
        refuses("latency_ms", dynamic.battery, self.options, latency_ms=float("nan"))
