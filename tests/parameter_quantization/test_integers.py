"""Integers that really run: calibration, one layer bit for bit, whole networks, their files."""

import copy
import math
from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import meter, models, quantization, storage, training
from nc_teach.claims.parameter_quantization.integer_equality import compare
from nc_teach.quantization import integer_arithmetic, torch_engine
from tests.checks import refuses, same, unchanged
from tests.nets import Residual, experienced, images, perceptron, small_net


def some(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class TestCalibration:
    @pytest.mark.parametrize("percentile", [55, 90, 99, 99.9, 100])
    def test_the_ends_are_numbers_of_x_with_as_many_beyond_as_the_percentile_says(self, percentile):
        x = some(40, 25)
        low, high = quantization.clip_range(x, percentile)
        beyond = 1000 - math.ceil(10 * percentile)
        assert int((x > high).sum()) == int((x < low).sum()) == beyond
        assert (x == high).any()
        assert (x == low).any()

    def test_zero_is_always_in_the_range(self):
        assert quantization.clip_range(some(9).abs() + 1)[0] == 0.0
        assert quantization.clip_range(-some(9).abs() - 1)[1] == 0.0
        assert quantization.clip_range(torch.zeros(4), 80) == (0.0, 0.0)
        assert quantization.calibrate(torch.zeros(4))[0] == 1.0

    def test_min_max_is_the_grid_of_the_whole(self):
        x = some(6, 7)
        want = quantization.choose_grid(x, 5, symmetric=False)
        assert torch.equal(torch.stack(quantization.calibrate(x, 5)), torch.stack(want))

    @pytest.mark.parametrize("percentile", [80, 95, 100])
    def test_both_errors_are_the_mean_squared_error_and_only_clipping_clips(self, percentile):
        x = some(50, 20)
        grid = quantization.calibrate(x, 4, percentile)
        rounding, clipping = quantization.quantization_error(x, *grid, 4)
        whole = (quantization.fake_quantize(x, *grid, 4) - x).square().mean().item()
        assert rounding + clipping == pytest.approx(whole)
        assert (clipping == 0) == (percentile == 100)
        assert rounding <= grid[0].item() ** 2 / 4

    def test_wrong_input_is_named(self):
        refuses(
            "percentile must be above 50 and at most 100, got 50",
            quantization.clip_range,
            some(3),
            50,
        )
        refuses("x must be finite", quantization.calibrate, torch.tensor([math.nan]))


class TestArithmetic:
    def test_the_multiplier_is_odd_has_16_bits_and_is_near(self):
        factor = 2.0 ** (20 * some(2000).double()).clamp(-45, 14.9)
        multiplier, shift = quantization.fixed_point(factor)
        assert (multiplier % 2 == 1).all()
        assert ((multiplier > 2**15) & (multiplier < 2**16)).all()
        assert ((multiplier / 2.0 ** shift.double() / factor - 1).abs() <= 2**-15).all()

    def test_rescaling_is_the_nearest_integer_of_the_exact_fraction_and_never_half_way(self):
        for factor in (0.5, 0.25, 0.0037, 0.9, 2.0**-12):
            m, n = quantization.fixed_point(torch.tensor(factor))
            sums = torch.arange(-70_000, 70_000, 61, dtype=torch.int32)
            found = quantization.rescale(sums, m, n, 3, -128, 127)
            given = sums.long()
            assert torch.equal(quantization.rescale(given, m, n, 3, -128, 127), found)
            assert torch.equal(given, sums.long())
            for total, q in zip(sums.tolist(), found.tolist(), strict=True):
                exact = Fraction(total * m.item(), 2 ** n.item())
                right = min(127, max(-128, math.floor(exact + Fraction(1, 2)) + 3))
                assert q == right
                half = (2 * exact).denominator == 1 and exact.denominator == 2
                assert not half or abs(exact) > 2**13  # far outside the grid

    @pytest.mark.parametrize("shape", [(1, 1, 3), (2, 1, 5), (0, 4, 2), (3, 7, 1), (33, 100, 40)])
    @pytest.mark.parametrize("native", [True, False])
    def test_products_are_exact(self, shape, native, monkeypatch):
        if not native:
            monkeypatch.setattr(integer_arithmetic, "has_exact_int8", lambda: False)
        n, k, out = shape
        generator = torch.Generator().manual_seed(1)
        a = torch.randint(-128, 128, (n, k), dtype=torch.int8, generator=generator)
        b = torch.randint(-128, 128, (out, k), dtype=torch.int8, generator=generator)
        a[: n // 2], b[: out // 2] = -128, -128  # the largest sums that there are
        found = quantization.int_matmul(a, b.T)
        assert found.dtype == torch.int32
        assert torch.equal(found.long(), a.long() @ b.long().T)

    def test_a_processor_whose_sums_of_pairs_overflow_is_found_out(self, monkeypatch):
        def saturates(a, b):
            """Sums of two products are held in 16 bits, as before there were dot products."""
            pairs = a.int().unflatten(1, (-1, 2))[..., None] * b.int().unflatten(0, (-1, 2))
            return pairs.sum(2).clamp(-(2**15), 2**15 - 1).sum(1).int()

        look = quantization.has_exact_int8.__wrapped__
        assert quantization.has_exact_int8() == look()
        monkeypatch.setattr(torch, "_int_mm", saturates)
        assert not getattr(look, "__wrapped__", look)()
        monkeypatch.delattr(torch, "_int_mm")
        assert not getattr(look, "__wrapped__", look)()


def random_layer(seed):
    """A layer, inputs for it, and how to convert it: of every kind in turn."""
    torch.manual_seed(seed)
    if seed % 3 == 0:
        layer, x = nn.Linear(1 + 37 * seed, 1 + seed, bias=seed % 2 == 0), some(16, 1 + 37 * seed)
    else:
        groups = (1, 2, 4)[seed // 3 % 3]
        how = {"stride": 1 + seed % 2, "padding": (seed % 3, 1), "groups": groups}
        layer, x = nn.Conv2d(4, 8, (3, 2), bias=seed % 2 == 0, **how), some(5, 4, 9, 8)
    x = x.abs() if seed % 4 else x
    how = {"bits": (8, 8, 5)[seed % 3], "relu": seed % 2 == 0, "per_channel": seed % 5 > 0}
    return layer, x, how, (100, 99, 90)[seed % 3]


class TestLayer:
    @pytest.mark.parametrize("seed", range(24))
    def test_it_is_its_fake_quantization_bit_for_bit(self, seed):
        layer, x, how, percentile = random_layer(seed)
        bits, y = how["bits"], layer(x).detach()
        y = F.relu(y) if how["relu"] else y
        reads = quantization.calibrate(x, bits, percentile)
        writes = quantization.calibrate(y, bits, percentile)
        q = quantization.quantize(x, *reads, bits)
        inputs = quantization.dequantize(q, reads[0].double(), reads[1])
        with unchanged(layer):
            integers = quantization.IntegerLayer(layer, reads, writes, **how)
        found = quantization.dequantize(integers(q), writes[0].double(), writes[1])
        assert torch.equal(found, quantization.simulate(integers, inputs))
        last = quantization.IntegerLayer(layer, reads, None, **how)
        shape = (-1, *(1,) * (y.dim() - 2))
        wanted = quantization.simulate(last, inputs)
        assert torch.allclose(last(q) * last.unit.view(shape), wanted, rtol=0, atol=1e-9)

    def test_the_grids_are_those_that_were_chosen(self):
        """To 1 / 32,768, by which the multiplier moves the scale of the weights."""
        layer = nn.Linear(30, 7)
        reads = writes = quantization.calibrate(some(50), 8)
        integers = quantization.IntegerLayer(layer, reads, writes)
        scale, _ = quantization.choose_grid(layer.weight.double(), 8, axis=0)
        ours = integers.unit / reads[0].double()
        assert torch.allclose(ours, scale.flatten(), rtol=2**-15, atol=0)
        assert torch.equal(
            integers.weight, quantization.quantize(layer.weight.double(), scale, 0, 8)
        )

    def test_nothing_overflows_and_zeros_are_zeros(self):
        """A bias far larger than the weights, weights that are all 0, and inputs that are."""
        layer = nn.Linear(5, 3)
        layer.weight.data *= 1e-9
        layer.weight.data[1] = 0
        layer.bias.data.copy_(torch.tensor([10.0, -3.0, 0.0]))
        reads, writes = (
            quantization.calibrate(x) for x in (torch.zeros(4), torch.tensor([-3.0, 10]))
        )
        integers = quantization.IntegerLayer(layer, reads, writes)
        y = quantization.dequantize(integers(torch.full((1, 5), -128, dtype=torch.int8)), *writes)
        assert torch.allclose(y, torch.tensor([[10.0, -3.0, 0.0]]), atol=writes[0].item())

    def test_a_convolution_that_reads_other_places_is_refused(self):
        grid = quantization.calibrate(some(9))
        for how in ({"dilation": 2}, {"padding": 1, "padding_mode": "circular"}):
            layer = nn.Conv2d(1, 1, 3, **how)
            refuses("layer must be padded with zeros", quantization.IntegerLayer, layer, grid, grid)


def convnet():
    """Batch norm behind both kinds of layers, depthwise, both poolings, a ReLU behind a pool."""
    torch.manual_seed(3)
    return experienced(
        nn.Sequential(
            nn.ReLU(),
            *(nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
            *(nn.Conv2d(4, 4, 3, groups=4, padding=1), nn.MaxPool2d(3, 2, 1), nn.ReLU()),
            *(nn.AvgPool2d(2), nn.Dropout(), nn.Flatten(), nn.Linear(16, 6), nn.BatchNorm1d(6)),
            *(nn.ReLU(), nn.Linear(6, 3)),
        )
    )


NETS = {
    "perceptron": (small_net, 4),
    "of all parts": (convnet, 8),
    "LeNet-300-100": (lambda: models.LeNet300100(seed=0), 28),
    "LeNet-5": (lambda: models.LeNet5Caffe(seed=0), 28),
    "mean of maps": (lambda: experienced(models.FashionConvNet(width=4, seed=0)), 28),
}


class TestNetwork:
    @pytest.mark.parametrize("name", NETS)
    def test_every_layer_is_exact_and_the_whole_near_float32(self, name):
        make, size = NETS[name]
        net, x = make(), images(40, size)
        with unchanged(net):
            integers = quantization.integer_network(net, x)
        outputs, off, _ = compare(integers, x)
        assert outputs > 0
        assert off == 0
        found = integers(x)
        assert found.dtype == torch.float32
        assert torch.equal(found, quantization.simulate_network(integers, x).float())
        with training.evaluate.evaluating(net):
            wanted = net(x)
        assert (found - wanted).abs().max() < 0.06 * (wanted.max() - wanted.min())

    def test_between_the_ends_there_are_integers_alone(self):
        integers = quantization.integer_network(convnet(), images(30, 8))
        q = integers.quantized(images(5, 8))
        for step in integers.steps:
            assert q.dtype == torch.int8
            q = step(q)
        assert q.dtype == torch.int32

    @pytest.mark.parametrize("bits", [2, 5])
    def test_fewer_bits_use_fewer_integers(self, bits):
        integers = quantization.integer_network(
            small_net(), images(30, 4), bits=bits, weight_bits=3
        )
        q = integers.steps[:2](integers.quantized(images(30, 4)))
        assert -(2 ** (bits - 1)) <= q.min() <= q.max() < 2 ** (bits - 1)
        assert all(layer.weight.abs().max() == 3 for layer in integers.layers)

    def test_a_trained_network_on_all_test_images(self, rows):
        net = perceptron(16, 40, 3)
        training.fit(net, rows, epochs=15, seed=0, batch_size=10, lr=0.01)
        integers = quantization.integer_network(net, rows.train.images)
        assert compare(integers, rows.test.images) == (30 * 40, 0, 0)
        gap = training.accuracy(integers, rows.test) - training.accuracy(net, rows.test)
        assert abs(gap) <= 1 / 30

    def test_the_file_comes_back_and_takes_a_quarter(self, tmp_path):
        x = images(30, 28)
        net = models.LeNet300100(seed=1)
        integers = quantization.integer_network(net, x)
        size = storage.save(integers, tmp_path / "net.nct")
        assert meter.stored_bytes(integers) == size
        assert 3.9 < meter.stored_bytes(net, "dense") / size < 4
        assert meter.count_params(integers) == 266_610
        again = quantization.integer_network(models.LeNet300100(seed=2), images(30, 28, seed=4))
        assert not torch.equal(again(x), integers(x))
        again.load_state_dict(storage.load(tmp_path / "net.nct"))
        assert same(again, integers)
        assert torch.equal(again(x), integers(x))
        assert torch.equal(copy.deepcopy(integers)(x), integers(x))

    def test_images_that_are_not_finite_are_refused(self):
        integers = quantization.integer_network(small_net(), images(9, 4))
        refuses("images must be finite", integers, torch.full((1, 1, 4, 4), math.nan))
        wide = images(4, 5)
        refuses(
            r"images must be .* got shape \(4, 1, 5, 5\)", quantization.plain_row, small_net(), wide
        )
        broken = torch.full((2, 1, 4, 4), math.inf)
        refuses("finite", quantization.integer_network, small_net(), broken)


class Functions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(1, 3, 3), nn.Linear(3, 2)

    def forward(self, x):
        x = F.max_pool2d(self.conv(x).relu(), 2)
        x = F.adaptive_avg_pool2d(F.avg_pool2d(x, 2, stride=1), 1)
        return self.fc(F.dropout(x.view(x.size(0), -1), 0.5, self.training))


class Padded(nn.Module):
    def forward(self, x):
        return F.avg_pool2d(x, 2, padding=1)


class TestPlainRow:
    @pytest.mark.parametrize("name", NETS)
    def test_it_computes_the_same(self, name):
        make, size = NETS[name]
        net, x = make(), images(9, size)
        row = quantization.plain_row(net, x)
        kinds = (nn.Linear, nn.Conv2d, nn.ReLU, nn.MaxPool2d, nn.Flatten)
        assert {type(part) for part in row} <= set(kinds)
        with training.evaluate.evaluating(net):
            assert torch.allclose(row(x), net(x), rtol=1e-4, atol=1e-4)

    def test_functions_are_read_as_modules_are(self):
        net = Functions().eval()
        row = quantization.plain_row(net, images(4, 10))
        assert torch.allclose(row(images(4, 10)), net(images(4, 10)), atol=1e-6)

    @pytest.mark.parametrize(
        ("net", "says"),
        [
            (Residual(), "got 'add' in forward"),
            (nn.Sequential(nn.Flatten(), nn.Linear(64, 3), nn.GELU()), "got 'gelu'"),
            (nn.Sequential(nn.Flatten(), nn.LSTM(64, 3)), "got 'lstm'"),
            (nn.Sequential(nn.BatchNorm2d(1)), "batch norms directly after layers"),
            (nn.Sequential(nn.Flatten()), "must have a linear or convolutional layer"),
            (Padded(), "another form of 'avg_pool2d' in forward"),
            (nn.Sequential(nn.AvgPool2d(3, padding=1), nn.Flatten()), "gives other numbers"),
            (nn.Sequential(nn.Flatten(2), nn.Linear(64, 3)), "gives other numbers"),
        ],
    )
    def test_what_is_no_such_row_is_named(self, net, says):
        with unchanged(net):
            refuses(says, quantization.integer_network, net, images(4, 8))


class TestTorch:
    def test_its_own_engine_computes_nearly_the_same(self):
        net, x = convnet(), images(50, 8)
        with unchanged(net):
            theirs = quantization.torch_integers(net, x)
        if theirs is None:
            pytest.skip("torch has no quantized engine here")
        wanted = net(x)
        assert (theirs(x) - wanted).abs().max() < 0.1 * (wanted.max() - wanted.min())
        refuses("got 'add'", quantization.torch_integers, Residual(), x)

    def test_without_one_there_is_nothing(self, monkeypatch):
        monkeypatch.setattr(torch_engine, "ENGINES", ())
        assert quantization.torch_integers(small_net(), images(4, 4)) is None

    def test_what_it_does_not_take_is_nothing(self):
        net = nn.Sequential(nn.Conv2d(1, 2, 3, padding="same"), nn.ReLU())
        assert quantization.torch_integers(net, images(4, 8)) is None
        assert compare(quantization.integer_network(net, images(4, 8)), images(4, 8))[1] == 0
