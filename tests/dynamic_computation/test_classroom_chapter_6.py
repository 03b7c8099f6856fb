"""Chapter 6's cards and quiz: other right answers, near misses, and sound questions."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach.classroom import cards, questions
from nc_teach.classroom.examine import examine
from nc_teach.dynamic import budget, decisions, skipping, thresholds

QUESTIONS = questions.find("6")


def test_our_own_battery_is_a_right_answer():
    def by_the_package(options, macs, milliseconds):
        named = [
            budget.Option("", str(i), m, ms, accuracy)
            for i, (m, ms, accuracy) in enumerate(options)
        ]
        found = budget.battery(named, macs=macs, latency_ms=milliseconds)
        return None if found is None else int(found.name)

    assert examine(cards.find("6.0"), by_the_package) is None


def test_a_walk_from_exit_to_exit_is_a_right_answer():
    def by_walking(logits, threshold):
        classes = torch.zeros(logits.shape[1], dtype=torch.long)
        exits = torch.full_like(classes, -1)
        for k, said in enumerate(logits):
            sure = F.softmax(said, dim=1).amax(dim=1) >= threshold
            leaving = (exits < 0) & (sure if k < len(logits) - 1 else torch.ones_like(sure))
            classes[leaving], exits[leaving] = said[leaving].argmax(dim=1), k
        return classes, exits

    def by_the_package(logits, threshold):
        confidence = logits.softmax(dim=2).amax(dim=2)
        leaving = thresholds.leaves_at(confidence, [threshold] * (len(logits) - 1))
        return thresholds.answers_at(logits, leaving), leaving

    assert examine(cards.find("6.1"), by_walking) is None
    assert examine(cards.find("6.1"), by_the_package) is None


def test_our_own_threshold_is_a_right_answer():
    def by_the_package(validation, test, costs, budget):
        bars = thresholds.shared_threshold(validation, costs.tolist(), budget)
        return bars[0], thresholds.mean_cost(thresholds.leaves_at(test, bars), costs.tolist())

    assert examine(cards.find("6.2"), by_the_package) is None


def test_pytorch_s_own_norm_is_a_right_answer():
    def by_pytorch(maps, width, running, training):
        mean, var = running[width]
        return F.batch_norm(maps, mean, var, training=training, momentum=0.1)

    assert examine(cards.find("6.3"), by_pytorch) is None


def test_our_own_skipping_and_an_index_are_right_answers():
    def by_index(block, x, chosen):
        places = chosen.nonzero().flatten()
        return x.index_copy(0, places, block(x[places])) if len(places) else x

    assert examine(cards.find("6.4"), skipping.compute_chosen) is None
    assert examine(cards.find("6.4"), by_index) is None


def test_a_distribution_of_pytorch_is_a_right_answer():
    def by_distribution(logits, reward):
        policy = torch.distributions.Bernoulli(logits=logits)
        drawn = policy.sample()
        gain = reward(drawn) - reward((policy.probs > 0.5).float())
        return -(gain * policy.log_prob(drawn).sum(1)).mean()

    def by_our_likelihood(logits, reward):
        drawn = decisions.draw(logits)
        chance = decisions.log_likelihood(logits, drawn).sum(dim=1)
        return ((reward(decisions.hard(logits)) - reward(drawn)) * chance).mean()

    assert examine(cards.find("6.5"), by_distribution) is None
    assert examine(cards.find("6.5"), by_our_likelihood) is None


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("6.1", "the unsure at the first"),
        ("6.2", "chosen on the test"),
        ("6.3", "one for all"),
        ("6.4", "computes all"),
        ("6.5", "no baseline"),
    ],
)
def test_a_near_miss_passes_the_first_check_and_not_the_second(key, name):
    card = cards.find(key)
    wrong = card.wrong_answers[name].function
    with torch.random.fork_rng(devices=[]):
        assert card.checks[0](wrong) is None
        assert card.checks[1](wrong) is not None


def test_a_block_with_the_wrong_input_is_told_on_which():
    message = examine(cards.find("6.4"), lambda block, x, chosen: block(x[:, None, chosen]))
    assert message.startswith("your function stopped on 6 inputs of which 3 are chosen")


def test_a_real_block_can_be_skipped_by_the_solution():
    block = nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU()).eval()
    x, chosen = torch.randn(5, 2, 4, 4), torch.tensor([True, False, True, True, False])
    with torch.no_grad():
        result = cards.find("6.4").solution(block, x, chosen)
        assert torch.allclose(result[chosen], block(x)[chosen], atol=1e-6)
    assert torch.equal(result[~chosen], x[~chosen])


def test_the_right_choice_is_not_mostly_at_one_place():
    places = [[c.right for c in q.choices].index(True) for q in QUESTIONS]
    assert max(places.count(place) for place in set(places)) <= 5
