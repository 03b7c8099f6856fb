"""The chapter's figures: they keep the rules, and state and sentence hold the right numbers."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from nc_teach import data
from nc_teach.claims import why_pruning as chapter
from nc_teach.claims.provenance import Provenance
from nc_teach.figures import why_pruning as figures
from nc_teach.figures.why_pruning import topology
from nc_teach.figures.why_pruning.one_weight import SEARCHED
from tests.figure_rules import assert_keeps_the_rules

PROVENANCE = Provenance("by hand", "2026-11-24", "here", 3.0)
changed = dataclasses.replace


def a_race(networks=3):
    """Curves that one can follow: every variant a step lower than the one before."""
    rise = np.array([0.5, 0.8, 0.9, 0.94, 0.96])
    noise = np.linspace(-0.002, 0.002, networks)[:, None]
    curves = {
        name: np.stack([rise - step * (1 + place) + noise for place in range(3)], axis=1)
        for name, step in (("ticket", 0.0), ("re-init", 0.02), ("random mask", 0.03))
    }
    curves["late"] = curves["ticket"][:, :, -1:]
    return chapter.Race(
        densities=(0.5, 0.126, 0.016),
        moments=(0.03, 0.1, 0.25, 0.5, 1.0),
        dense=np.tile(rise, (networks, 1)),
        curves=curves,
        left=np.stack([np.arange(784).reshape(28, 28) // (4 * 4**k) for k in range(3)]),
        provenance=PROVENANCE,
    )


def a_plane(size=500):
    generator = np.random.default_rng(1)
    initial = generator.normal(size=size)
    final = initial + generator.normal(size=size)
    x, y = np.meshgrid(*[np.linspace(-4, 4, 41)] * 2)

    def keep(first, last):
        return {
            "large_final": np.abs(last) > 2,
            "large_init": np.abs(first) > 1.5,
            "small_final": np.abs(last) < 0.1,
        }

    return chapter.Plane(initial, final, keep(initial, final), keep(x, y), 4.0, PROVENANCE)


def apart():
    by = {name: [0.95 - 0.01 * k, 0.952 - 0.01 * k] for k, name in enumerate(a_plane().kept)}
    return chapter.TakenApart(
        dense=np.array([0.957, 0.958]),
        criteria={n: np.array(v) for n, v in {**by, "random": [0.925, 0.926]}.items()},
        kept={},
        removed={},
        same_sign={},
        provenance=PROVENANCE,
    )


def two_rates():
    ticket = {0.01: [[0.935, 0.93, 0.92]] * 2, 0.1: [[0.965, 0.96, 0.96]] * 2}
    reinit = {0.01: [[0.92, 0.89, 0.80]] * 2, 0.1: [[0.96, 0.955, 0.95]] * 2}
    return chapter.Rates(
        rates=(0.01, 0.1),
        densities=(0.5, 0.25, 0.063),
        dense={0.01: np.array([0.93, 0.932]), 0.1: np.array([0.96, 0.962])},
        ticket={rate: np.array(rows) for rate, rows in ticket.items()},
        reinit={rate: np.array(rows) for rate, rows in reinit.items()},
        provenance=PROVENANCE,
    )


def masks():
    random = np.random.default_rng(0)
    kinds = ("signed constant", "as initialised"), ("same sign", "random")
    return chapter.Supermasks(
        keeps=(0.1, 0.4, 1.0),
        seeds=(0, 1),
        test={v: {c: random.random((2, 3)) for c in kinds[1]} for v in kinds[0]},
        read={v: {c: random.integers(0, 10, (3, 16)) for c in kinds[1]} for v in kinds[0]},
        trained=np.array([0.9, 0.9]),
        examples=random.random((16, 1, 28, 28)),
        labels=random.integers(0, 10, 16),
        provenance=PROVENANCE,
    )


def without_examples(found):
    return changed(found, examples=None, labels=None)


@pytest.fixture(scope="module")
def one():
    return chapter.one_weight(chapter.shipped("weight_agnostic"), data.load("digits"))


@pytest.fixture(scope="module")
def line():
    return chapter.evolution(chapter.shipped("weight_agnostic"), data.load("digits"))


FIGURES = {
    "lottery": lambda get: figures.lottery(a_race()),
    "lottery, shipped": lambda get: figures.lottery(chapter.shipped("lottery_ticket")),
    "weight_plane": lambda get: figures.weight_plane(a_plane(), apart()),
    "learning_rates": lambda get: figures.learning_rates(two_rates()),
    "supermask_keep": lambda get: figures.supermask_keep(masks(), guess=30),
    "supermask_keep, as shipped": lambda get: figures.supermask_keep(without_examples(masks())),
    "one_weight": lambda get: figures.one_weight(get("one"), guess=40),
    "evolution": lambda get: figures.evolution(get("line")),
}


@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules_and_every_control_moves_it(name, request):
    assert_keeps_the_rules(FIGURES[name](request.getfixturevalue))


def test_the_race_says_its_numbers():
    figure = figures.lottery(a_race())
    assert figure.state()["percent"] == 12.6
    assert figure.state({"left": 50})["map"].max() == 783 // 4
    sentence = figure.sentence({"left": 50})
    assert sentence.startswith("50 % of the weights left")
    for numbers in (
        "(and after 10 % of the training)",
        "whole network 96.0 ± 0.0 % (80.0 ± 0.0 % early)",
        "ticket 96.0 ± 0.2 % (80.0 ± 0.2 % early)",
        "random mask 93.0 ± 0.2 % (77.0 ± 0.2 % early)",
    ):
        assert numbers in sentence
    assert len(figure.table([])) == 3
    with pytest.raises(ValueError, match="a map for each of 3 densities, got 2"):
        figures.lottery(changed(a_race(), left=a_race().left[:2]))


def test_the_plane_keeps_what_the_criterion_keeps():
    plane = a_plane()
    figure = figures.weight_plane(plane, apart())
    state = figure.state({"criterion": "large_init"})
    assert state["kept"].tolist() == (np.abs(plane.initial) > 1.5).tolist()
    same = (np.sign(plane.initial) == np.sign(plane.final))[state["kept"]].mean()
    assert state["same_sign"] == pytest.approx(same)
    sentence = figure.sentence({"criterion": "small_final"})
    assert sentence.endswith("Rewound and trained: 93.1 ± 0.1 %, a random mask 92.6 ± 0.1 %.")
    fewer = {name: np.ones(1) for name in ("large_final", "large_init")}
    with pytest.raises(ValueError, match="every criterion of the plane, small_final not"):
        figures.weight_plane(plane, changed(apart(), criteria=fewer))


def test_the_lead_at_both_rates():
    figure = figures.learning_rates(two_rates())
    state = figure.state({"left": 6.3})
    assert state["lead"] == {0.01: pytest.approx(12), 0.1: pytest.approx(1)}
    assert "at learning rate 0.1 whole network 96.1 ± 0.1 %" in figure.sentence()
    with pytest.raises(ValueError, match=r"at least two, got \[0.1\]"):
        figures.learning_rates(changed(two_rates(), rates=(0.1,)))


def test_the_chapter_in_one_picture():
    loop = figures.ticket_loop()
    assert loop.sentence().startswith("Draw, train, prune, rewind")
    assert loop.still().startswith(b"\x89PNG")


def test_the_supermask_sentence_has_the_numbers():
    found = masks()
    figure = figures.supermask_keep(found, SimpleNamespace(value=30))
    said = figure.sentence({"keep": 10, "criterion": "random"})
    mean = 100 * found.test["signed constant"]["random"][:, 0].mean()
    assert f"10 % of every layer kept by random: test accuracy {mean:.1f}" in said
    assert said.endswith("of 12 examples right. You guessed 30 %.")
    other = figure.state({"keep": 40, "criterion": "same sign, as initialised"})
    assert np.allclose(other["accuracy"], 100 * found.test["as initialised"]["same sign"][:, 1])
    without = figures.supermask_keep(without_examples(found))
    assert "examples" not in without.sentence()
    with pytest.raises(ValueError, match="must have 2 columns"):
        figures.supermask_keep(changed(found, keeps=(0.1, 0.4)))


def test_the_one_weight_sentence_has_the_numbers(one):
    figure = figures.one_weight(one)
    said = figure.sentence({"weight": -1, "image": 2})
    accuracy = 100 * one.accuracy[one.fine.index(-1.0)]
    assert f"connections at −1.00: {accuracy:.1f} %" in said
    assert "in the 2 it reads" in said
    assert "it reads nothing: its outputs are equal" in figure.sentence({"weight": 0})
    state = figure.state({"weight": -1, "image": 2})
    first = one.network.inputs + 1
    place = one.weights.index(-1.0)
    assert state["read"] == one.signals[first : first + 4, place, 2].argmax()
    with pytest.raises(ValueError, match="one for each fine weight"):
        figures.one_weight(changed(one, accuracy=one.accuracy[:-1]))


def test_a_page_of_the_one_weight_stays_small(one):
    figure = figures.one_weight(one)
    assert len(figure.patch(3)[0].image) < 16_000
    assert len(figure.patch(3, tight=True)[0].image) < 10_000
    assert set(SEARCHED) <= set(figure.controls[0].values)
    assert len(figure.page()) < 650_000


def test_the_evolution_ends_with_the_network_found(line):
    figure = figures.evolution(line)
    last = figure.state({"generation": line.generations})
    assert last["connections"] == line.networks[-1].connections
    assert np.allclose(last["each"], 100 * line.accuracy[-1])
    assert last["accuracy"] == pytest.approx(100 * line.accuracy[-1].mean())
    first = figure.state({"generation": 1})
    assert first["connections"] == line.networks[0].connections
    assert first["new"] == []
    count = len(line.networks[-1].connections)
    assert f"{count} connections" in figure.sentence({"generation": line.generations})
    with pytest.raises(ValueError, match="as many networks as generations"):
        figures.evolution(changed(line, born=line.born[:-1]))


def test_what_is_new_was_not_there_before(line):
    figure = figures.evolution(line)
    before = set(line.networks[0].connections)
    for generation in figure.controls[0].values[1:]:
        state = figure.state({"generation": generation})
        assert set(state["new"]) == set(state["connections"]) - before
        before = set(state["connections"])


def test_no_two_nodes_are_drawn_at_one_place(line):
    network = line.networks[-1]
    xy = topology.positions(network)
    assert len(np.unique(xy.round(6), axis=0)) == len(xy)
    order = np.argsort([network.places[k] for k in network.hidden], kind="stable")
    assert (np.diff(xy[list(network.hidden), 0][order]) >= 0).all()
