"""The Hessian of the training loss: whole, or its diagonal, exact or estimated.

What optimal brain damage (the diagonal) and optimal brain surgeon (the whole) are built on. Unlike
the squared gradient, which needs one derivative and is often used in its place, this is the
curvature itself; Gauss-Newton leaves out the part that bends with the network and is never
negative.

In all of them ``loss(outputs, labels)`` is a *mean* over images, and the weights are in one order:
parameter after parameter, each flattened.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Annotated

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import grad, hessian, jacrev, vjp, vmap

from nc_teach.common.kinds import Count, Logits, Seed, floats
from nc_teach.data import Split
from nc_teach.pruning.per_sample import Weights, as_function, chunks

Loss = Callable[[Tensor, Tensor], Tensor]
Product = Callable[[Tensor], Tensor]
Slopes = Annotated[Tensor, floats("a float tensor of N x classes x n", dims=3)]
ROWS = 64  # rows of the Hessian that are computed at a time


def exact_rows(
    model: nn.Module, split: Split, loss: Loss = F.cross_entropy, names: Iterable[str] | None = None
) -> Iterator[Tensor]:
    """Yield the exact Hessian d2 loss / dw2 a few rows at a time, each K x n for n weights.

    One product with a unit vector per row and chunk of images, so n^2 numbers are never needed at
    once for the diagonal.
    """
    with as_function(model, names) as (call, weights):
        flat = flatten(weights)
        for places in torch.arange(len(flat), device=flat.device).split(ROWS):
            units = F.one_hot(places, len(flat)).to(flat)  # K x n, rows of the identity
            products = _products(model, split, loss, call, weights)
            yield torch.stack([vmap(product)(units) for product in products]).sum(dim=0)  # K x n


def gauss_newton(
    model: nn.Module,
    split: Split,
    loss: Loss = F.cross_entropy,
    names: Iterable[str] | None = None,
    *,
    diagonal: bool = False,
    chunk_size: Count = 64,
) -> Tensor:
    """G = (1/N) sum_n J_n^T S_n J_n: n x n, or its diagonal, n numbers.

    J_n (outputs x n) is the derivative of image n's outputs by the weights, S_n (outputs x outputs)
    the Hessian of its loss by the outputs. G is the Hessian of the loss with the network replaced
    by its tangent; for cross-entropy it is also the Fisher matrix.
    """
    with as_function(model, names) as (call, weights):

        def outputs(flat: Tensor, image: Tensor) -> Tensor:
            return call(unflatten(flat, weights), image[None])[0]

        def loss_of_one(outputs: Tensor, label: Tensor) -> Tensor:
            return loss(outputs[None], label[None])

        flat = flatten(weights)
        total = flat.new_zeros(len(flat) if diagonal else (len(flat), len(flat)))
        for images, labels in chunks(model, split, chunk_size):
            jacobian = vmap(jacrev(outputs), in_dims=(None, 0))(flat, images)  # B x outputs x n
            # B x outputs x outputs
            bend = vmap(hessian(loss_of_one))(call(weights, images), labels)
            bent = bend @ jacobian  # B x outputs x n
            if diagonal:
                total += (jacobian * bent).sum(dim=(0, 1))
            else:
                total += jacobian.flatten(0, 1).T @ bent.flatten(0, 1)
    return total / len(split)


def gauss_newton_diagonal(slopes: Slopes, logits: Logits) -> Tensor:
    """h_k = mean over images of sum_c p_c (dz_c/dw_k - mean_k)^2, with p = softmax(z).

    ``slopes`` (N x classes x n) are dz_c/dw_k of each image, ``logits`` (N x classes) its z. This
    is the diagonal of :func:`gauss_newton` for the cross-entropy, written as what it is: how far
    the classes' slopes lie apart, as the network weighs them. Returns n numbers, none below 0.

    One image, two classes of p = 1/2, one weight that moves their logits by 1 and -1:

    >>> gauss_newton_diagonal(torch.tensor([[[1.0], [-1.0]]]), torch.zeros(1, 2))
    tensor([1.])
    """
    p = logits.softmax(dim=1).unsqueeze(2)  # N x classes x 1
    mean = (p * slopes).sum(dim=1, keepdim=True)  # N x 1 x n
    apart = (slopes - mean).square()  # N x classes x n
    return (p * apart).sum(dim=1).mean(dim=0)  # n


def hutchinson(
    model: nn.Module,
    split: Split,
    loss: Loss = F.cross_entropy,
    names: Iterable[str] | None = None,
    *,
    probes: Count = 100,
    seed: Seed = 0,
) -> Tensor:
    """Estimate the diagonal of the exact Hessian H: the mean of v * Hv over random signs v.

    Each probe costs about two gradients, whatever the number of weights, and
    Var(v * Hv)_k = sum_{j != k} h_kj^2, so the error falls with the square root of ``probes``.

    Source: Bekas, Kokiopoulou, Saad (2007), "An estimator for the diagonal of a matrix".
    """
    with as_function(model, names) as (call, weights):
        flat = flatten(weights)
        generator = torch.Generator().manual_seed(seed)
        shape = (probes, len(flat))
        # probes x n, each +1 or -1
        signs = 2 * torch.randint(0, 2, shape, generator=generator, dtype=torch.int8) - 1
        total = torch.zeros_like(flat)  # n
        for product in _products(model, split, loss, call, weights):
            for sign in signs:  # a byte each, so that 100 probes of a large network fit in memory
                vector = sign.to(flat)  # n
                total += vector * product(vector)
    return total / probes


def _products(
    model: nn.Module, split: Split, loss: Loss, call: Callable, weights: Weights
) -> Iterator[Product]:
    """For each chunk of images the function v -> Hv; their sum is that of the whole split."""
    flat = flatten(weights)
    for images, labels in chunks(model, split, 500):
        share = len(images) / len(split)

        def part(flat: Tensor, images: Tensor, labels: Tensor, share: float) -> Tensor:
            return share * loss(call(unflatten(flat, weights), images), labels)

        gradient = grad(partial(part, images=images, labels=labels, share=share))
        pull = vjp(gradient, flat)[1]
        yield partial(_first, pull)


def _first(pull: Callable[[Tensor], tuple[Tensor, ...]], vector: Tensor) -> Tensor:
    return pull(vector)[0]


def flatten(weights: Weights) -> Tensor:
    """All weights behind one another, as one vector."""
    return torch.cat([weight.flatten() for weight in weights.values()])


def unflatten(flat: Tensor, like: Weights) -> Weights:
    """The vector cut up again into tensors of the names and shapes of ``like``.

    >>> unflatten(torch.arange(3.0), {"a": torch.zeros(2), "b": torch.zeros(1, 1)})
    {'a': tensor([0., 1.]), 'b': tensor([[2.]])}
    """
    pieces = flat.split([weight.numel() for weight in like.values()])
    return {name: p.reshape(like[name].shape) for name, p in zip(like, pieces, strict=True)}
