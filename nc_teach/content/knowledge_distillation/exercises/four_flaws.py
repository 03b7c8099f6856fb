"""Card 3.1: a distillation loss with four flaws, each from published code."""

from __future__ import annotations

import torch.nn.functional as F

from nc_teach.classroom.old_card import Exercise

from .four_flaws_checks import CHECKS
from .four_flaws_wrong import WRONG_ANSWERS


def distillation_loss(student_logits, teacher_logits, labels, temperature, soft_weight):
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    soft = temperature**2 * F.kl_div(log_q, p, reduction="batchmean")
    hard = F.cross_entropy(student_logits, labels)
    return soft_weight * soft + (1 - soft_weight) * hard


CARD = Exercise(
    key="3.1",
    title="Find the flaws: a loss",
    difficulty=2,
    minutes=8,
    task=(
        "This loss runs, falls while it trains, and has **four** flaws. Each of them stood in "
        "published code. The soft part should be T² · KL(p‖q), with p the teacher's softmax at "
        "`temperature` and q the student's: summed over classes, a mean over images, and without "
        "a gradient to the teacher. The hard part and the weights are right. Mend it."
    ),
    stub="""\
def distillation_loss(student_logits, teacher_logits, labels, temperature, soft_weight):
    p = F.softmax(student_logits / temperature, dim=1)
    log_q = F.log_softmax(teacher_logits / temperature, dim=1)
    soft = F.kl_div(log_q, p)
    hard = F.cross_entropy(student_logits, labels)
    return soft_weight * soft + (1 - soft_weight) * hard
""",
    checks=CHECKS,
    hints=(
        "`F.kl_div(input, target)` is KL(target‖exp(input)): first the one that learns, as a "
        "logarithm, then the one that teaches. Over what does its default `reduction` take a mean?",
        'Swap the two networks, write `reduction="batchmean"`, multiply by `temperature**2`, and '
        "`detach()` the teacher's logits.",
    ),
    near_miss=(
        'the networks swapped back, `reduction="batchmean"`, and the teacher detached. At '
        "temperature 1 it is right. At any other it is too small by T²."
    ),
    solution=distillation_loss,
    reasoning=(
        "KL is not symmetric: KL(p‖q) asks the student to cover all that the teacher thinks "
        "possible; the other way round it may settle for one class. Torch's default reduction "
        "divides by the number of classes as well, so the soft part is ten times too quiet here, "
        "and a hundred times with a hundred classes. Without T² it fades once more when T grows. "
        "Both only shift the balance against the hard part, so nothing crashes: that is why such "
        "flaws live long. And a teacher that gets gradients may move to meet its student."
    ),
    wrong_answers=WRONG_ANSWERS,
)
