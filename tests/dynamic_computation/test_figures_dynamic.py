"""The figures of dynamic computation: states, sentences, and no fault in a picture."""

from types import SimpleNamespace

import numpy as np
import pytest

from nc_teach.claims.provenance import Provenance
from nc_teach.figures import dynamic_computation as figures
from nc_teach.figures.dynamic_computation.battery import choose
from nc_teach.figures.dynamic_computation.exit_gallery import leave
from nc_teach.figures.dynamic_computation.msdnet_grid import feeds
from nc_teach.figures.dynamic_computation.paths import distinct, lay_out
from tests.figure_rules import assert_keeps_the_rules

PROVENANCE = Provenance("by hand", "2026-11-24", "here", 3.0)


def option(method, name, parts, macs, ms, validation, test):
    return SimpleNamespace(method=method, name=name, parts=parts, macs=macs, latency_ms=ms,
                           validation=validation, test=test)  # fmt: skip


def options():
    return SimpleNamespace(
        options=[
            option("depth", "leave at exit 1", [1, 0, 0], 1e6, 0.4, [0.70, 0.72], [0.70, 0.70]),
            option("depth", "leave at exit 2", [1, 1, 0], 2e6, 0.6, [0.80, 0.82], [0.79, 0.81]),
            option("depth", "leave at exit 3", [1, 1, 1], 4e6, 1.0, [0.85, 0.85], [0.84, 0.86]),
            option("width", "width 0.25", [0.25, 0.25], 0.4e6, 0.9, [0.60, 0.60], [0.61, 0.59]),
            option("width", "width 0.5", [0.5, 0.5], 1e6, 0.95, [0.81, 0.81], [0.60, 0.62]),
            option(
                "blocks", "2.5 of 6 blocks", [1, 0.9, 0.3, 0.2, 0.1, 0], 2e6, 0.7, [0.83], [0.8]
            ),
        ],
        provenance=PROVENANCE,
    )


def gallery(exits=3):
    """Six images; the first two are sure at once, and the second of them is wrong there."""
    confidence = np.linspace(0.95, 0.2, 6)[:, None] * np.linspace(1, 1.05, exits)
    predicted = np.tile(np.arange(6)[:, None] % 3, (1, exits))
    predicted[1, 0] = 2
    images, labels = np.random.default_rng(0).random((6, 14, 14)), np.arange(6) % 3
    return SimpleNamespace(
        gallery=SimpleNamespace(
            images=images, labels=labels, confidence=confidence, predicted=predicted
        ),
        thresholds=[0.3, 0.6, 0.9],
        accuracy=np.array([[0.70, 0.80, 0.84], [0.72, 0.82, 0.86]]),
        cost=np.array([[0.2, 0.5, 0.9], [0.2, 0.5, 0.9]]),
        random=np.array([[0.68, 0.74, 0.83], [0.70, 0.76, 0.85]]),
        chosen=0.6,
        provenance=PROVENANCE,
    )


def widths(means=True):
    true = np.array([[0.0, 1.0, np.nan, np.nan], [0.5, 0.5, 1.0, -1.0]])
    shapes = (
        {
            "running": {"naive": true + 0.5, "switchable": true},
            "true": {"naive": true, "switchable": true},
        }
        if means
        else {}
    )
    return SimpleNamespace(
        widths=[0.5, 1.0],
        channels=[4, 20],
        macs=[30, 100],
        accuracy={"naive": np.array([[0.2, 0.8], [0.4, 0.8]]), "switchable": [[0.7, 0.83]] * 2},
        provenance=PROVENANCE,
        **shapes,
    )


def used():
    """Eight images, four blocks: three policies, and a network whose gates have collapsed."""
    rows = np.array([[1, 1, 0, 0]] * 5 + [[1, 0, 0, 0]] * 2 + [[1, 1, 1, 1]])
    return SimpleNamespace(
        used={"λ = 0.02": rows, "collapsed": np.tile([1, 0, 1, 0], (8, 1))},
        labels=np.array([0, 1, 0, 1, 0, 1, 0, 1]),
        accuracy={"λ = 0.02": [0.9, 0.92], "collapsed": [0.8]},
        random={"λ = 0.02": [0.8, 0.82]},
        provenance=PROVENANCE,
    )


def plane():
    prices = (0.01, 0.03, 0.06)
    return SimpleNamespace(
        lambdas=prices,
        blocks=6,
        count={p: np.full((8, 8), 6 - 50 * p) for p in prices},
        extent=(-2, 2, -2, 2),
        points=np.array([[0.0, 0.0], [1.0, 1.0], [-1.0, 0.5]]),
        labels=np.array([0, 1, 1]),
        accuracy={p: [1.0, 0.99] for p in prices},
        random={p: [0.9, 0.88] for p in prices},
        easy={p: [1.0, 1.2] for p in prices},
        hard={p: [3.0, 2.6] for p in prices},
        provenance=PROVENANCE,
    )


def saved():
    return SimpleNamespace(
        names=["early exit", "runtime pruning"],
        macs_saved={"early exit": 0.45, "runtime pruning": 0.4},
        time_saved={
            1: {"early exit": [0.3, 0.32, 0.31], "runtime pruning": [-0.2, -0.1, -0.15]},
            32: {"early exit": [0.4], "runtime pruning": [0.1]},
        },
        provenance=PROVENANCE,
    )


def networks():
    """MSDNet is ahead at small budgets, the chain at the largest."""
    chain, multi = np.array([[0.70, 0.78, 0.84]] * 2), np.array([[0.76, 0.80, 0.83]] * 2)
    return SimpleNamespace(
        budgets=(100_000, 200_000, 400_000),
        anytime={"plain chain": chain, "MSDNet": multi},
        batch={"plain chain": chain + 0.02, "MSDNet": multi + 0.02},
        at_random={"plain chain": chain, "MSDNet": multi - 0.01},
        provenance=PROVENANCE,
    )


FIGURES = {
    "any_budget": lambda: figures.any_budget(networks(), 75),
    "battery": lambda: figures.battery(options(), 80),
    "exit_gallery": lambda: figures.exit_gallery(gallery(), 60),
    "exit_gallery of six": lambda: figures.exit_gallery(gallery(6)),
    "width_slider": lambda: figures.width_slider(widths(), 50),
    "width_slider, no means": lambda: figures.width_slider(widths(means=False)),
    "block_heat": lambda: figures.block_heat(used()),
    "paths": lambda: figures.paths(used(), start=2),
    "plane_of_blocks": lambda: figures.plane_of_blocks(plane(), 2),
    "msdnet_grid": lambda: figures.msdnet_grid(),
    "saved_time": lambda: figures.saved_time(saved(), 50),
}


@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    assert_keeps_the_rules(FIGURES[name]())


def test_the_chapter_in_one_picture():
    picture = figures.three_ways()
    assert "half of the channels" in picture.sentence()
    assert len(picture.still()) > 5_000


class TestBattery:
    def test_the_sentence(self):
        figure = figures.battery(options(), SimpleNamespace(value=80))
        assert figure.sentence({"charge": 50, "method": "depth"}) == (
            "Battery at 50 %: leave at exit 2 (depth) takes 50 % of the MACs of the most costly "
            "one. 2.00 million MACs, 0.60 ms per image, 80.0 ± 1.4 % of the test images right. "
            "You guessed 80 % at half the charge."
        )
        assert "guessed" not in figures.battery(options()).sentence()

    def test_the_choice_is_made_on_the_validation_split(self):
        """Width 0.5 has the best validation accuracy at a quarter, and by far not the best test."""
        state = figures.battery(options()).state({"charge": 30})
        assert state["option"].name == "width 0.5"
        assert state["test"].mean() == pytest.approx(61)

    def test_macs_and_time_choose_differently(self):
        figure = figures.battery(options())
        by_macs, by_time = (
            figure.state({"charge": 60, "kind": kind})["option"].name
            for kind in ("macs", "latency_ms")
        )
        assert (by_macs, by_time) == ("2.5 of 6 blocks", "leave at exit 2")

    def test_where_the_images_leave_is_drawn(self):
        """A line up for every exit, as thick as the share that leaves; none where nobody does."""
        from nc_teach.figures.dynamic_computation.battery_network import _ways

        lefts = np.array([0.5, 3.0, 5.5])
        lines, thick, tips = _ways("depth", np.array([1.0, 0.4, 0.4]), lefts, 1.0)
        assert (len(lines), tips) == (1, [1.0])
        assert thick == pytest.approx([1 + 9 * 0.6])
        assert len(_ways("blocks", np.array([1.0, 0.4, 0.4]), lefts, 1.0)[0]) == 3
        assert _ways("width", np.array([0.5, 0.5, 0.5]), lefts, 1.0) == ([], [], [])

    def test_what_does_not_fit_is_said(self):
        sentence = figures.battery(options()).sentence({"charge": 5, "method": "blocks"})
        assert "takes 50 % of the MACs of the most costly one, more than there is" in sentence

    def test_the_choice_is_that_of_an_exhaustive_search(self):
        random = np.random.default_rng(6)
        for _ in range(50):
            costs, validation = random.random(8), random.integers(0, 4, 8) / 4
            budget = random.random()
            fits = [k for k in range(8) if costs[k] <= budget]
            best = min(fits, key=lambda k: (-validation[k], costs[k])) if fits else costs.argmin()
            assert choose(costs, validation, budget) == best

    def test_parts_outside_their_range_are_refused(self):
        wrong = options()
        wrong.options[0].parts = [1, 2]
        with pytest.raises(
            ValueError, match="parts of 'leave at exit 1' must be .* got \\[1, 2\\]"
        ):
            figures.battery(wrong)
        wrong.options = wrong.options[1:2]
        with pytest.raises(ValueError, match="two or more, got 1"):
            figures.battery(wrong)


class TestExitGallery:
    def test_the_sentence(self):
        figure = figures.exit_gallery(gallery(), 60)
        assert figure.sentence() == (
            "Leaving when 0.60 sure takes 50.0 ± 0.0 % of the MACs and reads 81.0 ± 1.4 % right; "
            "random exits of the same budget 75.0 ± 1.4 %, so the choice is worth +6.0 points. Of "
            "the images shown, 3, 0, 3 leave at the exits one by one. You guessed 60 % of the MACs."
        )

    def test_who_leaves_is_the_first_sure_exit(self):
        random = np.random.default_rng(0).random((40, 5))
        for threshold in (0.0, 0.3, 0.8, 1.1):
            wanted = [
                next((k for k in range(4) if row[k] >= threshold), 4) for row in random.tolist()
            ]
            assert leave(random, threshold).tolist() == wanted

    def test_a_wrong_answer_counts_only_at_the_exit_that_was_taken(self):
        figure = figures.exit_gallery(gallery())
        assert figure.state({"threshold": 0.6})["right"].tolist() == [1, 0, 1, 1, 1, 1]
        assert figure.state({"threshold": 0.9})["right"].all()

    def test_curves_that_do_not_fit_are_refused(self):
        wrong = gallery()
        wrong.cost = wrong.cost[:, :2]
        with pytest.raises(ValueError, match="result.cost must have 3 columns.* got 2"):
            figures.exit_gallery(wrong)
        wrong = gallery()
        wrong.gallery.labels = wrong.gallery.labels[:4]
        with pytest.raises(ValueError, match="labels must have a row for each of the 6 images"):
            figures.exit_gallery(wrong)

    def test_a_result_from_a_file_has_no_images(self):
        wrong = gallery()
        wrong.gallery = None
        with pytest.raises(ValueError, match="gallery must have images"):
            figures.exit_gallery(wrong)


class TestWidthSlider:
    def test_the_sentence(self):
        assert figures.width_slider(widths(), 50).sentence() == (
            "At 50 % of the width, 12 of 24 channels and 30 % of the MACs, the test accuracy is: "
            "naive 30.0 ± 14.1 %, switchable 70.0 ± 0.0 %. naive: remembered and true means are "
            "0.50 apart. You guessed 50 %."
        )

    def test_channels_that_do_not_run_have_no_mean(self):
        figure = figures.width_slider(widths())
        assert figure.state({"width": 0.5})["means"].shape == (2, 2)
        assert figure.state({"width": 1.0})["means"].shape == (2, 4)

    def test_means_without_a_counterpart_are_refused(self):
        wrong = widths()
        wrong.true = {}
        with pytest.raises(ValueError, match="result.true must have the variants"):
            figures.width_slider(wrong)
        wrong = widths()
        wrong.accuracy["naive"] = [[0.1]]
        with pytest.raises(ValueError, match="'naive' must have 2 columns"):
            figures.width_slider(wrong)


class TestBlocks:
    def test_the_sentence_tells_the_standard_deviation(self):
        assert figures.block_heat(used()).sentence() == (
            "λ = 0.02: an image takes 2.0 ± 0.9 of 4 blocks (1 to 4); 91.0 ± 1.4 % right, random "
            "gates of the same budget 81.0 ± 1.4 %."
        )

    def test_a_column_may_be_something_else_than_a_block(self):
        groups = used()
        groups.unit = "group"
        sentence = figures.block_heat(groups).sentence({"order": "blocks"})
        assert "2.0 ± 0.9 of 4 groups" in sentence
        assert "block" not in sentence

    def test_points_are_called_points(self):
        plane = used()
        plane.input = "point"
        for figure in (figures.block_heat(plane), figures.paths(plane)):
            said = f"{figure.title} {figure.sentence()} {figure.table([])}"
            assert "point" in said
            assert "image" not in said.lower()

    def test_one_path_is_a_singular(self):
        single = SimpleNamespace(used={"gates": np.array([[1, 0, 0]] * 4)}, provenance=PROVENANCE)
        assert figures.paths(single).sentence() == (
            "gates: 1 policy of 8 possible; the most frequent serves 100 % of the images. "
            "The first (100 %) computes block 1."
        )

    def test_collapsed_gates_are_called_so(self):
        sentence = figures.block_heat(used()).sentence({"network": "collapsed"})
        assert sentence.endswith("Every image takes the same blocks: nothing here is dynamic.")

    def test_rows_keep_their_labels_when_they_are_sorted(self):
        figure, given = figures.block_heat(used()), used()
        pairs = sorted(zip(given.labels, map(tuple, given.used["λ = 0.02"]), strict=True))
        for order in ("class", "blocks"):
            state = figure.state({"order": order})
            assert sorted(zip(state["labels"], map(tuple, state["used"]), strict=True)) == pairs
            key = state["labels"] if order == "class" else state["count"]
            assert (np.diff(key) >= 0).all()

    def test_what_is_not_zero_or_one_is_refused(self):
        wrong = used()
        wrong.used["λ = 0.02"] = 3 * wrong.used["λ = 0.02"]
        with pytest.raises(ValueError, match="must hold only 0 and 1, got 3"):
            figures.block_heat(wrong)

    def test_the_paths_are_the_distinct_rows(self):
        sentence = figures.paths(used(), start=2).sentence()
        assert sentence == (
            "λ = 0.02: 3 policies of 16 possible; the 2 most frequent serve 88 % of the images. "
            "The first (62 %) computes blocks 1 and 2."
        )
        rows, shares = distinct(used().used["λ = 0.02"])
        assert shares.sum() == pytest.approx(1)
        assert len({tuple(row) for row in rows}) == len(rows)

    def test_a_path_runs_through_what_is_computed_and_over_what_is_skipped(self):
        rows, shares = distinct(used().used["λ = 0.02"])
        for row, line in zip(rows, lay_out(rows, shares, 4)[0], strict=True):
            heights = np.interp((np.arange(4) + 0.5) / 4, *line.T)
            assert ((heights < 1) == (row > 0)).all()


class TestPlane:
    def test_the_sentence(self):
        assert figures.plane_of_blocks(plane(), 2).sentence() == (
            "At λ = 0.03 an easy point takes 1.1 ± 0.1 of 6 blocks, a hard one 2.8 ± 0.3; "
            "99.5 ± 0.7 % right, random gates with the same budget 89.0 ± 1.4 %. "
            "You guessed 2 blocks for the easy ones."
        )

    def test_a_price_without_a_picture_is_refused(self):
        wrong = plane()
        del wrong.count[0.03]
        with pytest.raises(ValueError, match="\\[0.03\\] are missing"):
            figures.plane_of_blocks(wrong)


class TestMSDNetGrid:
    def test_a_node_reads_what_the_network_reads(self):
        """By the channels of the real network: each map it concatenates, and no other."""
        from nc_teach.dynamic import MSDNet

        net = MSDNet((3, 5, 7), channels=4, growth=4, bottleneck=None, reduction=True)
        depth, scales = 7, 3
        first = [max(net.finest(k), scales - 1 - (depth - k)) for k in range(1, depth + 1)]
        for layer in range(1, depth + 1):
            for scale in range(first[layer - 1], scales):
                own, finer = feeds(layer, scale, first)
                key = f"scale {scale}, layer {layer}"
                assert bool(finer) == (key in net.vertical), key
                assert bool(own) == (layer > 1 and key in net.horizontal), key

    def test_the_sentences(self):
        figure = figures.msdnet_grid()
        assert figure.sentence({"layer": 4}) == (
            "Layer 4, scale 3 reads 3 earlier maps of its own scale and 3 of the next finer one; "
            "2 exits have been passed."
        )
        assert "is not computed" in figure.sentence({"layer": 6, "scale": 0})
        assert "reads the image" in figure.sentence({"layer": 1, "scale": 0})

    def test_what_was_measured_is_told(self):
        grid = SimpleNamespace(layers=2, scales=2, exits=(1, 2), first=(0, 1),
                               accuracy=[[0.6, 0.8], [0.62, 0.8]], cost=[0.4, 1.0],
                               provenance=PROVENANCE)  # fmt: skip
        sentence = figures.msdnet_grid(grid).sentence({"layer": 1})
        assert "1 exit has been passed, the last of them reads 61.0 ± 1.4 % right" in sentence

    def test_a_scale_for_every_layer(self):
        with pytest.raises(ValueError, match="must be 3 scales from 0 to 1, got \\[0, 0\\]"):
            figures.msdnet_grid(SimpleNamespace(layers=3, scales=2, exits=(3,), first=(0, 0)))


class TestAnyBudget:
    def test_both_settings_in_a_sentence(self):
        figure = figures.any_budget(networks(), 75)
        assert figure.sentence() == (
            "Anytime, with 200,000 MACs per image: plain chain reads 78.0 ± 0.0 % right, MSDNet "
            "reads 80.0 ± 0.0 % right. You guessed 75 % at the smallest budget."
        )
        sentence = figure.sentence({"setting": "batch"})
        assert "MSDNet reads 82.0 ± 0.0 % right (at random 79.0 ± 0.0 %)" in sentence

    def test_a_curve_of_another_length_is_refused(self):
        wrong = networks()
        wrong.batch["MSDNet"] = [[0.1, 0.2]]
        with pytest.raises(ValueError, match="batch of 'MSDNet' must have 3 columns"):
            figures.any_budget(wrong)


class TestSavedTime:
    def test_what_got_slower_is_said(self):
        assert figures.saved_time(saved(), 50).sentence() == (
            "Batch 1, MACs and time saved: early exit 45 and 31 %; runtime pruning 40 and −15 %. "
            "You guessed 50 %."
        )

    def test_a_method_without_times_is_refused(self):
        wrong = saved()
        del wrong.time_saved[32]["early exit"]
        with pytest.raises(ValueError, match="in 32, \\['early exit'\\] are missing"):
            figures.saved_time(wrong)
