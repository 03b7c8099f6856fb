"""What results say of themselves: the sentence turns with the numbers."""

import dataclasses

import numpy as np
import pytest

from nc_teach.claims import network_pruning as chapter
from nc_teach.claims.network_pruning import healing, network_trimming
from nc_teach.claims.network_pruning.sentences import WIDTH, which
from tests import claim_rules


@pytest.mark.parametrize("claim", chapter.CLAIMS, ids=lambda claim: claim.key)
def test_every_shipped_result_is_one_sentence(claim):
    said = chapter.shipped(claim.key).in_words()
    assert said.endswith(".")
    assert "\n" not in said


def healed(rounds, once, dense):
    test = {"iterative": rounds, "one-shot": once, "random": [0.8, 0.8, 0.81], "dense": dense}
    before = np.array([0.95, 0.951, 0.949])
    parts = {"sparsity": 0.9, "rounds": 3, "epochs": 3, "before": before}
    return claim_rules.made(
        healing.Healing, **parts, test={k: np.array(v) for k, v in test.items()}
    )


def test_healing_says_who_won_and_what_pruning_costs():
    low, high = [0.93, 0.931, 0.929], [0.95, 0.951, 0.9495]
    said = flat(healed(high, low, [0.96, 0.961, 0.962]).meaning())
    assert "Cutting in rounds was better than cutting at once" in said
    assert "that is what pruning costs" in said
    said = flat(healed(low, high, low).meaning())
    assert "Cutting at once was better than cutting in rounds" in said
    assert "do not quite come back" in said
    said = flat(healed(high, high, high).meaning())
    assert "these runs cannot decide" in said


def test_trimming_does_not_call_the_count_worse_than_chance_where_it_is_better():
    scores = {"nonzero share": [0.9, 0.91, 0.9], "random": [0.5, 0.5, 0.52]}
    scores = {name: np.array(value) for name, value in scores.items()}
    parts = {"dead": np.array([1, 2, 3]), "whole": np.array([0.95] * 3)}
    without = {"dead": np.array([0.95, 0.95, 0.95])}
    result = claim_rules.made(
        network_trimming.Trimming, **parts, without=without, before=scores, after=scores
    )
    assert "Here counting is better than chance." in flat(result.meaning())


def test_growing_can_come_out_ahead():
    ways = chapter.shipped("small_at_once")
    assert "goes too far" in flat(ways.meaning())
    better = {
        **ways.test,
        "grown": ways.test["pruned"] + np.array([0.01, 0.011, 0.012, 0.01, 0.01]),
    }
    said = flat(dataclasses.replace(ways, test=better).meaning())
    assert "growing comes out ahead" in said
    assert "is worse than grown step by step" in said


def test_lines_fit_a_page():
    assert max(map(len, chapter.shipped("small_at_once").meaning().splitlines())) <= WIDTH
    assert which([0.1], "more", "less", "close") == "more"


def flat(text):
    return " ".join(text.split())
