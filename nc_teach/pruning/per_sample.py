"""A model as a function of its weights, and gradients image by image.

Unlike ``loss.backward()``, which gives the gradient of a mean, this gives the mean of something
that is done to the gradient of each image. The order matters: the square of a mean over B images
is about B times smaller than the mean of the squares.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from nc_teach.common.kinds import Count
from nc_teach.common.weights import check_plain
from nc_teach.data import Split
from nc_teach.pruning.masks import prunable_weights
from nc_teach.training.evaluate import evaluating, preserve_modes

Weights = dict[str, Tensor]
Call = Callable[[Weights, Tensor], Tensor]


@contextmanager
def as_function(
    model: nn.Module, names: Iterable[str] | None = None
) -> Iterator[tuple[Call, Weights]]:
    """Yield ``call(weights, images) -> outputs`` and the weights that it is a function of.

    ``names`` are the parameters that count as weights (default: the prunable ones); the others and
    the buffers are constants. The model is in evaluation mode meanwhile. Its own tensors and
    gradients are not touched.

    Raises ``ValueError`` when ``names`` names no parameter.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> with as_function(layer) as (call, weights):
    ...     call({"weight": torch.tensor([[2.0, 3.0]])}, torch.ones(1, 2))
    tensor([[5.]])
    """
    chosen = check_names(model, names)
    constants = {name: p.detach() for name, p in model.named_parameters()}
    buffers = {name: buffer.detach().clone() for name, buffer in model.named_buffers()}

    def call(weights: Weights, images: Tensor) -> Tensor:
        return functional_call(model, ({**constants, **weights}, buffers), (images,))

    with preserve_modes(model):
        model.eval()
        yield call, {name: constants[name] for name in chosen}


def mean_over_images(
    model: nn.Module,
    split: Split,
    function: Callable[[Tensor, Tensor], Tensor],
    of_gradient: Callable[[Tensor], Tensor],
    chunk_size: Count = 32,
) -> Weights:
    """(1/N) sum_n ``of_gradient``(d ``function``(outputs_n, label_n) / dw) for every weight w.

    ``function`` gets the outputs of one image (a vector) and its label (a scalar tensor) and
    returns a scalar; ``of_gradient`` works element by element, for example ``torch.abs``.
    ``chunk_size`` images at a time are held, each with a gradient of the size of all weights.
    Returns name -> tensor in the shape, dtype and device of the weight.
    """
    with as_function(model) as (call, weights):

        def of_one(weights: Weights, image: Tensor, label: Tensor) -> Tensor:
            return function(call(weights, image[None])[0], label)

        # vmap runs the gradient of one image for all images of a chunk: one gradient each, no mean.
        gradients = vmap(grad(of_one), in_dims=(None, 0, 0))
        total = {name: torch.zeros_like(weight) for name, weight in weights.items()}
        for images, labels in chunks(model, split, chunk_size):
            for name, gradient in gradients(weights, images, labels).items():
                # gradient: chunk x the shape of the weight
                total[name] += of_gradient(gradient).sum(dim=0)
    return {name: value / len(split) for name, value in total.items()}


def chunks(model: nn.Module, split: Split, chunk_size: Count) -> Iterator[tuple[Tensor, Tensor]]:
    """Images and labels, a chunk at a time, on the model's device; images in its dtype."""
    like = next(model.parameters())
    pairs = zip(split.images.split(chunk_size), split.labels.split(chunk_size), strict=True)
    for images, labels in pairs:
        dtype = like.dtype if images.is_floating_point() else images.dtype  # tokens stay numbers
        yield images.to(like.device, dtype), labels.to(like.device)


def outputs_of(model: nn.Module, split: Split, chunk_size: Count = 1000) -> Tensor:
    """The outputs for every image in evaluation mode, N x classes, on the model's device."""
    with evaluating(model):
        # N x classes
        return torch.cat([model(images) for images, _ in chunks(model, split, chunk_size)])


def check_names(model: nn.Module, names: Iterable[str] | None) -> list[str]:
    """``names`` as a list, or those of the prunable weights; a tied one by its first name.

    Raises ``ValueError`` for a wrong one.
    """
    chosen = list(prunable_weights(model) if names is None else names)
    check_plain(model)
    known = dict(model.named_parameters(remove_duplicate=False))
    if not chosen or not set(chosen) <= set(known):
        raise ValueError(f"names must be among {', '.join(known)}, got {chosen}")
    wanted = {id(known[name]) for name in chosen}
    first = {id(p): name for name, p in model.named_parameters() if id(p) in wanted}
    return [first[id(known[name])] for name in chosen]
