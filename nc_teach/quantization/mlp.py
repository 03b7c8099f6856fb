"""A mlp with batch normalisation, in which only the layers and the activation change.

The binary papers all use this form: layer, batch normalisation, activation, and at the end a layer
with batch normalisation alone whose outputs go to a square hinge loss. One builder for all variants
makes sure that nothing else differs between them.

Source: Courbariaux, Bengio, David (2015), "BinaryConnect", section 3 (permutation-invariant MNIST).
"""

import itertools
from collections.abc import Callable, Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.common.kinds import Count, Images, Labels, Logits, Seed, Sparsity
from nc_teach.models import seeded_init

Layer = Callable[[int, int], nn.Module]


def linear(in_features: Count, out_features: Count) -> nn.Linear:
    """An ordinary linear layer without a bias (batch normalisation has one)."""
    return nn.Linear(in_features, out_features, bias=False)


def mlp(
    sizes: Sequence[Count],
    layer: Layer = linear,
    activation: Callable[[], nn.Module] = nn.ReLU,
    *,
    dropout: Sparsity = 0.0,
    seed: Seed | None = None,
) -> nn.Sequential:
    """Layers of ``sizes`` (inputs first, classes last), each followed by batch normalisation.

    ``layer(in, out)`` and ``activation()`` make the parts; ``dropout`` comes after every
    activation. Raises ``ValueError`` for fewer than two sizes.

    >>> net = mlp((784, 256, 10))
    >>> [type(part).__name__ for part in net]
    ['Flatten', 'Linear', 'BatchNorm1d', 'ReLU', 'Linear', 'BatchNorm1d']
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes must name inputs and outputs at least, got {list(sizes)}")
    parts: list[nn.Module] = [nn.Flatten()]
    with seeded_init(seed):
        for inputs, outputs in itertools.pairwise(sizes):
            parts += [layer(inputs, outputs), nn.BatchNorm1d(outputs), activation()]
            parts += [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(*parts[: -2 if dropout else -1])


def square_hinge(outputs: Logits, labels: Labels) -> Tensor:
    """Mean over images and classes of max(0, 1 - t y)^2, with t = +1 for the right class, else -1.

    The loss of an L2-SVM, N x classes and N to a scalar.

    >>> import torch
    >>> square_hinge(torch.tensor([[0.5, -2.0]]), torch.tensor([0])).item()
    0.125
    """
    targets = 2.0 * F.one_hot(labels, outputs.shape[1]) - 1  # N x classes, each +1 or -1
    return (1 - targets * outputs).clamp(min=0).square().mean()


def square_hinge_loss(model: nn.Module, images: Images, labels: Labels) -> Tensor:
    """:func:`square_hinge` of ``model(images)``, for ``fit(..., loss=square_hinge_loss)``."""
    return square_hinge(model(images), labels)
