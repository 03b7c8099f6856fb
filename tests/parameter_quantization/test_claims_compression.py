"""Few bits, weight sharing, Deep Compression: the experiments on tiny data, the criteria by hand.

And what ships of the whole chapter.
"""

import copy
import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from nc_teach import distillation, pruning, quantization, training
from nc_teach.claims import parameter_quantization as chapter
from nc_teach.claims.parameter_quantization import hundredfold, hundredfold_steps, pipeline
from nc_teach.claims.parameter_quantization.fewer_bits import train_on
from nc_teach.claims.parameter_quantization.sharing_on_the_way import SharingOnTheWay
from nc_teach.quantization import deep_compression
from tests import claim_rules
from tests.checks import same
from tests.claim_rules import answers
from tests.nets import perceptron

ANSWERS = {
    "few_bits": "yes, yes, too close to call, yes, no, yes",
    "integers": "yes, yes, yes, yes, yes, too close to call, yes, yes",
    "weight_sharing": "too close to call, yes, yes",
    "deep_compression": "yes, yes, no, too close to call, yes, too close to call",
    "hundredfold": "yes, yes, yes, yes",
    "lenet5_hundredfold": "yes, too close to call, yes, yes",
    "binary_connect": "too close to call, yes, no, yes",
    "binary_connect_full": "too close to call, too close to call, too close to call, yes",
    "binarized": "yes, yes, yes, yes",
    "xnor": "yes, yes, yes, yes",
    "xnor_accuracy": "yes, yes",
}


@pytest.mark.parametrize("key", ANSWERS)
def test_a_shipped_result(key, tmp_path):
    claim_rules.check_shipped(key, ANSWERS[key], tmp_path)


def test_every_shipped_result_is_recorded():
    assert set(ANSWERS) == claim_rules.keys("parameter_quantization")


def small_net(num_classes=3, seed=0):
    return perceptron(16, 40, num_classes, seed=seed)


@pytest.fixture(scope="module")
def nets(rows):
    found = {seed: small_net(seed=seed) for seed in (0, 1)}
    for seed, net in found.items():
        training.fit(net, rows, epochs=15, seed=seed, batch_size=10, lr=0.01)
    return found


# --- few bits ---


def test_every_grid_is_measured_and_the_networks_are_untouched(nets, rows):
    before = copy.deepcopy(nets)
    result = chapter.fewer_bits(nets, rows, bits=(1, 2, 8), trained_bits=(2,), epochs=1)
    assert all(same(nets[seed], before[seed]) for seed in nets)
    assert np.isnan(result.after["a layer"][:, 0]).all()  # one symmetric bit does not exist
    assert not np.isnan(result.after["a layer, affine"]).any()
    assert result.after["a layer"][:, 2] == pytest.approx(result.before, abs=0.05)
    by_hand = quantization.quantize_weights(copy.deepcopy(nets[1]), 2, per_channel=True)
    assert result.after["a neuron"][1, 1] == training.accuracy(by_hand, rows.test)
    assert 1 not in result.steps["a layer"]
    assert len(result.steps["a layer, affine"][2]) == 4
    assert "no such grid" in repr(result.table())


def test_the_control_trains_as_long_without_rounding(nets, rows):
    longer, again, rounded = (train_on(nets[0], rows, 0, 2, bits) for bits in (None, None, 2))
    assert same(longer, again)
    assert not same(longer, rounded)


def test_the_criteria_of_few_bits_by_hand():
    def answered(layer, neuron, trained, control):
        return answers(
            chapter.FEW_BITS,
            bits=(2, 3, 4, 8),
            trained_bits=(2,),
            before=[0.95],
            after={"a layer": [layer], "a neuron": [neuron]},
            trained=[[trained]],
            control=[[control]],
        )

    assert set(answered([0.3, 0.94, 0.95, 0.9505], [0.4, 0.945, 0.95, 0.9505], 0.94, 0.3)) == {
        "yes"
    }
    assert set(answered([0.9, 0.9, 0.92, 0.93], [0.4, 0.9, 0.92, 0.93], 0.4, 0.3)) == {"no"}


# --- weight sharing ---


def test_sharing_is_measured_for_every_k(nets, rows):
    def reads(network, k, init="linear", seed=0):
        shared = copy.deepcopy(nets[network])
        quantization.cluster_weights(shared, k, init, seed=seed)
        return training.accuracy(shared, rows.test)

    result = chapter.share_weights(nets, rows, values=(1, 2, 16), start_values=(4,), patch=(3, 5))
    assert result.test[1, 1] == reads(1, 2)
    assert result.dense_bytes == 4 * sum(p.numel() for p in nets[0].parameters())
    first = copy.deepcopy(nets[0])
    quantization.cluster_weights(first, 16)
    assert result.bytes[16] == len(deep_compression.encode(first.state_dict(), "fixed"))
    last = first[3].weight.detach()[:3, :5].numpy()
    assert np.array_equal(result.codebooks[16][result.indices[16]], last)
    for init in ("linear", "density", "random"):
        assert (result.starts[init] >= result.starts["optimum"] * (1 - 1e-6)).all()
    assert result.start_test["linear"][1, 0] == reads(1, 4, "linear")
    assert result.start_test["random"][1, 0] == reads(1, 4, "random", seed=1)
    assert [len(row) for row in result.starts_table().rows] == [3] * 4
    assert len(result.table().rows) == 3


def test_the_criteria_of_sharing_by_hand():
    def answered(test, four):
        sizes = {"bytes": {4: four}, "dense_bytes": 1500}
        return set(
            answers(chapter.WEIGHT_SHARING, values=(2, 4, 16), before=[0.95], test=[test], **sizes)
        )

    assert set(answered([0.7, 0.9, 0.948], 100)) == {"yes"}
    assert {*answered([0.8, 0.9, 0.94], 90), *answered([0.8, 0.9, 0.94], 110)} == {"no"}


# --- step by step ---


def test_every_step_is_measured_in_bytes_on_disk(nets, rows, tmp_path):
    result = chapter.compress_step_by_step(nets, rows, bits=(2, 3), sparsities=(0.5, 0.8), epochs=1)
    assert set(result.controls) == {"one-shot", "dense"}
    for place, bits in enumerate(result.bits):
        net = result.networks[bits]
        size = deep_compression.save(net, tmp_path / "net.ncd")
        assert size == result.bytes["Huffman"][0, place]
        assert training.accuracy(net, rows.test) == result.tuned[0, place]
        assert len(net[1].weight[net[1].weight != 0].unique()) <= 2**bits
        assert int((net[1].weight == 0).sum()) == int(0.8 * net[1].weight.numel())
        assert result.counts[bits].sum() == int((net[1].weight != 0).sum())
        for stage, sizes in result.bytes.items():
            assert sum(result.budget[stage][place].values()) == sizes[0, place]


def test_the_controls_get_all_epochs_in_one_round(nets, rows, monkeypatch):
    asked = []
    monkeypatch.setattr(
        pipeline,
        "prune",
        lambda net, dataset, cuts, epochs, seed: asked.append((cuts, epochs)) or copy.deepcopy(net),
    )
    run = chapter.compress_step_by_step
    run({0: nets[0]}, rows, bits=(2,), sparsities=[0.5, 0.8], epochs=3)
    assert asked == [([0.5, 0.8], 3), ([0.8], 6), ([0.0], 6)]
    assert not run({0: nets[0]}, rows, bits=(2,), sparsities=(0.5,), controls=False).controls


def test_the_criteria_of_the_pipeline_by_hand():
    def answered(at_once, clustered, tuned, fixed, huffman):
        return answers(
            chapter.DEEP_COMPRESSION,
            bits=(2, 5),
            dense=[0.95],
            pruned=[0.95],
            controls={"one-shot": [at_once]},
            bytes={"float32": [[4000, 4000]], "clustered": [fixed], "Huffman": [huffman]},
            clustered=[clustered],
            tuned=[tuned],
        )

    assert set(answered(0.94, [0.9, 0.95], [0.94, 0.95], [70, 120], [65, 100])) == {"yes"}
    assert set(answered(0.95, [0.9, 0.95], [0.9, 0.9], [70, 70], [60, 71])) == {"no"}


# --- a hundredfold ---

RECIPE = hundredfold.Recipe(
    small_net, dense=3, sparsity=0.7, rounds=2, heal=1, tune=1, lr=0.02, values=4, bias_values=2
)


def test_what_is_reported_was_read_back_from_the_file(rows):
    result = hundredfold.compress_by(RECIPE, rows, (0, 1))
    for net in result.networks:
        assert net.dense == 4 * (16 * 40 + 40 + 40 * 3 + 3)
        assert sum(net.budget.values()) == net.size < net.dense / 4
    again = hundredfold.compress_by(RECIPE, rows, (1,))
    assert again.networks == result.networks[1:]
    assert len(result.table().rows) == 2


def test_a_network_is_pruned_shared_and_written_as_the_recipe_says(rows, monkeypatch):
    kept = []
    monkeypatch.setattr(
        hundredfold_steps,
        "read_back",
        lambda data, *rest: kept.append(deep_compression.decode(data)) or small_net(),
    )
    hundredfold.compress_by(RECIPE, rows, (0,))
    weights = [kept[0][name] for name in ("1.weight", "3.weight")]
    assert sum(int((w == 0).sum()) for w in weights) >= int(0.7 * (16 * 40 + 40 * 3))
    assert all(len(w[w != 0].unique()) <= 4 for w in weights)
    assert len(kept[0]["1.bias"][kept[0]["1.bias"] != 0].unique()) <= 2


@pytest.mark.parametrize("teacher", [None, dataclasses.replace(RECIPE, dense=5)])
def test_soft_targets_alone_teach_from_the_first_step_on(rows, monkeypatch, teacher):
    """Of the dense network itself, or of a teacher; the control learns from the same ones."""
    distil, fit, said, labels = distillation.distil, training.fit, [], []
    monkeypatch.setattr(
        distillation, "distil", lambda n, to, *a, **o: said.append(to) or distil(n, to, *a, **o)
    )
    monkeypatch.setattr(
        training, "fit", lambda net, *a, **options: labels.append(net) or fit(net, *a, **options)
    )
    hundredfold.compress_by(dataclasses.replace(RECIPE, teacher=teacher), rows, (0,))
    assert len(labels) == (2 if teacher else 1)  # the dense training alone sees labels
    assert len(said) == 2 * (2 + 1) + 1  # the control takes the same path, except for the sharing
    assert all(logits is said[0] for logits in said)
    if teacher:
        assert torch.equal(said[0], training.predictions(labels[1], rows.train))


def test_a_weight_moves_to_the_centroid_that_suits_it():
    net = nn.Linear(4, 1, bias=False)
    net.weight.data = torch.tensor([[1.0, 1.1, 0.0, 4.0]])
    wrapped = SharingOnTheWay(net, {"weight": quantization.cluster(net.weight, 2)})
    assert wrapped.weights()["weight"][0].tolist() == pytest.approx([1.05, 1.05, 0, 4])
    opt = torch.optim.SGD(wrapped.parameters(), lr=0.1)
    wanted = torch.tensor([[1.0, 4.0, 0.0, 4.0]])
    for _ in range(50):
        opt.zero_grad()
        ((wrapped.weights()["weight"] - wanted) ** 2).sum().backward()
        opt.step()
    wrapped.finish()
    assert net.weight[0].tolist() == pytest.approx([1, 4, 0, 4], abs=0.01)
    stuck = quantization.cluster(torch.tensor([[1.0, 1.1, 0.0, 4.0]]), 2)
    assert stuck.index.tolist() == [[0, 0, -1, 1]]  # where SharedWeights would leave it


def test_shared_on_the_way_are_at_most_k_values_and_zeros_stay(nets, rows):
    net = copy.deepcopy(nets[0])
    pruning.apply_masks(net, pruning.select(pruning.magnitude(net), 0.6))
    gone = net[1].weight == 0
    books = {"1.weight": quantization.cluster(net[1].weight, 5)}
    wrapped = SharingOnTheWay(net, books)
    training.fit(wrapped, rows, epochs=2, batch_size=10, lr=0.01)
    read = wrapped.weights()["1.weight"].detach()
    assert wrapped.finish() is net
    assert torch.equal(net[1].weight, read)
    assert (net[1].weight[gone] == 0).all()
    assert len(net[1].weight[~gone].unique()) <= 5


def test_nothing_is_chosen_by_the_test_set(rows, monkeypatch):
    looked = []
    monkeypatch.setattr(
        hundredfold, "error", lambda net, split: looked.append(split is rows.test) or 0.1
    )
    hundredfold.compress_by(RECIPE, rows, (0,))
    assert sorted(looked) == [False, False, True, True, True]  # dense and file; these, the control


def test_ours_stands_beside_the_papers(rows):
    result = hundredfold.compress_by(RECIPE, rows, (0, 1))
    table = chapter.files_beside_paper({"hundredfold": result})
    assert [row[1] for row in table.rows] == ["paper", "here"]
    assert table.rows[0][2:5] == ("1.64 %", "", "1.58 %")
    first, second = result.networks
    assert table.rows[1][-1] == f"{first.dense / ((first.size + second.size) / 2):.0f}x"


def test_the_criteria_of_a_hundredfold_by_hand():
    def answered(claim, size, before, test):
        net = SimpleNamespace(dense=1000, size=size, dense_test=before, test=test)
        return answers(claim, networks=(net,))

    assert set(answered(chapter.HUNDREDFOLD, 10, 0.018, 0.019)) == {"yes"}
    assert set(answered(chapter.HUNDREDFOLD, 11, 0.02, 0.0215)) == {"no"}
    assert set(answered(chapter.LENET5_HUNDREDFOLD, 10, 0.009, 0.009)) == {"yes", "no"}
