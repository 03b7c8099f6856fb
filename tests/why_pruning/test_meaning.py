"""What results say of themselves, and the parts that a chapter's text computes with."""

import dataclasses

import numpy as np
import pytest

from nc_teach.claims import why_pruning as chapter


@pytest.mark.parametrize("claim", chapter.CLAIMS, ids=lambda claim: claim.key)
def test_every_shipped_result_is_said_in_a_line(claim):
    said = chapter.shipped(claim.key).in_words()
    assert said.endswith(".")
    assert "\n" not in said


def test_the_race_says_the_ticket_against_its_rivals():
    race = chapter.shipped("lottery_ticket")
    ahead = 100 * (race.curves["ticket"] - race.curves["re-init"])[:, 2, -1].mean()
    assert f"{ahead:+.2f} points against re-init" in race.in_words()
    assert f"{100 * race.densities[2]:.1f} % of the weights left" in race.in_words()
    short = {name: race.curves[name] for name in ("ticket", "re-init")}
    assert "random mask" not in dataclasses.replace(race, curves=short).in_words()


def test_what_signs_are_worth_by_hand():
    rewound = np.array([0.9, 0.9])
    kept = {"rewind": rewound, "re-init, random signs": [0.8, 0.9]}
    kept |= {"re-init, same signs": [0.86, 0.95], "constant, random signs": [0.7, 0.7]}
    parts = chapter.shipped("lottery_signs")
    kept = {name: np.array(values) for name, values in kept.items()}
    found = dataclasses.replace(parts, dense=rewound, criteria={"large_final": rewound}, kept=kept)
    assert found.worth()["re-init"] == pytest.approx([0.06, 0.05])
    assert list(found.worth()) == ["re-init"]  # "constant" has nothing to be compared with
    assert found.undone[0] == pytest.approx(0.6)
    assert np.isnan(found.undone[1])  # nothing was lost that could be undone
    assert found.only("rewind").table().rows[0][0] == "rewind"
    assert len(found.only("rewind").table().rows) == 1


def test_the_lead_by_rate_and_its_sentence():
    rates = chapter.shipped("ticket_learning_rate")
    small, large = (100 * rates.lead(rate)[:, 1].mean() for rate in (0.01, 0.1))
    said = rates.in_words()
    assert f"{small:+.2f} points at the learning rate 0.01" in said
    assert f"{large:+.2f} points at the learning rate 0.1" in said


def test_a_supermask_is_said_at_the_share_where_it_is_judged():
    masks = chapter.shipped("supermasks")
    at = masks.at()["signed constant"]["large final, same sign"]
    assert f"reads {100 * at.mean():.1f} % of the digits" in masks.in_words()
    assert at.tolist() == masks.test["signed constant"]["large final, same sign"][:, 7].tolist()
