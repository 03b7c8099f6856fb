"""How good is a network? Predictions and accuracy on one split."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from nc_teach.common.kinds import Count
from nc_teach.data import Split


def device_of(model: nn.Module) -> torch.device:
    """The device of the model's first parameter (the CPU for a model without parameters)."""
    return next((p.device for p in model.parameters()), torch.device("cpu"))


@contextmanager
def preserve_modes(model: nn.Module) -> Iterator[None]:
    """Each module's own mode (training or evaluation) is put back afterwards, whatever happens."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients inside; each module's own mode again afterwards."""
    with preserve_modes(model), torch.no_grad():
        model.eval()
        yield


def predictions(model: nn.Module, split: Split, batch_size: Count = 250) -> Tensor:
    """The model's outputs for every image of ``split``, in order, in evaluation mode.

    Returns N x classes, float32, on the CPU.
    """
    device = device_of(model)
    with evaluating(model):
        outputs = [model(images.to(device)).cpu() for images in split.images.split(batch_size)]
    return torch.cat(outputs)


def accuracy(model: nn.Module, split: Split, batch_size: Count = 250) -> float:
    """Share of the images of ``split`` whose largest output is the right class, in [0, 1].

    The model is put in evaluation mode meanwhile and then back as it was.
    """
    right = predictions(model, split, batch_size).argmax(dim=1) == split.labels.cpu()
    return right.double().mean().item()
