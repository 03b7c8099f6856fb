"""Watch the real weights behind the signs: one BinaryConnect network, photographed every epoch.

Each photograph shows how the real weights are spread over [-1, 1], how many are at the walls, how
many signs have turned since the epoch before, and the weights of one neuron. The control is the
same network with real weights, trained for as long. There is no claim here; the claim is
``binary_connect``.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from nc_teach import training
from nc_teach.claims import Result, Table, measured, together
from nc_teach.data import Dataset, Split
from nc_teach.quantization import binary
from nc_teach.quantization.mlp import mlp

from .binary_connect import share_at_walls, train

EPOCHS, IMAGES, BINS = 12, 5000, 40


@dataclass(frozen=True, kw_only=True)
class Drift(Result):
    """What was seen after 0, 1, 2, ... ``epochs``, the moments.

    ``spread`` is the share of the real weights in every bin (moments x bins, between ``edges``),
    ``at_walls`` the share with |w| > 0.99, ``turned`` the share of the signs that changed in the
    epoch before (0 at first), ``neuron`` the real weights of one neuron of the first layer
    (moments x height x width), ``accuracy`` that of the signs on the validation split;
    ``real`` is the last accuracy of the control, trained as long with real weights.
    """

    epochs: np.ndarray
    edges: np.ndarray
    spread: np.ndarray
    at_walls: np.ndarray
    turned: np.ndarray
    neuron: np.ndarray
    accuracy: np.ndarray
    real: float

    def in_words(self) -> str:
        """What the signs and the real weights read, and what became of the weights behind."""
        last = self.epochs[-1]
        return (
            f"After {last} epochs the network of signs reads {100 * self.accuracy[-1]:.1f} % of "
            f"the validation images, its twin with real weights {100 * self.real:.1f} %. "
            f"{100 * self.turned[1]:.1f} % of the signs turned in the first epoch, "
            f"{100 * self.turned[-1]:.1f} % in the last; {100 * self.at_walls[-1]:.1f} % of the "
            "real weights are at the walls."
        )

    def table(self) -> Table:
        """A row per moment."""
        columns = (self.at_walls, self.turned, self.accuracy)
        rows = tuple(
            (str(epoch), *(f"{100 * column[place]:.1f} %" for column in columns))
            for place, epoch in enumerate(self.epochs)
        )
        control = (f"{self.epochs[-1]}, real weights", "", "", f"{100 * self.real:.1f} %")
        heads = ("epochs", "at the walls", "signs turned", "validation accuracy")
        return self.tabled(heads, (*rows, control))


@measured
def watch_weights_drift(
    dataset: Dataset,
    *,
    seed: int = 0,
    hidden: tuple[int, ...] = (256, 256),
    epochs: int = EPOCHS,
    images: int = IMAGES,
) -> Drift:
    """Train one deterministic BinaryConnect network from ``seed`` and film its real weights."""
    some = replace(dataset, train=dataset.train.subset(min(images, len(dataset.train))))
    shape = some.train.images.shape[-2:]
    pictures = []

    def photograph(net: nn.Module, split: Split) -> float:
        parts = [x.weight.detach().flatten() for x in binary.binary_layers(net).values()]
        weights = torch.cat(parts).numpy()
        accuracy = training.accuracy(net, split)
        picture = {
            "spread": np.histogram(weights, BINS, (-1, 1))[0] / len(weights),
            "at_walls": share_at_walls(net),
            "signs": weights >= 0,
            "neuron": weights[: shape.numel()].reshape(shape),
            "accuracy": accuracy,
        }
        pictures.append(picture)
        return accuracy

    sizes = (some.train.images[0].numel(), *hidden, len(some.classes))
    photograph(mlp(sizes, binary.BinaryLinear, seed=seed), some.validation)  # as it will begin
    train("deterministic", some, seed, hidden, epochs, measure=photograph)
    seen = together(pictures)
    signs = seen.pop("signs")
    return Drift(
        epochs=np.arange(epochs + 1),
        edges=np.linspace(-1, 1, BINS + 1),
        turned=np.array([0.0, *(signs[1:] != signs[:-1]).mean(axis=1)]),
        real=training.accuracy(train("real", some, seed, hidden, epochs), some.validation),
        **seen,
    )
