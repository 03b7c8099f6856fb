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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nc_teach.common.arguments import check_choice, check_mask
from nc_teach.common.kinds import Mask
from nc_teach.common.weights import check_plain
from nc_teach.surgery.groups import Group, groups_of
from nc_teach.surgery.shapes import Convolution, is_depthwise, set_sizes
from nc_teach.surgery.tracing import OUTPUT, Trace, trace

Names = str | Sequence[str]


def remove_neurons(model: nn.Module, layer: Names, keep: Mask) -> nn.Module:
    """A smaller copy of ``model``, without the neurons of a linear layer whose ``keep`` is false.

    Gone are the neuron's row of weights, its bias, its batch normalisation, and its column in every
    layer that reads it. ``model`` itself is unchanged. The copy's parameters are new: give them to
    a new optimizer. Its shapes no longer fit the class that made it: see :func:`.fitted` for how to
    save and load it. :mod:`nc_teach.surgery` says what can be followed.

    ``layer`` is the layer's name. Where outputs of several layers are added (a shortcut), it is the
    names of all of them: they lose the same neurons. ``keep`` is bool, one per neuron, true = kept,
    at least one; ``select`` makes it from scores. (Where several neurons can only go together,
    ``keep`` has one for each of these bundles: see :func:`.groups`.)

    Raises ``ValueError`` for a layer that is not there, is of another kind or is the output; for a
    layer that is added to one not named; for a ``keep`` that does not fit or keeps nothing; for
    units that cannot be followed to all who read them; for a weight among them that is computed
    (:func:`~nc_teach.common.weights.check_plain`). Layers that shared a weight each have their own
    afterwards.

    >>> net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> small = remove_neurons(net, "0", torch.tensor([True, False, True]))
    >>> small[0].weight.shape, small[0].bias.shape, small[2].weight.shape
    (torch.Size([2, 4]), torch.Size([2]), torch.Size([2, 2]))
    """
    return _removed(model, layer, keep, nn.Linear)


def remove_channels(model: nn.Module, layer: Names, keep: Mask) -> nn.Module:
    """A smaller copy of ``model``, without the filters of a convolution whose ``keep`` is false.

    As :func:`remove_neurons`. Where a flatten lies between the convolution and a linear layer,
    channel c has become the features c H W to (c + 1) H W - 1, and those columns go.

    >>> net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4, 2))
    >>> small = remove_channels(net, "0", torch.tensor([True, False, True]))
    >>> small[0].weight.shape, small[3].weight.shape  # 3 x 3 filters on 4 x 4 images: 2 x 2 maps
    (torch.Size([2, 1, 3, 3]), torch.Size([2, 8]))
    """
    return _removed(model, layer, keep, Convolution)


def zero_units(model: nn.Module, layer: Names, keep: Mask) -> nn.Module:
    """A copy of ``model`` in its old size where the units whose ``keep`` is false are silent.

    Their weights, bias and batch normalisation's gamma and beta are zero, and so is what the next
    layers multiply them by (a sigmoid makes 1/2 of a zero). It computes what the network without
    them computes, in the time of the whole one. Arguments and errors as in :func:`remove_neurons`;
    the layer may be of either kind.
    """
    places, _ = _places(model, layer, keep, nn.Linear, Convolution)
    silent = copy.deepcopy(model)
    for place in places:
        place.apply(silent.get_submodule(place.name), remove=False)
    return silent


@dataclass(frozen=True)
class Place:
    """Where units sit in a module: in its ``rows``, its own units, or its columns, what it reads.

    ``ids`` is the unit of each, -1 for none; ``keep`` says which of them stay.
    """

    name: str
    rows: bool
    ids: Tensor
    keep: Mask

    def tensors(self, module: nn.Module) -> Iterator[tuple[str, int]]:
        """The module's own tensors in which they sit, and along which axis."""
        transposed = getattr(module, "transposed", False)
        own = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
        for name, tensor in own:
            if name == "weight":
                yield name, int(self.rows == transposed)
            elif self.rows and tensor.ndim:  # not the count of batches
                yield name, 0

    def apply(self, module: nn.Module, remove: bool) -> None:
        """Take what goes out of all tensors of the module, or (in parameters) make it zero."""
        for name, dim in self.tensors(module):
            tensor = getattr(module, name)
            is_parameter = isinstance(tensor, nn.Parameter)
            if not (remove or is_parameter):
                continue
            keep = self.keep.to(tensor.device)
            # The columns of a grouped convolution are other units in each group of rows.
            groups = len(keep) // tensor.shape[dim]
            rows = zip(tensor.detach().chunk(groups), keep.chunk(groups), strict=True)
            if remove:
                parts = [part.index_select(dim, k.nonzero().flatten()) for part, k in rows]
            else:
                shape = [-1 if axis == dim else 1 for axis in range(tensor.ndim)]
                parts = [part * k.view(shape) for part, k in rows]
            new = torch.cat(parts)
            setattr(module, name, nn.Parameter(new, tensor.requires_grad) if is_parameter else new)
        if remove:
            set_sizes(module, int(self.keep.sum()), rows=self.rows)


def _removed(model: nn.Module, layer: Names, keep: Mask, kind: type[nn.Module]) -> nn.Module:
    places, found = _places(model, layer, keep, kind)
    small = copy.deepcopy(model)
    for place in places:
        place.apply(small.get_submodule(place.name), remove=True)
    _check_the_rest(small, found, places)
    return small


def _check_the_rest(small: nn.Module, before: Trace, places: list[Place]) -> None:
    """Follow the smaller network too: all must read what they have read, less what has gone."""
    # A layer that always had one unit is followed like a number, one that has one left is not.
    ids = {n: ids if len(ids) > 1 else torch.tensor([-1]) for n, ids in before.units.items()}
    left = {p.name: p.ids[p.keep] for p in places if p.rows and p.name in ids}
    after = trace(small, ids | left)
    wanted = {(p.name, p.rows): p.ids[p.keep] for p in places}
    for store, seen, rows in (
        (before.reads, after.reads, False),
        (before.carries, after.carries, True),
    ):
        for name, had in store.items():
            want, got = wanted.get((name, rows), had), seen.get(name)
            if want is None or got is None:
                alike = want is got
            else:  # of units that go together, any may have given its id
                alike = torch.equal(before.ties.roots(want), before.ties.roots(got))
            if not alike:
                raise ValueError(
                    f"keep must leave what the forward can still take apart in the same way, got "
                    f"one with which {name!r} would read other units"
                )


def _places(
    model: nn.Module, layer: Names, keep: Mask, *kinds: type[nn.Module]
) -> tuple[list[Place], Trace]:
    """All places where the units of ``layer`` sit; ``ValueError`` if they cannot go."""
    found = trace(model)
    group = _checked(model, found, (layer,) if isinstance(layer, str) else tuple(layer), kinds)
    check_mask(group.layers[0], keep, torch.Size([group.count]))
    if not keep.any():
        raise ValueError(f"keep must keep at least one of the {group.count} units, got none")
    if not keep.cpu()[group.fixed].all():
        names = ", ".join(map(str, group.fixed.nonzero().flatten().tolist()))
        raise ValueError(f"keep must keep {names}, which lie across the parts of a split or group")
    stays = torch.ones(len(found.ties.root) + 1, dtype=torch.bool)  # the last one: of no unit
    for name, bundles in group.bundles.items():
        stays[found.units[name]] = keep.cpu()[bundles]
    own = {name: found.units[name] for name in group.layers}
    carried = {name: found.carries[name] for name in group.keepers}
    read = {name: found.reads[name] for name in group.readers}
    rows = {**own, **{name: ids for name, ids in carried.items() if ids is not None}}
    columns = {name: ids for name, ids in read.items() if ids is not None}
    places = [Place(name, True, ids, stays[ids]) for name, ids in rows.items()]
    return places + [Place(n, False, ids, stays[ids]) for n, ids in columns.items()], found


def _checked(
    model: nn.Module, found: Trace, names: tuple[str, ...], kinds: tuple[type[nn.Module], ...]
) -> Group:
    by_layer = {name: group for group in groups_of(found) for name in group.layers}
    for name in names:
        if name in found.carries and is_depthwise(model.get_submodule(name)):
            raise ValueError(
                f"layer must be one that makes units, got {name!r}, which filters each by itself: "
                "it loses what the layer before it loses"
            )
        check_choice("layer", name, found.units)
    modules = {name: model.get_submodule(name) for name in names}
    for name, module in modules.items():
        if not any(isinstance(fits, kinds) for fits in modules.values()):
            kind = "convolution" if kinds[0] is Convolution else kinds[0].__name__
            raise ValueError(
                f"layer must be a {kind} here, got {name!r}, a {type(module).__name__}"
            )
    if not names:
        raise ValueError("layer must name at least one layer, got none")
    group = by_layer[names[0]]
    if group.why_not == OUTPUT:
        raise ValueError(f"layer must not be the output layer, got {names[0]!r}")
    if group.why_not:
        raise ValueError(f"layer must be one whose units can go, got {names[0]!r}: {group.why_not}")
    if set(group.layers) != set(names):
        raise ValueError(
            "layer must name exactly the layers whose outputs are added, because they keep the "
            f"same units: {', '.join(sorted(group.layers))}; got {', '.join(names)}"
        )
    touched = {*group.layers, *group.keepers, *group.readers}
    check_plain(model, touched)
    return group
