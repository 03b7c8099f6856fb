"""Cards 2.1 to 2.3: near misses, other right answers, and the package's own functions."""

import pytest
import torch

from nc_teach import meter
from nc_teach.claims.why_pruning import from_scratch
from nc_teach.classroom import cards, questions
from nc_teach.classroom.examine import examine
from nc_teach.content.why_pruning.exercises import a_fair_budget_checks
from nc_teach.pruning import lottery, mask_actions

NEAR = {"2.1": "shares the memory", "2.2": "spread of the kept", "2.3": "rounds too early"}


@pytest.mark.parametrize("key", NEAR)
def test_a_near_miss_passes_the_first_check_but_not_the_second(key):
    card = cards.find(key)
    wrong = card.wrong_answers[NEAR[key]].function
    assert card.checks[0](wrong) is None
    assert card.checks[1](wrong) is not None


def test_the_package_s_own_functions_pass():
    assert examine(cards.find("2.1"), lottery.rewind) is None

    def by_treatment(initial, mask):
        return mask_actions.signed_constant(initial) * mask

    assert examine(cards.find("2.2"), by_treatment) is None


def test_other_ways_pass():
    def by_state(model, start, masks):
        model.load_state_dict({n: v * masks[n] if n in masks else v for n, v in start.items()})

    def by_where(initial, mask):
        a = initial.std()
        return torch.where(mask, torch.where(initial > 0, a, -a), 0.0)

    def by_loop(epochs, large, small):
        left, count = epochs * a_fair_budget_checks.macs(large), 0
        while left >= a_fair_budget_checks.macs(small):
            left, count = left - a_fair_budget_checks.macs(small), count + 1
        return count

    for key, way in (("2.1", by_state), ("2.2", by_where), ("2.3", by_loop)):
        assert examine(cards.find(key), way) is None


def test_the_card_counts_as_the_meter_does(rows):
    """Oracle: MACs counted by running the network."""
    for hidden in (8, 20):
        net = from_scratch.mlp(rows, hidden, 0)
        assert meter.count_macs(net, (1, 4, 4)) == a_fair_budget_checks.macs(
            [16, hidden, hidden, 3]
        )


def test_the_questions_are_whole():
    asked = questions.find("2")
    assert all(choice.says.endswith(".") for q in asked for choice in q.choices)
