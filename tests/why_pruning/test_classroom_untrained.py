"""Cards 2.4 and 2.5: other right answers pass, and near misses are near misses."""

import pytest
import torch

from nc_teach.classroom.cards import find
from nc_teach.classroom.examine import examine
from nc_teach.pruning.supermask import straight_through


def by_threshold(scores, k):
    class Straight(torch.autograd.Function):
        @staticmethod
        def forward(ctx, scores):
            return (scores >= scores.flatten().sort(descending=True).values[k - 1]).float()

        @staticmethod
        def backward(ctx, gradient):
            return gradient

    return Straight.apply(scores)


def with_ours(scores, k):
    hard = torch.zeros(scores.numel())
    hard[scores.detach().flatten().argsort(descending=True)[:k]] = 1
    return straight_through(hard.reshape(scores.shape), scores)


def by_a_table(inputs, connections, activations, w):
    first, count = inputs.shape[1], inputs.shape[1] + len(activations)
    table = torch.zeros(count, count)
    for a, b in connections:
        table[a, b] = w
    sent = torch.cat([inputs, torch.zeros(len(inputs), len(activations))], dim=1)
    for node in range(first, count):
        sent[:, node] = activations[node - first](sent @ table[:, node])
    return sent[:, first:]


def test_other_right_answers_pass():
    assert examine(find("2.4"), with_ours) is None
    assert examine(find("2.5"), by_a_table) is None


def test_a_threshold_keeps_too_many_of_equal_scores():
    assert "of 24 equal scores your mask keeps 24 for k = 2" in examine(find("2.4"), by_threshold)


@pytest.mark.parametrize(("key", "name"), [("2.4", "only those in"), ("2.5", "one layer")])
def test_a_near_miss_passes_the_first_check_and_not_the_second(key, name):
    card = find(key)
    wrong = card.wrong_answers[name].function
    assert card.checks[0](wrong) is None
    assert card.checks[1](wrong) is not None
