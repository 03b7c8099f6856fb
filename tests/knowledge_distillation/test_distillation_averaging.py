"""Averaging, assignment, matching, SWA, assistants and hints: oracles, invariants, errors."""

import copy
import itertools

import numpy as np
import pytest
import torch
from torch import nn

from nc_teach import distillation, training
from nc_teach.claims.knowledge_distillation.networks import mlp
from nc_teach.data import Split
from nc_teach.models import FashionConvNet, LeNet300100
from nc_teach.training import History
from tests.checks import refuses, same, unchanged

IMAGES = torch.rand(40, 1, 4, 4, generator=torch.Generator().manual_seed(5))


def nets(count=2, widths=(16, 7, 6, 3)):
    return [mlp(*widths, seed=k) for k in range(count)]


def shuffled(model, seed=0):
    """Its hidden units in a random order, and that order."""
    generator = torch.Generator().manual_seed(seed)
    names = list(distillation.matching.linear_chain(model).items())[:-1]
    orders = {n: torch.randperm(layer.out_features, generator=generator) for n, layer in names}
    return distillation.permute_units(model, orders), orders


def random_logits(networks=3, spread=4.0):
    generator = torch.Generator().manual_seed(1)
    return list(spread * torch.randn(networks, 6, 5, generator=generator))


class TestOutputs:
    @pytest.mark.parametrize("temperature", [0.5, 1.0, 20.0])
    def test_the_mean_of_outputs_is_the_mean_after_the_softmax(self, temperature):
        logits = random_logits()
        by_hand = torch.stack([(z / temperature).softmax(1) for z in logits]).mean(0)
        torch.testing.assert_close(distillation.average_outputs(logits, temperature), by_hand)
        again = distillation.ensemble_logits(logits, temperature) / temperature
        torch.testing.assert_close(again.softmax(1), by_hand)

    def test_the_mean_of_logits_is_the_geometric_mean_of_probabilities(self):
        logits = random_logits()
        product = torch.stack([z.softmax(1) for z in logits]).prod(0) ** (1 / 3)
        by_hand = product / product.sum(1, keepdim=True)
        torch.testing.assert_close(distillation.average_logits(logits).softmax(1), by_hand)
        arithmetic = distillation.average_outputs(logits)
        assert not torch.allclose(arithmetic, by_hand, atol=0.01)

    def test_ensemble_logits_stay_finite_where_probabilities_underflow(self):
        sure = torch.tensor([[400.0, 0.0, -400.0]])
        logits = distillation.ensemble_logits([sure, sure])
        assert torch.isfinite(logits).all()
        torch.testing.assert_close(logits, sure - 400)

    def test_wrong_outputs_are_told(self):
        mean, two, wide = distillation.average_outputs, torch.zeros(2, 3), torch.zeros(2, 4)
        refuses(r"logits must be at least one N x classes tensor, .* got \[\]", mean, [], 1)
        refuses(r"got \[\(2, 3\), \(2, 4\)\]", mean, [two, wide], 1)
        refuses(
            r"logits\[0\] must be .* N x classes, got torch.float32 of shape \(3,\)",
            mean,
            [torch.zeros(3)],
            1,
        )
        refuses("temperature must be a positive number, got 0", mean, [two], 0)
        refuses("temperature .* got nan", mean, [two], float("nan"))


class TestParameters:
    def test_the_mean_of_parameters_by_hand_and_nothing_else_changes(self):
        models = nets(3)
        with unchanged(*models):
            mean = distillation.average_parameters(models, [0.5, 0.25, 0.25])
        a, b, c = (net.state_dict() for net in models)
        for name, value in mean.state_dict().items():
            torch.testing.assert_close(value, 0.5 * a[name] + 0.25 * b[name] + 0.25 * c[name])
        assert mean[1].weight.requires_grad
        assert mean[1].weight is not models[0][1].weight

    def test_the_mean_of_a_network_with_itself_is_itself_to_the_bit(self):
        (net,) = nets(1)
        mean = distillation.average_parameters([net] * 3)
        assert same(mean, net)

    def test_buffers_of_batch_normalisation(self):
        a, b = FashionConvNet(seed=0), FashionConvNet(seed=1)
        a.bn1.running_var.fill_(1.0), b.bn1.running_var.fill_(3.0)
        a.bn1.num_batches_tracked.fill_(7)
        mean = distillation.average_parameters([a, b])
        assert mean.bn1.running_var.unique().item() == 2.0
        assert mean.bn1.num_batches_tracked.item() == 7
        assert mean.bn1.num_batches_tracked.dtype == torch.int64

    def test_renewed_statistics_are_those_of_the_images(self):
        net = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm2d(1), nn.Flatten()).train()
        net[0].eval()
        distillation.recalibrate_bn(net, IMAGES, batch_size=10)
        batches = IMAGES.split(10)
        norm = net[1]
        assert norm.running_mean.item() == pytest.approx(IMAGES.mean().item(), abs=1e-6)
        by_hand = np.mean([batch.var().item() for batch in batches])
        assert norm.running_var.item() == pytest.approx(by_hand, rel=1e-5)
        assert norm.momentum == 0.1
        assert [m.training for m in net] == [False, True, True]

    def test_networks_that_cannot_be_averaged_are_told(self):
        average, small, two = distillation.average_parameters, mlp(4, 3, 2), nets()
        for message, models, weights in (
            ("models must be at least one network, got none", [], None),
            (r"models\[1\] must have the names of models\[0\]", [small, mlp(4, 3, 3, 2)], None),
            (r"models\[1\] must have 1.weight of shape \(3, 4\)", [small, mlp(4, 5, 2)], None),
            ("weights must be 2 numbers with sum 1", two, [1.0]),
            ("weights must be 2 numbers with sum 1", two, [0.5, 0.6]),
        ):
            refuses(message, average, models, weights)


class TestAssignment:
    @pytest.mark.parametrize("n", [1, 2, 5, 6])
    @pytest.mark.parametrize("kind", ["normal", "integers", "equal", "negative"])
    def test_the_assignment_is_the_cheapest_of_all(self, n, kind):
        """Oracle: every pairing there is."""
        generator = np.random.default_rng(n)
        costs = {
            "normal": generator.normal(size=(n, n)),
            "integers": generator.integers(0, 4, (n, n)),
            "equal": np.ones((n, n)),
            "negative": -generator.random((n, n)) - 3,
        }[kind]
        columns, _, _ = distillation.assign(costs)
        assert sorted(columns) == list(range(n))
        least = min(costs[range(n), list(p)].sum() for p in itertools.permutations(range(n)))
        assert costs[range(n), columns].sum() == pytest.approx(least)

    def test_the_prices_prove_a_large_assignment(self):
        """Too large to try all: the dual certificate, which holds for the cheapest pairing only."""
        costs = np.random.default_rng(0).normal(size=(60, 60))
        columns, rows, cols = distillation.assign(costs)
        slack = costs - rows[:, None] - cols[None, :]
        assert slack.min() > -1e-9
        assert np.abs(slack[range(60), columns]).max() < 1e-9
        assert costs[range(60), columns].sum() == pytest.approx(rows.sum() + cols.sum())

    @pytest.mark.parametrize("costs", [np.zeros((2, 3)), np.zeros(4), np.array([[np.inf]])])
    def test_costs_that_are_no_square_of_numbers_are_told(self, costs):
        refuses("costs must be a square array of finite numbers", distillation.assign, costs)


def distance(one, other):
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return sum((p - q).square().sum().item() for p, q in pairs)


class TestMatching:
    @pytest.mark.parametrize("model", [mlp(16, 7, 6, 3, seed=0), LeNet300100(seed=0)], ids=type)
    def test_permuting_units_leaves_the_function_and_moves_the_parameters(self, model):
        images = IMAGES if isinstance(model, nn.Sequential) else torch.rand(5, 1, 28, 28)
        twin, orders = shuffled(model)
        torch.testing.assert_close(twin(images), model(images))
        first, order = next(iter(orders.items()))
        weight, moved = (net.get_submodule(first).weight for net in (model, twin))
        assert torch.equal(moved, weight[order])
        assert not torch.equal(moved, weight)

    @pytest.mark.parametrize("by", ["weights", "activations"])
    def test_a_permuted_twin_is_matched_exactly(self, by):
        (net,) = nets(1, (16, 9, 8, 7, 3))
        twin, orders = shuffled(net)
        split = None if by == "weights" else Split(IMAGES, torch.zeros(40, dtype=torch.int64))
        found = distillation.match_permutation(net, twin, split)
        back = distillation.permute_units(twin, found)
        assert same(back, net)
        assert not any(module._forward_hooks for module in [*net.modules(), *twin.modules()])
        for name, order in found.items():
            assert torch.equal(orders[name][order], torch.arange(len(order)))

    def test_one_hidden_layer_is_matched_as_well_as_it_can_be(self):
        """Oracle: the distance after each of the 4! orders."""
        a, b = nets(widths=(16, 4, 3))
        matched = distillation.permute_units(b, distillation.match_permutation(a, b))
        every = [
            distance(a, distillation.permute_units(b, {"1": torch.tensor(order)}))
            for order in itertools.permutations(range(4))
        ]
        assert distance(a, matched) == pytest.approx(min(every))

    def test_a_unit_that_never_changes_does_not_disturb_the_matching(self):
        (net,) = nets(1)
        with torch.no_grad():
            net[1].weight[2] = 0
        twin, _ = shuffled(net)
        split = Split(IMAGES, torch.zeros(40, dtype=torch.int64))
        back = distillation.permute_units(twin, distillation.match_permutation(net, twin, split))
        assert torch.equal(back[1].weight, net[1].weight)

    def test_what_cannot_be_matched_is_told(self):
        match, permute, net = (
            distillation.match_permutation,
            distillation.permute_units,
            mlp(4, 3, 2),
        )
        images = FashionConvNet()
        refuses("chain of linear layers, got Conv2d 'conv1'", match, images, images)
        refuses("b must have the layers of a", match, net, mlp(4, 5, 2))
        refuses("two or more linear layers", match, mlp(4, 2), mlp(4, 2))
        order = torch.tensor([1, 0, 0])
        refuses("permutations must name 1, got '3'", permute, net, {"3": order})
        refuses(r"permutations\['1'\] must hold 0 to 2 once each", permute, net, {"1": order})


class TestSWA:
    def test_swa_is_the_mean_of_what_the_cycles_left(self):
        (net,) = nets(1)
        cycles = []

        def train(model, cycle):
            cycles.append(cycle)
            with torch.no_grad():
                for p in model.parameters():
                    p.fill_(float(cycle))
            return History()

        run = distillation.swa(net, train, snapshots=4)
        assert cycles == [0, 1, 2, 3]
        assert [one[1].weight[0, 0].item() for one in run.snapshots] == [0, 1, 2, 3]
        assert all((p == 1.5).all() for p in run.average.parameters())
        assert not run.interrupted

    def test_swa_stops_with_the_reader(self):
        stopped = History(interrupted=True)
        run = distillation.swa(nets(1)[0], lambda model, cycle: stopped, snapshots=4)
        assert run.interrupted
        assert len(run.snapshots) == 1
        with pytest.raises(ValueError, match="snapshots must be an integer of at least 1, got 0"):
            distillation.swa(nets(1)[0], lambda model, cycle: stopped, snapshots=0)


class TestAssistants:
    def test_each_network_learns_from_the_one_above(self):
        teacher, assistant, student = nets(3)
        seen = []

        def train(below, above):
            seen.append((below, above))
            return History()

        histories = distillation.distil_in_steps(teacher, [assistant, student], train)
        assert seen == [(assistant, teacher), (student, assistant)]
        assert len(histories) == 2

    def test_a_relay_stops_with_the_reader_and_refuses_a_ring(self):
        teacher, assistant, student = nets(3)
        stopped = History(interrupted=True)
        train = lambda below, above: stopped  # noqa: E731
        assert len(distillation.distil_in_steps(teacher, [assistant, student], train)) == 1
        for path in ([], [teacher], [student, student]):
            message = "path must be at least one network, all different"
            refuses(message, distillation.distil_in_steps, teacher, path, train)


def hinted(rows, **fit):
    teacher, student = mlp(16, 6, 3, seed=0), mlp(16, 4, 4, 3, seed=1)
    models, before = [], copy.deepcopy(student.state_dict())

    def train(model, loss):
        models.append((model, copy.deepcopy(model.state_dict())))
        return training.fit(
            model, rows, epochs=5, lr=0.01, loss=loss, measure=lambda m, s: 0.0, progress=False
        )

    with unchanged(teacher):
        history = distillation.train_on_hints(student, 3, teacher, 3, rows.train, train, seed=2)
    assert all(p.grad is None for p in teacher.parameters())
    return history, models[0], student, before


class TestHints:
    def test_the_gradient_of_the_hint_loss_is_the_difference(self):
        """d/dr of ||h - r||^2 / 2, a mean over N x features: (r - h) / (N features)."""
        generator = torch.Generator().manual_seed(2)
        guided, hint = torch.randn(2, 5, 4, generator=generator, dtype=torch.float64)
        guided.requires_grad_(), hint.requires_grad_()
        loss = distillation.hint_loss(guided, hint)
        loss.backward()
        torch.testing.assert_close(guided.grad, (guided - hint).detach() / 20)
        assert hint.grad is None
        torch.testing.assert_close(loss, nn.functional.mse_loss(guided, hint) / 2)

    def test_layers_of_different_width_ask_for_a_regressor(self):
        message = r"shape of hint, \(2, 4\), got \(2, 3\): a regressor"
        refuses(message, distillation.hint_loss, torch.zeros(2, 3), torch.zeros(2, 4))

    def test_a_standardised_hint_has_mean_0_and_variance_1(self):
        hint = torch.randn(50, 3, generator=torch.Generator().manual_seed(0)) * 7 + 2
        hint[:, 2] = 4.0
        scaled = distillation.standardise(hint)(hint)
        torch.testing.assert_close(scaled.mean(0), torch.zeros(3), atol=1e-5, rtol=0)
        torch.testing.assert_close(scaled.std(0, correction=0), torch.tensor([1.0, 1.0, 0.0]))

    def test_stage_one_trains_the_regressor_and_the_layers_below_and_no_other(self, rows):
        history, (model, start), student, before = hinted(rows)
        assert history.train_loss[-1] < history.train_loss[0]
        after = student.state_dict()
        for name in before:
            assert torch.equal(before[name], after[name]) == (int(name[0]) > 2), name
        regressor = model[-1]
        assert (regressor.in_features, regressor.out_features) == (4, 6)
        assert not torch.equal(regressor.weight, start["1.weight"])
        assert model[0][1].weight is student[1].weight

    def test_places_that_do_not_exist_are_told_before_anything_changes(self, rows):
        teacher, student = mlp(16, 6, 3), mlp(16, 4, 3)
        with unchanged(student):
            for guided, hint, wrong in ((0, 3, "guided"), (3, 4, "hint")):
                message = f"{wrong} must be from 1 to 3, got {4 if hint == 4 else 0}"
                places = (student, guided, teacher, hint)
                refuses(message, distillation.train_on_hints, *places, rows.train, print)

    def test_the_variance_shrinks_with_pytorch_s_start_and_stays_with_he_s(self):
        """A layer keeps about 1/6 of the squares with PyTorch's weights, about all with He's."""
        images = torch.rand(200, 1, 4, 4, generator=torch.Generator().manual_seed(0))
        usual, he = (mlp(16, *[64] * 8, 3, seed=0, he=he) for he in (False, True))
        shrink = distillation.variances(usual, images)
        keep = distillation.variances(he, images)
        assert len(shrink) == len(keep) == 8
        ratio = (shrink[-1] / shrink[0]) ** (1 / 7)
        assert 0.08 < ratio < 0.3
        assert 0.1 < keep[-1] / keep[0] < 3  # images grow alike, but far more slowly
        first = usual[:3](images).detach()
        assert shrink[0] == pytest.approx(first.var(0, correction=0).mean().item())
