"""The chapter's figures: they keep the rules, and state and sentence hold the right numbers."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text

from nc_teach import data
from nc_teach.claims import why_pruning as chapter
from nc_teach.claims.why_pruning import taken_apart
from nc_teach.figures import why_pruning as figures
from nc_teach.figures.why_pruning import topology
from nc_teach.figures.why_pruning.one_weight import SEARCHED
from nc_teach.figures.words import spread
from nc_teach.live import page
from tests.figure_rules import assert_keeps_the_rules, texts_over_texts

RACE, RATES, PARTS, AGNOSTIC = (
    chapter.shipped(key)
    for key in ("lottery_ticket", "ticket_learning_rate", "lottery_signs", "weight_agnostic")
)


def a_plane():
    random = np.random.default_rng(1)
    initial, moved = random.normal(size=(2, 500))
    x, y = np.meshgrid(*[np.linspace(-4, 4, 41)] * 2)

    def keep(first, last):
        large = {"large_final": np.abs(last) > 2, "large_init": np.abs(first) > 1.5}
        return {**large, "small_final": np.abs(last) < 0.1}

    final = initial + moved
    kept, regions = keep(initial, final), keep(x, y)
    return chapter.Plane(initial=initial, final=final, kept=kept, regions=regions, top=4.0)


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
    )


def without_examples():
    return replace(masks(), examples=None, labels=None)


@pytest.fixture(scope="module")
def one():
    return chapter.one_weight(AGNOSTIC, data.load("digits"))


@pytest.fixture(scope="module")
def line():
    return chapter.evolution(AGNOSTIC, data.load("digits"))


FIGURES = {
    "lottery": lambda get: figures.lottery(RACE),
    "weight_plane": lambda get: figures.weight_plane(a_plane(), PARTS),
    "learning_rates": lambda get: figures.learning_rates(RATES),
    "supermask_keep": lambda get: figures.supermask_keep(masks(), guess=30),
    "supermask_keep, as shipped": lambda get: figures.supermask_keep(without_examples()),
    "one_weight": lambda get: figures.one_weight(get("one"), guess=40),
    "evolution": lambda get: figures.evolution(get("line")),
}


@pytest.mark.everything
@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules_and_every_control_moves_it(name, request):
    assert_keeps_the_rules(FIGURES[name](request.getfixturevalue))


def test_the_race_says_its_numbers():
    figure = figures.lottery(RACE)
    half, eighth, *_ = figure.controls[0].values[::2]
    assert figure.state()["left"] == eighth == round(100 * RACE.densities[2], 1)
    assert (figure.state()["map"] == RACE.left[2]).all()
    said, early = figure.sentence({"left": half}), RACE.moments.index(0.1)
    assert said.startswith(f"{half} % of the weights left")
    assert "(and after 10 % of the training)" in said
    curves = {"whole network": RACE.dense, "random mask": RACE.curves["random mask"][:, 0]}
    for name, curve in curves.items():
        end, soon = (f"{spread(100 * curve[:, moment])} %" for moment in (-1, early))
        assert f"{name} {end} ({soon} early)" in said


def test_the_plane_keeps_what_the_criterion_keeps():
    plane = a_plane()
    figure = figures.weight_plane(plane, PARTS)
    state = figure.state({"criterion": "large_init"})
    assert state["kept"].tolist() == (np.abs(plane.initial) > 1.5).tolist()
    same = (np.sign(plane.initial) == np.sign(plane.final))[state["kept"]].mean()
    assert state["same_sign"] == pytest.approx(same)
    small, drawn = (spread(100 * PARTS.criteria[name]) for name in ("small_final", "random"))
    said = figure.sentence({"criterion": "small_final"})
    assert said.endswith(f"Rewound and trained: {small} %, a random mask {drawn} %.")
    fewer = {name: PARTS.criteria[name] for name in ("large_final", "large_init")}
    with pytest.raises(ValueError, match="every criterion of the plane, small_final not"):
        figures.weight_plane(plane, replace(PARTS, criteria=fewer))


def test_every_criterion_of_the_plane_is_named_in_words():
    """No identifier, neither in the controls nor in the picture; the paper's name is said once."""
    plane, known = a_plane(), taken_apart.CRITERIA
    plane = replace(
        plane,
        kept=dict.fromkeys(known, plane.kept["large_final"]),
        regions=dict.fromkeys(known, plane.regions["large_final"]),
    )
    test = dict.fromkeys((*known, "random"), np.array([0.9, 0.91]))
    figure = figures.weight_plane(plane, replace(PARTS, criteria=test), start="large_init")
    (choice,) = figure.controls
    assert len(set(choice.texts)) == len(known)
    assert "(large init: " in figure.sentence()
    for criterion in known:
        chosen = {choice.name: criterion}
        assert f"({criterion.replace('_', ' ')}: " in figure.sentence(chosen)
        assert texts_over_texts(figure, chosen) == []
        drawn = [text.get_text() for text in figure.drawing().figure.findobj(Text)]
        assert not [t for t in (*drawn, *choice.texts) if "_" in t or "init" in t.split()]


def test_the_lead_at_both_rates():
    figure = figures.learning_rates(RATES)
    assert figure.state()["left"] == figure.controls[0].values[3]
    for rate, lead in figure.state()["lead"].items():
        gap = RATES.ticket[rate].mean(axis=0) - RATES.reinit[rate].mean(axis=0)
        assert lead == pytest.approx(100 * gap[3])
    whole = spread(100 * RATES.dense[0.1])
    assert f"at learning rate 0.1 whole network {whole} %" in figure.sentence()


def test_the_chapter_in_one_picture():
    loop = figures.ticket_loop()
    assert loop.sentence().startswith("Draw, train, prune, rewind")
    assert loop.still().startswith(b"\x89PNG")


def test_the_supermask_sentence_has_the_numbers():
    found = masks()
    figure = figures.supermask_keep(found, 30)
    said = figure.sentence({"keep": 10, "criterion": "random"})
    mean = 100 * found.test["signed constant"]["random"][:, 0].mean()
    right = (found.read["signed constant"]["random"][0, :12] == found.labels[:12]).sum()
    assert f"10 % of every layer kept by random: test accuracy {mean:.1f}" in said
    assert said.endswith(f"reads {right} of 12 examples right. You guessed 30 %.")
    other = figure.state({"keep": 40, "criterion": "same sign, as initialised"})
    assert np.allclose(other["accuracy"], 100 * found.test["as initialised"]["same sign"][:, 1])
    assert "examples" not in figures.supermask_keep(without_examples()).sentence()


def test_the_one_weight_sentence_has_the_numbers(one):
    figure = figures.one_weight(one)
    said = figure.sentence({"weight": -1, "image": 2})
    accuracy = 100 * one.accuracy[one.fine.index(-1.0)]
    first, place = one.network.inputs + 1, one.weights.index(-1.0)
    read = one.signals[first : first + 4, place, 2].argmax()
    assert f"connections at −1.00: {accuracy:.1f} %" in said
    assert f"in the 2 it reads a {read}." in said
    assert "it reads nothing: its outputs are equal" in figure.sentence({"weight": 0})


@pytest.mark.everything
def test_a_page_of_the_one_weight_stays_small(one):
    figure = figures.one_weight(one)
    assert len(figure.patch(3)[0].image) < 16_000
    assert len(figure.patch(3, tight=True)[0].image) < 10_000
    assert set(SEARCHED) <= set(figure.controls[0].values)
    assert len(page.render(figure, standalone=True, telephones=False)) < 650_000


def test_what_is_new_in_the_evolution_was_not_there_before(line):
    figure = figures.evolution(line)
    before = set(line.networks[0].connections)
    assert figure.state({"generation": 1})["new"] == set()
    for generation in figure.controls[0].values[1:]:
        state = figure.state({"generation": generation})
        assert state["new"] == set(state["network"].connections) - before
        before = set(state["network"].connections)


def test_lines_from_pixels_are_drawn_on_demand(line):
    figure, last = figures.evolution(line), {"generation": line.generations}
    network = line.networks[-1]
    few, every = (figure.state({**last, "pixels": on})["drawn"] for on in (False, True))
    assert every == list(network.connections)
    assert few == [(a, b) for a, b in every if a >= 64]
    assert 0 < len(few) < len(every) / 2


def test_the_evolution_ends_with_the_network_found(line):
    figure = figures.evolution(line)
    last = figure.state({"generation": line.generations})
    assert last["network"] == line.networks[-1]
    assert last["accuracy"] == pytest.approx(100 * line.accuracy[-1].mean())
    count = len(line.networks[-1].connections)
    assert f"{count} connections" in figure.sentence({"generation": line.generations})
    assert figure.state({"generation": 1})["network"] == line.networks[0]


def test_no_two_nodes_are_drawn_at_one_place(line):
    network = line.networks[-1]
    xy = topology.positions(network)
    assert len(np.unique(xy.round(6), axis=0)) == len(xy)
    order = np.argsort([network.places[k] for k in network.hidden], kind="stable")
    assert (np.diff(xy[list(network.hidden), 0][order]) >= 0).all()
