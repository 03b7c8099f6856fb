"""Chapter 6's claims: what ships, what was just measured, and every criterion by hand."""

import numpy as np
import pytest

from nc_teach.claims import dynamic_computation as chapter
from nc_teach.claims.criterion import CLOSE
from nc_teach.claims.dynamic_computation import any_width, block_drop, mixed_images, skipnet
from tests import claim_rules
from tests.claim_rules import answers
from tests.dynamic_computation.results import FRESH, back, fresh

ANSWERS = {
    "early_exit": f"yes, yes, {CLOSE}, yes, {CLOSE}",
    "early_exits_hurt": f"{CLOSE}, {CLOSE}, {CLOSE}, {CLOSE}",
    "msdnet": f"yes, {CLOSE}, {CLOSE}, {CLOSE}",
    "slimmable": f"yes, yes, {CLOSE}, yes",
    "universally_slimmable": f"{CLOSE}, {CLOSE}, {CLOSE}, {CLOSE}",
    "skip_plane": f"yes, yes, yes, yes, yes, {CLOSE}",
    "skipnet": f"yes, yes, yes, yes, no, {CLOSE}",
    "skipnet_images": f"{CLOSE}, {CLOSE}, yes, no, {CLOSE}, {CLOSE}",
    "block_drop": f"yes, yes, yes, {CLOSE}, yes, {CLOSE}, {CLOSE}",
    "block_drop_images": f"yes, {CLOSE}, yes, no, no, {CLOSE}, {CLOSE}",
    "mixed_images": f"yes, {CLOSE}, no, {CLOSE}, {CLOSE}, {CLOSE}, no, no, no",
    "runtime_pruning": f"{CLOSE}, {CLOSE}, {CLOSE}, {CLOSE}, {CLOSE}",
    "path_time": "no, no, no, yes, yes, no, no",
    "saved_time": "yes, no, yes, yes, no",
    "battery": "yes, no, no",
}


@pytest.mark.parametrize("key", ANSWERS)
def test_a_shipped_result(key, tmp_path):
    claim_rules.check_shipped(key, ANSWERS[key], tmp_path)


def test_every_shipped_result_is_recorded():
    assert set(ANSWERS) == claim_rules.keys("dynamic_computation")


@pytest.mark.parametrize("key", FRESH)
def test_a_fresh_result_comes_back_from_its_file(key, tmp_path):
    again = back(key, fresh(key), tmp_path)
    assert again.numbers() == fresh(key).numbers()
    assert len(again.table().rows) == len(fresh(key).table().rows)


def flat(*numbers):
    """A network's accuracies of one seed."""
    return [list(numbers)]


def curve(low, high):
    """The accuracies of one seed at nine widths."""
    return [np.linspace(low, high, 9).tolist()]


def at_judged_price(**measures):
    return {name: {0.03: [value]} for name, value in measures.items()}


def raced(ways, **measures):
    """A race of six blocks; a number for each of the first ways that a measure has one for."""
    measures = {"random": (0.8,), "others": (0.88,), "static": (0.9,), "subset": (0.89,)} | measures
    by_way = {
        name: {way: [value] for way, value in zip(ways, values, strict=False)}
        for name, values in measures.items()
    }
    return {"whole": [0.905], "depth": 6, "measures": by_way}


def fixed_choices(accuracy):
    """What the controls of three ways have right."""
    return {name: (accuracy,) * 3 for name in ("static", "subset")} | {"others": (0.845,) * 3}


def timed(one_by_one, in_batches):
    methods = ("exits", "half width", "3 of 6 blocks")
    names = [f"{method}, {size}" for size in ("small", "large") for method in methods]
    times = {1: one_by_one, 100: in_batches}
    return {
        "macs_saved": dict.fromkeys(names, 0.5),
        "time_saved": {
            size: {name: [value] for name, value in zip(names, values, strict=True)}
            for size, values in times.items()
        },
    }


WAYS = tuple(mixed_images.PRICES)
PLANE = {"accuracy": 0.99, "random": 0.93, "static": 0.99, "easy": 2.5, "hard": 3.4}
PLANE |= {"deviation": 0.1, "others": 0.9, "distinct": 5}
EXITS_GOOD = {"share": [0.56], "right": [0.84], "at random": [0.80], "overthinking": [0.05]}
EXITS_BAD = {"share": [0.61], "right": [0.829], "at random": [0.81], "overthinking": [0.01]}
GROUPS = {"whole": [0.915], "static": [0.9], "others": [0.885], "random": [0.88]}

CRITERIA = {  # numbers with which every check says yes, and what to change so that all say no
    "early_exit": (
        {
            "at_budget": EXITS_GOOD,
            "exits": flat(0.7, 0.84),
            "static": flat(0.7, 0.8, 0.83, 0.84),
            "dynamic": flat(0.7, 0.81, 0.835, 0.84),
        },
        {"at_budget": EXITS_BAD, "dynamic": flat(0.7, 0.81, 0.82, 0.84)},
    ),
    "early_exits_hurt": (
        {
            "joint": {"plain chain": [0.84], "MSDNet": [0.85]},
            "alone": {"plain chain": [0.85], "MSDNet": [0.85]},
            "beside": flat(0.845, 0, 0, 0, 0),
        },
        {
            "joint": {"plain chain": [0.85], "MSDNet": [0.84]},
            "beside": flat(0.849, 0, 0, 0, 0),
        },
    ),
    "msdnet": (
        {
            "anytime": {"plain chain": flat(*[0.8] * 7), "MSDNet": flat(*[0.83] * 7)},
            "batch": {"plain chain": flat(*[0.8] * 7), "MSDNet": flat(*[0.83] * 7)},
            "at_random": {"MSDNet": flat(*[0.82] * 7)},
        },
        {
            "anytime": {"plain chain": flat(*[0.83] * 7), "MSDNet": flat(*[0.8] * 7)},
            "batch": {"plain chain": flat(*[0.83] * 7), "MSDNet": flat(*[0.8] * 7)},
        },
    ),
    "slimmable": (
        {
            "accuracy": {
                "naive": flat(0.4, 0, 0, 0),
                "recalibrated": flat(0.55, 0, 0, 0),
                "switchable": flat(0.66, 0, 0, 0),
                "individual": flat(0.69, 0, 0, 0),
                "cut": flat(0.1, 0.29, 0.9, 0.9),
            }
        },
        {
            "accuracy": {
                "naive": flat(0.5, 0, 0, 0),
                "recalibrated": flat(0.55, 0, 0, 0),
                "switchable": flat(0.66, 0, 0, 0),
                "individual": flat(0.71, 0, 0, 0),
                "cut": flat(0.1, 0.31, 0.9, 0.9),
            }
        },
    ),
    "universally_slimmable": (
        {
            "widths": any_width.WIDTHS,
            "alone_at": any_width.ALONE,
            "accuracy": {
                "four random widths": curve(0.6, 0.8),
                "sandwich": curve(0.65, 0.82),
                "sandwich, distilled": curve(0.66, 0.83),
            },
            "as_trained": curve(0.3, 0.83),
            "alone": flat(0.68, 0.69, 0.7, 0.84),
        },
        {
            "accuracy": {
                "four random widths": curve(0.6, 0.83),
                "sandwich": curve(0.65, 0.82),
                "sandwich, distilled": curve(0.64, 0.8),
            },
            "as_trained": curve(0.6, 0.8),
        },
    ),
    "skip_plane": (
        {"lambdas": (0.03,), **at_judged_price(**PLANE)},
        at_judged_price(accuracy=0.989, random=0.94, easy=2.7, deviation=0.09),
    ),
    "skipnet": (
        raced(skipnet.WAYS[::2], accuracy=(0.9, 0.88), blocks=(4.0,)),
        raced(skipnet.WAYS[::2], accuracy=(0.84, 0.835), blocks=(4.3,)),
    ),
    "block_drop": (
        raced(block_drop.WAYS, accuracy=(0.9, 0.9), blocks=(4.0, 5.0), distinct=(3,)),
        raced(block_drop.WAYS, accuracy=(0.84, 0.9), blocks=(5.0, 5.0), distinct=(2,)),
    ),
    "mixed_images": (
        raced(WAYS, accuracy=(0.9,) * 3, easy=(2.0,) * 3, hard=(2.5,) * 3, **fixed_choices(0.9)),
        raced(WAYS, accuracy=(0.85,) * 3, easy=(2.0,) * 3, hard=(2.4,) * 3, **fixed_choices(0.9)),
    ),
    "runtime_pruning": (
        {"measures": {**GROUPS, "accuracy": [0.9], "macs": [0.5]}},
        {"measures": {**GROUPS, "accuracy": [0.888], "macs": [0.51]}},
    ),
    "saved_time": (
        timed((-0.2, 0.1, 0.2, 0.3, 0.5, 0.45), (0.1, 0.6, 0.1, 0.3, 0.7, 0.4)),
        timed((0.3, 0.6, 0.1, 0.2, 0.7, 0.2), (-0.2, 0.1, 0.2, 0.3, 0.5, 0.45)),
    ),
}


@pytest.mark.parametrize("key", CRITERIA)
def test_the_criteria_by_hand(key):
    claim, (good, change) = claim_rules.experiment.find(key), CRITERIA[key]
    every = len(ANSWERS[key].split(", "))
    assert answers(claim, **good) == ["yes"] * every
    assert answers(claim, **{**good, **change}) == ["no"] * every


def test_without_controls_there_are_fewer_checks():
    good, _ = CRITERIA["early_exit"]
    assert len(answers(chapter.EARLY_EXIT, **{**good, "static": []})) == 4
    alone = {name: CRITERIA["slimmable"][0]["accuracy"][name] for name in ("naive", "switchable")}
    alone["recalibrated"] = flat(0.55, 0, 0, 0)
    assert len(answers(chapter.SLIMMABLE, accuracy=alone)) == 2
