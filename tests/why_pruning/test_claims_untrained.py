"""The claims about supermasks and weight agnostic networks: small runs, criteria by hand."""

import copy

import numpy as np
import pytest
import torch

from nc_teach import data, pruning, training
from nc_teach.claims import why_pruning as chapter
from nc_teach.claims.provenance import Provenance
from nc_teach.claims.why_pruning import learned_masks, topologies, untrained
from nc_teach.claims.why_pruning import weight_agnostic as agnostic
from nc_teach.pruning import weight_agnostic

PROVENANCE = Provenance("by hand", "", "", 1.0)


@pytest.fixture(scope="module")
def masks(large_rows):
    return chapter.untrained_masks(large_rows, (0, 1), keeps=(0.2, 0.4, 1.0))


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


@pytest.fixture(scope="module")
def searched(digits):
    return chapter.search_topologies(digits, (3,), generations=4)


# --- untrained masks ---


def test_a_pair_begins_as_twins_and_one_stays(large_rows):
    pair = untrained.train_pair(large_rows, 4, epochs=1)
    fresh = chapter.glorot_lenet(large_rows, 4)
    assert all(torch.equal(v, pair.initial.state_dict()[n]) for n, v in fresh.state_dict().items())
    assert not torch.equal(pair.initial.fc1.weight, pair.final.fc1.weight)


def test_the_curves_are_what_the_technique_gives(masks, large_rows):
    pair = untrained.train_pair(large_rows, 1)
    scores = untrained.scores_of(pair, "large final")
    assert torch.equal(scores["fc1.weight"], pair.final.fc1.weight.detach().abs())
    cut = copy.deepcopy(pair.initial)
    pruning.apply_masks(cut, pruning.select(scores, 0.6, "layer"))
    assert masks.test["as initialised"]["large final"][1, 1] == training.accuracy(
        cut, large_rows.test
    )


def test_with_everything_kept_the_criteria_are_one(masks):
    for by in masks.test.values():
        ends = np.stack([test[:, -1] for test in by.values()])
        assert np.ptp(ends, axis=0).max() == 0


def test_what_was_read_agrees_with_the_accuracy(large_rows):
    fewer = chapter.untrained_masks(large_rows, (0,), keeps=(0.4,), images=16)
    for values, by in fewer.test.items():
        for criterion, test in by.items():
            right = fewer.read[values][criterion][0] == fewer.labels
            assert test[0, 0] == pytest.approx(right.mean())


def test_a_file_keeps_all_but_the_examples(masks, tmp_path):
    masks.save(tmp_path / "s.json", "supermasks")
    again = chapter.SUPERMASKS.load(tmp_path / "s.json")
    assert again.keeps == masks.keeps
    for values, by in masks.read.items():
        assert all(np.array_equal(read, again.read[values][c]) for c, read in by.items())
    assert again.numbers() == masks.numbers()
    assert again.examples is again.labels is None


def supermasks(same, random, initial):
    """One network, one share kept."""
    control = {"random": np.array([[random]]), "large initial": np.array([[0.1]])}
    test = {"signed constant": same, "as initialised": initial}
    return chapter.Supermasks(
        keeps=(0.4,),
        seeds=(0,),
        test={v: {"large final, same sign": np.array([[x]]), **control} for v, x in test.items()},
        read={},
        trained=np.array([0.95]),
        provenance=PROVENANCE,
    )


@pytest.mark.parametrize(
    ("result", "holds"),
    [
        (supermasks(0.8, 0.1, 0.7), [True, True, True]),
        (supermasks(0.74, 0.21, 0.8), [False, False, False]),
    ],
)
def test_the_criterion_of_supermasks(result, holds):
    assert [check.holds for check in chapter.SUPERMASKS.judge(result)] == holds


# --- learned masks ---


def test_every_variant_is_measured(large_rows):
    result = chapter.learn_masks(large_rows, (0,), epochs=2)
    assert set(result.test) == set(result.kept) == set(learned_masks.ROWS)
    assert result.kept["everything"][0] == result.kept["trained"][0] == 1
    assert result.kept["edge-popup"][0] == pytest.approx(0.5, abs=1e-4)
    assert result.kept["random"][0] == result.kept["learned"][0]
    assert len(result.table().rows) == len(learned_masks.ROWS)


def test_the_shuffled_control_keeps_as_many_in_every_layer(large_rows):
    net = untrained.signed(chapter.glorot_lenet(large_rows, 0))
    learned = pruning.supermask.learn(net, untrained.trainer(large_rows, 0, 1, 0.1))
    other = learned_masks.shuffled(learned, net, 0)
    for name, mask in learned.masks.items():
        weight, own = other.get_parameter(name), learned.model.get_parameter(name)
        assert int((weight != 0).sum()) == int(mask.sum())
        assert weight.abs().max().item() == pytest.approx(own.abs().max().item())
        assert not torch.equal(weight != 0, mask)


def test_the_criterion_of_learned_masks():
    def holds(**test):
        arrays = {name.replace("_", "-"): np.array([value]) for name, value in test.items()}
        result = chapter.LearnedMasks(seeds=(0,), test=arrays, kept={}, provenance=PROVENANCE)
        return [check.holds for check in chapter.LEARNED_MASKS.judge(result)]

    good = {"learned": 0.93, "edge_popup": 0.94, "criterion": 0.90, "random": 0.1, "trained": 0.95}
    assert holds(**good) == [True] * 5
    bad = {**good, "learned": 0.85, "edge_popup": 0.96, "random": 0.3}
    assert holds(**bad) == [False, True, False, False, False]


# --- weight agnostic networks ---


def test_the_search_is_measured_with_its_controls(searched, digits):
    network = searched.found[0].network
    test = topologies.few_classes(digits.test)
    assert set(np.unique(test.labels)) == {0, 1, 2, 3}
    weights = np.random.default_rng(1003).uniform(-2, 2, agnostic.DRAWS)
    right = [(network.logits(test.inputs, [w])[0].argmax(1) == test.labels).mean() for w in weights]
    assert searched.test["random"][0] == pytest.approx(np.mean(right))
    assert searched.test["fully connected"][0] == pytest.approx((test.labels == 0).mean())
    assert searched.test["linear classifier"][0] > 0.9


def test_an_unselected_network_has_seen_as_many_changes(searched):
    other = agnostic.unselected(searched.found[0], np.random.default_rng(0))
    assert other.inputs == 64
    assert len(other.places) <= 69 + len(searched.found[0].history)


def test_an_ensemble_of_equal_opinions_is_that_opinion(digits):
    test = topologies.few_classes(digits.test)
    net = weight_agnostic.fully_connected(64, 4)
    assert topologies.ensemble(net, test) == pytest.approx((test.labels == 0).mean())


def test_a_line_survives_a_file(searched, digits, tmp_path):
    searched.save(tmp_path / "w.json", "weight_agnostic")
    again = chapter.WEIGHT_AGNOSTIC.load(tmp_path / "w.json")
    networks, born = agnostic.read_line(again.line)
    assert networks == [one.network for one in searched.found[0].history]
    assert born == [one.born for one in searched.found[0].history]
    line = chapter.evolution(again, digits)
    assert line.accuracy.shape == (len(networks), 6)


def test_the_shipped_network_is_what_its_numbers_say(digits):
    shipped = chapter.shipped("weight_agnostic")
    network = agnostic.read_line(shipped.line)[0][-1]
    assert len(network.connections) == shipped.connections[0]
    test = topologies.few_classes(digits.test)
    assert topologies.ensemble(network, test) == pytest.approx(
        shipped.test["ensemble"][0], abs=1e-4
    )


def test_one_weight_is_measured_at_every_place_of_the_slider(digits):
    result = chapter.one_weight(chapter.shipped("weight_agnostic"), digits)
    assert set(result.weights) <= set(result.fine)
    assert set(weight_agnostic.SHARED_WEIGHTS) <= set(result.weights)
    test = topologies.few_classes(digits.test)
    place = result.fine.index(-0.5)
    assert result.accuracy[place] == topologies.accuracies(result.network, test, [-0.5])[0]
    assert result.accuracy[result.fine.index(0.0)] == (test.labels == 0).mean()
    assert result.labels.tolist() == [0, 1, 2, 3]


def test_the_criterion_of_weight_agnostic():
    def holds(**test):
        return [
            check.holds
            for check in chapter.WEIGHT_AGNOSTIC.judge(
                chapter.Topologies(
                    seeds=(0, 1),
                    generations=1,
                    test={n.replace("_", " "): np.array(values) for n, values in test.items()},
                    deviation=np.zeros(2),
                    weight=np.zeros(2),
                    connections=(),
                    hidden=(),
                    line=agnostic.Line((), ()),
                    provenance=PROVENANCE,
                )
            )
        ]

    connected, other = [0.25, 0.25], [0.3, 0.3]
    good = {"random": [0.7, 0.7], "ensemble": [0.8, 0.8], "fully_connected": connected}
    assert holds(**good, unselected=other) == [True] * 4
    bad = {"random": [0.9, 0.59], "ensemble": [0.8, 0.8], "fully_connected": [0.25, 0.36]}
    assert holds(**bad, unselected=[0.6, 0.6]) == [False] * 4
