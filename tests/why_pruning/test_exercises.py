"""Cards 2.1 to 2.5: right answers by other ways pass, near misses are near misses."""

import dataclasses

import numpy as np
import pytest
import torch

from nc_teach import meter
from nc_teach.claims.why_pruning import from_scratch
from nc_teach.classroom import cards
from nc_teach.classroom.examine import examine
from nc_teach.common.straight_through import straight_through
from nc_teach.content.why_pruning.exercises import (
    a_fair_budget,
    one_weight_for_all,
    only_the_signs,
    reset_the_ticket,
    straight_mask,
)
from nc_teach.pruning import lottery, mask_actions

NEAR = {
    "2.1": reset_the_ticket.shares_the_memory,
    "2.2": only_the_signs.spread_of_the_kept,
    "2.3": a_fair_budget.rounds_too_early,
    "2.4": straight_mask.only_those_in,
    "2.5": one_weight_for_all.one_layer,
}


def by_data(model, start, masks):
    for name, p in model.named_parameters():
        p.data = start[name].clone() * masks.get(name, 1)


def with_ours(initial, mask):
    return mask_actions.signed_constant(initial) * mask


def by_where(initial, mask):
    a = initial.std()
    return torch.where(mask, torch.where(initial > 0, a, -a), 0.0)


def with_numpy(initial, mask):
    weights = initial.double().numpy()
    return weights.std() * np.sign(weights) * mask.numpy()  # divided by n: as good


def by_loop(epochs, large, small):
    left, count = epochs * a_fair_budget.macs(large), np.int64(0)
    while left >= a_fair_budget.macs(small):
        left, count = left - a_fair_budget.macs(small), count + 1
    return count


def by_matrices(epochs, large, small):
    works = [torch.tensor(s[:-1]) @ torch.tensor(s[1:]) for s in (large, small)]
    return epochs * works[0] // works[1]


def by_the_top(scores, k):
    hard = torch.zeros(scores.numel())
    hard[scores.detach().flatten().argsort(descending=True)[:k]] = 1
    return straight_through(hard.reshape(scores.shape), scores)


def in_double(scores, k):
    precise = scores.double()
    rank = precise.flatten().argsort(descending=True, stable=True).argsort().view_as(scores)
    return (rank < k).double() + precise - precise.detach()


def by_a_table(inputs, connections, activations, w):
    first, count = inputs.shape[1], inputs.shape[1] + len(activations)
    table = torch.zeros(count, count)
    for a, b in connections:
        table[a, b] = w
    sent = torch.cat([inputs, torch.zeros(len(inputs), len(activations))], dim=1)
    for node in range(first, count):
        sent[:, node] = activations[node - first](sent @ table[:, node])
    return sent[:, first:]


OTHERS = {
    "2.1": (lottery.rewind, by_data),
    "2.2": (with_ours, by_where, with_numpy),
    "2.3": (by_loop, by_matrices),
    "2.4": (by_the_top, in_double),
    "2.5": (by_a_table, lambda *given: by_a_table(given[0].double().float(), *given[1:]).double()),
}


@pytest.mark.parametrize("key", OTHERS)
def test_other_ways_pass(key):
    assert [examine(cards.find(key), way) for way in OTHERS[key]] == [None] * len(OTHERS[key])


@pytest.mark.parametrize("key", NEAR)
def test_a_near_miss_passes_the_first_case_and_not_a_later_one(key):
    card = cards.find(key)
    first = dataclasses.replace(card, cases=lambda: list(card.cases())[:1])
    assert examine(first, NEAR[key]) is None
    assert examine(card, NEAR[key]) is not None


@pytest.mark.parametrize(
    ("key", "wrong", "says"),
    [
        ("2.1", lambda model, start, masks: model.load_state_dict(start), "nothing is removed"),
        ("2.2", lambda initial, mask: 0.5 * initial.sign() * mask, "your a is 0.5; the"),
        ("2.3", lambda epochs, large, small: 3, "so 20 epochs are paid for"),
        ("2.4", lambda scores, k: (scores > -9).float(), "24 scores your mask keeps 24"),
        ("2.4", lambda scores, k: [1], "you return a list"),
        ("2.5", lambda i, c, a, w: torch.ones(5, len(a)), "node 3 sends 1 for the first image"),
    ],
)
def test_an_unforeseen_mistake_is_described(key, wrong, says):
    assert says in examine(cards.find(key), wrong)


def test_the_card_counts_as_the_meter_does(rows):
    """Oracle: MACs counted by running the network."""
    for hidden in (8, 20):
        net = from_scratch.mlp(rows, hidden, 0)
        assert meter.count_macs(net, (1, 4, 4)) == a_fair_budget.macs([16, hidden, hidden, 3])
