"""Binarized neural networks: one bit for the weights *and* for what flows between the layers.

Unlike BinaryConnect, whose activations stay real, every activation here is a sign, so that a
layer's product is nothing but counting bits (see :mod:`.xnor`). The sign is trained through with
the clipped straight-through gradient. The first layer's inputs, the pixels, stay real.

Source: Courbariaux, Hubara, Soudry, El-Yaniv, Bengio (2016), "Binarized Neural Networks: Training
Neural Networks with Weights and Activations Constrained to +1 or -1".
"""

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from nc_teach.common.kinds import Count, Seed
from nc_teach.quantization.binary import BinaryLinear
from nc_teach.quantization.mlp import mlp
from nc_teach.quantization.sign import sign_ste


class Sign(nn.Module):
    """The activation sign(x), in {-1, +1}; ``through`` says what gradient it hands back.

    >>> import torch
    >>> Sign()(torch.tensor([-0.5, 0.0, 2.0])).tolist()
    [-1.0, 1.0, 1.0]
    """

    def __init__(self, through: Callable[[Tensor], Tensor] = sign_ste) -> None:
        super().__init__()
        self.through = through

    def forward(self, x: Tensor) -> Tensor:
        return self.through(x)


def binarized_perceptron(
    sizes: Sequence[Count],
    through: Callable[[Tensor], Tensor] = sign_ste,
    *,
    seed: Seed | None = None,
) -> nn.Sequential:
    """A mlp of ``sizes`` with binary weights and sign activations.

    Train it with :func:`~nc_teach.quantization.binary.adam` and ``after_step=clip_weights``.

    >>> net = binarized_perceptron((784, 256, 10), seed=0)
    >>> [type(part).__name__ for part in net]
    ['Flatten', 'BinaryLinear', 'BatchNorm1d', 'Sign', 'BinaryLinear', 'BatchNorm1d']
    """
    return mlp(sizes, BinaryLinear, lambda: Sign(through), seed=seed)
