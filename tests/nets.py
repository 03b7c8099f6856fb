"""Toy networks and images that several test files share."""

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach import models


def images(count: int = 20, size: int = 28, seed: int = 0) -> Tensor:
    """``count`` x 1 x ``size`` x ``size`` random numbers from 0 to 1."""
    return torch.rand(count, 1, size, size, generator=torch.Generator().manual_seed(seed))


def perceptron(*widths: int, seed: int = 0, dropout: float | None = None) -> nn.Sequential:
    """Linear layers with ReLU between; with ``dropout``, that comes before the last of them."""
    parts: list[nn.Module] = [nn.Flatten()]
    with models.seeded_init(seed):
        for into, out in pairwise(widths):
            parts += [nn.Linear(into, out), nn.ReLU()]
    if dropout is not None:
        parts.insert(-2, nn.Dropout(dropout))
    return nn.Sequential(*parts[:-1])


def small_net(seed: int = 0) -> nn.Sequential:
    """Layers "1" and "3" for the rows, 16 x 12 and 12 x 3."""
    return perceptron(16, 12, 3, seed=seed)


def experienced(model: nn.Module) -> nn.Module:
    """The model itself, in evaluation mode; its batch normalisation has seen something."""
    generator = torch.Generator().manual_seed(5)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            for tensor in (module.weight.data, module.bias.data, module.running_mean):
                tensor.copy_(0.3 + torch.rand(tensor.shape, generator=generator))
            module.running_var.uniform_(0.5, 2.0, generator=generator)
    return model.eval()


class Residual(nn.Module):
    """A stem and a block whose output is added to the stem's, then one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 6, 3, padding=1)
        self.conv1 = nn.Conv2d(6, 5, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(5)
        self.conv2 = nn.Conv2d(5, 6, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(6)
        self.fc = nn.Linear(6, 3)

    def forward(self, images: Tensor) -> Tensor:
        shortcut = F.relu(self.stem(images))
        maps = F.relu(self.bn1(self.conv1(shortcut)))
        maps = F.relu(self.bn2(self.conv2(maps)) + shortcut)
        return self.fc(maps.mean(dim=(2, 3)))


class Counted(nn.Module):
    """A module that knows how many images it was given, call by call."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module, self.seen = module, []

    def forward(self, maps: Tensor) -> Tensor:
        self.seen.append(len(maps))
        return self.module(maps)


class Does(nn.Module):
    """A network whose forward pass is the function ``does(self, *inputs)``."""

    def __init__(self, does: Callable[..., Tensor], **parts: Tensor | nn.Module) -> None:
        super().__init__()
        self.does = does
        for name, part in parts.items():
            setattr(self, name, nn.Parameter(part) if isinstance(part, Tensor) else part)

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.does(self, *inputs)


def positive(*shape: int) -> Tensor:
    """Random numbers of which none is zero."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(0)) + 0.1
