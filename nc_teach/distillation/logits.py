"""Matching logits: the student learns the teacher's outputs before softmax, by least squares.

Unlike soft targets there is no temperature and no softmax; it is what they become at a very high
temperature. Since it needs no labels, any images will do to teach with, and the more the better.

Source: Ba, Caruana (2014), "Do Deep Nets Really Need to be Deep?", the section on mimic learning
by regressing logits with an L2 loss.
"""

from torch import Tensor

from nc_teach.common.kinds import Scores
from nc_teach.distillation.temperature import at_least_float32, check_pair


def logit_loss(student_logits: Scores, teacher_logits: Scores) -> Tensor:
    """L = 1/(2 N) sum_n ||z_n - v_n||^2, with z the student's and v the teacher's logits.

    Summed over the classes, a mean over the N images. N x classes each; the teacher is a constant.
    Returns a scalar, in squared logits, computed in float32 at least. Raises ``ValueError`` for
    different shapes, and for what is not finite or no logits but probabilities.

    The student's last layer must be linear. Behind a ReLU it could never say less than 0, and
    most of a teacher's logits are below.

    >>> import torch
    >>> student, teacher = torch.tensor([[1.0, 0.0], [0.0, 0.0]]), torch.tensor([[3.0, 0.0]] * 2)
    >>> logit_loss(student, teacher)  # (2^2 + 3^2) / 2 / 2 images
    tensor(3.2500)
    """
    check_pair(student_logits, teacher_logits)
    difference = at_least_float32(student_logits) - at_least_float32(teacher_logits.detach())
    return difference.square().sum(dim=1).mean() / 2


def standardise_logits(logits: Scores) -> Tensor:
    """Logits with mean 0 for every image, then divided by one number so that their spread is 1.

    One number for all classes and images: the order of the classes, and so what the teacher
    thinks, stays. N x classes in and out. Raises ``ValueError`` when all logits of every image are
    equal, which leaves nothing to divide by.

    >>> import torch
    >>> standardise_logits(torch.tensor([[8.0, 2.0], [1.0, 3.0]]))
    tensor([[ 1.3416, -1.3416],
            [-0.4472,  0.4472]])
    """
    centred = logits - logits.mean(dim=-1, keepdim=True)  # N x classes
    spread = centred.square().mean().sqrt()
    if not spread > 0:
        raise ValueError("logits must differ between the classes of some image, got equal ones")
    return centred / spread
