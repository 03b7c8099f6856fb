"""Importance beyond magnitude: second derivatives, Fisher, MAS and SI, against exact oracles."""

import copy
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call, hessian

from nc_teach import models, pruning, training
from nc_teach.data import Split
from nc_teach.pruning.curvature import exact_rows, flatten, gauss_newton
from tests.checks import refuses, same, unchanged


def tanh_net(seed=0, hidden=5, dtype=torch.float64):
    with models.seeded_init(seed):
        net = nn.Sequential(nn.Flatten(), nn.Linear(16, hidden), nn.Tanh(), nn.Linear(hidden, 3))
    return net.to(dtype)


def norm_net(seed=0):
    """Modes that differ, buffers, dropout: whatever a criterion could disturb."""
    with models.seeded_init(seed):
        parts = (nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5))
        net = nn.Sequential(*parts, nn.Flatten(), nn.Linear(16, 3))
    net[3].eval()
    return net


def whole_hessian(net, split, names):
    """The oracle: ``torch.func.hessian`` of the loss by the named parameters, n x n."""
    weights = {name: net.get_parameter(name).detach() for name in names}

    def loss(flat):
        pieces = flat.split([w.numel() for w in weights.values()])
        new = {n: p.reshape(weights[n].shape) for n, p in zip(weights, pieces, strict=True)}
        outputs = functional_call(net, new, (split.images.to(flat),))
        return F.cross_entropy(outputs, split.labels)

    return hessian(loss)(flatten(weights))


WEIGHTS = ["1.weight", "3.weight"]


CRITERIA = {
    "obd exact": pruning.obd,
    "obd gauss_newton": partial(pruning.obd, hessian="gauss_newton"),
    "obd hutchinson": partial(pruning.obd, hessian="hutchinson", probes=3),
    "ewc expected": pruning.ewc,
    "ewc sampled": partial(pruning.ewc, labels="sampled"),
    "ewc true": partial(pruning.ewc, labels="true"),
    "mas": pruning.mas,
}


class TestEveryCriterion:
    @pytest.mark.parametrize("name", CRITERIA)
    def test_the_model_is_left_exactly_as_it_was(self, name, rows):
        net = norm_net()
        split = rows.train.subset(20)
        F.cross_entropy(net(split.images), split.labels).backward()
        with unchanged(net):
            gradients = {n: p.grad.clone() for n, p in net.named_parameters()}
            modes = [m.training for m in net.modules()]
            random = torch.get_rng_state()
            scores = CRITERIA[name](net, split)
            assert {n: s.shape for n, s in scores.items()} == {
                n: w.shape for n, w in pruning.prunable_weights(net).items()
            }
        assert all(torch.equal(gradients[n], p.grad) for n, p in net.named_parameters())
        assert modes == [m.training for m in net.modules()]
        assert torch.equal(random, torch.get_rng_state())
        assert not any(score.requires_grad for score in scores.values())
        masks = pruning.select(scores, 0.5)
        assert pruning.sparsity(masks) == pytest.approx(0.5, abs=0.02)

    @pytest.mark.parametrize("name", ["obd gauss_newton", "ewc expected", "ewc true", "mas"])
    def test_the_size_of_a_chunk_does_not_matter(self, name, rows):
        net, split = tanh_net(), rows.train.subset(23)
        whole, few = (CRITERIA[name](net, split, chunk_size=size) for size in (100, 7))
        assert all(torch.allclose(whole[n], few[n], rtol=1e-10) for n in whole)
        with pytest.raises(ValueError, match="chunk_size must be an integer of at least 1, got 0"):
            CRITERIA[name](net, split, chunk_size=0)

    def test_a_model_without_weights_is_refused(self, rows):
        for criterion in CRITERIA.values():
            refuses("must have a linear or convolutional layer", criterion, nn.PReLU(), rows.train)


def trained(rows, l2=1e-3):
    """A minimum of cross-entropy + l2 * sum w^2, by L-BFGS."""
    net = tanh_net()
    images, labels = rows.train.images.double(), rows.train.labels
    opt = torch.optim.LBFGS(net.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        opt.zero_grad()
        loss = F.cross_entropy(net(images), labels)
        loss = loss + l2 * sum(p.square().sum() for p in net.parameters())
        loss.backward()
        return loss

    opt.step(closure)
    return net


class TestOptimalBrainDamage:
    def test_obd_is_the_diagonal_of_the_exact_hessian(self, rows):
        net, split = tanh_net(), rows.train
        oracle = whole_hessian(net, split, WEIGHTS).diagonal()
        scores = pruning.obd(net, split)
        weights = flatten({n: net.get_parameter(n).detach() for n in WEIGHTS})
        assert torch.allclose(flatten(scores), oracle * weights**2 / 2, rtol=1e-8, atol=1e-14)
        assert (oracle < 0).any()  # away from a minimum it is not positive

    def test_the_whole_exact_hessian_in_rows(self, rows):
        net = tanh_net()
        names = [name for name, _ in net.named_parameters()]
        found = torch.cat(list(exact_rows(net, rows.train, names=names)))
        assert torch.allclose(found, whole_hessian(net, rows.train, names), rtol=1e-8, atol=1e-12)

    def test_a_linear_network_has_gauss_newton_for_its_hessian(self, rows):
        """With no bend in the network nothing is left out."""
        with models.seeded_init(0):
            net = nn.Sequential(nn.Flatten(), nn.Linear(16, 3)).double()
        oracle = whole_hessian(net, rows.train, ["1.weight"])
        assert torch.allclose(gauss_newton(net, rows.train), oracle, rtol=1e-8, atol=1e-12)

    def test_the_diagonal_of_gauss_newton_is_its_diagonal_and_not_negative(self, rows):
        net = tanh_net()
        diagonal = gauss_newton(net, rows.train, diagonal=True)
        assert torch.allclose(diagonal, gauss_newton(net, rows.train).diagonal(), rtol=1e-10)
        assert (diagonal >= 0).all()

    def test_hutchinson_comes_near_the_exact_diagonal_with_its_known_error(self, rows):
        net = tanh_net(hidden=3)
        matrix = whole_hessian(net, rows.train, WEIGHTS)
        found = pruning.hessian_diagonal(net, rows.train, hessian="hutchinson", probes=400)
        variance = (matrix.square().sum(dim=1) - matrix.diagonal().square()) / 400
        error = (flatten(found) - matrix.diagonal()).abs()
        assert (error < 5 * variance.sqrt() + 1e-12).all()
        again = pruning.hessian_diagonal(net, rows.train, hessian="hutchinson", probes=400)
        assert torch.equal(flatten(found), flatten(again))

    def test_obd_predicts_what_deleting_one_small_weight_costs(self):
        """For a quadratic loss the prediction at the minimum is exact."""
        images = torch.rand(30, 1, 1, 4, generator=torch.Generator().manual_seed(0))
        x, y = images.flatten(1).double(), torch.arange(30) % 2
        net = nn.Sequential(nn.Flatten(), nn.Linear(4, 1, bias=False)).double()
        net[1].weight.data = torch.linalg.lstsq(x, y[:, None].double()).solution.T

        def half_square(outputs, labels):
            return (outputs.flatten() - labels).square().mean() / 2

        scores = pruning.obd(net, Split(images, y), loss=half_square)["1.weight"][0]
        before = half_square(net(x), y)
        for k in range(4):
            cut = copy.deepcopy(net)
            cut[1].weight.data[0, k] = 0
            rise = half_square(cut(x), y) - before
            assert rise.item() == pytest.approx(scores[k].item(), rel=1e-9)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"hessian": "diagonal"}, "hessian must be one of exact, .* got 'diagonal'"),
            ({"hessian": "hutchinson", "probes": 0}, "probes must be .* at least 1, got 0"),
            ({"names": ["weight"]}, r"names must be among 1.weight, .* got \['weight'\]"),
        ],
    )
    def test_obd_names_wrong_input(self, rows, options, message):
        refuses(message, pruning.obd, tanh_net(), rows.train, **options)

    def test_obd_says_when_the_exact_hessian_is_too_large(self, rows):
        message = "at most 5,000 weights, the model has 266,200; take"
        refuses(message, pruning.obd, models.LeNet300100(seed=0), rows.train)


def positive_matrix(n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    root = torch.randn(n, n, generator=generator, dtype=torch.float64)
    return root @ root.T + 0.1 * torch.eye(n, dtype=torch.float64)


class TestOptimalBrainSurgeon:
    def test_one_step_is_the_best_of_all_moves_with_that_weight_at_zero(self):
        """Oracle: the least dw^T H dw / 2 with w_q + dw_q = 0, by a system with a multiplier."""
        matrix = positive_matrix(6)
        weights = torch.randn(6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        inverse = torch.linalg.inv(matrix)
        for q in range(6):
            system = torch.zeros(7, 7, dtype=torch.float64)
            system[:6, :6], system[6, q], system[q, 6] = matrix, 1, 1
            right = torch.zeros(7, dtype=torch.float64)
            right[6] = -weights[q]
            move = torch.linalg.solve(system, right)[:6]
            new, _ = pruning.obs_step(weights, inverse, q)
            assert torch.allclose(new, weights + move, atol=1e-9)
            assert new[q] == 0
            cost = move @ matrix @ move / 2
            assert cost.item() == pytest.approx(pruning.obs_saliency(weights, inverse)[q].item())
            assert cost <= matrix[q, q] * weights[q] ** 2 / 2  # never more than brain damage

    def test_after_a_step_the_inverse_is_that_of_what_is_left(self):
        matrix = positive_matrix(5)
        weights = torch.ones(5, dtype=torch.float64)
        inverse = torch.linalg.inv(matrix)
        alive = torch.ones(5, dtype=torch.bool)
        for q in (3, 0, 4):
            weights, inverse = pruning.obs_step(weights, inverse, q)
            alive[q] = False
            assert torch.allclose(inverse, pruning.inverse_hessian(matrix, 0.0, alive), atol=1e-9)
            assert (weights[~alive] == 0).all()
            assert (weights[alive] != 0).all()

    def test_obs_keeps_what_is_deleted_at_zero_and_moves_the_rest(self, rows):
        net = trained(rows)
        before = copy.deepcopy(net.state_dict())
        masks = pruning.obs(net, rows.train, 40)
        assert list(masks) == WEIGHTS
        assert sum(int((~m).sum()) for m in masks.values()) == 40
        assert same(pruning.masks_of(net), masks)
        assert not any(torch.equal(before[n], v) for n, v in net.state_dict().items())
        again = pruning.obs(net, rows.train, 10, every=5)
        assert all(torch.equal(again[n] & masks[n], again[n]) for n in masks)
        assert sum(int((~m).sum()) for m in again.values()) == 50
        assert same(pruning.masks_of(net), again)

    @pytest.mark.parametrize("hessian", ["gauss_newton", "exact"])
    def test_obs_costs_less_than_obd_and_obd_less_than_magnitude(self, rows, hessian):
        net = trained(rows)
        images, labels = rows.train.images.double(), rows.train.labels
        loss = {}
        for name, scores in (
            ("obd", pruning.obd(net, rows.train)),
            ("magnitude", pruning.magnitude(net)),
            ("random", pruning.random(net)),
        ):
            cut = copy.deepcopy(net)
            pruning.apply_masks(cut, pruning.select(scores, 0.4))
            loss[name] = F.cross_entropy(cut(images), labels).item()
        cut = copy.deepcopy(net)
        pruning.obs(cut, rows.train, int(0.4 * 95), hessian=hessian, damping=2e-3)
        loss["obs"] = F.cross_entropy(cut(images), labels).item()
        assert loss["obs"] < loss["obd"] <= loss["magnitude"] < loss["random"]

    @pytest.mark.parametrize(
        ("remove", "options", "message"),
        [
            (96, {}, "remove must be at most 95, the weights left, got 96"),
            (0, {}, "remove must be an integer of at least 1, got 0"),
            (1, {"hessian": "hutchinson"}, "hessian must be one of gauss_newton, exact, got"),
            (1, {"damping": -1.0}, "damping must be a number of at least 0, got -1.0"),
            (1, {"every": 0}, "every must be an integer of at least 1, or None, got 0"),
            (1, {"hessian": "exact"}, "damping must make the Hessian positive definite, got"),
            (1, {"names": ["x"]}, r"names must be among 1.weight, .* got \['x'\]"),
        ],
    )
    def test_obs_names_wrong_input_and_changes_nothing(self, rows, remove, options, message):
        net = tanh_net()
        with unchanged(net):
            refuses(message, pruning.obs, net, rows.train, remove, **options)

    def test_obs_says_when_a_model_is_too_large(self, rows):
        message = "model must have at most 2,000 parameters, got 266,610"
        refuses(message, pruning.obs, models.LeNet300100(seed=0), rows.train, 1)


def gradient_of(net, value):
    found = torch.autograd.grad(value, [net.get_parameter(n) for n in WEIGHTS])
    return torch.cat([g.flatten() for g in found])


class TestElasticWeightConsolidation:
    def test_the_fisher_against_one_image_at_a_time(self, rows):
        net, split = tanh_net(), rows.train.subset(12)
        empirical, true = torch.zeros(95).double(), torch.zeros(95).double()
        for image, label in zip(split.images.double(), split.labels, strict=True):
            log_p = net(image[None]).log_softmax(dim=1)[0]
            empirical += gradient_of(net, net(image[None]).log_softmax(dim=1)[0, label]) ** 2 / 12
            for c in range(3):
                gradient = gradient_of(net, net(image[None]).log_softmax(dim=1)[0, c])
                true += log_p[c].exp().detach() * gradient**2 / 12
        assert torch.allclose(flatten(pruning.ewc(net, split, labels="true")), empirical, rtol=1e-8)
        assert torch.allclose(flatten(pruning.ewc(net, split)), true, rtol=1e-8)

    def test_sampled_labels_come_near_the_expected_ones_and_follow_the_seed(self, rows):
        net, split = tanh_net(), rows.train
        many = Split(split.images.repeat(20, 1, 1, 1), split.labels.repeat(20))
        expected = flatten(pruning.ewc(net, split))
        sampled = flatten(pruning.ewc(net, many, labels="sampled", seed=1, chunk_size=600))
        assert (sampled - expected).norm() < 0.15 * expected.norm()
        first, second, other = (
            flatten(pruning.ewc(net, split, labels="sampled", seed=seed)) for seed in (1, 1, 2)
        )
        assert torch.equal(first, second)
        assert not torch.equal(first, other)

    def test_ewc_names_wrong_input(self, rows):
        message = "labels must be one of expected, sampled, true, got 'al"
        refuses(message, pruning.ewc, tanh_net(), rows.train, labels="all")


class TestMemoryAwareSynapses:
    def test_mas_against_one_image_at_a_time(self, rows):
        net, split = tanh_net(), rows.train.subset(12)
        gradients = [gradient_of(net, net(x[None]).square().sum()) for x in split.images.double()]
        found = flatten(pruning.mas(net, split))
        assert torch.allclose(found, torch.stack(gradients).abs().mean(dim=0), rtol=1e-8)
        other = Split(split.images, split.labels.flip(0))
        assert torch.equal(found, flatten(pruning.mas(net, other)))


def fitted(rows, **settings):
    net = tanh_net(dtype=torch.float32)
    hook = pruning.SynapticIntelligence(net)
    training.fit(net, rows, epochs=3, batch_size=10, after_step=hook, **settings)
    return net, hook


class TestSynapticIntelligence:
    def test_the_path_integral_is_the_fall_of_the_loss_for_small_steps(self, rows):
        """Whole batches, small steps: the omegas of all weights add up to the fall of the loss."""
        with models.seeded_init(0):
            net = nn.Sequential(nn.Flatten(), nn.Linear(16, 3, bias=False))
        hook = pruning.SynapticIntelligence(net)
        before = F.cross_entropy(net(rows.train.images), rows.train.labels).item()
        sgd = partial(torch.optim.SGD, lr=0.02)
        training.fit(net, rows, epochs=100, batch_size=90, optimizer=sgd, after_step=hook)
        fall = before - F.cross_entropy(net(rows.train.images), rows.train.labels).item()
        assert fall > 0.05
        assert hook.omega["1.weight"].sum().item() == pytest.approx(fall, rel=0.03)

    def test_synaptic_intelligence_collects_without_disturbing(self, rows):
        net, hook = fitted(rows)
        twin = tanh_net(dtype=torch.float32)
        training.fit(twin, rows, epochs=3, batch_size=10)
        assert same(net, twin)
        scores = hook.scores()
        assert list(scores) == WEIGHTS
        assert all((s >= 0).all() for s in scores.values())
        for name, score in scores.items():
            begin = tanh_net(dtype=torch.float32).get_parameter(name)
            moved = (net.get_parameter(name) - begin).detach().square()
            by_hand = hook.omega[name].clamp(min=0) / (moved + 1e-3)
            assert torch.allclose(score, by_hand)

    def test_a_weight_that_has_gone_uphill_has_importance_zero(self):
        layer = nn.Linear(2, 1, bias=False)
        layer.weight.data = torch.tensor([[1.0, 1.0]])
        hook = pruning.SynapticIntelligence(layer)
        layer.weight.grad = torch.tensor([[1.0, 1.0]])
        layer.weight.data = torch.tensor([[1.5, 0.5]])
        hook(layer)
        assert hook.omega["weight"].tolist() == [[-0.5, 0.5]]
        assert hook.scores(damping=0.25)["weight"].tolist() == [[0.0, 1.0]]

    def test_the_gradient_of_a_penalty_is_not_counted(self, rows):
        """Trap: a penalty that drives the steps must not look like progress in the task."""
        net = tanh_net(dtype=torch.float32)
        hook = pruning.SynapticIntelligence(net)

        def penalty(model):
            return 100 * sum(w.square().sum() for w in pruning.prunable_weights(model).values())

        def both(model, images, labels):
            return training.cross_entropy(model, images, labels) + penalty(model)

        how = {"epochs": 2, "batch_size": 30, "optimizer": partial(torch.optim.SGD, lr=1e-3)}
        watched = hook.with_penalty(training.cross_entropy, penalty)
        training.fit(net, rows, loss=watched, after_step=hook, **how)
        twin = tanh_net(dtype=torch.float32)
        naive = pruning.SynapticIntelligence(twin)
        training.fit(twin, rows, loss=both, after_step=naive, **how)
        assert same(net, twin)
        total = {h: sum(o.sum().item() for o in h.omega.values()) for h in (hook, naive)}
        assert total[naive] > 10 * abs(total[hook])

    def test_synaptic_intelligence_names_wrong_input(self, rows):
        net, hook = fitted(rows)
        refuses("must be the one that the hook was made for", hook, tanh_net())
        refuses("damping must be a number of at least 0, got -1", hook.scores, damping=-1)
        net.zero_grad()
        refuses("must have gradients, got none for 1.weight, 3.weight", hook, net)
        still = pruning.SynapticIntelligence(net)
        assert all((s == 0).all() for s in still.scores(damping=0.0).values())

    def test_the_function_is_the_hook_around_a_training(self, rows):
        _, hook = fitted(rows)
        twin = tanh_net(dtype=torch.float32)

        def train(model, after_step):
            training.fit(model, rows, epochs=3, batch_size=10, after_step=after_step)

        scores = pruning.synaptic_intelligence(twin, train, damping=0.01)
        assert same(scores, hook.scores(damping=0.01))
        with unchanged(twin):
            message = "damping must be a number of at least 0, got nan"
            refuses(message, pruning.synaptic_intelligence, twin, train, damping=float("nan"))


class TestTimesTheWeight:
    def test_times_square_is_obd_without_its_half(self, rows):
        net = tanh_net()
        diagonal = pruning.hessian_diagonal(net, rows.train)
        product = pruning.times_weight_squared(diagonal, net)
        scores = pruning.obd(net, rows.train)
        assert all(torch.allclose(product[n] / 2, scores[n]) for n in scores)
        times = pruning.times_weight_squared
        refuses("scores names 'w'; the model has 1.weight", times, {"w": torch.ones(1)}, net)
        message = r"'1.weight' must have shape \(5, 16\), got \(16, 5\)"
        refuses(message, times, {"1.weight": torch.ones(16, 5)}, net)

    def test_times_magnitude_of_a_first_derivative_is_the_first_order_change(self, rows):
        """|d f / dw| * |w|: for f linear in w it is exactly what deleting w changes."""
        layer = nn.Linear(3, 1, bias=False)
        layer.weight.data = torch.tensor([[0.5, -2.0, 0.0]])
        slopes = torch.tensor([[1.0, 3.0, 7.0]])
        change = pruning.times_abs_weight({"weight": slopes}, layer)["weight"]
        assert change.tolist() == [[0.5, 6.0, 0.0]]
        with pytest.raises(ValueError, match="scores names 'w'; the model has weight"):
            pruning.times_abs_weight({"w": slopes}, layer)


def test_the_heart_of_gauss_newton_is_the_package_s_diagonal():
    """The variance of the classes' slopes equals J^T S J's diagonal, for any softmax classifier."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    images = torch.rand(7, 1, 2, 2).double()
    split = Split(images, torch.tensor([0, 1, 2, 0, 1, 2, 0]))
    whole = pruning.hessian_diagonal(net, split, hessian="gauss_newton")
    for name in whole:
        slopes = torch.func.jacrev(
            lambda w, name=name: torch.func.functional_call(net, {name: w}, (images,))
        )(net.get_parameter(name).detach())
        found = pruning.gauss_newton_diagonal(slopes.flatten(2), net(images).detach())
        torch.testing.assert_close(found, whole[name].flatten())
