"""Hints (FitNets): a layer in the middle of the student learns to say what the teacher's says.

Unlike soft targets, which speak at the output alone, a hint reaches the layers half-way. The two
layers differ in width, so a *regressor* between them translates. It belongs to the first stage of
the training only and is thrown away with it; but while it lasts its own parameters are trained too.

Source: Romero, Ballas, Ebrahimi Kahou, Chassang, Gatta, Bengio (2015), "FitNets: Hints for Thin
Deep Nets", section on hint-based training. (Its regressor for dense layers ends in the teacher's
non-linearity; ours is linear and the hint is standardised, see :func:`standardise`.)
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Floats, Matrix, Seed
from nc_teach.data import Split
from nc_teach.distillation.temperature import at_least_float32, check_finite
from nc_teach.models import seeded_init
from nc_teach.training import History, Loss, predictions

Train = Callable[[nn.Module, Loss], History]


def hint_loss(guided: Floats, hint: Floats) -> Tensor:
    """Half the squared distance of what the regressor says to the hint: ||hint - r(g)||^2 / 2.

    Returns a scalar: the mean over images *and features*, so that a wide hint is not a loud one.
    The paper sums over the features. Raises ``ValueError`` when the shapes differ (that is what
    the regressor is for), or one of the two is not finite.

    - ``guided``: r(g): the student's guided layer, through the regressor. N x features.
    - ``hint``: The teacher's hint layer for the same images, N x features. No gradient goes to it.

    >>> hint_loss(torch.tensor([[1.0, 2.0]]), torch.tensor([[0.0, 4.0]]))  # (1 + 4) / 2 / 2
    tensor(1.2500)
    """
    if guided.shape != hint.shape:
        raise ValueError(
            f"guided must have the shape of hint, {tuple(hint.shape)}, got {tuple(guided.shape)}: "
            "a regressor translates from one width to the other"
        )
    for name, features in (("guided", guided), ("hint", hint)):
        check_finite(name, features)
    guided, hint = at_least_float32(guided), at_least_float32(hint.detach())
    return (hint - guided).square().mean() / 2  # a scalar; N x units each


@dataclass(frozen=True)
class Standard:
    """Every feature's mean and standard deviation over some images; takes them out of a hint."""

    mean: Tensor
    std: Tensor

    def __call__(self, hint: Tensor) -> Tensor:
        """(hint - mean) / std, feature by feature."""
        return (hint - self.mean) / self.std


def standardise(hint: Matrix) -> Standard:
    """The scale of a hint, from its values on the training images (N x features).

    A feature that never changes keeps a std of 1: it becomes 0 and is no hint. Without this, a
    teacher with large outputs makes a large loss, and the learning rate means something else.

    >>> scale = standardise(torch.tensor([[0.0, 7.0], [4.0, 7.0]]))
    >>> scale(torch.tensor([[4.0, 7.0]]))
    tensor([[1., 0.]])
    """
    std = hint.std(dim=0, correction=0)
    return Standard(hint.mean(dim=0), std.where(std > 0, torch.ones_like(std)))


def train_on_hints(
    student: nn.Sequential,
    guided: int,
    teacher: nn.Sequential,
    hint: int,
    split: Split,
    train: Train,
    *,
    seed: Seed | None = None,
) -> History:
    """Stage 1: train the student up to its guided layer, in place, to predict the teacher's hint.

    Stage 2 is any training of the whole student afterwards: soft targets, or plain labels.

    Raises ``ValueError`` when there are not so many modules, before anything changes.

    - ``student``, ``teacher``: Sequential networks. The teacher is not changed and gets no
      gradient.
    - ``guided``, ``hint``: How many modules of each to run, counted from the input:
      ``student[:guided]`` and ``teacher[:hint]`` must give N x features.
    - ``split``: The training images, for the scale of the hint.
    - ``train``: ``(model, loss) -> History``: trains *all* parameters of ``model`` in place with
      ``loss``, ``(model, images, labels) -> scalar``. The model is ``student[:guided]`` with the
      regressor behind it, so the regressor is trained with it.
    - ``seed``: Of the regressor's initial weights.
    """
    for name, net, depth in (("guided", student, guided), ("hint", teacher, hint)):
        if not 0 < depth < len(net):
            raise ValueError(f"{name} must be from 1 to {len(net) - 1}, got {depth!r}")
    listener, speaker = student[:guided], copy.deepcopy(teacher[:hint]).eval()
    scale = standardise(predictions(speaker, split))
    with seeded_init(seed):
        regressor = nn.Linear(width(listener, split), width(speaker, split))

    def loss(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        with torch.no_grad():
            said = scale(speaker(images))
        return hint_loss(model(images), said)

    return train(nn.Sequential(listener, regressor), loss)


def width(net: nn.Module, split: Split) -> int:
    """How many features ``net`` gives for an image."""
    return predictions(net, split.subset(1)).shape[1]


def variances(net: nn.Sequential, images: Floats) -> list[float]:
    """The variance over images of what each ReLU says, mean over its units, first to last.

    Where it goes to 0, all images look alike from there on: nothing behind can tell them apart.
    """
    found = []
    with torch.no_grad():
        for module in net:
            images = module(images)
            if isinstance(module, nn.ReLU):
                found.append(images.var(dim=0, correction=0).mean().item())
    return found
