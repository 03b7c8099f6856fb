"""Removal: take neurons and filters out of a network for good.

Unlike a mask, which leaves zeros in tensors of the old size, this gives a smaller network: fewer
rows here, fewer columns in the layers that read them, and so fewer multiplications on any machine.

A filter whose weights are zero is not yet removed: its bias, or what batch normalisation adds
(beta - gamma mu / sigma), still reaches the next layer. Where those are zero too
(:func:`zero_units`), the smaller network computes the same numbers.

Sources: Li, Kadav, Durdanovic, Samet, Graf (2017), "Pruning Filters for Efficient ConvNets", figure
1 and section 3.1, section 3.3 for shortcuts, and section 4 for batch normalisation; for neurons Hu,
Peng, Tai, Tang (2016), "Network Trimming".
"""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from nc_teach.common.arguments import check_choice
from nc_teach.models import weight_of
from nc_teach.pruning.masks import check_mask
from nc_teach.pruning.wiring import Wiring, wirings

Names = str | Sequence[str]
SIZES = {
    "in_features": 1,
    "out_features": 0,
    "in_channels": 1,
    "out_channels": 0,
    "num_features": 0,
}


def remove_neurons(model: nn.Module, layer: Names, keep: Tensor) -> nn.Module:
    """A smaller copy of ``model``, without the neurons of a linear layer whose ``keep`` is false.

    Gone are the neuron's row of weights, its bias, its batch normalisation, and its column in every
    layer that reads it. ``model`` itself is unchanged. The copy's parameters are new: give them to
    a new optimizer, and save the copy whole (its shapes no longer fit the class that made it).

    ``model`` has linear and convolutional layers with ReLU, pooling, dropout, batch normalisation,
    flatten and additions between them; see :mod:`nc_teach.pruning.wiring`. ``layer`` is the layer's
    name. Where outputs of several layers are added (a shortcut), it is the names of all of them:
    they lose the same neurons. ``keep`` is bool, one per neuron, true = kept, at least one;
    ``select`` makes it from scores.

    Raises ``ValueError`` for a layer that is not there, is of another kind or is the output; for a
    layer that is added to one not named; for a ``keep`` that does not fit or keeps nothing; for a
    network that cannot be followed.

    >>> net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> small = remove_neurons(net, "0", torch.tensor([True, False, True]))
    >>> small[0].weight.shape, small[0].bias.shape, small[2].weight.shape
    (torch.Size([2, 4]), torch.Size([2]), torch.Size([2, 2]))
    """
    return _remove(model, _checked(model, layer, keep, nn.Linear), keep)


def remove_channels(model: nn.Module, layer: Names, keep: Tensor) -> nn.Module:
    """A smaller copy of ``model``, without the filters of a convolution whose ``keep`` is false.

    As :func:`remove_neurons`. Where a flatten lies between the convolution and a linear layer,
    channel c has become the features c H W to (c + 1) H W - 1, and those columns go.

    >>> net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4, 2))
    >>> small = remove_channels(net, "0", torch.tensor([True, False, True]))
    >>> small[0].weight.shape, small[3].weight.shape  # 3 x 3 filters on 4 x 4 images: 2 x 2 maps
    (torch.Size([2, 1, 3, 3]), torch.Size([2, 8]))
    """
    return _remove(model, _checked(model, layer, keep, nn.Conv2d), keep)


def zero_units(model: nn.Module, layer: Names, keep: Tensor) -> nn.Module:
    """A copy of ``model`` in its old size where the units whose ``keep`` is false put out zero.

    Their weights, bias and batch normalisation's gamma and beta are zero. It computes what the
    network without them computes, in the time of the whole one. Arguments and errors as in
    :func:`remove_neurons`; the layer may be of either kind.
    """
    wiring, silent = _checked(model, layer, keep, nn.Linear, nn.Conv2d), copy.deepcopy(model)
    with torch.no_grad():
        for name in (*wiring.layers, *wiring.norms):
            for tensor in silent.get_submodule(name).parameters(recurse=False):
                tensor[~_repeated(keep, len(tensor)).to(tensor.device)] = 0.0
    return silent


def _remove(model: nn.Module, wiring: Wiring, keep: Tensor) -> nn.Module:
    small = copy.deepcopy(model)
    for name in (*wiring.layers, *wiring.norms):
        _keep(small.get_submodule(name), keep, dim=0)
    for name in wiring.readers:
        _keep(small.get_submodule(name), keep, dim=1)
    return small


def _keep(module: nn.Module, keep: Tensor, dim: int) -> None:
    """Shorten the module's tensors along ``dim``: 0 for its own units, 1 for those it reads."""
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        if tensor.dim() > dim:
            # kept features
            places = _repeated(keep, tensor.shape[dim]).nonzero().flatten().to(tensor.device)
            smaller = tensor.detach().index_select(dim, places)
            if isinstance(tensor, nn.Parameter):
                smaller = nn.Parameter(smaller, requires_grad=tensor.requires_grad)
            setattr(module, name, smaller)
    for size, of in SIZES.items():
        if hasattr(module, size) and module.weight is not None:
            setattr(module, size, weight_of(module).shape[of])
    # Without gamma and beta there is no tensor to read the new size from.
    if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.weight is None:
        module.num_features = int(_repeated(keep, module.num_features).sum())


def _repeated(keep: Tensor, size: int) -> Tensor:
    """``keep`` for ``size`` features, of which every unit has the same number, one after another.

    >>> _repeated(torch.tensor([True, False]), 6).tolist()
    [True, True, True, False, False, False]
    """
    return keep.repeat_interleave(size // len(keep))  # size, bool


def _checked(model: nn.Module, layer: Names, keep: Tensor, *kinds: type[nn.Module]) -> Wiring:
    names = (layer,) if isinstance(layer, str) else tuple(layer)
    found = wirings(model)
    for name in names:
        check_choice("layer", name, found)
        module = model.get_submodule(name)
        if not isinstance(module, kinds):
            raise ValueError(
                f"layer must be a {kinds[0].__name__} here, got {name!r}, a {type(module).__name__}"
            )
    if not names:
        raise ValueError("layer must name at least one layer, got none")
    wiring = found[names[0]]
    if wiring.is_output:
        raise ValueError(f"layer must not be the output layer, got {names[0]!r}")
    if set(wiring.layers) != set(names):
        raise ValueError(
            "layer must name exactly the layers whose outputs are added, because they keep the "
            f"same units: {', '.join(sorted(wiring.layers))}; got {', '.join(names)}"
        )
    units = len(weight_of(model.get_submodule(names[0])))
    check_mask(names[0], keep, torch.Size([units]))
    if not keep.any():
        raise ValueError(f"keep must keep at least one of the {units} units, got none")
    _check_sizes(model, wiring, units)
    return wiring


def _check_sizes(model: nn.Module, wiring: Wiring, units: int) -> None:
    """Refuse groups, and readers whose features do not divide evenly among the units."""
    for name in (*wiring.layers, *wiring.readers):
        module = model.get_submodule(name)
        if getattr(module, "groups", 1) != 1:
            raise ValueError(f"{name!r} must be a convolution of one group, got {module.groups}")
        if name in wiring.readers and weight_of(module).shape[1] % units:
            raise ValueError(
                f"{name!r} must read the same number of features from each of {units} units, "
                f"got {weight_of(module).shape[1]} features"
            )
