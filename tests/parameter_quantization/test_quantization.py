"""Uniform grids, straight-through training, clustering, shared weights: oracles and invariants."""

import copy
import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import quantization, training
from nc_teach.quantization import (
    clustering,
    exact_clustering,
    exact_compiled,
    shared_weights,
    uniform,
)
from tests.checks import needs_numba, refuses, same
from tests.nets import small_net


def some(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class TestUniform:
    @pytest.mark.parametrize(
        ("bits", "symmetric"), [(b, s) for b in range(1, 9) for s in {b > 1, False}]
    )
    def test_rounding_agrees_with_torch(self, bits, symmetric):
        """Oracle: values and gradients of torch.fake_quantize_per_tensor_affine."""
        x = some(50, 40) + 0.3
        scale, zero = quantization.choose_grid(x, bits, symmetric=symmetric)
        scale = scale / 2  # so that some numbers lie outside and are cut off
        ours, theirs = (x.clone().requires_grad_() for _ in range(2))
        out = quantization.fake_quantize(ours, scale, zero, bits)
        want = torch.fake_quantize_per_tensor_affine(
            theirs, scale.item(), zero.item(), *uniform.limits(bits)
        )
        weight = some(50, 40, seed=1)
        (out * weight).sum().backward()
        (want * weight).sum().backward()
        assert torch.allclose(out, want, atol=1e-6)
        assert torch.equal(ours.grad, theirs.grad)
        assert 0 < (ours.grad == 0).sum() < x.numel()

    @pytest.mark.parametrize("bits", [2, 4, 8])
    def test_rounding_per_channel_agrees_with_torch(self, bits):
        x = some(6, 5, 3) * torch.arange(1.0, 7.0)[:, None, None]
        scale, zero = quantization.choose_grid(x, bits, symmetric=False, axis=0)
        assert scale.shape == zero.shape == (6, 1, 1)
        want = torch.fake_quantize_per_channel_affine(
            x, scale.flatten(), zero.flatten(), 0, *uniform.limits(bits)
        )
        assert torch.allclose(quantization.fake_quantize(x, scale, zero, bits), want, atol=1e-6)

    def test_halves_go_to_the_even_neighbour(self):
        """Trap 36: torch and numpy round 0.5, 1.5, 2.5 to 0, 2, 2."""
        q = quantization.quantize(torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5]), 1.0, 0, 4)
        assert q.tolist() == [0, 2, 2, 0, -2]

    def test_a_symmetric_grid_never_uses_its_lowest_number(self):
        """Trap 36: scale = max|x| / 127, so that -x is on the grid whenever x is."""
        x = some(100)
        x[0] = -x.abs().max() - 1
        scale, zero = quantization.choose_grid(x, 8)
        assert scale.item() == pytest.approx(x.abs().max().item() / 127)
        q, mirrored = (quantization.quantize(y, scale, zero, 8) for y in (x, -x))
        assert q.min() == -127
        assert torch.equal(q, -mirrored)

    @pytest.mark.parametrize(
        "x", [[1.0, 2.0, 3.0], [-3.0, -1.0], [-1.0, 4.0], [7.0], [-0.1], [0.0]]
    )
    @pytest.mark.parametrize("bits", [1, 2, 8])
    def test_zero_is_on_every_grid_and_the_zero_point_within_it(self, x, bits):
        """Trap 35: the range is widened to 0.0 first; a constant tensor has a scale above 0."""
        x = torch.tensor(x)
        for symmetric in {bits > 1, False}:
            scale, zero = quantization.choose_grid(x, bits, symmetric=symmetric)
            assert scale > 0
            low, high = uniform.limits(bits)
            assert low <= zero <= high
            torch.fake_quantize_per_tensor_affine(x, scale.item(), zero.item(), low, high)
            back = quantization.fake_quantize(torch.cat([x, torch.zeros(1)]), scale, zero, bits)
            assert back[-1] == 0
            if len(x) == 1 and x != 0:
                assert back[0].item() == pytest.approx(x.item(), rel=1e-6)

    @pytest.mark.parametrize("symmetric", [True, False])
    @pytest.mark.parametrize("bits", [2, 3, 5, 8])
    def test_nothing_moves_by_more_than_half_a_step(self, bits, symmetric):
        """(An affine grid is shifted by the rounding of its zero point: one step at its ends.)"""
        x = some(1000)
        scale, zero = quantization.choose_grid(x, bits, symmetric=symmetric)
        off = (quantization.fake_quantize(x, scale, zero, bits) - x).abs().max()
        assert off <= scale * (0.5 if symmetric else 1.0) * (1 + 1e-5)

    def test_huge_and_tiny_weights_have_a_grid(self):
        for x in (torch.tensor([3e38, -3e38]), torch.tensor([1e-44, 0.0])):
            for symmetric in (True, False):
                scale, zero = quantization.choose_grid(x, 8, symmetric=symmetric)
                assert quantization.fake_quantize(x, scale, zero, 8).isfinite().all()

    def test_wrong_input_is_named(self):
        x = torch.tensor([1.0, -1.0, 2.0])
        refuses("bits must be an integer from 1 to 8, got 0", quantization.choose_grid, x, 0)
        refuses("got 9", quantization.choose_grid, x, 9)
        refuses("got True", quantization.choose_grid, x, True)
        refuses("at least 2 with symmetric=True", quantization.choose_grid, x, 1)
        refuses("at least one number", quantization.choose_grid, x[:0], 2)
        refuses("x must be finite, got 3 that are not", quantization.choose_grid, x / 0, 2)
        refuses("float tensor, got torch.int32", quantization.choose_grid, x.int(), 2)
        refuses(r"axis .* shape \(3,\): 1", quantization.choose_grid, x, 2, axis=1)
        refuses("scale must be .*positive number, got 0.0", quantization.quantize, x, 0.0, 0, 2)
        refuses("integer from -2 to 1, got 2", quantization.quantize, x, 1.0, 2, 2)
        refuses("zero_point must be .*integer", quantization.quantize, x, 1.0, 0.5, 2)


class TestWholeNetwork:
    def test_weights_are_rounded_in_place_and_biases_are_not(self):
        net = small_net()
        before = copy.deepcopy(net.state_dict())
        quantization.quantize_weights(net, 3, per_channel=True)
        for name, tensor in net.state_dict().items():
            if name.endswith("bias"):
                assert torch.equal(tensor, before[name])
            else:
                assert max(len(row.unique()) for row in tensor) <= 7
        refuses("bits must be", quantization.quantize_weights, net, 12)

    def test_straight_through_is_the_gradient_at_the_rounded_weights(self, rows):
        """dL/dw of the hidden weights is dL/dw of a network that holds the rounded ones."""
        net, twin = small_net(), small_net()
        quantization.quantize_weights(twin, 2)
        images, labels = rows.train.images, rows.train.labels
        quantization.quantization_aware_loss(2)(net, images, labels).backward()
        F.cross_entropy(twin(images), labels).backward()
        for ours, theirs in zip(net.parameters(), twin.parameters(), strict=True):
            assert torch.allclose(ours.grad, theirs.grad)
            assert ours.grad.abs().sum() > 0


def best_by_trying_all(values, k):
    """Smallest sum of squares over all ways to cut the sorted values into k stretches."""
    values = np.sort(values)
    return min(
        sum(((p - p.mean()) ** 2).sum() for p in np.split(values, cuts))
        for cuts in itertools.combinations(range(1, len(values)), k - 1)
    )


LAYERS = [
    exact_clustering.best_starts,
    pytest.param(exact_compiled.best_starts, marks=needs_numba),
]


class TestClustering:
    @pytest.mark.parametrize("init", clustering.INITS)
    @pytest.mark.parametrize("k", [1, 2, 5, 16, 70])
    def test_lloyd_ends_where_every_centroid_is_the_mean_of_its_own(self, k, init):
        w = some(40, 30)
        w[w.abs() < 0.5] = 0.0
        book = quantization.cluster(w, k, init)
        assert (book.centroids.diff() > 0).all()
        for c in range(k):
            own = w[book.index == c]
            assert own.mean().item() == pytest.approx(book.centroids[c].item(), abs=1e-5)
        nearest = (w[..., None] - book.centroids).abs().min(dim=-1).values
        assert torch.allclose((w - book.weights()).abs()[w != 0], nearest[w != 0])
        assert torch.equal(book.weights() == 0, w == 0)
        assert torch.equal(book.index == -1, w == 0)

    @pytest.mark.parametrize("k", [5, 70])  # few bounds, and many
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
    def test_the_nearest_is_decided_as_by_float64(self, k, dtype):
        """At the middles, as near as the weights' kind comes to them, and on either side."""
        centroids = some(k, seed=3).to(dtype).double().sort().values.numpy()
        middles = torch.from_numpy((centroids[:-1] + centroids[1:]) / 2)
        near = middles.to(dtype)
        up, down = (near.new_tensor(sign * torch.inf) for sign in (1, -1))
        w = torch.cat([near, torch.nextafter(near, up), torch.nextafter(near, down)])
        index = clustering.nearest(w, centroids).index
        assert torch.equal(index, (w.double()[:, None] > middles).sum(dim=1).short())

    @pytest.mark.parametrize("layer", LAYERS)
    @pytest.mark.parametrize("size", [5, 7, 8, 9, 11])
    @pytest.mark.parametrize("k", [1, 2, 3, 4])
    def test_the_optimum_is_that_of_an_exhaustive_search(self, k, size, layer):
        w = some(size, seed=size).double() + 100
        book = quantization.cluster_exactly(w, k, layer)
        assert quantization.distortion(w, book) * size == pytest.approx(
            best_by_trying_all(w.numpy(), k)
        )
        assert len(quantization.cluster_exactly(torch.zeros(3), k, layer).centroids) == 0

    @needs_numba
    def test_the_compiled_search_finds_the_same_clusters(self):
        w = some(3000, seed=1).round(decimals=2)  # with equal weights among them
        layers = exact_clustering.best_starts, exact_compiled.best_starts
        books = [quantization.cluster_exactly(w, 7, layer) for layer in layers]
        assert torch.equal(books[0].index, books[1].index)
        assert torch.allclose(books[0].centroids, books[1].centroids)

    def test_a_round_of_lloyd_never_makes_it_worse(self):
        w = some(2000, seed=5) ** 3  # long tails: a linear start leaves clusters empty
        books = [quantization.cluster(w, 32, iterations=n) for n in range(60)]
        errors = [quantization.distortion(w, book) for book in books]
        assert all(b <= a * (1 + 1e-6) for a, b in itertools.pairwise(errors))
        last = quantization.cluster(w, 32)
        assert len(last.index.unique()) == 32  # and none is empty at the end

    def test_few_different_weights_are_their_own_codebook(self):
        w = torch.tensor([0.5, 0.0, 0.5, -1.0])
        book = quantization.cluster(w, 8)
        assert book.centroids.tolist() == [-1.0, 0.5]
        assert torch.equal(book.weights(), w)
        empty = quantization.cluster(torch.zeros(3), 4)
        assert (len(empty.centroids), empty.index_bits, empty.bits) == (0, 0, 0)
        assert torch.equal(empty.weights(), torch.zeros(3))
        assert quantization.distortion(torch.zeros(3), empty) == 0

    def test_bits_by_hand(self):
        """2 bits for each of 100 indices, and a table of 4 floats."""
        book = quantization.cluster(some(100), 4)
        assert (book.index_bits, book.bits) == (2, 100 * 2 + 4 * 32)
        assert quantization.cluster(some(100), 5).index_bits == 3
        assert quantization.cluster(some(100), 1).index_bits == 0

    def test_starts_are_what_they_say(self):
        w = torch.tensor([0.0, 1.0, 1.1, 1.2, 1.3, 9.0])
        starts = {
            i: quantization.cluster(w, 3, i, iterations=0).centroids for i in clustering.INITS
        }
        assert starts["linear"].tolist() == [1.0, 5.0, 9.0]
        assert torch.allclose(starts["density"], torch.tensor([1.0, 1.2, 9.0]))
        assert set(starts["random"].tolist()) <= set(w.tolist()) - {0.0}
        other = quantization.cluster(some(100), 5, "random", iterations=0, seed=1).centroids
        same = quantization.cluster(some(100), 5, "random", iterations=0, seed=1).centroids
        assert torch.equal(other, same)

    def test_wrong_input_to_cluster_is_named(self):
        x, nan = some(10), torch.tensor([torch.nan])
        refuses("k must be an integer from 1 to 4,096, got 0", quantization.cluster, x, 0)
        refuses("got 2.0", quantization.cluster, x, 2.0)
        message = "init must be one of linear, density, random, got 'forgy'"
        refuses(message, quantization.cluster, x, 2, "forgy")
        refuses("weights must be finite", quantization.cluster, nan, 2)
        refuses("weights must be a float tensor", quantization.cluster, torch.tensor([1, 2]), 2)


class TestSharedWeights:
    def test_the_gradient_of_a_centroid_is_the_sum_and_not_the_mean(self):
        """Trap 38, against autograd through plain indexing."""
        index = torch.randint(-1, 4, (9, 7), generator=torch.Generator().manual_seed(0))
        ours, theirs = (some(4).requires_grad_() for _ in range(2))
        weight = some(9, 7, seed=2)
        (shared_weights.share(ours, index) * weight).sum().backward()
        table = torch.cat([theirs, torch.zeros(1)])
        (table[index] * weight).sum().backward()
        assert torch.allclose(ours.grad, theirs.grad, atol=1e-6)
        mean = torch.stack([weight[index == c].mean() for c in range(4)])
        assert not torch.allclose(ours.grad, mean, atol=1e-3)

    def test_fine_tuning_keeps_the_sharing_and_lowers_the_loss(self, rows):
        net = small_net()
        training.fit(net, rows, epochs=15, batch_size=10, lr=0.01)
        with torch.no_grad():
            net[1].weight[:, 0] = 0.0
        books = quantization.cluster_weights(net, 2)
        loss = F.cross_entropy(net(rows.train.images), rows.train.labels).item()
        shared = quantization.SharedWeights(net, books)
        assert not net[1].weight.requires_grad
        training.fit(shared, rows, epochs=10, batch_size=10, lr=1e-3)
        tuned = shared.finish()
        assert net[1].weight.requires_grad
        assert F.cross_entropy(net(rows.train.images), rows.train.labels).item() < loss
        for name, book in tuned.items():
            weight = dict(net.named_parameters())[name]
            assert torch.equal(weight, book.weights())
            assert torch.equal(book.index, books[name].index)
            assert len(weight[weight != 0].unique()) <= 2
        assert (net[1].weight[:, 0] == 0).all()

    def test_one_k_a_parameter_and_wrong_names_are_refused(self):
        net = small_net()
        before = copy.deepcopy(net.state_dict())
        cluster, put = quantization.cluster_weights, quantization.put_weights
        refuses("k names 'fc'; the model has 1.weight, 1.bias, 3.w", cluster, net, {"fc": 4})
        refuses("k must be an integer", cluster, net, {"1.weight": 4, "3.weight": 0})
        assert same(before, net)
        books = cluster(net, {"1.weight": 4, "1.bias": 2})
        assert [len(book.centroids) for book in books.values()] == [4, 2]
        changed = [n for n, t in net.state_dict().items() if not torch.equal(before[n], t)]
        assert changed == ["1.weight", "1.bias"]
        other = nn.Sequential(nn.Linear(2, 2))
        refuses("books names '1.weight'; the model has 0.weight, 0.bias", put, other, books)
        other = nn.Sequential(nn.Flatten(), nn.Linear(9, 12))
        refuses(r"the book of '1.weight' must have shape \(12, 9\), got", put, other, books)
        bias = books["1.bias"].with_centroids
        refuses(r"centroids must have shape \(2,\), got \(3,\)", bias, torch.zeros(3))
