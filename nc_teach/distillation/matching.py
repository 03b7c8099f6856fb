"""Matching: name the units of network B so that each does what its namesake in A does.

The hidden units of a layer can change places, with their weights in and out, and the network
computes the same function: a layer of 128 has 128! twins. Two trained networks are twins of no
known order, so the mean of their parameters mixes units that have nothing to do with each other.
Here B's units are permuted to match A's, by their weights or by what they say about images.

Source: Ainsworth, Hayase, Srinivasa (2023), "Git Re-Basin: Merging Models modulo Permutation
Symmetries", sections on matching activations and on matching weights.
"""

import copy
from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn

from nc_teach.common.weights import check_plain, tied_names
from nc_teach.data import Split
from nc_teach.distillation.assignment import assign
from nc_teach.training.evaluate import as_input

Permutations = Mapping[str, Tensor]  # layer -> for each unit of A, which unit of B takes its place
MOST_SWEEPS = 50


def match_permutation(a: nn.Module, b: nn.Module, split: Split | None = None) -> dict[str, Tensor]:
    """The permutation of every hidden layer of ``b`` that matches it to ``a``.

    Returns for each hidden layer the units of B in the order of A's, int64: ready for
    :func:`permute_units`. Raises ``ValueError`` when a network is no such chain, or their shapes
    differ.

    - ``a``, ``b``: Two networks of the same shape, chains of linear layers with an element-wise
      function (ReLU, tanh) between them. They are left as they are.
    - ``split``: Images to match the units' *activations* on: unit i of A gets the unit of B whose
      outputs (before the function) correlate best, each layer by itself. Without images the
      *weights* are matched: sweeps over the layers, each solved exactly with its neighbours fixed,
      until nothing changes.

    >>> net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    >>> twin = permute_units(net, {"0": torch.tensor([2, 0, 3, 1])})
    >>> match_permutation(net, twin)  # the way back
    {'0': tensor([1, 3, 0, 2])}
    """
    layers_a, layers_b = linear_chain(a), linear_chain(b)
    shapes_a, shapes_b = (
        {name: tuple(layer.weight.shape) for name, layer in layers.items()}
        for layers in (layers_a, layers_b)
    )
    if shapes_a != shapes_b:
        raise ValueError(f"b must have the layers of a, {shapes_a}, got {shapes_b}")
    if split is None:
        return _by_weights(layers_a, layers_b)
    return _by_activations(a, b, split, list(layers_a)[:-1])


def permute_units(model: nn.Module, permutations: Permutations) -> nn.Module:
    """A new network, the same function, with the units of its hidden layers in another order.

    Unit i of the layer becomes what unit ``permutation[i]`` was: its row of weights and its bias
    move, and so does its column in the next layer.

    Raises ``ValueError`` for a name that is no hidden layer, or what is no permutation of it.
    """
    twin = copy.deepcopy(model)
    layers = linear_chain(twin)
    following = dict(zip(layers, list(layers.values())[1:], strict=False))
    for name, order in permutations.items():
        if name not in following:
            raise ValueError(f"permutations must name {', '.join(following)}, got {name!r}")
        units = layers[name].out_features
        if sorted(order.tolist()) != list(range(units)):
            raise ValueError(f"permutations[{name!r}] must hold 0 to {units - 1} once each")
    with torch.no_grad():
        for name, order in permutations.items():
            for tensor in (p for p in (layers[name].weight, layers[name].bias) if p is not None):
                tensor.copy_(tensor[order])
            following[name].weight.copy_(following[name].weight[:, order])
    return twin


def linear_chain(model: nn.Module) -> dict[str, nn.Linear]:
    """The linear layers of ``model`` by name, in order; ``ValueError`` when it has others."""
    check_plain(model)
    own = {n: m for n, m in model.named_modules() if list(m.parameters(recurse=False))}
    for name, module in own.items():
        if not isinstance(module, nn.Linear):
            raise ValueError(
                f"model must be a chain of linear layers, got {type(module).__name__} {name!r}"
            )
    if twins := [names for names in tied_names(model).values() if len(names) > 1]:
        raise ValueError(f"model must have layers with weights of their own, got {twins[0]} tied")
    layers = list(own.values())
    fits = all(one.out_features == two.in_features for one, two in pairwise(layers))
    if len(layers) < 2 or not fits:
        raise ValueError(f"model must be a chain of two or more linear layers, got {list(own)}")
    return own


def _best(similarity: Tensor) -> Tensor:
    """For each row the column, one to one, with the largest sum."""
    return torch.from_numpy(assign(-similarity.cpu().double().numpy())[0])


def _by_weights(
    layers_a: dict[str, nn.Linear], layers_b: dict[str, nn.Linear]
) -> dict[str, Tensor]:
    """Sweeps: each layer's units are matched by their rows, biases, and columns in the next layer.

    With all other permutations fixed, similarity[i, j] is the inner product of all weights of A's
    unit i and B's unit j, in and out. The sum over all layers never falls, so the sweeps end.
    """
    names, last = list(layers_a), len(layers_a) - 1
    orders = {name: torch.arange(layers_a[name].out_features) for name in names}
    w_a, w_b = (
        {n: layer.weight.detach() for n, layer in net.items()} for net in (layers_a, layers_b)
    )
    for _ in range(MOST_SWEEPS):
        before = {name: order.clone() for name, order in orders.items()}
        for place, name in enumerate(names[:last]):
            following = names[place + 1]
            inputs = orders[names[place - 1]] if place else torch.arange(w_a[name].shape[1])
            similarity = w_a[name] @ w_b[name][:, inputs].T  # units of A x units of B
            similarity = similarity + w_a[following].T @ w_b[following][orders[following]]
            if layers_a[name].bias is not None:
                similarity = similarity + torch.outer(layers_a[name].bias, layers_b[name].bias)
            orders[name] = _best(similarity.detach())
        if all(torch.equal(before[name], orders[name]) for name in names):
            break
    return {name: orders[name] for name in names[:last]}


def _by_activations(
    a: nn.Module, b: nn.Module, split: Split, names: list[str]
) -> dict[str, Tensor]:
    """Each layer by itself: the correlation of every unit of A with every unit of B."""
    said_a, said_b = (_outputs(model, names, split.images) for model in (a, b))
    # Correlations, units of A x units of B; the assignment then pairs them one to one.
    return {name: _best(_standard(said_a[name]).T @ _standard(said_b[name])) for name in names}


def _standard(outputs: Tensor) -> Tensor:
    """Every unit with mean 0 and length 1 over the images; a constant unit becomes 0."""
    centred = outputs - outputs.mean(dim=0)  # N x units
    return centred / centred.norm(dim=0).clamp_min(1e-12)


@torch.no_grad()
def _outputs(model: nn.Module, names: list[str], images: Tensor) -> dict[str, Tensor]:
    """What the named layers give for the images; the hooks are gone before this returns."""
    outputs: dict[str, Tensor] = {}

    def keep(name: str):
        return lambda layer, given, out: outputs.__setitem__(name, out)

    handles = [model.get_submodule(n).register_forward_hook(keep(n)) for n in names]
    try:
        model(as_input(model, images))
    finally:
        for handle in handles:
            handle.remove()
    return outputs
