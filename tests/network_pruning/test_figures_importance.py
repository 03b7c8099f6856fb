"""The figures of importance, of XOR's surgery and of speed: state, sentence, and no fault."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nc_teach import live, pruning
from nc_teach.figures import network_pruning as figures
from nc_teach.figures.network_pruning.xor_graph import EDGES
from tests.checks import refuses
from tests.figure_rules import BY_HAND, texts_over_texts


def scored(size=400, networks=2):
    """Accuracies that one can follow; weights and importances with zeros and equal numbers."""
    generator = np.random.default_rng(3)
    weights = np.abs(generator.normal(size=size)).astype(np.float32)
    weights[:5] = 0
    importances = {}
    for name in ("ewc", "mas", "si"):
        importances[name] = (10 ** generator.uniform(-9, 2, size)).astype(np.float32)
        importances[name][generator.choice(size, size // 4, replace=False)] = 0
    names = ["random", "magnitude", *importances]
    names += [f"{name} times {power}" for power in ("|w|", "w^2") for name in importances]
    test = {
        name: np.linspace([0.9 - k / 20] * networks, [0.1] * networks, 3).T
        + np.arange(networks)[:, None] / 50
        for k, name in enumerate(names)
    }
    return SimpleNamespace(
        weights=weights,
        importances=importances,
        levels=(0.5, 0.3, 0.05),
        test=test,
        dense=np.array([0.95] * networks),
        provenance=BY_HAND,
    )


BEFORE = np.array([9.0, 9.0, 9.0, 9.0, -4.5, -13.5, 1.0, -1.0, -1.0])  # solves XOR


def surgeries():
    """By hand: without its output bias the network fails; without b1, the rest moved, it does not.

    tanh is nearly a sign here, so with s = inputs that are on, h1 is -1, 1, 1 and h2 -1, -1, 1 for
    s = 0, 1, 2, and h1 - h2 - 1 is -1, 1, -1. With b1 = 0, h1 is 0, 1, 1.
    """
    no_bias = BEFORE * (np.arange(9) != 8)
    moved = BEFORE.copy()
    moved[[4, 6, 7, 8]] = 0, 2, -1.5, -2.5
    one = SimpleNamespace(
        before=BEFORE,
        after={"magnitude": no_bias, "OBD": no_bias, "OBS": moved},
        deleted={"magnitude": 8, "OBD": 8, "OBS": 4},
        solves={"magnitude": False, "OBD": False, "OBS": True},
        provenance=BY_HAND,
    )
    turned = np.where(np.isin(np.arange(9), (0, 1, 4, 6)), -1, 1)  # h1's signs: the same function
    twin = SimpleNamespace(
        before=turned * BEFORE,
        after={k: turned * w for k, w in one.after.items()},
        deleted=one.deleted,
        solves=one.solves,
        provenance=BY_HAND,
    )
    return [one, twin]


def speedups():
    """Two runs, two products, three levels."""
    csr = np.array([[[0.2, 0.8, 3.0], [0.1, 0.2, 0.6]], [[0.4, 1.0, 5.0], [0.3, 0.2, 0.8]]])
    return SimpleNamespace(
        shapes={"conv2": (256, 1200, 729), "fc": (4096, 4096, 1)},
        sparsities=(0.5, 0.9, 0.95),
        speedup={
            "zeros": np.full((2, 2, 3), 0.98),
            "csr": csr,
            "rows": np.tile([2.0, 9.0, 12.5], (2, 2, 1)),
        },
        provenance=BY_HAND,
    )


@cache
def importance():
    """One figure for all tests that only look: laying it out takes longer than what they ask."""
    return figures.importance(scored())


@cache
def xor_surgery():
    return figures.xor_surgery(surgeries())


@cache
def speedup():
    return figures.speedup(speedups())


FIGURES = {
    "importance": importance,
    "xor_surgery": xor_surgery,
    "speedup": lambda: figures.speedup(speedups(), 60),
}


# --- importance ---


def shown(size):
    return np.random.default_rng(0).permutation(size)[:1200]


@pytest.mark.parametrize("rule", ["magnitude", "alone", "w^2"])
def test_what_is_kept_agrees_with_selection(rule):
    """Oracle: the mask of `pruning.select` for the same score, with zeros and equal scores."""
    result = scored()
    figure = figures.importance(result)
    weights = result.weights.astype(np.float64)
    for name, raw in result.importances.items():
        score = {"magnitude": weights, "alone": raw, "w^2": raw.astype(np.float64) * weights**2}
        for kept in result.levels:
            state = figure.state({"kept": 100 * kept, "importance": name, "rule": rule})
            mask = pruning.select({"w": torch.tensor(score[rule])}, 1 - kept)["w"].numpy()
            assert state["points"].tolist() == mask[shown(len(mask))].tolist()
            assert state["cut_off"] == pytest.approx(
                score[rule][mask].min() / (1 if rule == "magnitude" else raw.max()), rel=1e-6
            )


def test_the_cut_off_of_four_weights_by_hand():
    result = scored()
    result.weights = np.array([1.0, 2.0, 3.0, 4.0])
    result.importances = {"mas": np.array([8.0, 4.0, 1.0, 0.5])}
    figure = figures.importance(result, start=0.5)  # two of four go
    cut = {rule: figure.state({"rule": rule})["cut_off"] for rule in ("magnitude", "alone", "w^2")}
    assert cut == {"magnitude": 3.0, "alone": 0.5, "w^2": 9 / 8}  # 8, 16, 9, 8: the 8s go
    by_size = result.weights[shown(4)][figure.state({"rule": "w^2"})["points"]]
    assert sorted(by_size) == [2.0, 3.0]


def test_the_cut_off_line_falls_two_decades_in_a_decade():
    figure = importance()
    ends = {}
    for rule in ("magnitude", "alone", "w^2"):
        figure.picture({"rule": rule, "kept": 5})
        ends[rule] = line_named(figure, "cut-off").get_data()
    (x0, x1), _y = ends["magnitude"]
    assert x0 == x1 == figure.state({"rule": "magnitude", "kept": 5})["cut_off"]
    assert ends["alone"][1][0] == ends["alone"][1][1]
    (x0, x1), (y0, y1) = np.log10(ends["w^2"][0]), np.log10(ends["w^2"][1])
    assert (y1 - y0) / (x1 - x0) == pytest.approx(-2)


def line_named(figure, label):
    return next(a for a in figure.drawing().moving if a.get_label() == label)


def test_kept_and_removed_weights_are_drawn_on_their_sides_of_the_line():
    figure = importance()
    state = figure.state({"rule": "w^2", "importance": "si"})
    figure.picture({"rule": "w^2", "importance": "si"})
    kept, removed = (line_named(figure, name).get_data() for name in ("kept", "removed"))
    assert len(kept[0]) == state["points"].sum() == 400 * 0.3
    assert len(removed[0]) == 400 * 0.7
    assert (kept[1] * kept[0] ** 2 >= state["cut_off"] * (1 - 1e-9)).all()
    assert line_named(figure, "kept").get_marker() != line_named(figure, "removed").get_marker()


def test_the_sentence_of_importance():
    figure = importance()
    assert figure.sentence({"importance": "si", "kept": 50}) == (
        "50 % kept by SI alone: 71.0 ± 1.4 % of the digits right; by SI × |w| 56.0 ± 1.4 %, "
        "by SI × w² 41.0 ± 1.4 %, by magnitude 86.0 ± 1.4 %, at random 91.0 ± 1.4 %."
    )
    by_mas = figure.sentence({"importance": "mas", "rule": "w^2"})
    assert by_mas.startswith("30 % kept by MAS × w²: 28.5 ± 1.4 % of")
    assert "by MAS alone" in by_mas
    assert "± " not in figures.importance(scored(networks=1)).sentence()


def test_the_bars_are_as_long_as_the_means_and_say_them():
    figure = importance()
    figure.picture({"importance": "si", "kept": 50})
    axes = figure.drawing().figure.axes[1]
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == pytest.approx([91, 86, 71, 56, 41])
    assert [text.get_text() for text in axes.texts] == [f"{width:.1f}" for width in widths]
    bold = [text.get_fontweight() == "bold" for text in axes.texts]
    assert bold == [False, False, True, False, False]


def test_an_importance_of_zeros_has_a_picture():
    result = scored()
    result.importances["si"] = np.zeros(400)
    assert live.faults(figures.importance(result), [{"importance": "si", "rule": "w^2"}]) == []


# --- XOR ---


def test_the_sentence_of_the_surgery():
    figure = xor_surgery()
    assert figure.sentence() == (
        "Network 1, the bias of hidden unit 1 deleted by OBS: "
        "3 of the other weights moved, by up to 1.50; 4 of 4 inputs right."
    )
    by_obd = figure.sentence({"order": "OBD", "net": 1})
    assert by_obd.startswith("Network 2, the output bias deleted by OBD: no other")
    assert by_obd.endswith("2 of 4 inputs right.")
    assert "1 before the bias of hidden unit 1 is deleted by OBS: 4 of" in figure.sentence(
        {"share": 0}
    )
    assert "unit 1 20 % of the way to its deletion by OBS: 3" in figure.sentence({"share": 20})


@pytest.mark.parametrize("order", ["magnitude", "OBD", "OBS"])
@pytest.mark.parametrize("share", [0, 100])
def test_no_text_of_the_surgery_stands_over_another(share, order):
    figure = xor_surgery()
    assert texts_over_texts(figure, {"share": share, "order": order}) == []


def test_the_way_is_a_straight_line_and_ends_where_the_surgery_did():
    figure, one = xor_surgery(), surgeries()[0]
    for order in one.after:
        weights = [figure.state({"order": order, "share": s})["weights"] for s in (0, 40, 100)]
        assert weights[0].tolist() == one.before.tolist()
        assert weights[1] == pytest.approx(0.6 * one.before + 0.4 * one.after[order])
        assert weights[2].tolist() == one.after[order].tolist()
        assert weights[2][one.deleted[order]] == 0
        assert figure.state({"order": order})["right"].all() == one.solves[order]


def test_the_output_is_that_of_the_torch_network():
    """Oracle: the network of the claim, its parameters in their own order."""
    from nc_teach.claims.network_pruning.minimum import TanhNet
    from nc_teach.figures.network_pruning.xor_surgery import output

    net = TanhNet((2, 2, 1), 5)
    flat = torch.nn.utils.parameters_to_vector(net.parameters()).detach().numpy()
    points = np.random.default_rng(0).uniform(-1, 2, (20, 2))
    with torch.no_grad():
        wanted = net(torch.tensor(points).reshape(20, 1, 1, 2)).flatten().numpy()
    assert output(flat, points) == pytest.approx(wanted)


@pytest.mark.parametrize("order", ["magnitude", "OBS"])
def test_the_region_is_drawn_where_the_output_is_above_zero(order):
    from nc_teach.figures.network_pruning.xor_surgery import output

    figure = xor_surgery()
    figure.picture({"order": order})
    paths = figure.drawing().figure.axes[1].collections[0].get_paths()
    points = np.random.default_rng(1).uniform(-0.45, 1.45, (300, 2))
    values = output(figure.state({"order": order})["weights"], points)
    inside = np.logical_xor.reduce([path.contains_points(points) for path in paths])
    clear = np.abs(values) > 0.3  # nearer to the border the lattice decides
    assert clear.sum() > 100
    assert (inside == (values > 0))[clear].all()


def test_a_network_that_never_says_one_has_an_empty_region():
    from nc_teach.figures.network_pruning.xor_surgery import POINTS, output

    one = surgeries()[0]
    one.after["OBS"] = np.array([0.0] * 8 + [-1.0])
    figure = figures.xor_surgery([one])
    assert (output(one.after["OBS"], POINTS) == -1).all()
    assert live.faults(figure) == []
    assert figure.sentence().endswith("2 of 4 inputs right.")


def test_width_sign_and_cross_of_the_edges():
    figure = xor_surgery()
    figure.picture({"order": "OBS"})
    axes = figure.drawing().figure.axes[0]
    (edges,) = axes.collections
    widths, colours = edges.get_linewidths(), edges.get_colors()
    assert widths[6] == pytest.approx(2 * widths[8] * 2.0 / 5.0)  # |v1| = 2, |c| = 2.5
    assert (colours[6] == colours[0]).all()  # both positive
    assert (colours[8] != colours[0]).any()
    numbers = [text.get_text() for text in axes.texts if text in figure.drawing().moving]
    assert numbers[4] == "0"
    assert numbers[6] == "+2.00\n(+1.00)"
    assert numbers[0] == "+9.00"
    (cross,) = (a for a in figure.drawing().moving if getattr(a, "get_marker", str)() == "x")
    (x,), (y,) = cross.get_data()
    low, high = sorted((EDGES[4].start[1], EDGES[4].end[1]))
    assert x == EDGES[4].start[0]
    assert low < y < high


def test_no_network_is_named():
    refuses("surgeries must hold at least one network, got none", figures.xor_surgery, [])


# --- speed-up ---


def test_the_sentence_of_the_speed_up():
    figure = speedup()
    assert figure.sentence() == (
        "conv2 (256 x 1200 weights, 729 columns), 95 % removed, theory x 20.0: "
        "zeros left in x 0.98, CSR x 4.0, rows gone x 12.5."
    )
    other = figure.sentence({"layer": "fc", "sparsity": 50})
    assert "1 column), 50 % removed, theory x 2.0: zeros left in x 0.98, CSR x 0.20" in other


@pytest.mark.parametrize("guess", [60, SimpleNamespace(value=60.0)])
def test_the_guess_meets_the_first_level_where_csr_was_faster(guess):
    figure = figures.speedup(speedups(), guess)
    asked = "You guessed that CSR is faster than dense from 60 %; here "
    assert figure.sentence().endswith(f"{asked}the first level measured so was 95 %.")
    assert figure.sentence({"layer": "fc"}).endswith(f"{asked}it never was.")
    assert "guessed" not in figures.speedup(speedups(), SimpleNamespace(value=None)).sentence()


def test_curves_and_bars_have_the_heights_of_the_medians():
    figure = figures.speedup(speedups(), start=0.9)
    figure.picture()
    left, right = figure.drawing().figure.axes
    curve = line_named(figure, "CSR").get_data()
    assert curve[0] == pytest.approx([2, 10, 20])
    assert curve[1] == pytest.approx([0.3, 0.9, 4.0])
    ends = [bar.get_y() + bar.get_height() for bar in right.patches]
    assert ends == pytest.approx([10, 0.98, 0.9, 9.0])
    assert all(bar.get_y() == 1 for bar in right.patches)  # from "as fast as dense", not from zero
    assert [t.get_text() for t in right.texts] == ["×10.0", "×0.98", "×0.90", "×9.0"]
    assert left.get_ylim() == right.get_ylim()


@pytest.mark.parametrize("guess", [0, 100, 120, -5])
def test_a_guess_at_the_end_of_the_scale_is_drawn_inside(guess):
    figure = figures.speedup(speedups(), guess)
    assert live.faults(figure) == []
    axes = figure.drawing().figure.axes[0]
    (line,) = (a for a in axes.lines if a.get_label() == "your guess for CSR")
    assert axes.get_xlim()[0] <= line.get_xdata()[0] <= axes.get_xlim()[1] * (1 + 1e-9)


def test_the_table_has_a_row_for_every_point_and_ticks_have_room():
    result = speedups()
    figure = figures.speedup(result)
    points = [{"layer": name, "sparsity": 100 * s} for name in result.shapes for s in (0.5, 0.95)]
    rows = figure.table(points)
    assert [row["Speed-up, CSR"] for row in rows] == ["x 0.30", "x 4.0", "x 0.20", "x 0.70"]
    result.sparsities = (0.89, 0.9, 0.91)
    labels = figures.speedup(result).drawing().figure.axes[0].get_xticklabels()
    assert [label.get_text() for label in labels] == ["0", "89"]
