"""The figures of tickets, criteria and learning rates: state, sentence, and no fault."""

from types import SimpleNamespace

import numpy as np
import pytest

from nc_teach.claims.claim import Provenance
from nc_teach.figures import why_pruning as figures
from tests.figure_rules import assert_keeps_the_rules

PROVENANCE = Provenance("by hand", "2026-11-24", "here", 3.0)


def a_race(networks=3):
    """Curves that one can follow: every variant a step lower than the one before."""
    moments = (0.03, 0.1, 0.25, 0.5, 1.0)
    rise = np.array([0.5, 0.8, 0.9, 0.94, 0.96])
    noise = np.linspace(-0.002, 0.002, networks)[:, None]
    curves = {
        name: np.stack([rise - step * (1 + place) + noise for place in range(3)], axis=1)
        for name, step in (("ticket", 0.0), ("re-init", 0.02), ("random mask", 0.03))
    }
    curves["late"] = curves["ticket"][:, :, -1:]
    left = np.stack([np.arange(784).reshape(28, 28) // (4 * 4**k) for k in range(3)])
    return SimpleNamespace(
        densities=(0.5, 0.126, 0.016), moments=moments, dense=np.tile(rise, (networks, 1)),
        curves=curves, left=left, provenance=PROVENANCE,
    )  # fmt: skip


CRITERIA = ("large_final", "large_init", "small_final")


def a_plane(size=500):
    generator = np.random.default_rng(1)
    initial = generator.normal(size=size)
    final = initial + generator.normal(size=size)
    ticks = np.linspace(-4, 4, 41)
    x, y = np.meshgrid(ticks, ticks)
    return SimpleNamespace(
        initial=initial, final=final, top=4.0, provenance=PROVENANCE,
        kept={"large_final": np.abs(final) > 2, "large_init": np.abs(initial) > 1.5,
              "small_final": np.abs(final) < 0.1},
        regions={"large_final": np.abs(y) > 2, "large_init": np.abs(x) > 1.5,
                 "small_final": np.abs(y) < 0.1},
    )  # fmt: skip


def accuracies():
    by = {name: [0.95 - 0.01 * k, 0.952 - 0.01 * k] for k, name in enumerate(CRITERIA)}
    return {**by, "random": [0.925, 0.926]}


def two_rates():
    return SimpleNamespace(
        rates=(0.01, 0.1), densities=(0.5, 0.25, 0.063), provenance=PROVENANCE,
        dense={0.01: np.array([0.93, 0.932]), 0.1: np.array([0.96, 0.962])},
        ticket={0.01: np.array([[0.935, 0.93, 0.92]] * 2),
                0.1: np.array([[0.965, 0.96, 0.96]] * 2)},
        reinit={0.01: np.array([[0.92, 0.89, 0.80]] * 2),
                0.1: np.array([[0.96, 0.955, 0.95]] * 2)},
    )  # fmt: skip


FIGURES = {
    "lottery": lambda: figures.lottery(a_race()),
    "weight_plane": lambda: figures.weight_plane(a_plane(), accuracies(), [0.957, 0.958]),
    "learning_rates": lambda: figures.learning_rates(two_rates()),
}


@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    assert_keeps_the_rules(FIGURES[name]())


def test_the_race_says_its_numbers():
    figure = figures.lottery(a_race())
    assert figure.state()["percent"] == 12.6
    state = figure.state({"left": 50})
    assert state["map"].max() == 783 // 4
    assert figure.sentence({"left": 50}) == (
        "50 % of the weights left, test accuracy at the end (and after 10 % of the training): "
        "whole network 96.0 ± 0.0 % (80.0 ± 0.0 % early), ticket 96.0 ± 0.2 % (80.0 ± 0.2 % "
        "early), re-init 94.0 ± 0.2 % (78.0 ± 0.2 % early), random mask 93.0 ± 0.2 % (77.0 ± "
        "0.2 % early)."
    )
    assert len(figure.table([])) == 3
    broken = a_race()
    broken.left = broken.left[:2]
    with pytest.raises(ValueError, match="a map for each of 3 densities, got 2"):
        figures.lottery(broken)


def test_the_plane_keeps_what_the_criterion_keeps():
    figure, plane = figures.weight_plane(a_plane(), accuracies(), [0.957]), a_plane()
    state = figure.state({"criterion": "large_init"})
    assert state["kept"].tolist() == (np.abs(plane.initial) > 1.5).tolist()
    same = (np.sign(plane.initial) == np.sign(plane.final))[state["kept"]].mean()
    assert state["same_sign"] == pytest.approx(same)
    sentence = figure.sentence({"criterion": "small_final"})
    assert sentence.endswith("Rewound and trained: 93.1 ± 0.1 %, a random mask 92.6 ± 0.1 %.")
    with pytest.raises(ValueError, match="accuracy must name every criterion, small_final not"):
        figures.weight_plane(a_plane(), {"large_final": [1], "large_init": [1]}, [1])


def test_the_lead_at_both_rates():
    figure = figures.learning_rates(two_rates())
    state = figure.state({"left": 6.3})
    assert state["lead"][0.01] == pytest.approx(12)
    assert state["lead"][0.1] == pytest.approx(1)
    assert "at learning rate 0.1 whole network 96.1 ± 0.1 %" in figure.sentence()
    with pytest.raises(ValueError, match=r"at least two, got \[0.1\]"):
        figures.learning_rates(SimpleNamespace(rates=(0.1,)))


def test_the_chapter_in_one_picture():
    loop = figures.ticket_loop()
    assert loop.sentence().startswith("Draw, train, prune, rewind")
    assert loop.still().startswith(b"\x89PNG")
