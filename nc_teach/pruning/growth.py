"""Growth: give a layer more neurons without changing what the network computes.

The reverse of :func:`~nc_teach.surgery.remove_neurons`: some networks are cut down to a
size, others grown up to it. The new neurons receive inputs from the start but send nothing on
yet: incoming weights are drawn as in a new layer, outgoing weights are zero. The first gradient
changes that.

Unlike Net2Net, whose new neurons are copies of old ones and at first bring nothing new (tried here
with 60-20 hidden neurons on MNIST: 2 to 5 points worse than this on validation data).

Source of the idea that growing must not change the function: Chen, Goodfellow, Shlens (2016),
"Net2Net: Accelerating Learning via Knowledge Transfer".
"""

import copy

import torch
from torch import nn

from nc_teach.common.arguments import check_choice
from nc_teach.common.kinds import Count, Seed
from nc_teach.common.weights import check_plain
from nc_teach.models import seeded_init
from nc_teach.surgery import groups


def grow_neurons(model: nn.Module, layer: str, units: Count, seed: Seed | None = 0) -> nn.Module:
    """A larger copy of ``model`` in which the linear ``layer`` has ``units`` neurons.

    Old neurons keep their places, new ones come behind; their weights in are drawn from ``seed`` as
    ``nn.Linear`` draws them. ``model`` is unchanged; the copy's parameters are new, so give them to
    a new optimizer.

    Raises ``ValueError`` for a layer that is not there, is not linear, is the output, is added to
    another or is followed by batch normalisation; for fewer units than it has.

    >>> net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> large, images = grow_neurons(net, "0", 5), torch.rand(6, 4)
    >>> large[0].weight.shape, large[2].weight.shape
    (torch.Size([5, 4]), torch.Size([2, 5]))
    >>> torch.allclose(large(images), net(images), atol=1e-6)
    True
    """
    reader = _checked(model, layer, units)
    large = copy.deepcopy(model)
    first, second = _linear(large, layer), _linear(large, reader)
    count = units - first.out_features
    if count == 0:
        return large
    with seeded_init(seed):
        new = nn.Linear(first.in_features, count, bias=first.bias is not None).to(first.weight)
    with torch.no_grad():
        # Zeros on the way out: the larger network computes what the smaller one did.
        silent = second.weight.new_zeros(second.out_features, count)
        # out x (old + count)
        second.weight = nn.Parameter(torch.cat([second.weight, silent], dim=1))
        first.weight = nn.Parameter(torch.cat([first.weight, new.weight]))  # units x in
        if first.bias is not None:
            first.bias = nn.Parameter(torch.cat([first.bias, new.bias]))
    first.out_features = second.in_features = units
    return large


def _checked(model: nn.Module, layer: str, units: int) -> str:
    """The one layer that reads ``layer``; ``ValueError`` when it cannot grow."""
    check_plain(model)
    found = {name: group for group in groups(model) for name in group.layers}
    check_choice("layer", layer, found)
    group = found[layer]
    alone = not group.keepers and len(group.layers) == 1 and len(group.readers) == 1
    names = (layer, *group.readers)
    linear = all(isinstance(model.get_submodule(name), nn.Linear) for name in names)
    if group.why_not or not alone or not linear:
        raise ValueError(
            f"layer must be a linear layer that one other linear layer reads directly, got "
            f"{layer!r}"
        )
    least = _linear(model, layer).out_features
    if units < least:
        raise ValueError(f"units must be an integer of at least {least}, got {units!r}")
    return next(iter(group.readers))


def _linear(model: nn.Module, name: str) -> nn.Linear:
    layer = model.get_submodule(name)
    assert isinstance(layer, nn.Linear)  # checked before
    return layer
