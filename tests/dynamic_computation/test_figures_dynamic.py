"""The figures of dynamic computation: states, the numbers in sentences, no fault in a picture."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nc_teach.claims import dynamic_computation as claims
from nc_teach.claims.dynamic_computation.battery import Configuration
from nc_teach.claims.dynamic_computation.early_exit import Gallery
from nc_teach.common.spread import spread
from nc_teach.data import Dataset, Split
from nc_teach.dynamic import EarlyExitNet, MSDNet
from nc_teach.figures import dynamic_computation as figures
from nc_teach.figures.dynamic_computation.battery_network import _ways
from nc_teach.figures.dynamic_computation.exit_gallery import leave
from nc_teach.figures.dynamic_computation.msdnet_grid import feeds
from nc_teach.figures.dynamic_computation.paths import distinct, lay_out
from nc_teach.live import faults, places
from tests.checks import refuses
from tests.claim_rules import made
from tests.figure_rules import assert_keeps_the_rules


def options():
    """Width 0.5 is good on validation data alone; by time all else is dear."""
    return made(
        claims.BatteryResult,
        options=(
            Configuration("depth", "exit 1", [1, 0, 0], 1e6, [0.4], [0.70, 0.72], [0.70, 0.70]),
            Configuration("depth", "exit 2", [1, 1, 0], 2e6, [0.6], [0.80, 0.82], [0.79, 0.81]),
            Configuration("depth", "exit 3", [1, 1, 1], 4e6, [1.0], [0.85, 0.85], [0.84, 0.86]),
            Configuration("width", "0.25", [0.25, 0.25], 4e5, [0.9], [0.60, 0.60], [0.61, 0.59]),
            Configuration("width", "0.5", [0.5, 0.5], 1e6, [0.95], [0.81, 0.81], [0.60, 0.62]),
            Configuration("blocks", "2.2 of 4", [1, 0.9, 0.3, 0], 2e6, [0.7], [0.83], [0.8]),
        ),
    )


def gallery():
    """Six images; the first two are sure at once, and the second of them is wrong there."""
    confidence = np.linspace(0.95, 0.2, 6)[:, None] * np.linspace(1, 1.05, 4)
    labels = np.arange(6) % 3
    predicted = np.tile(labels[:, None], (1, 4))
    predicted[1, 0] = 2
    images = np.random.default_rng(0).random((6, 14, 14))
    shown = Gallery(images, labels, confidence, predicted)
    return replace(claims.shipped("early_exit"), gallery=shown)


def used():
    """Eight images, four blocks: three policies, and a network whose gates have collapsed."""
    rows = [[1, 1, 0, 0]] * 5 + [[1, 0, 0, 0]] * 2 + [[1, 1, 1, 1]]
    return made(
        claims.Routes,
        setting="by hand",
        used={"gates": rows, "collapsed": [[1, 0, 1, 0]] * 8},
        labels=[0, 1] * 4,
        names=("even", "odd"),
        measures={
            "accuracy": {"gates": [0.9, 0.92], "collapsed": [0.8, 0.8]},
            "random": {"gates": [0.8, 0.82], "collapsed": [0.7, 0.7]},
            "blocks": {"gates": [2.0, 2.5], "collapsed": [2.0, 2.0]},
        },
        depth=4,
    )


FIGURES = {
    "any_budget": lambda: figures.any_budget(claims.shipped("msdnet"), 75),
    "battery": lambda: figures.battery(options(), 80),
    "exit_gallery": lambda: figures.exit_gallery(gallery(), 60),
    "width_slider": lambda: figures.width_slider(claims.shipped("slimmable"), 50),
    "block_heat": lambda: figures.block_heat(used()),
    "paths": lambda: figures.paths(used(), start=2),
    "plane_of_blocks": lambda: figures.plane_of_blocks(claims.shipped("skip_plane"), 2),
    "msdnet_grid": lambda: figures.msdnet_grid(claims.grid(claims.shipped("msdnet"))),
    "saved_time": lambda: figures.saved_time(claims.shipped("path_time"), 50),
}


@pytest.mark.everything
@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    assert_keeps_the_rules(FIGURES[name]())


def test_the_chapter_in_one_picture():
    picture = figures.three_ways()
    assert "half of the channels" in picture.sentence()
    assert len(picture.still()) > 5_000


class TestBattery:
    figure = staticmethod(lambda: figures.battery(options(), SimpleNamespace(value=80)))

    def test_the_sentence(self):
        sentence = self.figure().sentence({"charge": 50, "method": "depth"})
        paid = (
            "it pays for “exit 2” (depth), which takes 50 % of the MACs of the most costly option"
        )
        for part in (paid, "2.00 million", "80.0 ± 1.4 %"):
            assert part in sentence
        none = self.figure().sentence({"charge": 5, "kind": "latency_ms", "method": "width"})
        assert "even the cheapest option, “0.25” (width), takes 90 % of the time" in none
        assert sentence.endswith("You guessed 80 % at half the charge.")
        assert "guessed" not in figures.battery(options()).sentence()

    def test_the_choice_is_made_on_the_validation_split(self):
        """Width 0.5 has the best validation accuracy at a quarter, and by far not the best test."""
        state = self.figure().state({"charge": 30})
        assert state["option"].name == "0.5"
        assert state["test"].mean() == pytest.approx(61)

    def test_macs_and_time_choose_differently(self):
        by_macs, by_time = (
            self.figure().state({"charge": 60, "kind": kind})["option"].name
            for kind in ("macs", "latency_ms")
        )
        assert (by_macs, by_time) == ("2.2 of 4", "exit 2")

    def test_where_the_images_leave_is_drawn(self):
        """A line up for every exit, as thick as the share that leaves; none where nobody does."""
        lefts = np.array([0.5, 3.0, 5.5])
        lines, thick, tips = _ways("depth", np.array([1.0, 0.4, 0.4]), lefts, 1.0)
        assert (len(lines), tips) == (1, [1.0])
        assert thick == pytest.approx([1 + 9 * 0.6])
        assert len(_ways("blocks", np.array([1.0, 0.4, 0.4]), lefts, 1.0)[0]) == 3
        assert _ways("width", np.array([0.5, 0.5, 0.5]), lefts, 1.0) == ([], [], [])


class TestExitGallery:
    def test_the_sentence(self):
        result, sentence = gallery(), figures.exit_gallery(gallery(), 60, start=0.6).sentence()
        place = result.thresholds.index(0.6)
        numbers = {name: getattr(result, name)[:, place] for name in ("cost", "accuracy", "random")}
        assert all(f"{spread(runs, 1)} %" in sentence for runs in numbers.values())
        gain = 100 * (numbers["accuracy"] - numbers["random"]).mean()
        assert f"worth {gain:+.1f} points" in sentence
        assert "3, 0, 0, 3 leave at the exits in their order. You guessed 60 %" in sentence

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

    def test_on_a_slide_an_image_is_large_enough_to_be_seen(self):
        slide = places.for_slide(figures.exit_gallery(gallery()))
        left, *_ = slide.drawing().figure.axes
        width = left.get_window_extent().width / slide.scale
        assert width / np.ptp(left.get_xlim()) > 48  # CSS pixels for each image

    def test_a_result_from_a_file_has_no_images(self):
        refuses("gallery must have images", figures.exit_gallery, claims.shipped("early_exit"))


class TestWidthSlider:
    def test_the_sentence(self):
        result = claims.shipped("slimmable")
        sentence = figures.width_slider(result, 50).sentence()
        assert f"24 of 96 channels and {100 * result.macs[0] / result.macs[-1]:.0f} %" in sentence
        for name, runs in result.accuracy.items():
            assert f"{name} {spread(runs[:, 0], 1)} %" in sentence
        apart = np.abs(result.running["naive"][0] - result.true["naive"][0]).mean()
        assert f"naive: remembered and true means are {apart:.2f} apart. You guessed" in sentence

    def test_channels_that_do_not_run_have_no_mean(self):
        result = claims.shipped("slimmable")
        result.true["naive"][0, 2:] = np.nan
        figure = figures.width_slider(result)
        assert figure.state({"width": 0.25})["means"].shape == (2, 2)
        assert figure.state({"width": 1.0})["means"].shape == (2, 8)


class TestBlocks:
    def test_the_sentence_tells_the_standard_deviation(self):
        sentence = figures.block_heat(used()).sentence()
        one = "gates, the first of 2 networks: an image takes 2.0 of 4 blocks on average (1 to 4; "
        assert f"{one}standard deviation over the images 0.9)." in sentence
        every = "All 2 networks: 2.25 blocks, 91.0 ± 1.4 % right"
        assert f"{every}, random gates of the same budget 81.0 ± 1.4 %." in sentence

    def test_a_column_may_be_a_group_and_a_row_a_point(self):
        groups = figures.block_heat(claims.shipped("runtime_pruning"))
        assert "of 16 groups" in groups.sentence()
        assert "All 5 networks: " in groups.sentence()
        assert "block" not in groups.sentence({"order": "blocks"})
        plane = claims.shipped("skipnet")
        for figure in (figures.block_heat(plane), figures.paths(plane)):
            said = f"{figure.title} {figure.sentence()} {figure.table([])}"
            assert "point" in said
            assert "image" not in said.lower()

    def test_collapsed_gates_are_called_so(self):
        sentence = figures.block_heat(used()).sentence({"network": "collapsed"})
        assert "Every image takes the same blocks: nothing here is dynamic." in sentence
        one = figures.paths(used()).sentence({"network": "collapsed"})
        assert "1 policy of 16 possible; the most frequent serves 100 % of the images" in one

    def test_rows_keep_their_labels_when_they_are_sorted(self):
        figure, given = figures.block_heat(used()), used()
        pairs = sorted(zip(given.labels, map(tuple, given.used["gates"]), strict=True))
        for order in ("class", "blocks"):
            state = figure.state({"order": order})
            assert sorted(zip(state["labels"], map(tuple, state["used"]), strict=True)) == pairs
            key = state["labels"] if order == "class" else state["count"]
            assert (np.diff(key) >= 0).all()

    def test_the_paths_are_the_distinct_rows(self):
        sentence = figures.paths(used(), start=2).sentence()
        assert "3 policies of 16 possible; the 2 most frequent serve 88 % of the images" in sentence
        assert "The first (62 %) computes blocks 1 and 2." in sentence
        rows, shares = distinct(used().used["gates"])
        assert shares.sum() == pytest.approx(1)
        assert len({tuple(row) for row in rows}) == len(rows)

    def test_a_path_runs_through_what_is_computed_and_over_what_is_skipped(self):
        rows, shares = distinct(used().used["gates"])
        for row, line in zip(rows, lay_out(rows, shares)[0], strict=True):
            heights = np.interp((np.arange(4) + 0.5) / 4, *line.T)
            assert ((heights < 1) == (row > 0)).all()


class TestMSDNetGrid:
    def test_a_node_reads_what_the_network_reads(self):
        """By the channels of the real network: each map it concatenates, and no other."""
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
        grid = claims.grid(claims.shipped("msdnet"))
        figure, (first, *_) = figures.msdnet_grid(grid), grid.exits
        sentence = figure.sentence({"layer": first})
        assert figure.state({"layer": grid.layers})["needed"] == {
            (layer, scale)
            for layer in range(1, grid.layers + 1)
            for scale in range(grid.first[layer - 1], grid.scales)
        }
        assert (
            f"scale 3 reads {first - 1} earlier maps of its own scale and {first - 1}" in sentence
        )
        right = spread(grid.accuracy[:, 0], 1)
        assert f"The first exit that needs it is exit 1, which gets {right} % right" in sentence
        assert f"for {100 * grid.cost[0]:.0f} % of the MACs" in sentence
        assert "is not computed" in figure.sentence({"layer": grid.layers, "scale": 0})
        assert "reads the image" in figure.sentence({"layer": 1, "scale": 0})


def test_any_budget_tells_both_settings():
    result = claims.shipped("msdnet")
    figure = figures.any_budget(result, 75)
    ours = {
        name: spread(getattr(result, name)["MSDNet"][:, 2], 1)
        for name in ("anytime", "batch", "at_random")
    }
    sentence = figure.sentence({"budget": 200_000})
    assert "200,000 MACs per image: " in sentence
    assert f"MSDNet gets {ours['anytime']} % right" in sentence
    assert sentence.endswith("You guessed 75 % at the smallest budget.")
    batch = figure.sentence({"budget": 200_000, "setting": "batch"})
    assert f"MSDNet gets {ours['batch']} % right (at random {ours['at_random']} %)" in batch


def test_the_plane_tells_blocks_and_controls():
    result = claims.shipped("skip_plane")
    sentence = figures.plane_of_blocks(result, 2, start=0.03).sentence()
    easy, hard = (spread(runs[0.03], 1, scale=1) for runs in (result.easy, result.hard))
    assert f"an easy point takes {easy} of 6 blocks, a hard one {hard}" in sentence
    curves = (result.accuracy, result.random, result.others, result.static)
    right, random, others, static = (spread(runs[0.03], 1) for runs in curves)
    assert f"{right} % right; with the same budget random gates {random} %" in sentence
    assert f"another point {others} %, a static network {static} %." in sentence
    assert "The plane is that of the first of 5 networks." in sentence
    assert sentence.endswith("You guessed 2 blocks for the easy ones.")


def test_what_got_slower_is_said():
    saved = made(
        claims.SavedTime,
        names=("exits", "groups"),
        macs_saved={"exits": 0.45, "groups": 0.4},
        time_saved={1: {"exits": [0.3, 0.32, 0.31], "groups": [-0.2, -0.1, -0.15]}},
    )
    sentence = figures.saved_time(saved, 50).sentence()
    assert "Batch 1, MACs and time saved, the mean of 3 networks: " in sentence
    assert "exits 45 and 31 %; groups 40 and −15 %. You guessed 50 %." in sentence


@pytest.mark.parametrize("drawn", [places.for_slide, places.for_telephone])
def test_no_number_stands_on_a_bar(drawn):
    figure = drawn(figures.saved_time(claims.shipped("path_time")))
    for values in figure.extremes():
        drawing = figure.drawing()
        drawing.pixels(figure.state(values))
        (axes,) = drawing.figure.axes
        bars = [bar.get_window_extent() for bar in axes.patches if bar.get_width()]
        for text in axes.texts:
            assert not any(text.get_window_extent().padded(-2).overlaps(bar) for bar in bars)


def test_your_digit_is_read_by_a_network_of_half_the_size():
    """What each exit says of the first image is what PyTorch says of it, made smaller."""
    images = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    split = Split(images, torch.arange(6))
    ten = Dataset("toy", "small", split, split, split, tuple("0123456789"), "made up")
    net = EarlyExitNet.small(seed=0)
    figure = figures.your_digit(net, ten)
    assert faults(figure) == []
    with torch.no_grad():
        read = int(net.eval()(torch.nn.functional.avg_pool2d(images[:1], 2))[0].argmax())
    assert figure.sentence().startswith(f"Exit 1 reads the first test image, a 0, as {read} (")
    assert [knob.name for knob in figure.knobs] == ["exit"]
