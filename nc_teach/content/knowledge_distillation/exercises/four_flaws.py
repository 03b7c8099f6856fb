"""3.1 Find the flaws: a loss (difficulty 2, 8 minutes)

This loss runs, falls while it trains, and has **four** flaws. Each of them stood in published code.
The soft part should be T² · KL(p‖q), with p the teacher's softmax at `temperature` and q the
student's: summed over classes, a mean over images, and without a gradient to the teacher. The hard
part and the weights are right. Fix it.

## Stub
    def distillation_loss(student_logits, teacher_logits, labels, temperature, soft_weight):
        p = F.softmax(student_logits / temperature, dim=1)
        log_q = F.log_softmax(teacher_logits / temperature, dim=1)
        soft = F.kl_div(log_q, p)
        hard = F.cross_entropy(student_logits, labels)
        return soft_weight * soft + (1 - soft_weight) * hard

## Hint 1
`F.kl_div(input, target)` is KL(target‖exp(input)): first the one that learns, as a logarithm, then
the one that teaches. Over what does its default `reduction` take a mean?

## Hint 2
Swap the two networks, write `reduction="batchmean"`, multiply by `temperature**2`, and `detach()`
the teacher's logits.

## Near miss
the networks swapped back, `reduction="batchmean"`, and the teacher detached. At temperature 1 it is
right. At any other it is too small by T².

## Reasoning
KL is not symmetric: KL(p‖q) asks the student to cover all that the teacher thinks possible; the
other way round it may settle for one class. Torch's default reduction divides by the number of
classes as well, so the soft part is ten times too quiet here, and a hundred times with a hundred
classes. Without T² it fades once more when T grows. Both only shift the balance against the hard
part, so nothing crashes: that is why such flaws live long. And a teacher that gets gradients may
move to meet its student.
"""

from itertools import chain, combinations, product

import torch
import torch.nn.functional as F

IMAGES, CLASSES = 6, 5


def distillation_loss(student_logits, teacher_logits, labels, temperature, soft_weight):
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    soft = temperature**2 * F.kl_div(log_q, p, reduction="batchmean")
    hard = F.cross_entropy(student_logits, labels)
    return soft_weight * soft + (1 - soft_weight) * hard


def oracle(student, teacher, labels, temperature, soft_weight):
    """KL as a sum over images and classes, one after the other."""

    def softmax(logits, t):
        return (logits / t).exp() / (logits / t).exp().sum(dim=1, keepdim=True)

    p, q = softmax(teacher.detach(), temperature), softmax(student, temperature)
    places = product(range(len(p)), range(p.shape[1]))
    soft = sum(p[at] * (p[at].log() - q[at].log()) for at in places) * temperature**2
    hard = sum(-softmax(student, 1.0)[i, label].log() for i, label in enumerate(labels.tolist()))
    return (soft_weight * soft + (1 - soft_weight) * hard) / len(labels)


def play(function, student, teacher, *others):
    """The loss; or, where the logits want a gradient, to whom it goes."""
    loss = function(student, teacher, *others)
    if not (student.requires_grad and isinstance(loss, torch.Tensor)):
        return loss
    if loss.requires_grad:
        loss.backward()
    who = {"the student": student, "the teacher": teacher}
    return {name: one.grad is not None and bool(one.grad.any()) for name, one in who.items()}


def cases():
    """T = 1, where T² is 1; another T; whose gradient; and the weights."""
    seeded = torch.Generator().manual_seed(31)
    logits = 2 * torch.randn(2, IMAGES, CLASSES, generator=seeded, dtype=torch.float64)
    labels = torch.arange(IMAGES) % CLASSES
    for temperature in (1.0, 4.0):
        yield f"at temperature {temperature:g}", (*logits, labels, temperature, 1.0)
    learning = [one.clone().requires_grad_() for one in logits]
    yield "at temperature 2", (*learning, labels, 2.0, 1.0)
    for weight in (0.0, 0.3):
        yield f"with `soft_weight` {weight:g}", (*logits, labels, 3.0, weight)


def details(student, teacher, labels, temperature, soft_weight, answer):
    """What was measured."""
    part = "your soft part" if soft_weight == 1 else "your loss"
    return {"what": f"who gets a gradient from {part}" if student.requires_grad else part}


def loss_of(soft):
    """A wrong function with the soft part ``soft(z, v, t)`` and the right hard part."""

    def wrong(z, v, labels, t, w):
        return w * soft(z, v.detach(), t) + (1 - w) * F.cross_entropy(z, labels)

    return wrong


def kl(z, v, t, log_q=F.log_softmax, p=F.softmax, **options):
    options = {"reduction": "batchmean"} | options
    return F.kl_div(log_q(z / t, 1), p(v / t, 1), **options)


DIRECTION = (
    "The two networks are the wrong way round: it is KL(q‖p). `F.kl_div` wants first the logarithm "
    "of the one that learns."
)
REDUCTION = (
    "It is also divided by the number of classes. Which `reduction` divides by the images alone?"
)
SQUARE = "The factor T² is missing."
FLAWS = (DIRECTION, REDUCTION, SQUARE)


def flawed(left):
    """The loss with the flaws that are ``left``."""

    def soft(z, v, t):
        one, two = (v, z) if DIRECTION in left else (z, v)
        divided = CLASSES if REDUCTION in left else 1
        return (1 if SQUARE in left else t**2) * kl(one, two, t) / divided

    return loss_of(soft)


def one_for_each_image(z, v, labels, t, w):
    soft = t**2 * kl(z, v.detach(), t, reduction="none").sum(dim=1)
    return w * soft + (1 - w) * F.cross_entropy(z, labels, reduction="none")


OFF = "{where} {what} is {answer}; it should be {right}. "
SOME = chain.from_iterable(combinations(FLAWS, count) for count in (1, 2, 3))
WRONG = {flawed(left): OFF + " ".join(left) for left in SOME} | {
    loss_of(lambda z, v, t: t * kl(z, v, t)): OFF + "The factor is T, not T².",
    lambda z, v, y, t, w: w * t**2 * kl(z, v, t) + (1 - w) * F.cross_entropy(z, y): "the teacher "
    "gets a gradient, so it may move to meet its student. `detach()` it.",
    loss_of(lambda z, v, t: t**2 * kl(z.detach(), v, t)): "no gradient reaches the student. Whose "
    "logits did you detach?",
    lambda *given: distillation_loss(*given).item(): "no gradient reaches the student. A loss is "
    "a tensor: `.item()` leaves only its value.",
    loss_of(lambda z, v, t: t**2 * kl(z, v, t, log_q=F.softmax)): OFF
    + "The first argument of `F.kl_div` has to be a logarithm.",
    loss_of(lambda z, v, t: kl(z, v, t, p=F.log_softmax)): OFF + "The target is a logarithm; "
    "`F.kl_div` must know that, with `log_target=True`, or be given a probability.",
    loss_of(lambda z, v, t: t**2 * kl(z, v, t, log_target=True)): OFF + "The target is a "
    "probability, and `log_target=True` says that it is a logarithm.",
    loss_of(lambda z, v, t: t**2 * kl(z, v, t, reduction="sum")): OFF + "That is the sum over all "
    "images. A mean over images does not grow with the batch.",
    loss_of(lambda z, v, t: t**2 * kl(z, v / t, 1)): OFF + "The student's logits are not divided "
    "by T. Both networks are softened.",
    loss_of(lambda z, v, t: t**2 * F.cross_entropy(z / t, F.softmax(v / t, 1))): OFF + "That is "
    "the cross-entropy with p. It differs from KL by the teacher's own entropy, so it is not zero "
    "for a perfect student.",
    lambda z, v, y, t, w: distillation_loss(z, v, y, t, 1 - w): OFF + "`soft_weight` weighs the "
    "hard part now. It was right as it was handed out.",
    lambda z, v, y, t, w: w * t**2 * kl(z, v.detach(), t) + (1 - w) * F.cross_entropy(z / t, y): (
        OFF + "The hard part was right as it was handed out: labels, and no temperature."
    ),
    one_for_each_image: "a loss is one number, a tensor without dimensions; yours has one for each "
    "image.",
}

OTHERWISE = OFF + "Which network comes first, what is summed, and what is divided by what?"
