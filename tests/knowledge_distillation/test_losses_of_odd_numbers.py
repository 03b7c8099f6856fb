"""Losses of distillation: what is not finite or no logits is named; half precision is enough."""

import copy
from functools import partial

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from nc_teach import distillation, training
from tests.checks import refuses, unchanged
from tests.nets import perceptron

LABELS = torch.arange(4) % 3
LOSSES = {
    "soft_target_loss": partial(distillation.soft_target_loss, temperature=2.0),
    "kd_loss": partial(distillation.kd_loss, labels=LABELS, temperature=2.0, soft_weight=0.5),
    "logit_loss": distillation.logit_loss,
}


def logits(seed):
    return 3 * torch.randn(4, 3, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
class TestLosses:
    @pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")])
    def test_the_input_that_is_not_finite_is_named(self, loss, odd):
        broken = logits(0)
        broken[2, 1] = odd
        refuses("student_logits must be finite, got 1 that", loss, broken, logits(1))
        refuses("teacher_logits must be finite, got 1 that", loss, logits(1), broken)

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
    def test_probabilities_are_no_logits(self, loss, dtype):
        probable = logits(0).softmax(1).to(dtype)
        refuses("teacher_logits must be logits, got probabilities", loss, logits(1), probable)
        refuses("student_logits must be logits, got probabilities", loss, probable, logits(1))
        assert loss(logits(1), logits(0).log_softmax(1)).isfinite()
        assert loss(logits(1), logits(0).abs()).isfinite()

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
    def test_half_precision_is_computed_in_single(self, loss, dtype):
        student, teacher = (logits(seed).to(dtype) for seed in (0, 1))
        found = loss(student, teacher)
        assert found.dtype == torch.float32
        assert torch.equal(found, loss(student.float(), teacher.float()))
        assert loss(student.double(), teacher.double()).dtype == torch.float64


def test_large_logits_in_half_precision_at_a_low_temperature():
    """60,000 / 0.5 is more than float16 can hold."""
    student = torch.tensor([[60_000.0, 0.0]], dtype=torch.float16)
    loss = distillation.soft_target_loss(student, -student, temperature=0.5)
    # T^2 KL = 0.25 * (2 * 60,000), of which p has all where q has nothing
    assert loss.item() == pytest.approx(0.25 * 120_000, rel=1e-3)
    assert distillation.softmax(student, temperature=0.5).tolist() == [[1.0, 0.0]]
    assert distillation.softmax(student, temperature=0.5).dtype == torch.float16


def test_hints_that_are_not_finite_are_named():
    fine, broken = torch.ones(2, 3), torch.full((2, 3), torch.nan)
    refuses("guided must be finite, got 6", distillation.hint_loss, broken, fine)
    refuses("hint must be finite, got 6", distillation.hint_loss, fine, broken)


class TestDistil:
    def call(self, student, teacher, rows, **how):
        loss = partial(distillation.soft_target_loss, temperature=2.0)
        return distillation.distil(
            student, teacher, rows, lambda z, v, labels: loss(z, v), epochs=1, **how
        )

    def test_a_teacher_without_numbers_is_told_before_the_first_step(self, rows):
        student = perceptron(16, 8, 3)
        teacher = training.predictions(perceptron(16, 8, 3, seed=1), rows.train)
        teacher[5, 1] = torch.nan
        with unchanged(student):
            refuses("teacher's logits must be finite, got 1", self.call, student, teacher, rows)

    def test_a_teacher_or_a_student_with_a_softmax(self, rows):
        plain = perceptron(16, 8, 3)
        soft = nn.Sequential(copy.deepcopy(plain), nn.Softmax(dim=1))
        with unchanged(plain, soft):
            refuses("teacher_logits must be logits", self.call, plain, soft, rows)
            refuses("student_logits must be logits", self.call, soft, plain, rows)
        with pytest.warns(UserWarning, match="gives probabilities"):
            training.fit(soft, rows, epochs=1)

    def test_a_loader_is_no_data_set(self, rows):
        net = perceptron(16, 8, 3)
        loader = DataLoader(TensorDataset(rows.train.images, rows.train.labels))
        refuses("dataset must be a Dataset, got a DataLoader", self.call, net, net, loader)
        refuses(
            "transfer must be a Split, or None, got a DataL",
            self.call,
            net,
            net,
            rows,
            transfer=loader,
        )
