"""Integers: the experiment on tiny data, its criterion by hand; times and clipping."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from nc_teach import quantization, storage, training
from nc_teach.claims import parameter_quantization as chapter
from nc_teach.claims.parameter_quantization import integer_speed
from nc_teach.claims.parameter_quantization.integers import CONV, LENET
from nc_teach.meter import Speedup
from tests.checks import refuses, unchanged
from tests.claim_rules import answers, made
from tests.nets import perceptron

PERCENTILES = (100.0, 98.0, 80.0)


@pytest.fixture(scope="module")
def nets(rows):
    found = {seed: perceptron(16, 12, 3, seed=seed) for seed in (0, 1)}
    for seed, net in found.items():
        training.fit(net, rows, epochs=15, seed=seed, batch_size=10, lr=0.01, progress=False)
    return found


def test_every_way_is_measured_and_the_networks_are_untouched(nets, rows):
    with unchanged(*nets.values()):
        result = chapter.try_integers({LENET: nets}, rows, bits=(8, 2), percentiles=PERCENTILES)
    calibration = rows.train.images
    by_hand = quantization.integer_network(nets[1], calibration, bits=2, percentile=98.0)
    assert result.test[LENET][1, 1, 1] == training.accuracy(by_hand, rows.test)
    assert result.validation[LENET][1, 1, 1] == training.accuracy(by_hand, rows.validation)
    assert result.before[LENET][1] == training.accuracy(nets[1], rows.test)
    whole = quantization.integer_network(nets[0], calibration)
    dense = len(storage.encode(nets[0].state_dict(), "dense"))
    assert result.bytes[LENET] == (dense, len(storage.encode(whole.state_dict())))
    assert (result.outputs, result.off64) == (2 * 30 * 12, 0)
    assert [row[0] for row in result.table().rows] == ["8", "2"]


def by_hand(eight=0.95, two=(0.90, 0.94), three=(0.85, 0.90), off=0, dense=4000):
    """A network of either kind; with each number of bits min-max, then the percentile."""
    few = {LENET: two, CONV: three}
    test = {kind: [[[eight, eight], [0.9, 0.9], few[kind]]] for kind in few}
    test[CONV][0][1] = list(three)
    return {
        "bits": (8, 3, 2),
        "percentiles": (100.0, 99.0),
        "before": {kind: [0.95] for kind in few},
        "weights": {kind: [0.95] for kind in few},
        "validation": {kind: [[[0.9, 0.9], [0.8, 0.9], [0.8, 0.9]]] for kind in few},
        "test": test,
        "bytes": {kind: (dense, 1000) for kind in few},
        "outputs": 10,
        "off64": off,
        "off32": 1,
    }


def test_the_criterion_by_hand():
    assert set(answers(chapter.INTEGERS, **by_hand())) == {"yes"}
    bad = by_hand(0.93, (0.94, 0.90), (0.9, 0.85), 1, 3000)
    for kind in (LENET, CONV):
        bad["test"][kind][0][0] = [0.93, 0.94]
        bad["validation"][kind][0][0] = [0.8, 0.9]
    assert set(answers(chapter.INTEGERS, **bad)) == {"no"}


def test_the_percentile_is_chosen_on_validation_data_and_of_equals_nothing_is_clipped():
    result = made(chapter.Integers, **by_hand())
    assert result.chosen(LENET, 2).tolist() == [0.94]
    assert result.chosen(LENET, 8).tolist() == result.min_max(LENET, 8).tolist()
    says = result.in_words()
    assert re.findall(r"[\d.]+\d", says) == ["0.00", "4.0", "90.0", "94.0"]
    assert "lost 0.00 points" in says


class TestSpeed:
    def test_all_are_timed_against_float32(self, nets, rows):
        result = chapter.time_integers(nets[0], rows, batches=(1, 4), repeats=16)
        ways = {integer_speed.OURS, integer_speed.PRODUCT, integer_speed.TORCHS}
        assert {integer_speed.OURS, integer_speed.PRODUCT} <= set(result.ways) <= ways
        assert all(ms > 0 for ms in result.ms.values())
        assert len(result.table().rows) == 4
        assert result.in_words().count(" at batch size ") == 2 * len(result.ways)

    def test_what_is_not_faster_is_said_to_be_so(self):
        slow, fast, open_ = Speedup(0.5, 0.4, 0.6), Speedup(2, 1.9, 2.2), Speedup(1, 0.9, 1.1)
        result = made(
            chapter.IntegerSpeed,
            batches=(1, 64),
            ms={("float32", 1): 0.1, ("float32", 64): 1.0},
            speedup={
                (integer_speed.OURS, 1): slow,
                (integer_speed.OURS, 64): open_,
                (integer_speed.PRODUCT, 1): slow,
                (integer_speed.PRODUCT, 64): fast,
            },
        )
        ours, product = result.in_words().split(". ", 1)
        assert "slower at batch size 1" in ours
        assert "too close to call at batch size 64 (0.90 to 1.10" in ours
        assert "faster at batch size 64" in product
        assert "cost more" not in product
        result.speedup[integer_speed.OURS, 64] = slow
        assert "the product itself gains" in result.in_words()
        assert "no engine here" in str(result.table())
        again = chapter.IntegerSpeed.of(result.numbers(), result.provenance)
        assert again.ms == result.ms
        assert again.speedup[integer_speed.OURS, 1] == slow


class TestClipping:
    def test_one_layer_alone_is_rounded(self, nets, rows):
        net = nets[0]
        result = chapter.where_to_clip(net, rows, bits=(8, 2), percentiles=(80.0, 100.0))
        with torch.no_grad():
            x, held_out = (net[:3](part.images) for part in (rows.train, rows.validation))
            rounded = quantization.fake_quantize(held_out, *quantization.calibrate(x, 2, 80), 2)
            right = (net[3:](rounded).argmax(1) == rows.validation.labels).float().mean()
        assert result.accuracy[1, 0] == pytest.approx(right.item())
        assert result.ends[1] == pytest.approx(x.max().item())
        assert result.clipping[:, 1].tolist() == [0, 0]
        assert result.rounding[1, 1] > 100 * result.rounding[0, 1]
        assert result.heights.sum() == int((x != 0).sum())
        assert len(result.table().rows) == 2

    def test_a_layer_that_is_none_or_has_no_relu_before_it_is_refused(self, nets, rows):
        refuses("layer must be from 0 to 1, got 2", chapter.where_to_clip, nets[0], rows, layer=2)
        net = nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.Linear(4, 3))
        refuses("must read what a ReLU gives", chapter.where_to_clip, net, rows)


def test_the_small_convolutional_networks_are_trained_from_their_seeds(large_rows):
    nets = chapter.small_convnets(large_rows, (0, 1))
    assert list(nets) == [0, 1]
    assert not np.array_equal(*(net.fc.weight.detach().numpy() for net in nets.values()))
