"""Known wrong answers to card 3.1. Each is rejected with its own message; a test proves it."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from nc_teach.classroom.old_card import WrongAnswer


def _mixed(z: Tensor, labels: Tensor, soft: Tensor, weight: float) -> Tensor:
    return weight * soft + (1 - weight) * F.cross_entropy(z, labels)


def _soft(z: Tensor, v: Tensor, t: float, **options: object) -> Tensor:
    options = {"reduction": "batchmean", **options}
    return F.kl_div(F.log_softmax(z / t, 1), F.softmax(v.detach() / t, 1), **options)


def swapped_back_only(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    soft = F.kl_div(F.log_softmax(z / t, 1), F.softmax(v / t, 1), reduction="none").mean()
    return _mixed(z, labels, soft, w)


def batchmean_only(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    soft = F.kl_div(F.log_softmax(v / t, 1), F.softmax(z / t, 1), reduction="batchmean")
    return _mixed(z, labels, soft, w)


def square_only(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    soft = F.kl_div(F.log_softmax(v / t, 1), F.softmax(z / t, 1), reduction="none").mean()
    return _mixed(z, labels, t**2 * soft, w)


def without_the_square(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    return _mixed(z, labels, _soft(z, v, t), w)


def times_t(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    return _mixed(z, labels, t * _soft(z, v, t), w)


def teacher_not_detached(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    p = F.softmax(v / t, 1)
    soft = F.kl_div(F.log_softmax(z / t, 1), p, reduction="batchmean")
    return _mixed(z, labels, t**2 * soft, w)


def student_detached(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    soft = t**2 * _soft(z.detach(), v, t)
    return _mixed(z, labels, soft, w)


def no_logarithm(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    soft = F.kl_div(F.softmax(z / t, 1), F.softmax(v.detach() / t, 1), reduction="batchmean")
    return _mixed(z, labels, t**2 * soft, w)


def two_logarithms(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    log_p = F.log_softmax(v.detach() / t, 1)
    soft = F.kl_div(F.log_softmax(z / t, 1), log_p, reduction="batchmean")
    return _mixed(z, labels, t**2 * soft, w)


def log_target_of_a_probability(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    return _mixed(z, labels, t**2 * _soft(z, v, t, log_target=True), w)


def summed(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    return _mixed(z, labels, t**2 * _soft(z, v, t, reduction="sum"), w)


def student_at_one(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    p = F.softmax(v.detach() / t, 1)
    soft = F.kl_div(F.log_softmax(z, 1), p, reduction="batchmean")
    return _mixed(z, labels, t**2 * soft, w)


def cross_entropy_with_p(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    soft = F.cross_entropy(z / t, F.softmax(v.detach() / t, 1))
    return _mixed(z, labels, t**2 * soft, w)


def weights_swapped(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    soft, hard = t**2 * _soft(z, v, t), F.cross_entropy(z, labels)
    return w * soft + (1 - w) * hard if w == 1 else (1 - w) * soft + w * hard


def hard_part_softened(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    return _mixed(z / t, labels, t**2 * _soft(z, v, t), w)


def one_for_each_image(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> Tensor:
    soft = t**2 * _soft(z, v, t, reduction="none").sum(dim=1)
    return w * soft + (1 - w) * F.cross_entropy(z, labels, reduction="none")


def forgets_to_return(z: Tensor, v: Tensor, labels: Tensor, t: float, w: float) -> None:
    _mixed(z, labels, t**2 * _soft(z, v, t), w)


WRONG_ANSWERS = {
    "swapped back only": WrongAnswer(swapped_back_only, "divided by the number of classes"),
    "batchmean only": WrongAnswer(batchmean_only, "the wrong way round"),
    "T squared only": WrongAnswer(square_only, "first the logarithm of the one that learns. It is"),
    "without T squared": WrongAnswer(without_the_square, "The factor T² is missing"),
    "times T": WrongAnswer(times_t, "The factor is T, not T²"),
    "teacher not detached": WrongAnswer(teacher_not_detached, "the teacher gets a gradient"),
    "student detached": WrongAnswer(student_detached, "no gradient reaches the student"),
    "no logarithm": WrongAnswer(no_logarithm, "has to be a logarithm"),
    "two logarithms": WrongAnswer(two_logarithms, "The target is a logarithm"),
    "log_target of a probability": WrongAnswer(
        log_target_of_a_probability, "The target is a probability"
    ),
    "summed": WrongAnswer(summed, "the sum over all images"),
    "student at T = 1": WrongAnswer(student_at_one, "not divided by T"),
    "cross-entropy": WrongAnswer(cross_entropy_with_p, "the teacher's own entropy"),
    "weights swapped": WrongAnswer(weights_swapped, "weighs the hard part now"),
    "hard part softened": WrongAnswer(hard_part_softened, "labels, and no temperature"),
    "one for each image": WrongAnswer(one_for_each_image, "shape (6,)"),
    "forgets to return": WrongAnswer(forgets_to_return, "returns `None`"),
}
