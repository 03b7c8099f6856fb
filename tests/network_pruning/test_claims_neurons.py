"""The claims about neurons, filters and speed: on tiny data, and their criteria by hand."""

import numpy as np
import pytest
import torch

from nc_teach import pruning, training
from nc_teach.claims.network_pruning import network_trimming, structured
from tests import claim_rules
from tests.checks import refuses
from tests.network_pruning.test_claims import answers


def test_trimming_removes_what_it_says(rows):
    result = network_trimming.trim(rows, (0, 1), epochs=3)
    assert result.apoz.shape == (2, 500)
    assert result.dead.tolist() == [int((zeros > 0.99).sum()) for zeros in result.apoz]
    assert set(result.before) == set(network_trimming.NAMES)
    assert result.before["none"].tolist() == result.whole.tolist()
    net = network_trimming.trimming_network(rows, 0, epochs=3)
    keep = pruning.select(pruning.nonzero_share(net, rows.train), 0.5, "layer")["1"]
    by_hand = training.accuracy(pruning.remove_neurons(net, "1", keep), rows.test)
    assert result.before["nonzero share"][0] == by_hand
    place = result.thresholds.index(0.5)
    silent = torch.from_numpy(result.apoz[0]) > 0.5
    without = pruning.remove_neurons(net, "1", ~silent)
    assert result.above["apoz"][0, place] == training.accuracy(without, rows.test)
    assert result.above["random"].shape == (2, len(result.thresholds))
    assert np.array_equal(result.weights, net[1].weight.detach().numpy())


def test_rankings_can_be_chosen_and_another_one_is_refused(rows):
    nets = {0: network_trimming.trimming_network(rows, 0, epochs=1)}
    chosen = ("random", "l2 norm")
    result = network_trimming.trim_networks(nets, rows, layer="1", rankings=chosen)
    assert set(result.before) == {"none", *chosen}
    said = "ranking must be one of nonzero share, .*, got 'chance'"
    refuses(said, network_trimming.trim_networks, nets, rows, rankings=("chance",))


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


def test_from_where_on_a_way_is_faster_by_hand():
    ratios = {"csr": np.array([[[0.5, 1.2, 0.9, 1.5], [2.0, 2.0, 2.0, 2.0], [0.1, 0.2, 0.3, 1.0]]])}
    shapes = {name: (1, 1, 1) for name in ("a", "b", "c")}
    levels = (0.5, 0.75, 0.9, 0.95)
    result = claim_rules.made(structured.Speedups, shapes=shapes, sparsities=levels, speedup=ratios)
    assert [result.faster_from("csr", name) for name in shapes] == [0.95, 0.5, 1.0]
    refuses("shape must be one of a, b, c, got 'd'", result.faster_from, "csr", "d")


def test_the_criteria_by_hand():
    claim = network_trimming.NETWORK_TRIMMING
    good = {
        "dead": [3, 5],
        "whole": [0.96, 0.95],
        "without": {"dead": [0.96, 0.95]},
        "before": {"random": [0.9, 0.9], "nonzero share": [0.5, 0.5]},
        "after": {"random": [0.95, 0.95], "nonzero share": [0.92, 0.92]},
    }
    assert answers(claim, **good) == {"yes"}
    bad = {
        "dead": [0, 5],
        "whole": [0.96, 0.95],
        "without": {"dead": [0.959, 0.949]},
        "before": {"random": [0.9, 0.9], "nonzero share": [0.71, 0.71]},
        "after": {"random": [0.95, 0.95], "nonzero share": [0.94, 0.94]},
    }
    assert answers(claim, **bad) == {"no"}
    claim = structured.STRUCTURED_SPARSITY
    levels = {"sparsities": (0.5, 0.95), "shapes": {"a": (40, 30, 5)}}
    good = {"zeros": [[[1.0, 1.2]]], "csr": [[[0.5, 3.0]]], "rows": [[[2.0, 9.0]]]}
    assert answers(claim, **levels, speedup=good) == {"yes"}
    bad = {"zeros": [[[0.7, 1.3]]], "csr": [[[0.7, 11.0]]], "rows": [[[2.0, 20.0]]]}
    assert answers(claim, **levels, speedup=bad) == {"no"}
