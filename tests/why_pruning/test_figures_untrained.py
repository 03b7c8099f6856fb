"""The figures of untrained networks: numbers, sentences, and what moves."""

from types import SimpleNamespace

import numpy as np
import pytest

from nc_teach import data, live
from nc_teach.claims import why_pruning as chapter
from nc_teach.figures import why_pruning as figures
from nc_teach.figures.why_pruning import topology
from nc_teach.figures.why_pruning.one_weight import SEARCHED


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


@pytest.fixture(scope="module")
def found():
    return chapter.shipped("weight_agnostic")


@pytest.fixture(scope="module")
def one(found, digits):
    return chapter.one_weight(found, digits)


@pytest.fixture(scope="module")
def line(found, digits):
    return chapter.evolution(found, digits)


@pytest.fixture(scope="module")
def masks():
    random = np.random.default_rng(0)
    keeps = (0.1, 0.4, 1.0)
    test = {v: {c: random.random((2, 3)) for c in ("same sign", "random")}
            for v in ("signed constant", "as initialised")}  # fmt: skip
    read = {v: {c: random.integers(0, 10, (3, 16)) for c in by} for v, by in test.items()}
    return SimpleNamespace(
        keeps=keeps, test=test, read=read, examples=random.random((16, 1, 28, 28)),
        labels=random.integers(0, 10, 16), provenance=SimpleNamespace(line=lambda: "Measured."),
    )  # fmt: skip


# --- the share kept ---


def test_the_supermask_figure_keeps_the_rules(masks):
    assert live.faults(figures.supermask_keep(masks, guess=30)) == []


def test_the_supermask_sentence_has_the_numbers(masks):
    figure = figures.supermask_keep(masks, SimpleNamespace(value=30))
    told = figure.sentence({"keep": 10, "criterion": "random"})
    mean = 100 * masks.test["signed constant"]["random"][:, 0].mean()
    assert f"10 % of every layer kept by random: test accuracy {mean:.1f}" in told
    assert told.endswith("You guessed 30 %.")
    other = figure.state({"keep": 40, "criterion": "same sign, as initialised"})
    assert np.allclose(other["accuracy"], 100 * masks.test["as initialised"]["same sign"][:, 1])


def test_the_supermask_picture_moves(masks):
    figure = figures.supermask_keep(masks)
    assert (figure.picture({"keep": 10}) != figure.picture({"keep": 100})).any()


def test_a_missing_share_is_told(masks):
    wrong = SimpleNamespace(**{**vars(masks), "keeps": (0.1, 0.4)})
    with pytest.raises(ValueError, match="must have 2 columns"):
        figures.supermask_keep(wrong)


# --- the one weight ---


def test_the_one_weight_figure_keeps_the_rules(one):
    assert live.faults(figures.one_weight(one, guess=40)) == []


def test_the_one_weight_sentence_has_the_numbers(one):
    figure = figures.one_weight(one)
    told = figure.sentence({"weight": -1, "image": 2})
    accuracy = 100 * one.accuracy[one.fine.index(-1.0)]
    assert f"connections at −1.00: {accuracy:.1f} %" in told
    assert "in the 2 it reads" in told
    assert "it reads nothing: its outputs are equal" in figure.sentence({"weight": 0})
    state = figure.state({"weight": -1, "image": 2})
    first = one.network.inputs + 1
    place = one.weights.index(-1.0)
    assert state["read"] == one.signals[first : first + 4, place, 2].argmax()


def test_one_accuracy_for_every_weight_is_asked_for(one):
    wrong = SimpleNamespace(**{**vars(one), "accuracy": one.accuracy[:-1]})
    with pytest.raises(ValueError, match="one for each fine weight"):
        figures.one_weight(wrong)


def test_a_page_of_the_one_weight_stays_small(one):
    figure = figures.one_weight(one)
    assert len(figure.patch(3)[0].image) < 16_000
    assert len(figure.patch(3, tight=True)[0].image) < 10_000
    assert set(SEARCHED) <= set(figure.controls[0].values)
    assert len(figure.page()) < 650_000


# --- the evolution ---


def test_the_evolution_figure_keeps_the_rules(line):
    assert live.faults(figures.evolution(line)) == []


def test_the_evolution_ends_with_the_network_found(line):
    figure = figures.evolution(line)
    last = figure.state({"generation": line.generations})
    assert last["connections"] == line.networks[-1].connections
    assert np.allclose(last["accuracy"], 100 * line.accuracy[-1])
    first = figure.state({"generation": 1})
    assert first["connections"] == line.networks[0].connections
    assert first["new"] == []
    assert f"{len(line.networks[-1].connections)} connections" in figure.sentence(
        {"generation": line.generations}
    )


def test_what_is_new_was_not_there_before(line):
    figure = figures.evolution(line)
    shown = figure.controls[0].values
    before: set = set(line.networks[0].connections)
    for generation in shown[1:]:
        state = figure.state({"generation": generation})
        assert set(state["new"]) == set(state["connections"]) - before
        before = set(state["connections"])


def test_an_uneven_line_is_refused(line):
    wrong = SimpleNamespace(**{**vars(line), "born": line.born[:-1]})
    with pytest.raises(ValueError, match="as many networks as generations"):
        figures.evolution(wrong)


# --- the graph ---


def test_no_two_nodes_stand_at_one_place(line):
    xy = topology.positions(line.networks[-1])
    assert len(np.unique(xy.round(6), axis=0)) == len(xy)
    network = line.networks[-1]
    hidden = network.hidden
    order = np.argsort([network.places[k] for k in hidden], kind="stable")
    assert (np.diff(xy[list(hidden), 0][order]) >= 0).all()
