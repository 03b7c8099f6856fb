"""Networks at a minimum: small, in float64, trained by L-BFGS until the loss hardly falls.

What second derivatives need. Unlike ``fit`` there are no batches and no noise: every step sees all
the data, and ends where the gradient is nearly zero.
"""

import itertools
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nc_teach.data import Dataset, Split
from nc_teach.models import seeded_init
from nc_teach.pruning.curvature import Loss

L2 = 1e-3


class TanhNet(nn.Module):
    """Linear layers of the given sizes with tanh between them, in float64.

    64-16-10, for 8 x 8 digits, has 1,184 weights and 26 biases; 2-2-1, for XOR, six and three.
    Takes images of any floating type, N x C x H x W; returns N x outputs.
    """

    def __init__(self, sizes: Sequence[int], seed: int) -> None:
        super().__init__()
        with seeded_init(seed):
            layers = (nn.Linear(a, b).double() for a, b in itertools.pairwise(sizes))
            self.layers = nn.ModuleList(layers)

    def forward(self, images: Tensor) -> Tensor:
        hidden = images.flatten(1).double()
        for layer in self.layers[:-1]:
            hidden = layer(hidden).tanh()
        return self.layers[-1](hidden)


def train_to_minimum(model: nn.Module, split: Split, loss: Loss = F.cross_entropy) -> nn.Module:
    """Minimise ``loss(outputs, labels) + L2 * sum of squares`` by L-BFGS, in place."""
    opt = torch.optim.LBFGS(
        model.parameters(),
        max_iter=300,
        history_size=20,
        tolerance_grad=1e-9,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        opt.zero_grad()
        penalty = sum(p.square().sum() for p in model.parameters())
        value = loss(model(split.images), split.labels) + L2 * penalty
        value.backward()
        return value

    opt.step(closure)
    opt.zero_grad()
    return model


def digits_net(dataset: Dataset, seed: int) -> nn.Module:
    """A 64-16-10 tanh network at a minimum of the training loss."""
    pixels = dataset.train.images[0].numel()
    return train_to_minimum(TanhNet((pixels, 16, len(dataset.classes)), seed), dataset.train)
