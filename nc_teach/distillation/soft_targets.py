"""Soft targets: the student learns the teacher's probabilities, not only the name of the winner.

Unlike cross-entropy with a label, which says "a 1" and nothing else, a soft target says "a 1, but
it has something of a 7". Both networks' logits are divided by the same temperature T while the
student learns; afterwards the student is used at T = 1.

Source: Hinton, Vinyals, Dean (2015), "Distilling the Knowledge in a Neural Network", section 2, and
section 2.1 for the gradient (equation 2) and its limit (equation 4).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from nc_teach.common.kinds import Positive, Scores, Share
from nc_teach.distillation.temperature import (
    at_least_float32,
    check_pair,
    scaled,
)


def soft_target_loss(
    student_logits: Scores, teacher_logits: Scores, temperature: Positive
) -> Tensor:
    """L = T^2 KL(p || q), the mean over images, with p the teacher's and q the student's softmax.

    KL(p || q) = sum_i p_i (log p_i - log q_i), in nats: zero where the two agree. It differs from
    the cross-entropy with p by p's own entropy, which no student can change. The gradient of KL
    shrinks as 1 / T^2; the factor T^2 keeps its size, so that a hard loss beside it keeps its
    weight when T changes.

    Returns a scalar, in nats, computed in float32 at least. Raises ``ValueError`` for tensors of
    other or different shapes, for what is not finite or no logits but probabilities, or unless
    T > 0.

    - ``student_logits``, ``teacher_logits``: Float tensors of one shape, N x classes. The teacher
      is a constant here: no gradient flows to it.
    - ``temperature``: T > 0, the same for both.

    >>> teacher = torch.tensor([[2.0, 1.0, 0.0]])
    >>> soft_target_loss(teacher.clone(), teacher, temperature=4.0)
    tensor(0.)
    >>> soft_target_loss(torch.tensor([[1.0, 1.0, 1.0]]), teacher, temperature=4.0)
    tensor(0.3282)
    """
    check_pair(student_logits, teacher_logits)
    log_q = F.log_softmax(scaled(student_logits, temperature), dim=-1)  # N x classes
    log_p = F.log_softmax(scaled(teacher_logits.detach(), temperature), dim=-1)  # N x classes
    divergence = F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)
    return temperature**2 * divergence


def kd_loss(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    *,
    temperature: Positive,
    soft_weight: Share,
) -> Tensor:
    """L = w T^2 KL(p || q) + (1 - w) H(label, q at T = 1): soft targets and labels together.

    ``soft_weight`` w is the share of the *soft* part, in [0, 1]. (Other codes have an "alpha" that
    is the soft weight in one and the hard weight in the next.) ``labels`` is int64, N. Returns a
    scalar in nats.

    Raises ``ValueError`` as :func:`soft_target_loss` does, and unless 0 <= w <= 1.

    >>> student, teacher = torch.tensor([[1.0, 1.0, 1.0]]), torch.tensor([[2.0, 1.0, 0.0]])
    >>> labels = torch.tensor([0])
    >>> [round(kd_loss(student, teacher, labels, temperature=4.0, soft_weight=w).item(), 4)
    ...  for w in (0, 0.5, 1)]
    [1.0986, 0.7134, 0.3282]
    """
    soft = soft_target_loss(student_logits, teacher_logits, temperature)
    hard = F.cross_entropy(at_least_float32(student_logits), labels)
    return soft_weight * soft + (1 - soft_weight) * hard


def soft_target_gradient(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: Positive,
    *,
    times_square: bool = True,
) -> Tensor:
    """dL/dz = T (q - p) for every image by itself: what the student is told at its logits z.

    With ``times_square=False`` it is (q - p) / T, the gradient without the factor T^2
    (equation 2 of the paper). N x classes, like the logits. Divide by N for the gradient of
    :func:`soft_target_loss`, which is a mean.

    >>> student, teacher = torch.tensor([[0.0, 0.0]]), torch.tensor([[2.0, -2.0]])
    >>> soft_target_gradient(student, teacher, temperature=1.0)
    tensor([[-0.4820,  0.4820]])
    >>> soft_target_gradient(student, teacher, temperature=10.0)
    tensor([[-0.9869,  0.9869]])
    >>> soft_target_gradient(student, teacher, temperature=10.0, times_square=False)
    tensor([[-0.0099,  0.0099]])
    """
    check_pair(student_logits, teacher_logits)
    q = torch.softmax(scaled(student_logits.detach(), temperature), dim=-1)  # N x classes
    p = torch.softmax(scaled(teacher_logits.detach(), temperature), dim=-1)  # N x classes
    return (q - p) * (temperature if times_square else 1 / temperature)


def high_temperature_gradient(student_logits: Scores, teacher_logits: Scores) -> Tensor:
    """What :func:`soft_target_gradient` becomes as T grows: the centred logits' difference.

    lim T (q - p) = ((z - mean z) - (v - mean v)) / C with v the teacher's logits and C classes
    (equation 4, which leaves out the means because it assumes them to be zero). At a high
    temperature a student of soft targets therefore matches logits, up to a constant for each image.

    >>> student, teacher = torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, -1.0]])
    >>> high_temperature_gradient(student, teacher)
    tensor([[-1.,  1.]])
    """
    check_pair(student_logits, teacher_logits)
    difference = student_logits.detach() - teacher_logits.detach()
    return (difference - difference.mean(dim=-1, keepdim=True)) / difference.shape[-1]
