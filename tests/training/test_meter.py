"""The honest meter: exact counts, real bytes, interleaved times."""

import copy
import random
import time

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import meter, models, pruning, storage
from nc_teach.meter import Latency, Measurement, explain
from tests.checks import refuses, unchanged


class TestCounts:
    def test_count_params_counts_shared_parameters_once_and_no_buffers(self):
        net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
        net.append(net[0])
        assert meter.count_params(net) == 12 + 6

    def test_nonzero_counts_what_pruning_left(self):
        net = models.LeNet300100(seed=0)
        pruning.apply_masks(net, pruning.select(pruning.magnitude(net), 0.9))
        assert meter.count_params(net) == 266_610
        assert meter.count_params(net, nonzero=True) == 26_620 + 410

    @pytest.mark.parametrize(
        ("layer", "shape", "macs"),
        [
            (nn.Conv2d(3, 8, 3), (3, 10, 10), 3 * 8 * 9 * 8 * 8),
            (nn.Conv2d(4, 4, 3, groups=4, padding=1), (4, 6, 6), 4 * 9 * 36),
            (nn.Conv2d(4, 8, 1, stride=2, groups=2), (4, 6, 6), 2 * 8 * 9),
            (nn.Conv1d(2, 5, 3), (2, 9), 2 * 5 * 3 * 7),
            (nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2)), (6,), 32),
        ],
    )
    def test_macs_by_hand(self, layer, shape, macs):
        assert meter.count_macs(layer, shape) == macs

    def test_macs_sees_functions_and_not_only_modules(self):
        class Functional(nn.Module):
            def __init__(self):
                super().__init__()
                self.w = nn.Parameter(torch.rand(5, 7))

            def forward(self, x):
                return F.linear(x, self.w) @ torch.ones(5, 3)

        assert meter.count_macs(Functional(), (7,)) == 35 + 15

    def test_macs_without_zeros_scale_with_the_density_of_each_layer(self):
        net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.Flatten(), nn.Linear(64, 2))
        net[0].weight.data[2:] = 0
        net[2].weight.data[:, :16] = 0
        assert meter.count_macs(net, (1, 4, 4)) == 4 * 9 * 16 + 128
        assert meter.count_macs(net, (1, 4, 4), nonzero=True) == 2 * 9 * 16 + 96

    def test_counting_changes_nothing(self):
        net = models.FashionConvNet(seed=0)
        with unchanged(net):
            meter.count_macs(net, (1, 28, 28), nonzero=True)
            assert net.training
        assert not net.conv1._forward_hooks

    @pytest.mark.parametrize("shape", [(), (0, 28)])
    def test_a_wrong_input_shape_is_named(self, shape):
        refuses("input_shape must be sizes of at least 1", meter.count_macs, nn.Flatten(), shape)

    def test_stored_bytes_are_the_bytes_on_disk(self, tmp_path):
        net = models.LeNet300100(seed=0)
        dense = meter.stored_bytes(net, "dense")
        pruning.apply_masks(net, pruning.select(pruning.magnitude(net), 0.9))
        assert meter.stored_bytes(net, "dense") == dense
        assert meter.stored_bytes(net) == storage.save(net, tmp_path / "net.nct")
        assert meter.stored_bytes(net) == (tmp_path / "net.nct").stat().st_size
        # 26,620 numbers of 32 bits and about 6 bits of index each, and the biases
        assert 26_620 * 4.5 < meter.stored_bytes(net) < 26_620 * 5.1


def measurement(macs, nonzero, median, name="net"):
    spent = Latency(median, 0.95 * median, 1.05 * median, 1, 1, 100)
    return Measurement(name, 100, 100, macs, nonzero, 400, 400, spent, 0.9)


class TestLatency:
    def test_latencies_interleave_in_drawn_orders_and_restore_the_threads(self):
        order = []

        class Named(nn.Module):
            def __init__(self, name):
                super().__init__()
                self.name, self.layer = name, nn.Linear(2, 2)

            def forward(self, x):
                order.append((self.name, torch.get_num_threads(), self.training, x.requires_grad))
                return self.layer(x)

        before = torch.get_num_threads()
        models_ = {name: Named(name) for name in "abc"}
        drawn = random.getstate()
        times = meter.latencies(models_, torch.rand(3, 2), repeats=22, warm_up=2)
        assert random.getstate() == drawn  # nobody else's random numbers move
        turns = [tuple(name for name, *_ in order[k : k + 3]) for k in range(0, len(order), 3)]
        assert len(turns) == 24
        assert {tuple(sorted(turn)) for turn in turns} == {("a", "b", "c")}
        assert len(set(turns)) > 1  # one order alone: once in 6 ** 23 times
        assert {tuple(rest) for _, *rest in order} == {(1, False, False)}
        assert torch.get_num_threads() == before
        assert models_["a"].training
        for found in times.values():
            assert 0 < found.lower <= found.median <= found.upper
            assert (found.batch_size, found.threads, found.repeats) == (3, 1, 22)

    def test_a_mean_latency_sees_every_image_alone(self, monkeypatch):
        """One image in four takes long: the median of all runs would not notice, the mean must."""
        seen, clock = [], [0.0]
        monkeypatch.setattr(time, "perf_counter", lambda: clock[0])

        class Waits(nn.Module):
            def forward(self, image):
                seen.append(tuple(image.shape))
                clock[0] += 0.02 * image.item()
                return image

        images = torch.tensor([[0.0], [1.0], [0.0], [0.0]])
        found = meter.mean_latencies({"it": Waits()}, images, repeats=3, warm_up=0)["it"]
        assert seen == [(1, 1)] * 12
        quartiles = (found.lower, found.median, found.upper)
        assert quartiles == pytest.approx((5, 5, 5))  # 20 ms in one of 4
        assert "mean of 4 images, of each half of 3 runs" in str(found)

    def test_wrong_input_is_named(self):
        net, one, none = nn.Linear(2, 2), torch.rand(1, 2), torch.rand(0, 2)
        refuses("images must be at least", meter.mean_latencies, {"a": net}, none)
        refuses("models must name at least one model", meter.latencies, {}, one)
        refuses("batch must hold at least one", meter.latency, net, none)
        for name, least in {"repeats": 1, "threads": 1, "warm_up": 0}.items():
            refuses(
                f"{name} must be an integer of at least {least}",
                meter.latency,
                net,
                one,
                **{name: least - 1},
            )


class TestComparison:
    def test_explain_says_why_it_is_not_faster(self):
        before = measurement(1000, 1000, 1.0)
        zeros = explain(before, measurement(1000, 100, 1.0))
        assert "90 % of its products are with a weight of zero" in zeros
        assert "80 % fewer MACs" in explain(before, measurement(200, 200, 0.97))
        assert explain(before, measurement(200, 200, 0.3)) == ""
        assert explain(before, measurement(990, 950, 1.0)) == ""

    def test_compare_is_a_table_with_a_reason(self, rows):
        net = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3))
        pruned = copy.deepcopy(net)
        pruning.apply_masks(pruned, pruning.select(pruning.magnitude(pruned), 0.9))
        table = meter.compare({"dense": net, "pruned": pruned}, rows.test, repeats=20)
        assert [row[0] for row in table.rows] == ["dense", "pruned"]
        assert table.rows[0][1:4] == ("163", "163", "152")
        assert table.rows[1][2] == "27"  # 152 - 136 weights, and 11 biases
        assert "batch 1, 1 thread" in table.notes[0]
        assert "<table>" in table._repr_html_()
        wrong = {"models": {"dense": net}, "split": rows.test, "batch_size": 31}
        refuses("batch_size must be from 1 to 30, got 31", meter.compare, **wrong)
