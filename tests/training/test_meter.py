"""The honest meter: exact counts, real bytes, interleaved times."""

import copy
import random
import re
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import meter, models, pruning, storage
from nc_teach.meter import Latency, Measurement, Speedup, explain
from nc_teach.meter.speedup import paired_speedup, rank_of_the_end
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


def measurement(macs, nonzero, times, name="net"):
    """Of a network that is ``times`` as fast as the first, give or take a tenth."""
    spent = Latency(1 / times, 0.95 / times, 1.05 / times, 1, 1, 100)
    speedup = Speedup(times, 0.9 * times, 1.1 * times)
    return Measurement(name, 100, 100, macs, nonzero, 400, 400, spent, speedup, 0.9)


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


def noisy(generator, count, times):
    """Times of a network and of one ``times`` as fast, on a machine with much else to do."""
    load = np.exp(np.cumsum(generator.normal(0, 0.1, count)))[:, None]  # it drifts
    stalls = 1 + 20 * (generator.random((count, 2)) < 0.1)  # a tenth of all runs are interrupted
    return (load * stalls * generator.lognormal(0, 0.1, (count, 2)) / [1, times]).T


class TestSpeedup:
    def test_the_ends_are_those_of_the_sign_test(self):
        """k heads or fewer, or as many tails: at most once in 10,000, and k + 1 more often."""
        for pairs in (15, 20, 40, 100):
            tosses = np.random.default_rng(pairs).binomial(pairs, 0.5, 2_000_000)
            k = rank_of_the_end(pairs)
            outside = [np.mean((tosses < j) | (tosses > pairs - j)) for j in (k, k + 1)]
            assert outside[0] < 1.3e-4 < outside[1] + 0.6e-4

    def test_equals_are_never_told_apart_and_a_difference_is_found(self):
        drawn = np.random.default_rng(0)
        for count in (20, 100):
            same = {paired_speedup(*noisy(drawn, count, 1)).verdict for _ in range(1000)}
            assert same == {"undecided"}
            for times, verdict in [(0.6, "slower"), (1.6, "faster")] * 20:
                found = paired_speedup(*noisy(drawn, 100, times))
                assert found.verdict == verdict
                assert found.low < times < found.high

    def test_it_is_the_ratio_of_the_pairs(self):
        ms = {"a": np.array([[1.0, 3.0]] * 20), "b": np.array([[2.0, 3.0]] * 20)}
        times = meter.Latencies(ms, batch_size=1, threads=1)
        assert times.speedup("a", than="b").times == 5 / 4
        assert times.speedup("b", than="a").times == 4 / 5
        assert (times["a"].median, times["a"].images, times["a"].repeats) == (2, 2, 20)

    @pytest.mark.everything
    def test_two_copies_on_a_busy_machine(self):
        """Two cores are busy with something else; 100 tries; nobody is called the faster one."""
        work = "import torch\na = torch.rand(500, 500)\nwhile True: a @ a"
        busy = [subprocess.Popen([sys.executable, "-c", work]) for _ in range(2)]
        try:
            for seed in range(100):
                net = models.LeNet300100(seed=seed) if seed % 2 else nn.Linear(784, 10)
                twins = {"one": net, "other": copy.deepcopy(net)}
                images = torch.rand(1, 784) if seed % 2 == 0 else torch.rand(1, 1, 28, 28)
                found = meter.latencies(twins, images, repeats=100)
                assert found.speedup("one", than="other").verdict == "undecided"
                some = meter.mean_latencies(twins, images.expand(10, *images.shape[1:]))
                assert some.speedup("one", than="other").verdict == "undecided"
        finally:
            for one in busy:
                one.kill()


class TestComparison:
    def test_explain_says_why_it_is_not_faster(self):
        before = measurement(1000, 1000, 1.0)
        zeros = explain(before, measurement(1000, 100, 1.0))
        assert (
            "'net' not measurably faster? 90 % of its products are with a weight of zero" in zeros
        )
        assert "80 % fewer MACs" in explain(before, measurement(200, 200, 1.03))
        assert "'net' slower? It computes 80 %" in explain(before, measurement(200, 200, 0.8))
        assert explain(before, measurement(200, 200, 3.0)) == ""
        assert explain(before, measurement(990, 950, 1.0)) == ""
        nothing = measurement(0, 0, 1.0)
        assert explain(nothing, nothing) == ""

    def test_compare_is_a_table_with_a_reason(self, rows):
        net = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3))
        pruned = copy.deepcopy(net)
        pruning.apply_masks(pruned, pruning.select(pruning.magnitude(pruned), 0.9))
        table = meter.compare({"dense": net, "pruned": pruned}, rows.test, repeats=20)
        assert [row[0] for row in table.rows] == ["dense", "pruned"]
        assert table.rows[0][1:4] == ("163", "163", "152")
        assert table.rows[1][2] == "27"  # 152 - 136 weights, and 11 biases
        assert "batch 1, 1 thread" in table.notes[0]
        times = table.columns.index("times as fast")
        assert table.rows[0][times] == "-"
        assert re.fullmatch(r"(undecided|[\d.]+) \([\d.]+ to [\d.]+\)", table.rows[1][times])
        assert "<table>" in table._repr_html_()
        wrong = {"models": {"dense": net}, "split": rows.test, "batch_size": 31}
        refuses("batch_size must be from 1 to 30, got 31", meter.compare, **wrong)
