"""One shared weight: the network against a sum by hand, the search against its parts."""

import itertools

import numpy as np
import pytest

from nc_teach.pruning import weight_agnostic as wa
from nc_teach.pruning.weight_agnostic import mutations, ranking
from nc_teach.pruning.weight_agnostic.changes import changed
from nc_teach.pruning.weight_agnostic.search import (
    Individual,
    first_network,
    goals,
    next_generation,
    scored,
)
from tests.checks import refuses


def random_network(seed, changes=40):
    random = np.random.default_rng(seed)
    network = first_network(6, 3, random).with_connection(0, 7)
    for _ in range(changes):
        network = mutations.mutate(network, random)
    return network


class TestNetwork:
    def test_a_small_network_by_hand(self):
        """Two inputs; a hidden tanh node hears both, the output hears it and the bias."""
        kinds, connections = ("linear",) * 4 + ("tanh",), ((0, 4), (1, 4), (4, 3), (2, 3))
        net = wa.Network(2, 1, (0, 0, 0, 1, 0.5), kinds, connections)
        x, w = np.array([[0.5, 1.0], [0.0, -1.0]]), -0.7
        wanted = w * (np.tanh(w * x.sum(axis=1)) + 1)
        assert np.allclose(net.logits(x, [w])[0, :, 0], wanted, atol=1e-6)

    def test_every_node_against_a_sum_over_its_connections(self):
        net = random_network(3)
        x = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
        for k, w in enumerate((-1.5, 0.3)):
            sent = net.signals(x, (-1.5, 0.3))[:, k]
            for node in range(7, len(net.places)):
                heard = [sent[a] for a, b in net.connections if b == node]
                total = sum(heard, np.zeros(5, np.float32))
                wanted = wa.ACTIVATIONS[net.activations[node]](np.float32(w) * total)
                assert np.allclose(sent[node], wanted, atol=1e-5)

    def test_fully_connected_with_one_weight_says_the_same_for_every_class(self):
        net = wa.fully_connected(6, 3)
        x = np.random.default_rng(0).random((9, 6))
        logits = net.logits(x, [-2, 0.5, 3])
        assert np.ptp(logits, axis=2).max() < 1e-6
        assert len(net.connections) == 7 * 3

    def test_all_ten_activations_are_known_and_refused_otherwise(self):
        assert len(wa.ACTIVATIONS) == 10
        at_zero = {name: float(f(np.zeros(1))[0]) for name, f in wa.ACTIVATIONS.items()}
        assert {n for n, v in at_zero.items() if v == 1} == {"cosine", "Gaussian"}
        assert at_zero["sigmoid"] == 0.5
        net = wa.empty(2, 1).with_connection(0, 3)
        refuses("activation must be one of linear, step", net.with_node, 0, 3, "swish")

    def test_what_cannot_be_connected_is_refused(self):
        net = wa.empty(2, 1).with_connection(0, 3)
        refuses("0 -> 3 is there already", net.with_connection, 0, 3)
        refuses("must lead to a higher place", net.with_connection, 0, 1)
        refuses("no connection 1 -> 3", net.with_node, 1, 3, "sin")
        refuses("node must be hidden, got 3", net.with_activation, 3, "sin")
        refuses("inputs must be of shape N x 2", net.logits, np.zeros((4, 3)), [1.0])


class TestChanges:
    @pytest.mark.parametrize("seed", range(5))
    def test_any_number_of_changes_leaves_a_sound_network(self, seed):
        net = random_network(seed, 120)
        assert len(set(net.connections)) == len(net.connections)
        assert all(net.places[a] < net.places[b] for a, b in net.connections)
        assert len(net.places) == len(net.activations)
        assert all(0 < net.places[k] < 1 for k in net.hidden)

    def test_each_mutation_changes_one_thing(self):
        random, net = np.random.default_rng(0), random_network(1)
        node = mutations.add_node(net, random)
        assert len(node.places) == len(net.places) + 1
        assert len(node.connections) == len(net.connections) + 1
        assert len(mutations.add_connection(net, random).connections) == len(net.connections) + 1
        other = mutations.change_activation(net, random)
        assert sum(a != b for a, b in zip(net.activations, other.activations, strict=True)) == 1
        bare = wa.empty(2, 1)
        assert mutations.add_node(bare, random) is bare
        assert mutations.change_activation(bare, random) is bare

    def test_a_line_of_changes_can_be_replayed(self):
        random, line = np.random.default_rng(5), [random_network(5, 3)]
        for _ in range(60):
            line.append(mutations.mutate(line[-1], random))
        line = [a for a, b in itertools.pairwise(line) if a != b] + line[-1:]
        changes = [wa.change_between(a, b) for a, b in itertools.pairwise(line)]
        assert {kind for kind, *_ in changes} == {"node", "connection", "activation"}
        assert wa.replay(line[0], changes) == line

    def test_what_is_no_single_change_is_refused(self):
        net = random_network(2)
        refuses("one change", wa.change_between, net, net)
        refuses("one change", wa.change_between, random_network(2, 3), random_network(2, 9))
        refuses("kind must be", changed, net, ("weight", 0, 1, ""))


def dominated(one, other):
    return all(o >= a for a, o in zip(one, other, strict=True)) and tuple(one) != tuple(other)


class TestRanking:
    def test_the_fronts_against_an_exhaustive_comparison(self):
        points = np.random.default_rng(0).integers(0, 6, size=(40, 2))
        left = set(range(40))
        for front in ranking.fronts(points):
            best = {i for i in left if not any(dominated(points[i], points[j]) for j in left)}
            assert set(front.tolist()) == best
            left -= best
        assert not left

    def test_a_rank_is_a_permutation_and_equal_members_are_no_error(self):
        assert sorted(ranking.rank(np.ones((7, 2)))) == list(range(7))
        assert ranking.rank(np.array([[1.0, 1.0], [2.0, 2.0]])).tolist() == [1, 0]

    def test_the_goals_are_the_mean_and_the_size_or_the_best(self):
        net = wa.empty(2, 2).with_connection(0, 3).with_connection(1, 4)
        alive = [Individual(wa.empty(2, 2), 1), Individual(net, 1)]
        scores = np.array([[0.0, -2.0], [-1.0, -4.0]])
        assert goals(alive, scores, by_size=True).tolist() == [[-1.0, 1.0], [-2.5, 0.5]]
        assert goals(alive, scores, by_size=False).tolist() == [[-1.0, 0.0], [-2.5, -1.0]]


@pytest.fixture(scope="module")
def halves():
    """Two classes: a bright left half, or a bright right half, of six pixels."""
    random = np.random.default_rng(0)
    labels = np.arange(60) % 2
    images = 0.2 * random.random((60, 6))
    images[labels == 0, :3] += 0.7
    images[labels == 1, 3:] += 0.7
    return images, labels


@pytest.fixture(scope="module")
def found(halves):
    return wa.search(*halves, classes=2, generations=40, population=20, batch=60, seed=1)


class TestSearch:
    def test_the_search_beats_chance_under_every_weight(self, found, halves):
        answers = found.network.logits(halves[0], wa.SHARED_WEIGHTS).argmax(axis=2)
        assert (answers == halves[1]).mean() > 0.5
        assert len(found.best) == 40
        assert found.best[-1] > found.best[0]

    def test_the_history_leads_to_the_network(self, found):
        assert found.history[-1].network == found.network
        assert found.history[0].parent is None
        for parent, child in itertools.pairwise(found.history):
            assert child.parent is parent
            assert parent.born < child.born
            wa.change_between(parent.network, child.network)

    def test_the_same_seed_finds_the_same(self, found, halves):
        again = wa.search(*halves, classes=2, generations=40, population=20, batch=60, seed=1)
        other = wa.search(*halves, classes=2, generations=40, population=20, batch=60, seed=2)
        assert again.network == found.network
        assert other.network != found.network

    def test_the_best_by_its_rank_is_kept(self, halves):
        random = np.random.default_rng(0)
        alive = [Individual(first_network(6, 2, random), 1) for _ in range(20)]
        scores = scored(alive, *halves, wa.SHARED_WEIGHTS)
        best = alive[int(scores.mean(axis=1).argmax())]
        children = next_generation(alive, scores, 2, random)
        assert len(children) == 20
        assert best in children

    def test_the_log_likelihood_against_torch(self):
        import torch
        import torch.nn.functional as F

        logits, labels = torch.randn(3, 8, 4), torch.arange(8) % 4
        wanted = [-F.cross_entropy(one, labels).item() for one in logits]
        assert np.allclose(wa.log_likelihood(logits.numpy(), labels.numpy()), wanted, atol=1e-5)
        assert np.isfinite(wa.log_likelihood(np.array([[[1e4, -1e4]]]), np.array([1]))).all()

    def test_wrong_arguments_are_named(self, halves):
        refuses(
            "generations must be an integer of at least 1",
            wa.search,
            *halves,
            classes=2,
            generations=0,
        )
        refuses(
            "population must be an integer of at least 5",
            wa.search,
            *halves,
            classes=2,
            population=4,
        )
        refuses("at least one shared weight", wa.search, *halves, classes=2, weights=())
        refuses("labels must be from 0 to 0, got 1", wa.search, *halves, classes=1)
