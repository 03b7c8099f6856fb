"""The claims about structured sparsity, learned: on tiny data, and their criteria by hand."""

import numpy as np
import pytest
import torch

from nc_teach import figures, live
from nc_teach.claims import network_pruning
from nc_teach.claims.network_pruning import fading
from nc_teach.data import Dataset, Split


@pytest.fixture(scope="module")
def bars() -> Dataset:
    """Three classes of 28 x 28 images: a bright bar at the top, in the middle or at the bottom."""

    def split(count, seed):
        generator = torch.Generator().manual_seed(seed)
        labels = torch.arange(count) % 3
        images = 0.3 * torch.rand(count, 1, 28, 28, generator=generator)
        for image, label in zip(images, labels, strict=True):
            image[0, 9 * label : 9 * label + 9] += 0.5
        return Split(images, labels)

    return Dataset(
        "bars", "small", split(90, 0), split(30, 1), split(30, 2), ("a", "b", "c"), "the tests"
    )


@pytest.fixture(scope="module")
def film(bars):
    return network_pruning.watch_filters_fade(bars, epochs=3, strength=0.03, images=80, moments=4)


class TestFading:
    def test_every_variant_begins_as_the_same_network(self, film):
        assert film.epochs.tolist() == [0, 1, 2, 3]
        for variant in fading.VARIANTS:
            assert film.filters[variant].shape == (4, 20, 5, 5)
            assert film.norms[variant]["conv2"].shape == (4, 50)
            assert np.array_equal(film.filters[variant][0], film.filters["no penalty"][0])
            found = np.sqrt((film.filters[variant] ** 2).sum(axis=(2, 3)))
            np.testing.assert_allclose(film.norms[variant]["conv1"], found, rtol=1e-5)

    def test_only_the_proximal_step_gives_exact_zeros(self, film):
        left = {v: (n["conv2"][-1] > 0).sum() for v, n in film.norms.items()}
        assert left["group lasso"] < 50
        assert left["its gradient alone"] == left["no penalty"] == 50
        smallest = [film.norms[v]["conv2"][-1].min() for v in fading.VARIANTS]
        assert smallest[0] == 0 < smallest[1] < smallest[2]

    def test_what_it_gives_is_what_the_figure_wants(self, film):
        figure = figures.filters_fading(film)
        assert live.faults(figure) == []
        assert "are not zero; without the penalty the smallest norm is" in figure.sentence()
        sentence = figure.sentence({"variant": "its gradient alone"})
        assert "50 of 50 of conv2 are not zero; the smallest norm is 0.0" in sentence
        assert "50 of 50 (smallest norm" in repr(film.table())

    def test_what_does_not_fit_is_named(self, bars):
        with pytest.raises(ValueError, match="moments must be 2 to 7 for 6 steps, got 8"):
            network_pruning.watch_filters_fade(bars, epochs=3, images=80, moments=8)
        with pytest.raises(ValueError, match="images must be at least 1, got 0"):
            network_pruning.watch_filters_fade(bars, images=0)
