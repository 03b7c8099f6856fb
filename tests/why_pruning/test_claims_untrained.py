"""The claims about supermasks and weight agnostic networks: small runs, criteria by hand."""

import copy

import numpy as np
import pytest
import torch

from nc_teach import data, pruning, training
from nc_teach.claims import why_pruning as chapter
from nc_teach.claims.why_pruning import (
    learned_masks,
    networks,
    supermasks,
    topologies,
    weight_agnostic as agnostic,
)
from nc_teach.pruning import weight_agnostic
from tests.claim_rules import made


@pytest.fixture(scope="module")
def masks(large_rows):
    return chapter.untrained_masks(large_rows, (0, 1), keeps=(0.2, 0.4, 1.0))


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


@pytest.fixture(scope="module")
def searched(digits):
    return chapter.search_topologies(digits, (3,), generations=4)


class TestUntrainedMasks:
    def test_a_pair_begins_as_twins_and_one_stays(self, large_rows):
        pair = supermasks.train_pair(large_rows, 4, epochs=1)
        fresh, initial = chapter.glorot_lenet(large_rows, 4), pair.initial.state_dict()
        assert all(torch.equal(value, initial[n]) for n, value in fresh.state_dict().items())
        assert not torch.equal(pair.initial.fc1.weight, pair.final.fc1.weight)

    def test_the_curves_are_what_the_technique_gives(self, masks, large_rows):
        pair = supermasks.train_pair(large_rows, 1)
        scores = supermasks.scores_of(pair, "large final")
        assert torch.equal(scores["fc1.weight"], pair.final.fc1.weight.detach().abs())
        cut = copy.deepcopy(pair.initial)
        pruning.apply_masks(cut, pruning.select(scores, 0.6, "layer"))
        found = training.accuracy(cut, large_rows.test)
        assert masks.test["as initialised"]["large final"][1, 1] == found

    def test_with_everything_kept_the_criteria_are_one(self, masks):
        for by in masks.test.values():
            ends = np.stack([test[:, -1] for test in by.values()])
            assert np.ptp(ends, axis=0).max() == 0

    def test_what_was_read_agrees_with_the_accuracy(self, large_rows):
        fewer = chapter.untrained_masks(large_rows, (0, 1), keeps=(0.4,), images=16)
        for values, by in fewer.test.items():
            for criterion, test in by.items():
                right = fewer.read[values][criterion][0] == fewer.labels
                assert test[0, 0] == pytest.approx(right.mean())


class TestLearnedMasks:
    def test_every_variant_is_measured(self, large_rows):
        result = chapter.learn_masks(large_rows, (0,), epochs=2)
        assert list(result.test) == list(result.kept) == list(learned_masks.ROWS)
        assert result.kept["everything"][0] == result.kept["trained"][0] == 1
        assert result.kept["edge-popup"][0] == pytest.approx(0.5, abs=1e-4)
        assert result.kept["random"][0] == result.kept["learned"][0]

    def test_the_shuffled_control_keeps_as_many_in_every_layer(self, large_rows):
        net = supermasks.signed(chapter.glorot_lenet(large_rows, 0))
        learned = pruning.supermask.learn(net, networks.Coach(large_rows, 1, 0, lr=0.1).train)
        other = learned_masks.shuffled(learned, net, 0)
        for name, mask in learned.masks.items():
            weight, own = other.get_parameter(name), learned.model.get_parameter(name)
            assert int((weight != 0).sum()) == int(mask.sum())
            assert weight.abs().max().item() == pytest.approx(own.abs().max().item())
            assert not torch.equal(weight != 0, mask)


class TestWeightAgnostic:
    def test_the_search_is_measured_with_its_controls(self, searched, digits):
        network, found = searched.found[0].network, searched.test
        test, validation = (topologies.few_classes(s) for s in (digits.test, digits.validation))
        assert set(np.unique(test.labels)) == {0, 1, 2, 3}
        draws = np.random.default_rng(1003).uniform(-2, 2, agnostic.DRAWS)

        def right(weights, split=test):
            answers = [network.logits(split.inputs, [w])[0].argmax(1) for w in weights]
            return [(answer == split.labels).mean() for answer in answers]

        assert found["random"][0] == pytest.approx(np.mean(right(draws)))
        assert searched.deviation[0] == pytest.approx(np.std(right(draws), ddof=1))
        best = agnostic.TUNING[int(np.argmax(right(agnostic.TUNING, validation)))]
        assert (searched.weight[0], found["tuned"][0]) == (best, right([best])[0])
        assert found["fully connected"][0] == pytest.approx((test.labels == 0).mean())
        assert found["linear classifier"][0] > 0.9

    def test_an_unselected_network_has_seen_as_many_changes(self, searched):
        other = agnostic.unselected(searched.found[0], np.random.default_rng(0))
        assert other.inputs == 64
        assert len(other.places) <= 69 + len(searched.found[0].history)

    def test_an_ensemble_of_equal_opinions_is_that_opinion(self, digits):
        test = topologies.few_classes(digits.test)
        net = weight_agnostic.fully_connected(64, 4)
        assert topologies.ensemble(net, test) == pytest.approx((test.labels == 0).mean())

    def test_a_line_is_read_as_it_was_written(self, searched, digits):
        ancestors = searched.found[0].history
        read = agnostic.read_line(searched.line)
        assert read == ([one.network for one in ancestors], [one.born for one in ancestors])
        line = chapter.evolution(searched, digits)
        last = topologies.accuracies(
            ancestors[-1].network, topologies.few_classes(digits.test), [2]
        )
        assert line.accuracy.shape == (len(ancestors), 6)
        assert line.accuracy[-1, -1] == last[0]

    def test_the_shipped_network_is_what_its_numbers_say(self, digits):
        shipped = chapter.shipped("weight_agnostic")
        network = agnostic.read_line(shipped.line)[0][-1]
        assert len(network.connections) == shipped.connections[0]
        together = topologies.ensemble(network, topologies.few_classes(digits.test))
        assert together == pytest.approx(shipped.test["ensemble"][0], abs=1e-4)

    def test_one_weight_is_measured_at_every_place_of_the_slider(self, digits):
        result = chapter.one_weight(chapter.shipped("weight_agnostic"), digits)
        assert set(weight_agnostic.SHARED_WEIGHTS) <= set(result.weights) <= set(result.fine)
        test = topologies.few_classes(digits.test)
        place = result.fine.index(-0.5)
        assert result.accuracy[place] == topologies.accuracies(result.network, test, [-0.5])[0]
        assert result.accuracy[result.fine.index(0.0)] == (test.labels == 0).mean()
        assert result.labels.tolist() == [0, 1, 2, 3]


# --- the criteria by hand ---


def without_training(same, random, initial):
    """One network, one share kept."""

    def by(kept):
        rates = {"large final, same sign": kept, "random": random, "large initial": 0.1}
        return {criterion: [[rate]] for criterion, rate in rates.items()}

    test = {"signed constant": by(same), "as initialised": by(initial)}
    return made(chapter.Supermasks, keeps=(0.4,), test=test)


def learned(**test):
    rates = {"criterion": 0.9, "trained": 0.95, **test}
    rows = {name.replace("_", "-"): [rate] for name, rate in rates.items()}
    return made(chapter.LearnedMasks, test=rows)


def agnostics(random, connected, unselected):
    """Two searches."""
    others = {"fully connected": connected, "unselected": [unselected] * 2}
    return made(chapter.Topologies, test={"random": random, "ensemble": [0.8, 0.8], **others})


@pytest.mark.parametrize(
    ("claim", "result", "holds"),
    [
        (chapter.SUPERMASKS, without_training(0.8, 0.1, 0.7), [True] * 3),
        (chapter.SUPERMASKS, without_training(0.74, 0.21, 0.8), [False] * 3),
        (
            chapter.LEARNED_MASKS,
            learned(learned=0.93, edge_popup=0.94, random=0.1),
            [True] * 5,
        ),
        (
            chapter.LEARNED_MASKS,
            learned(learned=0.85, edge_popup=0.96, random=0.3),
            [False, True, False, False, False],
        ),
        (chapter.WEIGHT_AGNOSTIC, agnostics([0.7, 0.7], [0.25, 0.25], 0.3), [True] * 4),
        (chapter.WEIGHT_AGNOSTIC, agnostics([0.9, 0.59], [0.25, 0.36], 0.6), [False] * 4),
    ],
)
def test_a_criterion_by_hand(claim, result, holds):
    assert [check.holds for check in claim.judge(result)] == holds
