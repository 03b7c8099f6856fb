"""Fine-tuning of the centroids: the shared values learn, and who shares them stays.

Unlike :mod:`~nc_teach.quantization.clustering`, which places the values where the weights are, this
moves them to where the *loss* is small. A value that many weights share feels all of them, so its
gradient is the SUM of theirs (not their mean):

    dL/dC_k = sum over i, j of dL/dW_ij [index_ij = k]

Source: Han, Mao, Dally (2016), "Deep Compression", section 3.3, equation 3.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call

from nc_teach.common.arguments import check_shape
from nc_teach.common.kinds import Seed, Vector
from nc_teach.common.weights import named_parameters
from nc_teach.models import layer_weights
from nc_teach.quantization.clustering import Codebook, Init, Values, cluster

Codebooks = dict[str, Codebook]


def share(centroids: Vector, index: Tensor) -> Tensor:
    """Weights whose values are ``centroids[index]`` (0 where the index is -1), in index's shape.

    Differentiable in the centroids, by the formula above.

    >>> centroids = torch.tensor([1.0, 5.0], requires_grad=True)
    >>> weights = share(centroids, torch.tensor([0, 0, -1, 1]))
    >>> (weights * torch.tensor([10.0, 20.0, 30.0, 40.0])).sum().backward()
    >>> weights.tolist(), centroids.grad.tolist()
    ([1.0, 1.0, 0.0, 5.0], [30.0, 40.0])
    """
    return _Share.apply(centroids, index)


class _Share(torch.autograd.Function):
    @staticmethod
    def forward(ctx, centroids: Tensor, index: Tensor) -> Tensor:
        ctx.save_for_backward(index)
        ctx.count = len(centroids)
        return Codebook(centroids, index).weights()

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        (index,) = ctx.saved_tensors
        place = index.flatten().long() + 1  # the zeros' share of the gradient is dropped
        sums = torch.bincount(place, gradient.flatten(), minlength=ctx.count + 1)  # k + 1
        return sums[1:].to(gradient.dtype), None


def cluster_weights(
    model: nn.Module, k: Values | Mapping[str, Values], init: Init = "linear", *, seed: Seed = 0
) -> Codebooks:
    """Cluster parameters of ``model`` in place, each on its own; a codebook for each.

    ``k`` is one number for the weights of all linear and convolutional layers, or one for every
    parameter that is to be clustered, by its name (``{"fc1.weight": 8, "fc1.bias": 16}``).

    Raises ``ValueError`` as :func:`~nc_teach.quantization.clustering.cluster` does, or for a name
    that is no parameter; the model is unchanged then.
    """
    counts = dict(k) if isinstance(k, Mapping) else dict.fromkeys(layer_weights(model), k)
    parameters = named_parameters(model, "k", counts)
    books = {n: cluster(parameters[n], count, init, seed=seed) for n, count in counts.items()}
    put_weights(model, books)
    return books


@torch.no_grad()
def put_weights(model: nn.Module, books: Mapping[str, Codebook]) -> nn.Module:
    """Set the parameters that ``books`` names to what the books stand for, in place.

    Raises ``ValueError`` when one is no parameter of the model, or of another shape; the model is
    unchanged then.
    """
    parameters = named_parameters(model, "books", books)
    for name, book in books.items():
        check_shape(f"the book of {name!r}", book.index.shape, parameters[name].shape)
    for name, book in books.items():
        parameters[name].copy_(book.weights())
    return model


class SharedWeights(nn.Module):
    """A network whose weights are read from codebooks, so that ``fit`` trains the centroids.

    It wraps ``model``, which is not copied: parameters without a codebook are trained in place,
    those with one are frozen while it lives. :meth:`finish` writes the learned values into the
    model, thaws it, and returns the new codebooks.

    ``fit(SharedWeights(model, books), dataset, epochs=1, lr=2e-4)``
    """

    def __init__(self, model: nn.Module, books: Mapping[str, Codebook]) -> None:
        super().__init__()
        put_weights(model, books)
        self.model, self.books = model, dict(books)
        self.names = {name: name.replace(".", "/") for name in books}  # a key may hold no dot
        self.centroids = nn.ParameterDict(
            {self.names[name]: book.centroids.clone() for name, book in books.items()}
        )
        for name in books:
            model.get_parameter(name).requires_grad_(False)

    def forward(self, inputs: Tensor) -> Tensor:
        weights = {
            name: share(self.centroids[self.names[name]], book.index)
            for name, book in self.books.items()
        }
        return functional_call(self.model, weights, (inputs,))

    def finish(self) -> Codebooks:
        """The learned codebooks, which the model's weights now follow as ordinary parameters."""
        books = {
            name: book.with_centroids(self.centroids[self.names[name]])
            for name, book in self.books.items()
        }
        put_weights(self.model, books)
        for name in books:
            self.model.get_parameter(name).requires_grad_(True)
        return books
