"""Figures of neurons and filters: the APoZ histogram, fading filters, and the tiles of both."""

from types import SimpleNamespace

import numpy as np
import pytest

from nc_teach import live
from nc_teach.figures import network_pruning as figures, tiles
from tests.checks import refuses
from tests.figure_rules import BY_HAND

APOZ = np.arange(21) / 20  # 0, 5, ... 100 %


def trimmed(**changed):
    """Two networks of 21 neurons that see 4 x 4 pixels; the second is silent a bit more often."""
    given = {
        "apoz": np.stack([APOZ, np.minimum(APOZ + 0.07, 1)]),
        "weights": np.random.default_rng(0).normal(size=(21, 16)),
        "thresholds": (0.3, 0.9, 0.97),
        "above": {
            "apoz": np.array([[0.1, 0.90, 0.95], [0.2, 0.92, 0.95]]),
            "random": np.array([[0.8, 0.95, 0.95], [0.9, 0.95, 0.95]]),
        },
        "whole": np.array([0.95, 0.97]),
        "provenance": BY_HAND,
    }
    return SimpleNamespace(**{**given, **changed})


def faded(**changed):
    """Three filters of 2 x 2 at three moments: under the lasso they go one by one."""
    start = np.stack([np.full((2, 2), size) for size in (0.5, 1.0, 2.0)])
    lasso = np.stack([start, start.copy(), start.copy()])
    lasso[1, 0] = lasso[2, :2] = 0
    filters = {"group lasso": lasso, "no penalty": np.stack([start] * 3)}
    second = {
        "group lasso": np.array([[1.0, 2, 3, 4], [0, 0, 0, 4], [0, 0, 0, 0]]),
        "no penalty": np.array([[1.0, 2, 3, 4], [1, 2, 3, 4], [0.41, 2, 3, 4]]),
    }
    given = {
        "filters": filters,
        "norms": {
            variant: {"conv1": np.sqrt((f**2).sum(axis=(2, 3))), "conv2": second[variant]}
            for variant, f in filters.items()
        },
        "epochs": np.array([0, 1 / 7, 2]),
        "provenance": BY_HAND,
    }
    return SimpleNamespace(**{**given, **changed})


FIGURES = {
    "apoz_histogram": lambda: figures.apoz_histogram(trimmed(), (4, 4)),
    "filters_fading": lambda: figures.filters_fading(faded()),
}


class TestApozHistogram:
    """With the steps of 5 %, above 90 % are 95 and 100 %; of the other network 4 neurons."""

    def figure(self, **changed):
        return figures.apoz_histogram(trimmed(**changed), (4, 4))

    def test_the_sentence(self):
        assert self.figure().sentence() == (
            "Silent for more than 90 % of the images: 2 to 4 of 21 neurons. Without them "
            "91.0 ± 1.4 % of the test images are right, without as many random ones 95.0 ± 0.0 %; "
            "with all 96.0 ± 1.4 %."
        )

    def test_one_network_has_one_count_and_no_spread(self):
        above = {name: test[:1] for name, test in trimmed().above.items()}
        figure = self.figure(apoz=APOZ[None], above=above, whole=np.array([0.95]))
        assert ": 2 of 21 neurons. Without them 90.0 % of" in figure.sentence()

    def test_a_neuron_at_the_threshold_itself_stays(self):
        state = self.figure(thresholds=(0.3, float(APOZ[18]), 0.97)).state({"percent": 90})
        np.testing.assert_allclose(APOZ[state["gone"]], [0.95, 1.0])

    def test_neurons_at_the_threshold_are_the_nearest_and_those_above_it_are_crossed(self):
        state = self.figure().state({"percent": 90, "neurons": "threshold"})
        assert state["shown"].tolist() == list(range(9, 21))
        assert state["gone"].nonzero()[0].tolist() == [19, 20]

    def test_the_most_active_and_the_dead(self):
        figure = self.figure()
        active = figure.state({"neurons": "active"})
        assert active["shown"].tolist() == list(range(12))
        dead = figure.state({"neurons": "dead"})
        assert dead["shown"].tolist() == [20]
        assert dead["caption"] == "1 neuron silent for 100.0 %"
        silent = self.figure(apoz=np.linspace([0.991] * 2, [1.0] * 2, 21).T)
        assert silent.state({"neurons": "dead"})["shown"].tolist() == list(range(9, 21))

    def test_a_network_without_dead_neurons_says_so(self):
        figure = self.figure(apoz=trimmed().apoz / 2)
        assert figure.state({"neurons": "dead"})["caption"] == "No neuron is silent for over 99 %"
        assert live.faults(figure, [{"neurons": "dead"}]) == []

    def test_the_table_has_a_row_per_threshold(self):
        rows = self.figure().table([])
        assert [row["Silent more often than"] for row in rows] == ["30 %", "90 %", "97 %"]
        assert rows[0]["Neurons"] == "14 to 16 of 21"
        assert rows[0]["Accuracy without them"] == "15.0 ± 7.1 %"
        assert rows[0]["Without as many random ones"] == "85.0 ± 7.1 %"

    def test_what_does_not_fit_is_named(self):
        with pytest.raises(ValueError, match=r"image must match the layer's 16 inputs, got \(28,"):
            figures.apoz_histogram(trimmed())


class TestFiltersFading:
    def test_the_sentence(self):
        figure = figures.filters_fading(faded())
        assert figure.sentence() == (
            "After 2 epochs with group lasso: 1 of 3 filters of conv1 and 0 of 4 of conv2 are not "
            "zero; without the penalty the smallest norm is 0.41."
        )
        assert figure.sentence({"epochs": 1 / 7, "variant": "no penalty"}) == (
            "After 0.14 epochs with no penalty: 3 of 3 filters of conv1 and 4 of 4 of conv2 are "
            "not zero; the smallest norm is 1.00."
        )

    def test_only_exact_zeros_are_crossed(self):
        given = faded()
        given.filters["group lasso"][2, 1, 0, 0] = 1e-30
        figure = figures.filters_fading(given)
        for moment, crossed in ((2, 1), (1 / 7, 1), (0, 0)):
            figure.picture({"epochs": moment})
            crosses = figure.drawing().figure.axes[0].lines[0]
            assert len(crosses.get_xdata()) == crossed

    def test_the_norms_are_sorted_and_none_is_lost(self):
        state = figures.filters_fading(faded()).state({"epochs": 1 / 7})
        assert state["norms"]["conv1"].tolist() == [4.0, 2.0, 0.0]
        assert state["norms"]["conv2"].tolist() == [4.0, 0.0, 0.0, 0.0]
        assert state["left"] == {"conv1": "2 of 3", "conv2": "1 of 4"}

    def test_the_table_has_every_moment_of_every_variant(self):
        rows = figures.filters_fading(faded()).table([])
        assert [row["Epochs"] for row in rows] == ["0", "0.14", "2"] * 2
        assert rows[1]["Trained with"] == "group lasso"
        assert (rows[1]["conv1, not zero"], rows[1]["conv2, not zero"]) == ("2 of 3", "1 of 4")
        assert rows[5]["conv2, smallest norm"] == "0.41"

    def test_all_zero_can_be_drawn(self):
        given = faded()
        for filters in given.filters.values():
            filters[:] = 0
        assert live.faults(figures.filters_fading(given)) == []


class TestTiles:
    def test_every_image_is_found_again_at_its_corner(self):
        images = np.random.default_rng(0).random((7, 3, 5)).astype(np.float32)
        paper = tiles.tile(images, columns=4, rows=2, gap=2)
        for image, (x, y) in zip(images, tiles.corners(7, 4, (3, 5), gap=2), strict=True):
            assert (paper[y : y + 3, x : x + 5] == image).all()
        assert np.isfinite(paper).sum() == images.size

    def test_more_images_than_places_are_refused(self):
        with pytest.raises(ValueError, match="images must be at most 4, got 5"):
            tiles.tile(np.zeros((5, 2, 2)), columns=2, rows=2)

    def test_the_colours_get_darker_with_the_weight_so_that_grey_will_do(self):
        colours = tiles.signed_colours(np.linspace(-1.5, 1.5, 31), top=1.0).astype(float)
        light = colours[:, :3] @ [0.2126, 0.7152, 0.0722]
        assert (np.diff(light) <= 0).all()
        assert (np.diff(light)[6:-6] < 0).all()

    def test_a_top_of_zero_is_refused(self):
        refuses("top must be above 0, got 0", tiles.signed_colours, np.zeros(3), top=0)
