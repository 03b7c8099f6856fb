"""Soft targets, logits, controls, the unseen class, and the loop that keeps images and logits."""

import math
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import distillation, training
from nc_teach.data import Split
from nc_teach.distillation.distil import TaughtSplit
from nc_teach.training import fit
from tests.checks import refuses, same, unchanged
from tests.nets import perceptron


def pair(images=5, classes=4, spread=3.0, seed=0):
    """Logits of a student and of a teacher, in float64, the student's with a gradient."""
    generator = torch.Generator().manual_seed(seed)
    logits = spread * torch.randn(2, images, classes, generator=generator, dtype=torch.float64)
    return logits[0].requires_grad_(), logits[1]


def net(seed):
    return perceptron(16, 8, 3, seed=seed, dropout=0.5)


def soft(student_logits, teacher_logits, labels):
    return distillation.soft_target_loss(student_logits, teacher_logits, 4.0)


class TestTemperature:
    @pytest.mark.parametrize("temperature", [0.1, 0.5, 1, 3, 20, 1000])
    def test_softmax_agrees_with_torch(self, temperature):
        logits = pair()[1]
        ours = distillation.softmax(logits, temperature)
        assert torch.allclose(ours, torch.softmax(logits / temperature, dim=1), atol=1e-12)

    @pytest.mark.parametrize("temperature", [1e-300, 1e-45, 1e-10, 0.3, 1, 50, 1e30, 1e300])
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
    @pytest.mark.parametrize("logits", [[3e38, -3e38, 0.0], [1e4, 1e4, -1e4], [0.0, 0.0, 0.0]])
    def test_softmax_is_safe_for_any_finite_logits_and_any_temperature(
        self, logits, dtype, temperature
    ):
        z = torch.tensor(logits, dtype=dtype, requires_grad=True)
        p = distillation.softmax(z, temperature)
        assert p.dtype == dtype
        assert torch.isfinite(p).all()
        assert p.float().sum().item() == pytest.approx(1, abs=1e-2)
        p[0].backward()
        assert not torch.isnan(z.grad).any()

    def test_the_lectures_table_by_hand(self):
        """exp(1), exp(0.1) and exp(0.01) are 2.71828, 1.10517 and 1.01005; their sum is 4.8335."""
        p = distillation.softmax(torch.tensor([100.0, 10.0, 1.0]), 100.0)
        assert p.tolist() == pytest.approx(
            [2.71828 / 4.8335, 1.10517 / 4.8335, 1.01005 / 4.8335], 1e-4
        )
        cold = distillation.softmax(torch.tensor([100.0, 10.0, 1.0]), 1.0)
        assert cold[0] == 1
        assert cold[1] < 1e-38

    def test_entropy_is_torchs_in_bits(self):
        logits = pair()[1]
        theirs = torch.distributions.Categorical(logits=logits).entropy() / math.log(2)
        assert torch.allclose(distillation.entropy(distillation.softmax(logits)), theirs)
        assert distillation.entropy(torch.tensor([0.0, 1.0])) == 0

    @pytest.mark.parametrize("temperature", [0, -1, float("nan"), float("inf"), "hot", True])
    def test_a_temperature_that_is_none_is_refused(self, temperature):
        student, teacher = pair()
        message = "temperature must be a positive number, got"
        refuses(message, distillation.softmax, teacher, temperature)
        refuses(message, distillation.soft_target_loss, student, teacher, temperature)

    def test_what_are_no_logits_is_refused(self):
        softmax, infinite = distillation.softmax, torch.tensor([1.0, float("inf")])
        refuses("logits must be a float tensor.*got torch.int64", softmax, torch.tensor([1, 2]), 1)
        refuses("logits must be finite", softmax, infinite, 1)


class TestSoftTargets:
    @pytest.mark.parametrize("temperature", [0.5, 1, 4, 20])
    def test_the_loss_is_batchmean_kl_times_t_squared(self, temperature):
        student, teacher = pair()
        ours = distillation.soft_target_loss(student, teacher, temperature)
        log_q, p = F.log_softmax(student / temperature, 1), F.softmax(teacher / temperature, 1)
        theirs = temperature**2 * F.kl_div(log_q, p, reduction="batchmean")
        assert torch.allclose(ours, theirs)

    def test_no_gradient_flows_to_the_teacher(self):
        student, teacher = pair()
        teacher.requires_grad_()
        labels = torch.zeros(5, dtype=torch.int64)
        distillation.soft_target_loss(student, teacher, 3.0).backward()
        distillation.kd_loss(student, teacher, labels, temperature=3.0, soft_weight=0.5).backward()
        distillation.logit_loss(student, teacher).backward()
        assert teacher.grad is None
        assert student.grad.abs().sum() > 0

    @pytest.mark.parametrize("temperature", [0.3, 1, 4, 20])
    def test_the_gradient_is_that_of_the_formula(self, temperature):
        student, teacher = pair()
        distillation.soft_target_loss(student, teacher, temperature).backward()
        formula = distillation.soft_target_gradient(student, teacher, temperature)
        assert torch.allclose(student.grad, formula / len(student), atol=1e-12)
        plain = distillation.soft_target_gradient(student, teacher, temperature, times_square=False)
        assert torch.allclose(formula, temperature**2 * plain)
        assert torch.autograd.gradcheck(
            lambda z: distillation.soft_target_loss(z, teacher, temperature), (student,)
        )

    def test_at_infinite_temperature_soft_targets_match_centred_logits(self):
        student, teacher = pair(spread=5.0)
        limit = distillation.high_temperature_gradient(student, teacher)
        near = distillation.soft_target_gradient(student, teacher, 1e6)
        assert torch.allclose(near, limit, atol=1e-4)
        raw = (student - teacher).detach() / 4  # the formula without the means is another one
        assert not torch.allclose(near, raw, atol=0.1)
        centred = [z - z.mean(1, keepdim=True) for z in (student.detach(), teacher)]
        logits = centred[0].clone().requires_grad_()
        distillation.logit_loss(logits, centred[1]).backward()
        assert torch.allclose(logits.grad * len(logits) / 4, limit)

    def test_kd_loss_mixes_by_the_soft_weight(self):
        student, teacher = pair()
        labels = torch.tensor([0, 1, 2, 3, 0])
        mixed = partial(distillation.kd_loss, student, teacher, labels, temperature=5.0)
        hard = F.cross_entropy(student, labels)
        soft_part = distillation.soft_target_loss(student, teacher, 5.0)
        for weight, right in ((0, hard), (1, soft_part), (0.3, 0.3 * soft_part + 0.7 * hard)):
            assert torch.allclose(mixed(soft_weight=weight), right)
        for weight in (-0.1, 1.1, float("nan")):
            refuses("soft_weight must be from 0 to 1, got", mixed, soft_weight=weight)

    def test_logits_of_different_shapes_are_refused(self):
        soft_loss, zeros = partial(distillation.soft_target_loss, temperature=2.0), torch.zeros
        for loss in (soft_loss, distillation.logit_loss):
            shapes = r"must both be N x classes, got \(5, 4\) and \(5, 3\)"
            refuses(shapes, loss, zeros(5, 4), zeros(5, 3))
            refuses("must both be N x classes", loss, zeros(4), zeros(4))
        refuses("at least one image", soft_loss, zeros(0, 4), zeros(0, 4))


class TestLogits:
    def test_logit_loss_is_half_the_sum_of_squares_over_classes(self):
        student, teacher = pair()
        theirs = F.mse_loss(student, teacher, reduction="sum") / 2 / len(student)
        assert torch.allclose(distillation.logit_loss(student, teacher), theirs)
        assert torch.autograd.gradcheck(lambda z: distillation.logit_loss(z, teacher), (student,))

    def test_standardising_keeps_what_the_teacher_thinks(self):
        logits = pair(images=50)[1] * 7 + 3
        ours = distillation.standardise_logits(logits)
        assert torch.allclose(ours.mean(1), torch.zeros(50).double(), atol=1e-12)
        assert ours.std(correction=0).item() == pytest.approx(1)
        assert torch.equal(ours.argsort(1), logits.argsort(1))
        refuses("logits must differ", distillation.standardise_logits, torch.ones(3, 4))


class TestControls:
    def test_label_smoothing_is_torchs(self):
        student = pair()[0]
        labels = torch.tensor([3, 0, 1, 1, 2])
        ours = F.cross_entropy(student, distillation.smoothed_labels(labels, 4, 0.1).double())
        assert torch.allclose(ours, F.cross_entropy(student, labels, label_smoothing=0.1))
        assert torch.equal(
            distillation.smoothed_labels(labels, 4, 0.0), F.one_hot(labels, 4).float()
        )
        refuses("labels must be from 0 to 2, got 0 to 3", distillation.smoothed_labels, labels, 3)

    def test_shuffling_leaves_softness_and_label_and_moves_the_rest(self):
        logits = pair(images=200, classes=6)[1]
        labels = torch.arange(200) % 6
        before = logits.clone()
        shuffled = distillation.shuffle_wrong_classes(logits, labels, seed=1)
        assert torch.equal(logits, before)
        assert torch.equal(shuffled.sort(1).values, logits.sort(1).values)
        rows = torch.arange(200)
        assert torch.equal(shuffled[rows, labels], logits[rows, labels])
        for t in (1, 20):
            bits = [distillation.entropy(distillation.softmax(z, t)) for z in (logits, shuffled)]
            assert torch.allclose(*bits)
        wrong = ~F.one_hot(labels, 6).bool()
        assert (shuffled != logits)[wrong].float().mean() == pytest.approx(0.8, abs=0.05)
        assert torch.equal(shuffled, distillation.shuffle_wrong_classes(logits, labels, seed=1))
        assert not torch.equal(shuffled, distillation.shuffle_wrong_classes(logits, labels, seed=2))
        shuffle = distillation.shuffle_wrong_classes
        refuses("labels must hold one class for each row", shuffle, logits, labels[:5])


class TestUnseenClass:
    def test_without_classes_takes_those_images_and_no_others(self, rows):
        less = distillation.without_classes(rows.train, [1])
        assert set(less.labels.tolist()) == {0, 2}
        assert torch.equal(less.images, rows.train.images[rows.train.labels != 1])

    def test_a_shifted_bias_is_what_the_network_would_say_with_it(self, rows):
        model = net(0)
        before = training.predictions(model, rows.test)
        moved = distillation.shift_bias(before, [1, 2], -1.25)
        with torch.no_grad():
            model[-1].bias[[1, 2]] -= 1.25
        assert torch.allclose(moved, training.predictions(model, rows.test), atol=1e-6)

    @pytest.mark.parametrize("classes", [[3], [0, 2]])
    @pytest.mark.parametrize("share", [0.01, 0.1, 0.37, 0.9])
    def test_the_shift_for_a_share_gives_exactly_that_share(self, classes, share):
        logits = pair(images=200)[1]
        shift = distillation.shift_for_share(logits, classes, share)
        read = distillation.shift_bias(logits, classes, shift).argmax(1)
        assert int(torch.isin(read, torch.tensor(classes)).sum()) == round(200 * share)

    def test_the_best_shift_is_found_by_counting_and_moves_no_more_than_it_must(self):
        logits = torch.tensor([[1.0, 0.0], [1.0, 0.6], [3.0, 0.0]])
        labels = torch.tensor([1, 1, 0])
        grid = [-1.0, 0.0, 0.5, 1.5, 2.5, 3.5]
        errors = [distillation.errors_after(logits, labels, [1], s) for s in grid]
        assert errors == [2, 2, 1, 0, 0, 1]
        assert distillation.best_shift(logits, labels, [1], grid) == 1.5
        assert distillation.best_shift(logits, labels, [1], [2.5, 1.5]) == 1.5
        refuses("shifts must hold at least one", distillation.best_shift, logits, labels, [1], [])

    def test_what_cannot_be_shifted_is_refused(self):
        logits = torch.zeros(4, 3)
        move, share = distillation.shift_bias, distillation.shift_for_share
        refuses(r"classes must be numbers from 0 to 2, got \[3\]", move, logits, [3], 1.0)
        refuses("classes must leave another one out", share, logits, [0, 1, 2], 0.5)
        refuses("share must be between 0 and 1, got 1", share, logits, [0], 1)

    def test_a_row_of_the_confusion_matrix(self):
        logits = torch.eye(3)[[0, 0, 1, 2, 2]]
        labels = torch.tensor([0, 1, 1, 1, 2])
        assert distillation.read_as(logits, labels, 1).tolist() == [1, 1, 1]


class TestDistil:
    def test_images_and_their_logits_stay_together_in_a_shuffled_order(self, rows):
        """Each image's logits are its own pixels: every pair that a loss sees must fit."""
        seen = []

        def loss(student_logits, teacher_logits, labels):
            seen.append((student_logits.detach(), teacher_logits, labels))
            return (student_logits * 0).sum()

        echo = nn.Flatten()
        student = nn.Sequential(nn.Flatten(), nn.Linear(16, 16))
        nn.init.eye_(student[1].weight)
        nn.init.zeros_(student[1].bias)
        distillation.distil(student, echo, rows, loss, epochs=2, batch_size=7, seed=3)
        assert len(seen) == 2 * 13
        for student_logits, teacher_logits, labels in seen:
            assert torch.equal(student_logits, teacher_logits)
            assert torch.equal(teacher_logits.view(-1, 4, 4).sum(2).argmax(1), labels)
        orders = [torch.cat([s[2] for s in seen[k : k + 13]]) for k in (0, 13)]
        assert not torch.equal(*orders)
        assert not torch.equal(orders[0], rows.train.labels)

    def test_cached_logits_are_those_of_a_teacher_that_is_asked_again_and_again(self, rows):
        teacher, cached, asked = net(1), net(2), net(2)
        fit(teacher, rows, epochs=2, seed=0)
        distillation.distil(cached, teacher, rows, soft, epochs=3, seed=5)

        def asking(model, images, labels):
            with torch.no_grad():
                teacher.eval()
                said = teacher(images)
            return soft(model(images), said, labels)

        fit(asked, rows, epochs=3, seed=5, loss=asking)
        for one, two in zip(cached.parameters(), asked.parameters(), strict=True):
            assert torch.allclose(one, two, atol=1e-6)

    def test_the_teacher_stays_as_it_was(self, rows):
        teacher = net(1)
        teacher[3].eval()  # a mode of its own inside a module that trains
        with unchanged(teacher):
            distillation.distil(net(2), teacher, rows, soft, epochs=2, seed=0)
        assert teacher.training
        assert not teacher[3].training
        assert all(p.grad is None for p in teacher.parameters())

    def test_a_transfer_set_without_labels_and_logits_that_are_known(self, rows):
        unlabelled = Split(rows.test.images, torch.zeros_like(rows.test.labels))
        logits = training.predictions(net(1), unlabelled)
        students, by_logits = [net(2), net(2)], lambda z, v, _: distillation.logit_loss(z, v)
        for student, teacher in zip(students, (net(1), logits), strict=True):
            how = {"epochs": 2, "seed": 0, "transfer": unlabelled}
            distillation.distil(student, teacher, rows, by_logits, **how)
        assert same(*students)

    def test_logits_that_do_not_fit_are_refused_before_anything_changes(self, rows):
        student = net(2)
        with unchanged(student):
            with pytest.raises(ValueError, match=r"N x classes for the 90 images.*got \(89, 3\)"):
                distillation.distil(student, torch.zeros(89, 3), rows, soft, epochs=1)
            with pytest.raises(ValueError, match="epochs must be an integer"):
                distillation.distil(student, torch.zeros(90, 3), rows, soft, epochs=-1)

    def test_a_taught_split_goes_to_a_device_whole(self, rows):
        taught = TaughtSplit(rows.train, torch.arange(90.0)[:, None]).to("cpu")
        labels, logits = taught.labels[torch.tensor([4, 2])]
        assert len(taught) == 90
        assert labels.tolist() == [1, 2]
        assert logits.flatten().tolist() == [4, 2]
