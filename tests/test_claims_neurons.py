"""The claims about neurons, filters and speed: on tiny data, and their criteria by hand."""

import json

import numpy as np
import pytest
import torch

from nc_teach import claims, models, pruning, training
from nc_teach.claims.network_pruning import network_trimming, structured, structured_learning
from nc_teach.data import Dataset, Split


@pytest.fixture(scope="module")
def bars() -> Dataset:
    """Three classes of 28 x 28 images: a bright bar at the top, in the middle or at the bottom."""

    def split(count, seed):
        generator = torch.Generator().manual_seed(seed)
        labels = torch.arange(count) % 3
        images = 0.3 * torch.rand(count, 1, 28, 28, generator=generator)
        for image, label in zip(images, labels, strict=True):
            image[0, 9 * label : 9 * label + 9] += 0.5
        return Split(images, labels)

    return Dataset(
        "bars", "small", split(90, 0), split(30, 1), split(30, 2), ("a", "b", "c"), "the tests"
    )


def test_trimming_removes_what_it_says(rows):
    result = network_trimming.trim(rows, (0, 1), epochs=3)
    assert result.apoz.shape == (2, 500)
    assert result.dead.tolist() == [int((zeros > 0.99).sum()) for zeros in result.apoz]
    assert set(result.before) == {"none", *network_trimming.RANKINGS}
    assert result.before["none"].tolist() == result.whole.tolist()
    net = network_trimming.trimming_network(rows, 0, epochs=3)
    keep = pruning.select(pruning.apoz(net, rows.train), 0.5, "layer")["1"]
    by_hand = training.accuracy(pruning.remove_neurons(net, "1", keep), rows.test)
    assert result.before["nonzero share"][0] == by_hand
    place = result.thresholds.index(0.5)
    silent = torch.from_numpy(result.apoz[0]) > 0.5
    without = pruning.remove_neurons(net, "1", ~silent)
    assert result.above["apoz"][0, place] == training.accuracy(without, rows.test)
    assert result.above["random"].shape == (2, len(result.thresholds))
    assert np.array_equal(result.weights, net[1].weight.detach().numpy())
    json.dumps(result.numbers())
    assert len(network_trimming.NETWORK_TRIMMING.outcome(result).checks) == 4
    assert "std x norm" in repr(result.table())


def test_the_products_are_the_ones_named():
    products, inputs = structured._products((40, 30, 5), (0.5, 0.9), 0)
    dense = products["dense"](inputs)
    for sparsity, rows_left in ((0.5, 20), (0.9, 4)):
        zeros, csr = products[f"zeros {sparsity}"], products[f"csr {sparsity}"]
        assert (zeros.matrix == 0).double().mean().item() == pytest.approx(sparsity, abs=0.05)
        torch.testing.assert_close(csr(inputs), zeros(inputs))
        assert csr.matrix.layout == torch.sparse_csr
        torch.testing.assert_close(products[f"rows {sparsity}"](inputs), dense[:rows_left])


def test_speed_ups_are_ratios_of_one_run():
    result = structured.time_products((0,), shapes={"small": (40, 30, 5)}, repeats=2)
    assert all(ratios.shape == (1, 1, 5) for ratios in result.speedup.values())
    assert all((ratios > 0).all() for ratios in result.speedup.values())
    json.dumps(result.numbers())
    assert len(structured.STRUCTURED_SPARSITY.outcome(result).checks) == 4
    assert "csr" in repr(result.table())


def test_from_where_on_a_way_is_faster_by_hand():
    ratios = {"csr": np.array([[[0.5, 1.2, 0.9, 1.5], [2.0, 2.0, 2.0, 2.0], [0.1, 0.2, 0.3, 1.0]]])}
    shapes = {name: (1, 1, 1) for name in ("a", "b", "c")}
    result = structured.Speedups(shapes, (0.5, 0.75, 0.9, 0.95), ratios, None)
    assert [result.faster_from("csr", name) for name in shapes] == [0.95, 0.5, 1.0]
    with pytest.raises(ValueError, match="shape must be one of a, b, c, got 'd'"):
        result.faster_from("csr", "d")


def test_structured_learning_gives_networks_of_the_sizes_it_names(bars):
    result = structured_learning.learn_structure(bars, (0,), epochs=2, strength=0.05, repeats=1)
    assert result.sizes.shape == (1, 3)
    assert (result.sizes[0] >= 1).all()
    assert (result.sizes[0] <= structured_learning.UNITS).all()
    assert result.macs[0, 1] <= result.macs[0, 0] == 2_293_000 - 500 * 7
    json.dumps(result.numbers())
    assert len(structured_learning.STRUCTURED_LEARNING.outcome(result).checks) == 6
    assert "20-50-500" in repr(result.table())


def test_silent_units_go_and_one_is_always_left():
    net = models.LeNet5Caffe(seed=0)
    with torch.no_grad():
        for layer, left in ((net.conv1, 3), (net.conv2, 7), (net.fc1, 0)):
            layer.weight[left:] = 0
            layer.bias[left:] = 0
    small = structured_learning.without_silent_units(net)
    images = torch.rand(2, 1, 28, 28)
    assert (small.conv1.out_channels, small.conv2.out_channels) == (3, 7)
    assert small.fc1.out_features == 1
    torch.testing.assert_close(small(images), net(images))


def test_a_network_born_small_is_drawn_for_its_size(bars):
    state = torch.get_rng_state()
    net = structured_learning.born_small(bars, (2, 3, 4), seed=1)
    assert torch.equal(state, torch.get_rng_state())
    assert [tuple(p.shape) for p in net.parameters()][::2] == [
        (2, 1, 5, 5), (3, 2, 5, 5), (4, 48), (3, 4),
    ]  # fmt: skip
    twin = structured_learning.born_small(bars, (2, 3, 4), seed=1)
    assert torch.equal(net.fc1.weight, twin.fc1.weight)
    assert net.fc2.weight.abs().max() > 1 / np.sqrt(500)  # wider than for 500 inputs


def test_the_criteria_by_hand():
    judge = network_trimming.NETWORK_TRIMMING.judge
    good = {
        "dead": [3, 5],
        "whole": [0.96, 0.95],
        "without": {"dead": [0.96, 0.9505]},
        "before": {"random": [0.9, 0.9], "nonzero share": [0.3, 0.69]},
        "after": {"random": [0.95, 0.95], "nonzero share": [0.92, 0.92]},
    }
    assert all(c.holds for c in judge(good))
    bad = {
        "dead": [0, 5],
        "whole": [0.96, 0.95],
        "without": {"dead": [0.96, 0.949]},
        "before": {"random": [0.9, 0.9], "nonzero share": [0.3, 0.71]},
        "after": {"random": [0.95, 0.95], "nonzero share": [0.92, 0.94]},
    }
    assert not any(c.holds for c in judge(bad))
    judge = structured.STRUCTURED_SPARSITY.judge
    levels = {"sparsities": [0.5, 0.95], "shapes": {"a": [40, 30, 5]}}
    good = {"zeros": [[[1.0, 1.2]]], "csr": [[[0.5, 3.0]]], "rows": [[[2.0, 9.0]]]}
    assert all(c.holds for c in judge({**levels, "speedup": good}))
    bad = {"zeros": [[[1.0, 1.3]]], "csr": [[[0.7, 11.0]]], "rows": [[[2.0, 20.0]]]}
    assert not any(c.holds for c in judge({**levels, "speedup": bad}))


def test_the_criteria_of_structured_learning_by_hand():
    judge = structured_learning.STRUCTURED_LEARNING.judge
    good = {
        "units": [20, 50, 500],
        "sizes": [[10, 20, 500]],
        "changed": [1],
        "test": {"dense": [0.97], "smaller": [0.965], "scratch": [0.96]},
        "milliseconds": {"dense": [4.0], "zeros": [4.1], "smaller": [1.0]},
    }
    assert all(c.holds for c in judge(good))
    bad = {
        "units": [20, 50, 500],
        "sizes": [[11, 20, 100]],
        "changed": [2],
        "test": {"dense": [0.98], "smaller": [0.965], "scratch": [0.97]},
        "milliseconds": {"dense": [4.0], "zeros": [2.0], "smaller": [3.0]},
    }
    assert not any(c.holds for c in judge(bad))


def test_what_ships_was_made_by_the_command_with_three_seeds_or_more():
    for key in ("network_trimming", "structured_sparsity", "structured_learning"):
        if key in {path.stem for path in claims.claim.RESULTS.glob("*.json")}:
            outcome = claims.claim.shipped(key)
            assert outcome.provenance.command == f"nc-teach claims {key} --seeds 3 --scale small"
            assert claims.all_claims()[key].judge(outcome.numbers) == outcome.checks
