"""5.2 Two thin layers (difficulty 2, 10 minutes)

`layer` is a `torch.nn.Linear` of M outputs and N inputs. Return `torch.nn.Sequential(first,
second)`: N inputs to `rank` numbers, and these to all M outputs, with the product of their weights
as near to `layer.weight` as a matrix of that rank can be (by `torch.linalg.svd`). Nothing is
between them, and the bias, if there is one, is added once. But where two factors would not hold
**fewer weights** than the one matrix, return `layer` itself. The given layer stays as it was. Up to
which rank is it worth it?

## Stub
    import torch


    def factorise(layer, rank):
        first = torch.nn.Linear(layer.in_features, rank, bias=False)
        second = torch.nn.Linear(rank, layer.out_features)
        ...
        return torch.nn.Sequential(first, second)

## Hint 1
`layer.weight` is `u * s @ v`: u has M rows, v has N columns (it is already transposed). The first
`rank` of each are the largest. Which of the two belongs to the layer that comes first? And which
bias would the second layer multiply?

## Hint 2
`first.weight` is `v[:rank]`, `second.weight` is `u[:, :rank] * s[:rank]`, copied under
`torch.no_grad()`; `first` has `bias=False`, and `second` gets the bias. Two factors hold rank · (M
+ N) weights, the matrix M · N.

## Near miss
putting the bias into the first layer. For a bias of zero everything is right; else it is `rank`
numbers long, goes through the second matrix, and is another bias.

## Reasoning
Truncating the singular value decomposition gives the nearest matrix of rank K (Eckart and Young). y
= A (B x) + b: B is applied first, so it is the layer with the rows of v; the bias belongs to the
outputs, which only the second layer makes. On which side the singular values go is free; half on
each would train more evenly.
"""

import torch
from torch import nn

from nc_teach.classroom.card import Refused

from .two_halves import HOLDS, RETURNS, two_of


def factorise(layer, rank):
    outputs, inputs = layer.weight.shape
    if rank * (outputs + inputs) >= outputs * inputs:
        return layer
    u, s, v = torch.linalg.svd(layer.weight.detach(), full_matrices=False)
    first = torch.nn.Linear(inputs, rank, bias=False)
    second = torch.nn.Linear(rank, outputs, bias=layer.bias is not None)
    with torch.no_grad():
        first.weight.copy_(v[:rank])
        second.weight.copy_(u[:, :rank] * s[:rank])
        if layer.bias is not None:
            second.bias.copy_(layer.bias)
    return torch.nn.Sequential(first, second)


def oracle(layer, rank):
    """W projected on the leading eigenvectors of W W^T: no singular value decomposition in it."""
    matrix = layer.weight.detach()
    if sum(matrix.shape) * rank >= matrix.numel():
        return layer
    vectors = torch.linalg.eigh(matrix @ matrix.T)[1][:, -rank:]  # M x K, the largest last
    return nn.Sequential(linear(vectors.T @ matrix), linear(vectors, layer.bias))


def linear(weight, bias=None):
    """A new linear layer with these numbers."""
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    made.weight = nn.Parameter(weight.detach().clone().contiguous())
    if bias is not None:
        made.bias = nn.Parameter(bias.detach().clone())
    return made


ONE_LAYER = "with rank {rank} two factors hold fewer weights, but you return one layer."
SHAPES = "your weights have the shapes {shapes}; they should be {right}."


def play(function, layer, rank):
    """The product of both weights, and whether they add the bias: zeros are as good as none."""
    pair = function(layer, rank)
    if pair is layer:
        whole = {"itself": True, "bias": "right", "learns": True, "shares": False}
        return {**whole, "product": layer.weight}
    if isinstance(pair, nn.Linear):
        raise Refused(ONE_LAYER.format(rank=rank))
    first, second = two_of(nn.Linear, "first, second", pair)
    right = (rank, layer.in_features), (layer.out_features, rank)
    shapes = tuple(tuple(part.weight.shape) for part in pair)
    if shapes != right:
        raise Refused(SHAPES.format(shapes=shapes, right=right))
    owned = {p.untyped_storage().data_ptr() for p in layer.parameters()}
    return {
        "itself": False,
        "bias": bias_of(first, second, layer),
        "product": second.weight.double() @ first.weight.double(),
        "learns": all(p.is_leaf and p.requires_grad for p in pair.parameters()),
        "shares": any(p.untyped_storage().data_ptr() in owned for p in pair.parameters()),
    }


def bias_of(first, second, layer):
    """Whether the two add what the layer adds, and if not, a name for what they do."""
    one, two = (
        torch.zeros(len(part.weight)).double() if part.bias is None else part.bias.double()
        for part in (first, second)
    )
    added = second.weight.double() @ one + two
    wanted = torch.zeros(len(added)) if layer.bias is None else layer.bias
    if torch.allclose(added, wanted.double(), atol=1e-3):
        return "right"
    if one.any():
        return "both" if two.any() else "first"
    return "other" if two.any() else "none"


BIAS = {
    "first": "your first layer has a bias, and the second has none. The bias belongs to the "
    "outputs.",
    "both": "your first layer has a bias, too. The bias belongs to the outputs.",
    "none": "neither of your layers has the bias. Copy it into the second.",
    "other": "the bias of your second layer is not that of the given one; it was drawn at random.",
}


def details(layer, rank, seen):
    """What the two hold, how far they are away, and what is wrong first."""
    outputs, inputs = layer.weight.shape
    factors = f"two factors hold {rank * (outputs + inputs)} weights"
    told = f"for {outputs} × {inputs} and rank {rank}, {factors}, one matrix {outputs * inputs}"
    answers = seen, play(factorise, layer, rank)
    off, best = ((one["product"] - layer.weight).norm().item() for one in answers)
    problem = (
        f"the product of your weights is {off:.2f} away from the layer's (Frobenius norm); with "
        f"rank {rank} it could be {best:.2f}."
    )
    return {"told": told, "problem": BIAS.get(seen["bias"], problem)}


def cases():
    """A layer without a bias; with one; then ranks on both sides of break-even."""
    for outputs, inputs, ranks, bias in (
        (12, 20, (3,), False),
        (12, 20, (1, 4, 7, 8), True),
        (8, 8, (4, 3), True),
        (6, 3, (2,), True),
    ):
        for rank in ranks:
            where = f"on a layer of {inputs} to {outputs} with rank {rank}"
            yield where, (layer_of(outputs, inputs, bias), rank)


def layer_of(outputs, inputs, bias):
    """A linear layer with random numbers and well-separated singular values."""
    draw, small = torch.Generator().manual_seed(54), min(outputs, inputs)
    left, _ = torch.linalg.qr(torch.randn(outputs, small, generator=draw))
    right, _ = torch.linalg.qr(torch.randn(inputs, small, generator=draw))
    weight = left * (3.0 * 0.8 ** torch.arange(small)) @ right.T
    return linear(weight, 1.0 + torch.rand(outputs, generator=draw) if bias else None)


def by_svd(rule):
    """A wrong function with other factors: rule(u, s, v, rank) -> B, A."""

    def wrong(layer, rank):
        b, a = rule(*torch.linalg.svd(layer.weight.detach(), full_matrices=False), rank)
        return nn.Sequential(linear(b), linear(a, layer.bias))

    return wrong


two = by_svd(lambda u, s, v, k: (v[:k], u[:, :k] * s[:k]))  # whether it is worth it or not


def biased(rule):
    """A wrong function that sets the biases: rule(bias of the layer, rank) -> both."""

    def wrong(layer, rank):
        pair = two(layer, rank)
        if layer.bias is not None:
            for part, bias in zip(pair, rule(layer.bias, rank), strict=True):
                part.bias = bias if bias is None or bias.is_leaf else nn.Parameter(bias.detach())
        return pair

    return wrong


def bias_out_of_nothing(layer, rank):
    pair = two(layer, rank)
    pair[1].bias = nn.Parameter(torch.rand(layer.out_features)) if layer.bias is None else None
    return pair


NOT_NEAR = "the product of your weights is not near to the layer's: "
WRONG = {
    biased(lambda bias, k: (bias[:k], None)): BIAS["first"],
    biased(lambda bias, k: (bias[:k], bias.clone())): BIAS["both"],
    biased(lambda bias, k: (None, None)): BIAS["none"],
    biased(lambda bias, k: (None, -bias)): BIAS["other"],
    biased(lambda bias, k: (None, bias)): "your layers share numbers with the given one. Copy "
    "them, as in `copy_`.",
    bias_out_of_nothing: "the given layer has no bias, but your second one keeps a bias that was "
    "drawn at random. Set it to zero, or leave it out.",
    by_svd(lambda u, s, v, k: (v[:k], u[:, :k])): NOT_NEAR + "the singular values are missing "
    "from it.",
    by_svd(lambda u, s, v, k: (s[:k, None] * v[:k], u[:, :k] * s[:k])): NOT_NEAR + "the singular "
    "values are in it twice.",
    by_svd(lambda u, s, v, k: (v[-k:], u[:, -k:] * s[-k:])): NOT_NEAR + "you keep the smallest "
    "singular values; the largest come first.",
    by_svd(lambda u, s, v, k: ((u * s @ v)[:k], torch.eye(len(u))[:, :k])): "{problem} Rows of the "
    "matrix are not its directions; `svd` finds those.",
    by_svd(lambda u, s, v, k: (v[:, :k].T, u[:, :k] * s[:k])): SHAPES,
    lambda layer, k: two(layer, k)[::-1]: SHAPES,
    lambda layer, k: two(layer, k).insert(1, nn.ReLU()): HOLDS,
    two: "{told}: nothing is saved. Return `layer` itself.",
    lambda layer, k: (
        layer if k * sum(layer.weight.shape) > layer.weight.numel() else two(layer, k)
    ): "{told}: nothing is saved. Return `layer` itself where it is equal, too.",
    lambda layer, k: layer if k >= min(layer.weight.shape) / 2 else two(layer, k): "{told}: that "
    "is fewer, but you return the layer.",
    lambda layer, k: linear(two(layer, k)[1].weight @ two(layer, k)[0].weight): ONE_LAYER,
    lambda layer, k: tuple(two(layer, k)): RETURNS,
    lambda layer, k: two(layer, k).requires_grad_(False): "your layers cannot be trained: their "
    "parameters must require a gradient.",
}

OTHERWISE = "{where} {problem}"
TOLERANCE = 1e-3
