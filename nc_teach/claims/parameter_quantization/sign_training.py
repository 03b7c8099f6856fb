"""How :mod:`.binary_connect`, :mod:`.binarized` and :mod:`.drift` train networks of signs."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import nn

from nc_teach import training
from nc_teach.claims import raise_if_interrupted
from nc_teach.data import Dataset, Split
from nc_teach.quantization import binary
from nc_teach.quantization.mlp import Layer, linear, mlp, square_hinge_loss

HIDDEN, EPOCHS, IMAGES = (256, 256), 60, 5000
LR, LAST_LR = 3e-3, 0.003  # of Adam, and what factor is left of it at the end
TRAINED: dict[str, tuple[Layer, float]] = {  # how to train -> (layer, dropout)
    "real": (linear, 0.0),
    "deterministic": (binary.BinaryLinear, 0.0),
    "stochastic": (partial(binary.BinaryLinear, rule=binary.STOCHASTIC), 0.0),
    "dropout": (linear, 0.5),
}


def train(
    how: str,
    dataset: Dataset,
    seed: int,
    hidden: Sequence[int] = HIDDEN,
    epochs: int = EPOCHS,
    measure: Callable[[nn.Module, Split], float] = training.accuracy,
) -> nn.Sequential:
    """One network, trained in one of the ways of :data:`TRAINED`."""
    layer, dropout = TRAINED[how]
    sizes = (dataset.train.images[0].numel(), *hidden, len(dataset.classes))
    net = mlp(sizes, layer, dropout=dropout, seed=seed)
    fit(net, dataset, epochs, seed, measure)
    return net


def fit(
    net: nn.Module,
    dataset: Dataset,
    epochs: int,
    seed: int,
    measure: Callable[[nn.Module, Split], float] = training.accuracy,
) -> training.History:
    """Square hinge loss, Adam whose learning rate falls exponentially, clipped weights."""
    history = training.fit(
        net,
        dataset,
        epochs=epochs,
        seed=seed,
        loss=square_hinge_loss,
        progress=False,
        optimizer=binary.adam(net, LR),
        schedule=lambda progress: LAST_LR**progress,
        after_step=binary.clip_weights,
        measure=measure,
    )
    return raise_if_interrupted(history)


def share_at_walls(net: nn.Module) -> float:
    """Share of the real weights behind the signs with |w| > 0.99, in [0, 1]."""
    weights = torch.cat([x.weight.flatten() for x in binary.binary_layers(net).values()])
    return (weights.detach().abs() > 0.99).double().mean().item()
