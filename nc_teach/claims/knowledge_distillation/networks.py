"""The teachers and students of the chapter, and the jitter that teachers are trained with."""

from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach import distillation, training
from nc_teach.claims import stopping_as_a_whole
from nc_teach.common.spread import points
from nc_teach.data import Dataset
from nc_teach.distillation.distil import Loss
from nc_teach.models import seeded_init
from nc_teach.training import cosine, cross_entropy

N = TypeVar("N", bound=nn.Module)
TEACHER_EPOCHS = 20
PIXELS = 2  # how far jitter moves an image


def mlp(*widths: int, seed: int | None = None, he: bool = False) -> nn.Sequential:
    """``widths`` from the pixels to the classes, such as 784, 128, 128, 10, for any images.

    Weights begin as PyTorch's default does it (uniform, variance 1 / (3 inputs)); with ``he`` as
    He et al. (2015), "Delving Deep into Rectifiers", propose for ReLU (normal, variance 2 / inputs,
    biases 0).

    >>> [type(module).__name__ for module in mlp(4, 3, 2)]
    ['Flatten', 'Linear', 'ReLU', 'Linear']
    """
    modules: list[nn.Module] = [nn.Flatten()]
    with seeded_init(seed):
        for inputs, outputs in pairwise(widths):
            linear = nn.Linear(inputs, outputs)
            if he:
                nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
                nn.init.zeros_(linear.bias)
            modules += [linear, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def mlp_for(dataset: Dataset, *hidden: int, seed: int, he: bool = False) -> nn.Sequential:
    """:func:`mlp` from the pixels of ``dataset`` to its classes, with these hidden layers."""
    pixels = dataset.train.images[0].numel()
    return mlp(pixels, *hidden, len(dataset.classes), seed=seed, he=he)


def teacher_network(pixels: int = 784, classes: int = 10, seed: int | None = None) -> nn.Sequential:
    """Two hidden layers of 600 units with dropout: input 0.1, hidden 0.4.

    837,610 parameters for 784 pixels, two and a half times a student of 300 units a layer. The
    paper's teacher has 1,200 units a layer.

    >>> sum(p.numel() for p in teacher_network().parameters())
    837610
    """
    with seeded_init(seed):
        return nn.Sequential(
            nn.Flatten(),
            nn.Dropout(0.1),
            nn.Linear(pixels, 600),
            nn.ReLU(),
            nn.Dropout(0.4),
            nn.Linear(600, 600),
            nn.ReLU(),
            nn.Dropout(0.4),
            nn.Linear(600, classes),
        )


def small_cnn(seed: int | None = None, classes: int = 10) -> nn.Sequential:
    """Two 5 x 5 convolutions (16 and 32 filters) with pooling, 40 neurons: 34,178 parameters."""
    with seeded_init(seed):
        return nn.Sequential(
            nn.Conv2d(1, 16, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(512, 40),
            nn.ReLU(),
            nn.Linear(40, classes),
        )


def jitter(images: Tensor, pixels: int = PIXELS) -> Tensor:
    """All images of a batch moved by one random step, up to ``pixels`` each way; zeros come in."""
    height, width = images.shape[-2:]
    y, x = torch.randint(0, 2 * pixels + 1, (2,)).tolist()
    return F.pad(images, [pixels] * 4)[..., y : y + height, x : x + width]


def jittered_cross_entropy(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy on images that are moved a little, another way in every step."""
    return cross_entropy(model, jitter(images), labels)


@stopping_as_a_whole()
def train_teacher(dataset: Dataset, seed: int, *, epochs: int = TEACHER_EPOCHS) -> nn.Sequential:
    """:func:`teacher_network`, trained with jitter, Adam and a cosine schedule."""
    pixels = dataset.train.images[0].numel()
    teacher = teacher_network(pixels, len(dataset.classes), seed)
    loss = jittered_cross_entropy
    return fitted(teacher, dataset, epochs=epochs, seed=seed, schedule=cosine, loss=loss)


def fitted(net: N, dataset: Dataset, **options: Any) -> N:
    """``net`` after :func:`nc_teach.training.fit`, without a bar."""
    training.fit(net, dataset, progress=False, **options)
    return net


def taught(
    student: N, teacher: Tensor | nn.Module, dataset: Dataset, loss: Loss, **options: Any
) -> N:
    """``student`` after :func:`nc_teach.distillation.distil`, from a teacher or its logits."""
    distillation.distil(student, teacher, dataset, loss, progress=False, **options)
    return student


def share_right(outputs: Tensor, labels: Tensor) -> float:
    """The share of images whose largest output (N x classes) is that of the label."""
    return (outputs.argmax(dim=1) == labels).double().mean().item()


def gain(values: np.ndarray, beside: np.ndarray) -> str:
    """The mean difference of paired runs in points; nothing for a row beside itself."""
    return "" if values is beside else points((values - beside).mean())
