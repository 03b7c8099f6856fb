"""Cheaper layers: separable convolution and low rank, against conv2d, counts and exact algebra."""

import copy
from fractions import Fraction
from itertools import product

import pytest
import torch
from torch import nn

from nc_teach import architecture, meter, models
from tests.checks import refuses


def numbers(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def seeded(make, seed=0):
    with models.seeded_init(seed):
        return make().double()


class TestSeparable:
    @pytest.mark.parametrize(
        ("into", "out", "k", "m"), list(product((1, 16), (4, 33), (1, 3, 5), (1, 2)))
    )
    def test_the_formula_is_the_count_to_the_last_multiply(self, into, out, k, m):
        side = 6
        cost = architecture.separable_cost(into, out, k, side * side, m)
        layer = architecture.separable_conv(into, out, k, multiplier=m)
        standard = nn.Conv2d(into, out, k, padding=k // 2, bias=False)
        assert meter.count_macs(layer, (into, side, side)) == cost.separable
        assert meter.count_macs(layer.depthwise, (into, side, side)) == cost.depthwise
        assert meter.count_macs(standard, (into, side, side)) == cost.standard
        assert meter.count_params(layer) * side * side == cost.separable
        assert cost.ratio == m * (Fraction(1, out) + Fraction(1, k * k))
        assert cost.pointwise_share == Fraction(out, out + k * k)

    def test_the_stride_belongs_to_the_depthwise_half(self):
        layer = architecture.separable_conv(4, 6, 3, stride=2)
        assert layer.depthwise.stride == (2, 2)
        assert layer.pointwise.stride == (1, 1)
        assert layer(torch.zeros(1, 4, 7, 7)).shape == (1, 6, 4, 4)

    def test_depthwise_sees_one_channel_and_pointwise_one_place(self):
        maps = numbers(1, 3, 5, 5)
        channel, place = maps.clone(), maps.clone()
        channel[:, 1] += 1
        place[:, :, 2, 3] += 1
        layer = seeded(lambda: architecture.depthwise(3, multiplier=2))
        moved = (layer(maps) != layer(channel)).flatten(2).any(dim=2)[0]
        assert moved.tolist() == [False, False, True, True, False, False]
        layer = seeded(lambda: architecture.pointwise(3, 2))
        moved = (layer(maps) != layer(place)).any(dim=1)[0]
        assert moved.nonzero().tolist() == [[2, 3]]

    def test_a_separable_layer_is_one_convolution_of_rank_one_for_each_channel(self):
        layer = seeded(lambda: architecture.separable_conv(3, 4, 3))
        kernels = layer.depthwise.weight[:, 0]  # I x k x k
        whole = nn.Conv2d(3, 4, 3, padding=1, bias=False).double()
        with torch.no_grad():
            whole.weight.copy_(layer.pointwise.weight * kernels)
        maps = numbers(2, 3, 6, 6)
        torch.testing.assert_close(layer(maps), whole(maps))
        ranks = torch.linalg.matrix_rank(whole.weight.detach().transpose(0, 1).flatten(2))
        assert ranks.tolist() == [1, 1, 1]

    @pytest.mark.parametrize(
        ("conv", "answer"),
        [
            (nn.Conv2d(4, 4, 3, groups=4), True),
            (nn.Conv2d(4, 12, 3, groups=4), True),  # groups == out_channels would miss it
            (nn.Conv2d(4, 4, 3, groups=2), False),
            (nn.Conv2d(4, 4, 3), False),
        ],
    )
    def test_what_is_depthwise(self, conv, answer):
        assert architecture.is_depthwise(conv) is answer

    def test_wrong_sizes(self):
        cost, least = architecture.separable_cost, "must be an integer of at least 1, got"
        refuses(f"in_channels {least} 0", cost, 0, 4)
        refuses("kernel_size must be an odd integer of at least 1, got 2", cost, 4, 4, 2)
        refuses(f"inputs {least} 0", architecture.break_even_rank, 3, 0)
        refuses(f"places {least} 1.5", cost, 4, 4, 3, 1.5)


class TestNearestSeparable:
    @pytest.mark.parametrize("stride", [1, 2])
    @pytest.mark.parametrize("bias", [False, True])
    def test_with_all_filters_it_is_the_convolution(self, stride, bias):
        conv = seeded(lambda: nn.Conv2d(3, 12, 3, stride, padding=1, bias=bias))
        layer = architecture.nearest_separable(conv, multiplier=9)
        maps = numbers(2, 3, 7, 7)
        torch.testing.assert_close(layer(maps), conv(maps))

    def test_each_filter_more_brings_it_nearer_and_the_distance_is_that_of_the_spectrum(self):
        conv = seeded(lambda: nn.Conv2d(3, 5, 3, padding=1, bias=False))
        kernels = conv.weight.detach().transpose(0, 1).flatten(2)
        left = torch.linalg.svdvals(kernels).square()
        for m in range(1, 6):
            layer = architecture.nearest_separable(conv, m)
            filters = layer.depthwise.weight.detach().reshape(3, m, 9)
            mix = layer.pointwise.weight.detach().reshape(5, 3, m)
            near = torch.einsum("oim,imk->iok", mix, filters)
            assert (kernels - near).square().sum().item() == pytest.approx(
                left[:, m:].sum().item(), abs=1e-12
            )

    def test_others_are_refused(self):
        near, usual = architecture.nearest_separable, nn.Conv2d(2, 4, 3, padding=1)
        grouped, bare = nn.Conv2d(2, 4, 3, padding=1, groups=2), nn.Conv2d(2, 4, 3)
        refuses("conv must have one group", near, grouped, 1)
        refuses(r"kernel // 2 zeros on every side", near, bare, 1)
        refuses("an odd square kernel", near, nn.Conv2d(2, 4, (1, 3), padding=(0, 1)), 1)
        for multiplier in (5, 0):
            refuses(f"multiplier must be .* got {multiplier}", near, usual, multiplier)


class TestRank:
    @pytest.mark.parametrize(("m", "n"), [(300, 784), (10, 100), (8, 8), (3, 6), (2, 2), (1, 9)])
    def test_the_break_even_rank_is_the_last_that_saves(self, m, n):
        saving = [r for r in range(1, min(m, n) + 1) if r * (m + n) < m * n]
        assert architecture.break_even_rank(m, n) == (saving[-1] if saving else 0)


class TestLinear:
    def layer(self, bias=True):
        return seeded(lambda: nn.Linear(8, 6, bias=bias))

    @pytest.mark.parametrize("bias", [False, True])
    @pytest.mark.parametrize("given", [False, True])
    def test_full_rank_is_the_layer(self, bias, given):
        layer, x = self.layer(bias), numbers(20, 8)
        pair = architecture.low_rank(layer, 6, inputs=x if given else None)
        torch.testing.assert_close(pair(x), layer(x))
        assert (pair[0].bias is None, pair[1].bias is None) == (True, not bias)

    @pytest.mark.parametrize("rank", [1, 3, 5])
    def test_the_error_of_the_weights_is_that_of_the_cut_spectrum(self, rank):
        layer = self.layer()
        pair = architecture.low_rank(layer, rank)
        product = pair[1].weight @ pair[0].weight
        left = torch.linalg.svdvals(layer.weight.detach())[rank:].square().sum()
        torch.testing.assert_close((layer.weight - product).detach().square().sum(), left)
        torch.testing.assert_close(pair[0].weight.norm(), pair[1].weight.norm())  # half each
        assert meter.count_params(pair) == rank * (8 + 6) + 6

    @pytest.mark.parametrize("rank", [1, 3])
    def test_with_inputs_it_is_the_whitened_svd(self, rank):
        """Against the formula as it is written: svd(W C^(1/2)), times C^(-1/2)."""
        layer, x = self.layer(), numbers(50, 8) * torch.linspace(0.2, 4, 8, dtype=torch.float64)
        pair = architecture.low_rank(layer, rank, inputs=x)
        values, vectors = torch.linalg.eigh(x.T @ x / 50)
        root = vectors * values.sqrt() @ vectors.T
        u, s, v = torch.linalg.svd(layer.weight.detach() @ root, full_matrices=False)
        wanted = u[:, :rank] * s[:rank] @ v[:rank] @ root.inverse()
        torch.testing.assert_close((pair[1].weight @ pair[0].weight).detach(), wanted)

    def test_each_way_is_best_at_its_own_error(self):
        layer, x = self.layer(), numbers(50, 8) * torch.logspace(-1, 1, 8, dtype=torch.float64)
        plain = architecture.low_rank(layer, 2)
        aware = architecture.low_rank(layer, 2, inputs=x)

        def errors(pair):
            weights = (pair[1].weight @ pair[0].weight - layer.weight).norm().item()
            return weights, (pair(x) - layer(x)).norm().item()

        assert errors(plain)[0] < errors(aware)[0]
        assert errors(aware)[1] < errors(plain)[1]
        rival = copy.deepcopy(aware)
        generator = torch.Generator().manual_seed(3)
        for _ in range(50):
            with torch.no_grad():
                for new, old in zip(rival.parameters(), aware.parameters(), strict=True):
                    noise = torch.randn(old.shape, generator=generator, dtype=old.dtype)
                    new.copy_(old + 0.01 * noise * (old.dim() == 2))
            assert errors(rival)[1] > errors(aware)[1]

    def test_an_input_that_is_always_zero_does_no_harm(self):
        """MNIST's corners: the second moment has no inverse there."""
        layer, x = self.layer(), numbers(30, 8)
        x[:, [0, 5]] = 0
        pair = architecture.low_rank(layer, 6, inputs=x)
        assert pair[0].weight.isfinite().all()
        torch.testing.assert_close(pair(x), layer(x))

    def test_the_original_is_untouched_and_the_pair_can_be_trained_and_copied(self):
        layer = self.layer()
        before = layer.weight.detach().clone()
        pair = copy.deepcopy(architecture.low_rank(layer, 2))
        pair(numbers(4, 8)).sum().backward()
        with torch.no_grad():
            pair[1].bias.add_(1)
        assert all(p.grad is not None for p in pair.parameters())
        assert torch.equal(layer.weight, before)
        assert pair[0].weight.dtype == torch.float64


SETTINGS = [
    {},
    {"bias": False},
    {"stride": 2},
    {"stride": (1, 2)},
    {"padding": (1, 2)},
    {"dilation": 2},
    {"stride": (2, 1), "padding": (0, 2), "dilation": (1, 2)},
    {"padding": "same", "dilation": 2},
]


class TestConvolution:
    """A kernel of 3 rows and 2 columns, 3 channels in and 5 out: 5 x 18, or 9 x 10."""

    def conv(self, **settings):
        return seeded(lambda: nn.Conv2d(3, 5, (3, 2), **settings))

    @pytest.mark.parametrize("settings", SETTINGS)
    def test_full_rank_is_the_convolution_both_ways(self, settings):
        conv, maps = self.conv(**settings), numbers(2, 3, 9, 8)
        torch.testing.assert_close(architecture.low_rank(conv, 5)(maps), conv(maps))
        torch.testing.assert_close(architecture.low_rank_spatial(conv, 9)(maps), conv(maps))

    def test_the_weights_that_each_way_has(self):
        conv = self.conv(bias=False)
        assert meter.count_params(architecture.low_rank(conv, 2)) == 2 * (5 + 18)
        assert meter.count_params(architecture.low_rank_spatial(conv, 2)) == 2 * (9 + 10)

    def test_the_error_of_each_way_is_that_of_its_own_spectrum(self):
        conv = self.conv(bias=False)
        w = conv.weight.detach()
        impulse = torch.zeros(3, 3, 5, 3, dtype=torch.float64)  # gives every weight back
        impulse[range(3), range(3), 2, 1] = 1
        for made, matrix in (
            (architecture.low_rank(conv, 2), w.flatten(1)),
            (architecture.low_rank_spatial(conv, 2), w.permute(1, 2, 0, 3).reshape(9, 10)),
        ):
            error = (made(impulse) - conv(impulse)).detach().square().sum()
            torch.testing.assert_close(error, torch.linalg.svdvals(matrix)[2:].square().sum())

    @pytest.mark.parametrize("settings", [s for s in SETTINGS if s.get("padding") != "same"])
    def test_with_inputs_the_outputs_are_nearer(self, settings):
        conv, maps = self.conv(**settings), numbers(4, 3, 9, 8).cumsum(dim=3)
        error = [
            (architecture.low_rank(conv, 2, inputs=given)(maps) - conv(maps)).norm()
            for given in (None, maps)
        ]
        assert error[1] < error[0]


def test_what_cannot_be_factored_is_refused():
    factor, linear, conv = architecture.low_rank, nn.Linear(4, 3), nn.Conv2d(1, 2, 3)
    refuses("layer must be a Linear, or a Conv2d, got a ReLU", factor, nn.ReLU(), 1)
    for rank in (4, 0, 1.0):
        refuses(f"rank must be .* got {rank}", factor, linear, rank)
    refuses(r"count x 4, at least one, got \(2, 3\)", factor, linear, 1, torch.zeros(2, 3))
    refuses(r"at least one, got \(0, 4\)", factor, linear, 1, torch.zeros(0, 4))
    grouped, padded = nn.Conv2d(4, 4, 3, groups=2), nn.Conv2d(1, 2, 3, padding="same")
    refuses("of one group, padded by zeros, got 2 groups", factor, grouped, 1)
    refuses(r"count x 1 x H x W, at least one, got \(5, 9", factor, conv, 1, torch.zeros(5, 9))
    refuses("got 'same'", factor, padded, 1, torch.zeros(1, 1, 9, 9))
    refuses("conv must be a Conv2d, got a Linear", architecture.low_rank_spatial, linear, 1)
