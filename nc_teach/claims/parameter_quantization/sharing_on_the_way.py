"""Centroids that are learned while weights can still change their cluster.

Unlike :class:`~nc_teach.quantization.SharedWeights`, where a weight always stays in the cluster
that k-means put it in, this keeps the float weight behind the centroid. Every step computes with
the nearest centroid, and the gradient moves both: the centroid, by the sum over all weights that
share it, and the weight behind, as if it had not been rounded (straight through, as in
:func:`~nc_teach.quantization.quantization_aware_loss`). A weight whose centroid does not suit it
moves to the next one.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call

from nc_teach.quantization import Codebook


class SharingOnTheWay(nn.Module):
    """A network that ``fit`` trains with centroids; its zeros stay zeros.

    It wraps ``model``, which is not copied, and starts from ``books`` (as ``cluster_weights``
    gives them, of weights that are still in the model). :meth:`finish` leaves every weight at its
    centroid.
    """

    def __init__(self, model: nn.Module, books: Mapping[str, Codebook]) -> None:
        super().__init__()
        self.model = model
        self.names = {name: name.replace(".", "/") for name in books}  # a key may hold no dot
        self.kept = {n: book.index.ge(0).nonzero(as_tuple=True) for n, book in books.items()}
        self.centroids = nn.ParameterDict(
            {self.names[name]: book.centroids.clone() for name, book in books.items()}
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """What the model computes with its centroids."""
        return functional_call(self.model, self.weights(), (inputs,))

    def weights(self) -> dict[str, Tensor]:
        """The weights that the network computes with, by name."""
        return {
            name: _put(self.model.get_parameter(name), self.kept[name], self.centroids[key])
            for name, key in self.names.items()
        }

    @torch.no_grad()
    def finish(self) -> nn.Module:
        """Set the model's weights to their centroids, in place, and return the model."""
        for name, weight in self.weights().items():
            self.model.get_parameter(name).copy_(weight)
        return self.model


def nearest_value(weights: Tensor, centroids: Tensor) -> Tensor:
    """For each weight of a row the nearest centroid; the gradient goes to both.

    >>> weights = torch.tensor([1.0, 1.4, 4.0], requires_grad=True)
    >>> centroids = torch.tensor([5.0, 1.2], requires_grad=True)
    >>> values = nearest_value(weights, centroids)
    >>> [round(v, 2) for v in values.tolist()]
    [1.2, 1.2, 5.0]
    >>> (values * torch.tensor([10.0, 20.0, 30.0])).sum().backward()
    >>> weights.grad.tolist(), centroids.grad.tolist()
    ([10.0, 20.0, 30.0], [30.0, 30.0])
    """
    line = centroids.sort().values
    ends = (line[1:] + line[:-1]).detach() / 2
    return line[torch.bucketize(weights.detach(), ends)] + (weights - weights.detach())


def _put(weight: Tensor, kept: tuple[Tensor, ...], centroids: Tensor) -> Tensor:
    """``weight`` with the nearest centroid at the places that are ``kept``, and zeros elsewhere."""
    return torch.zeros_like(weight).index_put(kept, nearest_value(weight[kept], centroids))
