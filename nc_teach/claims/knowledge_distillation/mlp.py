"""The plain networks of this part: linear layers with ReLU between them, as one sequence."""

from itertools import pairwise

from torch import nn

from nc_teach.models import seeded_init


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
